"""How often the forecast's 90 % intervals hold what then comes, on simulated platforms.

``python -m tests.benchmarks.forecast [--worlds N] [--days D ...]`` makes up platforms of which the
law is known: a mean for each day of the week, days that are busier or calmer than that, hours of
the evening that are busy. Four weeks (or D days) are seen, a fifth of their items by a sample; the
week after them is forecast, then played. Printed is the share of days whose cases lie in their
interval, and the share of weeks whose waiting time of nine in ten cases does, with exact 95 %
intervals over worlds (Clopper and Pearson 1934; a world's days count as one where they tell the
same). Everything is simulated, and the days are independent given their day of the week, which
real ones need not be: ``--walk S`` lets the level of each day wander by S (log), which the
forecast does not model.
"""

import argparse
import sys
from datetime import date
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

from training.queue import HOURS, Past, forecast, typical, waiting_times
from training.work import Work

Floats = NDArray[np.float64]

MONDAY: Final = date(2026, 3, 2)
_WEEK: Final = 7
_FLAGGED: Final = 0.05


class World(NamedTuple):
    """What a platform is like: cases a day by day of the week, 1/k, shares of hours."""

    means: Floats
    spread: float
    hours: Floats


class Held(NamedTuple):
    """Days of a world whose cases lay in their interval, and whether its waiting time did."""

    days: int
    wait: bool


def main(arguments: list[str] | None = None) -> None:
    """Print one line for each length of the past."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--worlds", type=int, default=200)
    parser.add_argument("--days", type=int, nargs="+", default=[28, 14, 7])
    parser.add_argument("--walk", type=float, default=0.0)
    parser.add_argument("--share", type=float, default=0.2)
    asked = parser.parse_args(arguments)
    for days in asked.days:
        rng = np.random.default_rng(days)
        held = [
            _played(_world(rng), days, asked.share, asked.walk, rng) for _ in range(asked.worlds)
        ]
        shares = np.array([one.days / _WEEK for one in held])
        half = 1.96 * shares.std(ddof=1) / np.sqrt(len(shares))
        waits = binomtest(sum(one.wait for one in held), len(held)).proportion_ci(0.95)
        sys.stdout.write(
            f"{days} days seen, {len(held)} simulated worlds, walk {asked.walk}: cases of a day in "
            f"their 90 % interval {shares.mean():.1%} [{shares.mean() - half:.1%}, "
            f"{shares.mean() + half:.1%}]; waiting time of nine in ten "
            f"{np.mean([one.wait for one in held]):.1%} [{waits.low:.1%}, {waits.high:.1%}]\n"
        )


def _world(rng: np.random.Generator) -> World:
    level = np.exp(rng.uniform(np.log(30), np.log(1_500)))
    means = level * rng.gamma(20, 1 / 20, _WEEK)
    hours = 1 + 3 * np.exp(-(((np.arange(HOURS) - 20) / 3) ** 2))
    return World(means, float(rng.uniform(0.0, 0.1)), hours / hours.sum())


def _played(world: World, days: int, share: float, walk: float, rng: np.random.Generator) -> Held:
    wander = np.exp(np.cumsum(rng.normal(0, walk, days + _WEEK)))
    flagged = _drawn(world, np.arange(days + _WEEK), wander, rng)
    seen, coming = flagged[:days], flagged[days:]
    past = Past(
        MONDAY, seen / _FLAGGED, rng.binomial(seen.astype(int), share).astype(np.float64), share
    )
    first = MONDAY.fromordinal(MONDAY.toordinal() + days)
    work = _work(world)
    ahead = forecast(past, work, 0, first, rng)
    totals = coming.sum(axis=1)
    inside = [
        day.arrivals.low <= total <= day.arrivals.high
        for day, total in zip(ahead.days, totals.tolist(), strict=True)
    ]
    starts = np.repeat(np.arange(_WEEK * HOURS), coming.ravel().astype(int))
    instants = np.sort(starts + rng.random(len(starts)))
    slow = typical(waiting_times(instants, work), 0.9)
    return Held(sum(inside), ahead.slow_wait.low - 1e-6 <= slow <= ahead.slow_wait.high + 1e-6)


def _drawn(
    world: World, days: NDArray[np.intp], wander: Floats, rng: np.random.Generator
) -> Floats:
    spread = max(world.spread, 1e-6)
    level = rng.gamma(1 / spread, spread, len(days)) * world.means[days % _WEEK] * wander
    return rng.poisson(level[:, None] * world.hours).astype(np.float64)


def _work(world: World) -> Work:
    """Reviewers who have about as much to do as they can."""
    one = Work(reviewers=1, cases_an_hour=10)
    return one.model_copy(
        update={"reviewers": max(1, round(float(world.means.mean()) / one.cases_a_day))}
    )


if __name__ == "__main__":
    main()
