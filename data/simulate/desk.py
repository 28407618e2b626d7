"""The reviewers' desk (审核台): cases wait there until someone has time for them."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from heapq import heappop, heappush
from math import inf
from typing import Final, NamedTuple

from data.simulate.cases import Case
from data.simulate.reviewers import CASES_A_DAY, Reviewer

# When reviewers work. Assumed.
_BEGINS: Final = timedelta(hours=9)
_WORKS: Final = timedelta(hours=9)


class Taken(NamedTuple):
    """A case, who decided on it, and when."""

    case: Case
    reviewer: Reviewer
    at: datetime


class Desk:
    """Cases that wait for a reviewer, and the order in which they are taken.

    ``capacity`` is how many all ``reviewers`` together decide on a day, evenly from 9 to 18
    o'clock; by default 8 each. What was complained of and what was drawn at random comes first,
    then what is likeliest to be a violation, then what waits longest.
    """

    def __init__(self, reviewers: list[Reviewer], capacity: int | None = None) -> None:
        self.capacity = len(reviewers) * CASES_A_DAY if capacity is None else capacity
        self._reviewers = reviewers
        self._waiting: list[tuple[float, datetime, int, Case]] = []
        self._arriving: list[tuple[datetime, int, Case]] = []
        self._count = 0

    def __len__(self) -> int:
        return len(self._waiting) + len(self._arriving)

    def add(self, case: Case, since: datetime) -> None:
        """Let a case wait from an instant on."""
        self._count += 1
        heappush(self._arriving, (since, self._count, case))

    def work(self, midnight: datetime) -> Iterator[Taken]:
        """The cases that are decided on the day that begins at ``midnight``, in their order."""
        for number in range(self.capacity):
            at = midnight + _BEGINS + (number + 1) / self.capacity * _WORKS
            at = at.replace(microsecond=0)
            self._let_in(at)
            if self._waiting:
                *_, case = heappop(self._waiting)
                yield Taken(case, self._reviewers[number % len(self._reviewers)], at)

    def _let_in(self, until: datetime) -> None:
        while self._arriving and self._arriving[0][0] < until:
            since, number, case = heappop(self._arriving)
            heappush(self._waiting, (-_urgency(case), since, number, case))


def _urgency(case: Case) -> float:
    if case.stage != "queue":
        return inf
    return -inf if case.likelihood is None else case.likelihood
