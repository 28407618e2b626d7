"""Scoring in this process, on one core: rates, latency of one item, memory.

Rates of one core count the seconds of the core that the thread had, so that what else runs on
the machine takes nothing from them; latencies and the rate of all cores, which is that of
``mingcha score``, count the clock on the wall.
"""

import os
import time
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from data.record import Record
from models.scorer import Scorer, load_scorer
from tests.benchmarks.machine import resident_bytes
from tests.benchmarks.material import Material, diluted, full_listings, titles, windows
from tests.benchmarks.measure import Measure, measure, quantile
from training.offline import each_timed

FLAGGED_SHARE = 0.05
"""The share of flagged items that a platform is likely to see."""

_PASSES = 5
"""How often the items are scored together: processes take a moment to start."""

_WINDOWS_AIM = 1_000.0
_LISTINGS_AIM = 2_000.0


def loaded(directory: Path) -> tuple[Scorer, Measure]:
    """A warm scorer, and how much memory it took."""
    before = resident_bytes()
    scorer = load_scorer(directory)
    scorer.warm()
    taken = (resident_bytes() - before) / 1e6
    return scorer, measure("Memory", f"{scorer.kind}: scorer, loaded and warm", "MB", [taken])


def claims(scorer: Scorer, at: datetime, rounds: int) -> Iterator[Measure]:
    """Rates and latency over windows of speech."""
    yield from _measured(scorer, windows(), at, rounds, _WINDOWS_AIM)


def listings(scorer: Scorer, at: datetime, rounds: int) -> Iterator[Measure]:
    """Rates and latency over titles, and over full listings."""
    for material in (titles(at), full_listings(at)):
        yield from _measured(scorer, material, at, rounds, _LISTINGS_AIM)


def _measured(
    scorer: Scorer, material: Material, at: datetime, rounds: int, aim: float
) -> Iterator[Measure]:
    mixed = diluted(material.items, scorer, at, FLAGGED_SHARE)
    for items, aimed in ((material.items, None), (mixed, aim)):
        flagged = sum(scorer.score(item, at).suggestion != "pass" for item in items) / len(items)
        name = f"{material.source}, {flagged:.0%} flagged"
        found = [_rate(scorer, items, at) for _ in range(rounds)]
        yield measure("Batch, one core", name, "/s", found, aimed)
        found = [_rate_together(scorer, items, at) for _ in range(rounds)]
        yield measure("Batch, all cores", name, "/s", found, aimed)
        latencies = [_latencies(scorer, items, at) for _ in range(rounds)]
        for label, share in (("p50", 0.5), ("p99", 0.99)):
            found = [quantile(each, share) for each in latencies]
            yield measure("One item in process", f"{name}, {label}", "ms", found)


def _rate(scorer: Scorer, items: Sequence[Record], at: datetime) -> float:
    started = time.thread_time()
    for item in items:
        scorer.score(item, at)
    return len(items) / (time.thread_time() - started)


def _rate_together(scorer: Scorer, items: Sequence[Record], at: datetime) -> float:
    several = [*items] * _PASSES
    started = time.perf_counter()
    answered = sum(1 for _ in each_timed(scorer, several, at, os.cpu_count() or 1))
    return answered / (time.perf_counter() - started)


def _latencies(scorer: Scorer, items: Sequence[Record], at: datetime) -> list[float]:
    found = []
    for item in items:
        started = time.perf_counter()
        scorer.score(item, at)
        found.append((time.perf_counter() - started) * 1_000)
    return found
