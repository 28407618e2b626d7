"""What the example files share: JSON lines, polarity, and codes that agree with the evidence."""

import json
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Literal

from data.record import Record, RequiredText
from data.seeds import SeedError, one_of, read_lines
from data.taxonomy import load_taxonomy

Polarity = Literal["positive", "hard_negative", "ordinary"]
"""``hard_negative``: harmless, though it sounds like the label in ``label_hint`` (难负例)."""


class Disguise(Record):
    """A word as it was distorted to pass a filter, and the word that was meant (变体, 本字)."""

    surface: RequiredText
    resolved: RequiredText


def read_json_rows(path: Path) -> Iterator[tuple[int, dict[str, object]]]:
    """The objects of a file of JSON lines, with their line numbers. Raises SeedError."""
    for line, text in read_lines(path):
        try:
            row = json.loads(text)
        except json.JSONDecodeError as error:
            found = f"column {error.colno}: {error.msg}"
            raise SeedError.at(path, line, found, "one JSON object") from error
        if not isinstance(row, dict):
            raise SeedError.at(path, line, f"a JSON {type(row).__name__}", "one JSON object")
        yield line, row


@lru_cache(maxsize=1)
def known_codes() -> tuple[str, ...]:
    """The codes of the taxonomy, read once for thousands of rows."""
    return load_taxonomy().codes


def check_codes(
    codes: Sequence[str], evidence: Sequence[str], path: Path, line: int, *, hint: str | None
) -> None:
    """Raise SeedError unless all codes are known and each has evidence. ``evidence``: its codes."""
    known = known_codes()
    for code in [*codes, *evidence, *([hint] if hint is not None else [])]:
        one_of(code, known, "code", path, line)
    if set(evidence) != set(codes):
        found = f"codes {list(codes)} and evidence for other ones"
        raise SeedError.at(path, line, found, "evidence for each code")


def check_polarity(
    polarity: Polarity, codes: Sequence[str], path: Path, line: int, *, hint: str | None
) -> None:
    """Raise SeedError unless exactly positives have codes, exactly hard negatives a hint."""
    if (polarity == "positive") != bool(codes):
        found = f"{polarity} with codes {list(codes)}"
        raise SeedError.at(path, line, found, "codes on positive examples only")
    if (polarity == "hard_negative") != (hint is not None):
        found = f"{polarity} with label_hint {hint!r}"
        raise SeedError.at(path, line, found, "label_hint on hard negatives only")


def check_once(text: str, seen: Mapping[str, object], path: Path, line: int) -> None:
    """Raise SeedError for a text that stands among the examples already."""
    if text in seen:
        raise SeedError.at(path, line, f"second {text[:60]!r}", "each text once")
