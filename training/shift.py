"""Whether two windows of grouped, weekly traffic differ by more than chance (分布偏移检验).

Values are counted in bins, and the windows compared by the bins' shares. Days of one weekday are
exchanged between the windows, which keeps whatever days and weekdays do; merchants' or rooms'
contributions change sign at random (wild cluster bootstrap, Cameron, Gelbach and Miller 2008),
which keeps whatever they do on many days. The larger of both p-values is taken: it holds if
either days or groups are independent.
"""

import zlib
from math import asin, comb, sqrt
from typing import Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

Shape = Literal["numeric", "mix", "rate"]
"""A number, one of several names, or yes and no; the bins of a number are in its order."""

CLUSTERS: Final = 256
"""Groups are put together at random in so many clusters, which stay independent."""

Counts = NDArray[np.float64]


class Table(NamedTuple):
    """The values of a series, counted by bin: those of each day, and of each cluster.

    ``days``: of each day a row, reference and current days; ``weekdays`` and ``is_current`` tell
    about them. ``reference`` and ``current``: of each of 256 clusters a row.
    """

    days: Counts
    weekdays: NDArray[np.int64]
    is_current: NDArray[np.bool_]
    reference: Counts
    current: Counts

    @property
    def rows(self) -> tuple[int, int]:
        """How many values the reference and the current window have."""
        return int(self.reference.sum()), int(self.current.sum())

    @property
    def counts(self) -> tuple[Counts, Counts]:
        """The values in each bin, in the reference and in the current window."""
        return self.reference.sum(axis=0), self.current.sum(axis=0)

    @property
    def shares(self) -> tuple[Counts, Counts]:
        """The share of each bin in the reference and in the current window."""
        before, now = self.counts
        return _shares(before), _shares(now)

    @property
    def clusters(self) -> tuple[int, int]:
        """How many clusters have a value in the reference and in the current window."""
        counts = self.reference.sum(axis=1), self.current.sum(axis=1)
        return int((counts[0] > 0).sum()), int((counts[1] > 0).sum())

    @property
    def exchanges(self) -> int:
        """In how many ways days of one weekday can be exchanged between the windows."""
        ways = 1
        for at in _strata(self.weekdays):
            ways *= comb(len(at), int(self.is_current[at].sum()))
        return ways


class Chance(NamedTuple):
    """The p-value of a difference, and what the stability index reaches by chance in 95 %."""

    p_value: float
    psi: float


def cluster_of(group: str) -> int:
    """The cluster of a merchant or room, the same in every run."""
    return zlib.crc32(group.encode("utf-8", "surrogatepass")) % CLUSTERS


def count(
    bins: NDArray[np.intp],
    days: NDArray[np.int64],
    clusters: NDArray[np.int64],
    is_current: NDArray[np.bool_],
) -> Table:
    """The table of values: of each its bin, day, cluster and window.

    Days are whole numbers; those of one remainder by 7 are of one weekday.
    """
    width = int(bins.max()) + 1
    units, at = np.unique(days * 2 + is_current, return_inverse=True)
    by_day = np.zeros((len(units), width))
    np.add.at(by_day, (at, bins), 1.0)
    by_cluster = np.zeros((2, CLUSTERS, width))
    np.add.at(by_cluster, (is_current.astype(np.intp), clusters, bins), 1.0)
    return Table(by_day, units // 2 % 7, units % 2 == 1, by_cluster[0], by_cluster[1])


def effect(shape: Shape, reference: Counts, current: Counts) -> float:
    """How far two windows are apart, whatever the traffic.

    A number: the largest difference of the cumulated shares (Kolmogorov-Smirnov). A mix: the
    share that changed its place (total variation). A rate: Cohen's h, the difference of
    2 arcsin √p (Cohen 1988, chapter 6): 0.1 is 5 % against 7.5 %, or 50 against 55.

    >>> round(effect("rate", np.array([0.95, 0.05]), np.array([0.925, 0.075])), 2)
    0.1
    """
    if shape == "rate":
        before, after = (2 * asin(sqrt(min(1.0, _yes(each)))) for each in (reference, current))
        return abs(after - before)
    return float(_distance(shape, current - reference))


def stability_index(reference: Counts, current: Counts) -> float:
    """The population stability index (PSI) of counts: Σ (q - p) ln(q / p) over the bins.

    Half a value is added to each bin, so that an empty one stays finite. Above 0.25 is usually
    called a large shift, below 0.1 none; in small or grouped windows chance alone reaches that.
    """
    return float(_stability(reference, current))


def chance(table: Table, shape: Shape, draws: int, rng: np.random.Generator) -> Chance:
    """How often chance alone moves a series as far as it has moved, in so many draws each."""
    reference, current = table.shares
    seen = float(_distance(shape, current - reference)) - 1e-12
    chosen = _exchanged(table, draws, rng)
    now = chosen @ table.days
    before = table.days.sum(axis=0) - now
    by_days = _distance(shape, _shares(now) - _shares(before))
    by_groups = _distance(shape, _flips(draws, rng) @ _contributions(table))
    p_value = max(_p_value(by_days, seen), _p_value(by_groups, seen))
    return Chance(p_value, float(np.quantile(_stability(before, now), 0.95)))


def _yes(shares: Counts) -> float:
    """The share of yes; where nobody said yes, no bin was counted for it."""
    return float(shares[1]) if len(shares) > 1 else 0.0


def _p_value(drawn: Counts, seen: float) -> float:
    return float((1 + (drawn >= seen).sum()) / (1 + len(drawn)))


def _exchanged(table: Table, draws: int, rng: np.random.Generator) -> Counts:
    """Of each draw, which days are current: as many of each weekday as there were."""
    chosen = np.zeros((draws, len(table.weekdays)))
    for at in _strata(table.weekdays):
        order = rng.random((draws, len(at))).argsort(axis=1)
        chosen[:, at] = order < table.is_current[at].sum()
    return chosen


def _flips(draws: int, rng: np.random.Generator) -> Counts:
    return rng.choice(np.array([-1.0, 1.0]), size=(draws, CLUSTERS))


def _contributions(table: Table) -> Counts:
    """What each cluster adds to the difference of the shares, beside its part of the traffic."""
    usual = _shares(table.reference.sum(axis=0) + table.current.sum(axis=0))
    now, before = (
        (counts - counts.sum(axis=1, keepdims=True) * usual) / counts.sum()
        for counts in (table.current, table.reference)
    )
    return np.asarray(now - before)


def _distance(shape: Shape, difference: Counts) -> Counts:
    if shape == "numeric":
        return np.asarray(np.abs(np.cumsum(difference, axis=-1)).max(axis=-1))
    return np.asarray(np.abs(difference).sum(axis=-1) / 2)


def _stability(reference: Counts, current: Counts) -> Counts:
    before, now = _shares(reference + 0.5), _shares(current + 0.5)
    return np.asarray(((now - before) * np.log(now / before)).sum(axis=-1))


def _shares(counts: Counts) -> Counts:
    return np.asarray(counts / np.maximum(counts.sum(axis=-1, keepdims=True), 1.0))


def _strata(weekdays: NDArray[np.int64]) -> list[NDArray[np.intp]]:
    return [np.flatnonzero(weekdays == day) for day in np.unique(weekdays)]
