import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.normalise import normalise
from features.sentences import MAX_CHARACTERS, MIN_CHARACTERS, scopes, split

SPEECH = st.lists(
    st.sampled_from(
        [
            "家人们",
            "，",
            "。",
            "好",
            "这个面料",
            "啊",
            " ",
            "百分之六十",
            "★",
            "因为",
            "3.5",
            "ok",
            "😀",
        ]
    ),
    max_size=120,
).map("".join)


def letters(text: str) -> str:
    return re.sub(r"[\W_]+", "", text)


@given(st.one_of(SPEECH, st.text().map(lambda text: normalise(text).text)))
def test_the_units_hold_every_letter_of_the_text_in_order(text: str) -> None:
    units = split(text)

    assert "".join(unit.text for unit in units) == letters(text)
    assert all(unit.text == letters(text[unit.start : unit.end]) for unit in units)


@given(SPEECH)
def test_units_are_ordered_and_do_not_overlap(text: str) -> None:
    units = split(text)

    assert all(unit.start < unit.end <= len(text) for unit in units)
    assert all(one.end <= other.start for one, other in pairwise(units))


@given(SPEECH)
def test_no_unit_is_much_longer_than_the_longest(text: str) -> None:
    assert all(len(unit.text) < MAX_CHARACTERS + MIN_CHARACTERS for unit in split(text))


@given(st.text(alphabet="的一是在了啊家人们", max_size=400))
def test_speech_without_punctuation_is_cut_too(text: str) -> None:
    units = split(text)

    assert all(len(unit.text) <= MAX_CHARACTERS + MIN_CHARACTERS for unit in units)
    assert len(units) >= len(text) // (MAX_CHARACTERS + MIN_CHARACTERS)


def test_a_long_run_is_cut_where_the_speaker_draws_breath() -> None:
    before = "这一款面料摸起来是很软的而且夏天穿在身上一点都不会闷得慌啊"
    units = split(before + "所以今天有喜欢的朋友可以放心带一件回去试试看看合适不合适的")

    assert units[0].text == before


def test_short_clauses_are_glued() -> None:
    assert [unit.text for unit in split("好，来，看，这个杯子。是玻璃的，很厚。")] == [
        "好来看这个杯子是玻璃的很厚"
    ]


@pytest.mark.parametrize("text", ["", "，。", "★★★。。。", "😀😀", " ", "___"])
def test_a_text_without_letters_has_no_units(text: str) -> None:
    assert split(text) == []


def test_a_scope_reaches_from_stop_to_stop() -> None:
    assert scopes("不能治病，放心喝。真的。") == [(0, 8), (9, 11)]
