from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum import ean, isbn
from stdnum.cn import uscc
from stdnum.iso7064 import mod_11_10

from data.licences import (
    checks_out,
    fold_number,
    load_licence_rules,
    patent_check_digit,
    read_licences,
)
from data.seeds import SeedError

RULES = load_licence_rules()


# Synthetic numbers of the right form, typed in the ways that merchants type them.
TYPED = [
    ("food_sc", "ＳＣ１０６４４０１１１００１２５"),
    ("food_sc", "sc 106 440111 0012 5"),
    ("food_sc", "SC-106-440111-0012-5"),
    ("food_sc", "SC：10644011100125"),
    ("food_sc", "食品生产许可证编号: SC10644011100125（副本）"),
    ("food_qs", "QS3201 0601 0123"),
    ("food_workshop", "粤小作坊440111000123号"),
    ("cosmetic_special_domestic", "国妆特字20241234"),
    ("cosmetic_special_domestic", "国妆特字 20241 2345"),
    ("cosmetic_special_domestic", "國妝特字G20191234"),
    ("cosmetic_special_domestic", "卫妆特字(2005)第0123号"),
    ("cosmetic_special_import", "国妆特进字20221234"),
    ("cosmetic_special_import", "国妆特制字20221234"),
    ("cosmetic_special_import", "卫妆特进字（2006）第0123号"),
    ("cosmetic_ordinary_domestic", "粤ｇ妆网备字2022000124"),
    ("cosmetic_ordinary_import", "国妆网备进字（沪）2018001111"),
    ("cosmetic_ordinary_import", "国妆网备制字（粤）2022001111"),
    ("cosmetic_ordinary_import", "国妆备进字J20141234"),
    ("cosmetic_ordinary_import", "卫妆备进字（2006）第0123号"),
    ("cosmetic_manufacture", "浙妆20180012"),
    ("toothpaste", "粤牙膏网备字2024000123"),
    ("health_reg_domestic", "国食健注G20200123"),
    ("health_reg_domestic", "国食健字g20100123"),
    ("health_reg_import", "国食健注J20200123"),
    ("health_file_domestic", "食健备G201934000111"),
    ("health_file_import", "食健备J202100000111"),
    ("health_legacy", "卫食健字〔2003〕第0123号"),
    ("health_legacy", "卫食健字(1997)第123号"),
    ("health_legacy", "卫进食健字(2000)第0012号"),
    ("device_reg", "国械注准20213160111"),
    ("device_reg", "粤械注准 2022 214 0222"),
    ("device_reg", "国械注许20213160111"),
    ("device_class1", "粤穗械备20210011号"),
    ("device_class1", "国械备20210011号"),
    ("drug", "国药准字H20203011"),
    ("drug", "国药准字HJ20203011"),
    ("drug", "国药准字ZC20203011"),
    ("drug", "国药准字Z44021234"),
    ("drug", "批准文号：国药准字B20020123"),
    ("drug_import", "BH20160123"),
    ("drug_import", "HC20160123"),
    ("drug_ad", "粤械广审（文）第270101-00011号"),
    ("health_ad", "粤食健广审（视）第270101-00011号"),
    ("infant_formula", "国食注字YP20180011"),
    ("fsmp", "国食注字TY20180011"),
    ("ccc", "2024 0109 1412 0987"),
    ("ccc", "CCC证书编号：2024010914120987"),
    ("industrial_xk", "XK16－204－00111"),
    ("disinfect", "（粤）卫消证字〔2015〕第0111号"),
    ("disinfect", "粤卫消证字［2020］第0123号"),
    ("disinfect", "粤卫消证字【2020】-01-第0123号"),
    ("disinfect", "苏卫消证字(2019)第3205-0012号"),
    ("food_business", "YB14401110000123"),
    ("disinfect", "卫消进字(2008)第0123号"),
    ("isbn", "ISBN：978-7-0000-0000-1"),
]

# Numbers that stand on public pages; those of one form were each tried against its check digit.
PUBLIC = [
    ("uscc", "91110000600037341L"),
    ("uscc", "911101083303521997"),
    ("business_licence", "440301112229634"),
    ("business_licence", "440301501127941"),
    ("food_business", "JY11101172150475"),
    ("food_business", "JY13101060025900"),
    ("food_business", "JY13301080111719"),
    ("food_business", "JY11108071215650"),
    ("cosmetic_ordinary_domestic", "粤G妆网备字2022324124"),
    ("cosmetic_ordinary_domestic", "豫G妆网备字2024001287"),
    ("cosmetic_ordinary_import", "国妆网备进字(沪)2018001583"),
    ("cosmetic_special_import", "国妆特进字J20190153"),
    ("health_file_domestic", "食健备G201934001524"),
    ("health_reg_import", "国食健字J20050003"),
    ("disinfect", "冀卫消证字（2011）第0015号"),
    ("disinfect", "鲁卫消证字(2020)第1350号"),
    ("device_reg", "国食药监械（进）字2013第3222864号"),
    ("device_reg", "苏镇食药监械（准）字2014第1560041号"),
]


@pytest.mark.parametrize(("key", "number"), TYPED + PUBLIC)
def test_a_number_is_recognised_however_its_brackets_and_spaces_are_typed(
    key: str, number: str
) -> None:
    entry = RULES.format(key)

    assert entry is not None
    assert entry.compiled.fullmatch(fold_number(number))
    assert entry.read(fold_number(number)) is not None


@pytest.mark.parametrize(("key", "number"), PUBLIC)
def test_the_check_digit_of_a_public_number_agrees(key: str, number: str) -> None:
    entry = RULES.format(key)
    assert entry is not None
    reading = entry.read(fold_number(number))

    assert reading is not None
    assert checks_out(fold_number(number), reading.form.check)


def digits(length: int) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=length, max_size=length)


USCC_LETTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
FIRST_OF_CODE = st.sampled_from(["91", "92", "93", "12", "51", "N2", "Y1"])
ORGANISATION = st.text(USCC_LETTERS, min_size=9, max_size=9)


def with_mod_11_10(body: str) -> str:
    return f"{body}{mod_11_10.calc_check_digit(body)}"


def with_uscc(body: str) -> str:
    return f"{body}{uscc.calc_check_digit(body)}"


def with_patent(body: str) -> str:
    return f"ZL{body}{patent_check_digit(body)}"


CHECKED = {
    "food_sc": digits(9).map(lambda d: f"SC{with_mod_11_10(f'10644{d[:8]}')}"),
    "food_business": digits(11).map(lambda d: f"JY{with_mod_11_10(f'144{d[:10]}')}"),
    "business_licence": digits(12).map(lambda d: with_mod_11_10(f"44{d}")),
    "uscc": st.builds(
        lambda first, place, body: with_uscc(f"{first}44{place}{body}"),
        FIRST_OF_CODE,
        digits(4),
        ORGANISATION,
    ),
    "ean13": digits(10).map(lambda d: f"69{d}{ean.calc_check_digit(f'69{d}')}"),
    "gtin": digits(13).map(lambda d: d + ean.calc_check_digit(d)),
    "isbn": digits(9).map(lambda d: f"978{d}{ean.calc_check_digit(f'978{d}')}"),
    "patent": st.builds(
        lambda kind, body: with_patent(f"2014{kind}{body}"), st.sampled_from("12389"), digits(7)
    ),
}
OLD_CHECKED = {
    "isbn": digits(9).map(lambda d: f"ISBN{d}{isbn._calc_isbn10_check_digit(d)}"),
    "patent": st.builds(
        lambda kind, body: with_patent(f"99{kind}{body}"), st.sampled_from("123"), digits(5)
    ),
}


def is_sound(key: str, number: str) -> bool:
    entry = RULES.format(key)
    assert entry is not None
    reading = entry.read(fold_number(number))
    return reading is not None and checks_out(fold_number(number), reading.form.check)


def changed(number: str) -> Iterator[str]:
    for place, was in enumerate(number):
        for digit in "0123456789" if was.isdigit() or place == len(number) - 1 else "":
            if digit != was:
                yield number[:place] + digit + number[place + 1 :]


@pytest.mark.parametrize("key", CHECKED)
@given(data=st.data())
@settings(max_examples=25)
def test_every_wrong_digit_of_a_number_with_a_check_digit_is_caught(
    key: str, data: st.DataObject
) -> None:
    number = data.draw(CHECKED[key])

    assert is_sound(key, number)
    assert not [wrong for wrong in changed(number) if is_sound(key, wrong)]


@pytest.mark.parametrize("key", OLD_CHECKED)
@given(data=st.data())
@settings(max_examples=25)
def test_every_wrong_digit_of_an_older_number_is_caught(key: str, data: st.DataObject) -> None:
    number = data.draw(OLD_CHECKED[key])

    assert is_sound(key, number)
    assert not [wrong for wrong in changed(number) if is_sound(key, wrong)]


@pytest.mark.parametrize(
    ("key", "number"),
    [(key, number) for key, number in PUBLIC if key in CHECKED],
)
def test_every_wrong_digit_of_a_public_number_is_caught(key: str, number: str) -> None:
    assert not [wrong for wrong in changed(number) if is_sound(key, wrong)]


NOISE = st.sampled_from([" ", "-", "　", "–", ".", "(", ")", "第", "号", "\u200b", "：", "·", "【"])


@pytest.mark.parametrize("key", CHECKED)
@given(data=st.data())
@settings(max_examples=25)
def test_what_stands_between_the_digits_neither_mends_nor_breaks_a_number(
    key: str, data: st.DataObject
) -> None:
    sound = data.draw(CHECKED[key])
    wrong = data.draw(st.sampled_from(list(changed(sound))))
    noise = data.draw(st.lists(NOISE, min_size=len(sound), max_size=len(sound)))

    def typed(number: str) -> str:
        mixed = "".join(char + mark for char, mark in zip(number, noise, strict=True))
        return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in mixed.lower())

    assert fold_number(typed(sound)) == sound
    assert fold_number(typed(wrong)) == wrong
    assert not is_sound(key, typed(wrong))


@given(st.text(max_size=40))
def test_folding_keeps_every_digit_and_makes_up_none(text: str) -> None:
    plain = "".join(chr(ord(c) - 0xFEE0) if "０" <= c <= "９" else c for c in text)
    folded = fold_number(text)

    kept = [char for char in folded if char in "0123456789"]
    assert len(kept) <= sum(char in "0123456789" for char in plain)
    assert fold_number(folded) == folded or any("一" <= char <= "龥" for char in text)


@pytest.mark.parametrize(
    "number",
    [
        "SC1064401110012⑤",
        "SC1064401110012⁵",
        "SC1064401110012٥",
        "SCI0644011100125",
        "SC1O644011100125",
        "SC106440111001251",
        "SC1064401110012",
        "XSC10644011100125",
    ],
)
def test_what_only_looks_like_a_number_is_none(number: str) -> None:
    assert is_sound("food_sc", "SC10644011100125")
    assert not is_sound("food_sc", number)


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("SC", "food_sc"),
        ("食品生产许可证编号", "food_sc"),
        ("3C证书", "ccc"),
        ("营业执照", "uscc"),
        ("条形码", "ean13"),
        ("Food-SC", "food_sc"),
        ("保健枕", None),
        ("证书", None),
    ],
)
def test_merchants_call_a_licence_by_many_names(written: str, key: str | None) -> None:
    entry = RULES.format(written)

    assert (entry and entry.key) == key


@pytest.mark.parametrize(
    ("licences", "until"),
    [
        ({"food_sc": "SC10644011100125 有效期至2027-08-01"}, date(2027, 8, 1)),
        ({"food_sc": "SC10644011100125（有效期限：2022年8月2日至2027年8月1日）"}, date(2027, 8, 1)),
        ({"food_sc": "有效期至20270801；SC10644011100125"}, date(2027, 8, 1)),
        ({"food_sc": "SC10644011100125,有效期至:长期"}, None),
        ({"food_sc": "SC10644011100125", "food_sc_valid_until": "2027/8/1"}, date(2027, 8, 1)),
        ({"SC": "SC10644011100125", "食品生产许可证有效期": "2027.08.01"}, date(2027, 8, 1)),
        ({"food_sc": "SC10644011100125", "有效期至": "2027-08-01"}, date(2027, 8, 1)),
        ({"food_sc": "SC10644011100125", "ccc_valid_until": "2027-08-01"}, None),
        ({"food_sc": "SC10644011100125 有效期至2027-02-30"}, None),
    ],
)
def test_the_validity_beside_a_number_is_read(licences: dict[str, str], until: date | None) -> None:
    (one,) = read_licences(licences, RULES)

    assert (one.key, one.number, one.valid_until) == ("food_sc", "SC10644011100125", until)


def test_one_field_may_hold_several_numbers() -> None:
    given = {"ccc": "2024010914120987、2024010907120988"}

    assert [one.number for one in read_licences(given, RULES)] == [
        "2024010914120987",
        "2024010907120988",
    ]


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
        ("医药保健/医疗器械/血压计", "device_2"),
        ("绿植农宠/宠物食品/猫粮", "pet_food"),
        ("医药保健/隐形眼镜/彩色隐形眼镜", "device_3"),
        ("药品/otc", "drug"),
        ("药品/OTC", "drug"),
        ("家居清洁/消毒液", "disinfectant"),
        ("食品/面包", "prepackaged_food"),
        ("食品/茶叶礼盒", "prepackaged_food"),
        ("食品/自热火锅", "prepackaged_food"),
        ("医药保健/保健食品/口服", "health_food"),
    ],
)
def test_a_category_finds_its_requirement(category: str, requirement: str) -> None:
    found = RULES.requirement(category)

    assert found is not None
    assert found.name == requirement


@pytest.mark.parametrize(
    "category",
    [
        "服装/女装/连衣裙",
        "服饰/防晒衣",
        "家居/餐垫",
        "箱包/女包",
        "图书/小说",
        "钟表/手表",
        "家居/枕芯/保健枕",
        "居家/保健食品收纳盒",
        "厨房/茶叶罐",
        "厨房小电/咖啡机",
        "居家/药品柜",
        "美妆/护肤/面膜碗",
        "家纺/牛奶绒四件套",
        "鞋靴/保健鞋",
        "图书/药品说明",
        "家居/食品级硅胶模具",
        "清洁/消毒柜",
        "服饰/奶粉色毛衣",
    ],
)
def test_ordinary_goods_require_no_licence(category: str) -> None:
    requirement = RULES.requirement(category)

    assert requirement is None or not requirement.mandatory


def test_what_is_still_to_verify_says_so() -> None:
    unsure = {entry.key for entry in RULES.formats if entry.status == "verify"}

    assert {"drug_ad", "infant_formula", "fsmp", "industrial_xk"} <= unsure


def test_the_catalogue_of_health_functions_is_complete() -> None:
    assert len(RULES.health_functions) == 24


HEADER = 'provinces = "京"\ndivisions = ["11"]\n'
FORMAT = """[[format]]
key = "food_sc"
name_zh = "食品生产许可证"
scope = "maker"
forms = [{ pattern = 'SC' }]
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
        (HEADER + FORMAT + FORMAT.replace("food_sc", "sc"), "already a name of 'food_sc'"),
        (HEADER + FORMAT + REQUIREMENT, "licence 'food_sx' in 'food'; allowed: food_sc"),
        ("= 3", "is not TOML"),
    ],
)
def test_a_broken_rule_is_refused_with_its_place(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "licences.toml"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(SeedError, match=message):
        load_licence_rules(path)
