"""Where a scorer is good and where it is not: along its curve, by label, by slice (切片)."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from training.ranking import Counted, Figure, Ranking, Resamples, interval, measured, once

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

LEAST_POSITIVES: Final = 20
"""Violating rows (or clean or flagged ones, for what is measured on those) below which a figure is
noise."""

LEAST_GROUPS: Final = 5
"""Groups below which a label or a slice has no interval: so few do not tell how groups differ."""

MOST_SLICES: Final = 20
"""Values of one facet that are told apart, the largest; the rest are one slice, ``OTHERS``."""

UNKNOWN: Final = "unknown"
OTHERS: Final = "others"

SURE: Final = "2-3"
"""Annotators who are fairly sure or sure, together: a slice of the facet ``confidence``."""

PRECISIONS: Final = (0.95, 0.9, 0.8, 0.7)
CLEAN_SHARES: Final = (0.01, 0.05, 0.1, 0.2)

_CONFIDENCE: Final = "confidence"
_LEVELS: Final = frozenset("123")
_SURE: Final = frozenset("23")
_BINS: Final = 10
_POINTS: Final = 200
_LABEL: Final[dict[str, Figure]] = {
    "pr_auc": Counted.pr_auc,
    "roc_auc": Counted.roc_auc,
    "recall": Counted.recall,
    "precision": Counted.precision,
}
_SLICE: Final[dict[str, Figure]] = {
    "pr_auc": Counted.pr_auc,
    "roc_auc": Counted.roc_auc,
    "macro_f1": Counted.macro_f1,
    "recall": Counted.recall,
    "clean_flagged": Counted.clean_flagged,
}
BLOCKED: Final[dict[str, Figure]] = {"clean_blocked": Counted.clean_flagged}
"""The harm that answers did: the share of the clean that was blocked (误拦率)."""


def curve(ranking: Ranking, resamples: Resamples | None) -> dict[str, dict[str, Any]]:
    """Recall where precision is high enough, and where few enough of the clean are flagged.

    ``precision_90`` is the highest recall at a precision of 0.9, ``clean_flagged_5`` at 5 % of
    the clean flagged; each with the threshold that has it on these very rows.
    """
    figures: dict[str, Figure] = {
        f"precision_{share:.0%}"[:-1]: partial(Counted.recall_at_precision, least=share)
        for share in PRECISIONS
    }
    figures |= {
        f"clean_flagged_{share:.0%}"[:-1]: partial(Counted.recall_at_clean_flagged, share=share)
        for share in CLEAN_SHARES
    }
    recalls, bounds = measured(ranking, figures, resamples)
    reached = _recalls(ranking)
    return {
        name: {
            "recall": recall,
            "threshold": _threshold(ranking, reached, recall),
            "interval": bounds.get(name),
        }
        for name, recall in recalls.items()
    }


def curve_points(ranking: Ranking) -> list[list[float]]:
    """Recall and precision along the curve, at most ``_POINTS`` of them, for drawing."""
    counted = ranking.counted(once(len(ranking.truth)))
    recall, right, wrong = _recalls(ranking), counted.right[0], counted.wrong[0]
    if np.isnan(recall).any():
        return []
    chosen = np.unique(np.linspace(0, len(recall) - 1, _POINTS).round().astype(np.intp))
    precision = right / (right + wrong)
    return [[float(recall[at]), float(precision[at])] for at in chosen]


def reliability(truth: Flags, scores: Floats, resamples: Resamples | None) -> list[dict[str, Any]]:
    """Ten bins of equal size: what was said on average, how often it was so."""
    parts = np.array_split(np.argsort(scores, kind="stable"), _BINS)
    bins = []
    for rows in (part for part in parts if part.size):
        share = partial(_share_of, rows, truth)
        draws = None if resamples is None else resamples.draws(share)
        bins.append(
            {
                "said": float(scores[rows].mean()),
                "was": float(truth[rows].mean()),
                "n": len(rows),
                "interval": None if draws is None else interval(draws),
            }
        )
    return bins


def label_figures(
    truth: Flags, scores: Floats, listed: Flags | None, groups: Sequence[str], seed: int
) -> dict[str, Any]:
    """How well one label is ranked and, where ``listed`` is given, how well it is listed."""
    ranking = Ranking(truth, scores, truth if listed is None else listed)
    names = ["pr_auc", "roc_auc"] if listed is None else list(_LABEL)
    return {
        "n": len(truth),
        "positives": int(truth.sum()),
        **_figures(ranking, {name: _LABEL[name] for name in names}, groups, seed),
    }


def slices(
    truth: Flags,
    scores: Floats,
    flagged: Flags,
    groups: Sequence[str],
    facets: Mapping[str, Sequence[str | None]],
    seed: int,
    blocked: Flags | None = None,
) -> dict[str, dict[str, dict[str, Any]]]:
    """Figures of the rows with each value of each facet; a facet that no row has is left out.

    Where it is known which rows were ``blocked``, the share of clean ones among them is a figure.

    Rows whose value is not known are the slice ``UNKNOWN``. Where annotators told their
    confidence from 1 to 3, those of 2 and of 3 are the slice ``SURE`` as well.
    """
    return {
        facet: {
            name: _slice(truth, scores, flagged, groups, rows, seed, blocked)
            for name, rows in rows_of.items()
        }
        for facet, rows_of in ((facet, parts(facet, values)) for facet, values in facets.items())
        if rows_of.keys() != {UNKNOWN}
    }


def parts(facet: str, values: Sequence[str | None]) -> dict[str, Flags]:
    """The rows of each slice of a facet."""
    of = _named(values)
    found = {name: of == name for name in sorted(set(of.tolist()), key=_place)}
    told = found.keys() - {UNKNOWN}
    if facet == _CONFIDENCE and told <= _LEVELS and told & _SURE:
        found[SURE] = np.isin(of, sorted(_SURE))
    return found


def _slice(
    truth: Flags,
    scores: Floats,
    flagged: Flags,
    groups: Sequence[str],
    rows: Flags,
    seed: int,
    blocked: Flags | None,
) -> dict[str, Any]:
    inside = [group for group, here in zip(groups, rows.tolist(), strict=True) if here]
    found = _figures(Ranking(truth[rows], scores[rows], flagged[rows]), _SLICE, inside, seed)
    if blocked is not None:
        harm = _figures(blocked_ranking(truth[rows], blocked[rows]), BLOCKED, inside, seed)
        found = {**found, **harm, "intervals": {**found["intervals"], **harm["intervals"]}}
    return {
        "n": int(rows.sum()),
        "positives": int(truth[rows].sum()),
        "base_rate": float(truth[rows].mean()),
        **found,
    }


def blocked_ranking(truth: Flags, blocked: Flags) -> Ranking:
    """What ``BLOCKED`` measures: rows that were answered with block, or not."""
    return Ranking(truth, blocked.astype(np.float64), blocked)


def _figures(
    ranking: Ranking, figures: Mapping[str, Figure], groups: Sequence[str], seed: int
) -> dict[str, Any]:
    """The figures that enough rows speak for; the others are None."""
    count = len(set(groups))
    enough = {name: _enough(name, ranking) for name in figures}
    resamples = Resamples(groups, seed) if count >= LEAST_GROUPS and any(enough.values()) else None
    kept = {name: figure for name, figure in figures.items() if enough[name]}
    values, bounds = measured(ranking, kept, resamples) if kept else ({}, {})
    return {
        "groups": count,
        "too_few": int(ranking.truth.sum()) < LEAST_POSITIVES,
        **{name: values.get(name) for name in figures},
        "intervals": bounds,
    }


def _enough(name: str, ranking: Ranking) -> bool:
    violating, clean = int(ranking.truth.sum()), int((~ranking.truth).sum())
    if name in ("clean_flagged", "clean_blocked"):
        return clean >= LEAST_POSITIVES
    if name == "recall":
        return violating >= LEAST_POSITIVES
    if name == "precision":
        return min(violating, int(ranking.flagged.sum())) >= LEAST_POSITIVES
    return min(violating, clean) >= LEAST_POSITIVES


def _place(name: str) -> tuple[bool, int, str]:
    """Numbers by their size: 90-364 stands before 365+."""
    number = re.match(r"\d+", name)
    return name in (OTHERS, UNKNOWN), int(number.group()) if number else 0, name


def _named(values: Sequence[str | None]) -> NDArray[np.str_]:
    named = [value or UNKNOWN for value in values]
    largest = {name for name, _ in Counter(named).most_common(MOST_SLICES)}
    return np.array([name if name in largest else OTHERS for name in named], dtype=np.str_)


def _share_of(rows: NDArray[np.intp], truth: Flags, weights: Floats) -> Floats:
    inside = weights[:, rows]
    counts = inside.sum(axis=1)
    shares: Floats = np.full(len(weights), np.nan)
    np.divide(inside @ truth[rows], counts, out=shares, where=counts > 0)
    return shares


def _recalls(ranking: Ranking) -> Floats:
    right = ranking.counted(once(len(ranking.truth))).right[0]
    reached: Floats = right / right[-1] if right[-1] else np.full(len(right), np.nan)
    return reached


def _threshold(ranking: Ranking, reached: Floats, recall: float) -> float | None:
    """The highest score from which on that share of the violating is flagged."""
    if not recall > 0:
        return None
    return float(ranking.scores[ranking.ends[int(np.argmax(reached >= recall))]])
