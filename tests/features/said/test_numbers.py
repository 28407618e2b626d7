from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.said.numbers import arabic, numbers

_SPEECH = st.text(
    alphabet="零一二两三四五六七八九十百千万点多几分之不到位数以内0.9米块，。的盒", max_size=60
)


@pytest.mark.parametrize(
    ("said", "low", "high"),
    [
        ("一百三", 130, 130),
        ("一百零三", 103, 103),
        ("一千二", 1200, 1200),
        ("两百一十一", 211, 211),
        ("三千九百八", 3980, 3980),
        ("两万三千四百五十六", 23456, 23456),
        ("幺六九", 169, 169),
        ("一九九", 199, 199),
        ("九十九点九九", 99.99, 99.99),
        ("129", 129, 129),
        ("39.9", 39.9, 39.9),
        ("2万", 20000, 20000),
        ("两位数", 10, 99),
        ("三位数", 100, 999),
        ("几十", 20, 99),
        ("四五百", 400, 500),
        ("三四", 3, 4),
        ("三十多", 30, 39),
        ("一百多", 100, 199),
        ("两百出头", 200, 299),
    ],
)
def test_a_spoken_number_is_read(said: str, low: float, high: float) -> None:
    assert [(one.low, one.high) for one in numbers(said)] == [(low, high)]


@pytest.mark.parametrize("said", ["不到一百块", "一百以内", "一百块钱不到", "不超过一百"])
def test_what_is_below_a_bound_may_be_anything_down_to_nothing(said: str) -> None:
    (number,) = numbers(said)

    assert (number.low, number.high) == (0, 100)


def test_a_number_and_the_count_after_it_stay_two() -> None:
    assert [one.high for one in numbers("九十九一盒，一百零九一百块")] == [99, 1, 109, 100]


def test_a_stutter_does_not_add_up() -> None:
    assert [one.high for one in numbers("一百一百六十四")] == [100, 164]


def test_words_that_begin_with_one_are_no_numbers() -> None:
    assert arabic("一样的，一共五瓶，一定要").text == "一样的，一共5瓶，一定要"


@given(_SPEECH)
def test_numbers_stand_in_order_and_do_not_overlap(text: str) -> None:
    found = numbers(text)

    assert all(0 <= one.start < one.end <= len(text) for one in found)
    assert all(one.end <= other.start for one, other in pairwise(found))
    assert all(one.low <= one.high for one in found)


@given(_SPEECH)
def test_what_is_no_number_is_kept_and_leads_back(text: str) -> None:
    said = arabic(text)

    assert len(said.places) == len(said.text) + 1
    assert said.places[-1] == len(text)
    assert list(said.places) == sorted(said.places)
    if said.text:
        assert said.span(0, len(said.text)) == (0, len(text))
