"""``mingcha up``: everything that the first start needs, then the service."""

import json
import os
import shlex
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

from data.home import VARIABLE
from data.ledger import Keys, Ledger
from data.problem import MingchaError
from data.verdict import Kind
from models.store import champion
from serving.settings import Settings

_FIRST_KEY = "first"
_GRACE_SECONDS = 5
_MAIN = "from data.command import main; main()"

_QUIET = {
    "BENTOML_DO_NOT_TRACK": "True",
    "DO_NOT_TRACK": "true",
    "MLFLOW_DISABLE_TELEMETRY": "true",
}


class StartError(MingchaError):
    """The service cannot be started; says why and what to do."""


def train_missing(settings: Settings) -> None:
    """Train the champions that are missing, as child processes that show their progress."""
    kinds: tuple[Kind, ...] = ("claims", "listings")
    for kind in kinds:
        if champion(settings.home, kind) is None:
            print(f"No champion for {kind} yet: training one.", flush=True)  # noqa: T201
            if exit_code := _train(kind, environment(settings)):
                raise StartError(
                    f"mingcha train {kind} ended with exit code {exit_code}; see above"
                )


def _train(kind: Kind, environ: Mapping[str, str]) -> int:
    """Exit code of the child that trains. It ends when this process is told to end."""
    command = [sys.executable, "-c", _MAIN, "train", kind]
    with subprocess.Popen(command, env=environ) as child:
        before = signal.signal(signal.SIGTERM, lambda *_: child.terminate())
        try:
            return child.wait()
        finally:
            signal.signal(signal.SIGTERM, before)


def first_key(settings: Settings) -> str | None:
    """Create the ledger, and an API key if it has none: the secret of that key, or None."""
    ledger = Ledger(settings.ledger)
    with closing(ledger):
        ledger.open()
        keys = Keys(ledger)
        if keys.all():
            return None
        return keys.add(_FIRST_KEY, datetime.now(UTC))[1]


def check_port(settings: Settings) -> None:
    """Raise `StartError` if nothing can listen at the host and port of the settings."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            raise StartError(
                f"cannot listen at {settings.host}:{settings.port}: {error.strerror};"
                " set MINGCHA_PORT or MINGCHA_HOST, or end what listens there"
            ) from error


def greeting(settings: Settings, secret: str | None) -> str:
    """What the operator reads before the service starts, with one line to paste."""
    shown = "127.0.0.1" if settings.host in ("0.0.0.0", "::") else settings.host
    address = (
        f"http://[{shown}]:{settings.port}" if ":" in shown else f"http://{shown}:{settings.port}"
    )
    key = secret or "$MINGCHA_API_KEY"
    item = {"data_id": "demo-1", "text": "这个茶喝半个月，血糖自己就下来了，药可以慢慢停。"}
    body = json.dumps({"items": [item]}, ensure_ascii=False)
    lines = [f"API   {address}/v1", f"Docs  {address}/v1/openapi.json"]
    if secret:
        lines.append(f"Key   {secret}   (shown this once; MINGCHA_API_KEY is a good place for it)")
    lines.append(
        f'Try   curl -s {address}/v1/claims/score -H "Authorization: Bearer {key}"'
        f" -H 'Content-Type: application/json' -d {shlex.quote(body)}"
    )
    return "\n".join(lines)


def serve(settings: Settings) -> NoReturn:
    """Become the BentoML server: its process takes the place of this one."""
    bentoml = Path(sys.executable).with_name("bentoml")
    arguments = [
        *("serve", "serving.service:Mingcha"),
        *("--host", settings.host, "--port", str(settings.port)),
        *("--timeout-graceful-shutdown", str(_GRACE_SECONDS)),
    ]
    os.execve(sys.executable, [sys.executable, str(bentoml), *arguments], environment(settings))


def environment(settings: Settings, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The environment of the processes that are started: state in its home, nothing reported."""
    home = settings.home.absolute()
    return {**_QUIET, "BENTOML_HOME": str(home / "bentoml"), **environ, VARIABLE: str(home)}
