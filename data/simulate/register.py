"""Who has a shop (商家名册): shops open, are punished, close and open anew."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Final

from data.brands import Brand
from data.listing import Merchant
from data.simulate.agenda import Agenda
from data.simulate.catalogue import CATALOGUE
from data.simulate.dice import Dice
from data.simulate.events import Event, ShopTruth
from data.simulate.history import History
from data.simulate.merchants import BAD, GANG, Kind, Shop, kind_of, open_shop

# All assumed.
_ENTRANTS: Final = 0.002
"""New shops a day and merchant."""

_SHARES_A_WAREHOUSE: Final = 0.10
_LARGEST_GANG: Final = 5
_POINTS: Final = {1: 1.0, 2: 1.0, 3: 3.0, 4: 6.0}
"""Points (扣分) by the severity of the label."""

_YEAR: Final = 365
_SANCTIONED: Final = 12.0
_CLOSED: Final = 24.0
_OPENS_ANEW: Final = 0.7
_MIXED_ENTRANTS: Final = 0.10


class Register:
    """The shops of a world that began with so many ``merchants``, of kinds as in ``mix``.

    ``severity`` is that of each label.
    """

    def __init__(
        self,
        agenda: Agenda,
        history: History,
        dice: Dice,
        merchants: int,
        mix: Mapping[Kind, float],
        severity: Mapping[str, int],
    ) -> None:
        self.shops: list[Shop] = []
        self._by_operator: defaultdict[int, list[Shop]] = defaultdict(list)
        self._operators = 0
        self._agenda = agenda
        self._history = history
        self._dice = dice
        self._merchants = merchants
        self._mix = mix
        self._severity = severity

    def found(self) -> None:
        """The shops that are there from the beginning."""
        while len(self.shops) < self._merchants:
            kind = kind_of(self._mix, self._dice)
            operator = self._operator(kind, self._dice)
            self._open(kind, operator, None, key=str(len(self.shops)))
        for shop in self.shops:
            # signals.md §2: now and then an honest shop shares a warehouse with a stranger.
            if self._dice.chance(_SHARES_A_WAREHOUSE):
                shop.linked = (self._dice.number(0, self._operators - 1),)

    def enter(self) -> Iterator[Event]:
        """The shops that open today of themselves."""
        dice = self._dice.about("enter", self._agenda.day)
        for number in range(dice.poisson(_ENTRANTS * self._merchants)):
            yield from self._newcomer(kind_of(self._mix, dice), f"e{number}", dice)

    def enter_bad(self) -> Iterator[Event]:
        """Many bad merchants at once: the drift of the mix."""
        dice = self._dice.about("enter_bad", self._agenda.day)
        for number in range(round(_MIXED_ENTRANTS * self._merchants)):
            kind: Kind = "counterfeit" if dice.chance(0.5) else "inferior"
            yield from self._newcomer(kind, f"b{number}", dice)

    def open_shops(self) -> list[Shop]:
        """The shops that may submit."""
        return [shop for shop in self.shops if shop.closed is None]

    def open_shops_of(self, operator: int) -> list[Shop]:
        """The shops of one operator that may submit."""
        return [shop for shop in self._by_operator[operator] if shop.closed is None]

    def truth_of(self, shop: Shop) -> ShopTruth:
        """What a shop is."""
        return ShopTruth(
            shop=shop.merchant_id,
            operator=operator_id(shop),
            latent_kind=shop.kind,
            dress=shop.dress,
            opened_on=self._agenda.midnight_of(shop.opened).date().isoformat(),
        )

    def merchant(self, shop: Shop, brand: Brand | None) -> Merchant:
        """The merchant as the platform knows it at today's midnight."""
        if brand is not None and brand.name not in shop.authorised:
            dice = self._dice.about("authorised", shop.key, brand.name)
            shop.authorised[brand.name] = dice.chance(shop.authorises)
        today = self._agenda.day
        return Merchant(
            merchant_id=shop.merchant_id,
            type=shop.type,
            tenure_days=float(today - shop.opened),
            deposit_ratio=shop.deposit,
            authorised_brands=[name for name, allowed in shop.authorised.items() if allowed],
            violation_points_365d=sum(p for day, p in shop.points if today - _YEAR <= day < today),
            linked_sanctioned_shops=self._sanctioned_beside(shop),
            ip_notices=sum(day < today for day in shop.notices),
            as_of=self._agenda.midnight,
            **self._history.figures(shop.number)._asdict(),
        )

    def punish(self, shop: Shop, codes: Sequence[str]) -> float:
        """Give points for a violation, and say how many; enough of them sanction, and close."""
        today = self._agenda.day
        points = max((_POINTS[self._severity[code]] for code in codes), default=0.0)
        shop.points.append((today, points))
        total = sum(p for day, p in shop.points if day >= today - _YEAR)
        if total >= _SANCTIONED and shop.sanctioned is None:
            shop.sanctioned = today
        if total >= _CLOSED and shop.closed is None:
            self._close(shop)
        return points

    def pardon(self, shop: Shop, points: float) -> None:
        """Take points back after an appeal."""
        shop.points.append((self._agenda.day, -points))

    def _close(self, shop: Shop) -> None:
        shop.closed = self._agenda.day
        dice = self._dice.about("close", shop.key)
        if shop.kind in BAD and dice.chance(_OPENS_ANEW):
            again = partial(self._new_shop, shop.kind, shop.operator, f"{shop.key}+")
            self._agenda.put_off(dice.number(3, 20), again)

    def _sanctioned_beside(self, shop: Shop) -> int:
        """How many sanctioned shops the platform can tie to this one."""
        operators = (shop.operator, *shop.linked) if shop.tied else shop.linked
        return sum(
            other is not shop
            and other.sanctioned is not None
            and other.sanctioned < self._agenda.day
            for operator in operators
            for other in self._by_operator[operator]
        )

    def _operator(self, kind: Kind, dice: Dice) -> int:
        """A new operator, or one that has a shop of the kind already: a gang (团伙)."""
        if self.shops and kind in BAD and dice.chance(GANG[kind]):
            last = next((s for s in reversed(self.shops[-200:]) if s.kind == kind), None)
            if last is not None and len(self._by_operator[last.operator]) < _LARGEST_GANG:
                return last.operator
        self._operators += 1
        return self._operators - 1

    def _open(self, kind: Kind, operator: int, opened: int | None, key: str) -> Shop:
        number, today = len(self.shops), self._agenda.day
        dice = self._dice.about("shop", key)
        shop = open_shop(number, kind, operator, opened, len(CATALOGUE), today, dice, key)
        self.shops.append(shop)
        self._by_operator[operator].append(shop)
        self._history.reserve(number + 1)
        return shop

    def _newcomer(self, kind: Kind, name: str, dice: Dice) -> Iterator[Event]:
        key = f"{self._agenda.day}{name}"
        yield from self._new_shop(kind, self._operator(kind, dice), key)

    def _new_shop(self, kind: Kind, operator: int, key: str) -> Iterator[Event]:
        shop = self._open(kind, operator, self._agenda.day, key)
        if self._agenda.told:
            yield self.truth_of(shop)


def operator_id(shop: Shop) -> str:
    """How the truth names who stands behind a shop."""
    return f"sim-o{shop.operator:06d}"
