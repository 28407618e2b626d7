"""A Bento serves where nothing of the project is installed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from data.home import VARIABLE
from tests.serving.server import PATIENT, free_port, started

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

HARMFUL = {"data_id": "seg-1", "text": "想要内部价的加我微信，转账给我走线下，备注直播间。"}
GOODS = {"data_id": "goods-1", "title": "纯棉衬衫", "category": "服装/衬衫", "price": 99}


def test_a_bento_answers_in_an_environment_of_its_own(home: Path, tmp_path: Path) -> None:
    bento = _built(home)
    python = _environment(tmp_path / "venv", bento / "env" / "python" / "requirements.txt")
    state = tmp_path / "state"
    state.mkdir()
    environ = {
        **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
        VARIABLE: str(state),
        **PATIENT,
        "BENTOML_DO_NOT_TRACK": "True",
    }
    secret = _key(python, bento, environ)
    port = free_port()
    command = [
        *(str(python), str(python.with_name("bentoml")), "serve", str(bento)),
        *("--host", "127.0.0.1", "--port", str(port)),
    ]

    with started(command, environ, state, port, secret) as server:
        (speech,) = server.score(HARMFUL)
        (goods,) = server.score(GOODS, kind="listings")

    assert (speech["suggestion"], speech["degraded"]) == ("block", False)
    assert not goods["degraded"]
    assert (state / "ledger.sqlite").exists()


def _built(home: Path) -> Path:
    run = subprocess.run(
        [sys.executable, "-m", "serving.bento"],
        env={**os.environ, VARIABLE: str(home)},
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stderr
    return Path(run.stdout.splitlines()[-1])


def _environment(venv: Path, requirements: Path) -> Path:
    uv = str(Path(sys.executable).with_name("uv"))
    python = venv / "bin" / "python"
    subprocess.run([uv, "venv", "--quiet", "--python", sys.executable, str(venv)], check=True)
    subprocess.run(
        [uv, "pip", "install", "--quiet", "--no-deps", "--python", str(python), "-r", requirements],
        check=True,
    )
    found = subprocess.run([str(python), "-c", "import serving"], cwd=venv, capture_output=True)
    assert found.returncode != 0
    return python


def _key(python: Path, bento: Path, environ: dict[str, str]) -> str:
    run = subprocess.run(
        [str(python), "-m", "serving", "key", "add", "test"],
        cwd=bento / "src",
        env=environ,
        capture_output=True,
        text=True,
        check=True,
    )
    return run.stdout.split()[1]
