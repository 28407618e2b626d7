from datetime import datetime
from math import isnan, log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.brands import load_brands
from data.goods import load_goods
from data.licences import load_licence_rules
from data.listing import Listing
from data.simulate.listings import simulate_listings
from features.brand import BrandIndex
from features.category import GoodsIndex
from features.listing import LISTING_FEATURES, ListingFacts, References, listing_features
from features.price import NO_REFERENCE_PRICES, ReferencePrice, ReferencePrices
from features.tokenise import Tokeniser

INDEX = BrandIndex(load_brands())
RULES = load_licence_rules()
GOODS = GoodsIndex(load_goods())
TOKENISER = Tokeniser({})
AT = datetime.fromisoformat("2026-02-01T08:00:00+08:00")
PRICES = ReferencePrices(
    as_of=AT, entries=(ReferencePrice(brand="nike", category="鞋/跑鞋", median=500.0, count=40),)
)

REFERENCES = References(INDEX, RULES, GOODS, PRICES)


def facts(fields: dict[str, object], prices: ReferencePrices = PRICES) -> ListingFacts:
    plain: dict[str, object] = {
        "data_id": "a",
        "title": "跑鞋",
        "category": "鞋/跑鞋",
        "price": 100.0,
    }
    listing = Listing.model_validate(plain | fields)
    references = References(INDEX, RULES, GOODS, prices)
    return listing_features(listing, AT, references, TOKENISER)


def value(name: str, **fields: object) -> float:
    return dict(zip(LISTING_FEATURES, facts(fields).values, strict=True))[name]


def cues(**fields: object) -> list[tuple[str, str, str]]:
    return [(found.code, found.field, found.cue) for found in facts(fields).findings]


def test_a_bare_listing_has_no_findings_and_much_that_is_unknown() -> None:
    answer = facts({}, NO_REFERENCE_PRICES)
    known = [n for n, v in zip(LISTING_FEATURES, answer.values, strict=True) if not isnan(v)]

    assert answer.findings == []
    assert "title_length" in known
    assert "licence_missing" not in known
    assert "brand_other_than_declared" not in known


def test_feature_names_are_distinct() -> None:
    assert len(set(LISTING_FEATURES)) == len(LISTING_FEATURES)


@pytest.mark.parametrize(
    ("name", "fields", "expected"),
    [
        ("price_ratio_log", {"title": "耐克跑鞋"}, log(0.2)),
        ("price_ratio_log", {"brand": "Nike/耐克"}, log(0.2)),
        ("price_ratio_log", {"title": "耐k跑鞋"}, log(0.2)),
        ("discount", {"list_price": 400.0}, 0.75),
        ("sku_count", {"skus": []}, 0.0),
        ("edits_7d", {"edits_7d": 3}, 3.0),
        ("used", {"condition": "used"}, 1.0),
        ("brands_fitted", {"title": "鞋垫 适用耐克"}, 1.0),
        ("brand_disguises", {"description": "和耐k一样"}, 1.0),
        ("brand_category_mismatch", {"title": "耐克 充电线", "category": "数码"}, 1.0),
        ("brand_other_than_declared", {"title": "耐克跑鞋", "brand": "安踏"}, 1.0),
        ("licence_missing", {"licences": {}, "category": "食品/零食"}, 1.0),
        ("origin_ship_conflict", {"origin": "江苏苏州", "ships_from": "浙江"}, 1.0),
        ("origin_ship_conflict", {"origin": "江苏苏州", "ships_from": "江苏"}, 0.0),
    ],
)
def test_facts_become_values(name: str, fields: dict[str, object], expected: float) -> None:
    assert value(name, **fields) == pytest.approx(expected)


@pytest.mark.parametrize(
    "name", ["price_ratio_log", "discount", "sku_count", "licence_bad", "origin_ship_conflict"]
)
def test_what_is_left_out_is_unknown(name: str) -> None:
    assert isnan(value(name))


def test_a_cheap_brand_without_authorisation_is_nearly_certain() -> None:
    shop = {"merchant_id": "m", "authorised_brands": []}
    (cheap,) = facts({"title": "耐克跑鞋", "merchant": shop}).findings
    (usual,) = facts({"title": "耐克跑鞋", "merchant": shop, "price": 450.0}).findings

    assert cheap.code == usual.code == "counterfeit_brand"
    assert cheap.certainty > 0.9
    assert usual.certainty < 0.5


def test_a_flagship_shop_may_name_its_brand() -> None:
    assert cues(title="耐克跑鞋", merchant={"merchant_id": "m", "type": "flagship"}) == []


def test_a_brand_of_an_unknown_shop_is_no_finding() -> None:
    assert cues(title="耐克跑鞋") == []


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"title": "耐k 跑鞋"}, ("counterfeit_brand", "title", "brand disguise")),
        ({"title": "驴牌手袋"}, ("counterfeit_brand", "title", "brand nickname")),
        ({"title": "某森同款吹风机 平替"}, ("brand_confusion", "title", "brand disguise")),
        ({"title": "康帅博方便面"}, ("brand_confusion", "title", "brand lookalike")),
        ({"description": "和耐k一样"}, ("counterfeit_brand", "description", "brand disguise")),
        ({"ocr_text": "ADLDAS"}, ("brand_confusion", "ocr_text", "brand lookalike")),
        (
            {"title": "女裙裙子长裙短裙仙女裙百搭裙爆款裙清仓裙"},
            ("listing_abuse", "title", "keyword stuffing"),
        ),
        ({"title": "耐克 安踏 彪马 鞋垫"}, ("listing_abuse", "title", "brand stuffing")),
        (
            {"skus": [{"name": "全款", "price": 199.0}, {"name": "定金勿拍", "price": 1.0}]},
            ("listing_abuse", "skus[1].name", "bait variant"),
        ),
    ],
)
def test_tricks_are_found(fields: dict[str, object], expected: tuple[str, str, str]) -> None:
    assert expected in cues(**fields)


@pytest.mark.parametrize(
    "fields",
    [
        {"title": "手机壳 适用iPhone15/15Pro/15ProMax 多型号可选", "category": "手机配件"},
        {"title": "雅诗兰黛小棕瓶精华", "category": "美妆/护肤"},
        {"title": "童鞋男童运动鞋秋季透气网面 尺码26-37"},
        {"title": "教你辨别驴牌真假"},
        {"skus": [{"name": "定制定金", "price": 50.0}, {"name": "尾款", "price": 150.0}]},
        {"skus": [{"name": "一瓶", "price": 39.0}, {"name": "六瓶", "price": 169.0}]},
    ],
)
def test_ordinary_listings_are_left_alone(fields: dict[str, object]) -> None:
    assert cues(**fields) == []


def test_a_nickname_on_second_hand_goods_is_less_certain() -> None:
    (new,) = facts({"title": "驴牌手袋", "category": "箱包"}).findings
    (used,) = facts({"title": "驴牌手袋", "category": "箱包", "condition": "used"}).findings

    assert used.certainty < new.certainty


def test_every_finding_cites_a_rule_a_reason_and_words_of_its_field() -> None:
    for item in simulate_listings(400, seed=5, at=AT, bad_share=0.5):
        for finding in listing_features(item.listing, AT, REFERENCES, TOKENISER).findings:
            assert finding.cue
            assert finding.reason_zh
            assert finding.basis


def test_the_same_listing_has_the_same_values() -> None:
    for item in simulate_listings(50, seed=6, at=AT, bad_share=0.5):
        once = listing_features(
            item.listing, AT, References(INDEX, RULES, GOODS, PRICES), TOKENISER
        )
        again = listing_features(
            item.listing, AT, References(INDEX, RULES, GOODS, PRICES), TOKENISER
        )
        assert str(once) == str(again)


@given(st.text(max_size=80), st.text(min_size=1, max_size=40), st.text(max_size=200))
def test_no_text_breaks_the_features(title: str, category: str, description: str) -> None:
    fields: dict[str, object] = {
        "title": title,
        "category": f"食品{category}",
        "description": description,
        "licences": {"food_sc": title},
        "attributes": {"面料": title},
    }
    answer = facts(fields)

    assert len(answer.values) == len(LISTING_FEATURES)


def test_the_detail_page_and_its_pictures_are_read_for_borrowed_names() -> None:
    stove = {"title": "燃气灶", "category": "家电/燃气灶"}
    signed = "好厨娘 监制：方太厨电（香港）国际集团 中山制造"
    bricks = {"title": "拼装积木 编号10294", "category": "玩具/积木"}
    told = "彩盒与丹麦原版逐字对应"

    assert cues(**stove, ocr_text=signed) == [
        ("brand_confusion", "ocr_text", "brand in a supervisor's name")
    ]
    assert ("counterfeit_brand", "description", "brand nickname") in cues(
        **bricks, description=told
    )


def test_both_names_changed_on_a_picture_are_no_misreading() -> None:
    dryer = {"title": "高速吹风机", "category": "家电/个护电器"}
    feigned = cues(**dryer, ocr_text="戴生 DYSQN 智能温控")

    assert feigned == [("brand_confusion", "ocr_text", "brand lookalike: 戴森")]
    assert cues(**dryer, ocr_text="DYSQN 智能温控") == []
