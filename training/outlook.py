"""What a day brings at an operating point (每日预期): flags, reviews, mistakes, cost.

Flags are counted on traffic; mistakes on judged rows, each standing for 1/p items. Intervals are of
whole groups drawn anew; that the point was chosen on these rows is met by choosing it without
each row's group (`training.operating.cross_flagged`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from data.record import Record
from training.inflow import Inflow
from training.operating import Flags, Floats, Judged, Rows, cost_of_missing
from training.ranking import LEVEL
from training.work import Work

_DRAWS: Final = 1_000
_LEAST_GROUPS: Final = 2
_TAIL: Final = (1 - LEVEL) / 2


class Estimate(Record):
    """A figure and its 95 % interval, null where a single group cannot tell."""

    value: float
    low: float | None
    high: float | None


class Expected(Record):
    """A day on average: items flagged, cases to review, violations that pass, clean items that are
    flagged, and of them blocked; the cost of all."""

    flagged: Estimate
    reviews: Estimate
    misses: Estimate
    clean_flagged: Estimate
    false_blocks: Estimate
    cost: Estimate


class Flagging(NamedTuple):
    """What a point flags of the traffic (n,) and of the judged rows (m,)."""

    traffic: Flags
    judged: Flags


@dataclass(frozen=True)
class Scene:
    """What points are measured on; ``missed`` (codes,) is what it costs to miss each label."""

    judged: Judged
    traffic: Rows
    coming: Inflow
    work: Work
    missed: Floats


def expected(
    scene: Scene, points: Sequence[Flagging], rng: np.random.Generator
) -> tuple[list[Expected], Estimate]:
    """A day at each point, and how much less the last costs than the first."""
    traffic = _Grouped(scene.traffic.groups, scene.traffic.weights, rng)
    judged = _Grouped(scene.judged.rows.groups, scene.judged.rows.weights, rng)
    tables = [_table(scene, point, traffic, judged) for point in points]
    saved = tables[0][:, -1] - tables[-1][:, -1]
    return [_expected(table) for table in tables], _estimate(saved)


class _Grouped:
    """Rows of groups that are drawn anew; the first draw is all of them as they are."""

    def __init__(self, groups: NDArray[np.intp], weights: Floats, rng: np.random.Generator) -> None:
        self.owners = np.unique(groups, return_inverse=True)[1]
        self.weights = weights
        count = int(self.owners.max()) + 1
        often = np.ones((1, count))
        if count >= _LEAST_GROUPS:
            draws = rng.multinomial(count, np.full(count, 1 / count), size=_DRAWS)
            often = np.concatenate([often, draws])
        self.often = often
        self.total = np.maximum(often @ np.bincount(self.owners, weights), 1e-12)

    def mean(self, values: Floats | Flags) -> Floats:
        """The weighted mean of a figure of the rows in each draw."""
        summed = np.bincount(self.owners, self.weights * values)
        return np.asarray(self.often @ summed / self.total)


def _table(scene: Scene, point: Flagging, traffic: _Grouped, judged: _Grouped) -> Floats:
    """Draws by figures, in the order of `Expected`."""
    truth, rows, a_day = scene.judged.violating, scene.judged.rows, scene.coming.items_a_day
    flagged = a_day * traffic.mean(point.traffic)
    reviews = flagged * scene.coming.cases_per_flag + scene.coming.other_cases
    misses = a_day * judged.mean(truth & ~point.judged)
    losses = cost_of_missing(scene.judged, scene.missed) * ~point.judged
    clean = a_day * judged.mean(~truth & point.judged)
    blocks = a_day * judged.mean(~truth & point.judged & rows.blocks)
    lost = a_day * judged.mean(losses)
    draws = max(len(traffic.often), len(judged.often))
    cost = scene.work.review * reviews + lost + scene.work.false_block * blocks
    columns = [flagged, reviews, misses, clean, blocks, cost]
    return np.stack([np.broadcast_to(column, draws) for column in columns], axis=1)


def _expected(table: Floats) -> Expected:
    names = Expected.model_fields
    return Expected(
        **{name: _estimate(column) for name, column in zip(names, table.T, strict=True)}
    )


def _estimate(draws: Floats) -> Estimate:
    if len(draws) == 1:
        return Estimate(value=float(draws[0]), low=None, high=None)
    low, high = np.quantile(draws[1:], [_TAIL, 1 - _TAIL]).tolist()
    return Estimate(value=float(draws[0]), low=low, high=high)
