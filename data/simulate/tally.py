"""What a policy cost and saved in a simulated world (账目), week by week.

It is reckoned with the truth, for comparing policies on one world: no policy may see it.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from data.simulate.agenda import Agenda
from data.simulate.events import Stage
from data.simulate.offers import Offer

Whole = NDArray[np.int64]

HOURS: Final[Mapping[Stage, float]] = {
    "queue": 1 / 60,
    "random": 1 / 60,
    "after_sale": 5 / 60,
    "appeal": 10 / 60,
}
"""Hours that a case takes: 60 an hour (TAXONOMY.md §7, assumed there); the others assumed."""

LIFE: Final = 35
"""Days that a listing would have been on sale: the median of those that were. Assumed."""

_WEEK: Final = 7


class Week(NamedTuple):
    """One week of a world, or several added up (``total``), of listings since its first day.

    ``submitted`` counts versions and relistings too; ``bad_submitted`` those that deserve a
    label. ``orders`` are all orders, ``bad_orders`` those of bad listings, ``wronged`` their
    buyers who got what they did not pay for. ``stopped`` bad listings were intercepted before
    anyone could buy, ``let_through`` went on sale, ``taken_down`` later were. ``honest_blocked``
    honest listings were intercepted, by the policy or a reviewer, at the gate or later. While
    these and the honest ones under review were not on sale, ``days_lost`` listing-days and
    ``yuan_lost`` of expected orders were lost. ``reviews`` were decided in ``review_hours``,
    appeals included; ``waiting`` cases had no reviewer yet at the end.
    """

    submitted: int = 0
    bad_submitted: int = 0
    orders: int = 0
    bad_orders: int = 0
    wronged: int = 0
    stopped: int = 0
    let_through: int = 0
    taken_down: int = 0
    honest_blocked: int = 0
    days_lost: int = 0
    yuan_lost: float = 0.0
    reviews: int = 0
    review_hours: float = 0.0
    waiting: int = 0


def total(weeks: Iterable[Week]) -> Week:
    """The sum of the weeks; ``waiting`` is that of the last.

    >>> total([Week(reviews=2, waiting=9), Week(reviews=3, waiting=4)])._asdict()["reviews"]
    5
    """
    told = list(weeks)
    if not told:
        return Week()
    return Week(*map(sum, zip(*told, strict=True)))._replace(waiting=told[-1].waiting)


class _Away(NamedTuple):
    """An honest offer that is not on sale, and the days on which it could be."""

    offer: Offer
    since: int
    until: int


class Tally:
    """Keeps the account of a world while it happens."""

    def __init__(self, agenda: Agenda) -> None:
        self._agenda = agenda
        self._counts: defaultdict[int, Counter[str]] = defaultdict(Counter)
        self._amounts: defaultdict[int, defaultdict[str, float]]
        self._amounts = defaultdict(lambda: defaultdict(float))
        self._waiting: dict[int, int] = {}
        self._away: dict[str, _Away] = {}

    def weeks(self) -> list[Week]:
        """The weeks so far, the first of them first; the last may be cut short."""
        last = max(self._waiting, default=-1)
        return [self._week(number) for number in range(last + 1)]

    def submitted(self, offer: Offer, version_of: str | None) -> None:
        """A listing was handed in; a new version takes the place of the one before."""
        if not offer.told:
            return
        self._count("submitted")
        self._away.pop(version_of or "", None)
        if offer.codes:
            self._count("bad_submitted")
        else:
            tomorrow = self._agenda.day + 1
            self._away[offer.data_id] = _Away(offer, tomorrow, tomorrow + LIFE)

    def put_on_sale(self, offer: Offer) -> None:
        """A listing can be bought from tomorrow on."""
        self._away.pop(offer.data_id, None)
        if offer.told and offer.codes and offer.times_on_sale == 1:
            self._count("let_through")

    def intercepted(self, offer: Offer) -> None:
        """A listing was stopped, or taken down."""
        if not offer.told:
            return
        if offer.codes:
            self._count("taken_down" if offer.times_on_sale else "stopped")
            return
        self._count("honest_blocked")
        if offer.times_on_sale:
            self._away[offer.data_id] = _Away(offer, self._agenda.day, offer.until)

    def reviewed(self, offer: Offer, stage: Stage) -> None:
        """A reviewer decided."""
        if offer.told:
            self._count("reviews")
            self._add("review_hours", HOURS[stage])

    def sold(self, offers: Sequence[Offer], orders: Whole, wronged: Whole) -> None:
        """A day's orders of these offers, and their wronged buyers."""
        told = np.fromiter((offer.told for offer in offers), np.bool_, len(offers))
        bad = told & np.fromiter((bool(offer.codes) for offer in offers), np.bool_, len(offers))
        self._count("orders", int(orders[told].sum()))
        self._count("bad_orders", int(orders[bad].sum()))
        self._count("wronged", int(wronged[bad].sum()))

    def end_day(self, level: float, waiting: int) -> None:
        """A day is over: ``level`` was demand, so many cases wait for a reviewer."""
        today = self._agenda.day
        if not self._agenda.told:
            return
        self._waiting[today // _WEEK] = waiting
        self._away = {name: away for name, away in self._away.items() if today < away.until}
        lost = [away.offer for away in self._away.values() if away.since <= today]
        self._count("days_lost", len(lost))
        self._add("yuan_lost", sum(level * o.rate * o.fields["price"] for o in lost))

    def _count(self, what: str, number: int = 1) -> None:
        if self._agenda.told:
            self._counts[self._agenda.day // _WEEK][what] += number

    def _add(self, what: str, amount: float) -> None:
        if self._agenda.told:
            self._amounts[self._agenda.day // _WEEK][what] += amount

    def _week(self, number: int) -> Week:
        amounts = self._amounts[number]
        return Week(
            **self._counts[number],
            waiting=self._waiting[number],
            yuan_lost=round(amounts["yuan_lost"], 2),
            review_hours=round(amounts["review_hours"], 4),
        )
