"""What a person decided about an item (人工复核), and the label (标签) that it makes."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from data.limits import MAX_TEXT
from data.record import DataId, Instant, Rate, Record

Stage = Literal["queue", "second", "adjudicator", "appeal"]
"""At which step: 初审, 复审, 仲裁, 申诉."""

Outcome = Literal["violation", "clean"]

LabelSource = Literal[
    "appeal", "adjudicator", "laboratory", "second_reviewer", "reviewer", "after_sale", "rule"
]
"""Where a label comes from, the one that outranks the others first."""

PRECEDENCE: Final[tuple[LabelSource, ...]] = (
    "appeal",
    "adjudicator",
    "laboratory",
    "second_reviewer",
    "reviewer",
    "after_sale",
    "rule",
)

RELIABILITY: Final[Mapping[LabelSource, float]] = {
    "appeal": 0.97,
    "adjudicator": 0.97,
    "laboratory": 0.97,
    "second_reviewer": 0.93,
    "reviewer": 0.88,
    "after_sale": 0.75,
    "rule": 0.6,
}
"""How likely a label of each source is right. Assumed: two reviewers who agree with a kappa of 0.7
(domain notes) are each right in about 0.88 of the cases. Measured ones take their place."""

_SOURCE_OF: Final[Mapping[Stage, LabelSource]] = {
    "queue": "reviewer",
    "second": "second_reviewer",
    "adjudicator": "adjudicator",
    "appeal": "appeal",
}


class Review(Record):
    """One decision of one person about one answered item.

    ``outcome`` None says that nothing was decided: the case was handed on. ``codes`` are the
    risk labels that the item deserves, none for a clean one. ``selection_probability`` is that
    with which the item came before a person. ``reverses`` names the review that this one takes
    back; ``appeal_id`` the appeal that it answers.
    """

    review_id: DataId
    decision_id: DataId
    case_id: DataId | None = None
    appeal_id: DataId | None = None
    stage: Stage = "queue"
    reviewer: DataId
    outcome: Outcome | None
    codes: list[str] = Field(default_factory=list)
    note: Annotated[str, Field(max_length=MAX_TEXT)] | None = None
    selection_probability: Annotated[float, Field(gt=0, le=1)] | None = None
    reverses: DataId | None = None
    decided_at: Instant

    @model_validator(mode="after")
    def _agrees(self) -> Self:
        if self.outcome == "violation" and not self.codes:
            raise ValueError("a violation needs at least one risk label in codes")
        if self.outcome != "violation" and self.codes:
            raise ValueError("codes are given, yet the outcome is no violation")
        if (self.stage == "appeal") != (self.appeal_id is not None):
            raise ValueError("a review of stage appeal, and no other, names its appeal_id")
        return self

    @property
    def source(self) -> LabelSource:
        """The source of the label that the review makes."""
        return _SOURCE_OF[self.stage]


class Label(Record):
    """What is known of an answered item, from one source. Never changed: a later one outranks it.

    ``event_at`` is when the evidence came to be, ``observed_at`` when it was learnt,
    ``matures_at`` from when on it counts. ``reliability`` is how likely it is right.
    ``supersedes`` names a label that is taken back by this one. ``grounds`` names the evidence:
    a review, or feedback events.
    """

    label_id: str
    decision_id: str
    source: LabelSource
    outcome: Outcome
    codes: list[str]
    event_at: Instant
    observed_at: Instant
    matures_at: Instant
    reliability: Rate
    selection_probability: float | None = None
    supersedes: str | None = None
    grounds: str


def standing(labels: Sequence[Label], at: datetime) -> list[Label]:
    """The labels that count at an instant: mature by then, and not taken back by one that is."""
    mature = [one for one in labels if one.observed_at <= at and one.matures_at <= at]
    taken_back = {label.supersedes for label in mature}
    return [label for label in mature if label.label_id not in taken_back]


def foremost(labels: Sequence[Label]) -> Label | None:
    """The label that outranks the others by its source; of one source the last observed."""
    newest_first = sorted(labels, key=lambda label: label.observed_at, reverse=True)
    return min(newest_first, key=lambda label: PRECEDENCE.index(label.source), default=None)
