"""What came in when, and what of it a person had to see (来量): what a forecast rests on."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, or_, select

from data.ledger.instants import instant_text
from data.ledger.store import Ledger
from data.ledger.tables import cases, decisions
from data.ledger.window import Window, is_first_answer
from data.verdict import Kind


class CasesOpened(NamedTuple):
    """Cases that were opened in a window: because items were flagged, and for other reasons."""

    flagged: int
    others: int


def arrivals(ledger: Ledger, window: Window) -> dict[datetime, int]:
    """How many contents were answered for the first time in each hour, by its beginning in UTC.

    Hours in which nothing came are left out.
    """
    hour = func.substr(decisions.c.decided_at, 1, 13)
    query = select(hour, func.count()).where(is_first_answer(window)).group_by(hour)
    with ledger.reading() as connection:
        return {
            datetime.fromisoformat(f"{text}:00:00+00:00"): int(count)
            for text, count in connection.execute(query)
        }


def cases_opened(ledger: Ledger, window: Window) -> CasesOpened:
    """How many cases of the kind were opened in the window."""
    flagged = cases.c.source == "flagged"
    query = (
        select(flagged, func.count())
        .where(cases.c.kind == window.kind, window.holds(cases.c.opened_at))
        .group_by(flagged)
    )
    with ledger.reading() as connection:
        found = {bool(is_flagged): int(count) for is_flagged, count in connection.execute(query)}
    return CasesOpened(flagged=found.get(True, 0), others=found.get(False, 0))


def count_flagged(ledger: Ledger, window: Window) -> int:
    """How many contents were flagged when they were answered for the first time in the window."""
    query = select(func.count()).select_from(decisions)
    flagged = query.where(is_first_answer(window), decisions.c.suggestion != "pass")
    with ledger.reading() as connection:
        return int(connection.execute(flagged).scalar_one())


def waiting_cases(ledger: Ledger, kind: Kind, at: datetime) -> int:
    """How many cases of the kind were open at an instant."""
    instant = instant_text(at)
    query = (
        select(func.count())
        .select_from(cases)
        .where(
            cases.c.kind == kind,
            cases.c.opened_at <= instant,
            or_(cases.c.closed_at.is_(None), cases.c.closed_at > instant),
        )
    )
    with ledger.reading() as connection:
        return int(connection.execute(query).scalar_one())
