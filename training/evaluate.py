"""Measures of a scorer, with intervals from resampled groups (分组自助法)."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import f1_score

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Counts = NDArray[np.int64]

RESAMPLES: Final = 1_000
LEVEL: Final = 0.95
CLEAN_FLAGGED_AT: Final = 0.1
_BINS: Final = 10
_LEAST_IN_SLICE: Final = 50


def macro_f1(truth: Flags, flagged: Flags) -> float:
    """The mean of the F1 of violating and of clean; of one alone where the other is not there."""
    found = [_f1(truth, flagged), _f1(~truth, ~flagged)]
    return float(np.nanmean(found))


def pr_auc(truth: Flags, scores: Floats) -> float:
    """Average precision; NaN where nothing violates."""
    if not truth.any():
        return float("nan")
    right, flagged = _curve(truth, scores)
    return float((np.diff(right, prepend=0) * right / flagged).sum() / right[-1])


def roc_auc(truth: Flags, scores: Floats) -> float:
    """That a violating row scores above a clean one; NaN where either is missing."""
    if not truth.any() or truth.all():
        return float("nan")
    right, flagged = _curve(truth, scores)
    wrong = flagged - right
    area = np.trapezoid(np.append(0, right), np.append(0, wrong))
    return float(area / (right[-1] * wrong[-1]))


def recall_at_precision(truth: Flags, scores: Floats, least: float = 0.9) -> float:
    """The highest recall at which precision is at least ``least``; 0 where it never is."""
    if not truth.any():
        return float("nan")
    right, flagged = _curve(truth, scores)
    return float(right[right / flagged >= least].max(initial=0) / right[-1])


def recall_at_clean_flagged(truth: Flags, scores: Floats, share: float = CLEAN_FLAGGED_AT) -> float:
    """Recall at the threshold that flags ``share`` of the clean."""
    cut = float(np.quantile(scores[~truth], 1 - share)) if (~truth).any() else 0.0
    return float((scores[truth] > cut).mean()) if truth.any() else 0.0


def calibration_error(truth: Flags, scores: Floats) -> float:
    """Expected calibration error over ten bins of equal size: 0 is perfect."""
    order = np.argsort(scores, kind="stable")
    bins = [part for part in np.array_split(order, _BINS) if part.size]
    gaps = [abs(truth[part].mean() - scores[part].mean()) * part.size for part in bins]
    return float(sum(gaps) / len(truth))


def measures(truth: Flags, scores: Floats, flagged: Flags) -> dict[str, float]:
    """All headline figures of one set of scores and of what was flagged."""
    return {
        "macro_f1": macro_f1(truth, flagged),
        "pr_auc": pr_auc(truth, scores),
        "roc_auc": roc_auc(truth, scores),
        "recall_at_precision_90": recall_at_precision(truth, scores),
        "recall_at_clean_10": recall_at_clean_flagged(truth, scores),
        "clean_flagged": float(flagged[~truth].mean()) if (~truth).any() else float("nan"),
        "ece": calibration_error(truth, scores),
    }


def evaluation(
    truth: Flags,
    scores: Floats,
    flagged: Flags,
    threshold: float,
    groups: Sequence[str],
    *,
    labels: dict[str, tuple[Flags, Floats]] | None = None,
    slices: Sequence[str] | None = None,
    seed: int = 0,
) -> dict[str, Any]:
    """The report of ``mingcha evaluate --json``: figures, 95 % intervals, labels, slices.

    ``threshold``, at which rows were flagged, was chosen on training data. Intervals resample
    whole groups.
    ``labels`` gives truth and scores for the rows at which each label is known.
    """
    return {
        "n": len(truth),
        "base_rate": float(truth.mean()),
        **measures(truth, scores, flagged),
        "threshold": threshold,
        "groups": len(set(groups)),
        "intervals": intervals(truth, scores, flagged, groups, seed),
        "labels": {code: _label(*known) for code, known in (labels or {}).items()},
        "slices": _slices(truth, scores, flagged, slices or []),
    }


def intervals(
    truth: Flags, scores: Floats, flagged: Flags, groups: Sequence[str], seed: int
) -> dict[str, list[float]]:
    """Percentile intervals of every measure, resampling groups with replacement."""
    members = _members(groups)
    rng = np.random.default_rng(seed)
    draws: dict[str, list[float]] = {}
    for _ in range(RESAMPLES):
        rows = np.concatenate([members[i] for i in rng.integers(len(members), size=len(members))])
        if truth[rows].all() or not truth[rows].any():
            continue
        for name, value in measures(truth[rows], scores[rows], flagged[rows]).items():
            draws.setdefault(name, []).append(value)
    tail = (1 - LEVEL) / 2
    return {
        name: [float(np.quantile(values, tail)), float(np.quantile(values, 1 - tail))]
        for name, values in draws.items()
    }


def best_threshold(truth: Flags, scores: Floats, weights: Floats | None = None) -> float:
    """The score from which to flag so that macro-F1 is highest on this, the training, data."""
    candidates = np.unique(np.quantile(scores, np.linspace(0.005, 0.995, 199)))

    def figure(cut: float) -> float:
        flagged = scores >= cut
        return float(
            f1_score(truth, flagged, average="macro", zero_division=0, sample_weight=weights)
        )

    return float(max(candidates, key=figure))


def at_base_rate(truth: Flags, base_rate: float, seed: int) -> NDArray[np.intp]:
    """The rows of a sample in which ``base_rate`` violate: all clean ones, few violating ones.

    Where violating rows are too few already, all rows.
    """
    violating, clean = np.flatnonzero(truth), np.flatnonzero(~truth)
    wanted = round(len(clean) * base_rate / (1 - base_rate))
    if wanted < len(violating):
        violating = np.random.default_rng(seed).choice(violating, wanted, replace=False)
    return np.sort(np.concatenate([violating, clean]))


def _f1(truth: Flags, flagged: Flags) -> float:
    said = int(truth.sum() + flagged.sum())
    return 2.0 * int((truth & flagged).sum()) / said if said else float("nan")


def _curve(truth: Flags, scores: Floats) -> tuple[Counts, Counts]:
    """For each distinct score, from the highest: how many violate from there on, of how many.

    A thousand resamples are measured, so this is written out: the library checks its input anew
    for every figure.
    """
    order = np.argsort(-scores, kind="stable")
    ordered = scores[order]
    last = np.flatnonzero(np.append(ordered[1:] != ordered[:-1], True))
    return truth[order].astype(np.int64).cumsum()[last], last + 1


def _members(groups: Sequence[str]) -> list[NDArray[np.intp]]:
    labels = np.unique(np.asarray(groups), return_inverse=True)[1]
    return [np.flatnonzero(labels == number) for number in range(int(labels.max()) + 1)]


def _label(truth: Flags, scores: Floats) -> dict[str, float]:
    known: dict[str, float] = {"n": len(truth), "positives": int(truth.sum())}
    if not truth.any() or truth.all():
        return known
    return {
        **known,
        "pr_auc": pr_auc(truth, scores),
        "roc_auc": roc_auc(truth, scores),
    }


def _slices(
    truth: Flags, scores: Floats, flagged: Flags, names: Sequence[str]
) -> dict[str, dict[str, float]]:
    of = np.asarray(names)
    found = {}
    for name in sorted(set(names)):
        rows = of == name
        if rows.sum() >= _LEAST_IN_SLICE:
            n = {"n": int(rows.sum()), "base_rate": float(truth[rows].mean())}
            found[name] = {**n, **measures(truth[rows], scores[rows], flagged[rows])}
    return found
