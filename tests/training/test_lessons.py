"""Training sets as of an instant: what they know, what judges, and that nothing leaks back."""

import tempfile
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.review import Outcome, Stage
from data.selection import Selection
from data.verdict import Suggestion
from tests.training.ledger_of import Story, day
from training.lessons import Assembled, Lesson, assemble_claims, assemble_listings
from training.listings import ListingDoc


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return Story(tmp_path)


class Event(NamedTuple):
    """Something that happens to one of a story's items, and is learnt ``late`` days after."""

    item: int
    on: int
    late: int
    what: str


REVIEWS: dict[str, tuple[Outcome, Stage]] = {
    "found": ("violation", "queue"),
    "cleared": ("clean", "queue"),
    "adjudicated": ("violation", "adjudicator"),
    "appealed": ("clean", "appeal"),
}
HEARD = ("complaint", "refund", "laboratory", "praise", "corrected")

events = st.lists(
    st.builds(
        Event,
        item=st.integers(0, 2),
        on=st.integers(1, 40),
        late=st.integers(0, 30),
        what=st.sampled_from([*REVIEWS, *HEARD]),
    ),
    min_size=4,
    max_size=16,
)


def told(happened: list[Event]) -> Assembled[ListingDoc]:
    """What a ledger that was told of these events knows on day 30."""
    with tempfile.TemporaryDirectory() as directory:
        story = Story(Path(directory))
        suggestions: tuple[Suggestion, ...] = ("pass", "pass", "review")
        goods = [story.listing(f"a{n}", suggestion=s) for n, s in enumerate(suggestions)]
        numbered = list(enumerate(happened))
        for number, event in sorted(numbered, key=lambda one: one[1].on + one[1].late):
            about, learnt = goods[event.item], event.on + event.late
            if event.what in REVIEWS:
                outcome, stage = REVIEWS[event.what]
                story.reviewed(about, outcome, on=learnt, stage=stage)
                continue
            fields: dict[str, object] = {
                "feedback_id": f"f{event.item}" if event.what == "corrected" else f"e{number}",
                "event_at": day(event.on),
                "observed_at": day(learnt),
                "order_at": day(max(0, event.on - 1)),
                "text": f"第{number}条",
            }
            kind = {"praise": "review", "corrected": "complaint"}.get(event.what, event.what)
            fields |= {"rating": 5} if event.what == "praise" else {}
            fields |= {"outcome": "不合格"} if event.what == "laboratory" else {}
            fields |= {"reason": "质量问题"} if event.what == "refund" else {}
            story.heard(about, kind, on=learnt, **fields)
        found = assemble_listings(story.ledger, day(30), day(1))
        story.ledger.close()
        return found


@given(events)
@settings(max_examples=12)
def test_what_was_learnt_later_changes_nothing_of_what_was_known(happened: list[Event]) -> None:
    by_then = [event for event in happened if event.on + event.late <= 30]

    everything, known = told(happened), told(by_then)

    assert [says(one) for one in everything.lessons] == [says(one) for one in known.lessons]


def says(lesson: Lesson[ListingDoc]) -> object:
    """What a row says, without the names that a story numbers."""
    label = lesson.truth.label
    return lesson.doc, label.source, label.codes, label.observed_at, lesson.truth.reopened


def test_the_same_ledger_has_the_same_hash_and_another_label_another(story: Story) -> None:
    goods = story.listing("a")
    story.reviewed(goods, "violation", on=1)
    first = assemble_listings(story.ledger, day(2), None).data_hash
    again = assemble_listings(story.ledger, day(3), None).data_hash
    story.reviewed(goods, "clean", on=4, stage="appeal")

    assert first == again
    assert assemble_listings(story.ledger, day(5), None).data_hash != first


def test_what_was_decided_since_the_last_retraining_judges_the_rest_trains(story: Story) -> None:
    for number in range(6):
        story.reviewed(story.listing(f"a{number}", on=number), "violation", on=number + 0.5)

    found = assemble_listings(story.ledger, day(10), judged_from=day(3))

    assert [one.doc.listing.data_id for one in found.lessons] == ["a0", "a1", "a2", "a3"]
    assert [one.lesson.doc.listing.data_id for one in found.block] == ["a4", "a5"]


def test_a_passed_item_judges_with_the_probability_that_it_was_drawn_with(story: Story) -> None:
    for number in range(10):
        drawn = Selection(probability=0.1, reason="exploration" if number == 3 else None)
        goods = story.listing(f"a{number}", suggestion="pass", selection=drawn)
        if number == 3:
            story.reviewed(goods, "violation", on=1)

    (judged,) = assemble_listings(story.ledger, day(2), judged_from=day(-1)).block

    assert judged.selection_probability == pytest.approx(0.1)


def test_a_passed_item_that_was_taken_up_after_complaints_trains_and_never_judges(
    story: Story,
) -> None:
    goods = story.listing("a", suggestion="pass", selection=Selection(probability=0.1))
    story.reviewed(goods, "violation", on=1)

    judging = assemble_listings(story.ledger, day(2), judged_from=day(-1))
    training = assemble_listings(story.ledger, day(2), judged_from=day(1))

    assert judging.block == []
    assert [one.doc.codes for one in training.lessons] == [("inferior_quality",)]


def test_half_of_the_queue_reviewed_makes_each_review_count_for_two(story: Story) -> None:
    flagged = [story.listing(f"a{number}") for number in range(4)]
    for goods in flagged[:2]:
        story.reviewed(goods, "violation", on=1)

    found = assemble_listings(story.ledger, day(2), judged_from=day(-1)).block

    assert [one.selection_probability for one in found] == [0.5, 0.5]


def test_feedback_alone_trains_and_never_judges(story: Story) -> None:
    goods = story.listing("a", suggestion="pass", selection=Selection(probability=0.01))
    for _ in range(4):
        story.heard(goods, "complaint", on=3)

    found = assemble_listings(story.ledger, day(20), judged_from=day(-1))
    later = assemble_listings(story.ledger, day(20), judged_from=day(10))

    assert found.block == []
    assert [one.doc.codes for one in later.lessons] == [("inferior_quality",)]


def test_copies_of_one_script_and_windows_of_one_room_are_one_group(story: Story) -> None:
    script = "家人们这个茶我自己喝了三个月每天早上起来一杯整个人都轻松了真的很好"
    windows = [
        story.speech("s1", script),
        story.speech("s2", script + "赶紧拍"),
        story.speech("s3", "今天天气不错我们看看这件衬衫的袖口做工怎么样", room="r1"),
        story.speech("s4", "另外一个链接是厨房用的小推车三层的可以放调料", room="r1"),
    ]
    for window in windows:
        story.reviewed(window, "clean", on=1)

    found = assemble_claims(story.ledger, day(2), judged_from=day(1))
    groups = [lesson.doc.group for lesson in found.lessons]

    assert groups[0] == groups[1] != groups[2] == groups[3]
