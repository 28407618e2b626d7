"""What titles are stuffed with (标题堆砌): goods, names of others, audiences, seasons."""

import re
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field, field_validator

from data.record import Record, RequiredText
from data.seeds import SomeRecord, read_record, read_tsv, seed_path

_PATTERNS: Final = ("names", "category", "honest")


class _WithPatterns(Record):
    """A row whose patterns are regular expressions over normalised text."""

    @field_validator(*_PATTERNS, check_fields=False)
    @classmethod
    def _compiles(cls, pattern: str) -> str:
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValueError(f"is not a regular expression: {error}") from error
        return pattern


class Named(_WithPatterns):
    """Goods (varieties) or makers and stars (names) of which one listing sells one.

    A title of the ``category`` that names ``most`` or more is stuffed, unless it says something
    ``honest`` such as that buyers choose.
    """

    kind: Literal["varieties", "names"]
    of: RequiredText
    names: RequiredText
    most: Annotated[int, Field(ge=2)]
    category: RequiredText
    honest: RequiredText


class Crowd(Record):
    """Words of one sort, of which a title may name so many (``free``) without being crowded."""

    crowd: RequiredText
    words: Annotated[tuple[RequiredText, ...], Field(min_length=1)]
    free: Annotated[int, Field(ge=0)]

    @field_validator("words", mode="before")
    @classmethod
    def _split(cls, words: object) -> object:
        return tuple(dict.fromkeys(words.split("|"))) if isinstance(words, str) else words


class Stuffing(Record):
    """Both tables."""

    named: tuple[Named, ...]
    crowds: tuple[Crowd, ...]


def load_stuffing(directory: Path | None = None) -> Stuffing:
    """Read the tables of ``directory``, or of the seeds. Raises SeedError for a broken row.

    >>> sorted({row.kind for row in load_stuffing().named})
    ['names', 'varieties']
    """
    directory = directory or seed_path("stuffing")
    return Stuffing(
        named=tuple(_read(Named, directory / "named.tsv")),
        crowds=tuple(_read(Crowd, directory / "crowds.tsv")),
    )


def _read(model: type[SomeRecord], path: Path) -> list[SomeRecord]:
    return [read_record(model, row, path, line) for line, row in read_tsv(path)]
