"""A simulated marketplace over some days (模拟市场): merchants, listings, buyers, the platform.

Everything here is made up. A number measured on it is about the simulation only. What happens is
decided by what merchants and goods are, which no record tells; merchants' figures are counted
from what happened before.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import Final, Literal, NamedTuple, get_args

from data.brands import Brand, load_brands
from data.simulate.aftersale import Trade
from data.simulate.agenda import Agenda
from data.simulate.dice import Dice
from data.simulate.enforcement import Platform
from data.simulate.events import Event, ReviewerTruth, Submitted, known_at
from data.simulate.fashion import LATER, Fashion
from data.simulate.history import History
from data.simulate.market import Market
from data.simulate.merchants import Kind, shares
from data.simulate.offers import Offer
from data.simulate.oversight import Oversight
from data.simulate.register import Register
from data.simulate.rooms import Rooms
from data.simulate.schedule import CHINA, demand
from data.simulate.sellers import Sellers
from data.simulate.shelf import Shelf
from data.taxonomy import load_taxonomy

DriftKind = Literal["disguise", "mix", "price"]
"""What may change: the disguises in use, how many merchants are bad, what goods cost."""

DRIFTS: Final[tuple[DriftKind, ...]] = get_args(DriftKind)

MAX_MERCHANTS: Final = 100_000
MAX_DAYS: Final = 730
WARM_UP: Final = 40
"""Days that are simulated before the first that is told, so that figures have a past."""

_PRICE_DRIFT: Final = 1.35


class Drift(NamedTuple):
    """A change that begins on a day, counted from 0."""

    kind: DriftKind
    day: int


def simulate_world(
    merchants: int,
    days: int,
    seed: int,
    start: datetime,
    *,
    mix: Mapping[Kind, float] | None = None,
    drift: Drift | None = None,
    brands: Sequence[Brand] | None = None,
    listings_only: bool = False,
) -> Iterator[Event]:
    """What happens from ``start`` on for ``days`` days among so many merchants, day by day.

    ``start`` is a midnight in China, or the day in China that it falls on. ``mix`` are the
    shares of the kinds, by default those at intake. Within a day events of one sort come in the
    order of their instants. The same arguments give the same events. Memory does not grow with
    the days. ``listings_only`` leaves out all events but ``Submitted``, which is quicker; the
    rest happens all the same.

    Raises ValueError for a number of merchants or days that is not allowed.
    """
    if not 1 <= merchants <= MAX_MERCHANTS:
        raise ValueError(f"merchants is {merchants}; 1 to {MAX_MERCHANTS} are allowed")
    if not 1 <= days <= MAX_DAYS:
        raise ValueError(f"days is {days}; 1 to {MAX_DAYS} are allowed")
    if seed < 0:
        raise ValueError(f"seed is {seed}; 0 or more is allowed")
    if drift is not None and not 0 <= drift.day < days:
        raise ValueError(f"the drift begins on day {drift.day}; 0 to {days - 1} are allowed")
    midnight = start.astimezone(CHINA).replace(hour=0, minute=0, second=0, microsecond=0)
    known = load_brands() if brands is None else brands
    world = _World(merchants, seed, midnight, mix or shares(None), known, listings_only)
    return world.run(days, drift)


class _World:
    """The parts of a world, and the order in which they act on a day."""

    def __init__(
        self,
        merchants: int,
        seed: int,
        start: datetime,
        mix: Mapping[Kind, float],
        brands: Sequence[Brand],
        listings_only: bool,
    ) -> None:
        severity = {label.code: label.severity for label in load_taxonomy().labels}
        dice, voices = Dice(seed), Dice(seed + 1)
        self.listings_only = listings_only
        self.agenda = Agenda(start, -WARM_UP)
        self.market = Market(brands)
        self.fashion = Fashion()
        self.history = History(merchants)
        self.trade = Trade(self.history, dice, voices, start)
        self.register = Register(self.agenda, self.history, dice, merchants, mix, severity)
        self.shelf = Shelf(self.agenda, self.fashion, dice, self._on_sale)
        self.platform = Platform(
            self.agenda,
            self.register,
            self.shelf,
            self.market,
            self.fashion,
            dice,
            voices,
            merchants=merchants,
            intercepted=self._intercepted,
        )
        self.sellers = Sellers(
            self.agenda,
            self.register,
            self.shelf,
            self.platform,
            self.market,
            self.fashion,
            dice,
        )
        self.rooms = Rooms(self.agenda, self.shelf, voices)
        self.oversight = Oversight(
            self.agenda, self.shelf, self.platform, self.trade, dice, merchants
        )

    def run(self, days: int, drift: Drift | None) -> Iterator[Event]:
        self.register.found()
        for day in range(-WARM_UP, days):
            self.agenda.day = day
            self.history.begin(day)
            self.platform.begin_day()
            if day == 0 and not self.listings_only:
                yield from self._first_truths()
            events = self._today()
            if drift is not None and day == drift.day:
                events = chain(self._drift(drift.kind), events)
            yield from self._in_order(events)

    def _first_truths(self) -> Iterator[Event]:
        for reviewer in self.platform.reviewers:
            yield ReviewerTruth(
                reviewer=reviewer.reviewer_id,
                overlooks=reviewer.overlooks,
                imagines=reviewer.imagines,
            )
        yield from map(self.register.truth_of, self.register.shops)

    def _in_order(self, events: Iterator[Event]) -> list[Event]:
        if self.listings_only:
            events = (event for event in events if isinstance(event, Submitted))
        return sorted(events, key=known_at)

    def _today(self) -> Iterator[Event]:
        """One day. Goods are sold last, so that what was taken down today is not sold today."""
        yield from self.register.enter()
        yield from self.sellers.submit()
        yield from self._hear()
        on_sale = self.shelf.today()
        self.trade.pay_for_praise(self.agenda.day, on_sale)
        self.sellers.move_prices(on_sale)
        self.oversight.test(on_sale)
        self.oversight.notify(on_sale)
        yield from self.agenda.work()
        yield from self._sell()

    def _hear(self) -> Iterator[Event]:
        for saying in self.trade.heard(self.agenda.day, self.oversight.on_complaint):
            if saying.offer.told and not self.listings_only:
                yield self.trade.record(saying)

    def _sell(self) -> Iterator[Event]:
        level = demand(self.agenda.midnight.date())
        yield from self.trade.sell(self.agenda.day, self.shelf.today(), level)

    def _on_sale(self, offer: Offer) -> None:
        self.sellers.on_sale(offer)
        if not self.listings_only:
            self.rooms.on_sale(offer)

    def _intercepted(self, offer: Offer, decision_id: str, points: float) -> None:
        self.sellers.intercepted(offer, decision_id, points)

    def _drift(self, kind: DriftKind) -> Iterator[Event]:
        match kind:
            case "disguise":
                self.fashion.replace(LATER)
            case "mix":
                yield from self.register.enter_bad()
            case "price":
                self.market.level = _PRICE_DRIFT
                self.market.fakes_priced_as_genuine = True
