"""How fast passed items are judged again: ``python -m tests.benchmarks.rescan``.

Simulated listings and speech pass under one set of versions, and are then judged again by the
champions of the home with all that comes of it kept in a ledger of its own, and once more with
nothing changed. ``--beside`` has another process record decisions meanwhile, as a service does,
and tells how long its writes took.
"""

import argparse
import multiprocessing
import os
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from multiprocessing.synchronize import Event
from pathlib import Path

from data.home import home
from data.ledger import Decision, Ledger, LedgerError
from data.ledger.window import Window
from data.record import Record
from data.registry import EMPTY_REGISTRY
from data.verdict import Kind
from models.scorer import Scorer, load_scorer
from models.store import champion
from tests.benchmarks.machine import this_machine
from tests.benchmarks.material import full_listings, windows
from training.outdated import Today
from training.rescan import Plan, rescan

_PASSED = datetime(2026, 3, 1, tzinfo=UTC)
_WRITES_APART_SECONDS = 0.02
_AT_ONCE = 1_000


def main() -> None:
    """Print a line for each kind."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.rescan", description=__doc__)
    parser.add_argument("--home", type=Path, default=home(os.environ))
    parser.add_argument("--items", type=int, default=6_000, help="of each kind")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--beside", action="store_true", help="while another process writes")
    given = parser.parse_args()
    sys.stdout.write(this_machine().line() + "\n")
    kinds: tuple[Kind, ...] = ("listings", "claims")
    for kind in kinds:
        directory = champion(given.home, kind)
        if directory is None:
            continue
        scorer = load_scorer(directory)
        with tempfile.TemporaryDirectory() as place:
            url = f"sqlite:///{place}/ledger.sqlite"
            _measured(scorer, url, given.items, given.workers, beside=given.beside)


def _measured(scorer: Scorer, url: str, items: int, workers: int, *, beside: bool) -> None:
    with closing(Ledger(url)) as ledger:
        decisions = list(_passed(scorer, items))
        for first in range(0, len(decisions), _AT_ONCE):
            ledger.record(decisions[first : first + _AT_ONCE])
        context = multiprocessing.get_context("spawn")
        begun, done = context.Event(), context.Event()
        writer = context.Process(target=_write, args=(url, begun, done))
        if beside:
            writer.start()
            begun.wait()
        until = datetime.now(UTC)
        window = Window(scorer.kind, _PASSED - timedelta(days=1), until)
        today = Today.of(scorer, EMPTY_REGISTRY.version, until)
        plan = Plan(window, workers=workers)
        spent, started = _cpu_seconds(), time.perf_counter()
        report = rescan(ledger, scorer, today, plan, lambda: datetime.now(UTC))
        took = time.perf_counter() - started
        spent = _cpu_seconds() - spent
        done.set()
        if beside:
            writer.join()
        until = datetime.now(UTC)
        plan = plan._replace(window=window._replace(until=until))
        started = time.perf_counter()
        idle = rescan(ledger, scorer, today, plan, lambda: datetime.now(UTC))
        skipping = time.perf_counter() - started
    sys.stdout.write(
        f"{scorer.kind}: {report.rescored:,} judged again by {workers} processes and kept in "
        f"{took:.1f} s, {report.rescored / took:,.0f} a second, {spent:.1f} s of one core; "
        f"{idle.unchanged:,} unchanged passed over in {skipping:.2f} s\n"
    )


def _cpu_seconds() -> float:
    """What this process and those that it waited for took of a core, so far."""
    uses = (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    return sum(use.ru_utime + use.ru_stime for use in uses)


def _passed(scorer: Scorer, items: int) -> Iterator[Decision]:
    """Items that the scorer lets pass, decided by versions before its own; some repeat others."""
    source = full_listings(_PASSED) if scorer.kind == "listings" else windows()
    known = [item for item in source.items if scorer.score(item, _PASSED).suggestion == "pass"]
    for number in range(items):
        item = known[number % len(known)].model_copy(update={"data_id": f"item-{number}"})
        yield _decided(scorer, item)


def _decided(scorer: Scorer, item: Record) -> Decision:
    sent = item.model_dump(mode="json", exclude_unset=True)
    judgement = scorer.judge(item, _PASSED)
    earlier = {"model_version": "before", "decision_id": "b" + judgement.verdict.decision_id[1:]}
    return Decision.of(
        scorer.kind,
        item,
        sent,
        judgement.verdict.model_copy(update=earlier),
        _PASSED,
        snapshot=judgement.snapshot.model_dump(mode="json"),
    )


def _write(url: str, begun: Event, done: Event) -> None:
    """Record a decision fifty times a second, as a service does, and tell how that went."""
    from tests.data.ledger.records import listing

    waits: list[float] = []
    refused = 0
    with closing(Ledger(url)) as ledger:
        ledger.open()
        begun.set()
        while not done.is_set():
            name = f"beside-{len(waits)}-{refused}"
            started = time.perf_counter()
            try:
                ledger.record([listing(name, name)])
                waits.append(time.perf_counter() - started)
            except LedgerError:
                refused += 1
            time.sleep(_WRITES_APART_SECONDS)
    waits.sort()
    sys.stdout.write(
        f"beside: {len(waits):,} writes, {refused} refused after a second; median "
        f"{1_000 * waits[len(waits) // 2]:.0f} ms, 99 in 100 within "
        f"{1_000 * waits[len(waits) * 99 // 100]:.0f} ms, longest {1_000 * waits[-1]:.0f} ms\n"
    )


if __name__ == "__main__":
    main()
