"""Prices against what the same brand and category usually costs (同类目同品牌中位价)."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from functools import cached_property
from statistics import median
from typing import Annotated, Final

from pydantic import Field

from data.listing import Listing
from data.record import Instant, Record
from data.registry import BrandRegistry
from features.brand import BrandIndex, Registered, authorised, brand_mentions
from features.normalise import normalise

MIN_COMPARABLES: Final = 20
"""Fewer comparable listings give no reference price."""


def price_ratio(price: float, median: float) -> float:
    """How cheap a listing is for its category: 1.0 is typical, 0.1 suspicious.

    Both arguments are yuan and must be positive.

    >>> price_ratio(50.0, median=200.0)
    0.25
    """
    if price <= 0 or median <= 0:
        raise ValueError(f"price {price} and median {median} must both be above 0 yuan")
    return price / median


def discount(price: float, list_price: float) -> float:
    """The share by which the price to pay lies below the crossed-out one (划线价).

    Below zero when it is the dearer of the two. ``list_price`` must be positive.

    >>> discount(50.0, list_price=200.0)
    0.75
    """
    if price < 0 or list_price <= 0:
        raise ValueError(f"list price {list_price} must be above 0 yuan, price {price} not below")
    return 1.0 - price / list_price


class ReferencePrice(Record):
    """The median price in yuan of ``count`` listings. An empty brand stands for all brands."""

    brand: str
    category: str
    median: Annotated[float, Field(gt=0)]
    count: Annotated[int, Field(ge=MIN_COMPARABLES)]


class ReferencePrices(Record):
    """Median prices by brand and category, from what was observed before ``as_of``."""

    as_of: Instant | None
    entries: tuple[ReferencePrice, ...]

    @cached_property
    def _medians(self) -> dict[tuple[str, str], float]:
        return {(e.brand, e.category): e.median for e in self.entries}

    def median(self, brand: str, category: str) -> float | None:
        """The median in yuan, or None below 20 comparables.

        >>> NO_REFERENCE_PRICES.median("nike", "运动/跑鞋") is None
        True
        """
        return self._medians.get((brand, normalise(category).text))


NO_REFERENCE_PRICES: Final = ReferencePrices(as_of=None, entries=())
"""Knows no price: every ratio is unknown."""


def brand_key(listing: Listing, brands: BrandIndex) -> str:
    """What a listing's price is compared under: the brand declared, or else named in the title.

    Empty when there is neither. A nickname or look-alike compares with the brand it plays on.
    """
    if listing.brand and listing.brand.strip():
        return brands.resolve(listing.brand) or normalise(listing.brand).text.strip()
    category = normalise(listing.category).text
    mentions = brand_mentions(normalise(listing.title).text, brands, category)
    return next((m.brand_id for m in mentions if not m.accessory_scope), "")


def build_reference_prices(
    listings: Iterable[Listing],
    before: datetime,
    brands: BrandIndex,
    registry: BrandRegistry | None = None,
) -> ReferencePrices:
    """Medians of new goods submitted before the instant, by brand and category and by category.

    Left out are listings without a date or a price, titles that hide or imitate the brand, and
    shops known not to be authorised for it when they submitted: their prices tell nothing about
    the genuine article. ``registry`` must hold only what was recorded before the instant.
    """
    prices: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
    for listing in listings:
        if listing.submitted_at is None or listing.submitted_at >= before:
            continue
        if listing.price <= 0 or listing.condition != "new":
            continue
        brand = brand_key(listing, brands)
        if brand in brands.brands and _tells_nothing(listing, brand, brands, registry):
            continue
        category = normalise(listing.category).text
        for key in {(brand, category), ("", category)}:
            prices[key].append(listing.price)
    entries = (
        ReferencePrice(brand=brand, category=category, median=median(found), count=len(found))
        for (brand, category), found in sorted(prices.items())
        if len(found) >= MIN_COMPARABLES
    )
    return ReferencePrices(as_of=before, entries=tuple(entries))


def _tells_nothing(
    listing: Listing, brand: str, brands: BrandIndex, registry: BrandRegistry | None
) -> bool:
    """Whether the price is hardly that of the genuine article."""
    registered = None
    if registry is not None and listing.submitted_at is not None:
        registered = Registered(registry, listing.category, listing.submitted_at)
    if authorised(brand, listing.merchant, brands, registered) is False:
        return True
    category = normalise(listing.category).text
    mentions = brand_mentions(normalise(listing.title).text, brands, category)
    kinds = {mention.kind for mention in mentions if mention.brand_id == brand}
    return bool(kinds) and "canonical" not in kinds
