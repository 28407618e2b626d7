"""Past traffic (历史流量): what was decided during a time, to be judged again."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, select

from data.ledger.decisions import Decision
from data.ledger.instants import instant_text
from data.ledger.store import Ledger, decision_of
from data.ledger.tables import decisions
from data.verdict import Kind


class Traffic(NamedTuple):
    """The last decision on each content of an item, newest first, and how many there were.

    Where ``total`` is more than there are decisions, these are a random sample of them.
    """

    decisions: list[Decision]
    total: int


def traffic(
    ledger: Ledger, kind: Kind, since: datetime, until: datetime, most: int = 20_000
) -> Traffic:
    """What was decided at ``since`` or later and before ``until``, ``most`` of it.

    The sample is the same every time: it goes by the decisions' ids, which are hashes.
    """
    age = func.row_number().over(
        partition_by=(decisions.c.data_id, decisions.c.content_hash),
        order_by=(decisions.c.decided_at.desc(), decisions.c.decision_id.desc()),
    )
    aged = (
        select(decisions.c.decision_id, age.label("age"))
        .where(
            decisions.c.kind == kind,
            decisions.c.decided_at >= instant_text(since),
            decisions.c.decided_at < instant_text(until),
        )
        .subquery()
    )
    last = select(aged.c.decision_id).where(aged.c.age == 1)
    drawn = last.order_by(aged.c.decision_id).limit(most)
    chosen = (
        select(decisions)
        .where(decisions.c.decision_id.in_(drawn))
        .order_by(decisions.c.decided_at.desc(), decisions.c.decision_id)
    )
    with ledger.reading() as connection:
        total = connection.execute(select(func.count()).select_from(last.subquery())).scalar_one()
        found = [decision_of(row) for row in connection.execute(chosen).mappings()]
    return Traffic(found, int(total))
