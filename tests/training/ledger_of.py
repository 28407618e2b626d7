"""A ledger that a test fills with a story: what was decided, and what was learnt of it when."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from data.feedback import Appeal, Feedback
from data.ledger import Decision, Docket, Intake, Ledger
from data.listing import Listing
from data.review import Outcome, Review, Stage
from data.segment import LiveSegment
from data.selection import Selection
from data.verdict import LabelVerdict, Suggestion, Verdict

DAY = timedelta(days=1)
START = datetime(2026, 3, 1, tzinfo=UTC)


def day(number: float) -> datetime:
    """An instant so many days after the story begins."""
    return START + number * DAY


class Story:
    """A ledger in a directory; every act names the day on which it happens."""

    def __init__(self, directory: Path) -> None:
        self.ledger = Ledger(f"sqlite:///{directory}/ledger.sqlite")
        self._count = 0

    def name(self) -> str:
        """A name that was not used before."""
        self._count += 1
        return f"n{self._count}"

    def listing(
        self,
        data_id: str,
        on: float = 0,
        suggestion: Suggestion = "review",
        *,
        selection: Selection | None = None,
        labels: Sequence[LabelVerdict] = (),
        merchant: str = "m1",
        title: str = "纯棉T恤",
    ) -> Decision:
        """A listing is decided on; by default it is for a person."""
        sent = {
            "data_id": data_id,
            "title": title,
            "category": "女装",
            "price": 59.0,
            "merchant": {"merchant_id": merchant},
        }
        item = Listing.model_validate(sent)
        verdict = _verdict(data_id, f"d-{data_id}-{self.name()}", day(on), suggestion, labels)
        chosen = selection or Selection(probability=1.0)
        decision = Decision.of("listings", item, sent, verdict, day(on), selection=chosen)
        self.ledger.record([decision])
        return decision

    def speech(self, data_id: str, text: str, on: float = 0, room: str | None = None) -> Decision:
        """A window of speech is sent to review."""
        sent = {"data_id": data_id, "text": text, **({"room_id": room} if room else {})}
        item = LiveSegment.model_validate(sent)
        verdict = _verdict(data_id, f"d-{data_id}-{self.name()}", day(on), "review", ())
        chosen = Selection(probability=1.0)
        decision = Decision.of("claims", item, sent, verdict, day(on), selection=chosen)
        self.ledger.record([decision])
        return decision

    def reviewed(
        self,
        decision: Decision,
        outcome: Outcome,
        on: float,
        stage: Stage = "queue",
        codes: Sequence[str] = ("inferior_quality",),
    ) -> None:
        """Somebody decides; on appeal, after one was handed in."""
        appeal_id = None
        if stage == "appeal":
            appeal_id = self.name()
            appeal = Appeal(appeal_id=appeal_id, decision_id=decision.decision_id, statement="误判")
            Intake(self.ledger, "shop").appeal(appeal, day(on))
        review = Review(
            review_id=self.name(),
            decision_id=decision.decision_id,
            appeal_id=appeal_id,
            stage=stage,
            reviewer="wang",
            outcome=outcome,
            codes=list(codes) if outcome == "violation" else [],
            decided_at=day(on),
        )
        Docket(self.ledger).decide([review], day(on))

    def heard(self, decision: Decision, kind: str, on: float, **fields: object) -> None:
        """Feedback comes in; its order was made two days after the decision unless told."""
        event = {
            "feedback_id": self.name(),
            "kind": kind,
            "decision_id": decision.decision_id,
            "order_at": min(decision.decided_at + 2 * DAY, day(on)),
            "event_at": day(on),
            "observed_at": day(on),
            **fields,
        }
        Intake(self.ledger, "platform").feedback([Feedback.model_validate(event)], day(on))


def _verdict(
    data_id: str,
    decision_id: str,
    at: datetime,
    suggestion: Suggestion,
    labels: Sequence[LabelVerdict],
) -> Verdict:
    return Verdict(
        data_id=data_id,
        decision_id=decision_id,
        suggestion=suggestion,
        risk_level="none" if suggestion == "pass" else "medium",
        probability=0.1 if suggestion == "pass" else 0.6,
        labels=list(labels),
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
