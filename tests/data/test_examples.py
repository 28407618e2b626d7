import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from data.examples import load_examples
from data.regression import load_regression
from data.seeds import SeedError, seed_path

GOOD: dict[str, Any] = {
    "text": "这一只碗能治百病",
    "codes": ["medical_claim"],
    "evidence": [{"code": "medical_claim", "quote": "治百病"}],
    "channel": "speech",
    "polarity": "positive",
    "label_hint": None,
}


@pytest.fixture
def examples(tmp_path: Path) -> Path:
    return Path(shutil.copytree(seed_path("examples"), tmp_path / "examples"))


def append(path: Path, row: object) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(row, ensure_ascii=False) + "\n")


def test_a_good_row_is_read(examples: Path) -> None:
    append(examples / "speech.jsonl", GOOD)

    assert "这一只碗能治百病" in {example.text for example in load_examples(examples)}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"codes": ["magic"]}, "unknown code 'magic'; allowed: absolute_claim"),
        ({"label_hint": "magic"}, "unknown code 'magic'"),
        ({"evidence": [{"code": "medical_claim", "quote": "治 百病"}]}, "words of the text"),
        ({"evidence": []}, "evidence for each code"),
        ({"evidence": [{"code": "medical_claim", "quote": ""}]}, "quote ''"),
        ({"text": " "}, "text ' '; allowed: .*empty"),
        ({"channel": "radio"}, "channel 'radio'; allowed: .*'speech' or 'listing'"),
        ({"polarity": "ordinary"}, "codes on positive examples only"),
        ({"codes": [], "evidence": []}, "codes on positive examples only"),
        (
            {"codes": [], "evidence": [], "polarity": "hard_negative"},
            "label_hint on hard negatives only",
        ),
        ({"note": "?"}, "note"),
    ],
)
def test_a_row_that_teaches_something_wrong_is_refused(
    examples: Path, change: dict[str, Any], message: str
) -> None:
    append(examples / "speech.jsonl", GOOD | change)

    with pytest.raises(SeedError, match=rf"speech\.jsonl:\d+: .*{message}"):
        load_examples(examples)


def test_the_same_text_may_not_stand_in_both_files(examples: Path) -> None:
    append(examples / "speech.jsonl", GOOD)
    append(examples / "listings.jsonl", GOOD | {"channel": "listing"})

    with pytest.raises(SeedError, match=r"listings\.jsonl:\d+: second '这一只碗能治百病'"):
        load_examples(examples)


@pytest.mark.parametrize(("line", "message"), [("{", "column 2"), ("[]", "a JSON list")])
def test_a_line_that_is_no_object_is_refused(examples: Path, line: str, message: str) -> None:
    with (examples / "speech.jsonl").open("a", encoding="utf-8") as file:
        file.write(line + "\n")

    with pytest.raises(SeedError, match=message):
        load_examples(examples)


@pytest.mark.parametrize(
    ("name", "row", "message"),
    [
        ("must_pass", "一只碗\tspeech\tmedical_claim\t\t", "allowed: no code"),
        ("must_catch", "一只碗\tspeech\t\t\t", "allowed: at least one code"),
        ("must_catch", "一只碗\tspeech\tmagic\t\t", "unknown code 'magic'"),
        ("must_pass", "一只碗\tradio\t\t\t", "channel 'radio'"),
        ("must_pass", "女装\tlisting\t\t\t", "second '女装'"),
    ],
)
def test_a_broken_regression_row_is_refused(
    tmp_path: Path, name: Any, row: str, message: str
) -> None:
    directory = Path(shutil.copytree(seed_path("regression"), tmp_path / "regression"))
    with (directory / f"{name}.tsv").open("a", encoding="utf-8") as file:
        file.write(row + "\n")

    with pytest.raises(SeedError, match=rf"{name}\.tsv:\d+: .*{message}"):
        load_regression(name, directory)
