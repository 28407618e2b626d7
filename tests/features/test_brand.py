import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.brands import load_brands
from data.listing import Merchant
from features.brand import BrandIndex, authorised, brand_mentions
from features.normalise import normalise

INDEX = BrandIndex(load_brands())


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
