"""What a report says of a shadow that lives beside the champion."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from data.ledger import Decision
from data.ledger.shadows import ShadowAnswer, Stretch, keep_shadows
from data.selection import Selection
from data.verdict import LabelVerdict, Suggestion
from tests.training.ledger_of import Story, day
from training.shadow_report import ShadowReport, page, shadow_report

STRETCH = Stretch("listings", "m2", day(0), day(30))
LABEL = LabelVerdict(
    code="inferior_quality",
    name_zh="劣质",
    probability=0.8,
    suggestion="review",
    severity=2,
    source="model",
    basis=[],
    hits=[],
)


@pytest.fixture
def story(tmp_path: Path) -> Iterator[Story]:
    told = Story(tmp_path)
    with closing(told.ledger):
        yield told


def shadow(
    decision: Decision, suggestion: Suggestion, milliseconds: float = 2.0, timed: float | None = 1.0
) -> ShadowAnswer:
    """What the shadow says of an item: a label with whatever is not a pass."""
    verdict = decision.verdict().model_copy(
        update={
            "suggestion": suggestion,
            "probability": 0.1 if suggestion == "pass" else 0.9,
            "labels": [] if suggestion == "pass" else [LABEL],
            "model_version": "m2",
        }
    )
    return ShadowAnswer(
        decision_id=decision.decision_id,
        model_version="m2",
        kind="listings",
        suggestion=suggestion,
        probability=verdict.probability,
        answer=verdict.model_dump_json(ensure_ascii=True),
        latency_ms=milliseconds,
        champion_ms=timed,
        decided_at=decision.decided_at,
    )


def told(story: Story) -> ShadowReport:
    return shadow_report(story.ledger, STRETCH, "m1")


def test_it_tells_what_differs_and_who_is_hit(story: Story) -> None:
    said: list[tuple[Suggestion, Suggestion]] = [
        ("pass", "pass"),
        ("pass", "review"),
        ("pass", "block"),
        ("review", "pass"),
        ("review", "review"),
    ]
    for n, (before, after) in enumerate(said):
        decision = story.listing(f"g{n}", suggestion=before, merchant=f"m{n}", on=n)
        keep_shadows(story.ledger, [shadow(decision, after)])
    story.listing("unanswered", on=1)

    report = told(story)

    assert (report.decided, report.answered) == (6, 5)
    assert (report.agreement.count, report.agreement.of) == (2, 5)
    assert {turn: share.count for turn, share in report.flips.items()} == {
        "pass→block": 1,
        "pass→review": 1,
        "review→pass": 1,
    }
    assert report.labels["inferior_quality"].gained.count == 3
    assert report.changes.merchants == 2
    assert report.agreement.interval is not None
    low, high = report.agreement.interval
    assert low < 0.4 < high


def test_without_enough_judged_items_nothing_is_said_of_recall(story: Story) -> None:
    decision = story.listing("g1", on=1)
    keep_shadows(story.ledger, [shadow(decision, "pass")])
    story.reviewed(decision, "violation", on=2)

    report = told(story)

    assert report.quality.judged <= 1
    assert report.quality.recall.champion is None
    assert report.latency is not None
    assert report.latency.ratio is None
    text = "\n".join(page(report))
    assert "too few" in text
    assert "样本太少" in text


def test_judged_items_tell_who_catches_more(story: Story) -> None:
    """The champion passes half of the violations; of what passes a tenth was drawn."""
    drawn = Selection(probability=0.1, reason="exploration")
    answers = []
    for n in range(120):
        violates, passes = n % 2 == 0, n % 4 < 2
        decision = story.listing(
            f"g{n}",
            on=1,
            suggestion="pass" if passes else "review",
            merchant=f"m{n}",
            selection=drawn if passes else None,
        )
        answers.append(shadow(decision, "review" if violates else "pass", 3.0, 2.0))
        story.reviewed(decision, "violation" if violates else "clean", on=2)
    keep_shadows(story.ledger, answers)

    report = told(story)

    recall = report.quality.recall
    assert report.quality.judged >= 119
    assert recall.champion is not None
    assert recall.shadow is not None
    assert recall.difference is not None
    # Of 300 violations that passed 30 were drawn; 30 were flagged.
    assert recall.champion.value == pytest.approx(30 / 330, abs=0.01)
    assert recall.shadow.value == 1.0
    assert recall.difference.low > 0.5
    assert report.quality.precision.champion is not None
    assert report.quality.precision.champion.value == pytest.approx(0.5, abs=0.02)
    assert report.latency is not None
    assert report.latency.ratio is not None
    assert report.latency.ratio.value == pytest.approx(1.5)


def test_answers_about_another_champion_are_no_comparison(story: Story) -> None:
    keep_shadows(story.ledger, [shadow(story.listing("g1", on=1), "pass")])

    report = shadow_report(story.ledger, STRETCH, "m0")

    assert (report.decided, report.answered) == (0, 0)
    assert report.agreement.interval is None
    assert "\n".join(page(report))
