"""The answer to an item: what is suggested, why, and which versions said so."""

from typing import Literal

from data.record import Instant, Record

Kind = Literal["claims", "listings", "feedback"]
"""What models are about: windows of speech (话术), listings (商品), after-sale texts (售后文本)."""

Suggestion = Literal["pass", "review", "block"]
RiskLevel = Literal["none", "low", "medium", "high"]
Source = Literal["model", "lexicon", "rule"]

_HARSHNESS: dict[Suggestion, int] = {"pass": 0, "review": 1, "block": 2}


class Hit(Record):
    """A cited span. ``start`` and ``end`` are code points in ``field`` as sent, end exclusive.

    Both are null for a fact that is no text, such as a missing licence. ``resolved`` is the
    plain word behind a disguise; ``score_without`` the item's probability without the span.
    """

    field: str
    start: int | None
    end: int | None
    text: str
    cue: str
    resolved: str | None = None
    score_without: float | None = None


class LabelVerdict(Record):
    """One risk label that is not ``pass``, with its legal basis (法律依据) and evidence."""

    code: str
    name_zh: str
    probability: float
    suggestion: Suggestion
    severity: int
    source: Source
    basis: list[str]
    hits: list[Hit]


class Verdict(Record):
    """The answer to one item. ``suggestion`` is the harshest of ``labels``."""

    data_id: str
    decision_id: str
    suggestion: Suggestion
    risk_level: RiskLevel
    probability: float
    labels: list[LabelVerdict]
    evasion_probability: float
    model_version: str | None
    policy_version: str
    lexicon_version: str
    feature_as_of: Instant
    filled_from_ledger: list[str]
    degraded: bool
    previous_decision_id: str | None
    latency_ms: float


def harshest(suggestions: list[Suggestion]) -> Suggestion:
    """The harshest of the suggestions, ``pass`` when there is none.

    >>> harshest(["review", "block", "pass"])
    'block'
    """
    return max(suggestions, key=_HARSHNESS.__getitem__, default="pass")


def risk_level(suggestion: Suggestion, severities: list[int]) -> RiskLevel:
    """``none`` for a pass; else by the highest severity: 1 low, 2 medium, 3 and 4 high.

    >>> risk_level("review", [1, 2])
    'medium'
    """
    if suggestion == "pass" or not severities:
        return "none"
    levels: dict[int, RiskLevel] = {1: "low", 2: "medium"}
    return levels.get(max(severities), "high")
