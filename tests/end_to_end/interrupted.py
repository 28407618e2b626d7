"""Retrainings that somebody kills, and what must hold of a home afterwards."""

import os
import random
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

from data.ledger import Ledger, verify
from data.ledger.champions import last_promotion
from models.scorer import load_scorer
from models.store import artifacts, champion

FIRST_STEPS = "judged items"
"""What a retraining says once it has its lock, and long to go."""

LAST_STEPS = "registering"
"""What a retraining says when all that is left is to write down what it found."""


def started(home: Path, *arguments: str) -> "subprocess.Popen[str]":
    """``mingcha retrain listings``, in processes of its own."""
    command = [str(Path(sys.executable).with_name("mingcha")), "retrain", "listings"]
    return subprocess.Popen(
        [*command, "--simulated", "0", *arguments],
        env={**os.environ, "MINGCHA_HOME": str(home), "OMP_NUM_THREADS": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def until_said(process: "subprocess.Popen[str]", words: str) -> None:
    """Wait until a retraining says these words, or ends."""
    assert process.stderr is not None
    for line in process.stderr:
        if words in line:
            return


def killed(home: Path, dice: random.Random, *, late: bool) -> None:
    """Kill a retraining: somewhere in its work, or while it writes down what it found."""
    process = started(home)
    assert process.stderr is not None
    if late:
        until_said(process, LAST_STEPS)
    time.sleep(dice.uniform(0, 3 if late else 15))
    os.killpg(process.pid, signal.SIGKILL)
    process.stderr.close()
    process.wait()


def problems(home: Path) -> list[str]:
    """What is broken in a home: the pointer, the champion it names, the ledger, its trail.

    The pointer may be behind the ledger, and is moved on by the next command; it is never ahead.
    """
    directory = champion(home, "listings")
    if directory is None:
        return ["there is no champion"]
    found = []
    load_scorer(directory)
    with closing(Ledger(f"sqlite:///{home / 'ledger.sqlite'}")) as ledger:
        found += verify(ledger).problems
        last = last_promotion(ledger, "listings")
    named = {last.model_version, last.replaced} if last else set()
    if directory.name not in named:
        found.append(f"serving is pointed to {directory.name}, the ledger names {named}")
    for version in artifacts(home, "listings").iterdir():
        if not version.name.startswith(".staging-"):
            load_scorer(version)
    return found
