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
    LABEL_FEATURES,
    ClaimModel,
    Read,
    label_features,
    read_text,
    window_features,
)
from training.assemble import ClaimDoc
from training.units import FittedUnits, fit_units, unit_table

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]
Report = Callable[[str], None]

FOLDS: Final = 5
_POOL_STRENGTH: Final = 1.0
_CALIBRATION_STRENGTH: Final = 1e6
_TINY: Final = 1e-9
# Where no row names a label the lexicon alone does: a cue of weight 1 is as likely right as not.
_BY_LEXICON: Final = Linear(
    np.array([2.0 * (name == "lexicon") for name in LABEL_FEATURES]), bias=-2.0
)


@dataclass(frozen=True)
class FittedClaims:
    """A claim model, and what it says of each document when fitted without it.

    ``out_of_fold`` (n,) and ``label_out_of_fold`` (n, codes) are calibrated log-odds.
    """

    model: ClaimModel
    units: FittedUnits
    out_of_fold: Floats
    label_out_of_fold: Floats


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
    reads = [read_text(doc.text, reader) for doc in docs]
    table = unit_table(docs, reads, codes)
    heads = table.heads()
    groups = [doc.group for doc in docs]
    parts = grouped_folds(groups, min(folds, len(set(groups))), seed)
    everything = np.arange(len(docs))
    logits: list[Floats] = [np.empty(0)] * len(docs)
    for number, held_out in enumerate(parts, 1):
        report(f"unit heads, fold {number} of {len(parts)}")
        fitted = fit_units(table, np.setdiff1d(everything, held_out), heads)
        for index, unit_logits in zip(
            held_out, _unit_logits(fitted, [reads[i] for i in held_out], len(heads)), strict=True
        ):
            logits[index] = unit_logits
    report("unit heads, all documents")
    units = fit_units(table, everything, heads)
    report("poolers")
    window, any_oof = _fit_window(docs, reads, logits, parts)
    label, label_oof = _fit_label(docs, reads, logits, parts, codes, heads)
    model = ClaimModel(tuple(codes), heads, units.export(), window, label, reader)
    return FittedClaims(model, units, any_oof, np.minimum(label_oof, any_oof[:, None]))


def _unit_logits(fitted: FittedUnits, reads: Sequence[Read], heads: int) -> list[Floats]:
    """The units' log-odds of each document, from one call for all."""
    texts = [unit.text for read in reads for unit in read.units]
    flat = fitted.decision(texts) if texts else np.empty((0, 1 + heads))
    ends = np.cumsum([len(read.units) for read in reads])
    return np.split(flat, ends[:-1])


def _fit_window(
    docs: Sequence[ClaimDoc], reads: Sequence[Read], logits: Sequence[Floats], parts: list[Indices]
) -> tuple[Linear, Floats]:
    features = np.array(
        [
            window_features(units[:, 0], label_weights(read.reading.hits), read.reading)
            for read, units in zip(reads, logits, strict=True)
        ]
    )
    target = np.array([doc.violation for doc in docs], dtype=np.float64)
    return _calibrated(features, target, parts)


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
    of_parts = [np.flatnonzero(np.isin(owner[known], part)) for part in parts]
    model, _ = _calibrated(rows.reshape(-1, width)[known], target.ravel()[known], of_parts)
    out_of_fold = np.empty((n, k))
    for part, of_part in zip(parts, of_parts, strict=True):
        rest = np.setdiff1d(np.arange(int(known.sum())), of_part)
        fitted = _fit_linear(rows.reshape(-1, width)[known][rest], target.ravel()[known][rest])
        out_of_fold[part] = fitted.logits(rows[part].reshape(-1, width)).reshape(-1, k)
    return model, out_of_fold


def _label_targets(doc: ClaimDoc, codes: Sequence[str]) -> list[float]:
    if doc.codes is None:
        return [float("nan")] * len(codes)
    return [float(code in doc.codes) for code in codes]


def _calibrated(features: Floats, target: Floats, parts: list[Indices]) -> tuple[Linear, Floats]:
    """A logistic regression whose Platt scaling, from unseen rows, is folded in.

    Returns it with the calibrated log-odds of each row by a model that had not seen it.
    """
    unseen = np.empty(len(target))
    for part in parts:
        rest = np.setdiff1d(np.arange(len(target)), part)
        unseen[part] = _fit_linear(features[rest], target[rest]).logits(features[part])
    platt = LogisticRegression(C=_CALIBRATION_STRENGTH).fit(unseen[:, None], target)
    slope, offset = float(platt.coef_[0, 0]), float(platt.intercept_[0])
    if slope <= 0:
        # Too few rows to calibrate on: a scaling that turns the ranking round is noise.
        slope, offset = 1.0, 0.0
    raw = _fit_linear(features, target)
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
        penalty = weights @ weights / (2 * _POOL_STRENGTH)
        slope = np.append(rows.T @ error + weights / _POOL_STRENGTH, error.sum())
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
