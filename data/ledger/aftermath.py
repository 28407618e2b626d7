"""What became of a decision (后续): appeals, reviews, labels, and what was decided later."""

from typing import Final, NamedTuple

from sqlalchemy import Connection, select

from data.feedback import Appeal
from data.ledger.decisions import Decision
from data.ledger.docket import label_of, review_of
from data.ledger.instants import instant_text
from data.ledger.intake import appeal_of
from data.ledger.store import Ledger, decision_of
from data.ledger.tables import appeals, decisions, labels, reviews
from data.review import Label, Review

_MOST_LATER: Final = 100


class Aftermath(NamedTuple):
    """All that followed on a decision, each in order of time, the earliest first.

    ``later`` are decisions on the same item, a hundred at most.
    """

    appeals: list[Appeal]
    reviews: list[Review]
    labels: list[Label]
    later: list[Decision]


def find_with_aftermath(ledger: Ledger, decision_id: str) -> tuple[Decision, Aftermath] | None:
    """The decision of that name and what followed on it, as of one moment; None if unknown."""
    query = select(decisions).where(decisions.c.decision_id == decision_id)
    with ledger.reading() as connection:
        row = connection.execute(query).mappings().first()
        if row is None:
            return None
        decision = decision_of(row)
        return decision, _aftermath(connection, decision)


def _aftermath(connection: Connection, decision: Decision) -> Aftermath:
    name = decision.decision_id
    objections = select(appeals).where(appeals.c.decision_id == name)
    objections = objections.order_by(appeals.c.submitted_at, appeals.c.appeal_id)
    looked_at = select(reviews).where(reviews.c.decision_id == name)
    looked_at = looked_at.order_by(reviews.c.decided_at, reviews.c.review_id)
    found = select(labels).where(labels.c.decision_id == name)
    found = found.order_by(labels.c.observed_at, labels.c.label_id)
    later = (
        select(decisions)
        .where(
            decisions.c.kind == decision.kind,
            decisions.c.data_id == decision.data_id,
            decisions.c.decided_at > instant_text(decision.decided_at),
        )
        .order_by(decisions.c.decided_at, decisions.c.decision_id)
        .limit(_MOST_LATER)
    )
    return Aftermath(
        appeals=[appeal_of(row) for row in connection.execute(objections).mappings()],
        reviews=[review_of(row) for row in connection.execute(looked_at).mappings()],
        labels=[label_of(row) for row in connection.execute(found).mappings()],
        later=[decision_of(row) for row in connection.execute(later).mappings()],
    )
