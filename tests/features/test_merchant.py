from math import isnan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.listing import Merchant
from features.merchant import MERCHANT_FEATURES, merchant_values, shrunk_rate


@given(st.floats(0, 1), st.integers(0, 10**9))
def test_a_shrunk_rate_lies_between_the_prior_and_the_raw_one(rate: float, count: int) -> None:
    shrunk = shrunk_rate(rate, count)

    assert shrunk is not None
    low, high = sorted((rate, 1 / 31))
    assert low - 1e-9 <= shrunk <= high + 1e-9


@given(st.floats(0, 1), st.integers(0, 10**6))
def test_more_cases_bring_the_rate_closer_to_the_raw_one(rate: float, count: int) -> None:
    few, many = shrunk_rate(rate, count), shrunk_rate(rate, count + 100)

    assert few is not None
    assert many is not None
    assert abs(many - rate) <= abs(few - rate) + 1e-12


def test_a_rate_without_its_count_is_unknown() -> None:
    values = merchant_values(Merchant(merchant_id="m", quality_return_rate_30d=0.5))

    assert all(isnan(value) for value in values)


def test_nothing_is_known_about_no_merchant() -> None:
    values = merchant_values(None)

    assert len(values) == len(MERCHANT_FEATURES)
    assert all(isnan(value) for value in values)


@pytest.mark.parametrize(
    ("fields", "name", "expected"),
    [
        ({"type": "personal"}, "merchant_type", 5.0),
        ({"ip_notices": 0}, "ip_notices", 0.0),
        ({"quality_return_rate_30d": 0.0, "delivered_30d": 0}, "quality_return_rate", 1 / 31),
        ({"quality_return_rate_30d": 0.1, "orders_30d": 69}, "quality_return_rate", 0.079),
        ({"ship_48h_rate_30d": 1.0, "orders_30d": 69}, "late_shipment_rate", 0.01),
        ({"refunds_30d": 500, "orders_30d": 69}, "refund_share", 0.7),
    ],
)
def test_figures_become_values(fields: dict[str, object], name: str, expected: float) -> None:
    merchant = Merchant.model_validate({"merchant_id": "m"} | fields)
    values = dict(zip(MERCHANT_FEATURES, merchant_values(merchant), strict=True))

    assert values[name] == pytest.approx(expected)


def test_a_burst_weighs_more_in_a_new_shop() -> None:
    def burst(tenure: float) -> float:
        merchant = Merchant(merchant_id="m", tenure_days=tenure, sales_burst=30)
        return merchant_values(merchant)[MERCHANT_FEATURES.index("burst_of_new_shop")]

    assert burst(3) > burst(300)


def of(**figures: float) -> dict[str, float]:
    merchant = Merchant.model_validate({"merchant_id": "m", **figures})
    return dict(zip(MERCHANT_FEATURES, merchant_values(merchant), strict=True))


def test_one_return_of_three_orders_is_no_bad_figure() -> None:
    few = of(orders_30d=3, quality_return_rate_30d=0.33)
    many = of(orders_30d=3_000, quality_return_rate_30d=0.33)

    assert few["bad_figures"] == 0.0
    assert many["bad_figures"] == 1.0
    assert many["worst_rate_log_odds"] > few["worst_rate_log_odds"]


@given(st.floats(0, 0.5), st.floats(0, 0.5), st.integers(1, 10**6))
def test_a_higher_rate_never_makes_the_worst_figure_milder(a: float, b: float, n: int) -> None:
    low, high = sorted((a, b))
    milder = of(reviews_30d=n, negative_review_rate_30d=low)
    worse = of(reviews_30d=n, negative_review_rate_30d=high)

    assert worse["worst_rate_log_odds"] >= milder["worst_rate_log_odds"] - 1e-12
    assert worse["bad_figures"] >= milder["bad_figures"]
