import shutil
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final, NamedTuple

import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Connection, Float, Integer, Table, delete, insert, select, update

from data.ledger import Docket, Intake, Ledger, erase_before, verify
from data.ledger.audit import SYSTEM
from data.ledger.tables import (
    appeals,
    audit,
    audit_head,
    decisions,
    feedback,
    labels,
    metadata,
    reviews,
)
from tests.data.ledger.records import DAY, NOON, appeal, event, listing, review

_TABLES: Final = (decisions, reviews, labels, appeals, feedback, audit)
Rows = Sequence[dict[str, Any]]


def filled(ledger: Ledger) -> None:
    """Two of everything."""
    for n in (1, 2):
        ledger.record([listing(f"d{n}", f"goods-{n}"), listing(f"e{n}", f"other-{n}")])
        intake = Intake(ledger, "key:1")
        intake.feedback([event(f"fb{n}", decision_id=f"d{n}", text=f"第{n}")], NOON + n * DAY)
        intake.appeal(appeal(f"ap{n}", f"d{n}", f"第{n}"), NOON + n * DAY)
        Docket(ledger).decide([review(f"r{n}", f"d{n}", note=f"第{n}")], NOON + n * DAY)


def rows_of(connection: Connection, table: Table) -> Rows:
    query = select(table).order_by(*table.primary_key.columns)
    return [dict(row) for row in connection.execute(query).mappings()]


def at(table: Table, row: dict[str, Any]) -> Any:
    """The condition that names a row."""
    keys = [column == row[column.name] for column in table.primary_key.columns]
    return keys[0] if len(keys) == 1 else keys[0] & keys[1]


def other(column: Column[Any], value: Any) -> Any:
    if isinstance(column.type, Integer | Float):
        return (value or 0) + 1_000
    return f"{value or ''}x"


class UnchangedError(Exception):
    """The tampering would leave everything as it is."""


def _changes(yes: bool) -> None:
    if not yes:
        raise UnchangedError


class Tampering(NamedTuple):
    """One change past the program: of ``first`` row of a table, with ``second`` for a swap."""

    how: str
    table: Table
    first: int
    second: int
    column: int

    def __repr__(self) -> str:
        return f"{self.how} {self.table.name}[{self.first},{self.second}] column {self.column}"

    def do(self, connection: Connection) -> None:
        """Tamper; raises UnchangedError where it would change nothing."""
        rows = rows_of(connection, self.table)
        row, with_row = rows[self.first % len(rows)], rows[self.second % len(rows)]
        column = list(self.table.columns)[self.column % len(self.table.columns)]
        match self.how:
            case "change":
                change = {column.name: other(column, row[column.name])}
                connection.execute(update(self.table).where(at(self.table, row)).values(change))
            case "empty":
                _changes(bool(column.nullable) and row[column.name] is not None)
                change = {column.name: None}
                connection.execute(update(self.table).where(at(self.table, row)).values(change))
            case "remove":
                connection.execute(delete(self.table).where(at(self.table, row)))
            case "insert":
                key = next(iter(self.table.primary_key.columns))
                connection.execute(
                    insert(self.table).values({**row, key.name: other(key, row[key.name])})
                )
            case "swap":
                self._swap(connection, row, with_row)

    def _swap(self, connection: Connection, row: dict[str, Any], with_row: dict[str, Any]) -> None:
        keys = {column.name for column in self.table.primary_key.columns}
        _changes(row != with_row)
        for one, two in ((row, with_row), (with_row, row)):
            change = {name: value for name, value in two.items() if name not in keys}
            connection.execute(update(self.table).where(at(self.table, one)).values(change))


tamperings = st.builds(
    Tampering,
    st.sampled_from(["change", "empty", "remove", "insert", "swap"]),
    st.sampled_from(_TABLES),
    st.integers(0, 30),
    st.integers(0, 30),
    st.integers(0, 20),
)


@pytest.fixture(scope="module")
def spotless(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A filled ledger that nobody has tampered with."""
    path = tmp_path_factory.mktemp("spotless") / "ledger.sqlite"
    with closing(Ledger(f"sqlite:///{path}")) as ledger:
        filled(ledger)
    return path


@given(tamperings)
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_changed_past_the_program_is_found(
    spotless: Path, tmp_path: Path, tampering: Tampering
) -> None:
    copy = shutil.copy(spotless, tmp_path / "copy.sqlite")
    with closing(Ledger(f"sqlite:///{copy}")) as ledger:
        try:
            with ledger.writing() as connection:
                tampering.do(connection)
        except UnchangedError:
            reject()

        assert verify(ledger).problems


@pytest.fixture
def full(ledger: Ledger) -> Ledger:
    filled(ledger)
    assert verify(ledger).problems == []
    return ledger


def test_every_kind_of_tampering_is_found_in_either_database(full: Ledger) -> None:
    with full.reading() as connection:
        before = {table: rows_of(connection, table) for table in metadata.sorted_tables}
    for how in ("change", "remove", "insert", "swap"):
        for table in _TABLES:
            with full.writing() as connection:
                Tampering(how, table, 0, 1, 1).do(connection)
            assert verify(full).problems, f"{how} {table.name}"
            with full.writing() as connection:
                connection.execute(delete(table))
                connection.execute(insert(table), before[table])

    assert verify(full).problems == []


def test_a_trail_cut_short_with_its_head_is_found_by_what_it_told_of(full: Ledger) -> None:
    with full.writing() as connection:
        rows = rows_of(connection, audit)
        connection.execute(delete(audit).where(audit.c.seq > 3))
        connection.execute(update(audit_head).values(seq=3, hash=rows[2]["hash"]))

    assert any("is on no trail" in problem for problem in verify(full).problems)


def test_a_trail_written_anew_is_found_by_a_hash_that_was_noted(full: Ledger) -> None:
    noted = verify(full).head
    with full.writing() as connection:
        for table in _TABLES:
            connection.execute(delete(table))
        connection.execute(update(audit_head).values(seq=0, hash=""))
    full.record([listing("innocent")])

    assert verify(full).problems == []
    assert verify(full, noted).problems == [
        f"the trail never had the hash {noted}: it was written anew"
    ]


def test_a_decision_slipped_in_beside_the_trail_is_found(full: Ledger) -> None:
    with full.writing() as connection:
        row = rows_of(connection, decisions)[0]
        connection.execute(insert(decisions), [{**row, "decision_id": "forged", "batch": None}])

    assert verify(full).problems == ["decision forged is on no trail"]


def test_a_spoilt_row_of_an_erasure_is_named(full: Ledger) -> None:
    erase_before(full, NOON - DAY, "operator", NOON + 9 * DAY)
    with full.writing() as connection:
        of_it = update(audit).where(audit.c.act == "retention.erased")
        connection.execute(of_it.values(detail="{"))

    assert any("was changed" in problem for problem in verify(full).problems)


def test_what_was_erased_in_order_leaves_a_ledger_that_verifies(full: Ledger) -> None:
    docket = Docket(full)
    for n, case in enumerate(docket.open_cases()):
        (decision, *_) = docket.decisions_of(case.case_id)
        docket.decide([review(f"close-{n}", decision.decision_id, case_id=case.case_id)], NOON)
    full.record([listing("young", at=NOON + 30 * DAY)])
    Intake(full, "key:1").feedback([event("young", decision_id="young")], NOON + 30 * DAY)
    known = verify(full).head

    counts = erase_before(full, NOON + 10 * DAY, "operator", NOON + 40 * DAY)

    found = verify(full, known)
    assert found.problems == []
    assert counts == {"decisions": 4, "reviews": 6, "appeals": 2, "feedback": 2, "shadows": 0}
    assert full.find("d1") is None
    assert full.find("young") is not None
    assert docket.labels_of("d1")


def test_after_an_erasure_what_is_taken_away_is_still_found(full: Ledger) -> None:
    full.record([listing("young", at=NOON + 30 * DAY)])
    erase_before(full, NOON + 10 * DAY, "operator", NOON + 40 * DAY)
    with full.writing() as connection:
        connection.execute(delete(decisions).where(decisions.c.decision_id == "young"))

    assert any("missing" in problem for problem in verify(full).problems)


def test_a_decision_with_an_open_case_outlives_its_time(full: Ledger) -> None:
    counts = erase_before(full, NOON + 10 * DAY, "operator", NOON + 40 * DAY)

    assert counts["decisions"] == 0
    assert full.find("e1") is not None


def test_every_act_names_who_did_it(full: Ledger) -> None:
    with full.reading() as connection:
        actors = {(row["act"], row["actor"]) for row in rows_of(connection, audit)}

    assert actors == {
        ("decisions.recorded", SYSTEM),
        ("feedback.recorded", "key:1"),
        ("appeal.recorded", "key:1"),
        ("case.opened", "key:1"),
        ("review.recorded", "li"),
        ("label.recorded", "li"),
    }
