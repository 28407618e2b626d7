"""The real server: `bentoml serve` in its own processes, with state in a temporary directory."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from data.ledger import Keys, Ledger
from serving.settings import Settings
from serving.up import environment

pytestmark = pytest.mark.slow

# An obvious violation for any scorer, with a model or without one.
HARMFUL = {"data_id": "seg-1", "text": "这个贴三天根治十年的老毛病，药可以停了。"}


class Server:
    """One running server, without a trained model: its answers are degraded, and none passes."""

    def __init__(
        self, home: Path, port: int, process: subprocess.Popen[bytes], secret: str
    ) -> None:
        self.home = home
        self.port = port
        self.process = process
        self.secret = secret

    def call(self, path: str, body: object = None) -> tuple[int, Any]:
        """Status and JSON (or text) of a request."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self.secret}"}
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data, headers)
        try:
            with urllib.request.urlopen(request, timeout=20) as response:
                status, content = response.status, response.read()
        except urllib.error.HTTPError as error:
            status, content = error.code, error.read()
            error.close()
        try:
            return status, json.loads(content)
        except ValueError:
            return status, content.decode()

    def score(self, item: object) -> Any:
        """The answer to one item, asked for again while a worker is not ready."""
        for _ in range(20):
            status, answer = self.call("/v1/claims/score", {"items": [item]})
            if status == 200:
                return answer["results"][0]
            time.sleep(0.2)
        pytest.fail(f"no answer: {answer}")

    def processes(self) -> list[int]:
        """The server's process and its workers."""
        shown = subprocess.run(
            ["ps", "-A", "-o", "pid=,sid="], capture_output=True, text=True, check=True
        )
        pairs = (line.split() for line in shown.stdout.splitlines())
        return [int(pid) for pid, session in pairs if int(session) == self.process.pid]

    def kill(self) -> None:
        """End every process at once, as a power cut would."""
        for pid in self.processes():
            os.kill(pid, signal.SIGKILL)
        self.process.wait(10)


@contextmanager
def serving(home: Path, **variables: str) -> Iterator[Server]:
    settings = Settings.from_environment({"MINGCHA_HOME": str(home)})
    with closing(Ledger(settings.ledger)) as ledger:
        _, secret = Keys(ledger).add("test", datetime.now(UTC))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [
        *(sys.executable, str(Path(sys.executable).with_name("bentoml"))),
        *("serve", "serving.service:Mingcha", "--host", "127.0.0.1", "--port", str(port)),
        *("--timeout-graceful-shutdown", "5"),
    ]
    with (home / "log").open("ab") as log:
        process = subprocess.Popen(
            command,
            env={**environment(settings), **variables},
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    server = Server(home, port, process, secret)
    try:
        _until_ready(server)
        yield server
    finally:
        server.kill()


def _until_ready(server: Server) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.process.poll() is None:
        try:
            if server.call("/readyz")[0] == 200:
                return
        except (urllib.error.URLError, ConnectionError):
            pass
        time.sleep(0.1)
    pytest.fail(f"no server: {(server.home / 'log').read_text()}")


def test_an_answered_flag_survives_kill_9(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        result = server.score(HARMFUL)
        server.kill()

    assert result["degraded"]
    assert result["suggestion"] != "pass"
    with closing(Ledger(f"sqlite:///{tmp_path}/ledger.sqlite")) as ledger:
        kept = ledger.find(result["decision_id"])
    assert kept is not None
    assert kept.suggestion == result["suggestion"]


def test_workers_share_decisions_and_counters_and_end_together(tmp_path: Path) -> None:
    with serving(tmp_path, MINGCHA_WORKERS="2") as server:
        results = [server.score(HARMFUL) for _ in range(20)]
        metrics = server.call("/metrics")[1]
        hidden = [server.call(path)[0] for path in ("/", "/docs.json", "/schema.json", "/healthz")]
        refused = server.call("/v1/claims/score", {"items": [{"data_id": "a", "text": 7}], "x": 1})
        log = (tmp_path / "log").read_text()
        server.process.send_signal(signal.SIGTERM)
        server.process.wait(15)
        left = server.processes()

    assert len({result["decision_id"] for result in results}) == 1
    assert 'mingcha_requests_total{route="/v1/claims/score",status="2xx"} 20.0' in metrics
    assert hidden == [404] * 4
    assert refused[0] == 400
    assert HARMFUL["text"] not in log
    assert server.secret not in log
    assert left == []


def test_workers_do_not_outlive_the_server(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        server.process.kill()
        server.process.wait(5)
        deadline = time.monotonic() + 15
        while server.processes() and time.monotonic() < deadline:
            time.sleep(0.2)

        assert server.processes() == []
