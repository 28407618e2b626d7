import json
import shlex
import socket
from contextlib import closing
from pathlib import Path

import pytest
from typer.testing import CliRunner

from data.ledger import Keys, Ledger, holder
from data.problem import MingchaError
from serving.commands import key
from serving.settings import Settings
from serving.up import StartError, check_port, environment, first_key, greeting


def settings(home: Path, **variables: str) -> Settings:
    return Settings.from_environment({"MINGCHA_HOME": str(home), **variables})


def test_the_first_start_creates_a_key_and_later_ones_do_not(tmp_path: Path) -> None:
    secret = first_key(settings(tmp_path))

    assert secret is not None
    assert first_key(settings(tmp_path)) is None
    with closing(Ledger(settings(tmp_path).ledger)) as ledger:
        assert holder(Keys(ledger).all(), secret) is not None


@pytest.mark.parametrize("secret", ["mc_secret", None])
def test_the_greeting_has_one_line_that_can_be_pasted(tmp_path: Path, secret: str | None) -> None:
    shown = greeting(settings(tmp_path, MINGCHA_HOST="0.0.0.0", MINGCHA_PORT="8080"), secret)
    (line,) = [line for line in shown.splitlines() if line.startswith("Try")]
    words = shlex.split(line)

    assert words[1:3] == ["curl", "-s"]
    assert words[3] == "http://127.0.0.1:8080/v1/claims/score"
    assert f"Authorization: Bearer {secret or '$MINGCHA_API_KEY'}" in words
    assert json.loads(words[-1])["items"][0]["data_id"]


def test_a_port_that_is_taken_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(StartError, match=f"{port}.*MINGCHA_PORT"):
            check_port(settings(tmp_path, MINGCHA_PORT=str(port)))


def test_child_processes_find_the_same_home_from_anywhere() -> None:
    child = environment(settings(Path("var")), {"PATH": "/bin"})

    assert child["MINGCHA_HOME"] == str(Path("var").absolute())
    assert child["PATH"] == "/bin"


def test_keys_are_added_listed_and_revoked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINGCHA_HOME", str(tmp_path))
    run = CliRunner()

    key_id, secret = run.invoke(key, ["add", "platform"]).stdout.split()
    assert secret.startswith("mc_")
    assert run.invoke(key, ["revoke", key_id]).stdout == f"revoked {key_id}\n"

    listed = run.invoke(key, ["list"]).stdout
    assert listed.startswith(f"{key_id}\tplatform\t")
    assert "active" not in listed
    assert secret not in listed
    again = run.invoke(key, ["revoke", key_id])
    assert isinstance(again.exception, MingchaError)
