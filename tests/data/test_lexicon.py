import shutil
from pathlib import Path

import pytest

from data.lexicon import load_lexicon
from data.seeds import SeedError, seed_path


@pytest.fixture
def lexicon(tmp_path: Path) -> Path:
    return Path(shutil.copytree(seed_path("lexicon"), tmp_path / "lexicon"))


def append(path: Path, *cells: str) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write("\t".join(cells) + "\n")


def test_every_pattern_compiles() -> None:
    lexicon = load_lexicon()

    assert all(cue.compiled() for cue in lexicon.cues)
    assert all(alias.compiled() for alias in lexicon.aliases)


def test_the_version_follows_the_files(lexicon: Path) -> None:
    before = load_lexicon(lexicon)
    append(lexicon / "cues.tsv", "absolute_claim", "举世无双", "literal", "0.5", "")

    after = load_lexicon(lexicon)

    assert before.version == load_lexicon().version != after.version
    assert after.cues[-1].pattern == "举世无双"


def test_the_version_follows_the_tables_of_characters(lexicon: Path) -> None:
    before = load_lexicon(lexicon)
    append(lexicon / "characters" / "components.tsv", "氵胡", "湖", "always")

    assert load_lexicon(lexicon).version != before.version


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        (("no_label", "词", "literal", "0.5", ""), "unknown code 'no_label'; allowed: absolute_c"),
        (("absolute_claim", "(词", "regex", "0.5", ""), "a Python regular expression"),
        (("absolute_claim", "词?", "regex", "0.5", ""), "matches nothing"),
        (("absolute_claim", "最.*好", "regex", "0.5", ""), "unbounded repeat"),
        (("absolute_claim", "[最很]+好", "regex", "0.5", ""), "unbounded repeat"),
        (("absolute_claim", "词", "glob", "0.5", ""), "kind 'glob'; allowed: .*literal"),
        (("absolute_claim", "词", "literal", "2", ""), "weight '2'; allowed: .*less than"),
        (("absolute_claim", "词", "literal", "nan", ""), "weight 'nan'"),
        (("absolute_claim", "", "literal", "0.5", ""), "pattern ''; allowed: .*empty"),
        (("absolute_claim", "全网最好", "literal", "0.5", ""), "second cue"),
        (("absolute_claim", "NO1", "literal", "0.5", ""), "'N' in 'NO1', which folding"),
        (("absolute_claim", "ｖｘ", "literal", "0.5", ""), "which folding"),
        (("absolute_claim", "好、强", "literal", "0.5", ""), "'、' in .*，"),
        (("absolute_claim", "[,，]好", "regex", "0.5", ""), "',' in"),
        (("absolute_claim", "词", "literal"), "3 cells; allowed: 5"),
    ],
)
def test_a_cue_that_could_not_work_is_refused(
    lexicon: Path, cells: tuple[str, ...], message: str
) -> None:
    append(lexicon / "cues.tsv", *cells)

    with pytest.raises(SeedError, match=rf"cues\.tsv:\d+: .*{message}"):
        load_lexicon(lexicon)


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        (("白大褂儿", "literal", "医生", "doctor", "0.5", "mask", ""), "unknown code 'doctor'"),
        (("白大褂儿", "literal", "", "", "0.5", "mask", ""), "resolved ''"),
        (("白大褂儿", "literal", "医生", "", "-0.5", "mask", ""), "weight '-0.5'"),
        (
            ("白大褂儿", "literal", "医生", "", "0.5", "magic", ""),
            "mechanism 'magic'; allowed: .*ma",
        ),
        (("绿(泡", "regex", "微信", "", "0.5", "mask", ""), "a Python regular expression"),
        (("绿泡", "sound", "微信", "", "0.5", "mask", ""), "of kind sound; allowed: three char"),
        (("八加一", "literal", "酒", "", "0.1", "mask", ""), "second alias"),
    ],
)
def test_an_alias_that_could_not_work_is_refused(
    lexicon: Path, cells: tuple[str, ...], message: str
) -> None:
    append(lexicon / "aliases.tsv", *cells)

    with pytest.raises(SeedError, match=rf"aliases\.tsv:\d+: .*{message}"):
        load_lexicon(lexicon)


@pytest.mark.parametrize("line", ["褪黑素", "褪黑素 多", "褪黑素 1", "新词 0", "新 词 1"])
def test_a_word_without_a_frequency_of_its_own_is_refused(lexicon: Path, line: str) -> None:
    append(lexicon / "words.txt", line)

    with pytest.raises(SeedError, match=r"words\.txt:\d+: "):
        load_lexicon(lexicon)


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        (("偏方", "magic", "0.5", ""), "unknown code 'magic'"),
        (("方", "medical_claim", "0.5", ""), "word '方'; allowed: "),
        (("偏 方", "medical_claim", "0.5", ""), "word '偏 方'; allowed: "),
        (("偏方", "medical_claim", "1.5", ""), "weight '1.5'"),
        (("HPV", "medical_claim", "0.5", ""), "'H' in 'HPV', which folding"),
        (("糖尿病", "medical_claim", "0.5", ""), "second risk word '糖尿病'"),
        (("偏方", "medical_claim"), "2 cells; allowed: 4"),
    ],
)
def test_a_risk_word_that_could_not_be_found_is_refused(
    lexicon: Path, cells: tuple[str, ...], message: str
) -> None:
    append(lexicon / "risk_words.tsv", *cells)

    with pytest.raises(SeedError, match=rf"risk_words\.tsv:\d+: .*{message}"):
        load_lexicon(lexicon)


@pytest.mark.parametrize(("line", "message"), [("手速", "second '手速'"), ("USB", "'U' in 'USB'")])
def test_what_is_ordinary_stands_there_once_and_as_folded_text_has_it(
    lexicon: Path, line: str, message: str
) -> None:
    append(lexicon / "ordinary.txt", line)

    with pytest.raises(SeedError, match=rf"ordinary\.txt:\d+: {message}"):
        load_lexicon(lexicon)


def test_words_that_are_dodged_by_habit_have_no_code_and_next_to_no_weight() -> None:
    habit = next(word for word in load_lexicon().risk_words if word.word == "关注")

    assert habit.code is None
    assert habit.weight <= 0.1
