from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.licences import checks_out, fold_number, load_licence_rules, patent_check_digit
from data.seeds import SeedError
from data.simulate.dice import Dice
from data.simulate.numbers import licence_number

RULES = load_licence_rules()


@pytest.mark.parametrize(
    ("key", "number"),
    [
        ("cosmetic_special_domestic", "国妆特字20241234"),
        ("cosmetic_special_domestic", "国妆特字G20191234"),
        ("cosmetic_ordinary_domestic", "粤G妆网备字2022000124"),
        ("cosmetic_ordinary_import", "国妆网备进字（沪）2018001111"),
        ("cosmetic_manufacture", "浙妆20180012"),
        ("health_reg_domestic", "国食健注G20200123"),
        ("health_file_domestic", "食健备G201934000111"),
        ("health_file_import", "食健备J202100000111"),
        ("health_legacy", "卫食健字〔2003〕第0123号"),
        ("device_reg", "国械注准20213160111"),
        ("device_reg", "粤械注准20222140222"),
        ("device_class1", "粤穗械备20210011"),
        ("drug", "国药准字H20203011"),
        ("drug_ad", "粤械广审（文）第270101-00011号"),
        ("infant_formula", "国食注字YP20180011"),
        ("ccc", "2024 0109 1412 0987"),
        ("industrial_xk", "XK16－204－00111"),
        ("disinfect", "（粤）卫消证字〔2015〕第0111号"),
    ],
)
def test_a_number_is_recognised_however_its_brackets_and_spaces_are_typed(
    key: str, number: str
) -> None:
    entry = RULES.format(key)

    assert entry is not None
    assert entry.compiled.fullmatch(fold_number(number))


@given(st.integers(0, 2**32), st.integers(0, 13), st.integers(1, 9))
def test_any_wrong_digit_in_a_food_licence_is_caught(seed: int, place: int, shift: int) -> None:
    number = licence_number("food_sc", 2026, Dice(seed))
    at = len("SC") + place
    wrong = number[:at] + str((int(number[at]) + shift) % 10) + number[at + 1 :]

    assert checks_out(number, "mod11_10")
    assert not checks_out(wrong, "mod11_10")


@given(st.text("0123456789", min_size=11, max_size=11), st.integers(0, 11), st.integers(1, 9))
def test_any_wrong_digit_in_a_patent_number_is_caught(body: str, place: int, shift: int) -> None:
    digits = f"2{body}"
    number = f"ZL{digits}.{patent_check_digit(digits)}"
    at = len("ZL") + place
    wrong = number[:at] + str((int(number[at]) + shift) % 10) + number[at + 1 :]

    assert checks_out(number, "patent")
    assert not checks_out(wrong, "patent")


def test_a_patent_body_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(ValueError, match="12 digits"):
        patent_check_digit("2014")


def test_letters_are_never_read_as_digits() -> None:
    assert fold_number("SCI0632O") == "SCI0632O"


@pytest.mark.parametrize(
    ("category", "requirement"),
    [
        ("食品/休闲零食/坚果", "prepackaged_food"),
        ("食品酒水/茶叶", "prepackaged_food"),
        ("医药保健/保健食品/鱼油", "health_food"),
        ("水果生鲜/新鲜水果", "fresh"),
        ("美妆/护肤/面膜", "cosmetic"),
        ("美妆/防晒/防晒霜", "cosmetic_special"),
        ("美妆个护/美发/染发膏", "cosmetic_special"),
        ("美妆个护/美妆工具/化妆刷", "cosmetic_tools"),
        ("手机数码/数码配件/充电宝", "ccc_power"),
        ("医药保健/医疗器械/血压计", "device_2_3"),
        ("绿植农宠/宠物食品/猫粮", "pet_food"),
    ],
)
def test_a_category_finds_its_requirement(category: str, requirement: str) -> None:
    found = RULES.requirement(category)

    assert found is not None
    assert found.name == requirement


@pytest.mark.parametrize(
    "category",
    ["服装/女装/连衣裙", "服饰/防晒衣", "家居/餐垫", "箱包/女包", "图书/小说", "钟表/手表"],
)
def test_ordinary_goods_require_no_licence(category: str) -> None:
    assert RULES.requirement(category) is None


def test_what_is_still_to_verify_says_so() -> None:
    unsure = {entry.key for entry in RULES.formats if entry.status == "verify"}

    assert {"drug_ad", "infant_formula", "fsmp", "industrial_xk"} <= unsure


def test_the_catalogue_of_health_functions_is_complete() -> None:
    assert len(RULES.health_functions) == 24


HEADER = 'provinces = "京"\ndivisions = ["11"]\n'
FORMAT = """[[format]]
key = "food_sc"
name_zh = "食品生产许可证"
pattern = 'SC'
basis = ["食品安全法"]
status = "read"
"""
REQUIREMENT = """[[requirement]]
name = "food"
name_zh = "食品"
group = "food"
words = ["食品"]
any_of = ["food_sx"]
mandatory = true
basis = ["食品安全法"]
status = "read"
"""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("formats = 1", r"licences.toml:1: table 'formats'; allowed: .*format"),
        (HEADER + FORMAT.replace("'SC'", "'S('"), "licences.toml:3: .*regular expression"),
        (HEADER + FORMAT.replace("read", "rumour"), "licences.toml:3: status 'rumour'"),
        (HEADER + FORMAT + FORMAT, "second format 'food_sc'"),
        (HEADER + FORMAT + REQUIREMENT, "licence 'food_sx' in 'food'; allowed: food_sc"),
        ("= 3", "is not TOML"),
    ],
)
def test_a_broken_rule_is_refused_with_its_place(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "licences.toml"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(SeedError, match=message):
        load_licence_rules(path)
