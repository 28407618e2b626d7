"""Fitting the claim model: unit heads on evidence, poolers on what unseen units score."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from data.split import grouped_folds
from features.cues import CueReader, label_weights
from models.calibrated import Linear, sigmoid
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
    read_text,
    sentence_features,
    whole_text,
    window_features,
)
from training.assemble import ClaimDoc
from training.contained import with_contained_evidence
from training.ngrams import NgramCounts
from training.units import FittedHeads, UnitTable, claim_table, fit_units, fit_whole

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]
Report = Callable[[str], None]

FOLDS: Final = 5

ENOUGH: Final = 100
"""Texts of each class with which a pooler is fitted, or calibrated, on texts of one kind alone."""

POOL_STRENGTH: Final = 1 / 30
"""The inverse penalty of poolers. Their features are few and alike: a strong penalty keeps what
one channel shows from deciding."""

_CALIBRATION_STRENGTH: Final = 1e6
_TINY: Final = 1e-9
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
    own = _alone_or_all(np.flatnonzero([not _of_seeds(doc) for doc in docs]), violating)
    window, sentence, any_oof = _fit_pooled(reads, logits, wholes, violating, long, parts, own)
    label, label_oof = _fit_label(docs, reads, logits, parts, codes, heads)
    evasion, _ = _fit_evasion(docs, reads, logits, parts)
    poolers = Poolers(window=window, sentence=sentence, label=label, evasion=evasion)
    model = ClaimModel(tuple(codes), heads, units.export(), whole.export(), poolers, reader)
    label_oof = np.minimum(label_oof, any_oof[:, None])
    windows = np.intersect1d(own, np.flatnonzero(long))
    traffic = windows if _enough(violating[windows]) else own
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


def _of_seeds(doc: ClaimDoc) -> bool:
    """Whether a document is of the seeds, which are a lesson, half of it traps, and no traffic."""
    return doc.source.startswith("seeds/")


def _fit_pooled(
    reads: Sequence[Read],
    logits: Sequence[Floats],
    wholes: Floats,
    target: Floats,
    long: NDArray[np.bool_],
    parts: list[Indices],
    own: Indices,
) -> tuple[Linear, Linear, Floats]:
    """The poolers of windows and of sentences, and the log-odds of all documents out of fold.

    They are calibrated at the mix of an operator's ``own`` documents.
    """
    seen = [
        (units[:, 0], label_weights(read.reading.hits), read.reading)
        for read, units in zip(reads, logits, strict=True)
    ]
    as_window = np.array([window_features(*of) for of in seen])
    as_sentence = np.array(
        [
            sentence_features(units, whole, weights, reading)
            for (units, weights, reading), whole in zip(seen, wholes, strict=True)
        ]
    )
    out_of_fold = np.empty(len(target))
    poolers = []
    for kind, features in ((long, as_window), (~long, as_sentence)):
        rows = _alone_or_all(np.flatnonzero(kind), target)
        scaled = np.intersect1d(rows, own)
        scaled = scaled if _enough(target[scaled]) else rows
        pooler, unseen = _calibrated(features, target, parts, rows, scaled)
        out_of_fold[kind] = unseen[kind]
        poolers.append(pooler)
    return poolers[0], poolers[1], out_of_fold


def _alone_or_all(rows: Indices, target: Floats) -> Indices:
    """These rows where there are enough of both classes, else all rows there are."""
    return rows if _enough(target[rows]) else np.arange(len(target))


def _enough(target: Floats) -> bool:
    violating = int(target.sum())
    return min(violating, len(target) - violating) >= ENOUGH


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
    if not _enough(target[known]):
        return _BY_RESOLVER, _BY_RESOLVER.logits(features)
    return _calibrated(features, target, parts, known, known)


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
    model, unseen = _calibrated(flat, target.ravel(), of_parts, pairs, pairs)
    return model, unseen.reshape(n, k)


def _label_targets(doc: ClaimDoc, codes: Sequence[str]) -> list[float]:
    if doc.codes is None:
        return [float("nan")] * len(codes)
    return [float(code in doc.codes) for code in codes]


def _calibrated(
    features: Floats, target: Floats, parts: list[Indices], rows: Indices, scaled: Indices
) -> tuple[Linear, Floats]:
    """A logistic regression whose Platt scaling, from unseen rows, is folded in.

    It learns from ``rows`` and is calibrated at the mix of ``scaled``. Returns it with the
    log-odds of every row by a model that had not seen it, under the same scaling.
    """
    unseen = np.empty(len(target))
    for part in parts:
        rest = np.setdiff1d(rows, part)
        unseen[part] = _fit_linear(features[rest], target[rest]).logits(features[part])
    platt = LogisticRegression(C=_CALIBRATION_STRENGTH).fit(unseen[scaled, None], target[scaled])
    slope, offset = float(platt.coef_[0, 0]), float(platt.intercept_[0])
    if slope <= 0:
        # Too few rows to calibrate on: a scaling that turns the ranking round is noise.
        slope, offset = 1.0, 0.0
    raw = _fit_linear(features[rows], target[rows])
    return Linear(raw.weights * slope, raw.bias * slope + offset), unseen * slope + offset


def _fit_linear(features: Floats, target: Floats) -> Linear:
    """A logistic regression in which no weight is negative: more evidence never counts against."""
    if target.min() == target.max():
        # One class is all there is outside a fold: nothing tells its rows apart.
        return Linear(np.zeros(features.shape[1]), 0.0)
    mean, scale = features.mean(axis=0), features.std(axis=0) + _TINY
    rows = (features - mean) / scale
    width = rows.shape[1]

    def loss(point: Floats) -> tuple[float, Floats]:
        weights, bias = point[:width], point[width]
        logits = rows @ weights + bias
        error = sigmoid(logits) - target
        value = (np.logaddexp(0.0, logits) - target * logits).sum()
        penalty = weights @ weights / (2 * POOL_STRENGTH)
        slope = np.append(rows.T @ error + weights / POOL_STRENGTH, error.sum())
        return float(value + penalty), slope

    bounds = [*[(0.0, None)] * width, (None, None)]
    found = minimize(
        loss,
        np.zeros(width + 1),
        jac=True,
        method="L-BFGS-B",
        bounds=bounds,
        options={"ftol": 1e-12, "gtol": 1e-8, "maxiter": 1_000},
    )
    weights = found.x[:width] / scale
    return Linear(weights, float(found.x[width] - weights @ mean))
