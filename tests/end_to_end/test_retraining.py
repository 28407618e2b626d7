"""The loop as people live it: a wrong block, an appeal, a retraining, and the shop sells again."""

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from data.ledger import Decision, Docket, Ledger, LedgerError, verify
from data.review import Review
from models.store import champion
from tests.end_to_end.interrupted import FIRST_STEPS, killed, problems, started, until_said
from tests.end_to_end.market import START, light, mistaken_champion, review, traffic
from tests.serving.server import PATIENT, Server, serving
from training.gate import GateRules
from training.retrain import Setting, retrain

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(600),
    # MLflow runs here and not in a process of its own; what it does to SQLAlchemy is its own.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]

FOLLOW_SECONDS = 60
FIRST_DAYS = range(60)
LATER_DAYS = range(62, 96)
FAKE = ("counterfeit_brand",)


class Told(NamedTuple):
    """What a shop, its reviewers and the operator saw, in order."""

    home: Path
    before: dict[str, Any]
    retrained: subprocess.CompletedProcess[str]
    after: dict[str, Any]
    pack: dict[str, Any]
    back: subprocess.CompletedProcess[str]
    champions: list[str]
    problems: list[str]


class Market(NamedTuple):
    """A home, and what its reviewers have decided on."""

    home: Path
    reviewed: list[Decision]


def mingcha(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """The command as an operator calls it."""
    return subprocess.run(
        [str(Path(sys.executable).with_name("mingcha")), *arguments],
        env={**os.environ, "MINGCHA_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def market(tmp_path_factory: pytest.TempPathFactory) -> Market:
    home = tmp_path_factory.mktemp("market")
    mistaken_champion(home)
    with closing(_ledger(home)) as ledger:
        return Market(home, traffic(home, ledger, FIRST_DAYS, seed=7))


@pytest.fixture
def copy(market: Market, tmp_path: Path) -> Path:
    """A home that may be broken: a copy of the market's."""
    return shutil.copytree(market.home, tmp_path / "home")


@pytest.fixture(scope="module")
def told(market: Market, tmp_path_factory: pytest.TempPathFactory) -> Told:
    home = shutil.copytree(market.home, tmp_path_factory.mktemp("told") / "home")
    sent = light(1, random.Random(99)).sent
    champions = [_champion(home)]
    with serving(home, **PATIENT) as server:
        (before,) = server.score(sent, kind="listings")
        _appeal_upheld(home, server, before["decision_id"])
        retrained = mingcha(home, "retrain", "listings", "--simulated", "0")
        champions.append(_champion(home))
        after = _until_answered_by(server, champions[-1], sent)
        _, pack = server.call(f"/v1/decisions/{before['decision_id']}")
    back = mingcha(home, "rollback", "listings")
    champions.append(_champion(home))
    forward = mingcha(home, "promote", "listings", champions[1])
    champions.append(_champion(home))
    assert forward.returncode == 0, forward.stderr
    with closing(_ledger(home)) as ledger:
        problems = verify(ledger).problems
    return Told(home, before, retrained, after, pack, back, champions, problems)


def test_goods_that_were_blocked_by_mistake_pass_after_appeals_were_learnt(told: Told) -> None:
    assert told.before["suggestion"] == "block"
    assert told.retrained.returncode == 0, told.retrained.stderr
    assert told.after["suggestion"] == "pass"
    assert told.after["previous_decision_id"] == told.before["decision_id"]
    assert told.after["model_version"] == told.champions[1] != told.before["model_version"]


def test_the_evidence_pack_of_the_mistake_tells_the_appeal_and_its_outcome(told: Told) -> None:
    assert [one["appeal_id"] for one in told.pack["appeals"]] == ["appeal-1"]
    assert told.pack["current_label"]["outcome"] == "clean"
    assert told.pack["later_decisions"]


def test_an_earlier_champion_is_one_command_away_and_the_later_one_too(told: Told) -> None:
    mistaken, mended = told.champions[:2]

    assert told.back.returncode == 0, told.back.stderr
    assert told.champions == [mistaken, mended, mistaken, mended]


def test_all_of_it_is_on_the_audit_trail(told: Told) -> None:
    assert told.problems == []


def test_a_killed_retraining_leaves_all_whole_and_keeps_no_other_from_working(copy: Path) -> None:
    dice = random.Random(5)
    first = started(copy)
    until_said(first, FIRST_STEPS)
    second = mingcha(copy, "retrain", "listings")
    os.killpg(first.pid, signal.SIGKILL)
    first.communicate()

    found = problems(copy)
    for late in (False, True):
        killed(copy, dice, late=late)
        found += problems(copy)
    after = mingcha(copy, "rollback", "listings")

    assert second.returncode == 1
    assert "another retraining or promotion is at work" in second.stderr
    assert found == []
    assert "another retraining" not in after.stderr


def test_a_full_disk_stops_a_retraining_and_harms_nothing(market: Market, tmp_path: Path) -> None:
    with _small_disk(tmp_path, 48) as disk:
        home = shutil.copytree(market.home, disk / "home")
        before = _champion(home)
        free = shutil.disk_usage(disk).free
        (disk / "filler").write_bytes(b"0" * (free - 500_000))
        full = mingcha(home, "retrain", "listings", "--simulated", "0")
        (disk / "filler").unlink()

        assert full.returncode == 1
        assert "No space left on device" in full.stderr
        assert problems(home) == []
        assert _champion(home) == before


def test_a_ledger_that_stays_locked_ends_a_retraining_without_a_promotion(copy: Path) -> None:
    before = _champion(copy)
    with closing(sqlite3.connect(copy / "ledger.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with closing(_ledger(copy)) as ledger:
            rules = GateRules.usual("listings")
            setting = Setting(copy, ledger, rules=rules, simulated=0, patience=1.0)
            now = datetime.now(UTC)
            with pytest.raises(LedgerError, match="locked"):
                retrain("listings", setting, now, now, lambda _: None)

    assert problems(copy) == []
    assert _champion(copy) == before


def test_labels_at_random_do_not_get_past_the_gate(market: Market, told: Told) -> None:
    dice, home, then = random.Random(3), told.home, START + timedelta(days=97)
    mob = [(one, FAKE if dice.random() < 0.5 else ()) for one in market.reviewed]
    with closing(_ledger(home)) as ledger:
        traffic(home, ledger, LATER_DAYS, seed=8)
        review(ledger, mob, reviewer="mob", stage="second", after=timedelta(days=63))
        rules = GateRules.usual("listings")
        setting = Setting(home, ledger, rules=rules, simulated=0)
        outcome = retrain("listings", setting, then, then, lambda _: None)

    assert outcome.state == "refused"
    assert any(sentence.startswith("pr_auc failed") for sentence in outcome.sentences)
    assert _champion(home) == told.champions[1]


@contextmanager
def _small_disk(directory: Path, megabytes: int) -> Iterator[Path]:
    """A file system of its own in memory; skipped where this machine does not allow one."""
    disk = directory / "disk"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no tmpfs can be mounted here: that needs root")
    try:
        yield disk
    finally:
        subprocess.run(["umount", "--lazy", str(disk)], check=True)


def _appeal_upheld(home: Path, server: Server, decision_id: str) -> None:
    appeal = {"appeal_id": "appeal-1", "decision_id": decision_id, "statement": "这是普通小夜灯"}
    status, answer = server.call("/v1/appeals", appeal)
    assert (status, answer["status"]) == (200, "recorded")
    now = datetime.now(UTC)
    upheld = Review(
        review_id="review-1",
        decision_id=decision_id,
        appeal_id="appeal-1",
        stage="appeal",
        reviewer="li",
        outcome="clean",
        decided_at=now,
    )
    with closing(_ledger(home)) as ledger:
        Docket(ledger).decide([upheld], now)


def _until_answered_by(server: Server, version: str, item: dict[str, Any]) -> dict[str, Any]:
    deadline = time.monotonic() + FOLLOW_SECONDS
    while time.monotonic() < deadline:
        (answer,) = server.score(item, kind="listings")
        if answer["model_version"] == version:
            found: dict[str, Any] = answer
            return found
        time.sleep(0.2)
    pytest.fail(f"{version} does not answer {FOLLOW_SECONDS} seconds after its promotion")


def _ledger(home: Path) -> Ledger:
    return Ledger(f"sqlite:///{home / 'ledger.sqlite'}")


def _champion(home: Path) -> str:
    directory = champion(home, "listings")
    assert directory is not None
    return directory.name
