"""What merchants know of each other (行情): brand prices, numbers in use, pages worth copying."""

from collections import deque
from collections.abc import Sequence
from typing import Any, Final

from data.brands import Brand
from data.simulate.catalogue import Goods
from data.simulate.dice import Dice
from data.simulate.slang import Slang

Fields = dict[str, Any]
"""The fields of a ``Listing`` but for its id, its instant and its merchant."""

_COPIES: Final = 40


class Market:
    """What merchants know of each other: brand prices, numbers in use, listings worth copying."""

    def __init__(self, brands: Sequence[Brand]) -> None:
        self.brands = {brand.brand_id: brand for brand in brands}
        self.level = 1.0
        """Prices against those at the beginning."""
        self.fakes_priced_as_genuine = False
        """Whether sellers of fakes ask what the genuine goods cost."""
        self.slang = Slang()
        self._factors: dict[tuple[str, str], float] = {}
        self._numbers: dict[tuple[str, str], deque[str]] = {}
        self._honest: dict[int, deque[tuple[str, Fields]]] = {}

    def factor(self, brand: Brand, goods: Goods, dice: Dice) -> float:
        """How much dearer a brand is for these goods: one number for all its listings."""
        key = (brand.brand_id, goods.nouns[0])
        if key not in self._factors:
            self._factors[key] = dice.log_normal(goods.brand_factor, 0.3)
        return self._factors[key]

    def usual(self, brand: str | None, goods: Goods) -> float:
        """What such goods of such a brand usually cost, in yuan."""
        return goods.price * self.level * self._factors.get((brand or "", goods.nouns[0]), 1.0)

    def branded(self, goods: Goods) -> list[Brand]:
        """The brands that make such goods."""
        return [self.brands[brand_id] for brand_id in goods.brands if brand_id in self.brands]

    def note_number(self, key: str, sc_class: str, number: str) -> None:
        """A genuine number went public."""
        self._numbers.setdefault((key, sc_class), deque(maxlen=_COPIES)).append(number)

    def borrowed(self, key: str, sc_class: str, dice: Dice) -> str | None:
        """A genuine number that belongs to someone else."""
        numbers = self._numbers.get((key, sc_class))
        return dice.pick(numbers) if numbers else None

    def note_honest(self, goods: int, data_id: str, fields: Fields) -> None:
        """An honest listing went public; others may copy it."""
        self._honest.setdefault(goods, deque(maxlen=_COPIES)).append((data_id, fields))

    def copied(self, goods: int, dice: Dice) -> tuple[str, Fields] | None:
        """An honest listing of such goods, for a seller who copies text and pictures."""
        honest = self._honest.get(goods)
        return dice.pick(honest) if honest else None
