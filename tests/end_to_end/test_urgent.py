"""Urgent knowledge while the server runs: what is added counts within seconds, until removed."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from data.regression import load_regression
from tests.serving.server import Server, serving
from training.overlay_commands import lexicon

pytestmark = pytest.mark.slow

SAID = "，回家贴一贴就叮咚归零"


def run(home: Path, *words: str) -> str:
    result = CliRunner().invoke(lexicon, [*words, "--home", str(home)])
    assert result.exit_code == 0, result.output
    return result.stdout.splitlines()[-1].split("\t")[0]


def harmless(server: Server) -> dict[str, str]:
    """A window that passes as the models are."""
    for row in load_regression("must_pass"):
        item = {"data_id": "seg-1", "text": row.text + SAID}
        if row.channel == "speech" and server.score(item)[0]["suggestion"] == "pass":
            return item
    pytest.fail("no text passes")


def once(server: Server, item: object, is_so: Callable[[Any], bool]) -> Any:
    """The answer to the item once it is as expected: the server looks every second."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        (answer,) = server.score(item)
        if is_so(answer):
            return answer
        time.sleep(0.2)
    pytest.fail(f"still {answer['suggestion']} with {answer['lexicon_version']}")


def test_an_urgent_cue_counts_without_a_restart_until_it_is_removed(home: Path) -> None:
    with serving(home) as server:
        item = harmless(server)
        (before,) = server.score(item)
        how = ["--channel", "speech", "--expires", "7d", "--reason", "新话术"]
        name = run(home, "add", "medical_claim", "叮咚归零", *how)
        flagged = once(server, item, lambda answer: answer["suggestion"] != "pass")
        run(home, "remove", name)
        after = once(server, item, lambda answer: answer["suggestion"] == "pass")

    [label] = [label for label in flagged["labels"] if label["code"] == "medical_claim"]
    assert "叮咚归零" in [hit["text"] for hit in label["hits"]]
    assert flagged["lexicon_version"].startswith(before["lexicon_version"] + "+")
    assert flagged["previous_decision_id"] == before["decision_id"]
    assert after["decision_id"] == before["decision_id"]
    assert not flagged["degraded"]
