import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from data.examples.after_sale import load_after_sale
from data.examples.listings import load_listing_examples
from data.examples.speech import load_examples, load_hosts
from data.regression import load_regression
from data.seeds import SeedError, seed_path

SPOKEN: dict[str, Any] = {
    "text": "这一只碗拿回家盛饭，能治百病，某根儿都去了",
    "codes": ["medical_claim"],
    "evidence": [{"code": "medical_claim", "quote": "治百病"}],
    "disguises": [{"surface": "某根儿", "resolved": "根儿"}],
    "polarity": "positive",
    "label_hint": None,
    "category": "厨具",
    "product": "碗",
    "host": "chuju",
}

LISTED: dict[str, Any] = {
    "listing": {"title": "祖传瓷碗 治百病", "category": "厨具", "price": 39.0, "licences": {}},
    "codes": ["medical_claim", "unlicensed_product"],
    "evidence": [
        {"code": "medical_claim", "field": "title", "quote": "治百病"},
        {"code": "unlicensed_product", "field": "licences", "quote": None},
    ],
    "polarity": "positive",
    "label_hint": None,
    "note": "a bowl that cures",
    "writer": "w1",
}


@pytest.fixture
def examples(tmp_path: Path) -> Path:
    return Path(shutil.copytree(seed_path("examples"), tmp_path / "examples"))


def append(path: Path, row: object) -> None:
    with path.open("a", encoding="utf-8") as file:
        file.write((row if isinstance(row, str) else json.dumps(row, ensure_ascii=False)) + "\n")


def test_a_good_row_is_read(examples: Path) -> None:
    append(examples / "speech.jsonl", SPOKEN)
    append(examples / "listings.jsonl", LISTED)

    assert SPOKEN["text"] in {example.text for example in load_examples(examples)}
    assert load_listing_examples(examples)[-1].listing.title == "祖传瓷碗 治百病"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"codes": ["magic"]}, "unknown code 'magic'; allowed: absolute_claim"),
        ({"label_hint": "magic"}, "unknown code 'magic'"),
        ({"evidence": [{"code": "medical_claim", "quote": "治 百病"}]}, "words of the text"),
        ({"evidence": []}, "evidence for each code"),
        ({"evidence": [{"code": "medical_claim", "quote": ""}]}, "quote ''"),
        ({"disguises": [{"surface": "某母", "resolved": "母"}]}, "disguise '某母'"),
        ({"text": "治百病，某根儿"}, "sentence of 7 characters; allowed: 20 to 120"),
        ({"host": "nobody"}, "unknown host 'nobody'"),
        ({"product": " "}, "product ' '"),
        ({"polarity": "ordinary"}, "codes on positive examples only"),
        ({"codes": [], "evidence": []}, "codes on positive examples only"),
        (
            {"codes": [], "evidence": [], "polarity": "hard_negative"},
            "label_hint on hard negatives only",
        ),
        ({"note": "?"}, "note"),
    ],
)
def test_speech_that_teaches_something_wrong_is_refused(
    examples: Path, change: dict[str, Any], message: str
) -> None:
    append(examples / "speech.jsonl", SPOKEN | change)

    with pytest.raises(SeedError, match=rf"speech\.jsonl:\d+: .*{message}"):
        load_examples(examples)


def test_a_window_has_the_length_of_a_window(examples: Path) -> None:
    append(examples / "windows.jsonl", SPOKEN)

    with pytest.raises(SeedError, match=r"windows\.jsonl:\d+: window of .*; allowed: 200 to 450"):
        load_examples(examples)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"listing": "碗"}, "listing '碗'; allowed: an object"),
        ({"listing": {**LISTED["listing"], "colour": "白"}}, "colour"),
        ({"listing": {**LISTED["listing"], "price": -1}}, "price"),
        ({"evidence": LISTED["evidence"][:1]}, "evidence for each code"),
        (
            {"evidence": [*LISTED["evidence"], {**LISTED["evidence"][0], "quote": "治千病"}]},
            "quote '治千病'; allowed: words of title",
        ),
        ({"evidence": [{**LISTED["evidence"][0], "field": "colour"}]}, "field"),
    ],
)
def test_a_listing_that_teaches_something_wrong_is_refused(
    examples: Path, change: dict[str, Any], message: str
) -> None:
    append(examples / "listings.jsonl", LISTED | change)

    with pytest.raises(SeedError, match=rf"listings\.jsonl:\d+: .*{message}"):
        load_listing_examples(examples)


@pytest.mark.parametrize(
    ("file", "row", "load"),
    [
        ("speech.jsonl", SPOKEN, load_examples),
        ("listings.jsonl", LISTED, load_listing_examples),
        ("after_sale.tsv", "碗是裂的\tquality\treview\t厨具\t碗", load_after_sale),
        ("hosts.tsv", "new\t新\texpert\t厨具\t慢", load_hosts),
    ],
)
def test_the_same_row_may_not_stand_twice(
    examples: Path, file: str, row: object, load: Any
) -> None:
    append(examples / file, row)
    load(examples)
    append(examples / file, row)

    with pytest.raises(SeedError, match=rf"{file}:\d+: second "):
        load(examples)


def test_an_after_sale_text_of_no_known_kind_is_refused(examples: Path) -> None:
    append(examples / "after_sale.tsv", "碗是裂的\tmagic\treview\t厨具\t碗")

    with pytest.raises(SeedError, match=r"after_sale\.tsv:\d+: kind 'magic'"):
        load_after_sale(examples)


@pytest.mark.parametrize(("line", "message"), [("{", "column 2"), ("[]", "a JSON list")])
def test_a_line_that_is_no_object_is_refused(examples: Path, line: str, message: str) -> None:
    append(examples / "speech.jsonl", line)

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
    append(directory / f"{name}.tsv", row)

    with pytest.raises(SeedError, match=rf"{name}\.tsv:\d+: .*{message}"):
        load_regression(name, directory)
