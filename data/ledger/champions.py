"""Retrainings and promotions (重训与上线): what was trained on what, and who was champion when.

A promotion is decided by the row that is written here. The pointer that serving reads and the alias
in the registry of models follow from it: who finds them behind moves them on.
"""

import hashlib
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import Connection, RowMapping, select

from data.ledger.instants import instant_text
from data.ledger.store import Ledger, Transaction
from data.ledger.tables import promotions, retrainings
from data.record import Instant, Record
from data.verdict import Kind

RETRAINED: Final = "retraining.recorded"
PROMOTED: Final = "champion.promoted"
THRESHOLDS: Final = "thresholds.changed"
"""The act that stands beside a promotion by other thresholds, with their old and new values."""

Cause = Literal["first", "gate", "operator", "rollback", "thresholds"]
"""Why a version became champion: there was none; the gate let it pass; by hand after it passed;
back to an earlier one (回滚); the same model with another operating point (调整阈值)."""


class Promotion(Record):
    """One promotion; ``number`` counts those of a kind from 1. ``replaced`` is who was champion."""

    promotion_id: str
    kind: Kind
    number: int
    model_version: str
    replaced: str | None
    cause: Cause
    retraining_id: str | None
    decided_at: Instant


class RetrainingRow(Record):
    """One retraining. What was decided up to ``judged_from`` trained, what came later judged.

    ``data_hash`` names the rows, ``verdict`` is the gate's as JSON; ``promoted`` says whether it
    let the challenger pass, ``judged`` whether the block was large enough to say so at all.
    """

    retraining_id: str
    kind: Kind
    as_of: Instant
    judged_from: Instant
    data_hash: str
    champion: str | None
    challenger: str
    promoted: bool
    judged: bool
    verdict: str
    recorded_at: Instant


def promote(
    transaction: Transaction,
    kind: Kind,
    model_version: str,
    cause: Cause,
    retraining_id: str | None = None,
) -> Promotion:
    """Decide that a version is champion from now on; one that is already stays so."""
    last = _last(transaction.connection, kind)
    if last is not None and last.model_version == model_version:
        return last
    number = 1 + (last.number if last else 0)
    identity = f"{kind} {number} {model_version}"
    promotion = Promotion(
        promotion_id="p" + hashlib.sha256(identity.encode()).hexdigest()[:31],
        kind=kind,
        number=number,
        model_version=model_version,
        replaced=last.model_version if last else None,
        cause=cause,
        retraining_id=retraining_id,
        decided_at=transaction.at,
    )
    row = promotion.model_dump() | {"decided_at": instant_text(transaction.at)}
    transaction.insert(promotions, [row], PROMOTED)
    return promotion


def last_promotion(ledger: Ledger, kind: Kind) -> Promotion | None:
    """The promotion that made the champion; None where nothing was promoted yet."""
    with ledger.reading() as connection:
        return _last(connection, kind)


def promotions_of(ledger: Ledger, kind: Kind) -> list[Promotion]:
    """All promotions of a kind, the first one first."""
    query = select(promotions).where(promotions.c.kind == kind).order_by(promotions.c.number)
    with ledger.reading() as connection:
        return [_promotion(row) for row in connection.execute(query).mappings()]


def keep_retraining(transaction: Transaction, row: RetrainingRow) -> None:
    """Record a retraining and what the gate said of it."""
    instants = {
        name: instant_text(getattr(row, name)) for name in ("as_of", "judged_from", "recorded_at")
    }
    flags = {"promoted": int(row.promoted), "judged": int(row.judged)}
    values: dict[str, Any] = row.model_dump() | instants | flags
    transaction.insert(retrainings, [values], RETRAINED)


def retrainings_of(ledger: Ledger, kind: Kind, until: datetime) -> list[RetrainingRow]:
    """The retrainings of a kind as of an instant at or before ``until``, in that order."""
    query = (
        select(retrainings)
        .where(retrainings.c.kind == kind, retrainings.c.as_of <= instant_text(until))
        .order_by(retrainings.c.as_of, retrainings.c.recorded_at)
    )
    with ledger.reading() as connection:
        rows = connection.execute(query).mappings().all()
    return [
        RetrainingRow.model_validate(
            {**row, "promoted": bool(row["promoted"]), "judged": bool(row["judged"])}
        )
        for row in rows
    ]


def _last(connection: Connection, kind: Kind) -> Promotion | None:
    query = select(promotions).where(promotions.c.kind == kind)
    row = connection.execute(query.order_by(promotions.c.number.desc()).limit(1)).mappings().first()
    return None if row is None else _promotion(row)


def _promotion(row: RowMapping) -> Promotion:
    return Promotion.model_validate(dict(row))
