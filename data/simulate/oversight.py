"""What makes the platform look again once goods are sold (售后监督): complaints, tests, notices."""

from collections.abc import Iterator
from functools import partial
from typing import Final

import numpy as np

from data.simulate.aftersale import Trade
from data.simulate.agenda import Agenda
from data.simulate.dice import Dice
from data.simulate.enforcement import Platform
from data.simulate.events import Event
from data.simulate.offers import Offer
from data.simulate.shelf import Shelf

# All assumed.
_TESTS: Final = 1 / 150
"""Laboratory tests a day and merchant; the most complained-of are taken."""

_TEST_FAILS: Final = {True: 0.95, False: 0.03}
_FOUND_BY_TEST: Final = frozenset({"counterfeit_brand", "inferior_quality", "spec_mismatch"})
_COMPLAINTS_FOR_A_CASE: Final = 3
_ACTS_ON_A_NOTICE: Final = 0.8


class Oversight:
    """What makes the platform look again at what is on sale."""

    def __init__(
        self,
        agenda: Agenda,
        shelf: Shelf,
        platform: Platform,
        trade: Trade,
        dice: Dice,
        merchants: int,
    ) -> None:
        self._agenda = agenda
        self._shelf = shelf
        self._platform = platform
        self._trade = trade
        self._dice = dice
        self._merchants = merchants

    def on_complaint(self, offer: Offer) -> None:
        """After several complaints a case is opened, once."""
        enough = offer.spoken_against >= _COMPLAINTS_FOR_A_CASE
        if enough and not offer.in_question and offer in self._shelf:
            offer.in_question = True
            case = partial(self._platform.look_again, offer, "after_sale")
            days = self._dice.about("case", offer.key).number(1, 3)
            self._agenda.put_off(days, case)

    def test(self, on_sale: list[Offer]) -> None:
        """Laboratory tests (抽检), aimed at risk: no base rate can be read off them."""
        today = self._agenda.day
        dice = self._dice.about("test", today)
        count = dice.poisson(_TESTS * self._merchants)
        candidates = dice.some(on_sale, 60 * count)
        candidates.sort(key=lambda o: -(o.spoken_against + dice.share()))
        for offer in candidates[:count]:
            fails = dice.chance(_TEST_FAILS[not _FOUND_BY_TEST.isdisjoint(offer.codes)])
            known = self._trade.test(today, offer, fails, dice)
            if fails:
                case = partial(self._platform.look_again, offer, "laboratory")
                self._agenda.put_off(known - today, case)

    def notify(self, on_sale: list[Offer]) -> None:
        """Rights-holders' notices: for fakes that sell, now and then for genuine goods."""
        chances = np.fromiter((offer.notices for offer in on_sale), np.float64, len(on_sale))
        drawn = self._dice.each(on_sale, "notices", self._agenda.day).random(len(on_sale))
        for index in np.flatnonzero(drawn < chances).tolist():
            dice = self._dice.about("notice", on_sale[index].key, self._agenda.day)
            self._trade.notify(self._agenda.day + 1, on_sale[index], dice)
            self._agenda.put_off(1, partial(self._noticed, on_sale[index], dice))

    def _noticed(self, offer: Offer, dice: Dice) -> Iterator[Event]:
        offer.shop.notices.append(self._agenda.day)
        if dice.chance(_ACTS_ON_A_NOTICE):
            yield from self._platform.look_again(offer, "rights_holder")
