"""Two scorers on the same rows (配对比较): differences, and whether a slice got worse.

Differences are challenger minus champion. Rows weigh 1/p, for the probability p with which they
were chosen, so that a block of reviewed items speaks of all items. Whole groups are resampled for
intervals, and exchanged between the scorers for tests.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from training.ranking import Figure, Ranking, Resamples, each_figure, interval, once

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_LEAST_SWAPS: Final = 2_000
_SWAPS_PER_TEST: Final = 20
"""Exchanges for each test and share of error, so that Holm's strictest step can be met."""

_AT_ONCE: Final = 2_000
_ROUNDING: Final = 1e-9
"""Below this a difference is that of the order in which rows were added up."""


class Difference(NamedTuple):
    """A figure of champion and challenger, their difference and its 95 % interval.

    NaN where a class is absent; ``low`` and ``high`` also where it is in many resamples.
    """

    champion: float
    challenger: float
    difference: float
    low: float
    high: float

    @classmethod
    def of(cls, champion: float, challenger: float, draws: Floats) -> Self:
        """The difference of two figures whose resampled differences are ``draws``."""
        low, high = interval(draws) or (np.nan, np.nan)
        return cls(champion, challenger, challenger - champion, low, high)


@dataclass(frozen=True)
class Pair:
    """Champion's and challenger's ranking of the same rows; ``weights`` is 1/p of each row.

    Only the ratios of the weights matter.
    """

    champion: Ranking
    challenger: Ranking
    weights: Floats

    def figures(self, figures: Mapping[str, Figure]) -> tuple[Floats, Floats]:
        """The figures of champion and challenger."""
        return self._both(figures, once(len(self.weights)))

    def differences(
        self, figures: Mapping[str, Figure], resamples: Resamples
    ) -> dict[str, Difference]:
        """Each figure of both with the interval of its difference, over the same resamples."""
        champion, challenger = self.figures(figures)

        def draw(counts: Floats) -> Floats:
            before, after = self._both(figures, counts)
            return after - before

        draws = resamples.draws(draw)
        return {
            name: Difference.of(float(champion[0, at]), float(challenger[0, at]), draws[:, at])
            for at, name in enumerate(figures)
        }

    def _both(self, figures: Mapping[str, Figure], counts: Floats) -> tuple[Floats, Floats]:
        weights = counts * (self.weights / self.weights.mean())
        champion, challenger = (
            each_figure(ranking, figures, weights) for ranking in (self.champion, self.challenger)
        )
        return champion, challenger


class Slice(NamedTuple):
    """Rows of one kind. Where all of them violate, recall is measured, else macro-F1.

    ``rows`` has shape (rows of the block,).
    """

    facet: str
    value: str
    rows: Flags
    recall: bool


class _Confusion(NamedTuple):
    """Weights of rows by slice: violating, clean, and of those what was flagged."""

    violating: Floats
    clean: Floats
    caught: Floats
    alarms: Floats

    def macro_f1(self) -> Floats:
        """The mean of the F1 of violating and of clean; of one alone where the other is absent."""
        missed, passed = self.violating - self.caught, self.clean - self.alarms
        wrong = missed + self.alarms
        both = np.stack([_f1(self.caught, wrong), _f1(passed, wrong)])
        there = ~np.isnan(both)
        return _ratio(np.where(there, both, 0.0).sum(axis=0), there.sum(axis=0))

    def figure(self, recall: Flags) -> Floats:
        """Recall of the slices where that is asked for, macro-F1 of the others."""
        return np.where(recall, _ratio(self.caught, self.violating), self.macro_f1())


class SlicePair:
    """Both scorers' flags on many slices at once, counted by slice and group."""

    def __init__(
        self,
        truth: Flags,
        flagged: tuple[Flags, Flags],
        weights: Floats,
        resamples: Resamples,
        slices: Sequence[Slice],
    ) -> None:
        self.resamples = resamples
        self.recall = np.array([each.recall for each in slices], dtype=np.bool_)
        member = (
            np.stack([each.rows for each in slices], axis=1) * (weights / weights.mean())[:, None]
        )

        def by_group(rows: Flags) -> Floats:
            sums = np.zeros((resamples.groups, len(slices)))
            np.add.at(sums, resamples.owners[rows], member[rows])
            return sums

        self.violating, self.clean = by_group(truth), by_group(~truth)
        self.caught = [by_group(truth & each) for each in flagged]
        self.alarms = [by_group(~truth & each) for each in flagged]

    def differences(self) -> list[Difference]:
        """The difference of each slice, its interval over resampled groups."""
        once_each = np.ones((1, self.resamples.groups))
        champion, challenger = self._figures(once_each)
        before, after = self._figures(self.resamples.counts)
        return [
            Difference.of(
                float(champion[0, at]), float(challenger[0, at]), after[:, at] - before[:, at]
            )
            for at in range(len(self.recall))
        ]

    def worse(self, error: float, seed: int) -> Floats:
        """One-sided p-values that the challenger is no worse on each slice, before correction.

        Whether a group's answers came from one scorer or the other is decided by coins (Fisher's
        randomisation test, 1935; for classifiers Yeh 2000): what is as bad by chance. It is exact
        with a handful of differing groups, for which resampling them is too sure. Enough coins
        are thrown that Holm's correction can find a slice at the share of error ``error``.
        """
        tests = len(self.recall)
        times = max(_LEAST_SWAPS, int(np.ceil(_SWAPS_PER_TEST * tests / error)))
        champion, challenger = self._figures(np.ones((1, self.resamples.groups)))
        observed = challenger - champion + _ROUNDING
        gains = self._gains()
        rng = np.random.default_rng(seed)
        as_bad = np.zeros(tests)
        for start in range(0, times, _AT_ONCE):
            size = (min(_AT_ONCE, times - start), gains.shape[1])
            coins = rng.integers(2, size=size, dtype=np.int8)
            as_bad += (self._exchanged(coins, gains) <= observed).sum(axis=0)
        p_values: Floats = (1 + as_bad) / (1 + times)
        return p_values

    def _figures(self, counts: Floats) -> tuple[Floats, Floats]:
        violating, clean = counts @ self.violating, counts @ self.clean
        champion, challenger = (
            _Confusion(violating, clean, counts @ caught, counts @ alarms).figure(self.recall)
            for caught, alarms in zip(self.caught, self.alarms, strict=True)
        )
        return champion, challenger

    def _gains(self) -> Floats:
        """What the challenger flags more, caught and alarms, of the groups that differ at all."""
        gains = np.stack([sums[1] - sums[0] for sums in (self.caught, self.alarms)])
        return gains[:, (np.abs(gains) > _ROUNDING).any(axis=(0, 2))]

    def _exchanged(self, coins: NDArray[np.int8], gains: Floats) -> Floats:
        """The differences when the groups of which the coin shows 1 change sides."""
        swapped = coins.astype(np.float64)
        violating, clean = self.violating.sum(axis=0), self.clean.sum(axis=0)
        moved = [swapped @ each for each in gains]
        sides = []
        for at, sign in ((0, 1), (1, -1)):
            caught = self.caught[at].sum(axis=0) + sign * moved[0]
            alarms = self.alarms[at].sum(axis=0) + sign * moved[1]
            there = np.broadcast_to(violating, caught.shape), np.broadcast_to(clean, caught.shape)
            sides.append(_Confusion(*there, caught, alarms).figure(self.recall))
        return sides[1] - sides[0]


def holm(p_values: Floats) -> Floats:
    """P-values corrected for how many there are (Holm 1979): compare them with the error allowed.

    The chance of finding anything where nothing is stays at that error.

    >>> holm(np.array([0.01, 0.04, 0.03])).round(2).tolist()
    [0.03, 0.06, 0.06]
    """
    order = np.argsort(p_values, kind="stable")
    steps = (len(p_values) - np.arange(len(p_values))) * p_values[order]
    corrected: Floats = np.empty(len(p_values))
    corrected[order] = np.minimum(1.0, np.maximum.accumulate(steps))
    return corrected


def effective_count(weights: Floats) -> float:
    """How many rows of equal weight tell as much, ``sum(w)^2 / sum(w^2)`` (Kish 1965); 0 of none.

    >>> effective_count(np.array([1.0, 1.0, 1.0, 50.0])).__round__(2)
    1.12
    """
    return float(weights.sum() ** 2 / (weights**2).sum()) if weights.size else 0.0


def _f1(right: Floats, wrong: Floats) -> Floats:
    return _ratio(2 * right, 2 * right + wrong)


def _ratio(part: Floats, whole: NDArray[np.float64] | NDArray[np.int_]) -> Floats:
    ratio: Floats = np.full(np.shape(part), np.nan)
    np.divide(part, whole, out=ratio, where=np.asarray(whole) > 0)
    return ratio
