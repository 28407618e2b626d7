"""Which label stands, told by stories of what was learnt of an item when."""

from pathlib import Path

import pytest

from data.ledger.history import known_contents
from data.review import Label
from data.verdict import LabelVerdict
from tests.training.ledger_of import Story, day
from training.truth import Truth, truth_of


@pytest.fixture
def story(tmp_path: Path) -> Story:
    return Story(tmp_path)


def truth(story: Story, on: float) -> Truth | None:
    """What is true of the one item of a story, as far as was known on a day."""
    found = [
        truth_of(content, day(on)) for content in known_contents(story.ledger, "listings", day(on))
    ]
    return found[0] if found else None


def standing(story: Story, on: float) -> Label:
    found = truth(story, on)
    assert found is not None
    return found.label


def test_an_appeal_outranks_the_reviewer_whom_it_was_made_against(story: Story) -> None:
    goods = story.listing("a", suggestion="block")
    story.reviewed(goods, "violation", on=1)
    story.reviewed(goods, "clean", on=3, stage="appeal")

    assert standing(story, on=2).outcome == "violation"
    assert (standing(story, on=4).source, standing(story, on=4).outcome) == ("appeal", "clean")


def test_a_later_reviewer_does_not_outrank_an_adjudicator(story: Story) -> None:
    goods = story.listing("a")
    story.reviewed(goods, "violation", on=1, stage="adjudicator")
    story.reviewed(goods, "clean", on=2)

    assert standing(story, on=3).outcome == "violation"


def test_a_failed_laboratory_test_after_a_clean_review_reopens_the_case(story: Story) -> None:
    goods = story.listing("a")
    story.reviewed(goods, "clean", on=1, stage="adjudicator")
    story.heard(goods, "laboratory", on=5, outcome="不合格")

    found = truth(story, on=6)

    assert found is not None
    assert (found.label.source, found.label.outcome, found.reopened) == (
        "laboratory",
        "violation",
        True,
    )


def test_a_review_after_the_laboratory_test_stands_if_it_outranks_it(story: Story) -> None:
    goods = story.listing("a")
    story.heard(goods, "laboratory", on=5, outcome="不合格")
    story.reviewed(goods, "clean", on=6, stage="adjudicator")

    assert standing(story, on=7).outcome == "clean"


def test_complaints_count_once_their_orders_are_a_week_old(story: Story) -> None:
    goods = story.listing("a", suggestion="pass")
    for _ in range(4):
        story.heard(goods, "complaint", on=3, text="是假货")

    assert truth(story, on=8) is None
    assert standing(story, on=10).codes == ["counterfeit_brand"]


def test_a_few_complaints_among_many_content_buyers_are_no_violation(story: Story) -> None:
    goods = story.listing("a", suggestion="pass")
    for _ in range(3):
        story.heard(goods, "complaint", on=3)
    for _ in range(40):
        story.heard(goods, "review", on=3, rating=5)

    assert truth(story, on=60) is None


def test_goods_that_were_sold_a_month_without_a_bad_word_are_clean(story: Story) -> None:
    goods = story.listing("a", suggestion="pass")
    for _ in range(5):
        story.heard(goods, "review", on=3, rating=5)

    assert truth(story, on=20) is None
    assert standing(story, on=31).outcome == "clean"


def test_what_was_intercepted_is_never_clean_for_lack_of_complaints(story: Story) -> None:
    goods = story.listing("a", suggestion="review")
    for _ in range(5):
        story.heard(goods, "review", on=3, rating=5)

    assert truth(story, on=365) is None


def test_a_refund_for_another_reason_than_the_goods_speaks_against_nobody(story: Story) -> None:
    goods = story.listing("a", suggestion="pass")
    for _ in range(6):
        story.heard(goods, "refund", on=3, reason="不想要了")

    assert standing(story, on=40).outcome == "clean"


def test_a_rule_that_blocked_is_a_weak_label_until_somebody_looks(story: Story) -> None:
    found = LabelVerdict(
        code="licence_missing",
        name_zh="资质缺失",
        probability=0.9,
        suggestion="block",
        severity=4,
        source="rule",
        basis=[],
        hits=[],
    )
    goods = story.listing("a", suggestion="block", labels=[found])
    story.heard(goods, "review", on=1, rating=5)

    assert standing(story, on=2).source == "rule"

    story.reviewed(goods, "clean", on=3)

    assert standing(story, on=4).source == "reviewer"


def test_a_label_that_is_as_often_wrong_as_right_teaches_nothing(story: Story) -> None:
    goods = story.listing("a")
    story.reviewed(goods, "violation", on=1)
    label = standing(story, on=2)

    assert Truth(label=label.model_copy(update={"reliability": 0.5})).weight == 0
    assert 0 < Truth(label=label).weight < 1
