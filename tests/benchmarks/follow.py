"""How soon a promotion is followed, and what a shadow costs: ``python -m tests.benchmarks.follow``.

A real server of one worker answers live windows that come at random moments, at a fixed rate, over
several connections. First new artefacts are promoted under that load: seconds from the promotion
to the first answer by the new version, and requests that were not answered. Then rounds without
and with a shadow, a copy of the champion under another name, take turns.
"""

import argparse
import json
import os
import random
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPException
from itertools import count
from pathlib import Path
from statistics import median
from typing import NamedTuple

from prometheus_client.parser import text_string_to_metric_families

from data.home import home
from data.verdict import Kind
from models.artifact import read_files, read_manifest, write_artifact
from models.store import artifacts, champion, clear_shadow, promote, set_shadow
from tests.benchmarks.material import windows
from tests.benchmarks.measure import quantile
from tests.serving.server import Server, serving

KINDS: tuple[Kind, ...] = ("claims", "listings")
_GIVE_UP_SECONDS = 60.0
_BETWEEN_SECONDS = 2.0
_SEED = 5


class Answer(NamedTuple):
    """One request: when it was answered, how long it took, by whom; status 0 is no answer."""

    at: float
    milliseconds: float
    status: int
    version: str | None


class Plan(NamedTuple):
    """The load: requests a second in all, over so many connections."""

    rate: float
    connections: int


class Load:
    """Requests from threads of their own until the block ends; ``answers`` grows meanwhile."""

    def __init__(self, server: Server, bodies: Callable[[], bytes], plan: Plan) -> None:
        self._server = server
        self._bodies = bodies
        self._plan = plan
        self._over = threading.Event()
        self.answers: list[Answer] = []
        self._threads = [
            threading.Thread(target=self._call, args=(number,))
            for number in range(plan.connections)
        ]

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _call(self, number: int) -> None:
        rng = random.Random(_SEED + number)
        connection = HTTPConnection("127.0.0.1", self._server.port, timeout=30)
        pause = self._plan.connections / self._plan.rate
        due = time.monotonic() + rng.expovariate(1 / pause)
        while not self._over.wait(max(0.0, due - time.monotonic())):
            self.answers.append(self._asked(connection))
            due += rng.expovariate(1 / pause)
        connection.close()

    def _asked(self, connection: HTTPConnection) -> Answer:
        headers = {
            "Authorization": f"Bearer {self._server.secret}",
            "Content-Type": "application/json",
        }
        body = self._bodies()
        started = time.monotonic()
        try:
            connection.request("POST", "/v1/claims/score", body, headers)
            response = connection.getresponse()
            content = response.read()
        except (OSError, HTTPException):
            connection.close()
            return Answer(time.monotonic(), 0.0, 0, None)
        ended = time.monotonic()
        version = None
        if response.status == 200:
            version = json.loads(content)["results"][0].get("model_version")
        return Answer(ended, 1_000 * (ended - started), response.status, version)


def main() -> None:
    """Print how soon promotions are followed, and latencies without and with a shadow."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.follow", description=__doc__)
    parser.add_argument("--home", type=Path, default=home(os.environ))
    parser.add_argument("--promotions", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=8.0, help="of each round")
    parser.add_argument("--rate", type=float, default=50.0, help="requests a second")
    parser.add_argument("--connections", type=int, default=4)
    asked = parser.parse_args()
    plan = Plan(asked.rate, asked.connections)
    bodies = _bodies()
    with _serving(asked.home) as server:
        with Load(server, bodies, plan) as load:
            took = [_followed(server, load, number) for number in range(asked.promotions)]
        _say_followed(took, load.answers, plan)
        _compare(server, bodies, plan, asked.rounds, asked.seconds)


def _followed(server: Server, load: Load, number: int) -> float:
    """Seconds from a promotion to the first answer by the new version."""
    time.sleep(_BETWEEN_SECONDS)
    version = _successor(server.home, f"promotion {number}")
    promoted = time.monotonic()
    promote(server.home, "claims", version)
    while time.monotonic() < promoted + _GIVE_UP_SECONDS:
        by_it = [one.at for one in list(load.answers) if one.version == version]
        if by_it:
            return min(by_it) - promoted
        time.sleep(0.01)
    raise RuntimeError(f"no answer by the new version within {_GIVE_UP_SECONDS:.0f} s")


def _say_followed(took: Sequence[float], answers: Sequence[Answer], plan: Plan) -> None:
    failed = sum(one.status != 200 for one in answers)
    degraded = sum(one.status == 200 and one.version is None for one in answers)
    _say(
        f"{len(took)} promotions at {plan.rate:g} requests a second over {plan.connections} "
        f"connections: followed after a median of {median(took):.2f} s, at worst {max(took):.2f} s;"
        f" of {len(answers):,} requests {failed} not answered, {degraded} answered without a model;"
        f" p50 {_quantile(answers, 0.5):.1f} ms, p99 {_quantile(answers, 0.99):.1f} ms"
    )


def _compare(
    server: Server, bodies: Callable[[], bytes], plan: Plan, rounds: int, seconds: float
) -> None:
    version = _successor(server.home, "shadow")
    alone: list[list[Answer]] = []
    beside: list[list[Answer]] = []
    for number in range(rounds):
        alone.append(_round(server, bodies, plan, seconds))
        set_shadow(server.home, "claims", version)
        _until(server, "shadow_loaded", number + 1)
        beside.append(_round(server, bodies, plan, seconds))
        clear_shadow(server.home, "claims")
        _until(server, "shadow_stopped", number + 1)
    for name, share in (("p50", 0.5), ("p99", 0.99)):
        pairs = [
            (_quantile(a, share), _quantile(b, share)) for a, b in zip(alone, beside, strict=True)
        ]
        ratios = sorted(after / before for before, after in pairs)
        _say(
            f"{name} without {median(a for a, _ in pairs):.1f} ms, with a shadow "
            f"{median(b for _, b in pairs):.1f} ms; ratio {median(ratios):.2f} "
            f"({ratios[0]:.2f} to {ratios[-1]:.2f} over {rounds} rounds)"
        )
    failed = sum(one.status != 200 for each in (*alone, *beside) for one in each)
    sent = sum(map(len, beside))
    _say(f"{failed} requests not answered; of {sent:,} beside a shadow: {_outcomes(server)}")


def _round(server: Server, bodies: Callable[[], bytes], plan: Plan, seconds: float) -> list[Answer]:
    with Load(server, bodies, plan) as load:
        time.sleep(seconds)
    time.sleep(_BETWEEN_SECONDS)
    return load.answers


def _until(server: Server, event: str, times: int) -> None:
    deadline = time.monotonic() + _GIVE_UP_SECONDS
    while server.log().count(f'"{event}"') < times:
        if time.monotonic() > deadline:
            raise RuntimeError(f"{event} was not logged: {server.log()[-2_000:]}")
        time.sleep(0.05)


def _outcomes(server: Server) -> str:
    _, text = server.call("/metrics")
    counts = {
        sample.labels["outcome"]: int(sample.value)
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == "mingcha_shadow_answers_total"
    }
    return ", ".join(f"{n:,} {outcome}" for outcome, n in sorted(counts.items())) or "none"


def _quantile(answers: Sequence[Answer], share: float) -> float:
    return quantile([one.milliseconds for one in answers if one.status == 200], share)


def _bodies() -> Callable[[], bytes]:
    """Requests for one window each, under ids of their own."""
    sent = [item.model_dump(mode="json", exclude_unset=True) for item in windows().items]
    numbers = count()

    def body() -> bytes:
        number = next(numbers)
        item = {**sent[number % len(sent)], "data_id": f"follow-{number}"}
        return json.dumps({"items": [item]}, ensure_ascii=False).encode()

    return body


def _successor(own: Path, origin: str) -> str:
    """The version of a model that differs from the champion in nothing but its origin."""
    directory = champion(own, "claims")
    assert directory is not None
    manifest = read_manifest(directory)
    facts = manifest.model_dump(mode="json", exclude={"format", "model_version", "files"})
    files = read_files(directory, manifest)
    return write_artifact(directory.parent, files, {**facts, "data_hash": origin}).name


@contextmanager
def _serving(at: Path) -> Iterator[Server]:
    """A server in a home of its own with these champions and a key."""
    with tempfile.TemporaryDirectory() as name:
        own = Path(name)
        for kind in KINDS:
            directory = champion(at, kind)
            if directory is None:
                raise RuntimeError(f"{at} has no champion for {kind}")
            shutil.copytree(directory, artifacts(own, kind) / directory.name)
            promote(own, kind, directory.name)
        with serving(own) as server:
            yield server


def _say(sentence: str) -> None:
    sys.stdout.write(f"{sentence}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
