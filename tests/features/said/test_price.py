import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.said.numbers import numbers
from features.said.price import Role, below, money, prices_said


def amounts(said: str) -> list[float]:
    return [one.high for one in money(said, numbers(said))]


def roles(said: str) -> list[Role]:
    return [one.role for one in prices_said(said, money(said, numbers(said)))]


@pytest.mark.parametrize(
    ("said", "yuan"),
    [
        ("九块九", 9.9),
        ("九米九", 9.9),
        ("三十九米九", 39.9),
        ("一百二十九块钱", 129),
        ("九十九元", 99),
        ("七十九块半", 79.5),
        ("五毛二", 0.52),
        ("三块三毛", 3.3),
        ("九块九毛九", 9.99),
        ("价格是一九九", 199),
        ("到手价129", 129),
        ("一百零九带走", 109),
        ("七十九块三盒", 79),
        ("六十九块九到手", 69.9),
        ("十九块九包邮", 19.9),
        ("今天两位数带走", 99),
    ],
)
def test_money_is_read_in_every_form(said: str, yuan: float) -> None:
    assert amounts(said) == [pytest.approx(yuan)]


@pytest.mark.parametrize(
    "said",
    [
        "到手十五瓶",
        "一号链接",
        "身高一米六五",
        "放在这一块",
        "倒计时五四三二一",
        "卖了五十万单",
        "九十九分的口碑",
        "两米长",
    ],
)
def test_other_numbers_are_no_money(said: str) -> None:
    assert amounts(said) == []


@pytest.mark.parametrize(
    ("said", "role"),
    [
        ("今天到手只要三十九块九", "to_pay"),
        ("现在价格是一百二十九元", "to_pay"),
        ("三十九块九包邮到家", "to_pay"),
        ("不用七百八十九块钱", "reference"),
        ("原价一百九十九块", "reference"),
        ("专柜都要卖你三百八十块", "reference"),
        ("平时都是九十九块钱一盒", "reference"),
        ("明天恢复一百二十九块", "reference"),
        ("右上角领十块钱的优惠券", "coupon"),
        ("今天再立减二十块", "coupon"),
        ("比老款多了二十块", "coupon"),
        ("平均一片才两块三", "unit"),
        ("算下来一天三块钱", "unit"),
        ("两块钱一片", "unit"),
        ("送一个八十九块的杯子", "gift"),
        ("定金只要二十块", "deposit"),
        ("满一百块", "threshold"),
        ("运费十块钱", "postage"),
    ],
)
def test_the_words_around_an_amount_tell_what_it_is_for(said: str, role: Role) -> None:
    assert roles(said) == [role]


def test_what_comes_after_the_price_elsewhere_is_the_price_here() -> None:
    said = "专柜卖三百九十八块，咱们今天只要一百九十八块"

    assert roles(said) == ["reference", "to_pay"]


@given(st.floats(0.01, 1e6), st.floats(0.01, 1e6))
def test_no_price_is_below_itself_or_a_lower_one(one: float, other: float) -> None:
    low, high = sorted([one, other])

    assert not below(high, low)
    assert not below(one, one)
