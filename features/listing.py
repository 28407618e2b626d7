"""A listing as numbers and findings: all that rules can see without a model."""

import re
from collections.abc import Iterator
from datetime import datetime
from math import log, log1p, nan
from typing import Final, NamedTuple

from data.licences import LicenceRules
from data.listing import Listing, Sku
from data.registry import EMPTY_REGISTRY, BrandRegistry
from features.abuse import BAIT, abuse_findings, repetition
from features.borders import Borders
from features.brand import (
    BrandIndex,
    Mention,
    Registered,
    authorisations,
    brand_mentions,
    is_category_of,
)
from features.category import GoodsIndex, placing
from features.contradiction import Stated, capacity_ratio, contradictions, sold_findings, stated
from features.finding import Finding
from features.licence import SharedNumbers, licence_findings
from features.merchant import MERCHANT_FEATURES, merchant_values
from features.normalise import normalise
from features.price import NO_REFERENCE_PRICES, ReferencePrices, discount, price_ratio
from features.tokenise import Tokeniser
from features.trademark import Dealing, brand_findings

_OWN_FEATURES: Final[tuple[str, ...]] = (
    "price_log",
    "price_ratio_log",
    "category_price_ratio_log",
    "discount",
    "sku_count",
    "sku_spread_log",
    "bait_skus",
    "title_length",
    "title_repetition",
    "brands_named",
    "brands_fitted",
    "brand_nicknames",
    "brand_lookalikes",
    "brand_disguises",
    "brand_unauthorised",
    "brand_category_mismatch",
    "brand_other_than_declared",
    "licence_missing",
    "licence_bad",
    "licence_exceeded",
    "licence_shared",
    "category_fit",
    "capacity_ratio",
    "origin_ship_conflict",
    "used",
    "refurbished",
    "edits_7d",
    "description_length_log",
)

LISTING_FEATURES: Final[tuple[str, ...]] = _OWN_FEATURES + MERCHANT_FEATURES
"""Names of ``ListingFacts.values``, in their order; ``_log`` is a natural logarithm."""

_PROVINCE: Final = re.compile(
    r"北京|天津|河北|山西|内蒙古|辽宁|吉林|黑龙江|上海|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南"
    r"|广东|广西|海南|重庆|四川|贵州|云南|西藏|陕西|甘肃|青海|宁夏|新疆"
)


class References(NamedTuple):
    """What a listing is held against: rules, and what was observed of other listings and shops.

    ``shared`` tells which shops use a licence number; None where nobody has looked.
    """

    brands: BrandIndex
    licences: LicenceRules
    goods: GoodsIndex
    prices: ReferencePrices = NO_REFERENCE_PRICES
    registry: BrandRegistry = EMPTY_REGISTRY
    shared: SharedNumbers | None = None

    def known_at(self, at: datetime) -> "References":
        """Without the observations that are of a later instant than ``at``."""
        prices, shared = self.prices, self.shared
        if prices.as_of is not None and prices.as_of > at:
            prices = NO_REFERENCE_PRICES
        return self._replace(
            prices=prices, shared=None if shared is not None and shared.as_of > at else shared
        )


class ListingFacts(NamedTuple):
    """``values`` of ``LISTING_FEATURES``, NaN where unknown, and what the rules found."""

    values: tuple[float, ...]
    findings: list[Finding]


class _Texts(NamedTuple):
    """The normalised texts of a listing; in ``body`` the text on images begins at
    ``pictures_at``.
    """

    title: str
    category: str
    body: str
    pictures_at: int
    claims: str


def listing_features(
    listing: Listing, at: datetime, references: References, tokeniser: Tokeniser
) -> ListingFacts:
    """Numbers and findings of a listing at the instant ``at``.

    What was observed of others after ``at`` does not count. What the listing leaves out is
    unknown: NaN in the values, and no finding. ``tokeniser`` tells where its words end.
    """
    brands, rules, goods, prices, registry, shared = references.known_at(at)
    texts = _texts(listing)
    borders = Borders(tokeniser, texts.title)
    facts = stated(listing)
    mentions = brand_mentions(texts.title, brands, texts.category)
    hidden, told = _body_mentions(texts.body, brands, texts.category)
    ratio = _price_ratio(listing, mentions, brands, prices)
    named = {mention.brand_id for mention in (*mentions, *hidden, *told)}
    if listing.brand and (declared := brands.resolve(listing.brand)):
        named.add(declared)
    registered = Registered(registry, listing.category, at)
    allowed = authorisations(named, listing.merchant, brands, registered)
    notices = registered.notices(listing.merchant, listing.data_id)
    dealing = Dealing(
        texts.title, texts.body, texts.category, mentions, hidden, allowed, ratio, notices, told
    )
    licence = licence_findings(
        listing.category,
        listing.licences,
        texts.claims,
        at,
        rules,
        shared=shared,
        merchant_id=listing.merchant.merchant_id if listing.merchant else None,
    )
    conflicts = contradictions(texts.title, facts, texts.body, pictures_at=texts.pictures_at)
    repeated = repetition(texts.title)
    abuse = abuse_findings(
        listing, texts.title, texts.category, mentions, allowed, brands, repeated
    )
    placed = placing(texts.title, texts.category, goods, borders)
    findings = [
        *licence,
        *conflicts,
        *sold_findings(listing, texts.title),
        *brand_findings(listing, dealing, brands),
        *abuse,
        *placed.findings,
    ]
    values = (
        *_price_values(listing, ratio, prices),
        float(len(texts.title)),
        repeated,
        *_brand_values(listing, texts, mentions, hidden, allowed, brands),
        *_licence_values(listing, licence, shared),
        placed.fit,
        _capacity_ratio(texts.title, facts),
        _origin_ship_conflict(listing),
        float(listing.condition == "used"),
        float(listing.condition == "refurbished"),
        nan if listing.edits_7d is None else float(listing.edits_7d),
        nan if listing.description is None else log1p(len(listing.description)),
        *merchant_values(listing.merchant),
    )
    return ListingFacts(values, findings)


def _texts(listing: Listing) -> _Texts:
    title = normalise(listing.title).text
    told, shown = (normalise(text or "").text for text in (listing.description, listing.ocr_text))
    body = "。".join(filter(None, (told, shown)))
    details = "。".join(normalise(value).text for value in (listing.attributes or {}).values())
    claims = "。".join(filter(None, (title, body, details, normalise(listing.origin or "").text)))
    pictures_at = len(body) - len(shown)
    return _Texts(title, normalise(listing.category).text, body, pictures_at, claims)


def _body_mentions(
    body: str, brands: BrandIndex, category: str
) -> tuple[list[Mention], tuple[Mention, ...]]:
    """The names outside the title that hide or imitate a brand, and the plain ones."""
    found = brand_mentions(body, brands, category) if body else []
    hidden = [m for m in found if m.kind in {"lookalike", "disguise"}]
    return hidden, tuple(m for m in found if m.kind in {"canonical", "nickname"})


def _price_ratio(
    listing: Listing, mentions: list[Mention], brands: BrandIndex, prices: ReferencePrices
) -> float:
    declared = listing.brand and (brands.resolve(listing.brand) or normalise(listing.brand).text)
    named = next((mention.brand_id for mention in mentions if not mention.accessory_scope), None)
    brand = declared or named
    median = prices.median(brand, listing.category) if brand else None
    if median is None or listing.price <= 0 or listing.condition != "new":
        return nan
    return price_ratio(listing.price, median)


def _price_values(listing: Listing, ratio: float, prices: ReferencePrices) -> Iterator[float]:
    yield log1p(listing.price)
    yield log(ratio)
    typical = prices.median("", listing.category)
    known = typical is not None and listing.price > 0
    yield log(price_ratio(listing.price, typical)) if known and typical else nan
    yield discount(listing.price, listing.list_price) if listing.list_price else nan
    skus = listing.skus
    yield nan if skus is None else float(len(skus))
    yield _spread(skus)
    yield nan if skus is None else float(sum(1 for sku in skus if BAIT.search(sku.name)))


def _spread(skus: list[Sku] | None) -> float:
    amounts = [sku.price for sku in skus or () if sku.price > 0]
    return log(max(amounts) / min(amounts)) if amounts else nan


def _brand_values(
    listing: Listing,
    texts: _Texts,
    mentions: list[Mention],
    hidden: list[Mention],
    allowed: dict[str, bool | None],
    brands: BrandIndex,
) -> Iterator[float]:
    own = [mention for mention in mentions if not mention.accessory_scope]
    named = {mention.brand_id for mention in own}
    kinds = [mention.kind for mention in (*mentions, *hidden)]
    yield float(len(named))
    yield float(len({mention.brand_id for mention in mentions} - named))
    yield float(kinds.count("nickname"))
    yield float(kinds.count("lookalike"))
    yield float(kinds.count("disguise"))
    known = [allowed[brand] for brand in named if allowed[brand] is not None]
    yield float(known.count(False)) if known else (nan if named else 0.0)
    yield float(sum(not is_category_of(brand, texts.category, brands) for brand in named))
    declared = brands.resolve(listing.brand) if listing.brand else None
    yield float(bool(named - {declared})) if declared else nan


def _licence_values(
    listing: Listing, found: list[Finding], shared: SharedNumbers | None
) -> Iterator[float]:
    if listing.licences is None:
        yield from (nan, nan, nan, nan)
        return
    missing = sum(finding.cue.startswith("licence missing") for finding in found)
    exceeded = sum(finding.cue.endswith("without its licence") for finding in found)
    borrowed = sum(finding.cue.startswith("licence shared") for finding in found)
    yield float(missing)
    yield float(len(found) - missing - exceeded - borrowed)
    yield float(exceeded)
    yield nan if shared is None else float(borrowed)


def _capacity_ratio(title: str, facts: list[Stated]) -> float:
    ratio = capacity_ratio(title, facts) if facts else None
    return nan if ratio is None else ratio


def _origin_ship_conflict(listing: Listing) -> float:
    origin = _PROVINCE.search(listing.origin or "")
    dispatch = _PROVINCE.search(listing.ships_from or "")
    if origin is None or dispatch is None:
        return nan
    return float(origin.group() != dispatch.group())
