"""Fitting the claim model: unit heads on evidence, poolers on what unseen units score."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from data.split import grouped_folds
from features.cues import CueReader, label_weights
from models.calibrated import Linear
from models.claim import (
    EVASION_FEATURES,
    LABEL_FEATURES,
    ClaimModel,
    Poolers,
    Read,
    among_neighbours,
    evasion_features,
    is_window,
    label_features,
    pooled_features,
    read_text,
    whole_text,
)
from training.assemble import ClaimDoc, of_seeds
from training.contained import with_contained_evidence
from training.ngrams import NgramCounts
from training.pooling import alone_or_all, calibrated, enough, fit_poolers
from training.thinning import Lessons, thinned
from training.units import FittedHeads, UnitTable, claim_table, fit_units, fit_whole

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]
Report = Callable[[str], None]

FOLDS: Final = 5

TEXT_LESSONS: Final = 20_000
"""The most documents that heads learn from. Where there are more, they learn from some of them,
which stand for all; poolers learn from all."""

# Where no row names a label the lexicon alone does: a cue of weight 1 is as likely right as not.
_BY_LEXICON: Final = Linear(
    np.array([2.0 * (name == "lexicon") for name in LABEL_FEATURES]), bias=-2.0
)
# Where no row tells disguises the resolver alone does: what it is half sure of is as likely one.
_BY_RESOLVER: Final = Linear(
    np.array([4.0 * (name == "resolved") for name in EVASION_FEATURES]), bias=-2.0
)


@dataclass(frozen=True)
class FittedClaims:
    """A claim model, and what it says of each document when fitted without it.

    ``out_of_fold`` (n,) and ``label_out_of_fold`` (n, codes) are calibrated log-odds.
    ``like_traffic`` are the documents that are like what will be judged, by which thresholds are
    chosen.
    """

    model: ClaimModel
    units: FittedHeads
    out_of_fold: Floats
    label_out_of_fold: Floats
    like_traffic: Indices


def fit_claims(
    docs: Sequence[ClaimDoc],
    codes: Sequence[str],
    reader: CueReader,
    report: Report,
    *,
    folds: int = FOLDS,
    seed: int = 0,
) -> FittedClaims:
    """Fit unit heads and poolers; what the poolers see of a unit comes from heads that did not."""
    report("reading")
    docs = with_contained_evidence(docs)
    reads = [read_text(doc.text, reader) for doc in docs]
    lessons = thinned([(of_seeds(d), d.violation, d.codes) for d in docs], TEXT_LESSONS, seed)
    table = _table(docs, reads, lessons, codes)
    heads = table.heads()
    groups = [doc.group for doc in docs]
    parts = grouped_folds(groups, min(folds, len(set(groups))), seed)
    wholes = _Wholes.of(docs, reads, lessons)
    violating = np.array([doc.violation for doc in docs], dtype=np.float64)
    logits = _unseen_units(table, lessons, reads, parts, heads, report)
    of_wholes = wholes.unseen(reads, parts)
    report("heads, all documents")
    everything = np.arange(len(lessons.rows))
    units, whole = fit_units(table, everything, heads), wholes.fit(everything)
    report("poolers")
    long = np.array([is_window(read) for read in reads])
    pooled = np.array(list(map(_pooled, reads, logits, of_wholes)))
    own = np.flatnonzero([not of_seeds(doc) for doc in docs])
    window, sentence, any_oof = fit_poolers(pooled, violating, long, parts, own)
    label, label_oof = _fit_label(docs, reads, logits, parts, codes, heads)
    evasion, _ = _fit_evasion(docs, reads, logits, parts)
    poolers = Poolers(window=window, sentence=sentence, label=label, evasion=evasion)
    model = ClaimModel(tuple(codes), heads, units.export(), whole.export(), poolers, reader)
    label_oof = np.minimum(label_oof, any_oof[:, None])
    own = alone_or_all(own, violating)
    windows = np.intersect1d(own, np.flatnonzero(long))
    traffic = windows if enough(violating[windows]) else own
    return FittedClaims(model, units, any_oof, label_oof, traffic)


def evasion_out_of_fold(
    docs: Sequence[ClaimDoc],
    reader: CueReader,
    report: Report,
    *,
    folds: int = FOLDS,
    seed: int = 0,
) -> Floats:
    """The calibrated log-odds, (n,), that each document holds a disguise, by a model without it.

    Only ``disguises``, which must be known, and ``group`` of the documents are asked for.
    """
    reads = [read_text(doc.text, reader) for doc in docs]
    parts = grouped_folds([doc.group for doc in docs], folds, seed)
    lessons = thinned([doc.disguised for doc in docs], TEXT_LESSONS, seed)
    table = _table(docs, reads, lessons, ())
    logits = _unseen_units(table, lessons, reads, parts, (), report)
    return _fit_evasion(docs, reads, logits, parts)[1]


def _table(
    docs: Sequence[ClaimDoc], reads: Sequence[Read], lessons: Lessons, codes: Sequence[str]
) -> UnitTable:
    """The units of the lessons, which are its documents in their order."""
    rows = lessons.rows.tolist()
    table = claim_table([docs[row] for row in rows], [reads[row] for row in rows], codes)
    if lessons.weights is None:
        return table
    return replace(table, weights=lessons.weights[table.documents])


def _left(lessons: Lessons, held_out: Indices) -> Indices:
    """The places of the lessons that are not held out."""
    return np.flatnonzero(~np.isin(lessons.rows, held_out))


def _unseen_units(
    table: UnitTable,
    lessons: Lessons,
    reads: Sequence[Read],
    parts: list[Indices],
    heads: Sequence[str],
    report: Report,
) -> list[Floats]:
    """What the units of each document score by heads that were fitted without it."""
    logits: list[Floats] = [np.empty(0)] * len(reads)
    for number, held_out in enumerate(parts, 1):
        report(f"heads, fold {number} of {len(parts)}")
        fitted = fit_units(table, _left(lessons, held_out), heads)
        intercepts = np.array([model.intercept_[0] for model in fitted.models])
        rows = held_out.tolist()
        distinct = dict.fromkeys(unit.text for row in rows for unit in reads[row].units)
        place = {text: number for number, text in enumerate(distinct)}
        scores = fitted.score(list(distinct))
        for row in rows:
            alone = scores[[place[unit.text] for unit in reads[row].units]]
            logits[row] = among_neighbours(alone, intercepts)
    return logits


@dataclass(frozen=True)
class _Wholes:
    """The lessons as whole texts, and whether each violates."""

    texts: NgramCounts
    violating: Floats
    lessons: Lessons

    @classmethod
    def of(cls, docs: Sequence[ClaimDoc], reads: Sequence[Read], lessons: Lessons) -> Self:
        rows = lessons.rows.tolist()
        texts = NgramCounts([whole_text(reads[row]) for row in rows])
        violating = np.array([docs[row].violation for row in rows], dtype=np.float64)
        return cls(texts, violating, lessons)

    def fit(self, places: Indices) -> FittedHeads:
        """The head that learnt from the lessons at these places."""
        return fit_whole(self.texts, places, self.violating, self.lessons.weights)

    def unseen(self, reads: Sequence[Read], parts: list[Indices]) -> Floats:
        """What each document scores by a head that was fitted without it, (documents,)."""
        scores = np.empty(len(reads))
        for held_out in parts:
            fitted = self.fit(_left(self.lessons, held_out))
            scores[held_out] = fitted.score([whole_text(reads[row]) for row in held_out.tolist()])[
                :, 0
            ]
        return scores


def _pooled(read: Read, units: Floats, whole: float) -> Floats:
    weights = label_weights(read.reading.hits)
    return pooled_features(units[:, 0], is_window(read), whole, weights, read.reading)


def _fit_evasion(
    docs: Sequence[ClaimDoc], reads: Sequence[Read], logits: Sequence[Floats], parts: list[Indices]
) -> tuple[Linear, Floats]:
    """The pooler of disguises, on the documents of which it is known whether they hold one."""
    features = np.array(
        [
            evasion_features(units[:, -1], read.reading)
            for read, units in zip(reads, logits, strict=True)
        ]
    )
    known = np.flatnonzero([doc.disguises is not None for doc in docs])
    target = np.array([bool(doc.disguises) for doc in docs], dtype=np.float64)
    if not enough(target[known]):
        return _BY_RESOLVER, _BY_RESOLVER.logits(features)
    return calibrated(features, target, parts, known, known)


def _fit_label(
    docs: Sequence[ClaimDoc],
    reads: Sequence[Read],
    logits: Sequence[Floats],
    parts: list[Indices],
    codes: Sequence[str],
    heads: Sequence[str],
) -> tuple[Linear, Floats]:
    """One pooler for all labels, on every pair of a document and a label that is known of it."""
    rows = np.array(
        [
            label_features(units, label_weights(read.reading.hits), codes, heads)
            for read, units in zip(reads, logits, strict=True)
        ]
    )
    target = np.array([_label_targets(doc, codes) for doc in docs])
    n, k, width = rows.shape
    owner = np.repeat(np.arange(n), k)
    known = ~np.isnan(target.ravel())
    if not np.nansum(target):
        return _BY_LEXICON, _BY_LEXICON.logits(rows.reshape(-1, width)).reshape(n, k)
    of_parts = [np.flatnonzero(np.isin(owner, part)) for part in parts]
    pairs = np.flatnonzero(known)
    flat = rows.reshape(-1, width)
    model, unseen = calibrated(flat, target.ravel(), of_parts, pairs, pairs)
    return model, unseen.reshape(n, k)


def _label_targets(doc: ClaimDoc, codes: Sequence[str]) -> list[float]:
    if doc.codes is None:
        return [float("nan")] * len(codes)
    return [float(code in doc.codes) for code in codes]
