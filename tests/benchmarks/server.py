"""Latency through the real server process, beside requests in the same run that score nothing.

The no-op has the size of a scoring request and takes its way: key, limits, JSON, validation, an
answer. Its item has a field that is not allowed, so that it is refused and never scored.
"""

import json
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from socket import socket
from typing import NamedTuple

from data.ledger import Keys, Ledger
from data.record import Record
from data.verdict import Kind
from models.scorer import load_scorer
from models.store import champion, promote
from serving.settings import Settings
from serving.up import environment
from tests.benchmarks.batch import FLAGGED_SHARE
from tests.benchmarks.client import Job, Load
from tests.benchmarks.machine import resident_bytes
from tests.benchmarks.material import diluted, full_listings, windows
from tests.benchmarks.measure import Measure, measure, quantile

KINDS: tuple[Kind, ...] = ("claims", "listings")
CONNECTIONS = (1, 8)

_ADDED_AIM = 2.0
"""Milliseconds, for a request that meets no other: several that wait for one core queue."""
_REQUESTS = 400
_READY_SECONDS = 90.0
_CLIENT_SECONDS = 120.0


class _Server(NamedTuple):
    port: int
    key: str
    process: subprocess.Popen[bytes]


def http(home: Path, at: datetime, rounds: int) -> Iterator[Measure]:
    """Latency and rate of no-ops and scoring, at 1 and at 8 connections."""
    numbers = count()
    with _serving(home) as server:
        for connections in CONNECTIONS:
            yield from _liveness(server, connections, rounds)
            for kind in KINDS:
                for name, items in _mixes(home, kind, at):
                    yield from _compared(server, kind, name, items, connections, rounds, numbers)
        worker = max(map(resident_bytes, _processes(server.process)))
        yield measure("Memory", "worker of the service, both models", "MB", [worker / 1e6])


def _mixes(home: Path, kind: Kind, at: datetime) -> Iterator[tuple[str, list[Record]]]:
    scorer = load_scorer(_champion(home, kind))
    material = windows() if kind == "claims" else full_listings(at)
    mixed = diluted(material.items, scorer, at, FLAGGED_SHARE)
    passing = [item for item in mixed if scorer.score(item, at).suggestion == "pass"]
    for share, items in (("all pass", passing), (f"{FLAGGED_SHARE:.0%} flagged", mixed)):
        yield f"{material.source}, {share}", items


def _compared(
    server: _Server,
    kind: Kind,
    name: str,
    items: Sequence[Record],
    connections: int,
    rounds: int,
    numbers: Iterator[int],
) -> Iterator[Measure]:
    """Scoring and its no-op by turns, so that both meet the same moments of the machine."""
    section = f"HTTP, {connections} connection{'s' if connections > 1 else ''}"
    path = f"/v1/{kind}/score"
    idle, busy = [], []
    for round_ in range(rounds):
        sent = [items[(round_ * _REQUESTS + n) % len(items)] for n in range(_REQUESTS)]
        idle.append(
            _load(server, path, connections, [_body(i, numbers, refused=True) for i in sent])
        )
        busy.append(_load(server, path, connections, [_body(i, numbers) for i in sent]))
    for label, loads in ((f"{name}: no-op", idle), (f"{name}: scored", busy)):
        yield from _latency(section, label, loads)
    added = [_p50(one) - _p50(none) for one, none in zip(busy, idle, strict=True)]
    aim = _ADDED_AIM if connections == 1 else None
    yield measure(section, f"{name}: added to the no-op's p50", "ms", added, aim)


def _liveness(server: _Server, connections: int, rounds: int) -> Iterator[Measure]:
    section = f"HTTP, {connections} connection{'s' if connections > 1 else ''}"
    loads = [_load(server, "/livez", connections, [""] * _REQUESTS) for _ in range(rounds)]
    yield from _latency(section, "/livez", loads)


def _latency(section: str, name: str, loads: Sequence[Load]) -> Iterator[Measure]:
    yield measure(section, f"{name}, p50", "ms", [_p50(load) for load in loads])
    yield measure(section, f"{name}, p99", "ms", [quantile(load.latencies, 0.99) for load in loads])
    rates = [len(load.latencies) / load.seconds for load in loads]
    yield measure(section, f"{name}, requests", "/s", rates)


def _p50(load: Load) -> float:
    return quantile(load.latencies, 0.5)


def _body(item: Record, numbers: Iterator[int], *, refused: bool = False) -> str:
    """A request for one item under an id of its own, so that no answer is a repeated one."""
    sent = item.model_dump(mode="json", exclude_unset=True)
    sent["data_id"] = f"bench-{next(numbers)}"
    if refused:
        sent["none"] = 0
    return json.dumps({"items": [sent]}, ensure_ascii=False)


def _load(server: _Server, path: str, connections: int, bodies: list[str]) -> Load:
    job = Job(port=server.port, path=path, key=server.key, connections=connections, bodies=bodies)
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.client"],
        input=job.model_dump_json().encode(),
        stdout=subprocess.PIPE,
        check=True,
        timeout=_CLIENT_SECONDS,
    )
    load = Load.model_validate_json(done.stdout)
    if load.failures:
        raise RuntimeError(f"{load.failures} of {len(bodies)} requests to {path} were not answered")
    return load


def _champion(home: Path, kind: Kind) -> Path:
    directory = champion(home, kind)
    if directory is None:
        raise RuntimeError(f"{home} has no champion for {kind}")
    return directory


@contextmanager
def _serving(home: Path) -> Iterator[_Server]:
    """A server as `mingcha up` starts it, in a home of its own with these champions and a key."""
    with tempfile.TemporaryDirectory() as name:
        own = Path(name)
        for kind in KINDS:
            directory = _champion(home, kind)
            shutil.copytree(directory, own / "artifacts" / kind / directory.name)
            promote(own, kind, directory.name)
        settings = Settings(home=own)
        with closing(Ledger(settings.ledger)) as ledger:
            _, key = Keys(ledger).add("benchmark", datetime.now(UTC))
        port = _free_port()
        with (own / "log").open("wb") as log:
            process = subprocess.Popen(
                _command(port), env=environment(settings), stdout=log, stderr=log
            )
        try:
            _until_ready(port, process)
            yield _Server(port, key, process)
        finally:
            process.terminate()
            process.wait(30)


def _command(port: int) -> list[str]:
    bentoml = str(Path(sys.executable).with_name("bentoml"))
    serve = [sys.executable, bentoml, "serve", "serving.service:Mingcha"]
    return [*serve, "--host", "127.0.0.1", "--port", str(port), "--timeout-graceful-shutdown", "5"]


def _free_port() -> int:
    with socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _until_ready(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
                if not json.loads(answer.read())["degraded"]:
                    return
        except (urllib.error.URLError, OSError):
            pass
        time.sleep(0.3)
    raise RuntimeError("the server did not become ready")


def _processes(process: subprocess.Popen[bytes]) -> list[int]:
    """The server's process and those that it started."""
    shown = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, check=True)
    parent_of = {int(p): int(q) for p, q in (line.split() for line in shown.stdout.splitlines())}
    family = [process.pid]
    for pid in family:
        family.extend(child for child, parent in parent_of.items() if parent == pid)
    return family
