import pytest
from hypothesis import given
from hypothesis import strategies as st

from features.normalise import normalise

HIDDEN = ["\u200b", "\u200d", "\ufe0f", "\u00ad", "\u0301", "\u20dd", "\ufeff", "\x07", "\u3164"]


@given(st.text())
def test_normalising_twice_is_normalising_once(text: str) -> None:
    once = normalise(text).text

    assert normalise(once).text == once


def test_every_character_of_the_first_plane_keeps_its_form_once_it_has_it() -> None:
    once = [normalise(chr(point)).text for point in range(0x10000)]

    assert [form for form in once if normalise(form).text != form] == []


@given(st.text(), st.data())
def test_a_span_leads_back_to_characters_that_give_its_text(text: str, data: st.DataObject) -> None:
    folded = normalise(text)
    start = data.draw(st.integers(0, len(folded.text)))
    end = data.draw(st.integers(start, len(folded.text)))

    first, last = folded.span(start, end)

    behind = normalise(text[first:last]).text.replace(".", "。")
    assert folded.text[start:end].replace(".", "。") in behind


@given(st.lists(st.sampled_from(["加", "v", "Ｘ", "😀", "🛰️", "㎏", "ﷺ", "\U00020bb7", *HIDDEN])))
def test_spans_of_single_characters_are_ordered_and_inside_the_original(parts: list[str]) -> None:
    text = "".join(parts)
    folded = normalise(text)

    spans = [folded.span(i, i + 1) for i in range(len(folded.text))]

    assert spans == sorted(spans)
    assert all(0 <= start < end <= len(text) for start, end in spans)


@pytest.mark.parametrize("hidden", HIDDEN)
def test_what_cannot_be_seen_vanishes_and_the_span_covers_it(hidden: str) -> None:
    text = f"能根{hidden}治的"
    folded = normalise(text)

    start = folded.text.index("根治")

    assert folded.text == "能根治的"
    assert folded.span(start, start + 2) == (1, 3 + len(hidden))


def test_one_character_that_stands_for_two_is_cited_whole() -> None:
    folded = normalise("净重2㎏装")

    assert folded.text == "净重2kg装"
    assert folded.span(3, 4) == folded.span(4, 5) == folded.span(3, 5) == (3, 4)


def test_characters_beyond_the_first_plane_count_as_one() -> None:
    folded = normalise("😀𠮷ＶＸ")

    assert folded.text == "😀𠮷vx"
    assert folded.span(2, 4) == (2, 4)


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("好,来、吧，", "好，来，吧，"),
        ("好!吗?完;是\n了。", "好。吗。完。是。了。"),
        ("！？；｡", "。。。。"),
        ("浓度3.5升", "浓度3.5升"),
        ("全网no.1", "全网no.1"),
        ("来了.好的.", "来了。好的。"),
        ("等等…", "等等。。。"),
        ("ＡＢＣ１２３", "abc123"),
        ("ＩＩⅡ", "iiii"),
        ("a\u3000b\tc", "a b c"),
    ],
)
def test_punctuation_width_and_case_have_one_form(written: str, folded: str) -> None:
    assert normalise(written).text == folded


def test_filled_letters_and_digits_and_radicals_have_one_form() -> None:
    assert normalise("🅥🅇❶➓⓫⺡台").text == "vx11011氵台"
