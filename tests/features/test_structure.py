"""What can be checked between the fields of any listing: title, variants, price, licence."""

import pytest

from data.listing import Listing
from features.contradiction import contradictions, sold_findings, stated
from features.normalise import normalise


def cues(title: str, **fields: object) -> set[str]:
    values = {"data_id": "a", "title": title, "category": "c", "price": 99.0}
    listing = Listing.model_validate(values | fields)
    text = normalise(title).text
    body = normalise(listing.description or "").text
    found = contradictions(text, stated(listing), body) + sold_findings(listing, text)
    return {finding.cue for finding in found if finding.certainty >= 0.5}


@pytest.mark.parametrize(
    ("title", "cue"),
    [
        ("316不锈钢炒锅 无涂层 201材质", "two grades of steel"),
        ("头层牛皮公文包 PU革", "hide and leatherette"),
        ("肥羊卷2斤 鸭肉压制", "mutton and poultry"),
        ("有机小米10斤装 净含量3kg", "amount taken back"),
        ("西湖龙井 黔产春茶", "protected origin"),
    ],
)
def test_a_title_that_takes_its_own_claim_back_contradicts_itself(title: str, cue: str) -> None:
    assert cue in cues(title)


@pytest.mark.parametrize(
    "title",
    [
        "316不锈钢炒锅 外壳201不锈钢",
        "真皮沙发 接触面头层牛皮 侧面PU",
        "红富士苹果10斤装 净重8.5斤",
        "西湖龙井 杭州产明前茶",
        "固态硬盘512G+1T机械硬盘 笔记本",
    ],
)
def test_a_title_that_tells_which_part_is_what_stands(title: str) -> None:
    assert cues(title) == set()


def test_a_standard_of_other_goods_belies_the_title() -> None:
    title = "纯粮固态发酵白酒500ml"

    assert "standard of other goods" in cues(title, description="执行标准GB/T 20822")
    assert cues(title, description="执行标准GB/T 10781.1") == set()


def variants(*names: str) -> dict[str, object]:
    return {"skus": [{"name": name, "price": 99.0} for name in names]}


def test_an_amount_that_no_variant_reaches_is_not_sold() -> None:
    assert "amount of no variant" in cues("山核桃仁5斤", **variants("1斤", "2斤"))
    assert cues("山核桃仁5斤", **variants("1斤", "500g*5袋")) == set()
    assert "amount of no variant" in cues("电动车60V32AH", **variants("48V12AH", "48V20AH"))


def test_a_variant_that_is_mostly_packing_weighs_less_than_it_says() -> None:
    assert "weight of contents" in cues("牛肉干500g", **variants("500g(含礼盒 肉200g)"))
    assert cues("牛肉干500g", **variants("500g(含礼盒 肉480g)")) == set()


def test_gallons_a_day_are_held_against_litres_a_minute() -> None:
    title = "净水器800G大流量"

    assert "flow of water" in cues(title, attributes={"净水流量": "1.0L/min"})
    assert cues(title, attributes={"净水流量": "2.1L/min"}) == set()


def test_a_power_bank_lighter_than_its_cells_holds_less() -> None:
    assert "weight of cells" in cues("充电宝50000毫安", attributes={"重量": "150g"})
    assert cues("充电宝20000毫安", attributes={"重量": "350g"}) == set()


def test_goods_cheaper_than_their_material_are_another_thing() -> None:
    assert "cheaper than its material" in cues("U盘2TB 高速", price=29.9)
    assert cues("U盘64G 高速", price=29.9) == set()
    assert cues("U盘2TB 高速", price=29.9, condition="used") == set()
    assert cues("U盘2TB 高速", price=29.9, **variants("32G", "2TB")) == set()


def test_food_named_for_its_place_is_made_in_that_province() -> None:
    title = "山西老陈醋 手工 500ml"

    assert cues(title, licences={"food_sc": "SC10332010200011"}) == {"made in another province"}
    assert cues(title, licences={"food_sc": "SC10314010200011"}) == set()
