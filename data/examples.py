"""Example speech and listing titles (例句), with the words that make them what they are."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from data.record import Record, RequiredText
from data.seeds import SeedError, one_of, read_lines, read_record, seed_path
from data.taxonomy import load_taxonomy

Polarity = Literal["positive", "hard_negative", "ordinary"]
"""``hard_negative``: harmless, though it sounds like the label in ``label_hint`` (难负例)."""

FILES = ("speech.jsonl", "listings.jsonl")


class Evidence(Record):
    """The offending words for one label, copied verbatim from the text."""

    code: str
    quote: RequiredText


class Example(Record):
    """One sentence or title. ``codes`` is empty unless it is positive."""

    text: RequiredText
    codes: list[str]
    evidence: list[Evidence]
    channel: Literal["speech", "listing"]
    polarity: Polarity
    label_hint: str | None


def load_examples(directory: Path | None = None) -> tuple[Example, ...]:
    """Read all example files of ``directory``, or of the seeds.

    Raises SeedError for an unknown code, evidence that is not in the text, a positive without
    evidence for each of its codes, or a text that stands there twice.
    """
    directory = directory or seed_path("examples")
    codes = load_taxonomy().codes
    examples: dict[str, Example] = {}
    for path, line, example in _read_rows(directory):
        _check(example, codes, path, line)
        if example.text in examples:
            raise SeedError.at(path, line, f"second {example.text!r}", "each text once")
        examples[example.text] = example
    return tuple(examples.values())


def _read_rows(directory: Path) -> Iterator[tuple[Path, int, Example]]:
    for path in (directory / name for name in FILES):
        for line, text in read_lines(path):
            try:
                row = json.loads(text)
            except json.JSONDecodeError as error:
                found = f"column {error.colno}: {error.msg}"
                raise SeedError.at(path, line, found, "one JSON object") from error
            if not isinstance(row, dict):
                raise SeedError.at(path, line, f"a JSON {type(row).__name__}", "one JSON object")
            yield path, line, read_record(Example, row, path, line)


def _check(example: Example, codes: tuple[str, ...], path: Path, line: int) -> None:
    hints = [example.label_hint] if example.label_hint is not None else []
    for code in [*example.codes, *hints, *(evidence.code for evidence in example.evidence)]:
        one_of(code, codes, "code", path, line)
    for evidence in example.evidence:
        if evidence.quote not in example.text:
            raise SeedError.at(path, line, f"quote {evidence.quote!r}", "words of the text")
    if {evidence.code for evidence in example.evidence} != set(example.codes):
        found = f"codes {example.codes} and evidence for other ones"
        raise SeedError.at(path, line, found, "evidence for each code")
    if (example.polarity == "positive") != bool(example.codes):
        found = f"{example.polarity} with codes {example.codes}"
        raise SeedError.at(path, line, found, "codes on positive examples only")
    if (example.polarity == "hard_negative") != bool(hints) and not example.codes:
        found = f"{example.polarity} with label_hint {example.label_hint!r}"
        raise SeedError.at(path, line, found, "label_hint on hard negatives only")
