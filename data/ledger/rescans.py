"""Passed items that are judged again (复扫): which there are, and what came of them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final, Literal, NamedTuple

from sqlalchemy import Connection, func, select

from data.ledger.audit import OPERATOR, Act
from data.ledger.cases import CaseSource, open_case_with, outweighs, place_in_case
from data.ledger.decisions import Decision
from data.ledger.instants import instant_text
from data.ledger.store import Ledger, Transaction, decision_of, insert_decisions, stages
from data.ledger.tables import decisions
from data.ledger.window import Window
from data.record import parse_instant
from data.verdict import Kind

_FETCHED: Final = 1_000


class Passed(NamedTuple):
    """An item whose last decision is a pass, and with which versions it was decided."""

    decision_id: str
    decided_at: datetime
    model_version: str | None
    policy_version: str
    lexicon_version: str


class Rejudged(NamedTuple):
    """What is to be kept of an item that had passed.

    ``before`` is its last decision, ``after`` the one that takes its place, None where it was not
    judged anew; ``source`` is why a case is opened, None where none is.
    """

    before: Decision
    after: Decision | None
    source: CaseSource | None


Settled = Literal["opened", "joined", "kept", "overtaken"]
"""A case was opened; it joined one that was open; no case; another decision came first."""


def passed_items(ledger: Ledger, window: Window) -> Iterator[Passed]:
    """The items whose last decision of all was made in the window, and is a pass.

    An item that was edited since is its last edit. In no order; reads while it is iterated.
    """
    newest_first = (decisions.c.decided_at.desc(), decisions.c.decision_id.desc())
    age = func.row_number().over(partition_by=decisions.c.data_id, order_by=newest_first)
    aged = (
        select(*(decisions.c[name] for name in Passed._fields), decisions.c.suggestion)
        .add_columns(age.label("age"))
        .where(
            decisions.c.kind == window.kind,
            decisions.c.decided_at > instant_text(window.since),
        )
        .subquery()
    )
    query = (
        select(*(aged.c[name] for name in Passed._fields))
        .where(
            aged.c.age == 1,
            aged.c.suggestion == "pass",
            aged.c.decided_at <= instant_text(window.until),
        )
        .execution_options(yield_per=_FETCHED)
    )
    with ledger.reading() as connection:
        for row in connection.execute(query):
            decided_at = parse_instant(row.decided_at)
            assert isinstance(decided_at, datetime)
            yield Passed(*row)._replace(decided_at=decided_at)


def decisions_named(ledger: Ledger, decision_ids: Sequence[str]) -> list[Decision]:
    """The decisions of these names that the ledger holds, in the order of the names."""
    found: dict[str, Decision] = {}
    with ledger.reading() as connection:
        for names in stages(decision_ids):
            rows = connection.execute(select(decisions).where(decisions.c.decision_id.in_(names)))
            found.update((row["decision_id"], decision_of(row)) for row in rows.mappings())
    return [found[name] for name in decision_ids if name in found]


def settle(ledger: Ledger, batch: Sequence[Rejudged], at: datetime) -> list[Settled]:
    """Keep what came of items of one kind, all of it or nothing; how each was settled, in order.

    Whoever else writes waits as long: a few milliseconds an item with a case, one without.
    An item on which something else was decided meanwhile stays as it is: whoever is interrupted,
    or does the same at the same time, opens no case twice.
    """
    if not batch:
        return []
    with ledger.acting(OPERATOR, at) as transaction:
        last = _last(transaction.connection, batch)
        current = [last.get(one.before.data_id) == one.before.decision_id for one in batch]
        valid = [one for one, is_current in zip(batch, current, strict=True) if is_current]
        insert_decisions(transaction, [one.after for one in valid if one.after is not None])
        return [
            _settled(transaction, one) if is_current else "overtaken"
            for one, is_current in zip(batch, current, strict=True)
        ]


def _last(connection: Connection, batch: Sequence[Rejudged]) -> Mapping[str, str]:
    """The last decision on each item, by data id."""
    kind: Kind = batch[0].before.kind
    data_ids: Collection[str] = {one.before.data_id for one in batch}
    query = (
        select(decisions.c.data_id, decisions.c.decision_id)
        .where(decisions.c.kind == kind, decisions.c.data_id.in_(data_ids))
        .order_by(decisions.c.decided_at, decisions.c.decision_id)
    )
    return {row.data_id: row.decision_id for row in connection.execute(query)}


def _settled(transaction: Transaction, one: Rejudged) -> Settled:
    if one.source is None:
        return "kept"
    connection, decision = transaction.connection, one.after or one.before
    if one.after is None:
        held = open_case_with(connection, decision.decision_id)
        if held is not None and not outweighs(one.source, held.source):
            return "kept"
    case_id, is_new = place_in_case(connection, decision, one.source, transaction.at)
    transaction.note(Act(act="case.opened", subject=case_id, detail={"source": one.source}))
    return "opened" if is_new else "joined"
