from pathlib import Path

import pytest

from data.ledger import history
from tests.training.ledger_of import Story, day


def test_contents_are_known_whole_in_whichever_part_they_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(history, "_CONTENTS", 2)
    story = Story(tmp_path)
    for name in "abcde":
        decision = story.listing(name)
        story.listing(name, on=0.5)
        story.reviewed(decision, "clean", on=1)
        story.heard(decision, "complaint", on=2)

    known = list(history.known_contents(story.ledger, "listings", day(3)))

    told = [
        (of.latest.data_id, len(of.decisions), len(of.labels), len(of.feedback)) for of in known
    ]
    assert told == [(name, 2, 1, 1) for name in "abcde"]


def test_an_event_that_is_corrected_speaks_of_the_item_that_it_names_last(tmp_path: Path) -> None:
    story = Story(tmp_path)
    wrong, right = story.listing("wrong"), story.listing("right")
    story.heard(wrong, "complaint", on=2, feedback_id="one")
    story.heard(right, "complaint", on=3, feedback_id="one")

    known = list(history.known_contents(story.ledger, "listings", day(4)))

    assert [of.latest.data_id for of in known] == ["right"]
