import pytest

from features.evasion.money import WEIGHT, find_money


@pytest.mark.parametrize(
    ("said", "places"),
    [
        ("五十米的优惠券", [2]),
        ("九十九米到手", [3]),
        ("三十九米九一盒", [3]),
        ("只要一百三十九米，拍一发六", [7]),
        ("69个数拿走", [2]),
        ("减八米", [2]),
    ],
)
def test_a_price_in_metres_is_yuan(said: str, places: list[int]) -> None:
    money = find_money(said)

    assert [found.start for found in money] == places
    assert {found.resolved for found in money} == {"元"}
    assert {found.weight for found in money} == {WEIGHT}


@pytest.mark.parametrize(
    "text",
    [
        "身高一米八",
        "两米的床",
        "长五米",
        "五十米跑道",
        "一百米赛跑",
        "大米十斤",
        "小米粥",
        "深三十米",
        "离我们五十米远",
    ],
)
def test_what_is_measured_is_no_price(text: str) -> None:
    assert find_money(text) == []
