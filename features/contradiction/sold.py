"""What goods cost and where their maker sits, against what the title makes of them (价与产)."""

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from data.listing import Listing
from data.mismatch import Floor, MadeIn
from features.contradiction.conflict import BASIS, claimed_words
from features.contradiction.units import UNIT_NUMBER, base_amount
from features.finding import Finding
from features.normalise import normalise
from features.prefilter import Prefiltered

_UNITS: Final = {"g": "weight", "ml": "volume", "mah": "charge"}
_UNIT_NAMES: Final = {"g": "克", "ml": "毫升", "mah": "毫安时", "gb": "GB"}
_GIGABYTES: Final = {"g": 1.0, "gb": 1.0, "t": 1000.0, "tb": 1000.0}
_STORAGE: Final = re.compile(r"(?<![\d.a-z+/])(\d{1,4}) ?(tb|gb|t|g)(?![a-z0-9])")
# The price is of the smallest of several, of a share of it, or of one of many.
_OTHER_PRICE: Final = re.compile(
    r"[\d一二三四五六七八九十][-~到至/][\d一二三四五六七八九十]|可选|任选|自选|多规格|起|定金|订金|预售|试用|试吃|"
    r"小样|样品|补差|邮费|专拍|链接|送|赠|抽|租|回收|券|每"
)
_NATIONWIDE: Final = re.compile(
    r"风味|味(?:道)?(?:的|$)|同款|工艺|做法|口味|调料包|配方|杯|壶|盒子|罐子|包装"
)
_LICENCE: Final = re.compile(r"^\s{0,2}(?:sc)?(\d{3})(\d{2})\d{9}")


class Sold:
    """The tables of lowest prices and of food made in one place, compiled once."""

    def __init__(self, floors: Sequence[Floor], made: Sequence[MadeIn]) -> None:
        self._floors = [_FloorRow(f, re.compile(f.named), re.compile(f.exempt)) for f in floors]
        self._made = [(row, re.compile(row.name)) for row in made]
        self._named = Prefiltered([row.named for row in self._floors])
        self._places = Prefiltered([name for _, name in self._made])

    def findings(self, listing: Listing, title: str) -> Iterator[Finding]:
        """Goods cheaper than what they are made of, and food made elsewhere than it claims."""
        if listing.condition == "new" and listing.price > 0:
            yield from self._below_floor(listing, title)
        number = (listing.licences or {}).get("food_sc")
        if number:
            yield from self._made_elsewhere(number, title)

    def _below_floor(self, listing: Listing, title: str) -> Iterator[Finding]:
        for index in self._named.candidates(title):
            row = self._floors[index]
            words = claimed_words(row.named, title)
            if words is None or row.exempt.search(title.replace(words, "‖")):
                continue
            amount = _amount(title, row.floor)
            if amount is None or _OTHER_PRICE.search(title):
                continue
            price = _price(listing, amount, row.floor)
            if price is not None and price < row.floor.least * amount:
                yield _too_cheap(row.floor, words, amount, price)
                return

    def _made_elsewhere(self, number: str, title: str) -> Iterator[Finding]:
        for index in self._places.candidates(title):
            row, name = self._made[index]
            words = claimed_words(name, title)
            province = _LICENCE.match(number.lower())
            if words is None or province is None or _NATIONWIDE.search(title):
                continue
            if province[2] not in row.province:
                yield _elsewhere(row, words, number, province[2])
                return


class _FloorRow(NamedTuple):
    """One lowest price, compiled."""

    floor: Floor
    named: re.Pattern[str]
    exempt: re.Pattern[str]


def _amount(title: str, floor: Floor) -> float | None:
    """The one amount that a title names in the floor's unit; None for none, several or absurd."""
    found = set(_sizes(title, floor.unit))
    if len(found) != 1:
        return None
    amount = found.pop()
    return amount if 0 < amount <= floor.most_amount else None


def _sizes(text: str, unit: str) -> Iterator[float]:
    if unit == "gb":
        yield from (float(n) * _GIGABYTES[u] for n, u in _STORAGE.findall(text))
        return
    for match in UNIT_NUMBER.finditer(text):
        amount = base_amount(match)
        if amount and amount[1] == _UNITS[unit]:
            yield amount[0]


def _price(listing: Listing, amount: float, floor: Floor) -> float | None:
    """What the amount costs: the dearest variant; None where variants are of other amounts."""
    skus = listing.skus or []
    if any(_sizes_differ(normalise(sku.name).text, amount, floor.unit) for sku in skus):
        return None
    return max([listing.price, *(sku.price for sku in skus)])


def _sizes_differ(name: str, amount: float, unit: str) -> bool:
    sizes = set(_sizes(name, unit))
    return bool(sizes) and sizes != {amount}


def _too_cheap(floor: Floor, words: str, amount: float, price: float) -> Finding:
    unit = _UNIT_NAMES[floor.unit]
    reason = (
        f"{amount:g}{unit}“{words}”只卖{price:g}元，低于原料价（每{unit}至少{floor.least:g}元）"
    )
    return _finding("price", words, "cheaper than its material", floor.certainty, reason)


def _elsewhere(row: MadeIn, words: str, number: str, province: str) -> Finding:
    reason = f"标题写“{words}”，生产许可证{number}的省份代码却是{province}"
    return _finding("licences.food_sc", number, "made in another province", row.certainty, reason)


def _finding(field: str, words: str, cue: str, certainty: float, reason: str) -> Finding:
    return Finding(
        code="spec_mismatch",
        field=field,
        text=words,
        cue=cue,
        basis=BASIS,
        certainty=certainty,
        reason_zh=reason,
    )
