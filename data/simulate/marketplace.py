"""The parts of a simulated world, and the order in which they act on a day (一天)."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from data.brands import Brand
from data.simulate.aftersale import Trade
from data.simulate.agenda import Agenda
from data.simulate.desk import Desk
from data.simulate.dice import Dice
from data.simulate.drift import Change, Drift, Turn
from data.simulate.enforcement import Platform
from data.simulate.events import Event, ReviewerTruth
from data.simulate.fashion import LATER, Fashion
from data.simulate.history import History
from data.simulate.market import Market
from data.simulate.merchants import Kind
from data.simulate.offers import Offer
from data.simulate.oversight import Oversight
from data.simulate.register import Register
from data.simulate.reviewers import hire
from data.simulate.rooms import Rooms
from data.simulate.schedule import demand
from data.simulate.sellers import Sellers
from data.simulate.shelf import Shelf
from data.simulate.tally import Tally
from data.taxonomy import load_taxonomy

WARM_UP: Final = 40
"""Days that are simulated before the first that is told, so that figures have a past."""

_PRICE_DRIFT: Final = 1.35
_MERCHANTS_A_REVIEWER: Final = 300


class Plan(NamedTuple):
    """What a world begins with.

    Without ``has_rooms`` and ``has_words`` there are no live rooms and no records of what buyers
    say; the rest happens all the same. ``has_desk`` makes cases wait for reviewers, who decide on
    ``capacity`` of them a day. ``warm_up`` days go by before the first that is told.
    """

    merchants: int
    start: datetime
    mix: Mapping[Kind, float]
    brands: Sequence[Brand]
    has_rooms: bool = True
    has_words: bool = True
    has_desk: bool = False
    capacity: int | None = None
    warm_up: int = WARM_UP


class Marketplace:
    """All parts of a world. ``dice`` draws what happens, ``voices`` words and live rooms."""

    def __init__(self, plan: Plan, dice: Dice, voices: Dice) -> None:
        severity = {label.code: label.severity for label in load_taxonomy().labels}
        reviewers = hire(max(3, plan.merchants // _MERCHANTS_A_REVIEWER), dice)
        self._has_rooms = plan.has_rooms
        self._has_words = plan.has_words
        self._tomorrow = -plan.warm_up
        self.agenda = Agenda(plan.start, self._tomorrow)
        self.tally = Tally(self.agenda)
        self._market = Market(plan.brands)
        self._fashion = Fashion()
        self._history = History(plan.merchants)
        self._trade = Trade(self._history, self.tally, dice, voices, plan.start)
        self._register = Register(
            self.agenda, self._history, dice, plan.merchants, plan.mix, severity
        )
        self._shelf = Shelf(self.agenda, self._fashion, dice, self._on_sale)
        self.platform = Platform(
            self.agenda,
            self._register,
            self._shelf,
            self._market,
            self._fashion,
            self.tally,
            dice,
            voices,
            reviewers=reviewers,
            desk=Desk(reviewers[1:], plan.capacity) if plan.has_desk else None,
            intercepted=self._intercepted,
        )
        self._sellers = Sellers(
            self.agenda,
            self._register,
            self._shelf,
            self.platform,
            self._market,
            self._fashion,
            self.tally,
            dice,
        )
        self._rooms = Rooms(self.agenda, self._shelf, voices)
        self._oversight = Oversight(
            self.agenda, self._shelf, self.platform, self._trade, dice, plan.merchants
        )
        self._register.found()

    def warm_up(self) -> None:
        """Let the days go by that are not told."""
        while self._tomorrow < 0:
            for _ in self.next_day():
                pass

    def next_day(self, changes: Sequence[Change] = ()) -> Iterator[Event]:
        """What happens on the next day, which begins with these changes; the truth too.

        Nothing happens until it is asked for, and all of it must be.
        """
        self.agenda.day = self._tomorrow
        self._tomorrow += 1
        self._history.begin(self.agenda.day)
        self.platform.begin_day()
        for change in changes:
            yield from self._change(change)
        yield from self._today()

    def first_truths(self) -> Iterator[Event]:
        """What reviewers and shops are that are there at the beginning."""
        for reviewer in self.platform.reviewers:
            yield ReviewerTruth(
                reviewer=reviewer.reviewer_id,
                overlooks=reviewer.overlooks,
                imagines=reviewer.imagines,
            )
        yield from map(self._register.truth_of, self._register.shops)

    def _today(self) -> Iterator[Event]:
        """One day. Goods are sold last, so that what was taken down today is not sold today."""
        yield from self._register.enter()
        yield from self._sellers.submit()
        yield from self._hear()
        on_sale = self._shelf.today()
        self._trade.pay_for_praise(self.agenda.day, on_sale)
        self._sellers.move_prices(on_sale)
        self._oversight.test(on_sale)
        self._oversight.notify(on_sale)
        yield from self.agenda.work()
        yield from self.platform.decide()
        yield from self.platform.review()
        yield from self._sell()

    def _hear(self) -> Iterator[Event]:
        for saying in self._trade.heard(self.agenda.day, self._oversight.on_complaint):
            if saying.offer.told and self._has_words:
                yield self._trade.record(saying)

    def _sell(self) -> Iterator[Event]:
        level = demand(self.agenda.midnight.date())
        yield from self._trade.sell(self.agenda.day, self._shelf.today(), level)
        self.tally.end_day(level, self.platform.waiting)

    def _on_sale(self, offer: Offer) -> None:
        self.tally.put_on_sale(offer)
        self._sellers.on_sale(offer)
        if self._has_rooms:
            self._rooms.on_sale(offer)

    def _intercepted(self, offer: Offer, decision_id: str, points: float) -> None:
        self._sellers.intercepted(offer, decision_id, points)

    def _change(self, change: Change) -> Iterator[Event]:
        match change:
            case Turn(_, mechanisms, jargon, confusing):
                if mechanisms:
                    self._fashion.replace(mechanisms)
                self._market.slang.change(jargon, confusing)
            case Drift("disguise"):
                self._fashion.replace(LATER)
            case Drift("mix"):
                yield from self._register.enter_bad()
            case Drift("price"):
                self._market.level = _PRICE_DRIFT
                self._market.fakes_priced_as_genuine = True
