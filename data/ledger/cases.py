"""Cases (案件): what a person has to look at. One item, or one room and product, is one case."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final, Literal, NamedTuple, get_args

from sqlalchemy import Connection, RowMapping, Select, and_, bindparam, insert, select, update

from data.ledger.decisions import Decision
from data.ledger.instants import instant_text
from data.ledger.tables import case_decisions, cases
from data.place import CASE_SECONDS, Place, room_case_id, stands_alone
from data.record import Instant, Record
from data.selection import Reason
from data.verdict import Kind, Suggestion, harshest

CaseSource = Literal["appeal", "flagged", "rescan", "reopened", "report", Reason]
"""Why a case is open, the gravest reason first: the merchant appealed; an answer that was no pass;
passed goods that were scored anew; evidence after a clean label; a report of a wrong decision
(误杀, 漏杀); a draw among passed items."""

CaseState = Literal["open", "closed"]

_SOURCES: Final = get_args(CaseSource)


class Case(Record):
    """One case. ``data_id`` is its listing, or the window that began it.

    ``place`` (JSON), ``first_s`` and ``last_s`` are of live rooms; ``codes`` the labels that any
    of its ``count`` decisions was given, ``probability`` and ``severity`` the highest of them.
    ``claimed_by`` has it to themselves until ``claimed_until``.
    """

    case_id: str
    kind: Kind
    data_id: str
    merchant_id: str | None
    place: str | None
    first_s: float | None
    last_s: float | None
    source: CaseSource
    state: CaseState
    suggestion: Suggestion
    severity: int
    probability: float
    selection_probability: float | None
    codes: list[str]
    count: int
    exposure: float | None
    opened_at: Instant
    updated_at: Instant
    closed_at: Instant | None
    claimed_by: str | None
    claimed_until: Instant | None


def open_cases(connection: Connection, batch: Sequence[Decision]) -> None:
    """Put each decision that a person must see into its case, a new one where none is open.

    A flagged item is one; so is a passed one that was drawn for review. The caller holds the
    ledger's lock.
    """
    for decision in batch:
        if decision.flagged or decision.selected_for is not None:
            source: CaseSource = "flagged"
            if not decision.flagged and decision.selected_for is not None:
                source = decision.selected_for
            open_case(connection, decision, source, decision.decided_at)


class Placed(NamedTuple):
    """The case that a decision was put into, and whether it was opened for it."""

    case_id: str
    is_new: bool


def open_case(connection: Connection, decision: Decision, source: CaseSource, at: datetime) -> str:
    """Put a decision into the open case of its item or room, or open one; returns its id."""
    return place_in_case(connection, decision, source, at).case_id


def place_in_case(
    connection: Connection, decision: Decision, source: CaseSource, at: datetime
) -> Placed:
    """As `open_case`, and says whether the case is new."""
    found = _open_case_of(connection, decision)
    if found is None:
        row = _new_case(decision, source, at)
        if _exists(connection, row["case_id"]):
            # It was closed; what speaks against the item again is another case.
            identity = f"{row['case_id']} {decision.decision_id} {instant_text(at)}"
            row["case_id"] = "c" + hashlib.sha256(identity.encode()).hexdigest()[:31]
        connection.execute(insert(cases).values(row))
        case_id = str(row["case_id"])
    else:
        case_id = str(found["case_id"])
        change = update(cases).where(cases.c.case_id == case_id)
        if _holds(connection, case_id, decision.decision_id):
            connection.execute(change.values(_again(found, source, at)))
            return Placed(case_id, is_new=False)
        connection.execute(change.values(_joined(found, decision, source, at)))
    connection.execute(
        insert(case_decisions).values(case_id=case_id, decision_id=decision.decision_id)
    )
    return Placed(case_id, is_new=found is None)


def open_case_with(connection: Connection, decision_id: str) -> Case | None:
    """The open case that holds a decision; None where there is none."""
    query = (
        select(cases)
        .join(case_decisions, case_decisions.c.case_id == cases.c.case_id)
        .where(case_decisions.c.decision_id == decision_id, cases.c.state == "open")
        .limit(1)
    )
    row = connection.execute(query).mappings().first()
    return case_of(row) if row else None


def outweighs(source: CaseSource, other: CaseSource) -> bool:
    """Whether a source is the graver reason for a case.

    >>> outweighs("reopened", "exploration"), outweighs("report", "report")
    (True, False)
    """
    return _SOURCES.index(source) < _SOURCES.index(other)


def case_of(row: RowMapping) -> Case:
    """The case of a row of its table."""
    return Case.model_validate({**row, "codes": json.loads(row["codes"])})


_OF_AN_ITEM = select(cases).where(
    cases.c.kind == bindparam("kind"),
    cases.c.data_id == bindparam("data_id"),
    cases.c.state == "open",
)
_OF_A_ROOM = (
    select(cases)
    .where(
        and_(
            cases.c.place == bindparam("place"),
            cases.c.state == "open",
            cases.c.first_s >= bindparam("start_s") - CASE_SECONDS,
            cases.c.last_s <= bindparam("start_s") + CASE_SECONDS,
        )
    )
    .order_by(cases.c.first_s.desc())
    .limit(1)
)


def _open_case_of(connection: Connection, decision: Decision) -> RowMapping | None:
    query: Select[Any] = _OF_AN_ITEM
    values: dict[str, Any] = {"kind": decision.kind, "data_id": decision.data_id}
    if decision.place is not None and not _alone(decision):
        query, values = _OF_A_ROOM, {"place": decision.place, "start_s": decision.start_s}
    return connection.execute(query, values).mappings().first()


def _alone(decision: Decision) -> bool:
    return decision.place is None or stands_alone(_place(decision.place), decision.start_s)


def _place(text: str) -> Place:
    return Place(*json.loads(text))


def _new_case(decision: Decision, source: CaseSource, at: datetime) -> dict[str, Any]:
    verdict = decision.verdict()
    return {
        "case_id": _case_id(decision),
        "kind": decision.kind,
        "data_id": decision.data_id,
        "merchant_id": decision.merchant_id,
        "place": decision.place,
        "first_s": decision.start_s,
        "last_s": decision.start_s,
        "source": source,
        "state": "open",
        "suggestion": decision.suggestion,
        "severity": max((label.severity for label in verdict.labels), default=0),
        "probability": decision.probability,
        "selection_probability": decision.selection_probability,
        "codes": json.dumps([label.code for label in verdict.labels]),
        "count": 1,
        "exposure": None,
        "opened_at": instant_text(at),
        "updated_at": instant_text(at),
        "closed_at": None,
        "claimed_by": None,
        "claimed_until": None,
    }


def _again(found: RowMapping, source: CaseSource, at: datetime) -> dict[str, Any]:
    """What changes about an open case when something more speaks of a decision in it."""
    return {
        "source": min(found["source"], source, key=_SOURCES.index),
        "updated_at": max(found["updated_at"], instant_text(at)),
    }


def _joined(
    found: RowMapping, decision: Decision, source: CaseSource, at: datetime
) -> dict[str, Any]:
    """What changes about an open case when a decision joins it."""
    labels = decision.verdict().labels
    codes = json.loads(found["codes"])
    starts = [s for s in (found["first_s"], found["last_s"], decision.start_s) if s is not None]
    chances = [found["selection_probability"], decision.selection_probability]
    known = [chance for chance in chances if chance is not None]
    return {
        **_again(found, source, at),
        "suggestion": harshest([found["suggestion"], decision.suggestion]),
        "severity": max(found["severity"], *(label.severity for label in labels), 0),
        "probability": max(found["probability"], decision.probability),
        "selection_probability": max(known, default=None),
        "codes": json.dumps([*codes, *(one.code for one in labels if one.code not in codes)]),
        "count": found["count"] + 1,
        "first_s": min(starts, default=None),
        "last_s": max(starts, default=None),
    }


def _case_id(decision: Decision) -> str:
    if decision.place is not None:
        return room_case_id(_place(decision.place), decision.start_s, decision.decision_id)
    identity = json.dumps([decision.kind, decision.data_id, decision.decision_id])
    return "c" + hashlib.sha256(identity.encode()).hexdigest()[:31]


def _exists(connection: Connection, case_id: str) -> bool:
    query = select(cases.c.case_id).where(cases.c.case_id == case_id)
    return connection.execute(query).first() is not None


def _holds(connection: Connection, case_id: str, decision_id: str) -> bool:
    query = select(case_decisions.c.case_id).where(
        case_decisions.c.case_id == case_id, case_decisions.c.decision_id == decision_id
    )
    return connection.execute(query).first() is not None
