"""How often drift is announced where there is none, and how soon where there is: simulated.

``python -m tests.benchmarks.drift [--home DIR] [--worlds N] [--workers N]``

Worlds of the simulator, without a change, are cut by merchant into platforms of their own; each
is scored by the champion in DIR and watched as ``mingcha drift`` would watch it. ``no shift``: a
report every fourth day; each alarm is a false one. ``shift``: from one day on a change is put into
what is watched, and a report made every day, as by cron: the first alarm ends the delay. Reviews,
appeals and complaints are those of the simulated platform. Intervals are over whole platforms.
"""

import argparse
import os
import sys
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from math import exp, log
from pathlib import Path
from statistics import median
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

from data.feedback import Feedback
from data.home import home
from data.ledger import Decision
from data.ledger.window import ContentKey
from data.listing import Listing
from data.simulate.events import Decision as Done
from data.simulate.events import Review, Submitted
from data.simulate.world import simulate_world
from features.aftersale import MATURITY
from models.knowledge import load_knowledge
from models.scorer import load_scorer
from models.store import champion
from training.drift import DriftRules, drift_report
from training.observation import Observation, Outcome, Passed, Seen, complaint_outcomes, observed
from training.truth import speaks_against

START: Final = datetime(2026, 3, 2, tzinfo=UTC)
MERCHANTS: Final = 1_000
PLATFORMS: Final = 4
DAYS: Final = 105
EVERY: Final = 4
SHIFT_DAY: Final = 63
WAITED: Final = 14
RULES: Final = DriftRules()
_RESAMPLES: Final = 2_000

Change = Callable[[Observation, np.random.Generator], Observation]


class Platform(NamedTuple):
    """What was seen of the merchants of one platform."""

    name: str
    seen: Seen


class Delay(NamedTuple):
    """After how many days a shift was announced on a platform; None: not in so many as waited."""

    shift: str
    size: str
    days: int | None


class Watched(NamedTuple):
    """A platform's reports: the quantities that alarmed in each without a shift, and the delays."""

    platform: str
    observations: int
    judged: float
    alarms: list[list[str]]
    delays: list[Delay]


def main() -> None:
    """Print the tables."""
    arguments = _arguments()
    if champion(arguments.home, "listings") is None:
        sys.exit(f"no listing model in {arguments.home}: run `mingcha train listings`")
    work = partial(_world, arguments.home)
    with ProcessPoolExecutor(arguments.workers) as pool:
        watched = []
        for seed, found in enumerate(pool.map(work, range(arguments.worlds))):
            watched += found
            sys.stderr.write(f"world {seed} of {arguments.worlds}: {_false(found)}\n")
    _say("SIMULATED. " + _about(watched))
    _control(watched)
    _delays(watched)


def _world(directory: Path, seed: int) -> list[Watched]:
    """The platforms of one world, watched."""
    return [_watched(platform, seed) for platform in platforms(directory, seed)]


def platforms(directory: Path, seed: int) -> list[Platform]:
    """The platforms that one world is cut into, scored by the champion in ``directory``."""
    found = champion(directory, "listings")
    assert found is not None, "looked for above"
    scorer, tokeniser = load_scorer(found), load_knowledge().reader().tokeniser
    observations: list[list[Observation]] = [[] for _ in range(PLATFORMS)]
    outcomes: list[list[Outcome]] = [[] for _ in range(PLATFORMS)]
    passed: list[list[Passed]] = [[] for _ in range(PLATFORMS)]
    complaints: dict[ContentKey, datetime] = {}
    merchants: dict[str, str] = {}
    for event in simulate_world(MERCHANTS, DAYS, seed, START):
        match event:
            case Submitted(listing, _):
                merchants[listing.data_id] = _merchant(listing)
                at = listing.submitted_at or START
                sent = listing.model_dump(mode="json", exclude_unset=True)
                decision = Decision.of("listings", listing, sent, scorer.score(listing, at), at)
                observations[_of(_merchant(listing))].append(observed(decision, tokeniser))
            case Done() if event.suggestion == "pass" and event.data_id in merchants:
                merchant = merchants[event.data_id]
                item = Passed(ContentKey(event.data_id, ""), merchant, event.decided_at)
                passed[_of(merchant)].append(item)
            case Review() if event.data_id in merchants:
                outcomes[_of(merchants[event.data_id])] += _judgement(event, merchants)
            case Feedback() if event.data_id and speaks_against(event):
                learnt = event.observed_at or event.event_at
                complaints.setdefault(ContentKey(event.data_id, ""), learnt)
    until = START + timedelta(days=DAYS)
    for number, items in enumerate(passed):
        outcomes[number] += complaint_outcomes(items, complaints, until, MATURITY)
    return [
        Platform(f"{seed}/{number}", Seen(observations[number], outcomes[number], 1.0))
        for number in range(PLATFORMS)
    ]


def _merchant(listing: Listing) -> str:
    return listing.merchant.merchant_id if listing.merchant else listing.data_id


def _of(merchant: str) -> int:
    return zlib.crc32(merchant.encode()) % PLATFORMS


def _judgement(review: Review, merchants: dict[str, str]) -> Iterator[Outcome]:
    group, at = merchants[review.data_id], review.decided_at
    if review.stage == "queue":
        yield Outcome(at, group, "confirmed", review.outcome == "violation")
    if review.stage == "appeal":
        yield Outcome(at, group, "overturned", review.outcome == "clean")


def _watched(platform: Platform, seed: int) -> Watched:
    whole = RULES.days + RULES.reference_days
    reports = [_alarms(platform.seen, day, seed) for day in range(whole, DAYS + 1, EVERY)]
    delays = [
        Delay(name, size, _delay(_shifted(platform.seen, change), seed))
        for name, sizes in SHIFTS.items()
        for size, change in sizes.items()
    ]
    return Watched(
        platform=platform.name,
        observations=len(platform.seen.observations),
        judged=float(np.mean([judged for _, judged in reports])),
        alarms=[alarms for alarms, _ in reports],
        delays=delays,
    )


def _alarms(seen: Seen, day: int, seed: int) -> tuple[list[str], int]:
    """The quantities that alarm in a report on the days up to ``day``, and how many are judged."""
    until = START + timedelta(days=day)
    report = drift_report("listings", seen, until, RULES, np.random.default_rng([seed, day]))
    judged = [each for each in report.movements if each.state != "not_judged"]
    return [each.quantity for each in report.alarms], len(judged)


def _delay(seen: Seen, seed: int) -> int | None:
    for days in range(1, WAITED + 1):
        if _alarms(seen, SHIFT_DAY + days, seed)[0]:
            return days
    return None


def _shifted(seen: Seen, change: Change) -> Seen:
    """The same with a change from the day of the shift on."""
    since, rng = START + timedelta(days=SHIFT_DAY), np.random.default_rng(0)
    changed = [change(o, rng) if o.instant >= since else o for o in seen.observations]
    return seen._replace(observations=changed)


def _new_category(share: float) -> Change:
    """A share of the merchants turn to a category that was not there."""

    def change(o: Observation, rng: np.random.Generator) -> Observation:
        turned = zlib.crc32(f"new {o.group}".encode()) < share * 2**32
        return o._replace(category="新类目") if turned else o

    return change


def _more_disguises(share: float) -> Change:
    def change(o: Observation, rng: np.random.Generator) -> Observation:
        return o._replace(disguises=1) if rng.random() < share else o

    return change


def _higher_scores(log_odds: float) -> Change:
    def change(o: Observation, rng: np.random.Generator) -> Observation:
        known = min(max(o.probability, 1e-6), 1 - 1e-6)
        logit = log(known / (1 - known)) + log_odds
        return o._replace(probability=1 / (1 + exp(-logit)))

    return change


def _lower_prices(factor: float) -> Change:
    def change(o: Observation, rng: np.random.Generator) -> Observation:
        return o._replace(price=o.price and o.price * factor)

    return change


def _unknown_words(share: float) -> Change:
    """A share of the texts has 30 points more of its characters outside known words."""

    def change(o: Observation, rng: np.random.Generator) -> Observation:
        if o.unknown_share is None or rng.random() >= share:
            return o
        return o._replace(unknown_share=min(1.0, o.unknown_share + 0.3))

    return change


SHIFTS: Final[dict[str, dict[str, Change]]] = {
    "merchants turn to a new category": {
        f"{share:.0%}": _new_category(share) for share in (0.15, 0.3, 0.5)
    },
    "more items with a disguise": {
        f"+{share:.0%}": _more_disguises(share) for share in (0.02, 0.05, 0.1)
    },
    "scores, log-odds": {f"+{by}": _higher_scores(by) for by in (0.3, 0.7, 1.5)},
    "prices": {f"× {by}": _lower_prices(by) for by in (0.9, 0.75, 0.5)},
    "texts with unknown words": {
        f"{share:.0%}": _unknown_words(share) for share in (0.1, 0.25, 0.5)
    },
}


def _about(watched: Sequence[Watched]) -> str:
    weekly = median(each.observations for each in watched) * 7 / DAYS
    judged = float(np.mean([each.judged for each in watched]))
    return (
        f"{len(watched)} platforms of {MERCHANTS // PLATFORMS} merchants, {DAYS} days, "
        f"{weekly:.0f} listings a week; {RULES.days} days against {RULES.reference_days}; "
        f"{judged:.1f} quantities judged; intervals of 95 %"
    )


def _false(watched: Sequence[Watched]) -> str:
    """How many reports without a shift have an alarm."""
    alarmed = [bool(each) for found in watched for each in found.alarms]
    return f"{sum(alarmed)} of {len(alarmed)} reports with an alarm"


def _control(watched: Sequence[Watched]) -> None:
    rates = [float(np.mean([bool(each) for each in found.alarms])) for found in watched]
    low, high = _rare(np.array(rates), sum(len(found.alarms) for found in watched))
    _say(
        f"\nno shift: {_false(watched)}, {np.mean(rates):.1%} [{low:.1%}, {high:.1%}]; "
        f"stated: at most {RULES.false_alarms:.1%}"
    )
    counts = Counter(name for found in watched for each in found.alarms for name in each)
    _say("by quantity: " + (", ".join(f"{n} {c}" for n, c in counts.most_common()) or "none"))


def _delays(watched: Sequence[Watched]) -> None:
    _say(f"\n| shift | size | announced within {WAITED} days | median delay, days |")
    _say("|---|---|---|---|")
    for name, sizes in SHIFTS.items():
        for size in sizes:
            days = np.array(
                [
                    WAITED + 1 if each.days is None else each.days
                    for found in watched
                    for each in found.delays
                    if (each.shift, each.size) == (name, size)
                ]
            )
            announced = binomtest(int((days <= WAITED).sum()), len(days))
            share, (low, high) = announced.statistic, announced.proportion_ci()
            middle, bounds = np.median(days), _interval(days, np.median)
            shown = " to ".join(map(_days, bounds))
            _say(
                f"| {name} | {size} | {share:.0%} [{low:.0%}, {high:.0%}] "
                f"| {_days(middle)} [{shown}] |"
            )


def _days(days: float) -> str:
    return f"more than {WAITED}" if days > WAITED else f"{days:g}"


def _interval(values: np.ndarray, of: Callable[..., np.ndarray] = np.mean) -> tuple[float, float]:
    """Over platforms."""
    drawn = np.random.default_rng(0).integers(len(values), size=(_RESAMPLES, len(values)))
    low, high = np.quantile(of(values[drawn], axis=1), [0.025, 0.975])
    return float(low), float(high)


def _rare(rates: NDArray[np.float64], reports: int) -> tuple[float, float]:
    """Over platforms, or wider: that of as many reports as have days of their own (exact).

    Where no platform had an alarm, resampling them would say that none can have one.
    """
    low, high = _interval(rates)
    apart = reports * EVERY // RULES.days
    exact = binomtest(round(float(rates.mean()) * apart), apart).proportion_ci()
    return min(low, float(exact.low)), max(high, float(exact.high))


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.drift")
    parser.add_argument("--home", type=Path, default=home(os.environ), help="where champions are")
    parser.add_argument("--worlds", type=int, default=3)
    parser.add_argument("--workers", type=int, default=1, help="processes, a world each")
    return parser.parse_args()


if __name__ == "__main__":
    main()
