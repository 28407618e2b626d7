"""What is learnt after a decision, as it comes in: feedback (反馈) and appeals (申诉).

Feedback is evidence with its source; no label is made of it here. What makes a person look again
opens a case: a report of a wrong decision, and a laboratory's finding against goods on sale.
"""

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Literal, get_args

from sqlalchemy import Connection, RowMapping, select

from data.feedback import Appeal, Feedback
from data.ledger.audit import Act
from data.ledger.cases import CaseSource, open_case
from data.ledger.decisions import Decision
from data.ledger.docket import label_of
from data.ledger.instants import instant_text
from data.ledger.store import Ledger, Transaction, decision_of
from data.ledger.tables import appeals, decisions, feedback, labels
from data.problem import Problem
from data.record import Record, content_hash
from data.verdict import Kind

FAILED: Final = frozenset({"fail", "failed", "不合格"})
"""Outcomes of a laboratory test (抽检) that speak against the goods."""

AHEAD: Final = timedelta(minutes=5)
"""How far a caller's clock may be ahead."""

_KINDS: Final = get_args(Kind)

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
            return [self._hear(transaction, item) for item in items]

    def appeal(self, appeal: Appeal, at: datetime) -> Receipt:
        """Record an appeal against a decision; one of the same name must say the same."""
        with self.ledger.acting(self.actor, at) as transaction:
            return self._appeal(transaction, appeal)

    def _hear(self, transaction: Transaction, item: Feedback) -> Receipt:
        observed_at = item.observed_at or transaction.at
        wrong = _out_of_time(item, observed_at, transaction.at)
        about = _about(transaction.connection, item)
        if item.decision_id is not None and about is None:
            wrong = _unknown_decision()
        if wrong is None and about and item.data_id not in (None, about.data_id):
            message = "is not the item that the decision is about"
            wrong = Problem(code="not_allowed", message=message, field="data_id")
        if wrong is not None:
            return Receipt(status="refused", problem=wrong)
        known = _revisions(transaction.connection, item.feedback_id)
        hashed = content_hash(item)
        if known and known[-1] == hashed:
            return Receipt(status="repeated")
        row = _feedback_row(item, about, len(known), hashed, observed_at, transaction.at)
        transaction.insert(feedback, [row], HEARD)
        case_id = _look_again(transaction, item, about)
        return Receipt(status="corrected" if known else "recorded", case_id=case_id)

    def _appeal(self, transaction: Transaction, appeal: Appeal) -> Receipt:
        connection = transaction.connection
        query = select(appeals.c.content_hash).where(appeals.c.appeal_id == appeal.appeal_id)
        known, hashed = connection.execute(query).scalar(), content_hash(appeal)
        if known == hashed:
            return Receipt(status="repeated")
        submitted_at = appeal.submitted_at or transaction.at
        problem = None
        if known is not None:
            message = "was used for another appeal; a new appeal needs a new appeal_id"
            problem = Problem(code="not_allowed", message=message, field="appeal_id")
        elif submitted_at > transaction.at + AHEAD:
            problem = _future("submitted_at")
        elif _decision(connection, appeal.decision_id) is None:
            problem = _unknown_decision()
        if problem is not None:
            return Receipt(status="refused", problem=problem)
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
        return Receipt(status="recorded")


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


def _unknown_decision() -> Problem:
    message = "there is no decision of that name; name the item by data_id instead"
    return Problem(code="unknown_decision", message=message, field="decision_id")


def _decision(connection: Connection, decision_id: str) -> Decision | None:
    query = select(decisions).where(decisions.c.decision_id == decision_id)
    row = connection.execute(query).mappings().first()
    return decision_of(row) if row else None


def _about(connection: Connection, item: Feedback) -> Decision | None:
    """The decision that the event is about: the one it names, or the item's last before it."""
    if item.decision_id is not None:
        return _decision(connection, item.decision_id)
    when = instant_text(item.order_at or item.event_at)
    # The kinds are named for the index, which begins with them.
    of_the_item = decisions.c.kind.in_(_KINDS) & (decisions.c.data_id == item.data_id)
    query = select(decisions).where(of_the_item)
    newest = query.order_by(decisions.c.decided_at.desc(), decisions.c.decision_id).limit(1)
    before = newest.where(decisions.c.decided_at <= when)
    row = connection.execute(before).mappings().first() or (
        connection.execute(newest).mappings().first()
    )
    return decision_of(row) if row else None


def _revisions(connection: Connection, feedback_id: str) -> list[str]:
    query = select(feedback.c.content_hash).where(feedback.c.feedback_id == feedback_id)
    return list(connection.execute(query.order_by(feedback.c.revision)).scalars())


def _feedback_row(
    item: Feedback,
    about: Decision | None,
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


def _look_again(transaction: Transaction, item: Feedback, about: Decision | None) -> str | None:
    """The case that a person must look at because of the event, if any."""
    source = _why_again(transaction.connection, item, about)
    if source is None or about is None:
        return None
    case_id = open_case(transaction.connection, about, source, transaction.at)
    transaction.note(Act(act="case.opened", subject=case_id, detail={"source": source}))
    return case_id


def _why_again(connection: Connection, item: Feedback, about: Decision | None) -> CaseSource | None:
    if about is None:
        return None
    if item.kind in ("false_positive", "false_negative"):
        return "report"
    if item.kind != "laboratory" or (item.outcome or "").strip().lower() not in FAILED:
        return None
    query = select(labels).where(labels.c.decision_id == about.decision_id)
    found = [label_of(row) for row in connection.execute(query).mappings()]
    if any(label.outcome == "clean" for label in found):
        return "reopened"
    return None if about.flagged else "report"
