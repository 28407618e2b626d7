"""What a slice of reviewed items says of all, and what counting it would say."""

from pathlib import Path

import pytest

from data.selection import Reason, Selection
from tests.training.ledger_of import Story, day
from training.sample import sampled, sentences


@pytest.fixture
def story(tmp_path: Path) -> Story:
    """Ten flagged, six of them rightly; a hundred passed, ten of them drawn, one of those bad."""
    story = Story(tmp_path)
    for number in range(10):
        goods = story.listing(f"flagged-{number}")
        story.reviewed(goods, "violation" if number < 6 else "clean", on=1)
    for number in range(100):
        reason: Reason | None = "exploration" if number < 10 else None
        drawn = Selection(probability=0.1, reason=reason)
        goods = story.listing(f"passed-{number}", suggestion="pass", selection=drawn)
        if reason:
            story.reviewed(goods, "violation" if number == 0 else "clean", on=1)
    return story


def test_a_drawn_violation_stands_for_those_that_nobody_saw(story: Story) -> None:
    found = sampled(story.ledger, "listings", day(-1), day(2))

    assert found is not None
    assert found.missed.value == pytest.approx(10)
    assert found.recall.value == pytest.approx(6 / 16)
    assert found.recall.naive == pytest.approx(6 / 7)
    assert found.recall.low is not None
    assert found.recall.low < 6 / 16 < (found.recall.high or 0)
    assert found.precision.value == pytest.approx(0.6)


def test_the_estimates_are_told_with_their_intervals_and_what_counting_shows(story: Story) -> None:
    found = sampled(story.ledger, "listings", day(-1), day(2))

    assert found is not None
    assert any(line.startswith("recall: 37.5% [") for line in sentences(found))
    assert any(line.endswith("as counted 85.7%") for line in sentences(found))


def test_where_nobody_reviewed_nothing_is_estimated(story: Story) -> None:
    assert sampled(story.ledger, "listings", day(5), day(6)) is None
    assert sampled(story.ledger, "claims", day(-1), day(6)) is None
