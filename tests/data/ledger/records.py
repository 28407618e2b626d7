"""What the tests put into a ledger."""

from datetime import UTC, datetime, timedelta
from typing import Any

from data.feedback import Appeal, Feedback
from data.ledger import Decision
from data.listing import Listing
from data.review import Review
from data.segment import LiveSegment
from data.selection import Reason, Selection
from data.verdict import Suggestion, Verdict

NOON = datetime(2026, 2, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
LEASE = timedelta(minutes=10)


def listing(
    name: str = "d1",
    data_id: str = "goods-1",
    at: datetime = NOON,
    suggestion: Suggestion = "block",
    drawn: Reason | None = None,
    title: str = "根治一切的杯子",
) -> Decision:
    """A decision on a listing."""
    sent = {"data_id": data_id, "title": title, "category": "家居/杯", "price": 9.9}
    selection = Selection(probability=1.0 if drawn is None else 0.01, reason=drawn)
    return Decision.of(
        "listings",
        Listing.model_validate(sent),
        sent,
        _verdict(name, data_id, at, suggestion),
        at,
        selection=selection,
    )


def window(
    name: str, start_s: float | None, room: str | None = "room-7", product: str = "家居/杯"
) -> Decision:
    """A decision on a flagged window of speech."""
    sent = {
        "data_id": f"window-{name}",
        "text": "根治",
        "category": product,
        **({"room_id": room} if room else {}),
        **({"start_s": start_s} if start_s is not None else {}),
    }
    verdict = _verdict(name, f"window-{name}", NOON, "review")
    return Decision.of("claims", LiveSegment.model_validate(sent), sent, verdict, NOON)


def review(review_id: str = "r1", decision_id: str = "d1", **fields: Any) -> Review:
    """A reviewer's decision; a violation where nothing else is said."""
    outcome = fields.pop("outcome", "violation")
    return Review(
        review_id=review_id,
        decision_id=decision_id,
        reviewer=fields.pop("reviewer", "li"),
        outcome=outcome,
        codes=["medical_claim"] if outcome == "violation" else [],
        decided_at=fields.pop("decided_at", NOON),
        **fields,
    )


def event(feedback_id: str = "fb1", **fields: Any) -> Feedback:
    """A refund on the day of the decision, of which nobody says when it was learnt."""
    if not fields.keys() & {"decision_id", "data_id"}:
        fields["decision_id"] = "d1"
    given = {"kind": "refund", "event_at": NOON, **fields}
    return Feedback.model_validate({"feedback_id": feedback_id, **given})


def appeal(appeal_id: str = "ap1", decision_id: str = "d1", statement: str = "有批文") -> Appeal:
    """An appeal."""
    return Appeal(appeal_id=appeal_id, decision_id=decision_id, statement=statement)


def _verdict(name: str, data_id: str, at: datetime, suggestion: Suggestion) -> Verdict:
    return Verdict(
        data_id=data_id,
        decision_id=name,
        suggestion=suggestion,
        risk_level="none" if suggestion == "pass" else "high",
        probability=0.9,
        labels=[],
        evasion_probability=0.0,
        model_version="m1",
        policy_version="p1",
        lexicon_version="l1",
        feature_as_of=at,
        filled_from_ledger=[],
        degraded=False,
        previous_decision_id=None,
        latency_ms=1.0,
    )
