from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest

from data.brands import load_brands
from data.listing import Listing
from data.registry import BrandRegistry, RegistryRow, entry_of
from features.brand import BrandIndex, Registered, authorisations, brand_mentions
from features.finding import Finding
from features.normalise import normalise
from features.trademark import Dealing, brand_findings

INDEX = BrandIndex(load_brands())
AT = datetime.fromisoformat("2026-02-01T08:00:00+08:00")
SHOP = {"merchant_id": "m", "type": "individual_business"}
FLAGSHIP = {"merchant_id": "m", "type": "flagship"}
UNAUTHORISED = {"merchant_id": "m", "authorised_brands": []}


def found(
    title: str,
    category: str,
    merchant: Mapping[str, object] = SHOP,
    ratio: float = float("nan"),
    registry: BrandRegistry | None = None,
    **fields: object,
) -> list[Finding]:
    values = {"data_id": "a", "title": title, "category": category, "price": 99.0}
    listing = Listing.model_validate({**values, "merchant": merchant, **fields})
    text = normalise(title).text
    mentions = brand_mentions(text, INDEX, category)
    known = Registered(registry or BrandRegistry(), category, AT)
    named = {mention.brand_id for mention in mentions}
    if listing.brand and (declared := INDEX.resolve(listing.brand)):
        named.add(declared)
    allowed = authorisations(named, listing.merchant, INDEX, known)
    notices = known.notices(listing.merchant, listing.data_id)
    dealing = Dealing(text, "", category, mentions, [], allowed, ratio, notices)
    return list(brand_findings(listing, dealing, INDEX))


@pytest.mark.parametrize(
    ("title", "category", "code"),
    [
        ("耐K 低帮板鞋", "鞋靴/板鞋", "counterfeit_brand"),
        ("L家老花水桶包", "箱包/女包", "counterfeit_brand"),
        ("驴家 短款钱包", "箱包/钱包", "counterfeit_brand"),
        ("lulu家 瑜伽裤", "服饰/瑜伽", "counterfeit_brand"),
        ("香 奈 儿 链条包", "箱包/女包", "counterfeit_brand"),
        ("HUAVVEI 耳机", "数码/耳机", "brand_confusion"),
        ("某森同款吹风机", "家电/个护电器", "brand_confusion"),
        ("始祖鸟代工厂 冲锋衣", "户外/冲锋衣", "brand_confusion"),
        ("耐克尾单 卫衣", "服装/卫衣", "brand_confusion"),
    ],
)
def test_a_name_that_hides_or_borrows_a_brand_is_worth_a_look(
    title: str, category: str, code: str
) -> None:
    (finding,) = found(title, category)

    assert finding.code == code
    assert finding.certainty >= 0.6


@pytest.mark.parametrize(
    ("title", "category", "merchant"),
    [
        ("耐克跑鞋", "鞋靴/跑鞋", SHOP),
        ("耐克跑鞋", "鞋靴/跑鞋", FLAGSHIP),
        ("没有给耐克代工 自有品牌跑鞋", "鞋靴/跑鞋", SHOP),
        ("耐克同款联名授权 卫衣", "服装/卫衣", SHOP),
        ("教你辨别驴牌真假", "图书/工具书", SHOP),
        ("劳力士同厂维修 保养", "手表/维修", SHOP),
        ("适用苹果15 手机壳", "手机配件/手机壳", UNAUTHORISED),
        ("LV收纳 内胆包 尺寸适配", "箱包/内胆包", SHOP),
    ],
)
def test_an_honest_mention_is_left_alone(
    title: str, category: str, merchant: Mapping[str, object]
) -> None:
    assert [f for f in found(title, category, merchant) if f.certainty >= 0.5] == []


def test_a_products_own_nickname_weighs_less_than_a_code_for_the_brand() -> None:
    (fond,) = found("绿水鬼 表", "钟表/腕表")
    (coded,) = found("驴牌 包", "箱包/女包")

    assert fond.certainty < 0.5 < coded.certainty


def test_who_declares_the_brand_hides_nothing_behind_its_nickname() -> None:
    assert found("小棕瓶精华", "美妆/护肤", brand="雅诗兰黛") == []


def test_a_price_far_below_the_brands_makes_a_missing_authorisation_certain() -> None:
    (cheap,) = found("耐克跑鞋", "鞋靴/跑鞋", UNAUTHORISED, 0.2)
    (usual,) = found("耐克跑鞋", "鞋靴/跑鞋", UNAUTHORISED, 0.9)

    assert cheap.certainty > 0.9
    assert usual.certainty < 0.5


def notice(**fields: object) -> BrandRegistry:
    row = {
        "entry": "notice",
        "brand": "nike",
        "listing_id": "a",
        "kind": "counterfeit",
        "date": AT.replace(month=1),
        "reference": "N-7",
    }
    return BrandRegistry([entry_of(RegistryRow.model_validate(row | fields), "nike", AT)])


def test_a_notice_about_the_listing_counts_until_it_is_withdrawn() -> None:
    (finding,) = found("跑鞋", "鞋靴/跑鞋", registry=notice())
    withdrawn = notice(withdrawn_at=AT.replace(month=1, day=15))

    assert "n-7" in finding.reason_zh
    assert found("跑鞋", "鞋靴/跑鞋", registry=withdrawn) == []
    assert found("跑鞋", "鞋靴/跑鞋", registry=notice(listing_id="b")) == []


def confusion(title: str, category: str, **fields: Any) -> Finding:
    (finding,) = [f for f in found(title, category, **fields) if f.code == "brand_confusion"]
    return finding


def test_a_look_alike_is_cited_with_the_brand_it_is_taken_for() -> None:
    finding = confusion("兰寇精华液", "美妆/护肤")

    assert (finding.field, finding.text) == ("title", "兰寇")
    assert "兰蔻" in finding.cue
    assert "兰蔻" in finding.reason_zh
    assert finding.certainty == 0.75


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"brand": "美旳"}, "brand"),
        ({"attributes": {"品牌": "美旳"}}, "attributes.品牌"),
        ({"brand": "Mediа"}, None),
        ({"brand": "美的", "attributes": {"品牌": "美旳"}}, "attributes.品牌"),
        ({"brand": "自有品牌"}, None),
    ],
)
def test_a_declared_brand_is_held_against_those_of_the_category(
    fields: dict[str, Any], field: str | None
) -> None:
    findings = found("电饭煲 4L", "家电/厨房电器", **fields)

    assert [finding.field for finding in findings] == ([field] if field else [])


def test_title_and_declared_brand_give_one_finding() -> None:
    assert confusion("康帅傅红烧牛肉面", "食品/方便面", brand="康帅傅").field == "title"


@pytest.mark.parametrize("title", ["专柜正品 兰寇精华液", "兰寇精华液 大牌同厂"])
def test_borrowed_credit_makes_a_look_alike_surer(title: str) -> None:
    assert confusion(title, "美妆/护肤").certainty > 0.8


def test_a_price_far_below_the_brands_makes_a_look_alike_surer() -> None:
    cheap = confusion("兰寇精华液", "美妆/护肤", ratio=0.1)
    usual = confusion("兰寇精华液", "美妆/护肤", ratio=0.9)

    assert cheap.certainty > usual.certainty


@pytest.mark.parametrize("merchant", [SHOP, FLAGSHIP, UNAUTHORISED, {"merchant_id": "m"}])
def test_the_name_is_wrong_whoever_sells_under_it(merchant: Mapping[str, object]) -> None:
    assert confusion("兰寇精华液", "美妆/护肤", merchant=merchant).certainty == 0.75


def test_a_brand_of_the_shops_own_that_is_too_near_anothers_is_barely_a_reason_to_look() -> None:
    merchant = {"merchant_id": "m", "type": "flagship", "authorised_brands": ["沁圆"]}
    own = confusion("沁圆净水器", "家电/净水器", merchant=merchant)
    other = confusion("沁圆净水器", "家电/净水器")

    assert 0.5 < own.certainty < 0.6 < other.certainty


@pytest.mark.parametrize("names", [["兰蔻"], ["Lancome/兰蔻"]])
def test_who_is_authorised_for_the_brand_imitates_nobody(names: list[str]) -> None:
    merchant = {"merchant_id": "m", "type": "flagship", "authorised_brands": names}

    assert found("兰寇精华液", "美妆/护肤", merchant=merchant) == []
    assert found("精华液", "美妆/护肤", merchant=merchant, brand="兰寇") == []


@pytest.mark.parametrize(
    ("title", "category", "fields"),
    [
        ("联想(leonvo)V330 笔记本", "电脑/笔记本", {}),
        ("膳魔师焖烧杯 咖啡色 星巴可款", "水具/杯", {}),
        ("亚瑟士跑鞋 apsics", "鞋/跑鞋", {}),
        ("兰寇精华液 自用一半", "美妆/护肤", {"condition": "used"}),
    ],
)
def test_a_slip_beside_the_right_name_is_no_reason_to_look(
    title: str, category: str, fields: dict[str, Any]
) -> None:
    assert [f for f in found(title, category, **fields) if f.certainty >= 0.5] == []


@pytest.mark.parametrize(
    ("title", "category", "fields"),
    [
        ("滤芯 适用美旳净水器", "家电/净水配件", {}),
        ("手机壳 适用华力手机", "手机配件/手机壳", {"brand": "华力"}),
        ("滤芯 适用美旳净水器", "家电/净水配件", {"brand": "美旳"}),
        ("教你识别康帅傅和康师傅", "食品/科普", {}),
        ("本店不是康帅傅", "食品/方便面", {}),
    ],
)
def test_goods_that_fit_or_texts_that_warn_imitate_nobody(
    title: str, category: str, fields: dict[str, Any]
) -> None:
    assert found(title, category, **fields) == []


@pytest.mark.parametrize(
    ("title", "category", "fields"),
    [
        ("妈妈健步鞋 足力健老人鞋同楦", "鞋靴/老人鞋", {"brand": "步安堂"}),
        ("拉拉裤XL 与花家妙而舒同产线", "母婴/纸尿裤", {}),
        ("小棕瓶精华同厂 50ml", "美妆/护肤/精华", {}),
        ("黄天鹅级可生食鸡蛋", "生鲜/鸡蛋", {"brand": "白天鹅", "merchant": FLAGSHIP}),
        ("面霜50g", "美妆/护肤", {"attributes": {"生产说明": "与HR黑绷带同线灌装"}}),
        ("面霜50g", "美妆/护肤", {"attributes": {"说明": "配方编号与兰家菁纯那支一致"}}),
        ("燃气灶", "家电/燃气灶", {"attributes": {"监制": "方太厨电（香港）国际集团"}}),
        ("四件套 富安娜罗莱家纺都在看", "家纺/床品", {"brand": "无"}),
    ],
)
def test_whose_line_or_supervision_is_claimed_is_worth_a_look(
    title: str, category: str, fields: dict[str, Any]
) -> None:
    (finding,) = [f for f in found(title, category, **fields) if f.certainty >= 0.5]

    assert finding.code == "brand_confusion"


@pytest.mark.parametrize(
    ("title", "category", "fields"),
    [
        ("潜航者 C厂", "钟表/机械表", {}),
        ("鹦鹉螺5711机械表 3K廠", "钟表/机械表", {}),
        ("三叶草贝壳头板鞋 PT顶配", "鞋靴/板鞋", {}),
        ("腊梅面霜60ml", "美妆/护肤", {"skus": [{"name": "厂版60ml", "price": 138}]}),
        ("腊梅面霜60ml", "美妆/护肤", {"brand": "腊梅", "attributes": {"版本": "柜版"}}),
        ("大鹅羽绒服 原版开模", "服装/羽绒服", {}),
        ("飞天款白瓶 扫码出真", "酒水/白酒", {}),
        ("拉布布挂件 东莞版", "玩具/盲盒", {}),
    ],
)
def test_a_nickname_among_the_words_of_replicas_means_a_replica(
    title: str, category: str, fields: dict[str, Any]
) -> None:
    (finding,) = [f for f in found(title, category, **fields) if f.certainty >= 0.5]

    assert finding.code == "counterfeit_brand"


@pytest.mark.parametrize(
    ("title", "category", "fields"),
    [
        ("潜航者 机械表 实拍", "钟表/机械表", {}),
        ("三叶草项链 银", "珠宝/项链", {}),
        ("三叶草板鞋 鞋厂直销", "鞋靴/板鞋", {}),
        ("大鹅羽绒服 90白鹅绒", "服装/羽绒服", {}),
        ("腊梅花盆栽 柜版", "鲜花/盆栽", {}),
        ("铁锅炖大鹅 半成品", "食品/熟食", {}),
        ("九号线地铁周边文创", "文创/周边", {}),
        ("方太燃气灶", "家电/燃气灶", {"attributes": {"监制": "方太(香港)国际集团"}}),
        ("燃气灶", "家电/燃气灶", {"attributes": {"监制": "中山好厨电器有限公司"}}),
        ("足力健老人鞋 同款两双", "鞋靴/老人鞋", {"brand": "足力健"}),
        ("笔记本 升级版", "电脑/笔记本", {"brand": "无"}),
        ("手机壳 华为小米苹果通用", "手机配件/手机壳", {"brand": "无"}),
    ],
)
def test_fond_names_and_fair_ones_without_such_words_are_left_alone(
    title: str, category: str, fields: dict[str, Any]
) -> None:
    assert [f for f in found(title, category, **fields) if f.certainty >= 0.5] == []


def test_a_fraction_of_the_list_price_counts_where_authorisation_is_denied() -> None:
    slashed: dict[str, Any] = {"list_price": 500.0, "brand": "博世"}
    (denied,) = found("博世火花塞", "汽车用品/火花塞", UNAUTHORISED, **slashed)
    (in_field,) = found("火花塞", "汽车用品/火花塞", UNAUTHORISED, **slashed)

    assert denied.certainty == in_field.certainty == 0.6
    assert found("博世火花塞", "汽车用品/火花塞", SHOP, **slashed) == []
