"""Decisions for tests that need a ledger and no model."""

from collections.abc import Mapping
from datetime import datetime

from data.ledger import Decision
from data.listing import Listing
from data.segment import LiveSegment
from data.verdict import Hit, Kind, LabelVerdict, Suggestion, Verdict

HIT = Hit(field="title", start=0, end=3, text="玻.璃", cue="玻璃", resolved="玻璃")


def answered(
    kind: Kind,
    sent: Mapping[str, object],
    name: str,
    at: datetime,
    suggestion: Suggestion = "pass",
    *,
    degraded: bool = False,
) -> Decision:
    """The decision ``name`` on an item as sent; a flag cites a disguised word."""
    record = Listing if kind == "listings" else LiveSegment
    item = record.model_validate(sent)
    verdict = Verdict(
        data_id=item.data_id,
        decision_id=name,
        suggestion=suggestion,
        risk_level="none" if suggestion == "pass" else "high",
        probability=0.1 if suggestion == "pass" else 0.9,
        labels=[] if suggestion == "pass" else [_label(suggestion)],
        evasion_probability=0.0,
        model_version=None if degraded else "m1",
        policy_version="p1",
        lexicon_version="l1",
        feature_as_of=at,
        filled_from_ledger=[],
        degraded=degraded,
        previous_decision_id=None,
        latency_ms=1.0,
    )
    return Decision.of(kind, item, sent, verdict, at)


def _label(suggestion: Suggestion) -> LabelVerdict:
    return LabelVerdict(
        code="absolute_claim",
        name_zh="绝对化用语",
        probability=0.9,
        suggestion=suggestion,
        severity=2,
        source="model",
        basis=[],
        hits=[HIT],
    )
