from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.brands import load_brands
from data.listing import Listing, Merchant
from data.registry import BrandRegistry, RegistryRow, entry_of
from features.brand import BrandIndex
from features.price import (
    ReferencePrices,
    brand_key,
    build_reference_prices,
    discount,
    price_ratio,
)

INDEX = BrandIndex(load_brands())
AT = datetime.fromisoformat("2026-02-01T08:00:00+08:00")
YUAN = st.floats(0.01, 1e6)


def shoe(price: float, age: int = 1, **fields: object) -> Listing:
    values: dict[str, object] = {
        "data_id": "a",
        "title": "耐克跑鞋",
        "category": "鞋/跑鞋",
        "price": price,
        "submitted_at": AT - timedelta(days=age),
    }
    return Listing.model_validate(values | fields)


@given(YUAN, YUAN, st.floats(0.1, 10))
def test_the_ratio_does_not_depend_on_the_currency(
    price: float, median: float, rate: float
) -> None:
    assert price_ratio(price * rate, median * rate) == pytest.approx(price_ratio(price, median))


@pytest.mark.parametrize(("price", "median"), [(0, 10), (10, 0), (-1, 10), (10, -1)])
def test_a_ratio_needs_two_prices(price: float, median: float) -> None:
    with pytest.raises(ValueError, match="above 0 yuan"):
        price_ratio(price, median)


@given(YUAN, YUAN)
def test_a_discount_is_never_the_whole_price(price: float, list_price: float) -> None:
    assert discount(price, list_price) < 1


def test_a_discount_needs_a_list_price() -> None:
    with pytest.raises(ValueError, match="list price 0"):
        discount(10, 0)


def test_twenty_comparable_listings_make_a_reference() -> None:
    prices = build_reference_prices([shoe(500)] * 20, AT, INDEX)

    assert prices.median("nike", "鞋/跑鞋") == 500
    assert prices.median("", "鞋/跑鞋") == 500
    assert prices.median("adidas", "鞋/跑鞋") is None


def test_fewer_do_not() -> None:
    assert build_reference_prices([shoe(500)] * 19, AT, INDEX).entries == ()


def test_what_was_observed_later_does_not_count() -> None:
    listings = [shoe(500)] * 20 + [shoe(10, age=0)] * 100 + [shoe(10, submitted_at=None)] * 100

    assert build_reference_prices(listings, AT, INDEX).median("nike", "鞋/跑鞋") == 500


def test_used_goods_and_unauthorised_shops_do_not_count() -> None:
    pirate = Merchant(merchant_id="m", authorised_brands=[])
    listings = [shoe(500)] * 20
    listings += [shoe(10, merchant=pirate), shoe(10, condition="used")] * 50

    assert build_reference_prices(listings, AT, INDEX).median("nike", "鞋/跑鞋") == 500


def test_a_nickname_is_compared_with_the_brand_it_hides() -> None:
    assert brand_key(shoe(100, title="耐k 跑鞋"), INDEX) == "nike"


@pytest.mark.parametrize("title", ["耐k 跑鞋", "耐 克 跑鞋", "nlke 跑鞋"])
def test_who_hides_or_imitates_a_brand_sets_no_reference_for_it(title: str) -> None:
    listings = [shoe(500)] * 20 + [shoe(10, title=title)] * 50

    assert build_reference_prices(listings, AT, INDEX).median("nike", "鞋/跑鞋") == 500


def test_a_shop_whose_authorisation_had_run_out_sets_no_reference() -> None:
    lapsed = entry_of(
        RegistryRow(
            brand="nike",
            merchant_id="m",
            valid_from=AT - timedelta(days=400),
            valid_to=AT - timedelta(days=30),
            reference="A-1",
        ),
        "nike",
        AT - timedelta(days=400),
    )
    shop = Merchant(merchant_id="m")
    listings = [shoe(500)] * 20 + [shoe(10, merchant=shop)] * 50
    known = build_reference_prices(listings, AT, INDEX, BrandRegistry([lapsed]))

    assert known.median("nike", "鞋/跑鞋") == 500
    assert build_reference_prices(listings, AT, INDEX).median("nike", "鞋/跑鞋") == 10


def test_reference_prices_survive_writing_and_reading() -> None:
    prices = build_reference_prices([shoe(500)] * 20, AT, INDEX)
    again = ReferencePrices.model_validate_json(prices.model_dump_json())

    assert again.median("nike", "鞋/跑鞋") == 500
    assert again.as_of == AT
