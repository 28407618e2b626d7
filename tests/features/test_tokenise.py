import csv
import gzip
import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.normalise import normalise
from features.tokenise import Engine, Tokeniser
from models.knowledge import load_knowledge

COLUMNS = {
    "transcripts/live_segments.csv": ("text",),
    "transcripts/douyin_asr_ocr.csv": ("asr", "ocr"),
    "liveamr/train_long.csv": ("text",),
    "liveamr/train_short.csv": ("text",),
    "listings/jd_laptops.csv.gz": ("title",),
    "listings/tmall_beauty.csv": ("title",),
    "listings/xianyu.csv": ("title",),
}

TITLES = st.lists(
    st.sampled_from(
        [
            "i7-9750h",
            "3.8g",
            "快快快",
            "air-max",
            "路口交通",
            "abc_123",
            "根治",
            "，",
            " ",
            "+",
            "哈",
            "é",
        ]
    )
).map("".join)


@pytest.fixture(scope="session")
def reference() -> Tokeniser:
    return Tokeniser(load_knowledge().words(), "jieba")


@pytest.fixture(scope="session")
def accelerated() -> Tokeniser:
    return Tokeniser(load_knowledge().words(), "rjieba")


@given(st.one_of(TITLES, st.text()))
def test_tokens_join_to_the_text_without_white_space(accelerated: Tokeniser, text: str) -> None:
    text = normalise(text).text

    assert "".join(accelerated.words_of(text)) == re.sub(r"\s", "", text)


@given(st.one_of(TITLES, st.text()))
def test_tokens_stand_where_they_say(accelerated: Tokeniser, text: str) -> None:
    text = normalise(text).text
    tokens = accelerated.tokens(text)

    assert [text[token.start : token.end] for token in tokens] == accelerated.words_of(text)


@given(st.one_of(TITLES, st.text()))
def test_both_engines_cut_alike_and_know_the_same_words(
    reference: Tokeniser, accelerated: Tokeniser, text: str
) -> None:
    text = normalise(text).text

    assert accelerated.tokens(text) == reference.tokens(text)


@pytest.mark.parametrize("engine", ["jieba", "rjieba"])
def test_a_word_across_two_words_is_not_a_word(engine: Engine) -> None:
    assert Tokeniser({}, engine).words_of("前面路口交通很堵") == [
        "前面",
        "路口",
        "交通",
        "很",
        "堵",
    ]


@pytest.mark.parametrize("engine", ["jieba", "rjieba"])
def test_words_of_the_domain_stay_whole(engine: Engine) -> None:
    assert "国食健注" in Tokeniser({"国食健注": 300}, engine).words_of("批号国食健注在瓶底")


def test_models_and_sizes_stay_whole(accelerated: Tokeniser) -> None:
    assert accelerated.words_of("i7-9750h 3.8g no.1") == ["i7-9750h", "3.8g", "no.1"]


def test_both_engines_give_equal_tokens_for_all_real_speech_and_titles(
    reference: Tokeniser, accelerated: Tokeniser, datasets: Path
) -> None:
    texts = list(dict.fromkeys(normalise(text).text for text in _texts(datasets)))
    # Titles repeat each other: what either engine is given is a run, and runs are few.
    runs = dict.fromkeys(run for text in texts for run in re.findall(r"[\u4e00-\u9fd5]+", text))

    assert len(texts) > 60_000
    assert [run for run in runs if reference.tokens(run) != accelerated.tokens(run)] == []


def _texts(datasets: Path) -> Iterator[str]:
    for name, columns in COLUMNS.items():
        content = (datasets / name).read_bytes()
        table = gzip.decompress(content) if name.endswith(".gz") else content
        for row in csv.DictReader(io.StringIO(table.decode("utf-8-sig"), newline="")):
            yield from (row[column] or "" for column in columns)
