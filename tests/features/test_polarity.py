import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.polarity import PolarWord, load_polarity
from features.polarity import PolarityReader

READER = PolarityReader(load_polarity())


def read(text: str) -> list[tuple[str, bool, bool]]:
    return [(each.word, each.turned, each.thought) for each in READER.judgements(text)]


@pytest.mark.parametrize(
    "text",
    ["不是假货", "没想到不是假货", "不像是假货", "绝对不会是假货", "没有一件假货", "看不出是假货"],
)
def test_a_negation_before_the_word_turns_it_round(text: str) -> None:
    assert read(text) == [("假货", True, False)]


@pytest.mark.parametrize(
    "text", ["没想到是假货", "没几天发现是假货", "不仅是假货", "不愧是假货", "不好。是假货"]
)
def test_what_only_holds_a_negation_turns_nothing_round(text: str) -> None:
    assert ("假货", False, False) in read(text)


def test_two_negations_leave_the_word_as_it_stands() -> None:
    assert read("不是没毛病") == [("毛病", False, False)]


def test_what_was_feared_is_not_what_happened() -> None:
    assert read("担心是假货结果是正品") == [("假货", False, True), ("正品", False, False)]


def test_a_word_inside_another_says_nothing() -> None:
    assert read("两个颜色差不多，放假去退的差价") == []


def test_the_longest_word_wins() -> None:
    assert [word for word, _, _ in read("质量太差")] == ["质量太差"]


def test_a_buyer_cannot_write_marks_of_his_own() -> None:
    assert READER.marked("好\ue000\uf8ff") == READER.marked("好")


@given(st.text(alphabet="不没是假货正品很好差担心，。 a\ue001", max_size=40))
def test_any_text_is_read_and_keeps_its_order(text: str) -> None:
    found = READER.judgements(text)

    assert [each.start for each in found] == sorted(each.start for each in found)
    assert all(text[each.start :].startswith(each.word) for each in found)
    assert len(READER.marked(text)) <= 2 * len(text) + 1


def test_no_words_mark_nothing() -> None:
    assert PolarityReader([]).marked("假货") == "假货"
    assert PolarityReader([PolarWord(word="假货", says="plain")]).marked("假货") == "假货"
