"""Where the ledger lives: embedded SQLite, or another database by URL."""

import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Connection,
    Insert,
    RowMapping,
    Select,
    bindparam,
    create_engine,
    event,
    func,
    make_url,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError

from data.ledger.decisions import Decision, instant_text
from data.ledger.tables import decisions, metadata
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


class LedgerError(MingchaError):
    """The ledger could not be read or written: disk full, locked, unreachable."""


class Ledger:
    """The decisions and the API keys, in the database at ``url``.

    Safe to share between threads. Every method raises `LedgerError` when the database cannot
    be used, and works again by itself once it can. Constructing does no I/O.
    """

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self._shown = self.url.render_as_string()
        self._is_sqlite = self.url.get_backend_name() == "sqlite"
        connect_args = {"timeout": BUSY_SECONDS} if self._is_sqlite else {}
        self.engine = create_engine(
            self.url,
            connect_args=connect_args,
            pool_pre_ping=not self._is_sqlite,
            hide_parameters=True,
        )
        if self._is_sqlite:
            event.listen(self.engine, "connect", _make_durable)
        self._opening = threading.Lock()
        self._is_open = False

    @property
    def is_embedded(self) -> bool:
        """Whether the database is a file that this process reads by itself, within microseconds."""
        return self._is_sqlite

    def open(self) -> None:
        """Create the directory and the tables where they are missing."""
        if self._is_open:
            return
        with self._opening, _reported(self._shown):
            if self._is_open:
                return
            if self._is_sqlite and self.url.database:
                Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
            metadata.create_all(self.engine)
            self._is_open = True

    def close(self) -> None:
        """Give the connections back."""
        self.engine.dispose()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction, committed (and on disk) when the block ends without an error."""
        self.open()
        with _reported(self._shown), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection to read with."""
        self.open()
        with _reported(self._shown), self.engine.connect() as connection:
            yield connection

    def record(self, batch: Sequence[Decision]) -> None:
        """Write the decisions in one transaction; one that is there already stays as it is."""
        if not batch:
            return
        with self.writing() as connection:
            connection.execute(self._insert_or_ignore(), [_row(decision) for decision in batch])

    def find(self, decision_id: str) -> Decision | None:
        """The decision of that name, or None."""
        query = select(decisions).where(decisions.c.decision_id == decision_id)
        with self.reading() as connection:
            row = connection.execute(query).mappings().first()
        return _decision(row) if row else None

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
            for names in _stages(older):
                rows = connection.execute(_NAMED, {"decision_ids": names}).mappings()
                by_name.update((row["decision_id"], _decision(row)) for row in rows)
        return {name: one for name, one in by_name.items() if name in wanted}, latest

    def _insert_or_ignore(self) -> Insert:
        if self._is_sqlite:
            return sqlite.insert(decisions).on_conflict_do_nothing()
        return postgresql.insert(decisions).on_conflict_do_nothing()


def _make_durable(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")


@contextmanager
def _reported(url: str) -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        # The statement and its parameters hold merchant text; only the cause is named.
        cause = getattr(error, "orig", None) or type(error).__name__
        raise LedgerError(f"ledger {url}: {cause}") from error
    except OSError as error:
        raise LedgerError(f"ledger {url}: {error.strerror}") from error


def _latest(connection: Connection, kind: Kind, data_ids: Collection[str]) -> Iterator[Decision]:
    if len(data_ids) == 1:
        # What most requests ask, in half the time.
        (data_id,) = data_ids
        rows = connection.execute(_LATEST_ON_ONE, {"kind": kind, "data_id": data_id})
        yield from map(_decision, rows.mappings())
        return
    for ids in _stages(sorted(set(data_ids))):
        rows = connection.execute(_LATEST, {"kind": kind, "data_ids": ids})
        yield from map(_decision, rows.mappings())


def _stages(names: Sequence[str]) -> Iterator[Sequence[str]]:
    return (names[first : first + _STAGED] for first in range(0, len(names), _STAGED))


def _row(decision: Decision) -> dict[str, object]:
    return {**decision.model_dump(), "decided_at": instant_text(decision.decided_at)}


def _decision(row: RowMapping) -> Decision:
    return Decision.model_validate({column.name: row[column.name] for column in decisions.columns})
