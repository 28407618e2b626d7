"""Fitting the claim model: unit heads on evidence, poolers on what unseen units score."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

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
from training.units import FittedHeads, UnitTable, claim_table, fit_units, fit_whole

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]
Report = Callable[[str], None]

FOLDS: Final = 5

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
    table = claim_table(docs, reads, codes)
    heads = table.heads()
    groups = [doc.group for doc in docs]
    parts = grouped_folds(groups, min(folds, len(set(groups))), seed)
    texts = NgramCounts([whole_text(read) for read in reads])
    violating = np.array([doc.violation for doc in docs], dtype=np.float64)
    logits = _unseen_units(table, reads, parts, heads, report)
    wholes = _unseen_wholes(texts, violating, parts)
    report("heads, all documents")
    everything = np.arange(len(docs))
    units = fit_units(table, everything, heads)
    whole = fit_whole(texts, everything, violating)
    report("poolers")
    long = np.array([is_window(read) for read in reads])
    pooled = np.array(list(map(_pooled, reads, logits, wholes)))
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
    logits = _unseen_units(claim_table(docs, reads, ()), reads, parts, (), report)
    return _fit_evasion(docs, reads, logits, parts)[1]


def _unseen_units(
    table: UnitTable,
    reads: Sequence[Read],
    parts: list[Indices],
    heads: Sequence[str],
    report: Report,
) -> list[Floats]:
    """What the units of each document score by heads that were fitted without it."""
    everything = np.arange(len(reads))
    logits: list[Floats] = [np.empty(0)] * len(reads)
    for number, held_out in enumerate(parts, 1):
        report(f"heads, fold {number} of {len(parts)}")
        fitted = fit_units(table, np.setdiff1d(everything, held_out), heads)
        alone = table.by_document(fitted.decision(table.rows(held_out)), held_out)
        intercepts = np.array([model.intercept_[0] for model in fitted.models])
        for index, units in zip(held_out, alone, strict=True):
            logits[index] = among_neighbours(units, intercepts)
    return logits


def _unseen_wholes(texts: NgramCounts, violating: Floats, parts: list[Indices]) -> Floats:
    everything = np.arange(len(violating))
    wholes = np.empty(len(violating))
    for held_out in parts:
        fitted = fit_whole(texts, np.setdiff1d(everything, held_out), violating)
        wholes[held_out] = fitted.decision(held_out)[:, 0]
    return wholes


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
