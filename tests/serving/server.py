"""The real server in its own processes, with its state in a temporary directory."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from data.ledger import Keys, Ledger
from serving.settings import Settings
from serving.up import environment

PATIENT = {"MINGCHA_REQUEST_SECONDS": "60", "MINGCHA_SCORING_SECONDS": "50"}
"""Settings under which a busy machine turns no answer into the degraded one."""


class Server:
    """One running server. ``secret`` is the API key that its callers send."""

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
            with urllib.request.urlopen(request, timeout=60) as response:
                status, content = response.status, response.read()
        except urllib.error.HTTPError as error:
            status, content = error.code, error.read()
            error.close()
        try:
            return status, json.loads(content)
        except ValueError:
            return status, content.decode()

    def score(self, *items: object, kind: str = "claims") -> list[Any]:
        """The answers to the items, asked for again while the server has no time for them."""
        for _ in range(20):
            status, answer = self.call(f"/v1/{kind}/score", {"items": list(items)})
            if status == 200:
                results: list[Any] = answer["results"]
                return results
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
        self.process.wait(30)

    def until_ready(self, seconds: float) -> None:
        """Wait until requests are answered."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                if self.call("/readyz")[0] == 200:
                    return
            except (urllib.error.URLError, ConnectionError):
                pass
            time.sleep(0.1)
        pytest.fail(f"no server: {self.log()}")

    def log(self) -> str:
        """What the server's processes have printed."""
        return (self.home / "log").read_text("utf-8")


@contextmanager
def started(
    command: Sequence[str],
    environ: Mapping[str, str],
    home: Path,
    port: int,
    secret: str = "",
    seconds: float = 120,
) -> Iterator[Server]:
    """The server that ``command`` starts within ``seconds``; it is killed at the end."""
    with (home / "log").open("ab") as log:
        process = subprocess.Popen(
            command, env=dict(environ), stdout=log, stderr=subprocess.STDOUT, start_new_session=True
        )
    server = Server(home, port, process, secret)
    try:
        server.until_ready(seconds)
        yield server
    finally:
        server.kill()


@contextmanager
def serving(home: Path, **variables: str) -> Iterator[Server]:
    """BentoML serving what stands in ``home``, with a key."""
    settings = Settings.from_environment({"MINGCHA_HOME": str(home)})
    port = free_port()
    command = [
        *(sys.executable, str(Path(sys.executable).with_name("bentoml"))),
        *("serve", "serving.service:Mingcha", "--host", "127.0.0.1", "--port", str(port)),
        *("--timeout-graceful-shutdown", "5"),
    ]
    environ = {**environment(settings), **variables}
    with started(command, environ, home, port, new_key(home)) as server:
        yield server


def new_key(home: Path) -> str:
    """The secret of a new key of the ledger in ``home``."""
    settings = Settings.from_environment({"MINGCHA_HOME": str(home)})
    with closing(Ledger(settings.ledger)) as ledger:
        return Keys(ledger).add("test", datetime.now(UTC))[1]


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
