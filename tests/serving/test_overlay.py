"""What the service makes of urgent entries, with a model or without one."""

from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from data.ledger import Ledger
from data.overlay import UrgentCue
from data.overlay_store import add_entry
from data.problem import FileError
from data.segment import LiveSegment
from data.verdict import Suggestion
from serving.bootstrap import library

NOON = datetime(2026, 2, 1, 12, tzinfo=UTC)
SHELF = library("balanced")


def add(home: Path) -> None:
    entry = UrgentCue(
        code="medical_claim",
        pattern="叮咚归零",
        weight=1.0,
        reason="新话术",
        added_at=NOON,
        expires=NOON + timedelta(days=1),
    )
    with closing(Ledger(f"sqlite:///{home}/ledger.sqlite")) as ledger:
        add_entry(home, ledger, entry, "operator")


def suggested(home: Path) -> Suggestion:
    scorer = SHELF.degraded("claims", "pass", home)
    return scorer.score(LiveSegment(data_id="a", text="回家贴一贴就叮咚归零"), NOON).suggestion


def test_scorers_are_made_anew_when_an_entry_is_added(tmp_path: Path) -> None:
    before = SHELF.known(tmp_path)

    add(tmp_path)

    assert SHELF.known(tmp_path) != before


def test_what_stands_in_for_a_model_knows_urgent_entries(tmp_path: Path) -> None:
    assert suggested(tmp_path) == "pass"

    add(tmp_path)

    assert suggested(tmp_path) != "pass"


@pytest.mark.parametrize("damage", ["", "none of them", "0123456789ab"])
def test_a_damaged_overlay_takes_nothing_else_down(tmp_path: Path, damage: str) -> None:
    add(tmp_path)
    (tmp_path / "overlay" / "current").write_text(damage)

    assert suggested(tmp_path) == "pass"
    with pytest.raises(FileError):
        SHELF.load(tmp_path, tmp_path)
