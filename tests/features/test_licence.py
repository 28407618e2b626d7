import re
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.iso7064 import mod_11_10

from data.licences import load_licence_rules, patent_check_digit
from data.simulate.catalogue import CATALOGUE, Goods
from data.simulate.dice import Dice
from data.simulate.numbers import licence_number
from features.finding import Finding, is_denied
from features.licence import (
    LicenceUse,
    licence_findings,
    shared_numbers,
    sound_licences,
)
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
        ("医药保健/隐形眼镜", "device_3"),
        ("医药保健/血压计", "device_2"),
        ("药品/OTC", "drug"),
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


THINGS = [
    "家居/枕芯/保健枕",
    "厨房/茶具/茶叶罐",
    "厨房小电/咖啡机",
    "居家/药品收纳盒",
    "家纺/牛奶绒四件套",
    "美妆工具/面膜碗",
    "图书/保健食品",
    "服装/防晒衣",
]


@pytest.mark.parametrize("category", THINGS)
def test_a_thing_named_after_a_food_or_drug_needs_no_licence_and_makes_no_claim(
    category: str,
) -> None:
    text = "美白 防晒 增强免疫力 改善睡眠 治疗湿疹"

    assert found(category, {}, text) == []


@given(st.sampled_from([*THINGS, "家居/餐垫", "钟表/手表", "箱包/女包"]), st.text(max_size=40))
def test_goods_that_need_no_licence_are_never_punished_for_having_none(
    category: str, text: str
) -> None:
    assert found(category, {}, text) == []
    assert found(category, None, text) == []


@pytest.mark.parametrize("category", ["服装/女装", "生鲜/水果", "家居/餐具", "家电/破壁机"])
def test_categories_that_require_none_are_not_punished(category: str) -> None:
    assert found(category, {}) == []


@pytest.mark.parametrize(
    "nothing", ["", " ", "无", "暂无", "N/A", "办理中", "无需", "—", "待提供", "null"]
)
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
        ("drug_ad", "粤药广审（文）第270230-00011号", "licence malformed"),
        ("drug_ad", "粤药广审（文）第2018030123号", "licence expired"),
        ("uscc", "91110000600037341X", "licence check digit"),
        ("business_licence", "440301112229635", "licence check digit"),
        ("food_business", "JY13301080111718", "licence check digit"),
        ("ean13", "6923450067894", "licence check digit"),
        ("isbn", "9787010203045", "licence check digit"),
        ("food_sc", "SC20444011100126", "licence malformed"),
        ("food_qs", "QS320106010123", "licence out of use"),
        ("device_reg", "国食药监械（准）字2012第3640111号", "licence out of use"),
        ("device_reg", "粤食药监械（准）字2012第3640111号", "licence class digit"),
        ("device_reg", "粤械注准20101640111", "licence malformed"),
        ("cosmetic_special_domestic", "卫妆特字(2005)第0123号", "licence out of use"),
        ("cosmetic_special_domestic", "国妆特字G20241234", "licence year"),
        ("cosmetic_special_domestic", "粤G妆网备字2022000124", "licence malformed"),
        ("health_reg_domestic", "国食健注J20200123", "licence malformed"),
        ("health_reg_domestic", "国食健字G20220123", "licence year"),
        ("health_reg_domestic", "国食健注G20200000", "licence placeholder"),
        ("health_file_domestic", "食健备G202244123456", "licence placeholder"),
        ("drug", "国药准字H12345678", "licence year"),
        ("drug", "国药准字X20200011", "licence malformed"),
        ("drug", "国药准字Z67021234", "licence division"),
        ("drug", "国药准字H20270011", "licence year"),
        ("infant_formula", "国食注字YP20120011", "licence year"),
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


# The body of each stands for no patent that we know of; the check digits were computed.
@pytest.mark.parametrize(
    ("number", "cue"),
    [
        (f"ZL2014{kind}0000001.{patent_check_digit(f'2014{kind}0000001')}", cue)
        for kind, cue in [
            (1, None),
            (2, "licence expired"),
            (3, None),
            (8, None),
            (9, "licence expired"),
        ]
    ]
    + [("ZL99100001." + patent_check_digit("99100001"), "licence expired")]
    + [("201410000001.1", "licence malformed")],
)
def test_a_patent_whose_term_is_over_may_not_be_advertised(number: str, cue: str | None) -> None:
    patents = found("家居/餐垫", {"patent": number})

    assert [finding.cue for finding in patents] == ([f"{cue}: patent"] if cue else [])
    assert {finding.code for finding in patents} <= {"false_authority"}


@pytest.mark.parametrize(
    ("key", "number"),
    [
        ("cosmetic_ordinary_domestic", "苏G妆网备字2025012345"),
        ("ccc", "2022010907109876"),
        ("drug", "国药准字H20123456"),
        ("cosmetic_special_domestic", "国妆特字20241234"),
        ("uscc", "91110000600037341L"),
        ("ean13", "6901234567892"),
    ],
)
def test_a_number_in_which_digits_happen_to_follow_each_other_is_no_placeholder(
    key: str, number: str
) -> None:
    assert found("家居/餐垫", {key: number}) == []


def test_a_letter_in_place_of_a_digit_is_named_and_not_mended() -> None:
    (finding,) = found("服装/女装", {"food_sc": SC[:3] + SC[3:].replace("0", "O")})

    assert finding.cue == "licence malformed: food_sc"
    assert "字母O" in finding.reason_zh


@pytest.mark.parametrize(
    ("licences", "cue"),
    [
        ({"food_sc": f"{SC} 有效期至2026-02-01"}, None),
        ({"food_sc": f"{SC} 有效期至2026-01-31"}, "licence expired: food_sc"),
        (
            {"food_sc": f"{SC}（有效期2026年3月1日至2031年2月28日）"},
            "licence not yet valid: food_sc",
        ),
        ({"food_sc": f"{SC} 长期有效"}, None),
        ({"food_sc": SC, "food_sc_valid_until": "2025-12-31"}, "licence expired: food_sc"),
        ({"food_sc": SC, "ccc_valid_until": "2025-12-31"}, None),
    ],
)
def test_a_licence_counts_from_its_first_to_its_last_day(
    licences: dict[str, str], cue: str | None
) -> None:
    assert [finding.cue for finding in found("食品/零食", licences)] == ([cue] if cue else [])


def test_a_licence_ends_at_midnight_in_china() -> None:
    licences = {"food_sc": f"{SC} 有效期至2026-01-31"}
    before = datetime.fromisoformat("2026-01-31T15:59:59+00:00")
    after = datetime.fromisoformat("2026-01-31T16:00:00+00:00")

    assert licence_findings("食品/零食", licences, "", before, RULES) == []
    assert len(licence_findings("食品/零食", licences, "", after, RULES)) == 1


def test_a_form_that_was_abolished_counted_before() -> None:
    old = {"food_qs": "QS320106010123"}
    before = datetime.fromisoformat("2018-09-30T12:00:00+08:00")

    assert licence_findings("食品/零食", old, "", before, RULES) == []


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


@pytest.mark.parametrize(
    ("category", "licences", "cue"),
    [
        (
            "医药保健/隐形眼镜",
            {"device_reg": "粤械注准20222140222"},
            "licence class against category",
        ),
        (
            "医药保健/隐形眼镜",
            {"device_reg": "国械注进20222140222"},
            "licence class against category",
        ),
        ("医药保健/隐形眼镜", {"device_reg": "国械注进20223160222"}, None),
        ("医药保健/隐形眼镜", {"device_class1": "粤穗械备20210011"}, "licence missing: device_3"),
        ("医药保健/血压计", {"device_reg": "粤械注准20222070222"}, None),
        ("医药保健/血压计", {"device_class1": "粤穗械备20210011"}, "licence missing: device_2"),
        ("医药保健/医疗器械/冷敷贴", {"device_class1": "粤穗械备20210011"}, None),
        (
            "美妆/防晒/防晒霜",
            {"cosmetic_ordinary_domestic": "粤G妆网备字2022001111"},
            "licence missing: cosmetic_special",
        ),
        ("美妆/护肤/面膜", {"device_class1": "粤穗械备20210011"}, "licence missing: cosmetic"),
        ("美妆/护肤/面霜", {"disinfect": "粤卫消证字(2020)第0123号"}, "licence missing: cosmetic"),
        ("药品/皮肤用药", {"disinfect": "粤卫消证字(2020)第0123号"}, "licence missing: drug"),
        ("数码配件/充电宝", {"ccc": "2024220114120987"}, "licence class against category"),
        ("数码配件/充电宝", {"ccc": "2024010915120987"}, None),
        (
            "食品/压片糖果",
            {"health_reg_domestic": "国食健注G20200123"},
            "licence class against category",
        ),
        ("食品/滋补", {"health_reg_domestic": "国食健注G20200123"}, None),
        ("家居清洁/消毒液", {"disinfect": "粤卫消证字(2020)第0123号"}, None),
    ],
)
def test_a_licence_must_be_of_the_class_that_the_category_needs(
    category: str, licences: dict[str, str], cue: str | None
) -> None:
    assert [finding.cue for finding in found(category, licences)] == ([cue] if cue else [])


def test_a_food_additive_licence_does_not_cover_a_food() -> None:
    body = "2014401110012"
    number = f"SC{body}{mod_11_10.calc_check_digit(body)}"
    (finding,) = found("食品/零食", {"food_sc": number})

    assert finding.cue == "licence class against category"


def test_a_health_number_beside_the_class_of_sweets_is_worth_a_look() -> None:
    both = HEALTH | {"food_sc": licence_number("food_sc", 2026, Dice(5), "13")}
    (finding,) = found("食品/滋补", both)

    assert finding.cue == "licence class against category"
    assert finding.certainty < 0.6


def test_a_seller_s_licence_makes_the_maker_s_absence_less_certain() -> None:
    (finding,) = found("食品/零食", {"food_business": "JY13301080111719"})

    assert finding.cue == "licence missing: prepackaged_food"
    assert finding.certainty <= 0.5


DISINFECT = {"disinfect": "粤卫消证字(2020)第0123号"}


@pytest.mark.parametrize("claim", ["治疗脚气", "湿疹皮炎一抹就好", "消炎止痒", "根治灰指甲"])
def test_a_disinfectant_may_not_claim_to_treat(claim: str) -> None:
    text = f"草本抑菌乳膏 {claim}"

    assert "medical_claim" in codes("家居清洁/消毒产品", DISINFECT, text)
    assert "medical_claim" in codes("其他/乳膏", DISINFECT, text)
    assert "medical_claim" not in codes("其他/乳膏", None, text)
    assert "medical_claim" not in codes("药品", DISINFECT | {"drug": "国药准字H20203011"}, text)


@pytest.mark.parametrize("text", ["抑菌率99%", "不能治疗脚气", "治愈系香味"])
def test_a_disinfectant_may_say_what_it_does(text: str) -> None:
    assert found("家居清洁/消毒液", DISINFECT, text) == []


def uses(number: str, shops: str, days: float = 1) -> list[LicenceUse]:
    return [LicenceUse(number, shop, AT - timedelta(days=days)) for shop in shops]


def shared_cues(licences: dict[str, str], seen: list[LicenceUse], shop: str = "a") -> list[str]:
    shared = shared_numbers(seen, AT)
    findings = licence_findings(
        "家居/餐垫", licences, "", AT, RULES, shared=shared, merchant_id=shop
    )
    assert all(finding.certainty <= 0.6 for finding in findings)
    return [finding.cue for finding in findings]


CODE = "91110000600037341L"


def test_a_credit_code_of_several_shops_is_worth_a_look() -> None:
    assert shared_cues({"uscc": CODE}, uses(CODE, "abc")) == ["licence shared: uscc"]
    assert shared_cues({"uscc": CODE}, uses(CODE, "ab")) == []
    assert shared_cues({"uscc": CODE}, uses("9111 0000-6000 37341l", "abc")) != []


def test_the_number_of_a_good_takes_more_shops_and_is_less_certain() -> None:
    assert shared_cues(SPECIAL, uses("国妆特字20221111", "abc")) == []
    assert shared_cues(SPECIAL, uses("国妆特字20221111", "abcd")) == [
        "licence shared: cosmetic_special_domestic"
    ]


def test_a_shop_that_lists_often_is_one_shop() -> None:
    assert shared_cues({"uscc": CODE}, uses(CODE, "aaabbb")) == []


@pytest.mark.parametrize("days", [0, -1, 181])
def test_only_what_was_seen_shortly_before_the_instant_counts(days: float) -> None:
    assert shared_cues({"uscc": CODE}, uses(CODE, "abcdef", days)) == []


def test_a_table_from_after_the_instant_is_refused() -> None:
    late = shared_numbers([], AT + timedelta(seconds=1))

    with pytest.raises(ValueError, match="later than"):
        licence_findings("食品", {}, "", AT, RULES, shared=late)


def test_barcodes_and_patents_are_shared_by_right() -> None:
    assert shared_cues({"ean13": "6901234567892"}, uses("6901234567892", "abcdefgh")) == []


def test_sound_licences_are_those_without_a_fault() -> None:
    given = {"drug": "国药准字H20203011", "food_sc": f"{SC} 有效期至2025-01-01", "other": "1"}

    assert sound_licences(given, AT, RULES) == {"drug"}


@given(
    st.sampled_from([path for goods in CATALOGUE for path in goods.categories]),
    st.dictionaries(
        st.sampled_from([entry.key for entry in RULES.formats]),
        st.one_of(
            st.text(max_size=30),
            st.text("0123456789SCZLGJ国妆特字药准-（） ", max_size=24),
        ),
        max_size=4,
    ),
)
def test_every_finding_names_its_rule_and_its_statute(
    category: str, licences: dict[str, str]
) -> None:
    for finding in found(category, licences, "美白 增强免疫力 治疗湿疹 原装进口"):
        assert finding.cue
        assert finding.basis
        assert finding.reason_zh
        assert all(re.search(r"法|办法|条例|规定|规则|GB", law) for law in finding.basis)


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
