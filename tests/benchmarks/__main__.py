"""``make bench``: how fast scoring is, in this process and through the server.

With ``soak``: how often intervals hold and what the gate lets through, over many simulated runs.
"""

import argparse
import gc
import json
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from data.home import home
from models.store import champion
from serving.settings import Settings
from serving.up import train_missing
from tests.benchmarks import batch, server, stages
from tests.benchmarks.machine import this_machine
from tests.benchmarks.measure import Measure, table
from tests.benchmarks.soak import PARTS, soak

_AT = datetime(2026, 1, 1, tzinfo=UTC)
_SECTIONS = ("batch", "stages", "http")


def main() -> None:
    """Measure, then print a table or, with ``--json``, one JSON object."""
    arguments = _arguments()
    if arguments.what == "soak":
        soak(arguments.only)
        return
    machine = this_machine()
    train_missing(Settings(home=arguments.home))
    measures = list(_measures(arguments.home, arguments.only, arguments.rounds))
    if arguments.json:
        found = [each.model_dump(mode="json") for each in measures]
        report = {"machine": machine.model_dump(mode="json"), "measures": found}
        sys.stdout.write(json.dumps(report, ensure_ascii=False, indent=2) + "\n")
        return
    sys.stdout.write(f"{machine.line()}\nMedian of {arguments.rounds} rounds, and their spread.\n")
    sys.stdout.write(table(measures) + "\n")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("what", nargs="?", choices=("speed", "soak"), default="speed")
    parser.add_argument(
        "--home",
        type=Path,
        default=home(os.environ),
        help="where the champions are; missing ones are trained (default: MINGCHA_HOME)",
    )
    parser.add_argument("--only", action="append", help="this section alone, or part of the soak")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each measurement")
    parser.add_argument("--json", action="store_true", help="print JSON")
    arguments = parser.parse_args()
    allowed = _SECTIONS if arguments.what == "speed" else tuple(PARTS)
    for name in arguments.only or ():
        if name not in allowed:
            parser.error(f"--only: found {name!r}; {', '.join(allowed)} are allowed")
    return arguments


def _measures(home: Path, only: list[str] | None, rounds: int) -> Iterator[Measure]:
    wanted = only or _SECTIONS
    found: list[Measure] = []
    for kind in server.KINDS if {"batch", "stages"} & set(wanted) else ():
        directory = champion(home, kind)
        assert directory is not None, "trained above"
        scorer, memory = batch.loaded(directory)
        gc.collect()
        gc.freeze()  # as the service does once it is warm
        if "batch" in wanted:
            run = batch.claims if kind == "claims" else batch.listings
            found += [memory, *run(scorer, _AT, rounds)]
        if "stages" in wanted:
            look = stages.claims if kind == "claims" else stages.listings
            found += look(scorer, _AT, rounds)
    if "http" in wanted:
        found += server.http(home, _AT, rounds)
    yield from sorted(found, key=lambda each: _order(found, each.section))


def _order(measures: list[Measure], section: str) -> int:
    """A section stands where its first measure was made."""
    return next(n for n, each in enumerate(measures) if each.section == section)


if __name__ == "__main__":
    main()
