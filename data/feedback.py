"""What is learnt after a decision: feedback (反馈) and appeals (申诉), and what its texts say."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from data.examples.after_sale import AfterSaleKind
from data.record import DataId, Instant, Name, Rate, Record, RequiredText, Text

FeedbackKind = Literal[
    "false_positive", "false_negative", "review", "refund", "complaint", "dispute", "laboratory"
]


class Feedback(Record):
    """One event after a decision; about ``decision_id`` or ``data_id``, at least one of them."""

    feedback_id: DataId
    kind: FeedbackKind
    decision_id: DataId | None = None
    data_id: DataId | None = None
    text: Text | None = None
    rating: Annotated[int, Field(ge=1, le=5)] | None = None
    reason: Name | None = None
    outcome: Name | None = None
    code: Name | None = None
    merchant_id: DataId | None = None
    host_id: Name | None = None
    order_at: Instant | None = None
    event_at: Instant
    observed_at: Instant | None = None

    @model_validator(mode="after")
    def _names_its_subject(self) -> Self:
        if self.decision_id is None and self.data_id is None:
            raise ValueError("decision_id or data_id is required: what is the feedback about?")
        return self


class BuyerText(Record):
    """What a buyer wrote, to be sorted: a review, refund reason or complaint."""

    data_id: DataId
    text: Text


class FeedbackAnswer(Record):
    """What a buyer's text says.

    ``probability`` is that of a complaint about quality or authenticity, ``negative_probability``
    that of any bad experience; ``complaint`` and ``negative`` are 1 at the model's thresholds.
    ``kinds`` are probabilities and sum to 1, those of the two kinds of complaint to
    ``probability``.
    """

    data_id: DataId
    probability: Rate
    complaint: Literal[0, 1]
    negative_probability: Rate
    negative: Literal[0, 1]
    kinds: dict[AfterSaleKind, Rate]


class Appeal(Record):
    """A merchant's objection to a decision. ``evidence`` is texts or URLs, never fetched."""

    appeal_id: DataId
    decision_id: DataId
    statement: RequiredText
    evidence: Annotated[list[Text], Field(max_length=50)] = Field(default_factory=list)
    submitted_at: Instant | None = None
