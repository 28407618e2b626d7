"""How often the gate promotes challengers whose worth is known, on simulated blocks.

``python -m tests.benchmarks.gate_power [--runs N] [--items N ...] [--near P ...] [--only WORD]``
makes up periods of live rooms. The champion flags some items, all of which are reviewed; of those
it passes 1.5 % are drawn, and of those it nearly flagged, as many as it flags, a share P. A
challenger scores the same items; how much better or worse it is on the least of the
three headlines is known. What the gate promotes although it is worse than −δ is a false promotion;
what it promotes of those that are not is its power. Shares have exact 95 % intervals (Clopper and
Pearson 1934).

Scores are the probabilities that follow from a normal signal, so that both are calibrated; their
noise is correlated, as that of two models of the same make.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

from training.gate import (
    Answers,
    Block,
    Facts,
    GateEvidence,
    GateRules,
    GateVerdict,
    Latency,
    Regression,
    judge,
)
from training.gate_evidence import HEADLINES
from training.paired import Pair
from training.ranking import Counted, Figure, Ranking

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]

BASE_RATE: Final = 0.04
SLICE_SHARE: Final = 0.015
"""Share of the passed that is drawn for review."""

_SEPARATION: Final = 3.0
"""Standard deviations between what clean and violating items score, for the champion."""

_FLAGGED: Final = 0.05
_BLOCK_AT: Final = 0.97
_WINDOWS: Final = 10
_ALIKE: Final = 0.05
"""Correlation of two windows of one room."""

_GOODS: Final = ("美妆", "食品", "服饰", "数码", "家居", "珠宝")
_TENURES: Final = ("0-13", "14-89", "90-364", "365+")
_RESAMPLES: Final = 400
_MANY: Final = 400_000
_SINCE: Final = datetime(2026, 1, 1, tzinfo=UTC)
_FIGURES: Final[dict[str, Figure]] = {
    "macro_f1": Counted.macro_f1,
    "pr_auc": Counted.pr_auc,
    "recall": Counted.recall,
}


class Challenger(NamedTuple):
    """A challenger whose difference on the least of the headlines is ``worth``, or as it comes.

    One that is poisoned learnt from labels that were turned; half of what it could tell is lost.
    ``agreement`` is the correlation of its noise with the champion's. ``blind`` standard
    deviations are taken from what it can tell of the first of the goods, ``stronger`` are added to
    what it can tell of any.
    """

    name: str
    worth: float | None
    agreement: float = 0.98
    blind: float = 0.0
    stronger: float = 0.0


CHALLENGERS: Final = (
    Challenger("the champion itself", 0.0, agreement=1.0),
    Challenger("equal, nearly the same answers", 0.0, agreement=0.998),
    Challenger("equal, other errors", 0.0),
    Challenger("better by 1 point", 0.01),
    Challenger("better by 2 points", 0.02),
    Challenger("better by 5 points", 0.05),
    Challenger("worse by 1 point (δ)", -0.01),
    Challenger("worse by δ, nearly the same answers", -0.01, agreement=0.998),
    Challenger("worse by 2 points", -0.02),
    Challenger("worse by 5 points", -0.05),
    Challenger("better, but blind to one of six goods", None, blind=2.0, stronger=0.6),
    Challenger("poisoned", None, stronger=-1.5),
)


class Design(NamedTuple):
    """How many items a period has, and what share of the nearly flagged is drawn for review."""

    items: int
    near: float


class Period(NamedTuple):
    """Items of a period, shape (items,): truth, noise of both sides, and what they are."""

    truth: Flags
    noise: tuple[Floats, Floats]
    room: NDArray[np.intp]
    goods: NDArray[np.intp]
    tenure: NDArray[np.intp]


def period(items: int, agreement: float, rng: np.random.Generator) -> Period:
    """A period of so many items; a room sells one sort of goods."""
    rooms = items // _WINDOWS
    spread = (1 - _ALIKE) / _ALIKE
    rates = rng.beta(BASE_RATE * spread, (1 - BASE_RATE) * spread, rooms)
    room = np.repeat(np.arange(rooms), _WINDOWS)
    shared, own = rng.standard_normal((2, len(room)))
    return Period(
        rng.random(len(room)) < rates[room],
        (shared, agreement * shared + np.sqrt(1 - agreement**2) * own),
        room,
        rng.integers(len(_GOODS), size=rooms)[room],
        rng.choice(len(_TENURES), size=rooms, p=(0.15, 0.2, 0.3, 0.35))[room],
    )


def _scores(of: Period, side: int, separation: float, blind: float = 0.0) -> Floats:
    """Probabilities by Bayes' rule, from a signal of that ``separation``; less for the blind."""
    apart = np.where(of.goods == 0, max(0.0, separation - blind), separation)
    signal = of.noise[side] + apart * of.truth
    odds = np.log(BASE_RATE / (1 - BASE_RATE)) + apart * signal - apart**2 / 2
    scores: Floats = 1 / (1 + np.exp(-odds))
    return scores


class Known(NamedTuple):
    """A challenger as it is: its separation, both sides' thresholds, its true differences.

    From ``nearly`` on the champion nearly flags.
    """

    separation: float
    thresholds: tuple[float, float]
    nearly: float
    differences: dict[str, float]


@cache
def known(challenger: Challenger) -> Known:
    """The challenger whose least headline differs by its worth, found by bisection."""
    of = period(_MANY, challenger.agreement, np.random.default_rng(0))
    if challenger.worth is None:
        return _known(of, _SEPARATION + challenger.stronger, challenger.blind)
    if challenger.worth == 0:
        # A sample knows two equal sides only up to its noise.
        equal = _known(of, _SEPARATION, challenger.blind)
        return equal._replace(differences=dict.fromkeys(_FIGURES, 0.0))
    low, high = _SEPARATION - 1.0, _SEPARATION + 1.0
    for _ in range(12):
        middle = (low + high) / 2
        least = min(_known(of, middle, challenger.blind).differences.values())
        low, high = (middle, high) if least < challenger.worth else (low, middle)
    return _known(of, (low + high) / 2, challenger.blind)


def _known(of: Period, separation: float, blind: float) -> Known:
    sides = _scores(of, 0, _SEPARATION), _scores(of, 1, separation, blind)
    thresholds = tuple(float(np.quantile(side, 1 - _FLAGGED)) for side in sides)
    champion, challenger = (
        Ranking(of.truth, side, side >= at) for side, at in zip(sides, thresholds, strict=True)
    )
    pair = Pair(champion, challenger, np.ones(len(of.truth)))
    before, after = pair.figures(_FIGURES)
    differences = dict(zip(_FIGURES, (after - before)[0].tolist(), strict=True))
    nearly = float(np.quantile(sides[0], 1 - 2 * _FLAGGED))
    return Known(separation, (thresholds[0], thresholds[1]), nearly, differences)


def evidence(challenger: Challenger, design: Design, seed: int) -> GateEvidence:
    """What reviewers saw of a period, and what both sides say of it."""
    rng = np.random.default_rng([seed, design.items])
    of, made = period(design.items, challenger.agreement, rng), known(challenger)
    sides = _scores(of, 0, _SEPARATION), _scores(of, 1, made.separation, challenger.blind)
    probability = np.where(sides[0] >= made.nearly, design.near, SLICE_SHARE)
    probability[sides[0] >= made.thresholds[0]] = 1.0
    seen = rng.random(len(of.room)) < probability
    champion, other = (
        Answers(side[seen], side[seen] >= at, side[seen] >= _BLOCK_AT)
        for side, at in zip(sides, made.thresholds, strict=True)
    )
    block = Block(
        of.truth[seen],
        probability[seen],
        [str(room) for room in of.room[seen]],
        _SINCE,
        {
            "category": [_GOODS[at] for at in of.goods[seen]],
            "tenure": [_TENURES[at] for at in of.tenure[seen]],
        },
        [None] * int(seen.sum()),
    )
    corpus = Regression(rows=100, champion_wrong=frozenset(), challenger_wrong=frozenset())
    return GateEvidence(
        block,
        champion,
        other,
        Facts(kind="listings", version="champion", trained_until=_SINCE),
        Facts(kind="listings", version="challenger", trained_until=_SINCE),
        {"must_pass": corpus, "must_catch": corpus},
        Latency(champion_ms=1.0, challenger_ms=1.0),
    )


def verdicts(challenger: Challenger, design: Design, runs: int) -> Iterator[GateVerdict]:
    """The gate's verdicts on so many periods, with fewer resamples than usual."""
    rules = GateRules.usual("listings").model_copy(update={"resamples": _RESAMPLES})
    for seed in range(runs):
        yield judge(evidence(challenger, design, seed), rules)


def line(challenger: Challenger, design: Design, runs: int) -> str:
    """The challenger's row of the table."""
    found = list(verdicts(challenger, design, runs))
    promoted = sum(each.promote for each in found)
    low, high = binomtest(promoted, runs).proportion_ci()
    refusing = Counter(
        check.name for each in found for check in each.checks if check.state == "failed"
    )
    by = ", ".join(f"{name} {100 * n / runs:.0f}" for name, n in refusing.most_common(4))
    true = known(challenger).differences
    cells = [
        challenger.name,
        f"{design.items:,}",
        f"{100 * design.near:g}",
        f"{np.median([each.rows for each in found]):.0f}",
        *(f"{100 * true[name]:+.1f}" for name in HEADLINES),
        f"{100 * promoted / runs:.1f} [{100 * low:.1f}, {100 * high:.1f}]",
        by or "–",
    ]
    return "| " + " | ".join(cells) + " |"


def table(challengers: Sequence[Challenger], designs: Sequence[Design], runs: int) -> Iterator[str]:
    """The lines of the report, in Markdown."""
    titles = ["simulated challenger", "items", "nearly flagged drawn, %", "reviewed"]
    titles += [f"{name}, points" for name in HEADLINES]
    titles += ["promoted, %", "checks that failed, % of runs"]
    yield "| " + " | ".join(titles) + " |"
    yield "|---" * len(titles) + "|"
    for design in designs:
        for challenger in challengers:
            yield line(challenger, design, runs)


def soak() -> Iterator[str]:
    """The part of ``make soak``."""
    yield from table(CHALLENGERS, [Design(50_000, SLICE_SHARE), Design(50_000, 0.2)], 100)


def main() -> None:
    """Print how often challengers are promoted."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.gate_power")
    parser.add_argument("--runs", type=int, default=200, help="simulated blocks of each kind")
    parser.add_argument("--items", type=int, nargs="+", default=[50_000], help="items of a period")
    parser.add_argument(
        "--near", type=float, nargs="+", default=[SLICE_SHARE], help="share of the nearly flagged"
    )
    parser.add_argument("--only", default="", help="challengers whose name holds this")
    arguments = parser.parse_args()
    chosen = tuple(each for each in CHALLENGERS if arguments.only in each.name)
    designs = [Design(items, near) for items in arguments.items for near in arguments.near]
    for row in table(chosen, designs, arguments.runs):
        sys.stdout.write(row + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
