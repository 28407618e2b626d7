"""The audit trail (审计): who did what when, each row chained to the one before by its hash.

A row of the ledger is named by its SHA-256, so that a change made past the program shows. The
trail proves nothing against somebody who can write all of it anew: keep its last hash elsewhere,
and ``mingcha audit verify --expect HASH`` holds the trail against it.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from pydantic import Field
from sqlalchemy import Connection, insert, select, update

from data.ledger.instants import instant_text
from data.ledger.tables import audit, audit_head
from data.record import Record

SYSTEM: Final = "system"
"""The actor where no person acted."""

OPERATOR: Final = "operator"
"""The actor of a command that names nobody."""


class Act(Record):
    """One act: ``act`` is what was done (``label.recorded``), ``subject`` what it was done to.

    ``digest`` is the SHA-256 of the row that it wrote, if it wrote one; ``detail`` holds facts
    and no merchant's text.
    """

    act: str
    subject: str
    digest: str | None = None
    detail: dict[str, Any] = Field(default_factory=dict)


def lock(connection: Connection) -> None:
    """Make other writers of the trail wait until this transaction ends.

    Whoever writes the ledger takes the lock first, so that what is read before a write still
    holds when it is written.
    """
    connection.execute(update(audit_head).values(seq=audit_head.c.seq))


def append(connection: Connection, actor: str, at: datetime, acts: Sequence[Act]) -> int:
    """Add the acts to the trail; returns the number of the last row. Call `lock` first."""
    seq, previous = connection.execute(select(audit_head.c.seq, audit_head.c.hash)).one()
    rows = []
    for one in acts:
        seq += 1
        row = {
            "seq": seq,
            "at": instant_text(at),
            "actor": actor,
            "act": one.act,
            "subject": one.subject,
            "digest": one.digest,
            "detail": json.dumps(one.detail, sort_keys=True),
            "previous": previous,
        }
        previous = chained(row)
        rows.append({**row, "hash": previous})
    if rows:
        connection.execute(insert(audit), rows)
        connection.execute(update(audit_head).values(seq=seq, hash=previous))
    return int(seq)


def chained(row: Mapping[Any, Any]) -> str:
    """The hash of a row of the trail, over all of its other columns: 64 hexadecimal digits."""
    facts = [row[column.name] for column in audit.columns if column.name != "hash"]
    return hashlib.sha256(json.dumps(facts, ensure_ascii=True).encode()).hexdigest()


def row_digest(row: Mapping[Any, Any]) -> str:
    """SHA-256 of a row of the ledger, whatever the order of its columns: 64 hexadecimal digits."""
    return hashlib.sha256(json.dumps(dict(row), sort_keys=True).encode()).hexdigest()
