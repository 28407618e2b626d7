"""What is on sale (货架)."""

from collections.abc import Callable
from typing import Final

from data.simulate.agenda import Agenda
from data.simulate.dice import Dice
from data.simulate.fashion import Fashion
from data.simulate.offers import Offer

_LIFE: Final = (35.0, 0.7)
"""Days that a listing stays on sale: median and log-spread. Assumed."""


class Shelf:
    """The offers that can be bought, or can be from tomorrow on.

    ``then`` is told of each that is put there.
    """

    def __init__(
        self, agenda: Agenda, fashion: Fashion, dice: Dice, then: Callable[[Offer], None]
    ) -> None:
        self._offers: dict[str, Offer] = {}
        self._agenda = agenda
        self._fashion = fashion
        self._dice = dice
        self._then = then

    def __contains__(self, offer: Offer) -> bool:
        return offer.data_id in self._offers

    def today(self) -> list[Offer]:
        """What can be bought today; what has run out, or whose shop is closed, goes."""
        today = self._agenda.day
        self._offers = {
            data_id: offer
            for data_id, offer in self._offers.items()
            if today < offer.until and offer.shop.closed is None
        }
        return [offer for offer in self._offers.values() if offer.live_from <= today]

    def put(self, offer: Offer) -> None:
        """Sell an offer from tomorrow on."""
        offer.live_from = self._agenda.day + 1
        life = self._dice.about("life", offer.key).log_normal(*_LIFE)
        offer.until = self._agenda.day + 2 + int(life)
        offer.times_on_sale += 1
        offer.intercepted = False
        self._offers[offer.data_id] = offer
        if offer.mechanism is not None:
            self._fashion.got_through(offer.mechanism)
        self._then(offer)

    def take_down(self, offer: Offer) -> None:
        """Sell it no more."""
        self._offers.pop(offer.data_id, None)
