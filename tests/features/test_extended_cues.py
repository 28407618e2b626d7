"""Cues beside those of the lexicon, and words that are none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.lexicon import Cue, Lexicon
from features.allowed import AllowedWords
from features.cues import CueReader, Reading
from features.normalise import normalise
from features.tokenise import Tokeniser


def cue(pattern: str, weight: float = 1.0) -> Cue:
    return Cue(code="medical_claim", pattern=pattern, kind="literal", weight=weight, note="")


OWN = [cue("根治"), cue("仅供参考", -0.4)]
MORE = [cue("叮咚归零", 0.8), cue("a+b")]
TOKENISER = Tokeniser({})


def reader_of(*cues: Cue) -> CueReader:
    return CueReader(Lexicon(cues=cues, aliases=(), version=""), TOKENISER)


OWN_READER = reader_of(*OWN)
EXTENDED = OWN_READER.extended(MORE)
WHOLE = reader_of(*OWN, *MORE)


def read(reader: CueReader, text: str) -> Reading:
    return reader.read(normalise(text), text)


def words(reader: CueReader, text: str) -> list[str]:
    return [hit.cue for hit in read(reader, text).hits]


@given(
    st.lists(
        st.sampled_from(
            [
                "叮咚归零",
                "叮 咚 归 零",
                "根治",
                "不能",
                "，",
                "。",
                "仅供参考",
                "a+b",
                "aab",
                "好",
                "叮",
            ]
        )
    )
)
def test_further_cues_count_as_if_the_lexicon_had_them(pieces: list[str]) -> None:
    text = "".join(pieces)

    assert read(EXTENDED, text) == read(WHOLE, text)


def test_a_pattern_is_taken_to_the_letter() -> None:
    assert words(EXTENDED, "买a+b吧") == ["a+b"]
    assert words(EXTENDED, "买aab吧") == []


def test_a_disguised_word_is_found_in_its_plain_reading() -> None:
    assert words(EXTENDED, "回家叮咚\u200b归零") == ["叮咚归零"]


def test_the_reader_that_was_extended_stays_as_it_was() -> None:
    assert words(OWN_READER, "回家叮咚归零") == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("这个药根治杂草", []),
        ("这个药根治糖尿病", ["根治"]),
        ("这个药根治杂草，还根治糖尿病", ["根治"]),
        ("这个药根 治杂草", []),
    ],
)
def test_allowed_words_take_back_what_they_hold_and_no_more(text: str, found: list[str]) -> None:
    allowing = OWN_READER.allowing([AllowedWords("medical_claim", "根治杂草")])

    assert words(allowing, text) == found


def test_words_are_allowed_for_one_label() -> None:
    allowing = OWN_READER.allowing([AllowedWords("absolute_claim", "根治杂草")])

    assert words(allowing, "这个药根治杂草") == ["根治"]
