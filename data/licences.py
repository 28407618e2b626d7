"""Licences (证照): the form of each number and which category requires which."""

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, field_validator
from stdnum import ean
from stdnum.cn import uscc
from stdnum.iso7064 import mod_11_10

from data.record import Record, RequiredText
from data.seeds import SeedError, read_record, read_text, seed_path

Status = Literal["read", "secondary", "verify"]
Check = Literal["mod11_10", "uscc", "ean13", "patent", "none"]
Group = Literal["food", "health_food", "cosmetic", "drug", "device", "ccc", "none"]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,62}$")]

_BRACKETS = str.maketrans("（）〔〕[]【】{}「」", "()" * 6)
_DASHES = str.maketrans("‐‑‒–—―−﹣－", "-" * 9)
_DROPPED = re.compile(r"[\s第号·.:]|(?:生产|卫生)?许可证(?:编号)?|(?:证书?)?编号")
_PATENT_WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)


def fold_number(number: str) -> str:
    """The number as the patterns expect it: half width, upper case, without spaces, 第 and 号.

    Letters are never read as digits or digits as letters: that would invent a number.

    >>> fold_number("卫食健字〔２００３〕第0123号")
    '卫食健字(2003)0123'
    """
    folded = unicodedata.normalize("NFKC", number).upper()
    folded = "".join(char for char in folded if unicodedata.category(char) != "Cf")
    return _DROPPED.sub("", folded.translate(_BRACKETS).translate(_DASHES))


def patent_check_digit(number: str) -> str:
    """The check character of a patent's first 12 digits: a digit, or ``X`` for ten.

    >>> patent_check_digit("201420000001")
    '1'
    """
    if len(number) != 12 or not number.isascii() or not number.isdigit():
        raise ValueError(f"{number!r} is no patent number without its check digit; 12 digits are")
    total = sum(int(digit) * weight for digit, weight in zip(number, _PATENT_WEIGHTS, strict=True))
    return "0123456789X"[total % 11]


def _patent_is_valid(number: str) -> bool:
    body = number.removeprefix("ZL").replace(".", "")
    return patent_check_digit(body[:12]) == body[12:]


def checks_out(number: str, check: Check) -> bool:
    """Whether the check digit of a folded number agrees; true where the form has none.

    >>> checks_out("6901234567892", "ean13"), checks_out("6901234567893", "ean13")
    (True, False)
    """
    match check:
        case "mod11_10":
            return bool(mod_11_10.is_valid(number.removeprefix("SC")))
        case "uscc":
            return bool(uscc.is_valid(number))
        case "ean13":
            return bool(ean.is_valid(number))
        case "patent":
            return _patent_is_valid(number)
        case "none":
            return True


class LicenceFormat(Record):
    """The form of one kind of number. ``status`` tells how we know it."""

    key: Key
    name_zh: RequiredText
    pattern: RequiredText
    check: Check = "none"
    first_year: int = 1990
    basis: Annotated[tuple[RequiredText, ...], Field(min_length=1)]
    status: Status

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        """The pattern, to be matched against the whole folded number."""
        return re.compile(self.pattern)

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, pattern: str) -> str:
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValueError(f"is not a regular expression: {error}") from error
        return pattern


class Requirement(Record):
    """What a category must hold: any one of ``any_of``, if ``mandatory``.

    ``words`` are looked for in the category path, ``waived_by`` in the words of the listing.
    """

    name: Key
    name_zh: RequiredText
    group: Group
    words: Annotated[tuple[RequiredText, ...], Field(min_length=1)]
    excluded: Annotated[tuple[RequiredText, ...], Field(alias="except")] = ()
    any_of: tuple[Key, ...]
    sc_classes: tuple[str, ...] = ()
    mandatory: bool
    waived_by: tuple[RequiredText, ...] = ()
    basis: tuple[RequiredText, ...]
    status: Status

    def applies(self, category: str) -> bool:
        """Whether the requirement is about this category path."""
        return any(word in category for word in self.words) and not any(
            word in category for word in self.excluded
        )


class Function(Record):
    """An efficacy (功效) that only a licensed product may claim, and how it is worded."""

    name_zh: RequiredText
    cues: Annotated[tuple[RequiredText, ...], Field(min_length=1)]

    @field_validator("cues")
    @classmethod
    def _compile(cls, cues: tuple[str, ...]) -> tuple[str, ...]:
        for cue in cues:
            try:
                re.compile(cue)
            except re.error as error:
                raise ValueError(f"is not a regular expression: {error}") from error
        return cues


class LicenceRules(Record):
    """All formats, requirements and efficacies, in the order of the file."""

    provinces: RequiredText
    divisions: frozenset[str]
    formats: tuple[LicenceFormat, ...]
    requirements: tuple[Requirement, ...]
    special_functions: tuple[Function, ...]
    health_functions: tuple[Function, ...]

    @cached_property
    def _by_key(self) -> dict[str, LicenceFormat]:
        by_name = {entry.name_zh: entry for entry in self.formats}
        return by_name | {entry.key: entry for entry in self.formats}

    def format(self, key: str) -> LicenceFormat | None:
        """The format behind a key or its Chinese name; None for a key that is not known."""
        return self._by_key.get(key)

    def requirement(self, category: str) -> Requirement | None:
        """The first requirement that is about the category, or None.

        >>> rules = load_licence_rules()
        >>> rules.requirement("食品/休闲零食/坚果").name_zh
        '预包装食品'
        >>> rules.requirement("服装/女装/连衣裙")
        """
        return next((entry for entry in self.requirements if entry.applies(category)), None)

    @cached_property
    def special_pattern(self) -> re.Pattern[str]:
        """Any wording of a special cosmetic's efficacy."""
        return _any_of(self.special_functions)

    @cached_property
    def health_pattern(self) -> re.Pattern[str]:
        """Any wording of a health function."""
        return _any_of(self.health_functions)


def _any_of(functions: tuple[Function, ...]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{cue})" for function in functions for cue in function.cues))


_TABLES: Mapping[str, tuple[str, type[Record]]] = {
    "format": ("formats", LicenceFormat),
    "requirement": ("requirements", Requirement),
    "special_function": ("special_functions", Function),
    "health_function": ("health_functions", Function),
}


def load_licence_rules(path: Path | None = None) -> LicenceRules:
    """Read the rules from ``path``, or from the seeds. Raises SeedError for a broken one."""
    path = path or seed_path("licences.toml")
    text = read_text(path)
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SeedError(f"{path}: is not TOML: {error}") from error
    allowed = {"provinces", "divisions", *_TABLES}
    if unknown := sorted(document.keys() - allowed):
        raise SeedError.at(path, 1, f"table {unknown[0]!r}", ", ".join(sorted(allowed)))
    provinces = str(document.get("provinces", ""))
    values: dict[str, object] = {
        "provinces": provinces,
        "divisions": document.get("divisions", []),
    }
    for table, (field, model) in _TABLES.items():
        values[field] = tuple(_rows(path, text, document, table, model, provinces))
    rules = read_record(LicenceRules, values, path, 1)
    _check_keys(rules, path, text)
    return rules


def _rows(
    path: Path,
    text: str,
    document: dict[str, Any],
    table: str,
    model: type[Record],
    provinces: str,
) -> Iterator[Record]:
    for line, row in zip(_lines_of(text, table), document.get(table, []), strict=True):
        if "pattern" in row:
            row["pattern"] = str(row["pattern"]).replace("{p}", f"[{provinces}]")
        yield read_record(model, row, path, line)


def _lines_of(text: str, table: str) -> list[int]:
    header = f"[[{table}]]"
    return [n for n, line in enumerate(text.split("\n"), start=1) if line.strip() == header]


def _check_keys(rules: LicenceRules, path: Path, text: str) -> None:
    known: set[str] = set()
    for line, entry in zip(_lines_of(text, "format"), rules.formats, strict=True):
        if entry.key in known:
            raise SeedError.at(path, line, f"second format {entry.key!r}", "one for each key")
        known.add(entry.key)
    for line, requirement in zip(_lines_of(text, "requirement"), rules.requirements, strict=True):
        for key in requirement.any_of:
            if key not in known:
                found = f"licence {key!r} in {requirement.name!r}"
                raise SeedError.at(path, line, found, ", ".join(sorted(known)))
