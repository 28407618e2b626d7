from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.licences import load_licence_rules
from data.simulate.catalogue import CATALOGUE, Goods
from data.simulate.dice import Dice
from data.simulate.numbers import licence_number
from features.finding import Finding, is_denied
from features.licence import licence_findings
from features.normalise import normalise

RULES = load_licence_rules()
AT = datetime.fromisoformat("2026-02-01T08:00:00+08:00")
SC = licence_number("food_sc", 2026, Dice(9), "06")


def found(category: str, licences: dict[str, str] | None, text: str = "") -> list[Finding]:
    return licence_findings(category, licences, normalise(text).text, AT, RULES)


def codes(category: str, licences: dict[str, str] | None, text: str = "") -> set[str]:
    return {finding.code for finding in found(category, licences, text)}


@given(
    st.sampled_from([path for goods in CATALOGUE for path in goods.categories]),
    st.text(max_size=40),
)
def test_licences_that_were_not_sent_are_never_a_finding(category: str, text: str) -> None:
    assert found(category, None, f"美白祛斑 增强免疫力 {text}") == []


@given(st.sampled_from([goods for goods in CATALOGUE if goods.licence]), st.integers(0, 2**32))
def test_a_genuine_number_is_never_a_finding(goods: Goods, seed: int) -> None:
    assert goods.licence is not None
    number = licence_number(goods.licence, 2026, Dice(seed), goods.sc_class)

    for category in goods.categories:
        assert found(category, {goods.licence: number}) == []


@pytest.mark.parametrize(
    ("category", "name"),
    [
        ("食品/零食", "prepackaged_food"),
        ("美妆/护肤/面霜", "cosmetic"),
        ("保健食品/鱼油", "health_food"),
        ("数码配件/充电宝", "ccc_power"),
        ("医药保健/隐形眼镜", "device_2_3"),
    ],
)
def test_a_mandatory_licence_that_is_stated_to_be_missing_is_found(
    category: str, name: str
) -> None:
    (finding,) = found(category, {})

    assert (finding.code, finding.field) == ("unlicensed_product", "licences")
    assert finding.cue == f"licence missing: {name}"
    assert finding.certainty > 0.9
    assert finding.basis


@pytest.mark.parametrize("category", ["服装/女装", "生鲜/水果", "家居/餐具", "家电/破壁机"])
def test_categories_that_require_none_are_not_punished(category: str) -> None:
    assert found(category, {}) == []


@pytest.mark.parametrize("nothing", ["", " ", "无", "暂无", "N/A", "办理中"])
def test_a_word_for_nothing_is_no_licence(nothing: str) -> None:
    assert codes("食品/零食", {"food_sc": nothing}) == {"unlicensed_product"}


def test_imported_food_needs_no_domestic_licence() -> None:
    assert found("食品/零食", {}, "新西兰原装进口饼干") == []


@pytest.mark.parametrize(
    ("key", "number", "cue"),
    [
        ("food_sc", SC[:-1] + str((int(SC[-1]) + 1) % 10), "licence check digit"),
        ("food_sc", "SC106440112", "licence malformed"),
        ("food_sc", "SC00000000000000", "licence placeholder"),
        ("food_sc", "SC10644011123456", "licence placeholder"),
        ("cosmetic_special_domestic", "国妆特字20990001", "licence year"),
        ("cosmetic_ordinary_domestic", "粤G妆网备字2027001111", "licence year"),
        ("cosmetic_ordinary_domestic", "粤G妆网备字2012001111", "licence year"),
        ("cosmetic_ordinary_domestic", "火G妆网备字2022001111", "licence malformed"),
        ("health_file_domestic", "食健备G202399000111", "licence division"),
        ("device_reg", "粤械注准20213140222", "licence class digit"),
        ("device_reg", "国械注准20212140222", "licence class digit"),
        ("device_reg", "粤械注进20212140222", "licence class digit"),
        ("drug_ad", "粤药广审（文）第250101-00011号", "licence expired"),
        ("uscc", "91110000600037341X", "licence check digit"),
    ],
)
def test_an_impossible_number_is_found(key: str, number: str, cue: str) -> None:
    (finding,) = found("服装/女装", {key: number})

    assert finding.cue == f"{cue}: {key}"
    assert finding.field == f"licences.{key}"


@pytest.mark.parametrize(
    "number",
    [
        f" {' '.join(SC.lower())} ",
        "".join(chr(ord(char) + 0xFEE0) for char in SC),
        f"编号:{SC}",
        f"第{SC}号",
    ],
)
def test_the_way_a_number_is_typed_does_not_matter(number: str) -> None:
    assert found("食品/饮料", {"food_sc": number}) == []


def test_the_year_turns_at_midnight_in_china() -> None:
    number = {"cosmetic_ordinary_domestic": "粤G妆网备字2026001111"}
    late = datetime.fromisoformat("2025-12-31T16:30:00+00:00")
    early = datetime.fromisoformat("2025-12-31T15:30:00+00:00")

    assert licence_findings("美妆/护肤", number, "", late, RULES) == []
    assert len(licence_findings("美妆/护肤", number, "", early, RULES)) == 1


def test_a_credit_code_that_fails_its_check_is_worth_a_look_and_no_more() -> None:
    (finding,) = found("服装/女装", {"uscc": "91110000600037341X"})

    assert finding.certainty <= 0.5


def test_a_form_that_is_still_to_verify_makes_the_finding_less_certain() -> None:
    (unsure,) = found("服装/女装", {"industrial_xk": "XK1"})
    (sure,) = found("服装/女装", {"food_sc": "SC1"})

    assert unsure.certainty < 0.6 < sure.certainty


def test_a_licence_under_an_unknown_key_makes_its_absence_less_certain() -> None:
    (finding,) = found("食品/零食", {"some_permit": "ABC-778"})

    assert finding.certainty <= 0.5


def test_a_licence_is_recognised_by_its_chinese_name_and_by_its_form() -> None:
    number = licence_number("food_sc", 2026, Dice(1), "18")

    assert found("食品/零食", {"食品生产许可证": number}) == []
    assert found("食品/零食", {"permit": number}) == []


ORDINARY = {"cosmetic_ordinary_domestic": "粤G妆网备字2022001111"}
SPECIAL = {"cosmetic_special_domestic": "国妆特字20221111"}


@pytest.mark.parametrize("claim", ["美白", "祛斑", "防晒", "防脱", "染发膏", "烫发水", "七天淡斑"])
def test_an_ordinary_cosmetic_may_not_claim_a_special_function(claim: str) -> None:
    text = f"温和{claim}，姐妹都说好"

    assert codes("美妆/护肤", ORDINARY, text) == {"cosmetic_overclaim", "unlicensed_product"}
    assert codes("美妆/护肤", SPECIAL, text) == set()


@pytest.mark.parametrize(
    "text",
    [
        "没有美白作用",
        "不含防晒成分",
        "可卸防晒",
        "染发后护理发膜",
        "防晒衣同款配色",
        "显白提亮",
        "非祛斑产品",
    ],
)
def test_words_that_only_look_like_a_special_function_are_allowed(text: str) -> None:
    assert found("美妆/护肤", ORDINARY, text) == []


def test_sun_protection_of_clothes_is_no_cosmetic_claim() -> None:
    assert found("服装/防晒衣", {}, "防晒衣 冰丝 UPF50") == []


FOOD = {"food_sc": licence_number("food_sc", 2026, Dice(5), "14")}
HEALTH = {"health_file_domestic": "食健备G202244000111"}


@pytest.mark.parametrize(
    "claim",
    ["增强免疫力", "降血糖", "改善睡眠", "润肠通便", "护肝", "燃脂", "缓解视觉疲劳", "排铅"],
)
def test_ordinary_food_may_not_claim_a_health_function(claim: str) -> None:
    assert codes("食品/代用茶", FOOD, f"每天一杯{claim}") == {"health_food_overclaim"}
    assert "health_food_overclaim" not in codes("食品/保健食品", HEALTH, f"有助于{claim}")


@pytest.mark.parametrize("text", ["不能降血糖，只是一杯茶", "没有护肝作用", "独立包装好吃不腻"])
def test_denied_functions_are_allowed(text: str) -> None:
    assert found("食品/代用茶", FOOD, text) == []


def test_not_only_is_no_denial() -> None:
    assert codes("食品/代用茶", FOOD, "不仅增强免疫力，还好喝") == {"health_food_overclaim"}


def test_a_health_food_with_the_class_of_ordinary_food_is_worth_a_look() -> None:
    both = HEALTH | {"food_sc": licence_number("food_sc", 2026, Dice(5), "31")}
    (finding,) = found("食品/保健食品", both)

    assert finding.cue == "licence class against category"
    assert finding.certainty < 0.6


def test_goods_sold_as_imported_with_a_domestic_licence_contradict_themselves() -> None:
    (finding,) = found("食品/零食", FOOD, "法国原装进口饼干")

    assert finding.code == "spec_mismatch"


@given(st.text(max_size=60), st.integers(0, 60))
def test_looking_for_a_denial_never_fails(text: str, start: int) -> None:
    assert is_denied(text, start) in (True, False)
