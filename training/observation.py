"""What drift looks at: a decision as numbers (观测), and what was learnt of it later (结果)."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple

from data.ledger import Decision, Ledger
from data.ledger.window import (
    ContentKey,
    Window,
    count_first_answers,
    feedback_heard,
    first_answers,
    labels_made,
)
from data.listing import Listing
from data.segment import LiveSegment
from data.verdict import Suggestion, Verdict
from features.aftersale import MATURITY
from features.normalise import normalise
from features.tokenise import Tokeniser
from features.unknown import unknown_share
from training.truth import speaks_against

MOST_READ: Final = 200_000
"""Of more decisions a sample is read: it tells as much as anybody acts on."""

OutcomeKind = Literal["confirmed", "overturned", "complained"]
"""Of reviewed flags, that a violation was confirmed; of appealed ones, that the decision was
overturned; of passed items, that a buyer complained until the outcome was mature."""


class Observation(NamedTuple):
    """One decision. ``group`` is the room or merchant: items of one group hang together.

    ``versions`` are those of model, policy and lexicon, None for a degraded answer. ``length`` is
    in code points, ``unknown_share`` that of ``features.unknown``, ``disguises`` the number of
    cited spans that hide a word, ``price`` yuan. None is unknown.
    """

    instant: datetime
    group: str
    versions: str | None
    probability: float
    suggestion: Suggestion
    labels: tuple[str, ...]
    evasion_probability: float
    degraded: bool
    category: str | None
    platform: str | None
    tenure_days: float | None
    length: int
    unknown_share: float | None
    disguises: int
    price: float | None


class Outcome(NamedTuple):
    """What was learnt at an instant about an item of a group, and whether it was so."""

    instant: datetime
    group: str
    kind: OutcomeKind
    happened: bool


class Passed(NamedTuple):
    """An item that was let on sale at an instant."""

    content: ContentKey
    group: str
    instant: datetime


class Seen(NamedTuple):
    """What the ledger knew of a window; ``share`` of its decisions was read."""

    observations: Sequence[Observation]
    outcomes: Sequence[Outcome]
    share: float


def observations(
    ledger: Ledger, window: Window, tokeniser: Tokeniser, most: int = MOST_READ
) -> Seen:
    """What was decided in a window, and what was learnt in it of this and earlier decisions.

    Complaints are told of items that became mature in the window. Nothing that was observed
    after the window is read.
    """
    earlier = window._replace(since=window.since - MATURITY)
    share = min(1.0, most / max(1, count_first_answers(ledger, earlier)))
    seen: list[Observation] = []
    passed: list[Passed] = []
    for decision in first_answers(ledger, earlier, share):
        if not decision.flagged:
            key = ContentKey(decision.data_id, decision.content_hash)
            passed.append(Passed(key, group_of(decision), decision.decided_at))
        if decision.decided_at > window.since:
            seen.append(observed(decision, tokeniser))
    against = _first_complaints(ledger, earlier)
    mature = complaint_outcomes(passed, against, window.until, MATURITY)
    outcomes = [*_judgements(ledger, window), *mature]
    return Seen(seen, [each for each in outcomes if each.instant > window.since], share)


def observed(decision: Decision, tokeniser: Tokeniser) -> Observation:
    """What drift looks at in a decision: the item as it was judged, and the answer."""
    item = _item(decision)
    verdict = decision.verdict()
    listing = item if isinstance(item, Listing) else item.listing
    merchant = listing.merchant if listing else None
    text = item.title if isinstance(item, Listing) else item.text
    return Observation(
        instant=decision.decided_at,
        group=group_of(decision),
        versions=None if verdict.degraded else _versions(verdict),
        probability=verdict.probability,
        suggestion=verdict.suggestion,
        labels=tuple(label.code for label in verdict.labels),
        evasion_probability=verdict.evasion_probability,
        degraded=verdict.degraded,
        category=item.category,
        platform=None if isinstance(item, Listing) else item.platform,
        tenure_days=merchant.tenure_days if merchant else None,
        length=len(text),
        unknown_share=unknown_share(normalise(text).text, tokeniser),
        disguises=_disguises(verdict),
        price=listing.price if listing else None,
    )


def group_of(decision: Decision) -> str:
    """The room of a window, or else the merchant, or else the item by itself."""
    platform, room = json.loads(decision.place)[:2] if decision.place else (None, None)
    if room is not None:
        return f"room/{platform}/{room}"
    if decision.merchant_id is not None:
        return f"merchant/{decision.merchant_id}"
    return f"item/{decision.data_id}"


def complaint_outcomes(
    passed: Iterable[Passed],
    complaints: Mapping[ContentKey, datetime],
    until: datetime,
    maturity: timedelta,
) -> Iterator[Outcome]:
    """Whether a buyer complained within ``maturity`` of the passing, of items of that age.

    ``complaints`` tells when the first one about a content was learnt. Every item has had the
    same time to be complained of, so that a young window does not look better than an old.
    """
    for item in passed:
        mature = item.instant + maturity
        if mature <= until:
            learnt = complaints.get(item.content)
            happened = learnt is not None and learnt <= mature
            yield Outcome(mature, item.group, "complained", happened)


def _item(decision: Decision) -> Listing | LiveSegment:
    judged = decision.judged()
    if decision.kind == "listings":
        return Listing.model_validate(judged)
    return LiveSegment.model_validate(judged)


def _judgements(ledger: Ledger, window: Window) -> Iterator[Outcome]:
    """What reviewers and appeals said of items that were flagged."""
    for decision, label in labels_made(ledger, window):
        if decision.flagged and label.source == "reviewer":
            happened = label.outcome == "violation"
            yield Outcome(label.observed_at, group_of(decision), "confirmed", happened)
        if decision.flagged and label.source == "appeal":
            happened = label.outcome == "clean"
            yield Outcome(label.observed_at, group_of(decision), "overturned", happened)


def _first_complaints(ledger: Ledger, window: Window) -> dict[ContentKey, datetime]:
    first: dict[ContentKey, datetime] = {}
    for content, event in feedback_heard(ledger, window):
        learnt = event.observed_at or event.event_at
        if speaks_against(event):
            first[content] = min(learnt, first.get(content, learnt))
    return first


def _versions(verdict: Verdict) -> str:
    return f"{verdict.model_version} {verdict.policy_version} {verdict.lexicon_version}"


def _disguises(verdict: Verdict) -> int:
    hits = (hit for label in verdict.labels for hit in label.hits if hit.resolved is not None)
    return len({(hit.field, hit.start, hit.end) for hit in hits})
