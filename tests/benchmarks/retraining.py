"""How long retraining takes and how much memory it needs, by how much the ledger holds.

``python -m tests.benchmarks.retraining --listings 50000,100000 --windows 12500,25000`` fills a
ledger with simulated decisions, one review each with the truth for its answer, and lets a process
of its own assemble and fit at each size, as a retraining does. The gate, the artefact's writing
and MLflow are left out: they don't grow with what is learnt from. Written in bulk, the ledger has
no cases and no audit trail.

Seconds on the clock depend on what else the machine does; those of its processors hardly do.
Memory is that of the process and its children; pages that they share count once (PSS).
"""

import argparse
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from sqlalchemy import insert

from data.ledger import Decision, Ledger
from data.ledger.instants import instant_text
from data.ledger.tables import decisions, labels
from data.record import Record
from data.segment import LiveSegment
from data.selection import Selection
from data.simulate.catalogue import CATALOGUE
from data.simulate.dice import Dice
from data.simulate.listings import simulate_listings
from data.simulate.merchants import BAD
from data.simulate.rooms import talk
from data.verdict import Kind, Verdict
from models.knowledge import load_knowledge
from tests.benchmarks.machine import this_machine, tree_bytes
from training import assemble, listings
from training.build import SEED, build_claims, build_listings
from training.lessons import assemble_claims, assemble_listings
from training.train import SEED_GROUPS

START: Final = datetime(2026, 3, 1, tzinfo=UTC)

_BLOCK: Final = 25_000
"""Listings that are simulated at a time, as a marketplace of their own."""

_WRITTEN: Final = 2_000
_BAD: Final = 0.3
"""Share of simulated merchants that are bad, as where a first model is trained."""

_EVERY: Final = 2.0
"""Seconds between two looks at the memory: a look is work as well."""

_ROOM: Final = 25
"""Windows of one room."""

Simulated = tuple[Record, Sequence[str]]


class Stage(NamedTuple):
    """A part of a retraining: seconds on the clock, and those of all processors."""

    name: str
    seconds: float
    cpu: float


class Run(NamedTuple):
    """One retraining on so many rows; ``peak`` is in bytes."""

    rows: int
    stages: list[Stage]
    peak: int

    @property
    def seconds(self) -> float:
        """On the clock."""
        return sum(stage.seconds for stage in self.stages)

    @property
    def cpu(self) -> float:
        """Of all processors."""
        return sum(stage.cpu for stage in self.stages)


def simulated_listings() -> Iterator[Simulated]:
    """Listings without end, with the codes that they deserve."""
    block = 0
    while True:
        block += 1
        for one in simulate_listings(_BLOCK, SEED + block, START, bad_share=_BAD):
            own = {"data_id": f"{block}-{one.listing.data_id}"}
            shop = one.listing.merchant
            if shop is not None:
                merchant = {"merchant_id": f"{block}-{shop.merchant_id}"}
                own["merchant"] = shop.model_copy(update=merchant)  # type: ignore[assignment]
            yield one.listing.model_copy(update=own), one.codes


def simulated_windows() -> Iterator[Simulated]:
    """Windows of speech without end, with the codes that they deserve."""
    dice = Dice(SEED)
    of_category = {name: goods for goods in CATALOGUE for name in goods.categories}
    pages = [
        (one.listing, one.latent)
        for one in simulate_listings(2_000, SEED, START, bad_share=_BAD)
        if one.listing.category in of_category
    ]
    number = 0
    while True:
        page, kind = dice.pick(pages)
        goods = of_category[page.category]
        fields = {
            "attributes": page.attributes or {},
            "origin": page.origin,
            "price": page.price,
        }
        said = talk(fields, goods, dice.pick(goods.nouns), kind, dice)  # type: ignore[arg-type]
        room = f"room-{kind in BAD}-{number // _ROOM}"
        sent = {"data_id": f"w{number}", "text": said.text, "room_id": room}
        yield LiveSegment.model_validate({**sent, "platform": "simulated"}), said.codes
        number += 1


def fill(ledger: Ledger, kind: Kind, source: Iterator[Simulated], first: int, last: int) -> None:
    """Write the decisions and reviews of rows ``first`` to ``last``, one a second, in bulk."""
    ledger.open()
    for start in range(first, last, _WRITTEN):
        batch = list(islice(source, min(_WRITTEN, last - start)))
        made = [_decision(kind, item, number) for number, (item, _) in enumerate(batch, start)]
        truth = [_label(decision, codes) for decision, (_, codes) in zip(made, batch, strict=True)]
        rows = [{**one.model_dump(), "decided_at": instant_text(one.decided_at)} for one in made]
        with ledger.writing() as connection:
            connection.execute(insert(decisions), rows)
            connection.execute(insert(labels), truth)


def as_of(rows: int) -> datetime:
    """When so many rows are decided and reviewed."""
    return START + timedelta(seconds=rows)


def retrain(kind: Kind, url: str, rows: int) -> list[Stage]:
    """Assemble and fit as of the instant at which so many rows are known: its stages."""
    clock = _Clock("assembling")
    at, ledger = as_of(rows), Ledger(url)
    if kind == "listings":
        docs = assemble_listings(ledger, at, at).docs()
        assert len(docs) == rows
        clock.next("the knowledge")
        build_listings([*docs, *listings.seed_docs(at)], load_knowledge(), at, clock.next)
    else:
        texts = assemble_claims(ledger, at, at).docs()
        assert len(texts) == rows
        clock.next("the knowledge")
        beside = assemble.seed_docs(SEED_GROUPS, SEED)
        build_claims([*texts, *beside], load_knowledge(), at, clock.next)
    clock.next("")
    return clock.stages


def measured(kind: Kind, url: str, rows: int) -> Run:
    """A retraining in a process of its own, watched."""
    context = get_context("spawn")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_tell, args=(there, kind, url, rows))
    process.start()
    there.close()
    peak = 0
    while not here.poll(_EVERY):
        peak = max(peak, tree_bytes(process.pid or 0))
    stages = here.recv()
    process.join()
    return Run(rows, stages, peak)


def growth(runs: Sequence[Run], of: Callable[[Run], float]) -> float:
    """The exponent b of ``rows ** b``: 1 is linear. By least squares over the logarithms."""
    rows = np.log([run.rows for run in runs])
    return float(np.polyfit(rows, np.log([of(run) for run in runs]), 1)[0])


def page(kind: Kind, runs: Sequence[Run]) -> str:
    """The runs of one kind as text."""
    lines = [f"\n{kind}, simulated"]
    for run in runs:
        lines.append(
            f"  {run.rows:,} rows: {run.seconds:,.0f} s, {run.cpu:,.0f} s of processors, "
            f"{run.peak / 2**30:.2f} GiB at most"
        )
        lines += [
            f"    {stage.name:<44}{stage.seconds:>8.1f} s{stage.cpu:>8.1f} s"
            for stage in run.stages
        ]
    if len(runs) > 1:
        lines.append(
            f"  grows as rows to the power of {growth(runs, lambda run: run.cpu):.2f} "
            f"in seconds of processors, {growth(runs, lambda run: run.peak):.2f} in memory"
        )
    return "\n".join(lines)


def main() -> None:
    """Print what was measured at each size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--listings", type=_sizes, default=[50_000])
    parser.add_argument("--windows", type=_sizes, default=[12_500])
    arguments = parser.parse_args()
    _say(this_machine().line())
    kinds: dict[Kind, tuple[Iterator[Simulated], list[int]]] = {
        "claims": (simulated_windows(), arguments.windows),
        "listings": (simulated_listings(), arguments.listings),
    }
    for kind, (source, sizes) in kinds.items():
        with tempfile.TemporaryDirectory() as directory:
            ledger, runs, held = Ledger(f"sqlite:///{Path(directory)}/ledger.sqlite"), [], 0
            for size in sorted(sizes):
                fill(ledger, kind, source, held, size)
                held = size
                runs.append(measured(kind, str(ledger.url), size))
                _say(page(kind, runs))
            ledger.close()


class _Clock:
    """What is told of the work, with what each part took."""

    def __init__(self, name: str) -> None:
        self.stages: list[Stage] = []
        self._name, self._since = name, _now()

    def next(self, name: str) -> None:
        """A part ends, and the next begins."""
        now = _now()
        spent = [after - before for before, after in zip(self._since, now, strict=True)]
        self.stages.append(Stage(self._name, *spent))
        sys.stderr.write(f"{self._name}: {spent[0]:.1f} s, {spent[1]:.1f} s of processors\n")
        self._name, self._since = name, _now()


def _now() -> tuple[float, float]:
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return time.perf_counter(), sum(one.ru_utime + one.ru_stime for one in used)


def _tell(to: Connection, kind: Kind, url: str, rows: int) -> None:
    to.send(retrain(kind, url, rows))


def _decision(kind: Kind, item: Record, number: int) -> Decision:
    at = as_of(number)
    verdict = Verdict(
        data_id=item.data_id,  # type: ignore[attr-defined]
        decision_id=f"d{number}",
        suggestion="review",
        risk_level="medium",
        probability=0.5,
        labels=[],
        evasion_probability=0.0,
        model_version="m1",
        policy_version="p1",
        lexicon_version="l1",
        feature_as_of=at,
        filled_from_ledger=[],
        degraded=False,
        previous_decision_id=None,
        latency_ms=1.0,
    )
    sent = item.model_dump(mode="json", exclude_unset=True)
    return Decision.of(kind, item, sent, verdict, at, selection=Selection(probability=1.0))


def _label(decision: Decision, codes: Sequence[str]) -> dict[str, object]:
    at = instant_text(decision.decided_at)
    return {
        "label_id": f"l-{decision.decision_id}",
        "decision_id": decision.decision_id,
        "source": "reviewer",
        "outcome": "violation" if codes else "clean",
        "codes": "[" + ", ".join(f'"{code}"' for code in codes) + "]",
        "event_at": at,
        "observed_at": at,
        "matures_at": at,
        "reliability": 0.88,
        "selection_probability": 1.0,
        "supersedes": None,
        "grounds": "simulated",
        "recorded_at": at,
    }


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _sizes(text: str) -> list[int]:
    return [int(size) for size in text.split(",") if size]


if __name__ == "__main__":
    main()
