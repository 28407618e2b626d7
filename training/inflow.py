"""What comes in, and what share of it reviewers can look at (来量与产能)."""

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from data.ledger import Ledger
from data.ledger.arrivals import arrivals, cases_opened, count_flagged
from data.ledger.window import Window
from data.verdict import Kind
from training.operating import Demand
from training.work import Work

LOOKED_BACK: Final = timedelta(days=28)
_DAY: Final = timedelta(days=1)
_ENOUGH_FLAGGED: Final = 30
"""Flagged items without which each is taken to make a case of its own."""


class Inflow(NamedTuple):
    """Items a day, cases that a flagged item makes, cases a day for other reasons.

    A live room's flagged windows are one case, so a flagged item may make less than one.
    """

    items_a_day: float
    cases_per_flag: float = 1.0
    other_cases: float = 0.0

    def demand(self, work: Work) -> Demand:
        """The share of items that can be flagged so that reviewers keep up."""
        left = max(0.0, work.cases_a_day - self.other_cases)
        return Demand(work, left / (self.items_a_day * self.cases_per_flag))


def recent(kind: Kind, at: datetime) -> Window:
    """The four weeks up to an instant."""
    return Window(kind, at - LOOKED_BACK, at)


def inflow(ledger: Ledger, kind: Kind, at: datetime, work: Work) -> Inflow | None:
    """What came in during four weeks; the work's own figure counts before it. None where neither
    knows."""
    window = recent(kind, at)
    hours = arrivals(ledger, window)
    if not hours:
        return None if work.items_a_day is None else Inflow(work.items_a_day)
    days = max(1.0, (at - min(hours)) / _DAY)
    counted = sum(hours.values()) / days
    items = work.items_a_day or counted
    flagged, opened = count_flagged(ledger, window), cases_opened(ledger, window)
    ratio = opened.flagged / flagged if flagged >= _ENOUGH_FLAGGED else 1.0
    return Inflow(items, min(1.0, ratio) or 1.0, opened.others / days * items / counted)
