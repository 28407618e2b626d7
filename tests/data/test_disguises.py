import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.simulate.disguises import MECHANISMS, Disguised, Mechanism, disguise
from data.simulate.homophones import sounding_like, syllables
from data.simulate.spellings import CODE_PHRASES, DIGITS, EMOJI, SPLITS, VARIANTS

WORDS = ("关节", "免疫力", "高血压", "减肥", "医生", "第一", "药", "五十元", "vx")
SPEECH = "家人们，这个药五十元，关节不好，高血压，免疫力，减肥都管，医生也说第一，加vx。"

mechanisms = st.sampled_from(MECHANISMS)
seeds = st.integers(0, 2**32)
texts = st.lists(st.one_of(st.sampled_from(WORDS), st.text(max_size=4)), max_size=12).map("".join)


def disguised(
    mechanism: Mechanism, text: str = SPEECH, seed: int = 0, words: tuple[str, ...] = WORDS
) -> Disguised:
    return disguise(text, mechanism, words, np.random.default_rng(seed))


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_every_mechanism_disguises_something(mechanism: Mechanism) -> None:
    made = disguised(mechanism)

    assert made.changes
    assert made.text != SPEECH


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_the_same_seed_makes_the_same_disguises(mechanism: Mechanism) -> None:
    assert disguised(mechanism, seed=3) == disguised(mechanism, seed=3)


@pytest.mark.parametrize("mechanism", [m for m in MECHANISMS if m not in {"softener", "currency"}])
def test_another_seed_makes_other_ones(mechanism: Mechanism) -> None:
    assert len({disguised(mechanism, seed=seed).text for seed in range(8)}) > 1


@given(texts, mechanisms, seeds)
def test_taking_the_changes_back_gives_the_text_as_it_was(
    text: str, mechanism: Mechanism, seed: int
) -> None:
    assert disguised(mechanism, text, seed).restored() == text


@given(texts, mechanisms, seeds)
def test_a_change_stands_where_it_says(text: str, mechanism: Mechanism, seed: int) -> None:
    made = disguised(mechanism, text, seed)

    assert all(made.text[c.start : c.end] == c.surface != c.resolved for c in made.changes)
    assert all(c.resolved in WORDS for c in made.changes)
    ends = [place for c in made.changes for place in (c.start, c.end)]
    assert ends == sorted(ends)


@given(st.text(max_size=6), mechanisms, seeds)
def test_any_word_can_be_given(word: str, mechanism: Mechanism, seed: int) -> None:
    text = f"这款{word}真好"

    assert disguised(mechanism, text, seed, (word,)).restored() == text


@pytest.mark.parametrize("mechanism", MECHANISMS)
def test_a_text_without_the_words_stays_as_it_is(mechanism: Mechanism) -> None:
    text = "这件羊毛衫有三个颜色，喜欢的点关注。"

    assert disguised(mechanism, text) == Disguised(text, ())
    assert disguised(mechanism, text, words=()) == Disguised(text, ())


def test_only_words_inside_the_spans_are_disguised() -> None:
    text = "关节好，关节好，关节好"
    made = disguise(text, "softener", WORDS, np.random.default_rng(0), within=[(4, 7)])

    assert made.text == "关节好，小关小节好，关节好"


def test_the_longest_word_counts_where_two_overlap() -> None:
    made = disguised("spacing", "高血压", words=("血压", "高血压", "高"))

    assert [change.resolved for change in made.changes] == ["高血压"]


def test_a_span_moves_with_the_words_in_it() -> None:
    text = "这个关节贴，关节好的也用"
    made = disguised("softener", text)
    start, end = made.span(2, 5)

    assert made.text[start:end] == "小关小节贴"
    start, end = made.span(6, len(text))
    assert made.text[start:end] == "小关小节好的也用"
    start, end = made.span(0, 3)
    assert made.text[start:end] == "这个小关小节"


@given(texts, mechanisms, seeds, st.data())
def test_a_moved_span_holds_what_it_held(
    text: str, mechanism: Mechanism, seed: int, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    made = disguised(mechanism, text, seed)
    a, b = made.span(start, end)
    inside = [
        c._replace(start=c.start - a, end=c.end - a) for c in made.changes if a <= c.start < b
    ]

    assert text[start:end] in Disguised(made.text[a:b], tuple(inside)).restored()


@pytest.mark.parametrize(
    ("mechanism", "word", "reason"),
    [
        ("filler", "药", "there is nothing to stand between"),
        ("clipping", "关节", "one character is all that would be left"),
        ("currency", "关节", "it is no amount"),
        ("circumlocution", "五十元", "nobody has a name for it"),
        ("digit", "关节", "it has no numeral"),
    ],
)
def test_a_mechanism_leaves_what_does_not_suit_it(
    mechanism: Mechanism, word: str, reason: str
) -> None:
    assert disguised(mechanism, word, words=(word,)).changes == (), reason


@pytest.mark.parametrize("mechanism", ["width", "invisible"])
def test_what_only_looks_alike_reads_the_same_after_unicode_folding(mechanism: Mechanism) -> None:
    folded = unicodedata.normalize("NFKC", disguised(mechanism).text)
    seen = [char for char in folded if unicodedata.category(char) not in {"Cf", "Mn", "Me"}]

    assert "".join(seen) == unicodedata.normalize("NFKC", SPEECH)


@given(st.sampled_from("关节免疫力高血压减肥医生治疗祛斑"), seeds)
def test_a_homophone_sounds_like_the_character_and_is_another(char: str, seed: int) -> None:
    sound = syllables(char)[0]
    other = sounding_like(char, sound, np.random.default_rng(seed))

    assert other is not None
    assert other != char
    heard = syllables(other)[0]
    assert heard == sound or abs(len(heard) - len(sound)) <= 1


def test_a_character_without_a_common_fellow_has_no_homophone() -> None:
    assert sounding_like("x", "x", np.random.default_rng(0)) is None


@pytest.mark.parametrize("table", [VARIANTS, SPLITS, EMOJI, DIGITS])
def test_no_character_is_disguised_as_itself(table: dict[str, list[str]]) -> None:
    assert all(options and char not in options for char, options in table.items())
    assert all(len(char) == 1 for char in table)


def test_split_characters_have_two_parts() -> None:
    assert all(len(parts) == 2 for options in SPLITS.values() for parts in options)


def test_a_code_phrase_does_not_hold_the_word_that_must_not_be_named() -> None:
    assert not [word for word, phrases in CODE_PHRASES.items() if any(word in p for p in phrases)]
