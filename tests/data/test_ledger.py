import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from data.ledger import Decision, Keys, Ledger, LedgerError, holder
from data.record import content_hash
from data.segment import LiveSegment
from data.verdict import Suggestion, Verdict

NOON = datetime(2026, 2, 1, 12, tzinfo=UTC)


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    ledger = Ledger(f"sqlite:///{tmp_path}/state/ledger.sqlite")
    yield ledger
    ledger.close()


def decision(
    name: str = "d1",
    data_id: str = "seg-1",
    text: str = "好",
    at: datetime = NOON,
    suggestion: Suggestion = "block",
) -> Decision:
    verdict = Verdict(
        data_id=data_id,
        decision_id=name,
        suggestion=suggestion,
        risk_level="none" if suggestion == "pass" else "high",
        probability=0.9,
        labels=[],
        evasion_probability=0.0,
        model_version="m1",
        policy_version="p1",
        lexicon_version="l1",
        feature_as_of=at,
        filled_from_ledger=[],
        degraded=False,
        previous_decision_id=None,
        latency_ms=1.0,
    )
    sent = {"data_id": data_id, "text": text}
    return Decision.of("claims", LiveSegment.model_validate(sent), sent, verdict, at)


def test_a_decision_is_found_again_as_it_was_recorded(ledger: Ledger) -> None:
    recorded = decision(text="根治\x00一切🎈")

    ledger.record([recorded])

    assert ledger.find("d1") == recorded
    assert recorded.item() == {"data_id": "seg-1", "text": "根治\x00一切🎈"}


def test_an_unknown_decision_is_not_found(ledger: Ledger) -> None:
    assert ledger.find("nothing") is None


def test_a_decision_is_never_overwritten(ledger: Ledger) -> None:
    ledger.record([decision(suggestion="block")])

    ledger.record([decision(suggestion="pass"), decision("d2")])

    found = ledger.find("d1")
    assert found is not None
    assert found.suggestion == "block"
    assert ledger.find("d2") is not None


def test_the_latest_decision_of_each_item_is_told_by_its_time(ledger: Ledger) -> None:
    later = NOON + timedelta(microseconds=1)
    ledger.record(
        [decision("d2", at=later), decision("d1", at=NOON), decision("d3", data_id="seg-2")]
    )

    latest = ledger.latest("claims", ["seg-1", "seg-2", "seg-3"])

    assert {item: found.decision_id for item, found in latest.items()} == {
        "seg-1": "d2",
        "seg-2": "d3",
    }
    assert ledger.latest("listings", ["seg-1"]) == {}


def test_an_older_decision_is_recalled_by_name_beside_the_latest(ledger: Ledger) -> None:
    ledger.record([decision("old"), decision("new", at=NOON + timedelta(days=1))])

    named, latest = ledger.recall("claims", ["seg-1"], ["old", "unknown"])

    assert list(named) == ["old"]
    assert latest["seg-1"].decision_id == "new"


def test_older_decisions_on_several_items_are_recalled_by_name(ledger: Ledger) -> None:
    later = NOON + timedelta(days=1)
    ledger.record([decision("a-old", "a"), decision("a-new", "a", at=later), decision("b-1", "b")])

    named, latest = ledger.recall("claims", ["a", "b", "c"], ["a-old", "b-1"])

    assert sorted(named) == ["a-old", "b-1"]
    assert {item: one.decision_id for item, one in latest.items()} == {"a": "a-new", "b": "b-1"}


def test_more_items_than_a_database_takes_parameters_can_be_looked_up(ledger: Ledger) -> None:
    ledger.record([decision(f"d{n}", data_id=f"seg-{n}") for n in range(1_200)])

    assert len(ledger.latest("claims", [f"seg-{n}" for n in range(40_000)])) == 1_200


def test_what_is_committed_is_on_disk(ledger: Ledger) -> None:
    with ledger.reading() as connection:
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2  # FULL


def test_a_locked_ledger_is_an_error_that_names_no_merchant_text(ledger: Ledger) -> None:
    ledger.open()
    assert ledger.url.database is not None
    other = sqlite3.connect(ledger.url.database, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")

    with pytest.raises(LedgerError, match="locked") as raised:
        ledger.record([decision(text="商家的话")])
    other.close()

    assert "商家的话" not in str(raised.value)
    ledger.record([decision()])
    assert ledger.find("d1") is not None


def test_a_ledger_that_cannot_be_created_is_an_error_that_names_the_place(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    ledger = Ledger(f"sqlite:///{tmp_path}/file/ledger.sqlite")

    with pytest.raises(LedgerError, match=r"file/ledger\.sqlite"):
        ledger.open()


def test_the_content_hash_tells_contents_apart() -> None:
    one, other = (LiveSegment(data_id="a", text=text) for text in ("好", "好好"))

    assert content_hash(one) != content_hash(other)


def test_the_order_of_fields_does_not_change_the_content_hash() -> None:
    one = {"data_id": "a", "text": "好", "licences": {"food": "1", "drug": "2"}}
    other = {"licences": {"drug": "2", "food": "1"}, "text": "好", "data_id": "a"}

    assert content_hash(LiveSegment.model_validate(one)) == content_hash(
        LiveSegment.model_validate(other)
    )


def test_a_field_sent_as_null_is_a_field_left_out() -> None:
    unknown = LiveSegment(data_id="a", text="好", licences=None)

    assert content_hash(unknown) == content_hash(LiveSegment(data_id="a", text="好"))


def test_a_field_left_out_is_not_a_field_sent_empty() -> None:
    unknown = LiveSegment(data_id="a", text="好")
    none = LiveSegment(data_id="a", text="好", licences={})

    assert content_hash(unknown) != content_hash(none)


def test_a_secret_opens_only_its_own_active_key(ledger: Ledger) -> None:
    keys = Keys(ledger)
    first, secret = keys.add("platform", NOON)
    keys.add("console", NOON + timedelta(seconds=1))

    assert holder(keys.all(), secret) == first
    assert holder(keys.all(), secret + "x") is None
    assert [key.name for key in keys.all()] == ["platform", "console"]


def test_a_revoked_key_opens_nothing(ledger: Ledger) -> None:
    keys = Keys(ledger)
    key, secret = keys.add("platform", NOON)

    assert keys.revoke(key.key_id, NOON)

    assert holder(keys.all(), secret) is None
    assert not keys.revoke(key.key_id, NOON)
    assert not keys.revoke("key_unknown", NOON)


def test_the_secret_of_a_key_is_not_in_the_ledger(ledger: Ledger) -> None:
    _, secret = Keys(ledger).add("platform", NOON)
    ledger.close()

    assert ledger.url.database is not None
    state = Path(ledger.url.database).parent
    assert secret.startswith("mc_")
    assert not any(secret.encode() in path.read_bytes() for path in state.iterdir())
