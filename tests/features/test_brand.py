from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.brands import load_brands
from data.listing import Merchant
from data.registry import BrandRegistry, RegistryRow, entry_of
from features.brand import BrandIndex, Registered, authorised, brand_mentions
from features.normalise import normalise

INDEX = BrandIndex(load_brands())
AT = datetime.fromisoformat("2026-02-01T08:00:00+08:00")
DAYS = {
    "valid_from": datetime.fromisoformat("2025-01-01T00:00:00+08:00"),
    "valid_to": datetime.fromisoformat("2027-01-01T00:00:00+08:00"),
}


def mentioned(text: str, category: str | None = None) -> list[tuple[str, str]]:
    mentions = brand_mentions(normalise(text).text, INDEX, category)
    return [(mention.brand_id, mention.kind) for mention in mentions]


@pytest.mark.parametrize(
    ("text", "category", "expected"),
    [
        ("耐克运动鞋", None, ("nike", "canonical")),
        ("ＮＩＫＥ 跑鞋", None, ("nike", "canonical")),
        ("耐k 运动鞋 支持对比", "鞋", ("nike", "disguise")),
        ("驴牌老花手袋", None, ("louisvuitton", "nickname")),
        ("香奶奶链条包", None, ("chanel", "nickname")),
        ("劳家 走时稳", "手表", ("rolex", "nickname")),
        ("鸟家风格冲锋衣", None, ("arcteryx", "nickname")),
        ("星爸爸限定杯", None, ("starbucks", "nickname")),
        ("某森同款吹风机", None, ("dyson", "disguise")),
        ("HUAVVEI 智能手环", None, ("huawei", "lookalike")),
        ("康帅博方便面", None, ("masterkong", "lookalike")),
        ("雷碧柠檬味汽水", None, ("sprite", "lookalike")),
        ("阿迪达新款三条纹运动裤", None, ("adidas", "lookalike")),
        ("苹果15 256G", "手机数码/手机", ("apple", "canonical")),
        ("小米14", "手机", ("xiaomi", "canonical")),
    ],
)
def test_a_brand_is_found_under_its_many_names(
    text: str, category: str | None, expected: tuple[str, str]
) -> None:
    assert mentioned(text, category) == [expected]


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("驴肉火烧 五香驴肉", "食品/熟食"),
        ("红富士苹果 5斤", "生鲜/水果"),
        ("苹果 脆甜", None),
        ("苹果醋 0糖", "食品/饮料"),
        ("有机小米 5斤", "食品/粮油"),
        ("朝北面的坡地种出来的茶", "食品/茶叶"),
        ("精美的破壁机", "家电/厨房电器"),
        ("omega-3鱼油", "食品/保健食品"),
        ("unlike anything", None),
        ("evolved vanessa", None),
    ],
)
def test_ordinary_words_are_no_brands(text: str, category: str | None) -> None:
    assert mentioned(text, category) == []


@pytest.mark.parametrize(
    ("text", "category", "expected"),
    [
        ("耐 克 小白鞋", "鞋靴/板鞋", ("nike", "disguise")),
        ("耐.克 小白鞋", "鞋靴/板鞋", ("nike", "disguise")),
        ("N I K E 运动鞋", "鞋靴/跑鞋", ("nike", "disguise")),
        ("N-I-K-E 卫衣", "服装/卫衣", ("nike", "disguise")),
        ("G u c c i 腰带", "服饰配件/腰带", ("gucci", "disguise")),
        ("古*驰 腰带", "服饰配件/腰带", ("gucci", "disguise")),
        ("香✨奈✨儿 链条包", "箱包/女包", ("chanel", "disguise")),
        ("香🈵奈🈵儿 链条包", "箱包/女包", ("chanel", "disguise")),
        ("🍎手机 256G", "手机数码/手机", ("apple", "disguise")),
        ("🐴家 腰带", "服饰配件/腰带", ("hermes", "disguise")),
        ("Ｎ１ＫＥ 跑鞋", "鞋靴/跑鞋", ("nike", "disguise")),
        ("Ｃｈａｎｅ１ 胸针", "饰品", ("chanel", "disguise")),
        ("HUAVVEI 耳机", "数码/耳机", ("huawei", "lookalike")),
        ("5AMSUNG 耳机", "数码/耳机", ("samsung", "disguise")),
        ("Adidos 跑鞋", "鞋靴/跑鞋", ("adidas", "lookalike")),
        ("Panasnoic 剃须刀", "家电/个护电器", ("panasonic", "lookalike")),
        ("欧米jia 机械表", "钟表/腕表", ("omega", "disguise")),
        ("欧某茄 机械表", "钟表/腕表", ("omega", "disguise")),
        ("香×儿 链条包", "箱包/女包", ("chanel", "disguise")),
        ("优衣酷 羽绒服", "服装/羽绒服", ("uniqlo", "lookalike")),
        ("阿迪打斯 运动裤", "服装/运动裤", ("adidas", "lookalike")),
        ("兰蔲 粉水", "美妆/护肤", ("lancome", "lookalike")),
        ("膳魔帅 焖烧杯", "水具/杯", ("thermos", "lookalike")),
        ("鬼冢家 阿甘鞋", "鞋靴/休闲鞋", ("onitsuka", "nickname")),
    ],
)
def test_a_brand_is_found_behind_its_disguise(
    text: str, category: str, expected: tuple[str, str]
) -> None:
    assert expected in mentioned(text, category)


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("香 辣 豆干", "食品/零食"),
        ("N I C E 字母T恤", "服装/T恤"),
        ("尺码 S M L XL", "服装/T恤"),
        ("小 米 椒 剁椒酱", "食品/调味"),
        ("可以忍耐。克服困难", "图书/心理"),
        ("耐高温 克重300", "家居/厨房"),
        ("得力Deli 订书机", "电脑/笔记本"),
        ("super 大容量 锅", "家电/锅"),
        ("Salmon 三文鱼色 跑鞋", "户外/鞋"),
        ("channel 收纳", "箱包/包"),
        ("iphones", "服装/T恤"),
        ("🍎红富士 5斤", "生鲜/水果"),
        ("🐴儿童木马", "玩具/木马"),
        ("海儿童玩具 沙滩", "玩具/沙滩"),
        ("联相机快门线", "相机/配件"),
        ("爱马仕橙 手提袋", "箱包/包"),
        ("L家具 沙发", "家具/沙发"),
        ("C家常菜", "食品/预制菜"),
        ("小天使 儿童手表", "数码/儿童手表"),
        ("周大生 黄金手链", "珠宝/黄金"),
        ("迪某些地方特产", "食品"),
    ],
)
def test_what_only_resembles_a_disguise_is_none(text: str, category: str) -> None:
    assert [kind for _, kind in mentioned(text, category) if kind != "canonical"] == []


def test_the_full_name_is_not_taken_for_its_truncation() -> None:
    assert mentioned("阿迪达斯运动裤") == [("adidas", "canonical")]


def test_another_name_of_the_brand_settles_an_ordinary_word() -> None:
    assert mentioned("小米xiaomi 耳机") == [("xiaomi", "canonical"), ("xiaomi", "canonical")]


def test_a_model_number_may_follow_a_latin_name() -> None:
    assert mentioned("iphone15pro") == [("apple", "canonical")]


@pytest.mark.parametrize(
    "text",
    [
        "手机壳 适用iPhone15/15Pro/15ProMax 多型号可选",
        "钢化膜 适用于苹果十五",
        "兼容戴森V8的第三方滤芯",
        "华为手机壳 硅胶",
        "充电线 华为小米苹果OPPO通用",
        "phone case for iPhone 15",
        "戴森V10吸尘器滚刷 耗材",
        "通用戴尔/联想/华硕65W充电器",
        "大疆mini4收纳包",
    ],
)
def test_what_merely_fits_a_brand_is_an_accessory(text: str) -> None:
    mentions = brand_mentions(normalise(text).text, INDEX, "手机配件")

    assert mentions
    assert all(mention.accessory_scope for mention in mentions)


@pytest.mark.parametrize(
    "text", ["耐克运动鞋", "兰蔻面膜", "正品iPhone15 128G", "适用多种场合。耐克运动鞋"]
)
def test_the_brand_of_the_goods_themselves_is_no_accessory(text: str) -> None:
    mentions = brand_mentions(normalise(text).text, INDEX, "手机")

    assert [mention.accessory_scope for mention in mentions] == [False]


@given(st.text(max_size=80), st.sampled_from([None, "手机", "食品", "鞋"]))
def test_spans_hold_the_words_they_cite(text: str, category: str | None) -> None:
    folded = normalise(f"{text} 耐k").text

    for mention in brand_mentions(folded, INDEX, category):
        assert folded[mention.start : mention.end] == mention.text


@pytest.mark.parametrize(
    ("merchant", "expected"),
    [
        (None, None),
        (Merchant(merchant_id="m"), None),
        (Merchant(merchant_id="m", type="personal"), None),
        (Merchant(merchant_id="m", type="flagship"), True),
        (Merchant(merchant_id="m", type="authorised"), True),
        (Merchant(merchant_id="m", type="enterprise", authorised_brands=[]), False),
        (Merchant(merchant_id="m", authorised_brands=["Nike（耐克）"]), True),
        (Merchant(merchant_id="m", authorised_brands=["nike"]), True),
        (Merchant(merchant_id="m", type="flagship", authorised_brands=["李宁"]), False),
    ],
)
def test_authorisation_is_unknown_unless_something_tells(
    merchant: Merchant | None, expected: bool | None
) -> None:
    assert authorised("nike", merchant, INDEX) is expected


def registered(brand: str = "nike", **fields: object) -> BrandRegistry:
    row = {"brand": brand, "merchant_id": "m", "reference": "A-1", **DAYS, **fields}
    return BrandRegistry([entry_of(RegistryRow.model_validate(row), brand, AT)])


@pytest.mark.parametrize(
    ("registry", "merchant", "expected"),
    [
        (registered(), Merchant(merchant_id="m"), True),
        (registered(), Merchant(merchant_id="m", authorised_brands=[]), True),
        (registered(), Merchant(merchant_id="other"), None),
        (registered(), Merchant(merchant_id="other", authorised_brands=[]), False),
        (registered(valid_to="2026-01-31"), Merchant(merchant_id="m"), False),
        (registered(valid_from="2026-02-02"), Merchant(merchant_id="m"), None),
        (registered(categories=("箱包",)), Merchant(merchant_id="m"), None),
        (registered(brand="puma"), Merchant(merchant_id="m"), None),
        (registered(), None, None),
        (
            registered(entry="complete", merchant_id=None),
            Merchant(merchant_id="m", type="flagship"),
            False,
        ),
    ],
)
def test_the_registry_stands_before_what_the_merchant_says(
    registry: BrandRegistry, merchant: Merchant | None, expected: bool | None
) -> None:
    known = Registered(registry, "鞋靴/跑鞋", AT)

    assert authorised("nike", merchant, INDEX, known) is expected
