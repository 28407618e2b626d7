import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.examples.speech import load_examples
from data.lexicon import load_lexicon
from features.normalise import normalise
from tests.features.evasion.spoken import resolve, resolver

LEXICON = load_lexicon()
EXAMPLES = [example.text for example in load_examples()]
PIECES = [
    *(word.word for word in LEXICON.risk_words),
    *(char for word in LEXICON.risk_words for char in word.word),
    *(re.sub(r"[\\()\[\]?:^{}|<!=+*.$\d-]", "", alias.surface) for alias in LEXICON.aliases),
    *(text[i : i + 4] for text in EXAMPLES[::20] for i in range(0, len(text), 4)),
    *[
        "某",
        "什么",
        "和",
        "母",
        "小",
        "就就",
        "米",
        "五十",
        "*",
        "×",
        "，",
        "。",
        "的的",
        "心",
        " ",
    ],
]

RESOLVER = resolver()

texts = st.lists(st.sampled_from(PIECES), max_size=8).map("".join).map(lambda t: normalise(t).text)


@given(texts)
def test_resolving_the_plain_reading_changes_nothing_more(text: str) -> None:
    plain = RESOLVER.resolve(text).text

    assert RESOLVER.resolve(plain).text == plain


def test_resolving_the_plain_reading_of_any_example_changes_nothing_more() -> None:
    readings = [resolve(text).text for text in EXAMPLES]

    assert [text for text in readings if RESOLVER.resolve(text).text != text] == []


@given(texts)
def test_every_character_leads_back_into_the_input_in_order(text: str) -> None:
    reading = RESOLVER.resolve(text)
    places = [reading.span(i, i + 1) for i in range(len(reading.text))]

    assert all(0 <= start < end <= len(text) for start, end in places)
    assert places == sorted(places)
    assert all(one[1] <= other[1] for one, other in pairwise(places))


@given(texts)
def test_disguises_lie_in_the_input_and_do_not_overlap(text: str) -> None:
    disguises = RESOLVER.resolve(text).disguises

    assert all(0 <= one.start < one.end <= len(text) for one in disguises)
    assert all(one.end <= other.start for one, other in pairwise(disguises))


@given(texts)
def test_what_did_not_change_leads_back_to_itself(text: str) -> None:
    reading = RESOLVER.resolve(text)
    changed = {i for start, end in reading.changes() for i in range(start, end)}
    stutters = [one for one in reading.disguises if one.mechanism == "stutter"]

    for i, char in enumerate(reading.text):
        start, end = reading.span(i, i + 1)
        if i not in changed and not any(one.start <= start < one.end for one in stutters):
            assert text[start:end] == char


@pytest.mark.parametrize("text", ["", "，。", "什么时候发货", "一号链接是蒸锅，二十八厘米的"])
def test_text_without_a_disguise_is_its_own_reading(text: str) -> None:
    reading = RESOLVER.resolve(text)

    assert reading.text == text
    assert reading.starts is None
    assert reading.disguises == ()


def test_a_word_put_right_leads_back_to_the_whole_disguise() -> None:
    reading = RESOLVER.resolve("它能根某治糖*病吧")
    start = reading.text.index("糖尿病")

    assert reading.text == "它能根治糖尿病吧"
    assert reading.span(start, start + 3) == (5, 8)
    assert reading.span(start + 1, start + 2) == (5, 8)
    assert reading.changes() == [(2, 4), (4, 7)]


def test_a_disguise_inside_a_disguise_comes_off_as_well() -> None:
    reading = RESOLVER.resolve("做高髙某仿的")

    assert reading.text == "做高仿的"
    assert reading.span(1, 3) == (1, 5)


def test_of_disguises_that_overlap_the_surest_is_kept() -> None:
    (disguise,) = resolve("免某疫力").disguises

    assert disguise.resolved == "免疫力"


def test_speech_and_writing_are_read_together() -> None:
    reading = RESOLVER.resolve("养关某节vx聊")

    assert reading.text == "养关节微信聊"
    assert [one.mechanism for one in reading.disguises] == ["filler", "pinyin"]


def test_what_folding_undid_is_reported_though_the_text_stays() -> None:
    raw = "高\u200b仿"
    folded = normalise(raw)
    reading = RESOLVER.resolve(folded.text, RESOLVER.hidden(raw, folded))

    assert reading.text == "高仿"
    assert [(one.mechanism, one.resolved) for one in reading.disguises] == [("invisible", "高仿")]
