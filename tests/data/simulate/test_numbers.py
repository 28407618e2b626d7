from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.licences import checks_out, fold_number, load_licence_rules
from data.simulate.catalogue import CATALOGUE, Goods
from data.simulate.dice import Dice
from data.simulate.numbers import LICENCE_KEYS, false_number, licence_number
from features.licence import licence_findings
from features.normalise import normalise

RULES = load_licence_rules()
AT = datetime.fromisoformat("2026-02-01T08:00:00+08:00")
SEEDS = st.integers(0, 2**32)
LICENSED = [goods for goods in CATALOGUE if goods.licence]
CLASSES = st.sampled_from(["01", "06", "14", "18", "24", "31"])


@given(st.sampled_from(LICENCE_KEYS), SEEDS, CLASSES)
def test_a_licence_number_is_always_well_formed_and_gives_no_finding(
    key: str, seed: int, sc_class: str
) -> None:
    number = licence_number(key, 2026, Dice(seed), sc_class)
    entry = RULES.format(key)
    assert entry is not None
    reading = entry.read(fold_number(number))

    assert reading is not None
    assert checks_out(fold_number(number), reading.form.check)
    assert licence_findings("其他", {key: number}, "", AT, RULES) == []


@given(st.sampled_from(LICENCE_KEYS), SEEDS)
def test_a_false_number_is_always_found(key: str, seed: int) -> None:
    sc_class = "14"
    number = false_number(key, 2026, Dice(seed), sc_class)
    category = "食品/冲饮/代用茶" if key == "food_sc" else "其他"

    assert licence_findings(category, {key: number}, "", AT, RULES)


@given(st.sampled_from(LICENSED), SEEDS)
def test_a_false_number_is_found_in_every_category_that_needs_it(goods: Goods, seed: int) -> None:
    assert goods.licence is not None
    number = false_number(goods.licence, 2026, Dice(seed), goods.sc_class)

    for category in goods.categories:
        assert licence_findings(category, {goods.licence: number}, "", AT, RULES)


def test_goods_hold_the_licence_that_their_category_must_have() -> None:
    for goods in CATALOGUE:
        for category in goods.categories:
            needed = RULES.requirement(normalise(category).text)
            if needed is not None and needed.mandatory:
                assert goods.licence in needed.any_of, category


def test_an_unknown_licence_has_no_number() -> None:
    with pytest.raises(ValueError, match="'moon'"):
        licence_number("moon", 2026, Dice(1))
    with pytest.raises(ValueError, match="'moon'"):
        false_number("moon", 2026, Dice(1))
