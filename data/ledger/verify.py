"""Holds the ledger against its audit trail: what was changed, added or taken away past it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, Final, NamedTuple

from sqlalchemy import Column, Connection, RowMapping, Table, and_, delete, func, or_, select

from data.ledger.audit import Act, chained, row_digest
from data.ledger.champions import PROMOTED, RETRAINED
from data.ledger.docket import LABELLED, REVIEWED
from data.ledger.instants import instant_text
from data.ledger.intake import APPEALED, HEARD
from data.ledger.store import RECORDED, Ledger, batch_digest, decision_digest
from data.ledger.tables import (
    appeals,
    audit,
    audit_head,
    case_decisions,
    cases,
    decisions,
    feedback,
    labels,
    promotions,
    retrainings,
    reviews,
    shadows,
)

ERASED: Final = "retention.erased"
_MOST_NAMED: Final = 100

_DIGESTED: Final[Mapping[str, Table]] = {
    REVIEWED: reviews,
    LABELLED: labels,
    APPEALED: appeals,
    HEARD: feedback,
    RETRAINED: retrainings,
    PROMOTED: promotions,
}
_KEPT: Final = (labels, retrainings, promotions)
"""What is never erased."""


class Verification(NamedTuple):
    """What the audit trail says of the ledger. ``problems`` is empty where all holds.

    ``rows`` are those of the trail, ``head`` its last hash; ``checked`` are records held against
    it, ``unproven`` decisions of before there was a trail.
    """

    rows: int
    head: str
    checked: int
    unproven: int
    problems: list[str]


def verify(ledger: Ledger, expect: str | None = None) -> Verification:
    """Recompute every hash of the trail, and hold every record against it.

    ``expect`` is a hash that the trail had once, kept elsewhere. Names the first hundred
    problems; merchants' texts are not in them.
    """
    with ledger.reading() as connection:
        head = connection.execute(select(audit_head.c.seq, audit_head.c.hash)).one()
        problems = [*_chain(connection, head.seq, head.hash)]
        if expect is not None and not _had(connection, expect):
            problems.append(f"the trail never had the hash {expect[:64]}: it was written anew")
        erased = _erased_before(connection)
        batches, of_batches = _batches(connection, erased)
        counted = batches
        problems += of_batches
        for act, table in _DIGESTED.items():
            rows, found = _records(connection, act, table, "" if table in _KEPT else erased)
            counted += rows
            problems += found
        unproven, of_before = _unproven(connection)
        problems += of_before
    return Verification(int(head.seq), str(head.hash), counted, unproven, problems[:_MOST_NAMED])


def erase_before(ledger: Ledger, before: datetime, actor: str, at: datetime) -> dict[str, int]:
    """Erase records of before an instant whose time of keeping (保存期限) is over.

    Labels, what was trained and promoted, and the audit trail stay; decisions go with the others
    that were written with them, and stay while one of them has an open case. Returns how many
    rows of each table went.
    """
    limit = instant_text(before)
    open_ones = (
        select(decisions.c.batch)
        .join(case_decisions, case_decisions.c.decision_id == decisions.c.decision_id)
        .join(cases, cases.c.case_id == case_decisions.c.case_id)
        .where(cases.c.state == "open", decisions.c.batch.is_not(None))
    )
    waiting = (
        select(case_decisions.c.decision_id)
        .join(cases, cases.c.case_id == case_decisions.c.case_id)
        .where(cases.c.state == "open")
    )
    of_before = and_(
        decisions.c.batch.is_(None),
        decisions.c.decided_at < limit,
        decisions.c.decision_id.not_in(waiting),
    )
    old = (
        select(decisions.c.batch)
        .where(decisions.c.batch.is_not(None), decisions.c.batch.not_in(open_ones))
        .group_by(decisions.c.batch)
        .having(func.max(decisions.c.decided_at) < limit)
    )
    counts: dict[str, int] = {}
    with ledger.acting(actor, at) as transaction:
        for table, where in (
            (decisions, or_(decisions.c.batch.in_(old), of_before)),
            (reviews, reviews.c.recorded_at < limit),
            (appeals, appeals.c.received_at < limit),
            (feedback, feedback.c.recorded_at < limit),
            (shadows, shadows.c.decided_at < limit),
        ):
            counts[table.name] = transaction.connection.execute(delete(table).where(where)).rowcount
        transaction.note(Act(act=ERASED, subject="ledger", detail={"before": limit, **counts}))
    return counts


def _chain(connection: Connection, last: int, head: str) -> Iterator[str]:
    previous, expected = "", 1
    query = select(audit).order_by(audit.c.seq).execution_options(yield_per=5_000)
    for row in connection.execute(query).mappings():
        if row["seq"] != expected:
            yield f"audit row {expected} is missing"
        elif row["previous"] != previous:
            yield f"audit row {expected} does not follow from the one before"
        if chained(row) != row["hash"]:
            yield f"audit row {row['seq']} was changed"
        previous, expected = row["hash"], row["seq"] + 1
    if expected != last + 1 or previous != head:
        yield f"the trail ends at row {expected - 1}; its head says {last}"


def _had(connection: Connection, expect: str) -> bool:
    query = select(audit.c.seq).where(audit.c.hash == expect)
    return expect == "" or connection.execute(query).first() is not None


def _erased_before(connection: Connection) -> str:
    """The latest instant before which records were erased; empty where none were."""
    query = select(audit.c.detail).where(audit.c.act == ERASED)
    return max(map(_limit, connection.execute(query).scalars()), default="")


def _limit(detail: str) -> str:
    """The instant before which one erasure went; empty where the row cannot be read any more."""
    try:
        found = json.loads(detail)
    except ValueError:
        return ""
    return str(found.get("before", "")) if isinstance(found, dict) else ""


def _batches(connection: Connection, erased: str) -> tuple[int, list[str]]:
    """Decisions, held against the trail by what was written together."""
    query = select(audit.c.seq, audit.c.digest, audit.c.at).where(audit.c.act == RECORDED)
    told = {row.seq: (row.digest, row.at) for row in connection.execute(query)}
    ordered = (
        select(decisions)
        .where(decisions.c.batch.is_not(None))
        .order_by(decisions.c.batch)
        .execution_options(yield_per=1_000)
    )
    rows = connection.execute(ordered).mappings()
    counted, problems, seen = 0, [], set()
    for batch, together in groupby(rows, key=lambda row: int(row["batch"])):
        digests = []
        for row in together:
            counted += 1
            digests.append(decision_digest(row))
            if digests[-1] != row["digest"]:
                problems.append(f"decision {row['decision_id']} was changed")
        seen.add(batch)
        if batch not in told:
            problems.append(f"decisions of batch {batch} are on no trail")
        elif batch_digest(digests) != told[batch][0]:
            problems.append(f"batch {batch}: its decisions are not those that were written")
    for batch, (_, at) in told.items():
        if batch not in seen and at >= erased:
            problems.append(f"batch {batch}: its decisions are missing")
    return counted, problems


def _unproven(connection: Connection) -> tuple[int, list[str]]:
    """Decisions without a batch: of before the trail, or slipped in beside it."""
    began = connection.execute(select(audit.c.at).where(audit.c.seq == 1)).scalar() or ""
    query = select(decisions.c.decision_id, decisions.c.decided_at).where(
        decisions.c.batch.is_(None)
    )
    counted, problems = 0, []
    for row in connection.execute(query.execution_options(yield_per=5_000)):
        if began and row.decided_at >= began:
            problems.append(f"decision {row.decision_id} is on no trail")
        else:
            counted += 1
    return counted, problems


def _records(connection: Connection, act: str, table: Table, erased: str) -> tuple[int, list[str]]:
    keys: Sequence[Column[Any]] = list(table.primary_key.columns)
    query = select(audit.c.subject, audit.c.digest, audit.c.at).where(audit.c.act == act)
    told = {row.subject: (row.digest, row.at) for row in connection.execute(query)}
    rows = connection.execute(select(table).execution_options(yield_per=1_000)).mappings()
    counted, problems = 0, []
    for row in rows:
        counted += 1
        subject = _subject(row, keys)
        digest, _ = told.pop(subject, (None, ""))
        if digest is None:
            problems.append(f"{table.name} {subject} is on no trail")
        elif digest != row_digest(row):
            problems.append(f"{table.name} {subject} was changed")
    problems += [
        f"{table.name} {subject} is missing" for subject, (_, at) in told.items() if at >= erased
    ]
    return counted, problems


def _subject(row: RowMapping, keys: Sequence[Column[Any]]) -> str:
    return "/".join(str(row[key.name]) for key in keys)
