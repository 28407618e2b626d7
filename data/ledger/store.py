"""Where the ledger lives: embedded SQLite, or PostgreSQL by URL."""

import hashlib
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from sqlalchemy import (
    Connection,
    RowMapping,
    Select,
    Table,
    bindparam,
    create_engine,
    event,
    func,
    insert,
    make_url,
    select,
)
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from data.ledger.audit import SYSTEM, Act, append, lock, row_digest
from data.ledger.cases import open_cases
from data.ledger.decisions import Decision
from data.ledger.instants import instant_text
from data.ledger.migrate import is_current, migrate, prepare
from data.ledger.tables import audit_head, decisions
from data.problem import MingchaError
from data.verdict import Kind

BUSY_SECONDS = 1.0
"""How long a write waits for another process's write before the ledger counts as unavailable."""

_STAGED = 500
"""Names in one query: well below what any database allows as parameters."""


def _latest_query() -> Select[Any]:
    age = func.row_number().over(partition_by=decisions.c.data_id, order_by=_NEWEST_FIRST)
    of_the_items = decisions.c.data_id.in_(bindparam("data_ids", expanding=True))
    aged = (
        select(decisions, age.label("age"))
        .where(decisions.c.kind == bindparam("kind"), of_the_items)
        .subquery()
    )
    return select(*(aged.c[column.name] for column in decisions.columns)).where(aged.c.age == 1)


# Built once: building a query takes longer than running it, and leaves much to collect.
_NEWEST_FIRST = (decisions.c.decided_at.desc(), decisions.c.decision_id.desc())
_LATEST = _latest_query()
_LATEST_ON_ONE = (
    select(decisions)
    .where(decisions.c.kind == bindparam("kind"), decisions.c.data_id == bindparam("data_id"))
    .order_by(*_NEWEST_FIRST)
    .limit(1)
)
_NAMED = select(decisions).where(
    decisions.c.decision_id.in_(bindparam("decision_ids", expanding=True))
)
_IDS = select(decisions.c.decision_id).where(
    decisions.c.decision_id.in_(bindparam("decision_ids", expanding=True))
)

RECORDED: Final = "decisions.recorded"
"""The act on the audit trail that stands for decisions written together."""

_BEGIN: Final = "mingcha_begin"


class LedgerError(MingchaError):
    """The ledger could not be read or written: disk full, locked, unreachable."""


class Transaction:
    """Acts of one actor at one instant: all of them are kept, with the audit trail, or none."""

    def __init__(self, connection: Connection, actor: str, at: datetime) -> None:
        self.connection = connection
        self.actor = actor
        self.at = at
        self._acts: list[Act] = []

    def note(self, act: Act) -> None:
        """Have an act on the audit trail when the transaction ends."""
        self._acts.append(act)

    def insert(self, table: Table, rows: Sequence[Mapping[str, Any]], act: str) -> None:
        """Insert rows, each of them an act on the trail; its first column names its subject."""
        if not rows:
            return
        self.connection.execute(insert(table), [dict(row) for row in rows])
        names = [column.name for column in table.primary_key.columns]
        for row in rows:
            subject = "/".join(str(row[name]) for name in names)
            self.note(Act(act=act, subject=subject, digest=row_digest(row)))

    def finish(self) -> None:
        """Write what was noted to the trail."""
        append(self.connection, self.actor, self.at, self._acts)


class Ledger:
    """The decisions, what became of them, and the API keys, in the database at ``url``.

    Safe to share between threads. Every method raises `LedgerError` when the database cannot
    be used, and works again by itself once it can. Constructing does no I/O; a URL that names no
    database known here raises `LedgerError`.
    """

    def __init__(self, url: str) -> None:
        try:
            self.url = make_url(url)
        except ArgumentError as error:
            raise LedgerError(
                "MINGCHA_LEDGER_URL is no URL; write it as sqlite:///FILE or "
                "postgresql+psycopg://USER:PASSWORD@HOST/DATABASE"
            ) from error
        if self.url.drivername == "postgresql":
            self.url = self.url.set(drivername="postgresql+psycopg")
        self._shown = self.url.render_as_string()
        self._is_sqlite = self.url.get_backend_name() == "sqlite"
        connect_args = {"timeout": BUSY_SECONDS} if self._is_sqlite else {}
        with _reported(self._shown):
            self.engine = create_engine(
                self.url,
                connect_args=connect_args,
                pool_pre_ping=not self._is_sqlite,
                hide_parameters=True,
            )
        self._writer = self.engine.execution_options(**{_BEGIN: "IMMEDIATE"})
        self._reader = self.engine
        if self._is_sqlite:
            event.listen(self.engine, "connect", _make_durable)
            event.listen(self.engine, "begin", _begin)
        else:
            # Else each query of one block would see what was committed just before it.
            self._reader = self.engine.execution_options(isolation_level="REPEATABLE READ")
        self._opening = threading.Lock()
        self._is_open = False

    @property
    def is_embedded(self) -> bool:
        """Whether the database is a file that this process reads by itself, within microseconds."""
        return self._is_sqlite

    def open(self) -> None:
        """Create the directory and the tables where they are missing, or bring them up to date."""
        if self._is_open:
            return
        with self._opening, _reported(self._shown):
            if self._is_open:
                return
            if self._is_sqlite and self.url.database:
                Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
            with self.engine.connect() as connection:
                done = is_current(connection)
            if not done:
                prepare()
                with self._writer.begin() as connection:
                    migrate(connection)
            self._is_open = True

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction, committed (and on disk) when the block ends without an error."""
        self.open()
        with _reported(self._shown), self._writer.begin() as connection:
            yield connection

    @contextmanager
    def acting(self, actor: str, at: datetime) -> Iterator[Transaction]:
        """A transaction whose acts go on the audit trail; no other writer acts meanwhile."""
        with self.writing() as connection:
            lock(connection)
            transaction = Transaction(connection, actor, at)
            yield transaction
            transaction.finish()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection to read with: all that one block reads is of one moment."""
        self.open()
        with _reported(self._shown), self._reader.connect() as connection:
            yield connection

    def record(self, batch: Sequence[Decision]) -> None:
        """Write the decisions in one transaction, and open the cases that they make.

        One that is there already stays as it is.
        """
        if not batch:
            return
        with self.acting(SYSTEM, max(one.decided_at for one in batch)) as transaction:
            open_cases(transaction.connection, insert_decisions(transaction, batch))

    def find(self, decision_id: str) -> Decision | None:
        """The decision of that name, or None."""
        query = select(decisions).where(decisions.c.decision_id == decision_id)
        with self.reading() as connection:
            row = connection.execute(query).mappings().first()
        return decision_of(row) if row else None

    def latest(self, kind: Kind, data_ids: Collection[str]) -> dict[str, Decision]:
        """The latest decision on each of the items that has one."""
        return self.recall(kind, data_ids, decision_ids=())[1]

    def recall(
        self, kind: Kind, data_ids: Collection[str], decision_ids: Collection[str]
    ) -> tuple[dict[str, Decision], dict[str, Decision]]:
        """What is known about a request's items.

        Returns the decisions named in ``decision_ids`` by decision id, and the latest decision
        on each of ``data_ids`` by data id. A decision that is named must be about one of them.
        """
        with self.reading() as connection:
            latest = {one.data_id: one for one in _latest(connection, kind, data_ids)}
            by_name = {one.decision_id: one for one in latest.values()}
            wanted = set(decision_ids)
            # An item without a latest decision has none; one that was not changed has that one.
            older = sorted(wanted - by_name.keys()) if latest else []
            for names in stages(older):
                rows = connection.execute(_NAMED, {"decision_ids": names}).mappings()
                by_name.update((row["decision_id"], decision_of(row)) for row in rows)
        return {name: one for name, one in by_name.items() if name in wanted}, latest


def insert_decisions(transaction: Transaction, batch: Sequence[Decision]) -> list[Decision]:
    """Write those decisions that are not there yet, as one act; returns them.

    One transaction does so once.
    """
    connection = transaction.connection
    known = _known(connection, [decision.decision_id for decision in batch])
    fresh = {one.decision_id: one for one in batch if one.decision_id not in known}
    if fresh:
        rows = [_row(decision) for decision in fresh.values()]
        number = connection.execute(select(audit_head.c.seq)).scalar_one() + 1
        connection.execute(insert(decisions), [{**row, "batch": number} for row in rows])
        transaction.note(_batch(number, [row["digest"] for row in rows]))
    return list(fresh.values())


def decision_of(row: RowMapping) -> Decision:
    """The decision of a row of its table."""
    return Decision.model_validate({name: row[name] for name in Decision.model_fields})


def decision_digest(row: Mapping[Any, Any]) -> str:
    """The SHA-256 by which the audit trail knows a decision."""
    return row_digest({name: row[name] for name in Decision.model_fields})


def batch_digest(digests: Sequence[str]) -> str:
    """The SHA-256 of decisions that were written together, from theirs."""
    return hashlib.sha256("\n".join(sorted(digests)).encode()).hexdigest()


def _batch(number: int, digests: Sequence[str]) -> Act:
    return Act(
        act=RECORDED,
        subject=f"batch/{number}",
        digest=batch_digest(digests),
        detail={"decisions": len(digests)},
    )


def _known(connection: Connection, decision_ids: Sequence[str]) -> set[str]:
    return {
        name
        for names in stages(decision_ids)
        for name in connection.execute(_IDS, {"decision_ids": names}).scalars()
    }


def _make_durable(connection: Any, _record: object) -> None:
    # The library's own transactions begin before a change of data, too late for one of tables.
    connection.isolation_level = None
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")


def _begin(connection: Connection) -> None:
    # Who reads first and writes then would fail where another wrote in between.
    connection.exec_driver_sql(f"BEGIN {connection.get_execution_options().get(_BEGIN, '')}")


@contextmanager
def _reported(url: str) -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        # The statement and its parameters hold merchant text; only the cause is named.
        cause = getattr(error, "orig", None) or type(error).__name__
        raise LedgerError(f"ledger {url}: {cause}") from error
    except ModuleNotFoundError as error:
        raise LedgerError(f"ledger {url}: no driver {error.name} is installed") from error
    except OSError as error:
        raise LedgerError(f"ledger {url}: {error.strerror}") from error


def _latest(connection: Connection, kind: Kind, data_ids: Collection[str]) -> Iterator[Decision]:
    if len(data_ids) == 1:
        # What most requests ask, in half the time.
        (data_id,) = data_ids
        rows = connection.execute(_LATEST_ON_ONE, {"kind": kind, "data_id": data_id})
        yield from map(decision_of, rows.mappings())
        return
    for ids in stages(sorted(set(data_ids))):
        rows = connection.execute(_LATEST, {"kind": kind, "data_ids": ids})
        yield from map(decision_of, rows.mappings())


def stages(names: Sequence[str]) -> Iterator[Sequence[str]]:
    """The names in parts, each few enough for one query."""
    return (names[first : first + _STAGED] for first in range(0, len(names), _STAGED))


def _row(decision: Decision) -> dict[str, Any]:
    row = {**decision.model_dump(), "decided_at": instant_text(decision.decided_at)}
    return {**row, "digest": decision_digest(row)}
