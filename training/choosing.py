"""The rows that choose an operating point (选点依据), and recent items as the champion sees them.

Judged items of the ledger that the champion did not learn from and that judge no coming
challenger: decided after what trained it, and no later than the last retraining's ``as_of``
(before the first retraining: the older half). Where these are too few, the scores that its
training left out of fold.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple, TypeVar

import numpy as np
from pydantic import ValidationError

from data.ledger import Decision, Ledger
from data.ledger.champions import promotions_of, retrainings_of
from data.ledger.window import count_first_answers, first_answers
from data.listing import Listing
from data.problem import MingchaError
from data.segment import LiveSegment
from data.verdict import Kind
from models.artifact import read_files, read_manifest
from models.claim_scorer import ClaimScorer
from models.judgement import Chances
from models.listing_scorer import ListingScorer
from models.store import artifacts
from training.assemble import ClaimDoc
from training.changes import group_of
from training.inflow import recent
from training.lessons import Assembled, assemble_claims, assemble_listings, weighed
from training.lessons import Judged as Weighed
from training.listings import ListingDoc
from training.operating import Judged, Rows
from training.out_of_fold import OUT_OF_FOLD, unpack_judged
from training.paired import effective_count
from training.retrain import judged_from
from training.work import Work

Doc = TypeVar("Doc", bound=ClaimDoc | ListingDoc)
Scored = ClaimScorer | ListingScorer

LEAST_ROWS: Final = 100
LEAST_VIOLATING: Final = 20
"""Judged rows, and what the violating ones of them must tell, to choose by. Assumed."""

MOST_SCORED: Final = 5_000
"""Recent items that are scored again to see what a point would flag."""

_BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)


class AdjustmentError(MingchaError):
    """An operating point that cannot be chosen or changed; says why and what to do."""


@dataclass(frozen=True)
class Site:
    """Where a point is chosen, and by which work; ``most`` recent items are scored again.

    The ledger's rows choose where there are ``least_rows`` of them, and violating ones that tell
    as much as ``least_violating`` of equal weight.
    """

    home: Path
    ledger: Ledger
    work: Work
    most: int = MOST_SCORED
    least_rows: int = LEAST_ROWS
    least_violating: int = LEAST_VIOLATING


class Basis(NamedTuple):
    """Judged rows, and which they are, in words."""

    sentence: str
    judged: Judged


class Recent(NamedTuple):
    """Recent items as the champion sees them, when they came, and what share of all they are."""

    rows: Rows
    instants: list[datetime]
    share: float


class _Usable(NamedTuple):
    """Judged rows, decided up to ``until``, that tell as much as so many violating ones."""

    judged: Judged
    until: datetime
    tells: float


def choosing_rows(kind: Kind, site: Site, version: str, scorer: Scored, at: datetime) -> Basis:
    """What the champion's operating point is chosen by, as of an instant.

    Raises AdjustmentError where the ledger has too little and the artefact keeps no scores.
    """
    since = _trained_until(site.ledger, kind, version, at)
    if kind == "claims":
        usable = _usable(assemble_claims, site, scorer, since, at)
    else:
        usable = _usable(assemble_listings, site, scorer, since, at)
    if usable.tells >= site.least_violating and len(usable.judged.violating) >= site.least_rows:
        after = "" if since == _BEGINNING else f" after {since.isoformat(timespec='minutes')}"
        until = usable.until.isoformat(timespec="minutes")
        sentence = f"items that people judged, decided{after} up to {until}, weighted 1/p"
        return Basis(sentence, usable.judged)
    few = (
        f"the ledger has {len(usable.judged.violating)} judged items that may choose, which tell "
        f"as much as {usable.tells:.0f} violating; {site.least_rows} and {site.least_violating} "
        "are needed"
    )
    directory = artifacts(site.home, kind) / version
    kept = read_files(directory, read_manifest(directory)).get(OUT_OF_FOLD)
    if kept is None:
        raise AdjustmentError(
            f"{kind} {version}: {few}, and the artefact keeps no scores of its training; train anew"
        )
    return Basis(f"scores of training, out of fold ({few})", unpack_judged(kept))


def _trained_until(ledger: Ledger, kind: Kind, version: str, at: datetime) -> datetime:
    """The last instant of which the champion learnt labels; other thresholds learn none."""
    of = {one.model_version: one for one in promotions_of(ledger, kind)}
    seen = set()
    while version in of and of[version].cause == "thresholds" and version not in seen:
        seen.add(version)
        version = of[version].replaced or version
    made = [
        row.judged_from for row in retrainings_of(ledger, kind, at) if row.challenger == version
    ]
    return made[-1] if made else _BEGINNING


def _usable(
    assemble: Callable[[Ledger, datetime, datetime | None], Assembled[Doc]],
    site: Site,
    scorer: Scored,
    since: datetime,
    at: datetime,
) -> _Usable:
    """The judged rows that may choose, as the champion sees them."""
    kind, ledger = scorer.kind, site.ledger
    assembled = assemble(ledger, at, judged_from(retrainings_of(ledger, kind, at)))
    until = assembled.judged_from or since
    rows = [one for one in assembled.lessons if one.decision.decided_at > since]
    judged = _judged(weighed(ledger, kind, rows, since, until), scorer)
    return _Usable(judged, until, effective_count(judged.rows.weights[judged.violating]))


def _judged(judged: Sequence[Weighed[Doc]], scorer: Scored) -> Judged:
    found = [
        (one, chances)
        for one in judged
        if (chances := _chances(scorer, one.lesson.decision)) is not None
    ]
    labels = [one.lesson.truth.label for one, _ in found]
    codes = scorer.taxonomy.codes
    named = [code in label.codes for label in labels for code in codes]
    return Judged(
        _rows(
            [chances for _, chances in found],
            [1 / one.selection_probability for one, _ in found],
            [one.lesson.doc.group for one, _ in found],
            codes,
        ),
        np.array([label.outcome == "violation" for label in labels], dtype=np.bool_),
        np.array(named, dtype=np.bool_).reshape(len(labels), len(codes)),
        np.ones(len(labels), dtype=np.bool_),
    )


def recent_items(kind: Kind, site: Site, scorer: Scored, at: datetime) -> Recent:
    """A sample of what was answered for the first time in the four weeks before an instant."""
    window = recent(kind, at)
    total = count_first_answers(site.ledger, window)
    share = min(1.0, site.most / total) if total else 1.0
    found = [
        (decision, chances)
        for decision in first_answers(site.ledger, window, share)
        if (chances := _chances(scorer, decision)) is not None
    ]
    return Recent(
        _rows(
            [chances for _, chances in found],
            [1.0] * len(found),
            [group_of(decision) for decision, _ in found],
            scorer.taxonomy.codes,
        ),
        [decision.decided_at for decision, _ in found],
        share,
    )


def _chances(scorer: Scored, decision: Decision) -> Chances | None:
    """What the champion thinks of a decided item; None of one that today's service refuses."""
    try:
        if isinstance(scorer, ClaimScorer):
            segment = LiveSegment.model_validate(decision.judged())
            return scorer.chances(segment, decision.decided_at)
        return scorer.chances(Listing.model_validate(decision.judged()), decision.decided_at)
    except ValidationError:
        return None


def _rows(
    chances: Sequence[Chances],
    weights: Sequence[float],
    groups: Sequence[str],
    codes: Sequence[str],
) -> Rows:
    labels = [one.labels.get(code, 0.0) for one in chances for code in codes]
    return Rows(
        probability=np.array([one.probability for one in chances], dtype=np.float64),
        labels=np.array(labels, dtype=np.float64).reshape(len(chances), len(codes)),
        settled=np.array([one.settled for one in chances], dtype=np.bool_),
        blocks=np.array([one.blocks for one in chances], dtype=np.bool_),
        weights=np.array(weights, dtype=np.float64),
        groups=np.unique(np.array(groups, dtype=str), return_inverse=True)[1].astype(np.intp),
    )
