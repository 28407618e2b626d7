"""What is true of an item, as far as was known at an instant (标签裁定): which label stands.

A label of a source that outranks the others stands (`data.review.PRECEDENCE`); of one source the
last. Strong evidence that came after a clean label, a failed laboratory test or mature after-sale
evidence, outranks it and asks for the case to be reopened. What was intercepted has no buyers: that
nobody complains says nothing.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from scipy.stats import beta

from data.feedback import Feedback
from data.ledger.history import Content
from data.ledger.intake import has_failed
from data.record import Record
from data.review import PRECEDENCE, RELIABILITY, Label, foremost, standing
from features.aftersale import AT_FAULT, LOW_RATING, MATURITY, QUALITY_REASONS

STRONG: Final = 0.7
"""The reliability from which mature after-sale evidence outranks an earlier clean label."""

QUIET: Final = timedelta(days=30)
"""How long goods must have been on sale before silence speaks for them: complaints are late."""

_LEAST_COMPLAINTS: Final = 3
_LEAST_SHARE: Final = 0.2
_DOUBT: Final = 0.1
"""Goods are bad by their after-sale where at least so many complaints make up more than this share
of what was heard of them, the lower 90 % bound of it (Jeffreys). Assumed; honest goods have about
0.1 in the domain notes' figures."""

_LEAST_HEARD: Final = 5
"""Events without which silence about the goods is nothing but silence."""

_AUTHENTICITY: Final = ("假冒", "假货", "不是正品", "counterfeit", "fake")


class Truth(Record):
    """The label that stands. ``reopened`` says that it outranks a clean one made before it."""

    label: Label
    reopened: bool = False

    @property
    def weight(self) -> float:
        """What the label is worth as a lesson, 0 to 1: 2r - 1 of its reliability r.

        A label that is right as often as wrong teaches nothing; with symmetric noise the expected
        gradient of a lesson shrinks by this factor (Natarajan and others, 2013).
        """
        return max(0.0, 2 * self.label.reliability - 1)


def truth_of(content: Content, at: datetime) -> Truth | None:
    """Which label stands as of ``at``; None where none does."""
    labels = [
        *standing(content.labels, at),
        *_laboratory(content),
        *_after_sale(content, at),
        *_rules(content),
    ]
    best = foremost(labels)
    if best is None:
        return None
    if best.outcome == "clean":
        later = [one for one in labels if _is_strong(one) and one.observed_at > best.observed_at]
        if later:
            strongest = min(later, key=lambda label: PRECEDENCE.index(label.source))
            return Truth(label=strongest, reopened=True)
    return Truth(label=best)


def _is_strong(label: Label) -> bool:
    if label.outcome != "violation":
        return False
    return label.source == "laboratory" or (
        label.source == "after_sale" and label.reliability >= STRONG
    )


def _laboratory(content: Content) -> list[Label]:
    """Failed tests. One that was passed speaks of the goods alone, not of what is said of them."""
    return [
        _derived(content, "laboratory", [event], (event.code or "inferior_quality",))
        for event in content.feedback
        if has_failed(event)
    ]


def _after_sale(content: Content, at: datetime) -> list[Label]:
    mature = [one for one in content.feedback if _ordered(one) <= at - MATURITY]
    heard = [one for one in mature if one.kind in ("review", "refund", "complaint", "dispute")]
    against = [one for one in heard if speaks_against(one)]
    if len(against) >= _LEAST_COMPLAINTS:
        share = beta.ppf(_DOUBT, len(against) + 0.5, len(heard) - len(against) + 0.5)
        if share > _LEAST_SHARE:
            return [_derived(content, "after_sale", against, (_code(against),))]
        return []
    if _was_intercepted(content) or len(heard) < _LEAST_HEARD:
        return []
    if any(_is_ill(one) for one in heard) or content.decisions[0].decided_at > at - QUIET:
        return []
    return [_derived(content, "after_sale", heard, ())]


def _rules(content: Content) -> list[Label]:
    """What a rule settled and nobody has looked at: a missing licence, an explicit claim."""
    latest = content.latest
    codes = [
        label.code
        for label in latest.verdict().labels
        if label.source == "rule" and label.suggestion == "block"
    ]
    if not codes:
        return []
    return [
        Label(
            label_id=f"rule-{latest.decision_id}",
            decision_id=latest.decision_id,
            source="rule",
            outcome="violation",
            codes=codes,
            event_at=latest.decided_at,
            observed_at=latest.decided_at,
            matures_at=latest.decided_at,
            reliability=RELIABILITY["rule"],
            grounds=f"decision {latest.decision_id}",
        )
    ]


def _was_intercepted(content: Content) -> bool:
    return any(decision.flagged for decision in content.decisions)


def speaks_against(event: Feedback) -> bool:
    """Whether the event is about the goods being bad or false, and not about anything else."""
    if event.kind == "dispute":
        return event.outcome in AT_FAULT
    if event.kind == "refund":
        reason = (event.reason or "").lower()
        return any(word in reason for word in QUALITY_REASONS)
    return event.kind == "complaint"


def _is_ill(event: Feedback) -> bool:
    return speaks_against(event) or (event.rating is not None and event.rating <= LOW_RATING)


def _code(against: Iterable[Feedback]) -> str:
    """The label that complaints speak of: counterfeits where they say so, else poor goods."""
    events = list(against)
    named = [event.code for event in events if event.code]
    if named:
        return max(sorted(set(named)), key=named.count)
    told = [f"{event.text or ''}{event.reason or ''}".lower() for event in events]
    fakes = sum(any(word in text for word in _AUTHENTICITY) for text in told)
    return "counterfeit_brand" if 2 * fakes >= len(events) else "inferior_quality"


def _derived(
    content: Content, source: str, events: Sequence[Feedback], codes: Sequence[str]
) -> Label:
    """The label that feedback makes, as soon as the last piece of it was observed."""
    observed = max(event.observed_at or event.event_at for event in events)
    names = sorted(event.feedback_id for event in events)
    return Label.model_validate(
        {
            "label_id": f"{source}-{content.latest.decision_id}",
            "decision_id": content.latest.decision_id,
            "source": source,
            "outcome": "violation" if codes else "clean",
            "codes": list(codes),
            "event_at": max(event.event_at for event in events),
            "observed_at": observed,
            "matures_at": observed,
            "reliability": RELIABILITY[source],  # type: ignore[index]
            "grounds": f"feedback {' '.join(names[:20])}",
        }
    )


def _ordered(event: Feedback) -> datetime:
    return event.order_at or event.event_at
