"""A listing (商品) as a merchant submits it, and the merchant (商家) behind it."""

from typing import Annotated, Final, Literal, get_args

from pydantic import Field, StringConstraints

from data.limits import MAX_ATTRIBUTES, MAX_NAME, MAX_SKUS, MAX_TITLE
from data.record import Count, DataId, Instant, Name, Rate, Record, RequiredName, Text, Yuan

MerchantType = Literal[
    "flagship", "authorised", "multi_brand", "enterprise", "individual_business", "personal"
]
"""旗舰店, 专卖店, 专营店, 企业店, 个体工商户, 个人."""

MERCHANT_TYPES: Final[tuple[MerchantType, ...]] = get_args(MerchantType)

Licences = dict[
    Annotated[str, StringConstraints(max_length=MAX_NAME)],
    Annotated[str, StringConstraints(max_length=MAX_NAME)],
]
"""Licence key of ``seeds/licences.toml`` to the number as submitted."""

AttributeValue = Annotated[str, StringConstraints(max_length=2_000)]


class Sku(Record):
    """One purchasable variant (规格)."""

    name: Name
    price: Yuan


class Merchant(Record):
    """The seller, with trailing 30-day figures as the platform counts them.

    Rates are raw, between 0 and 1: the service shrinks them by their counts. A field that is
    left out is unknown, never zero.
    """

    merchant_id: DataId
    name: Name | None = None
    type: MerchantType | None = None
    tenure_days: Annotated[float, Field(ge=0, le=100_000)] | None = None
    deposit_ratio: Annotated[float, Field(ge=0, le=1_000)] | None = None
    authorised_brands: Annotated[list[Name], Field(max_length=MAX_ATTRIBUTES)] | None = None
    orders_30d: Count | None = None
    delivered_30d: Count | None = None
    reviews_30d: Count | None = None
    refunds_30d: Count | None = None
    quality_return_rate_30d: Rate | None = None
    negative_review_rate_30d: Rate | None = None
    fake_mention_rate_30d: Rate | None = None
    dispute_rate_30d: Rate | None = None
    ship_48h_rate_30d: Rate | None = None
    violation_points_365d: Annotated[float, Field(ge=0, le=1_000_000)] | None = None
    linked_sanctioned_shops: Count | None = None
    ip_notices: Count | None = None
    sales_burst: Annotated[float, Field(ge=0, le=1e9)] | None = None
    as_of: Instant | None = None


class Listing(Record):
    """A product as submitted. Prices are yuan.

    Absent is unknown. ``{}`` or ``[]`` states that none was submitted, so that a mandatory
    licence that is missing becomes a finding.
    """

    data_id: DataId
    title: Annotated[str, StringConstraints(max_length=MAX_TITLE)]
    category: RequiredName
    price: Yuan
    list_price: Yuan | None = None
    description: Text | None = None
    ocr_text: Text | None = None
    brand: Name | None = None
    condition: Literal["new", "used", "refurbished"] = "new"
    attributes: (
        Annotated[
            dict[Name, Annotated[str, StringConstraints(max_length=2_000)]],
            Field(max_length=MAX_ATTRIBUTES),
        ]
        | None
    ) = None
    skus: Annotated[list[Sku], Field(max_length=MAX_SKUS)] | None = None
    licences: Annotated[Licences, Field(max_length=MAX_ATTRIBUTES)] | None = None
    origin: Name | None = None
    ships_from: Name | None = None
    submitted_at: Instant | None = None
    edits_7d: Count | None = None
    merchant: Merchant | None = None
