"""What is learnt after a decision, as it comes in: feedback (反馈) and appeals (申诉).

Feedback is evidence with its source; no label is made of it here. What makes a person look again
opens a case: an appeal, a report of a wrong decision, a laboratory's finding against goods on sale.
"""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Literal, NamedTuple, get_args

from sqlalchemy import Connection, RowMapping, select

from data.feedback import Appeal, Feedback
from data.ledger.audit import Act
from data.ledger.cases import CaseSource, open_case
from data.ledger.decisions import Decision
from data.ledger.docket import label_of
from data.ledger.instants import instant_text
from data.ledger.store import Ledger, Transaction, decision_of, stages
from data.ledger.tables import appeals, decisions, feedback, labels
from data.problem import Problem
from data.record import Record, content_hash
from data.review import standing
from data.verdict import Kind

FAILED: Final = frozenset({"fail", "failed", "不合格"})
"""Outcomes of a laboratory test (抽检) that speak against the goods."""

AHEAD: Final = timedelta(minutes=5)
"""How far a caller's clock may be ahead."""

_KINDS: Final = get_args(Kind)

UNKNOWN_DECISION: Final = "unknown_decision"
CONFLICT: Final = "conflict"
"""The code of an appeal that says something else than the one of its name before."""

HEARD: Final = "feedback.recorded"
APPEALED: Final = "appeal.recorded"

Status = Literal["recorded", "repeated", "corrected", "refused"]


class Receipt(Record):
    """What became of one item.

    ``repeated`` was sent before with the same content; ``corrected`` was sent before with other
    content, which stays on record beside this; ``refused`` says why in ``problem``. ``case_id``
    is the case that it opened or joined.
    """

    status: Status
    case_id: str | None = None
    problem: Problem | None = None


class Intake:
    """Takes feedback and appeals into a ledger; ``actor`` is who sends them."""

    def __init__(self, ledger: Ledger, actor: str) -> None:
        self.ledger = ledger
        self.actor = actor

    def feedback(self, items: Sequence[Feedback], at: datetime) -> list[Receipt]:
        """Record the events, all in one transaction; a receipt for each, in order."""
        with self.ledger.acting(self.actor, at) as transaction:
            known = _known(transaction.connection, items)
            heard = [_hear(known, item, at) for item in items]
            rows = [one.row for one in heard if one.row]
            transaction.insert(feedback, rows, HEARD)
            return [_answer(transaction, item, one) for item, one in zip(items, heard, strict=True)]

    def appeal(self, appeal: Appeal, at: datetime) -> Receipt:
        """Record an appeal against a decision; one of the same name must say the same."""
        return self.appeals([appeal], at)[0]

    def appeals(self, items: Sequence[Appeal], at: datetime) -> list[Receipt]:
        """Record appeals, all in one transaction; a receipt for each, in order."""
        with self.ledger.acting(self.actor, at) as transaction:
            return [_appeal(transaction, item) for item in items]


def has_failed(item: Feedback) -> bool:
    """Whether the event is a laboratory's finding against the goods."""
    return item.kind == "laboratory" and (item.outcome or "").strip().lower() in FAILED


def feedback_of(row: RowMapping) -> Feedback:
    """The event of a row of its table, with the instant at which it was learnt."""
    return Feedback.model_validate({**json.loads(row["event"]), "observed_at": row["observed_at"]})


def appeal_of(row: RowMapping) -> Appeal:
    """The appeal of a row of its table."""
    return Appeal(
        appeal_id=row["appeal_id"],
        decision_id=row["decision_id"],
        statement=json.loads(row["statement"]),
        evidence=json.loads(row["evidence"]),
        submitted_at=row["submitted_at"],
    )


def _out_of_time(item: Feedback, observed_at: datetime, at: datetime) -> Problem | None:
    if observed_at > at + AHEAD:
        return _future("observed_at")
    if item.event_at > observed_at + AHEAD:
        message = "is later than it was observed (observed_at)"
        return Problem(code="out_of_range", message=message, field="event_at")
    if item.order_at is not None and item.order_at > item.event_at + AHEAD:
        message = "is later than the event (event_at)"
        return Problem(code="out_of_range", message=message, field="order_at")
    return None


def _future(field: str) -> Problem:
    message = "lies in the future; at most five minutes ahead are allowed"
    return Problem(code="out_of_range", message=message, field=field)


def _unknown_decision(message: str) -> Problem:
    return Problem(code=UNKNOWN_DECISION, message=message, field="decision_id")


class _Subject(NamedTuple):
    """A decision, as far as it tells what an event is about."""

    decision_id: str
    data_id: str
    merchant_id: str | None
    decided_at: str


class _Known(NamedTuple):
    """What the ledger holds about the events of a request, asked for all at once.

    ``revisions`` are the contents of each event so far, ``named`` decisions by their id,
    ``of_items`` those on each item, the newest first.
    """

    revisions: dict[str, list[str]]
    named: dict[str, _Subject]
    of_items: dict[str, list[_Subject]]

    def about(self, item: Feedback) -> _Subject | None:
        """The decision that the event is about: the one it names, or the item's last before it."""
        if item.decision_id is not None:
            return self.named.get(item.decision_id)
        of_the_item = self.of_items.get(item.data_id or "", [])
        when = instant_text(item.order_at or item.event_at)
        before = (one for one in of_the_item if one.decided_at <= when)
        return next(before, of_the_item[0] if of_the_item else None)


class _Heard(NamedTuple):
    """What becomes of an event: its row and the decision that it is about."""

    receipt: Receipt
    row: dict[str, Any] | None = None
    about: _Subject | None = None


_SUBJECT: Final = select(*(decisions.c[name] for name in _Subject._fields))


def _known(connection: Connection, items: Sequence[Feedback]) -> _Known:
    # One query each for what takes a quarter of a millisecond an event: scoring waits meanwhile.
    revisions: dict[str, list[str]] = {}
    for names in stages(sorted({item.feedback_id for item in items})):
        query = select(feedback.c.feedback_id, feedback.c.content_hash)
        of_the_names = query.where(feedback.c.feedback_id.in_(names))
        for name, hashed in connection.execute(of_the_names.order_by(feedback.c.revision)):
            revisions.setdefault(name, []).append(hashed)
    named: dict[str, _Subject] = {}
    for names in stages(sorted({one.decision_id for one in items if one.decision_id})):
        rows = connection.execute(_SUBJECT.where(decisions.c.decision_id.in_(names)))
        named.update((row.decision_id, _Subject(*row)) for row in rows)
    of_items: dict[str, list[_Subject]] = {}
    unnamed = {one.data_id for one in items if one.data_id and one.decision_id is None}
    for names in stages(sorted(unnamed)):
        # The kinds are named for the index, which begins with them.
        of_them = decisions.c.kind.in_(_KINDS) & decisions.c.data_id.in_(names)
        newest = _SUBJECT.where(of_them).order_by(
            decisions.c.decided_at.desc(), decisions.c.decision_id.desc()
        )
        for row in connection.execute(newest):
            of_items.setdefault(row.data_id, []).append(_Subject(*row))
    return _Known(revisions, named, of_items)


def _hear(known: _Known, item: Feedback, at: datetime) -> _Heard:
    observed_at = item.observed_at or at
    about = known.about(item)
    wrong = _out_of_time(item, observed_at, at)
    if item.decision_id is not None and about is None:
        wrong = _unknown_decision("there is no such decision; name the item by data_id instead")
    if wrong is None and about and item.data_id not in (None, about.data_id):
        message = "is not the item that the decision is about"
        wrong = Problem(code="not_allowed", message=message, field="data_id")
    if wrong is not None:
        return _Heard(Receipt(status="refused", problem=wrong))
    before, hashed = known.revisions.setdefault(item.feedback_id, []), content_hash(item)
    if before and before[-1] == hashed:
        return _Heard(Receipt(status="repeated"))
    row = _feedback_row(item, about, len(before), hashed, observed_at, at)
    before.append(hashed)
    return _Heard(Receipt(status="recorded" if len(before) == 1 else "corrected"), row, about)


def _answer(transaction: Transaction, item: Feedback, heard: _Heard) -> Receipt:
    case_id = None
    if heard.row is not None and heard.about is not None:
        case_id = _look_again(transaction, item, heard.about.decision_id)
    return heard.receipt.model_copy(update={"case_id": case_id})


def _appeal(transaction: Transaction, appeal: Appeal) -> Receipt:
    connection = transaction.connection
    query = select(appeals.c.content_hash).where(appeals.c.appeal_id == appeal.appeal_id)
    known, hashed = connection.execute(query).scalar(), content_hash(appeal)
    if known == hashed:
        return Receipt(status="repeated")
    if known is not None:
        message = "was used for another appeal; a new appeal needs a new appeal_id"
        return _refused(Problem(code=CONFLICT, message=message, field="appeal_id"))
    submitted_at = appeal.submitted_at or transaction.at
    if submitted_at > transaction.at + AHEAD:
        return _refused(_future("submitted_at"))
    decision = _decision(connection, appeal.decision_id)
    if decision is None:
        return _refused(_unknown_decision("there is no decision of that name"))
    row = {
        "appeal_id": appeal.appeal_id,
        "decision_id": appeal.decision_id,
        "statement": json.dumps(appeal.statement),
        "evidence": json.dumps(appeal.evidence),
        "content_hash": hashed,
        "submitted_at": instant_text(submitted_at),
        "received_at": instant_text(transaction.at),
    }
    transaction.insert(appeals, [row], APPEALED)
    return Receipt(status="recorded", case_id=_open(transaction, decision, "appeal"))


def _refused(problem: Problem) -> Receipt:
    return Receipt(status="refused", problem=problem)


def _decision(connection: Connection, decision_id: str) -> Decision | None:
    query = select(decisions).where(decisions.c.decision_id == decision_id)
    row = connection.execute(query).mappings().first()
    return decision_of(row) if row else None


def _feedback_row(
    item: Feedback,
    about: _Subject | None,
    revision: int,
    hashed: str,
    observed_at: datetime,
    at: datetime,
) -> dict[str, Any]:
    return {
        "feedback_id": item.feedback_id,
        "revision": revision,
        "kind": item.kind,
        "decision_id": about.decision_id if about else None,
        "data_id": item.data_id or (about.data_id if about else None),
        "merchant_id": item.merchant_id or (about.merchant_id if about else None),
        "host_id": json.dumps(item.host_id) if item.host_id is not None else None,
        "event": item.model_dump_json(exclude_none=True, ensure_ascii=True),
        "content_hash": hashed,
        "event_at": instant_text(item.event_at),
        "observed_at": instant_text(observed_at),
        "recorded_at": instant_text(at),
    }


def _look_again(transaction: Transaction, item: Feedback, decision_id: str) -> str | None:
    """The case that a person must look at because of the event, if any."""
    if item.kind not in ("false_positive", "false_negative") and not has_failed(item):
        return None
    decision = _decision(transaction.connection, decision_id)
    source = decision and _why_again(transaction, item, decision)
    return _open(transaction, decision, source) if decision and source else None


def _why_again(transaction: Transaction, item: Feedback, about: Decision) -> CaseSource | None:
    if item.kind in ("false_positive", "false_negative"):
        return "report"
    query = select(labels).where(labels.c.decision_id == about.decision_id)
    found = [label_of(row) for row in transaction.connection.execute(query).mappings()]
    if any(label.outcome == "clean" for label in standing(found, transaction.at)):
        return "reopened"
    return None if about.flagged else "report"


def _open(transaction: Transaction, decision: Decision, source: CaseSource) -> str:
    case_id = open_case(transaction.connection, decision, source, transaction.at)
    transaction.note(Act(act="case.opened", subject=case_id, detail={"source": source}))
    return case_id
