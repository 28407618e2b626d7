"""The whole service as an operator runs it: ``mingcha up``, real models, real processes."""

import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from models.artifact import read_files, read_manifest, write_artifact
from models.store import champion, promote
from tests.end_to_end.conftest import live_speech
from tests.serving.server import PATIENT, Server, free_port, started

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

HARMFUL: dict[str, Any] = {
    "data_id": "seg-1",
    "text": "想要内部价的加我微信，转账给我走线下，备注直播间。",
}
HARMLESS: dict[str, Any] = {"data_id": "seg-2", "text": "这件衬衫是纯棉的，有白色和蓝色两个颜色。"}
GOODS: dict[str, Any] = {
    "data_id": "goods-1",
    "title": "原单A货高仿手表一比一复刻",
    "category": "钟表/手表",
    "price": 199,
}
START_SECONDS = 180
FOLLOW_SECONDS = 30


@contextmanager
def up(home: Path, secret: str = "") -> Iterator[Server]:
    """``mingcha up``, until it answers."""
    port = free_port()
    environ = {**os.environ, **PATIENT, "MINGCHA_HOME": str(home), "MINGCHA_PORT": str(port)}
    command = [str(Path(sys.executable).with_name("mingcha")), "up"]
    with started(command, environ, home, port, secret, START_SECONDS) as server:
        server.secret = secret or _printed_key(server)
        yield server


def _printed_key(server: Server) -> str:
    found = re.findall(r"^Key +(mc_\S+)", server.log(), re.MULTILINE)
    assert len(found) == 1
    return str(found[0])


class Cut(NamedTuple):
    """A service whose power was cut, and what it had said until then."""

    secret: str
    printed: str
    pasted: str | None
    harmless: Any
    harmful: Any
    goods: Any


@pytest.fixture(scope="module")
def cut(home: Path) -> Cut:
    with up(home) as server:
        printed = server.log()
        pasted = _pasted(printed) if shutil.which("curl") else None
        (goods,) = server.score(GOODS, kind="listings")
        harmless, harmful = server.score(HARMLESS, HARMFUL)
        server.kill()
    (home / "log").unlink()
    return Cut(server.secret, printed, pasted, harmless, harmful, goods)


@pytest.fixture(scope="module")
def server(home: Path, cut: Cut) -> Iterator[Server]:
    """The service that was started again."""
    with up(home, cut.secret) as running:
        yield running


def _pasted(printed: str) -> str:
    """What the line to paste answers."""
    (line,) = re.findall(r"^Try +(.*)$", printed, re.MULTILINE)
    return subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=True).stdout


def test_a_blocked_item_is_known_with_its_evidence_after_kill_9(cut: Cut, server: Server) -> None:
    harmless, harmful, goods = cut.harmless, cut.harmful, cut.goods

    packs = [server.call(f"/v1/decisions/{result['decision_id']}") for result in (harmful, goods)]
    again = server.score(HARMFUL)

    assert (harmless["suggestion"], harmful["suggestion"]) == ("pass", "block")
    assert goods["suggestion"] != "pass"
    for (status, pack), result, sent in zip(packs, (harmful, goods), (HARMFUL, GOODS), strict=True):
        assert status == 200
        assert pack["facts"] == sent
        assert 0 < pack["answer"]["latency_ms"] <= result["latency_ms"]
        assert pack["answer"] == {**result, "latency_ms": pack["answer"]["latency_ms"]}
        assert pack["versions"]["model"] == result["model_version"]
        assert pack["reasons"][0]["legal_basis"]
        assert pack["reasons"][0]["hits"][0]["text"] in "".join(map(str, sent.values()))
    assert again == [{**harmful, "latency_ms": again[0]["latency_ms"]}]
    assert not harmful["degraded"]


def test_the_line_to_paste_is_answered(cut: Cut) -> None:
    if cut.pasted is None:
        pytest.skip("the line to paste needs curl")
    assert '"suggestion":"block"' in cut.pasted


def test_the_key_is_printed_once(cut: Cut, server: Server) -> None:
    second = server.log()

    assert cut.secret in cut.printed
    assert "mc_" not in second
    assert "$MINGCHA_API_KEY" in second


def test_live_speech_is_answered_by_the_model(server: Server, datasets: Path) -> None:
    segments = live_speech(datasets, 300)

    results = [
        result
        for first in range(0, len(segments), 20)
        for result in server.score(*segments[first : first + 20])
    ]

    assert [result["data_id"] for result in results] == [item["data_id"] for item in segments]
    assert {result["suggestion"] for result in results} >= {"pass", "review"}
    for result, item in zip(results, segments, strict=True):
        for hit in (hit for label in result["labels"] for hit in label["hits"]):
            assert item["text"][hit["start"] : hit["end"]] == hit["text"]


# Last: from here on another model answers.
def test_a_promoted_model_takes_over_without_a_failed_request(home: Path, server: Server) -> None:
    item = {**HARMFUL, "data_id": "promoted"}
    before = server.score(item)[0]

    with _callers(server) as statuses:
        successor = _successor(home)
        promote(home, "claims", successor)
        after = _until_answered_by(server, successor, item)

    assert set(statuses) == {200}
    assert after["previous_decision_id"] == before["decision_id"]
    assert after["probability"] == before["probability"]


@contextmanager
def _callers(server: Server) -> Iterator[list[int]]:
    """Two callers that score without a pause; their statuses."""
    statuses: list[int] = []
    done = threading.Event()

    def call(name: str) -> None:
        number = 0
        while not done.is_set():
            number += 1
            item = {**HARMLESS, "data_id": f"{name}-{number}"}
            statuses.append(server.call("/v1/claims/score", {"items": [item]})[0])

    threads = [threading.Thread(target=call, args=(name,)) for name in "ab"]
    for thread in threads:
        thread.start()
    try:
        yield statuses
    finally:
        done.set()
        for thread in threads:
            thread.join()


def _successor(home: Path) -> str:
    """The version of a model that differs from the champion in nothing but its origin."""
    directory = champion(home, "claims")
    assert directory is not None
    manifest = read_manifest(directory)
    facts = manifest.model_dump(mode="json", exclude={"format", "model_version", "files"})
    files = read_files(directory, manifest)
    return write_artifact(directory.parent, files, {**facts, "data_hash": "successor"}).name


def _until_answered_by(server: Server, model_version: str, item: dict[str, Any]) -> dict[str, Any]:
    deadline = time.monotonic() + FOLLOW_SECONDS
    while time.monotonic() < deadline:
        (answer,) = server.score(item)
        if answer["model_version"] == model_version:
            found: dict[str, Any] = answer
            return found
        time.sleep(0.1)
    pytest.fail(f"{model_version} does not answer {FOLLOW_SECONDS} seconds after its promotion")
