"""How often the intervals of ``training.propensity`` hold the truth, on simulated periods.

``python -m tests.benchmarks.coverage [--runs N] [--only WORD]`` takes periods whose truth is
known, draws items for review as a platform does, and counts in how many runs each 95 % interval
holds the figure of the whole period. All periods are simulated: most are made up anew for each run,
rooms that differ in how much they violate (``rho`` is the correlation of two windows of one room);
*marketplace* is one world of ``mingcha simulate``, its listings and its own policy, of which each
run draws anew. What reviewers see of the passed is a slice of 1 or 2 %, so that it holds a handful
of violations or none. The share of runs has an interval of its own, about 4 points either way in
100 runs and 1.4 in 1,000.

The naive interval takes the reviewed items for all (Clopper and Pearson 1934). Where all flagged
items are reviewed their precision is known, and 100 % is as it should be.
"""

import argparse
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest, norm

from data.simulate.events import Decision, ListingTruth, Submitted
from data.simulate.world import simulate_world
from training.propensity import Drawn, Estimates, Population, PropensityError, estimates

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]

FIGURES: Final = ("base_rate", "recall", "precision", "clean_flagged", "false_blocks", "missed")
_NAIVE: Final = ("base_rate", "recall")
"""Those that the command counts for the naive interval as well."""

_NEAR: Final = 0.6
"""Standard deviations below the threshold within which a passed item is nearly flagged."""


_ROUNDING: Final = 1e-9


class Scenario(NamedTuple):
    """A period and how its items are drawn.

    ``slice_share`` of the passed are reviewed, ``near_share`` of those just below the threshold,
    ``flagged_share`` of the flagged. ``whole`` draws rooms and all their windows;
    ``by_room`` tells the estimator the rooms.
    """

    name: str
    base_rate: float = 0.04
    recall: float = 0.8
    clean_flagged: float = 0.02
    slice_share: float = 0.015
    flagged_share: float = 1.0
    near_share: float | None = None
    rooms: int = 1_000
    windows: int = 20
    rho: float = 0.0
    whole: bool = False
    by_room: bool = False
    marketplace: bool = False


def _rooms(name: str, *, rooms: int, windows: int, rho: float, share: float) -> Scenario:
    """Rooms that are drawn with all their windows."""
    return Scenario(
        name,
        slice_share=share,
        flagged_share=share,
        rooms=rooms,
        windows=windows,
        rho=rho,
        whole=True,
        by_room=True,
    )


SCENARIOS: Final = (
    Scenario("base rate 1 %, slice 1 %", base_rate=0.01, slice_share=0.01),
    Scenario("base rate 2 %, slice 1 %", base_rate=0.02, slice_share=0.01),
    Scenario("base rate 4 %, slice 1.5 %"),
    Scenario("base rate 8 %, slice 2 %", base_rate=0.08, slice_share=0.02),
    Scenario("recall 95 %", recall=0.95),
    Scenario("recall 99 %", recall=0.99),
    Scenario("30 % of flagged reviewed", flagged_share=0.3),
    Scenario("10 % of those nearly flagged", flagged_share=0.5, near_share=0.1),
    Scenario("rooms of 100, rho 0.3", rooms=200, windows=100, rho=0.3),
    Scenario("the same, rooms told", rooms=200, windows=100, rho=0.3, by_room=True),
    Scenario("30 % of flagged, rooms told", flagged_share=0.3, rho=0.1, by_room=True),
    _rooms("rooms of 5 drawn whole, rho 0.1", rooms=4_000, windows=5, rho=0.1, share=0.03),
    _rooms("rooms of 20 drawn whole, rho 0.05", rooms=1_000, windows=20, rho=0.05, share=0.05),
    _rooms("rooms of 20 drawn whole, rho 0.2", rooms=1_000, windows=20, rho=0.2, share=0.05),
    _rooms("the same, 10 % of rooms", rooms=1_000, windows=20, rho=0.2, share=0.1),
    Scenario("marketplace", marketplace=True),
    Scenario("marketplace, 30 % of flagged", marketplace=True, flagged_share=0.3),
)

_MERCHANTS: Final = 2_000
_DAYS: Final = 40


class Period(NamedTuple):
    """All items of a simulated period; the arrays have shape (items,).

    ``distance`` is how far below its threshold an item scored.
    """

    truth: Flags
    flagged: Flags
    distance: Floats
    room: NDArray[np.intp]

    @property
    def population(self) -> Population:
        """How many were flagged and passed."""
        return Population(int(self.flagged.sum()), int((~self.flagged).sum()))

    def figures(self) -> dict[str, float]:
        """The figures of the period: what reviewing everything would show."""
        caught, missed = (self.truth & self.flagged).sum(), (self.truth & ~self.flagged).sum()
        false, clean = (~self.truth & self.flagged).sum(), (~self.truth).sum()
        return {
            "base_rate": float(self.truth.mean()),
            "recall": float(caught / max(caught + missed, 1)),
            "precision": float(caught / max(caught + false, 1)),
            "clean_flagged": float(false / max(clean, 1)),
            "false_blocks": float(false),
            "missed": float(missed),
        }


@cache
def marketplace(merchants: int = _MERCHANTS, days: int = _DAYS) -> Period:
    """The listings of a simulated world, flagged by its own policy; a room is a merchant."""
    truths: list[ListingTruth] = []
    flagged: dict[str, bool] = {}
    for event in simulate_world(merchants, days, 0, datetime(2026, 1, 1, tzinfo=UTC)):
        match event:
            case Submitted(_, truth):
                truths.append(truth)
            case Decision(cause="submission" | "edit"):
                flagged[event.data_id] = event.suggestion != "pass"
    decided = [truth for truth in truths if truth.item in flagged]
    _, shops = np.unique([truth.shop for truth in decided], return_inverse=True)
    return Period(
        np.array([bool(truth.true_codes) for truth in decided]),
        np.array([flagged[truth.item] for truth in decided]),
        np.zeros(len(decided)),
        shops,
    )


def period(scenario: Scenario, rng: np.random.Generator) -> Period:
    """A period of the scenario's rooms."""
    if scenario.marketplace:
        return marketplace()
    sizes = 1 + rng.poisson(scenario.windows - 1, scenario.rooms)
    room = np.repeat(np.arange(scenario.rooms), sizes)
    truth = rng.random(len(room)) < _rates(scenario, rng)[room]
    cuts = np.asarray(norm.isf([scenario.clean_flagged, scenario.recall]))[truth.astype(np.intp)]
    distance = cuts - rng.standard_normal(len(room))
    return Period(truth, distance < 0, distance, room)


def drawn(scenario: Scenario, of: Period, rng: np.random.Generator) -> Drawn:
    """What reviewers get to see of a period. Raises PropensityError where that is nothing."""
    probability = np.where(of.flagged, scenario.flagged_share, scenario.slice_share)
    if scenario.near_share is not None:
        near = ~of.flagged & (of.distance < _NEAR)
        probability = np.where(near, scenario.near_share, probability)
    chance = rng.random(len(of.room))
    chosen = (rng.random(scenario.rooms)[of.room] if scenario.whole else chance) < probability
    rooms = [str(room) for room in of.room[chosen].tolist()] if scenario.by_room else None
    return Drawn(of.truth[chosen], of.flagged[chosen], probability[chosen], rooms)


class Run(NamedTuple):
    """Which intervals held the truth, and what was seen."""

    held: dict[str, bool]
    naive_held: dict[str, bool]
    slice_violations: int
    recall_width: float
    naive_off: float


def run(scenario: Scenario, seed: int) -> Run | None:
    """One period, drawn and estimated; None where a figure cannot be estimated."""
    rng = np.random.default_rng(seed)
    of = period(scenario, rng)
    try:
        found = estimates(drawn(scenario, of, rng), of.population, seed)
    except PropensityError:
        return None
    truth = of.figures()
    if any(getattr(found, name).value is None for name in FIGURES):
        return None
    recall = found.recall
    return Run(
        {name: _holds(found, name, truth) for name in FIGURES},
        {name: low <= truth[name] <= high for name, (low, high) in naive(found).items()},
        found.passed_violating,
        (recall.high or 0.0) - (recall.low or 0.0),
        (recall.naive or 0.0) - truth["recall"],
    )


def naive(found: Estimates) -> dict[str, tuple[float, float]]:
    """Intervals of the figures when reviewed items are taken for all."""
    caught, missed = found.flagged_violating, found.passed_violating
    parts = {
        "base_rate": (caught + missed, found.flagged + found.passed),
        "recall": (caught, caught + missed),
    }
    intervals = {
        name: binomtest(part, max(whole, 1)).proportion_ci()
        for name, (part, whole) in parts.items()
    }
    return {name: (each.low, each.high) for name, each in intervals.items()}


def _holds(found: Estimates, name: str, truth: Mapping[str, float]) -> bool:
    figure = getattr(found, name)
    return bool(figure.low - _ROUNDING <= truth[name] <= figure.high + _ROUNDING)


def _rates(scenario: Scenario, rng: np.random.Generator) -> Floats:
    """How much each room violates."""
    if not scenario.rho:
        return np.full(scenario.rooms, scenario.base_rate)
    spread = (1 - scenario.rho) / scenario.rho
    mean = scenario.base_rate
    return rng.beta(mean * spread, (1 - mean) * spread, scenario.rooms)


def runs_of(scenario: Scenario, runs: int) -> list[Run]:
    """So many runs, without those in which a figure cannot be estimated."""
    return [each for seed in range(runs) if (each := run(scenario, seed)) is not None]


def line(scenario: Scenario, runs: int) -> str:
    """The scenario's row of the table."""
    done = runs_of(scenario, runs)
    few, many = np.quantile([each.slice_violations for each in done], [0.05, 0.95])
    held = [[each.held[name] for each in done] for name in FIGURES]
    held += [[each.naive_held[name] for each in done] for name in _NAIVE]
    cells = [
        scenario.name,
        str(len(done)),
        f"{few:.0f}-{many:.0f}",
        *(f"{100 * float(np.mean(each)):.1f}" for each in held),
        f"{float(np.median([each.recall_width for each in done])):.2f}",
        f"{float(np.mean([each.naive_off for each in done])):+.2f}",
    ]
    return "| " + " | ".join(cells) + " |"


def table(scenarios: Sequence[Scenario], runs: int) -> Iterator[str]:
    """The lines of the report, in Markdown."""
    titles = ["simulated period", "runs", "violations in the slice", *FIGURES]
    titles += [*(f"naive {name}" for name in _NAIVE), "width of recall", "naive recall off by"]
    yield "| " + " | ".join(titles) + " |"
    yield "|---" * len(titles) + "|"
    for scenario in scenarios:
        yield line(scenario, runs)


def soak() -> Iterator[str]:
    """The part of ``make soak``: a hundred runs of each."""
    yield from table(SCENARIOS, 100)


def main() -> None:
    """Print how often the intervals hold."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.coverage")
    parser.add_argument("--runs", type=int, default=100, help="simulated periods of each kind")
    parser.add_argument("--only", default="", help="scenarios whose name holds this")
    arguments = parser.parse_args()
    chosen = tuple(each for each in SCENARIOS if arguments.only in each.name)
    for row in table(chosen, arguments.runs):
        sys.stdout.write(row + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
