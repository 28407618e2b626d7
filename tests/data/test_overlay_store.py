"""Urgent entries as they are kept: versions, the audit trail, and what a crash leaves."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from data.ledger import Ledger, LedgerError, verify
from data.ledger.tables import audit
from data.overlay import MOST_ENTRIES, Allowance, Urgent, UrgentCue, entry_id
from data.overlay_store import (
    OverlayError,
    add_entry,
    check_addition,
    end_entry,
    load_overlay,
    overlay_version,
)
from data.problem import FileError
from data.versions import Versions

NOON = datetime(2026, 2, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = Ledger(f"sqlite:///{tmp_path}/ledger.sqlite")
    yield ledger
    ledger.close()


def cue(pattern: str = "叮咚归零", at: datetime = NOON) -> UrgentCue:
    return UrgentCue(
        code="medical_claim",
        pattern=pattern,
        weight=1.0,
        reason="新话术",
        added_at=at,
        expires=at + DAY,
    )


def trail(ledger: Ledger) -> list[tuple[str, str, dict[str, Any]]]:
    with ledger.reading() as connection:
        rows = connection.execute(select(audit.c.act, audit.c.subject, audit.c.detail)).all()
    return [(act, subject, json.loads(detail)) for act, subject, detail in rows]


def test_what_was_added_is_read_again_and_stands_on_the_trail(
    tmp_path: Path, ledger: Ledger
) -> None:
    first = add_entry(tmp_path, ledger, cue(), "operator")
    second = add_entry(tmp_path, ledger, cue("叮咚清零"), "operator")

    assert load_overlay(tmp_path).entries == (cue(), cue("叮咚清零"))
    assert overlay_version(tmp_path) == second.after
    told = [(act, subject, detail["before"]) for act, subject, detail in trail(ledger)]
    assert told == [
        ("lexicon.added", entry_id(cue()), None),
        ("lexicon.added", entry_id(cue("叮咚清零")), first.after),
    ]
    assert verify(ledger).problems == []


def test_a_removed_entry_counts_no_more_and_is_not_forgotten(
    tmp_path: Path, ledger: Ledger
) -> None:
    add_entry(tmp_path, ledger, cue(), "operator")
    later = NOON + timedelta(hours=1)

    end_entry(tmp_path, ledger, entry_id(cue()), UrgentCue, "operator", later)

    overlay = load_overlay(tmp_path)
    assert overlay.at(NOON)
    assert not overlay.at(later)
    assert [act for act, _, _ in trail(ledger)] == ["lexicon.added", "lexicon.removed"]


def test_without_the_trail_nothing_is_in_force(tmp_path: Path) -> None:
    nowhere = Ledger(f"sqlite:///{tmp_path}/file/ledger.sqlite")
    (tmp_path / "file").write_text("no directory")

    with pytest.raises(LedgerError):
        add_entry(tmp_path, nowhere, cue(), "operator")

    assert load_overlay(tmp_path).entries == ()


def test_a_crash_before_the_end_leaves_an_act_that_does_not_count(
    tmp_path: Path, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(_self: Versions, _version: str) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(Versions, "make_current", crash)
        with pytest.raises(KeyboardInterrupt):
            add_entry(tmp_path, ledger, cue(), "operator")

    assert [act for act, _, _ in trail(ledger)] == ["lexicon.added"]
    assert load_overlay(tmp_path).entries == ()
    add_entry(tmp_path, ledger, cue(), "operator")
    assert load_overlay(tmp_path).entries == (cue(),)


@pytest.mark.parametrize("name", ["u0000000000", "", "../current", entry_id(cue())])
def test_what_is_no_such_entry_cannot_be_removed(tmp_path: Path, ledger: Ledger, name: str) -> None:
    add_entry(tmp_path, ledger, cue(), "operator")

    with pytest.raises(OverlayError, match="no such entry"):
        end_entry(tmp_path, ledger, name, Allowance, "operator", NOON)


def test_the_same_words_are_not_added_twice_while_they_count(
    tmp_path: Path, ledger: Ledger
) -> None:
    add_entry(tmp_path, ledger, cue(), "operator")

    with pytest.raises(OverlayError, match=entry_id(cue())):
        add_entry(tmp_path, ledger, cue(at=NOON + timedelta(hours=1)), "operator")
    add_entry(tmp_path, ledger, cue(at=NOON + DAY), "operator")

    assert len(load_overlay(tmp_path).entries) == 2


def test_an_entry_that_expired_while_it_was_tried_is_not_added(
    tmp_path: Path, ledger: Ledger
) -> None:
    late = cue().model_copy(update={"added_at": NOON + DAY})

    with pytest.raises(OverlayError, match="expired"):
        add_entry(tmp_path, ledger, late, "operator")

    assert trail(ledger) == []


def test_there_are_no_more_than_a_thousand_entries_in_force() -> None:
    letters = "叮咚归零天地玄黄"
    words = [a + b + c + d for a in letters for b in letters for c in letters for d in letters]
    entries: list[Urgent] = [cue(word) for word in words[:MOST_ENTRIES]]

    with pytest.raises(OverlayError, match=str(MOST_ENTRIES)):
        check_addition(entries, cue("贴一贴就好"))
    check_addition(entries, cue("贴一贴就好", NOON + DAY))


@pytest.mark.parametrize("content", ["{}\n", "[1]\n", "1\n", '{"entry": "other"}\n', "{"])
def test_a_version_that_holds_no_entries_is_refused(tmp_path: Path, content: str) -> None:
    versions = Versions(tmp_path / "overlay", "entries")
    versions.directory.mkdir()
    versions.make_current(versions.keep(content.encode()))

    with pytest.raises(FileError, match="entries-"):
        load_overlay(tmp_path)


def test_a_damaged_version_is_refused(tmp_path: Path, ledger: Ledger) -> None:
    change = add_entry(tmp_path, ledger, cue(), "operator")
    path = tmp_path / "overlay" / f"entries-{change.after}.jsonl"
    path.write_bytes(path.read_bytes().replace(b"1.0", b"0.1"))

    with pytest.raises(FileError, match="damaged"):
        load_overlay(tmp_path)
