"""Measures of a scorer, with intervals from resampled groups (分组自助法)."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from models.calibrated import sigmoid
from training.breakdown import (
    BLOCKED,
    blocked_ranking,
    curve,
    curve_points,
    label_figures,
    reliability,
    slices,
)
from training.ranking import LEVEL, RESAMPLES, Counted, Figure, Ranking, Resamples, measured

__all__ = [
    "FIGURES",
    "LEVEL",
    "RESAMPLES",
    "at_base_rate",
    "best_threshold",
    "evaluation",
    "intervals",
    "measures",
    "mildest_threshold",
    "pr_auc",
]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

FIGURES: Final[Mapping[str, Figure]] = {
    "macro_f1": Counted.macro_f1,
    "pr_auc": Counted.pr_auc,
    "roc_auc": Counted.roc_auc,
    "recall_at_precision_90": partial(Counted.recall_at_precision, least=0.9),
    "recall_at_clean_10": partial(Counted.recall_at_clean_flagged, share=0.1),
    "recall": Counted.recall,
    "precision": Counted.precision,
    "clean_flagged": Counted.clean_flagged,
    "ece": Counted.calibration_error,
}
"""The headline figures: ranking, what was flagged at the threshold, calibration."""

_SEED: Final = 20260201
_RESAMPLED: Final = 200
_TINY: Final = 1e-9
_WIDE: Final = 2.0
_MOST_GAPS: Final = 3
_LEAST_GROUPS: Final = 2
"""Groups without which resampling them says nothing."""


def measures(truth: Flags, scores: Floats, flagged: Flags) -> dict[str, float]:
    """All headline figures of one set of scores and of what was flagged.

    NaN where one class alone cannot tell.
    """
    return measured(Ranking(truth, scores, flagged), FIGURES, None)[0]


def pr_auc(truth: Flags, scores: Floats) -> float:
    """Average precision; NaN where nothing violates."""
    figures: dict[str, Figure] = {"pr_auc": Counted.pr_auc}
    return measured(Ranking(truth, scores, truth), figures, None)[0]["pr_auc"]


def evaluation(
    truth: Flags,
    scores: Floats,
    flagged: Flags,
    threshold: float,
    groups: Sequence[str],
    *,
    labels: Mapping[str, tuple[Flags, Floats]] | None = None,
    known: Flags | None = None,
    listed: Mapping[str, Flags] | None = None,
    facets: Mapping[str, Sequence[str | None]] | None = None,
    blocked: Flags | None = None,
    seed: int = 0,
) -> dict[str, Any]:
    """The report of ``mingcha evaluate --json``: figures, 95 % intervals, curve, labels, slices.

    ``threshold``, at which rows were flagged, was chosen on training data. Intervals resample
    whole groups.
    ``labels`` gives truth and scores of each label and ``listed`` which rows it was listed for,
    both for the rows whose labels are ``known`` (default: all). ``facets`` are the values that
    slice the rows. ``blocked`` are the rows that were answered with block, where that is known.
    """
    resamples = _resamples(groups, seed)
    ranking = Ranking(truth, scores, flagged)
    figures, bounds = measured(ranking, FIGURES, resamples)
    if blocked is not None:
        harm, harm_bounds = measured(blocked_ranking(truth, blocked), BLOCKED, resamples)
        figures, bounds = {**figures, **harm}, {**bounds, **harm_bounds}
    owners = groups if known is None else _chosen(groups, known)
    return {
        "n": len(truth),
        "base_rate": float(truth.mean()),
        **figures,
        "threshold": threshold,
        "groups": len(set(groups)),
        "resamples": RESAMPLES,
        "intervals": bounds,
        "curve": curve(ranking, resamples),
        "curve_points": curve_points(ranking),
        "reliability": reliability(truth, scores, resamples),
        "labels": {
            code: label_figures(*pair, (listed or {}).get(code), owners, seed)
            for code, pair in (labels or {}).items()
        },
        "slices": slices(truth, scores, flagged, groups, facets or {}, seed, blocked),
    }


def intervals(
    truth: Flags, scores: Floats, flagged: Flags, groups: Sequence[str], seed: int
) -> dict[str, list[float]]:
    """Percentile intervals of every measure, resampling groups with replacement.

    A single group has none.
    """
    return measured(Ranking(truth, scores, flagged), FIGURES, _resamples(groups, seed))[1]


def best_threshold(truth: Flags, scores: Floats, weights: Floats | None = None) -> float:
    """The score from which to flag so that macro-F1 is highest on this, the training, data.

    Where the classes are far apart, any score between them is as good on these rows; the middle,
    in log-odds, leaves most room for others.
    """
    best = max(_candidates(scores), key=lambda cut: _weighted_f1(truth, scores >= cut, weights))
    found = _weighted_f1(truth, scores >= best, weights)
    gaps = [cut for cut in _gaps(scores) if _weighted_f1(truth, scores >= cut, weights) >= found]
    return gaps[0] if gaps else best


def _gaps(scores: Floats) -> list[float]:
    """The middles of wide gaps between scores, the widest first; few models leave one."""
    ends = np.clip(np.unique(scores), _TINY, 1 - _TINY)
    logits = np.log(ends / (1 - ends))
    widths = np.diff(logits)
    widest = np.argsort(-widths, kind="stable")[:_MOST_GAPS]
    wide = widest[widths[widest] >= _WIDE]
    return [float(cut) for cut in sigmoid((logits[wide] + logits[wide + 1]) / 2)]


def mildest_threshold(truth: Flags, scores: Floats, weights: Floats | None = None) -> float:
    """The highest threshold that is as good as the best, as far as this data can tell.

    Its macro-F1 is within one standard error of the highest (the rule of Breiman and others for
    pruning trees, 1984): between thresholds that cannot be told apart the one that flags fewest
    harms the fewest honest merchants. The standard error is that of resampled rows.
    """
    best = best_threshold(truth, scores, weights)
    rng = np.random.default_rng(_SEED)
    draws = rng.integers(len(truth), size=(_RESAMPLED, len(truth)))
    even = np.ones(len(truth)) if weights is None else weights
    figures = [_weighted_f1(truth[rows], scores[rows] >= best, even[rows]) for rows in draws]
    least = _weighted_f1(truth, scores >= best, weights) - float(np.std(figures))
    return max(
        cut for cut in _candidates(scores) if _weighted_f1(truth, scores >= cut, weights) >= least
    )


def _candidates(scores: Floats) -> list[float]:
    return [float(cut) for cut in np.unique(np.quantile(scores, np.linspace(0.005, 0.995, 199)))]


def _weighted_f1(truth: Flags, flagged: Flags, weights: Floats | None) -> float:
    """The mean F1 of violating and of clean; the library's takes milliseconds to check its input,
    and a threshold is a thousand of them."""
    of = np.ones(len(truth)) if weights is None else weights
    hit, missed = of[truth & flagged].sum(), of[truth & ~flagged].sum()
    alarm, passed = of[~truth & flagged].sum(), of[~truth & ~flagged].sum()
    both = (2 * hit, missed + alarm), (2 * passed, missed + alarm)
    return float(np.mean([right / (right + wrong) if right else 0.0 for right, wrong in both]))


def at_base_rate(truth: Flags, base_rate: float, seed: int) -> NDArray[np.intp]:
    """The rows of a sample in which ``base_rate`` violate: all clean ones, few violating ones.

    Where violating rows are too few already, all rows.
    """
    violating, clean = np.flatnonzero(truth), np.flatnonzero(~truth)
    wanted = round(len(clean) * base_rate / (1 - base_rate))
    if wanted < len(violating):
        violating = np.random.default_rng(seed).choice(violating, wanted, replace=False)
    return np.sort(np.concatenate([violating, clean]))


def _resamples(groups: Sequence[str], seed: int) -> Resamples | None:
    return Resamples(groups, seed) if len(set(groups)) >= _LEAST_GROUPS else None


def _chosen(groups: Sequence[str], rows: Flags) -> list[str]:
    return [group for group, here in zip(groups, rows.tolist(), strict=True) if here]
