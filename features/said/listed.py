"""What a listing states, in the form in which speech is held against it (商品所示)."""

import re
from collections.abc import Iterator
from functools import cached_property
from typing import Final, NamedTuple

from data.listing import Listing
from features.contradiction import Stated, stated
from features.normalise import normalise
from features.said.finding import Cited
from features.said.numbers import arabic

# A variant that is no goods has no price to hold a host to.
_NO_GOODS: Final = re.compile(
    r"定金|订金|样品|勿拍|别拍|体验|补差|差价|邮费|运费|备用|占位|小样|试用"
)
_SHOWN: Final = 80


class Price(NamedTuple):
    """A price that the listing shows, in yuan, and the path of its field."""

    field: str
    yuan: float


class Listed:
    """The facts of one listing, each folded once and only when it is asked for."""

    def __init__(self, listing: Listing, path: str = "listing") -> None:
        self.listing = listing
        self.path = path

    @cached_property
    def prices(self) -> tuple[Price, ...]:
        """What a buyer may be asked to pay: the price, and those of variants that are goods."""
        skus = enumerate(self.listing.skus or [])
        found = [Price(f"{self.path}.price", self.listing.price)] + [
            Price(f"{self.path}.skus[{number}].price", sku.price)
            for number, sku in skus
            if not _NO_GOODS.search(sku.name)
        ]
        return tuple(price for price in found if price.yuan > 0)

    @cached_property
    def title(self) -> str:
        """The folded title, with spoken numbers in digits."""
        return arabic(normalise(self.listing.title).text).text

    @cached_property
    def facts(self) -> tuple[Stated, ...]:
        """Attributes, origin and the pairs of the detail page, with spoken numbers in digits."""
        return tuple(fact._replace(value=arabic(fact.value).text) for fact in stated(self.listing))

    @cached_property
    def texts(self) -> tuple[Stated, ...]:
        """The texts that name goods and amounts: title, variants, attributes."""
        skus = enumerate(self.listing.skus or [])
        names = (
            Stated(f"skus[{number}].name", "规格", arabic(normalise(sku.name).text).text)
            for number, sku in skus
        )
        attributes = (fact for fact in self.facts if fact.field.startswith("attributes."))
        return (Stated("title", "标题", self.title), *names, *attributes)

    @cached_property
    def everything(self) -> str:
        """All the listing says of its goods, for what it must at least name."""
        listing = self.listing
        parts = [listing.category, listing.brand or "", listing.description or ""]
        folded = normalise("。".join(parts)).text
        return "。".join([folded, *(fact.value for fact in self.texts)])

    def named(self, names: re.Pattern[str]) -> Iterator[Stated]:
        """The facts whose name has the pattern."""
        return (fact for fact in self.facts if names.search(fact.name))

    def cite(self, fact: Stated) -> Cited:
        """The words of a fact where they stand in their field as sent.

        Where they cannot be found, since numbers were spelt out, the field's beginning stands
        for them.
        """
        field = f"{self.path}.{fact.field}"
        text = self._as_sent(fact.field)
        if not text:
            return Cited(field=field, start=None, end=None, text="")
        folded = normalise(text)
        at = folded.text.find(fact.value)
        start, end = folded.span(at, at + len(fact.value)) if at >= 0 else (0, len(text))
        end = min(end, start + _SHOWN)
        return Cited(field=field, start=start, end=end, text=text[start:end])

    def cite_price(self, price: Price) -> Cited:
        """A price with its path."""
        return Cited(field=price.field, start=None, end=None, text=f"{price.yuan:g}")

    def _as_sent(self, field: str) -> str | None:
        listing = self.listing
        if field.startswith("attributes."):
            return (listing.attributes or {}).get(field.removeprefix("attributes."))
        if match := re.fullmatch(r"skus\[(\d+)\]\.name", field):
            return (listing.skus or [])[int(match[1])].name
        value = getattr(listing, field, None)
        return value if isinstance(value, str) else None
