"""Rows in the order of their scores, counted once or once for each of many resamples.

A resample of groups (分组自助法) only says how often each row counts, so that all of them are
measured on one sorted table.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

RESAMPLES: Final = 1_000
LEVEL: Final = 0.95
_MOST_UNDEFINED: Final = 0.1
"""Share of resamples in which a figure may be undefined and still have an interval."""

_CELLS: Final = 1_000_000
"""Rows times resamples that are counted at once."""

_BINS: Final = 10
_ROUNDING: Final = 1e-9
_DIGITS: Final = 9


class Ranking:
    """Truth and flags in the order of the scores, highest first.

    Each method takes ``weights`` (resamples, rows): how often each row counts, in the order of
    the rows as given. It returns one figure a resample, NaN where it is undefined.
    """

    def __init__(self, truth: Flags, scores: Floats, flagged: Flags) -> None:
        self.order = np.argsort(-scores, kind="stable")
        self.scores = scores[self.order]
        self.truth = truth[self.order]
        self.flagged = flagged[self.order]
        # Equal scores are flagged together or not at all.
        self.ends = np.flatnonzero(np.append(self.scores[1:] != self.scores[:-1], True))

    def counted(self, weights: Floats) -> "Counted":
        """The rows counted by ``weights``."""
        return Counted.of(self, weights[:, self.order])


class Counted(NamedTuple):
    """Resamples of a ranking: rows from the highest score on, at each distinct score."""

    ranking: Ranking
    weights: Floats
    right: Floats
    wrong: Floats

    @classmethod
    def of(cls, ranking: Ranking, weights: Floats) -> Self:
        """Cumulated violating and clean rows; ``weights`` in the order of the ranking."""
        right = np.cumsum(weights * ranking.truth, axis=1)[:, ranking.ends]
        wrong = np.cumsum(weights * ~ranking.truth, axis=1)[:, ranking.ends]
        return cls(ranking, weights, right, wrong)

    def macro_f1(self) -> Floats:
        """The mean of the F1 of violating and of clean; of one alone where the other is absent."""
        truth, flagged = self.ranking.truth, self.ranking.flagged
        both = np.stack([self._f1(truth, flagged), self._f1(~truth, ~flagged)])
        there = ~np.isnan(both)
        return _share(np.where(there, both, 0.0).sum(axis=0), there.sum(axis=0))

    def f1(self) -> Floats:
        """The F1 of violating."""
        return self._f1(self.ranking.truth, self.ranking.flagged)

    def recall(self) -> Floats:
        """Share of the violating that is flagged."""
        truth, flagged = self.ranking.truth, self.ranking.flagged
        return _share(self.weights @ (truth & flagged), self.right[:, -1])

    def precision(self) -> Floats:
        """Share of the flagged that violates."""
        flagged = self.ranking.flagged
        return _share(self.weights @ (self.ranking.truth & flagged), self.weights @ flagged)

    def clean_flagged(self) -> Floats:
        """Share of the clean that is flagged."""
        truth, flagged = self.ranking.truth, self.ranking.flagged
        return _share(self.weights @ (~truth & flagged), self.wrong[:, -1])

    def pr_auc(self) -> Floats:
        """Average precision."""
        gained = np.diff(self.right, axis=1, prepend=0)
        precision = np.nan_to_num(_share(self.right, self.right + self.wrong))
        return _share((gained * precision).sum(axis=1), self.right[:, -1])

    def roc_auc(self) -> Floats:
        """That a violating row scores above a clean one, equal scores counted half."""
        before = np.concatenate([np.zeros((len(self.right), 1)), self.right[:, :-1]], axis=1)
        area = (np.diff(self.wrong, axis=1, prepend=0) * (self.right + before) / 2).sum(axis=1)
        return _share(area, self.right[:, -1] * self.wrong[:, -1])

    def recall_at_precision(self, least: float) -> Floats:
        """The highest recall at which precision is at least ``least``; 0 where it never is."""
        flagged = self.right + self.wrong
        pure = self.right >= least * flagged - _ROUNDING * flagged
        return _share(np.where(pure, self.right, 0).max(axis=1), self.right[:, -1])

    def recall_at_clean_flagged(self, share: float) -> Floats:
        """The highest recall at which no more than ``share`` of the clean is flagged."""
        clean = self.wrong[:, -1]
        few = self.wrong <= (share * clean + _ROUNDING)[:, None]
        best = np.where(few, self.right, 0).max(axis=1)
        return np.where(clean > 0, _share(best, self.right[:, -1]), np.nan)

    def calibration_error(self) -> Floats:
        """Expected calibration error over ten bins of equal size: 0 is perfect."""
        # From the lowest score up. What a bin's rows are off by adds up to what it is off by.
        # Equal scores are one step, so that the order of their rows changes nothing.
        steps = (len(self.ranking.scores) - 1 - np.append(0, self.ranking.ends[:-1] + 1))[::-1]
        weights = self.weights[:, ::-1]
        off = np.cumsum(weights * (self.ranking.truth - self.ranking.scores)[::-1], axis=1)
        counts = np.cumsum(weights, axis=1)
        pairs = zip(counts[:, steps], off[:, steps], strict=True)
        return np.array([_binned(*pair) for pair in pairs])

    def _f1(self, truth: Flags, flagged: Flags) -> Floats:
        said = self.weights @ truth + self.weights @ flagged
        return _share(2.0 * (self.weights @ (truth & flagged)), said)


Figure = Callable[[Counted], Floats]


def once(rows: int) -> Floats:
    """The weights under which each row counts once: the figure itself."""
    return np.ones((1, rows))


class Resamples:
    """How often each group counts in each of ``times`` draws of groups with replacement."""

    def __init__(self, groups: Sequence[str], seed: int, times: int = RESAMPLES) -> None:
        names, self.owners = np.unique(np.asarray(groups, dtype=np.str_), return_inverse=True)
        self.groups = len(names)
        drawn = np.random.default_rng(seed).integers(self.groups, size=(times, self.groups))
        self.counts = np.zeros((times, self.groups))
        np.add.at(self.counts, (np.arange(times)[:, None], drawn), 1.0)

    def draws(self, figure: Callable[[Floats], Floats]) -> Floats:
        """A figure of each resample. ``figure`` gets the weights of the rows, some at a time."""
        size = max(1, _CELLS // max(1, len(self.owners)))
        starts = range(0, len(self.counts), size)
        return np.concatenate(
            [figure(self.counts[start : start + size][:, self.owners]) for start in starts]
        )


def measured(
    ranking: Ranking, figures: Mapping[str, Figure], resamples: Resamples | None
) -> tuple[dict[str, float], dict[str, list[float]]]:
    """The figures of a ranking, and the interval of each that has one."""
    values = each_figure(ranking, figures, once(len(ranking.truth)))[0]
    found = {name: float(value) for name, value in zip(figures, values, strict=True)}
    if resamples is None:
        return found, {}
    draws = resamples.draws(lambda weights: each_figure(ranking, figures, weights))
    bounds = {name: interval(draws[:, column]) for column, name in enumerate(figures)}
    return found, {name: bound for name, bound in bounds.items() if bound is not None}


def interval(draws: Floats) -> list[float] | None:
    """The percentile interval; None where the figure is undefined in many resamples."""
    defined = draws[~np.isnan(draws)]
    if defined.size < (1 - _MOST_UNDEFINED) * draws.size:
        return None
    tail = (1 - LEVEL) / 2
    return [float(np.quantile(defined, tail)), float(np.quantile(defined, 1 - tail))]


def each_figure(ranking: Ranking, figures: Mapping[str, Figure], weights: Floats) -> Floats:
    """The figures under each of ``weights`` (resamples, rows), of shape (resamples, figures)."""
    counted = ranking.counted(weights)
    return np.stack([figure(counted) for figure in figures.values()], axis=1)


def _binned(counts: Floats, off: Floats) -> float:
    # A sum that is whole but for the order of adding up is whole.
    total = round(float(counts[-1]), _DIGITS)
    sizes = np.full(_BINS, total // _BINS) + (np.arange(_BINS) < total % _BINS)
    edges = np.append(0.0, np.cumsum(sizes))
    at_edges = np.interp(edges, np.append(0.0, counts), np.append(0.0, off))
    return float(np.abs(np.diff(at_edges)).sum() / total)


def _share(part: Floats, whole: Floats) -> Floats:
    shares: Floats = np.full(np.shape(part), np.nan)
    np.divide(part, whole, out=shares, where=np.asarray(whole) > 0)
    return shares
