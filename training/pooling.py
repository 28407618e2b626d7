"""Fitting poolers: logistic regressions of few features, calibrated on unseen folds."""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from sklearn.linear_model import LogisticRegression

from models.calibrated import Linear, sigmoid
from models.claim import POOLED_FEATURES

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]

ENOUGH: Final = 100
"""Texts of each class with which a pooler is fitted, or calibrated, on texts of one kind alone."""

POOL_STRENGTH: Final = 1 / 30
"""The inverse penalty of poolers. Their features are few and alike: a strong penalty keeps what
one channel shows from deciding."""

_WHOLE: Final = POOLED_FEATURES.index("whole")
_CALIBRATION_STRENGTH: Final = 1e6
_TINY: Final = 1e-9


def fit_poolers(
    features: Floats,
    target: Floats,
    long: NDArray[np.bool_],
    parts: list[Indices],
    own: Indices,
) -> tuple[Linear, Linear, Floats]:
    """The poolers of windows and of sentences, and the log-odds of all texts out of fold.

    ``features`` (n, POOLED_FEATURES) come from heads that had not seen the text; ``long`` tells
    windows. They are calibrated at the mix of an operator's ``own`` texts, where those are enough.
    """
    rows = alone_or_all(np.flatnonzero(long), target)
    own_rows = np.intersect1d(np.flatnonzero(long), own)
    window, of_windows = _fit_windows(features, target, parts, rows, own_rows)
    rows = alone_or_all(np.flatnonzero(~long), target)
    own_rows = np.intersect1d(rows, own)
    scaled = own_rows if enough(target[own_rows]) else rows
    sentence, of_sentences = calibrated(features, target, parts, rows, scaled)
    return window, sentence, np.where(long, of_windows, of_sentences)


def _fit_windows(
    features: Floats, target: Floats, parts: list[Indices], rows: Indices, own: Indices
) -> tuple[Linear, Floats]:
    """The pooler of windows, in which the head for whole texts speaks as ``own`` windows allow.

    It is told without that head from ``rows``, and how much the head adds from the operator's
    own, where each fold leaves enough of them: learnt from the seeds, the head knows their
    writers better than it knows real speech.
    """
    without = features.copy()
    without[:, _WHOLE] = 0.0
    pooler, unseen = calibrated(without, target, parts, rows, own if enough(target[own]) else rows)
    if not all(enough(target[np.setdiff1d(own, part)]) for part in parts):
        return pooler, unseen
    both = np.column_stack([unseen, features[:, _WHOLE]])
    believed, out_of_fold = calibrated(both, target, parts, own, own)
    weights = pooler.weights * believed.weights[0]
    weights[_WHOLE] = believed.weights[1]
    return Linear(weights, pooler.bias * believed.weights[0] + believed.bias), out_of_fold


def alone_or_all(rows: Indices, target: Floats) -> Indices:
    """These rows where there are enough of both classes, else all rows there are."""
    return rows if enough(target[rows]) else np.arange(len(target))


def enough(target: Floats) -> bool:
    """Whether there are ``ENOUGH`` rows of both classes."""
    violating = int(target.sum())
    return min(violating, len(target) - violating) >= ENOUGH


def calibrated(
    features: Floats, target: Floats, parts: list[Indices], rows: Indices, scaled: Indices
) -> tuple[Linear, Floats]:
    """A logistic regression whose Platt scaling, from unseen rows, is folded in.

    It learns from ``rows`` and is calibrated at the mix of ``scaled``. Returns it with the
    log-odds of every row by a model that had not seen it, under the same scaling.
    """
    unseen = np.empty(len(target))
    for part in parts:
        rest = np.setdiff1d(rows, part)
        unseen[part] = fit_linear(features[rest], target[rest]).logits(features[part])
    platt = LogisticRegression(C=_CALIBRATION_STRENGTH).fit(unseen[scaled, None], target[scaled])
    slope, offset = float(platt.coef_[0, 0]), float(platt.intercept_[0])
    if slope <= 0:
        # Too few rows to calibrate on: a scaling that turns the ranking round is noise.
        slope, offset = 1.0, 0.0
    raw = fit_linear(features[rows], target[rows])
    return Linear(raw.weights * slope, raw.bias * slope + offset), unseen * slope + offset


def fit_linear(features: Floats, target: Floats) -> Linear:
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
