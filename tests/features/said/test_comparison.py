import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.said import load_said
from data.segment import LiveSegment
from data.taxonomy import load_taxonomy
from features.cues import CueReader
from features.normalise import normalise
from features.said.comparison import SaidKnowledge, said_findings
from features.said.finding import SaidFinding
from features.said.speech import Spoken
from models.knowledge import load_knowledge

AT = datetime(2026, 2, 1, tzinfo=UTC)
HERE = Path(__file__).parent
# 一共四十片 is two boxes of twenty or of forty: the listing can be read either way.
KNOWN_MISSES = {"一共是四十片啊，四盒一共四十片给你们发走"}


@cache
def knowledge() -> tuple[CueReader, SaidKnowledge]:
    seeds = load_knowledge()
    return seeds.reader(), SaidKnowledge(load_said(), seeds.licences)


def rows(name: str) -> list[dict[str, Any]]:
    text = (HERE / f"{name}.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def found(text: str, listing: Mapping[str, Any] | None, **fields: object) -> list[SaidFinding]:
    values: dict[str, Any] = {"data_id": "w", "text": text, **fields}
    if listing is not None:
        values["listing"] = {"data_id": "l", "category": "其他", "price": 100, "title": ""} | {
            **listing
        }
    segment = LiveSegment.model_validate(values, strict=False)
    reader, known = knowledge()
    folded = normalise(text)
    spoken = Spoken("text", text, folded, reader.read(folded, text).plain)
    return list(said_findings(segment, spoken, known, AT))


@pytest.mark.parametrize(
    "row",
    [row for row in rows("cases") if row["found"] and row["text"] not in KNOWN_MISSES],
    ids=lambda row: row["text"][:24],
)
def test_what_the_listing_belies_is_found(row: dict[str, Any]) -> None:
    assert {one.aspect for one in found(row["text"], row["listing"])} == set(row["found"])


@pytest.mark.parametrize(
    "row", [row for row in rows("cases") if not row["found"]], ids=lambda row: row["text"][:24]
)
def test_what_only_sounds_like_a_contradiction_is_none(row: dict[str, Any]) -> None:
    assert found(row["text"], row["listing"]) == []


def test_of_the_pairs_held_back_most_are_right() -> None:
    held = rows("held_out")
    right = sum(
        {one.aspect for one in found(row["text"], row["listing"])} == set(row["found"])
        for row in held
    )

    assert len(held) == 30
    assert right >= 28


def test_both_sides_are_cited_as_sent() -> None:
    text = "它是，百分之百纯棉的\u200b，今天到手九块九"
    listing = {"title": "T恤", "price": 59, "attributes": {"面料": "聚酯纤维 95%"}}

    findings = {one.aspect: one for one in found(text, listing)}

    material, price = findings["material"], findings["price"]
    assert text[material.said.start : material.said.end] == material.said.text == "纯棉"
    assert (material.listed.field, material.listed.text) == (
        "listing.attributes.面料",
        "聚酯纤维 95%",
    )
    assert text[price.said.start : price.said.end] == price.said.text == "九块九"
    assert (price.listed.field, price.listed.start, price.listed.text) == (
        "listing.price",
        None,
        "59",
    )
    assert [hit.field for hit in price.hits()] == ["text", "listing.price"]


def test_a_disguised_price_is_cited_as_said_with_its_plain_reading() -> None:
    text = "今天到手只要三十九米，三十九米带回家"

    (finding,) = found(text, {"price": 129})

    assert finding.said.text == "三十九米"
    assert finding.resolved == "三十九元"


def test_a_fact_of_the_detail_page_is_cited_where_it_stands() -> None:
    page = "好看又耐穿。产地：山东烟台。七天无理由"

    (finding,) = found("这个是新西兰进口的苹果", {"title": "苹果", "description": page})

    listed = finding.listed
    assert listed.field == "listing.description"
    assert page[listed.start : listed.end] == listed.text == "山东烟台"


def test_the_cheapest_variant_is_what_a_price_is_held_against() -> None:
    text = "今天到手价就是三十九块九"
    skus = [{"name": "单瓶", "price": 39.9}, {"name": "三瓶", "price": 99}]

    assert found(text, {"price": 99, "skus": skus}) == []
    assert [one.listed.field for one in found(text, {"price": 99, "skus": skus[1:]})] == [
        "listing.price"
    ]


def test_a_coupon_that_is_said_explains_the_gap() -> None:
    assert found("先领二十块的优惠券，到手价七十九块", {"price": 99}) == []


def test_nothing_is_held_against_a_listing_that_is_not_known() -> None:
    assert found("纯棉的，新西兰进口，到手九块九，有蓝帽子，一共五瓶", None) == []


def test_licences_that_are_not_known_belie_nothing() -> None:
    text = "这个是有蓝帽子的保健食品"

    assert found(text, {}) == []
    assert [one.aspect for one in found(text, {"licences": {}})] == ["licence"]


def test_the_licences_of_the_segment_go_before_those_of_the_listing() -> None:
    text = "这个是有蓝帽子的保健食品"
    held = {"health_reg_domestic": "国食健注G20180123"}

    assert found(text, {"licences": {}}, licences=held) == []
    assert [one.listed.field for one in found(text, None, licences={})] == ["licences"]


def test_a_window_that_names_several_links_leaves_open_which_is_meant() -> None:
    listing = {"price": 128, "title": "发膜"}

    assert found("二号链接到手九块九，三号链接到手一百二十八块", listing) == []


def test_goods_that_are_not_sold_here_have_their_own_price() -> None:
    assert found("这个袜子今天到手九块九", {"title": "纯色卫衣", "price": 99}) == []
    assert len(found("这个卫衣今天到手九块九", {"title": "纯色卫衣", "price": 99})) == 1


def test_every_finding_has_a_label_of_the_taxonomy() -> None:
    codes = load_taxonomy().codes

    for row in rows("cases"):
        assert all(one.code in codes for one in found(row["text"], row["listing"]))


_PIECES = st.sampled_from(
    [
        *"一九百点块米元，。的是不",
        *("九块九", "一共五瓶", "一盒里面有二十片", "百分之九十羊毛", "新西兰进口", "纯棉"),
        *("一号链接", "到手", "原价", "送三盒", "净含量五百克", "蓝帽子", "美白", "spf五十"),
    ]
)
_LISTING = {
    "title": "面膜 2盒 10片*2 100g 送1盒",
    "category": "美妆/护肤/面膜",
    "price": 500,
    "origin": "山东",
    "attributes": {"面料": "聚酯纤维95%", "净含量": "1g", "功效": "保湿"},
    "licences": {"food_sc": "1"},
}


@given(st.lists(_PIECES, max_size=40).map("".join))
@settings(max_examples=60)
def test_every_span_is_the_words_as_sent(text: str) -> None:
    for finding in found(text, _LISTING):
        assert finding.said.start is not None
        assert finding.said.text == text[finding.said.start : finding.said.end] != ""
        assert 0 <= finding.certainty < 0.9


@given(st.lists(_PIECES, min_size=1, max_size=2).map("".join))
@settings(max_examples=20)
def test_hostile_lengths_are_read_to_the_end(fragment: str) -> None:
    text = (fragment * 20_000)[:20_000]
    segment = LiveSegment.model_validate(
        {"data_id": "w", "text": text, "listing": {"data_id": "l", **_LISTING}}, strict=False
    )
    folded = normalise(text)
    spoken = Spoken.of_plain("text", text, folded)

    assert said_findings(segment, spoken, knowledge()[1], AT) is not None
