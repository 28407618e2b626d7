"""The docket (案卷): open cases, who has claimed which, and what was decided."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, RowMapping, Select, and_, func, or_, select, update

from data.ledger.audit import Act
from data.ledger.cases import Case, case_of
from data.ledger.decisions import Decision
from data.ledger.instants import instant_text
from data.ledger.store import Ledger, Transaction, decision_of
from data.ledger.tables import appeals, case_decisions, cases, decisions, labels, reviews
from data.problem import MingchaError
from data.review import RELIABILITY, Label, Review

REVIEWED: Final = "review.recorded"
LABELLED: Final = "label.recorded"


class DocketError(MingchaError):
    """What was decided does not fit the ledger: nothing of that name, or about another decision."""


class Docket:
    """The cases of a ledger and the reviews on them."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger

    def find(self, case_id: str) -> Case | None:
        """The case of that name, or None."""
        with self.ledger.reading() as connection:
            row = connection.execute(select(cases).where(cases.c.case_id == case_id))
            found = row.mappings().first()
        return case_of(found) if found else None

    def open_cases(self, limit: int = 100) -> list[Case]:
        """Open cases, the gravest and likeliest first."""
        query = (
            select(cases)
            .where(cases.c.state == "open")
            .order_by(
                (cases.c.severity * cases.c.probability).desc(), cases.c.opened_at, cases.c.case_id
            )
            .limit(limit)
        )
        with self.ledger.reading() as connection:
            return [case_of(row) for row in connection.execute(query).mappings()]

    def count_open(self) -> int:
        """How many cases are open."""
        query = select(func.count()).select_from(cases).where(cases.c.state == "open")
        with self.ledger.reading() as connection:
            return int(connection.execute(query).scalar_one())

    def decisions_of(self, case_id: str) -> list[Decision]:
        """The decisions of a case, in order of time."""
        query: Select[Any] = (
            select(decisions)
            .join(case_decisions, case_decisions.c.decision_id == decisions.c.decision_id)
            .where(case_decisions.c.case_id == case_id)
            .order_by(decisions.c.decided_at, decisions.c.decision_id)
        )
        with self.ledger.reading() as connection:
            return [decision_of(row) for row in connection.execute(query).mappings()]

    def claim(self, case_id: str, reviewer: str, at: datetime, lease: timedelta) -> bool:
        """Give an open case to a reviewer for a while; False if somebody else has it."""
        free = or_(
            cases.c.claimed_by.is_(None),
            cases.c.claimed_by == reviewer,
            cases.c.claimed_until <= instant_text(at),
        )
        change = (
            update(cases)
            .where(and_(cases.c.case_id == case_id, cases.c.state == "open", free))
            .values(claimed_by=reviewer, claimed_until=instant_text(at + lease))
        )
        with self.ledger.writing() as connection:
            return connection.execute(change).rowcount > 0

    def decide(self, made: Sequence[Review], at: datetime) -> list[Label]:
        """Record reviews and their labels, and close their cases, in one transaction.

        A review that is there already stays as it is, and makes no second label. Raises
        DocketError when a review names what the ledger does not know, or what is about another
        decision.
        """
        labelled: list[Label] = []
        with self.ledger.acting(made[0].reviewer if made else "", at) as transaction:
            for review in made:
                if not _is_recorded(transaction.connection, review.review_id):
                    _check(transaction.connection, review)
                    labelled += self._record(transaction, review)
        return labelled

    def labels_of(self, decision_id: str) -> list[Label]:
        """All labels of a decision, the oldest first, those taken back too."""
        query = select(labels).where(labels.c.decision_id == decision_id)
        ordered = query.order_by(labels.c.observed_at, labels.c.label_id)
        with self.ledger.reading() as connection:
            return [label_of(row) for row in connection.execute(ordered).mappings()]

    def reviews_of(self, decision_id: str) -> list[Review]:
        """All reviews of a decision, the oldest first, those taken back too."""
        query = select(reviews).where(reviews.c.decision_id == decision_id)
        ordered = query.order_by(reviews.c.decided_at, reviews.c.review_id)
        with self.ledger.reading() as connection:
            return [review_of(row) for row in connection.execute(ordered).mappings()]

    def _record(self, transaction: Transaction, review: Review) -> list[Label]:
        at = instant_text(transaction.at)
        transaction.insert(reviews, [_review_row(review, at)], REVIEWED)
        label = label_by(review, transaction.at)
        if label is not None:
            transaction.insert(labels, [label_row(label, at)], LABELLED)
        if review.case_id is not None and review.outcome is not None:
            change = update(cases).where(cases.c.case_id == review.case_id)
            transaction.connection.execute(
                change.values(state="closed", closed_at=at, updated_at=at, claimed_by=None)
            )
            transaction.note(Act(act="case.closed", subject=review.case_id))
        return [label] if label else []


def label_by(review: Review, observed_at: datetime) -> Label | None:
    """The label that a review makes; none where nothing was decided."""
    if review.outcome is None:
        return None
    return Label(
        label_id=f"l-{review.review_id}",
        decision_id=review.decision_id,
        source=review.source,
        outcome=review.outcome,
        codes=review.codes,
        event_at=review.decided_at,
        observed_at=observed_at,
        matures_at=observed_at,
        reliability=RELIABILITY[review.source],
        selection_probability=review.selection_probability,
        supersedes=f"l-{review.reverses}" if review.reverses else None,
        grounds=f"review {review.review_id}",
    )


def label_row(label: Label, recorded_at: str) -> dict[str, Any]:
    """The row of the ledger that keeps a label."""
    return {
        **label.model_dump(),
        "codes": json.dumps(label.codes),
        "event_at": instant_text(label.event_at),
        "observed_at": instant_text(label.observed_at),
        "matures_at": instant_text(label.matures_at),
        "recorded_at": recorded_at,
    }


def label_of(row: RowMapping) -> Label:
    """The label of a row of its table."""
    known = {name: row[name] for name in Label.model_fields}
    return Label.model_validate({**known, "codes": json.loads(row["codes"])})


def review_of(row: Mapping[Any, Any]) -> Review:
    """The review of a row of its table."""
    known = {name: row[name] for name in Review.model_fields}
    known |= {"codes": json.loads(row["codes"]), "note": json.loads(row["note"])}
    return Review.model_validate({**known, "outcome": row["outcome"] or None})


def _review_row(review: Review, recorded_at: str) -> dict[str, Any]:
    return {
        **review.model_dump(),
        "outcome": review.outcome or "",
        "codes": json.dumps(review.codes),
        # In ASCII, as decisions: a note may hold what a database refuses.
        "note": json.dumps(review.note),
        "decided_at": instant_text(review.decided_at),
        "recorded_at": recorded_at,
    }


def _is_recorded(connection: Connection, review_id: str) -> bool:
    query = select(reviews.c.review_id).where(reviews.c.review_id == review_id)
    return connection.execute(query).first() is not None


def _check(connection: Connection, review: Review) -> None:
    about = review.decision_id
    named = (
        ("decision", decisions.c.decision_id, about, None),
        ("case", case_decisions.c.case_id, review.case_id, case_decisions.c.decision_id),
        ("appeal", appeals.c.appeal_id, review.appeal_id, appeals.c.decision_id),
        ("review", reviews.c.review_id, review.reverses, reviews.c.decision_id),
    )
    for what, column, name, of in named:
        if name is None:
            continue
        query = select(column).where(column == name)
        if of is not None:
            query = query.where(of == about)
        if connection.execute(query).first() is None:
            of_it = "" if of is None else f" that is about decision {about}"
            raise DocketError(f"review {review.review_id}: there is no {what} {name}{of_it}")
