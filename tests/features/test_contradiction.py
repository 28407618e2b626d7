import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.listing import Listing
from features.contradiction import Stated, capacity_ratio, contradictions, stated
from features.finding import Finding
from features.normalise import normalise


def found(title: str, attributes: dict[str, str], **fields: str) -> list[Finding]:
    values = {"data_id": "a", "title": title, "category": "c", "price": 1.0}
    listing = Listing.model_validate(values | {"attributes": attributes} | fields)
    return contradictions(normalise(title).text, stated(listing))


@pytest.mark.parametrize(
    ("title", "name", "value", "words"),
    [
        ("100%纯棉T恤", "成分", "聚酯纤维95% 氨纶5%", "纯棉"),
        ("全棉四件套", "面料", "60%棉 40%聚酯纤维", "全棉"),
        ("纯棉T恤", "面料", "聚酯纤维", "纯棉"),
        ("羊毛大衣", "面料", "羊毛5%,聚酯纤维95%", "羊毛"),
        ("山羊绒围巾", "成分", "腈纶100%", "山羊绒"),
        ("真丝连衣裙", "面料", "聚酯纤维100%", "真丝"),
        ("头层牛皮沙发", "材质", "PU革", "头层牛皮"),
        ("真皮单肩包", "材质", "人造革", "真皮"),
        ("头层牛皮皮带", "材质", "二层牛皮", "头层"),
        ("羽绒服男", "填充物", "聚酯纤维100%", "羽绒"),
        ("白鹅绒羽绒服", "填充物", "白鸭绒90%", "鹅绒"),
        ("和田玉籽料手镯", "材质", "石英岩", "和田玉"),
        ("翡翠吊坠", "主石", "玻璃", "翡翠"),
        ("925银项链", "材质", "合金", "925银"),
        ("20000mAh大容量充电宝", "额定容量", "2800mAh", "20000mah"),
        ("2万毫安充电宝", "额定容量", "4800", "2万毫安"),
        ("阳澄湖大闸蟹", "产地", "江苏盐城", "阳澄湖"),
        ("五常大米10斤", "产地", "安徽省", "五常"),
        ("智利进口车厘子", "产地", "山东烟台", "智利进口"),
        ("阿克苏冰糖心 5斤装", "净含量", "2.1kg", "5斤"),
    ],
)
def test_a_title_that_an_attribute_belies_is_found(
    title: str, name: str, value: str, words: str
) -> None:
    (finding,) = found(title, {name: value})

    assert (finding.code, finding.field) == ("spec_mismatch", f"attributes.{name}")
    assert finding.text == words
    assert finding.certainty >= 0.7


@pytest.mark.parametrize(
    ("title", "attributes"),
    [
        ("纯棉T恤", {"面料": "棉95% 氨纶5%"}),
        ("纯棉T恤", {"面料": "棉"}),
        ("棉混纺T恤", {"面料": "棉60% 聚酯纤维40%"}),
        ("纯棉内里运动裤", {"面料": "聚酯纤维100%"}),
        ("羊毛大衣", {"面料": "绵羊毛70% 聚酯纤维30% 里料：聚酯纤维100%"}),
        ("纯棉连衣裙", {"面料": "棉100%", "里料": "聚酯纤维100%"}),
        ("仿羊绒围巾", {"成分": "聚酯纤维100%"}),
        ("PU皮 不是真皮 单肩包", {"材质": "PU"}),
        ("真皮单肩包", {"材质": "头层牛皮", "里料材质": "PU"}),
        ("羽绒棉马甲", {"填充物": "聚酯纤维"}),
        ("羽绒服收纳袋", {"填充物": "无", "材质": "涤纶"}),
        ("翡翠绿连衣裙", {"材质": "玻璃纱"}),
        ("10000mAh充电宝", {"额定容量": "6000mAh"}),
        ("阳澄湖大闸蟹", {"产地": "江苏"}),
        ("阳澄湖大闸蟹", {"产地": "中国大陆"}),
        ("阳澄湖大闸蟹", {"产地": "见包装"}),
        ("普通湖蟹 不是阳澄湖", {"产地": "江苏盐城"}),
        ("智利车厘子", {"原产国": "智利", "发货地": "上海"}),
        ("进口机芯手表", {"产地": "广东深圳"}),
        ("苹果5斤", {"净含量": "500g"}),
        ("500g*5袋坚果", {"净含量": "500g"}),
        ("毛重5斤净重4.5斤苹果", {"净含量": "4.5斤"}),
        ("坚果750g", {"净含量": "0.75kg"}),
    ],
)
def test_disclosed_facts_are_no_contradiction(title: str, attributes: dict[str, str]) -> None:
    assert found(title, attributes) == []


def test_the_detail_page_and_the_origin_are_held_against_the_title_too() -> None:
    (sofa,) = found("真皮沙发", {}, description="本款材质：PU革，易打理。")
    (crab,) = found("阳澄湖大闸蟹", {}, origin="江苏兴化")

    assert sofa.field == "description"
    assert crab.field == "origin"


def test_the_reason_names_both_sides() -> None:
    (finding,) = found("真皮沙发", {"材质": "PU革"})

    assert finding.reason_zh == "标题写“真皮”，材质却是“pu革”"


def test_capacity_is_unknown_without_both_numbers() -> None:
    assert capacity_ratio("20000mah", []) is None
    assert capacity_ratio("充电宝", [Stated("attributes.额定容量", "额定容量", "3000mah")]) is None


@given(st.text(max_size=60), st.dictionaries(st.text(max_size=8), st.text(max_size=40), max_size=4))
def test_no_text_breaks_the_comparison(title: str, attributes: dict[str, str]) -> None:
    fields = {"面料": f"{title}%", "净含量": title, "额定容量": title, "产地": title}

    for finding in found(f"纯棉 5斤 {title} 20000mah 阳澄湖", attributes | fields):
        assert finding.code == "spec_mismatch"
