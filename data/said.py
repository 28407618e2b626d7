"""What hosts say of goods that a listing can bear out or belie (口播可核对的事实)."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final

from pydantic import Field, field_validator

from data.record import Record, RequiredText
from data.seeds import SeedError, SomeRecord, one_of, read_record, read_tsv, seed_path
from data.taxonomy import load_taxonomy

_UNBOUNDED: Final = re.compile(r"(?<!\\)[*+](?!\])|\{\d+,\}")
_PATTERNS: Final = ("said", "named", "unit", "attributes", "belied", "borne_out", "listed")


class _WithPatterns(Record):
    """A row whose patterns are bounded regular expressions over normalised text."""

    @field_validator(*_PATTERNS, check_fields=False)
    @classmethod
    def _compiles(cls, pattern: str) -> str:
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValueError(f"is not a regular expression: {error}") from error
        if _UNBOUNDED.search(pattern):
            raise ValueError("has an unbounded repeat; bounded ones such as {0,9} are allowed")
        return pattern


class Place(Record):
    """A country, province or town (产地), the place it lies in, and its other names."""

    place: RequiredText
    within: str
    aliases: tuple[str, ...]


class Measure(_WithPatterns):
    """A number that is boasted of (参数): its name, its unit, and the attributes that state it.

    ``named`` stands before the number as said and ``unit`` after it; one of the two may be
    empty. ``most`` is the largest number that makes sense.
    """

    name_zh: RequiredText
    named: str
    unit: str
    attributes: RequiredText
    most: Annotated[float, Field(gt=0)]


class Exclusion(_WithPatterns):
    """A material or ingredient that is claimed, and what in the listing excludes it (材质互斥).

    ``attributes`` are the names of the attributes that tell; ``belied`` is what belies the claim
    there, unless ``borne_out`` stands beside it.
    """

    cue: RequiredText
    said: RequiredText
    attributes: RequiredText
    belied: RequiredText
    borne_out: RequiredText
    certainty: Annotated[float, Field(gt=0, lt=0.9)]


class Fibre(_WithPatterns):
    """A fibre or filling (纤维, 填充物): how a host and how a composition names it."""

    name_zh: RequiredText
    said: RequiredText
    listed: RequiredText


class SaidLicence(_WithPatterns):
    """A licence that hosts invoke (口播资质): the words, and the keys of licences that bear it out.

    ``keys`` are beginnings of keys of ``seeds/licences.toml``.
    """

    cue: RequiredText
    name_zh: RequiredText
    said: RequiredText
    keys: tuple[RequiredText, ...]
    code: RequiredText
    certainty: Annotated[float, Field(gt=0, lt=0.9)]


class SaidSeeds(Record):
    """All tables. ``goods`` are things that are sold, each with its names."""

    places: tuple[Place, ...]
    goods: tuple[tuple[str, ...], ...]
    measures: tuple[Measure, ...]
    exclusions: tuple[Exclusion, ...]
    fibres: tuple[Fibre, ...]
    licences: tuple[SaidLicence, ...]


def load_said(directory: Path | None = None) -> SaidSeeds:
    """Read the tables of ``directory``, or of the seeds.

    Raises SeedError for a broken pattern, an unknown label, a place within one that is not
    listed, or a name that two rows have.

    >>> seeds = load_said()
    >>> next(place.within for place in seeds.places if place.place == "烟台")
    '山东'
    """
    directory = directory or seed_path("said")
    return SaidSeeds(
        places=_read_places(directory / "places.tsv"),
        goods=_read_goods(directory / "goods.tsv"),
        measures=tuple(_read(Measure, directory / "measures.tsv", "name_zh")),
        exclusions=tuple(_read(Exclusion, directory / "exclusions.tsv", "cue")),
        fibres=tuple(_read(Fibre, directory / "fibres.tsv", "name_zh")),
        licences=_read_licences(directory / "licences.tsv"),
    )


def _names(cell: str) -> tuple[str, ...]:
    return tuple(name for name in cell.split("|") if name)


def _read_places(path: Path) -> tuple[Place, ...]:
    places: dict[str, Place] = {}
    taken: set[str] = set()
    for line, row in read_tsv(path):
        values: Mapping[str, object] = {**row, "aliases": _names(row.get("aliases", ""))}
        place = read_record(Place, values, path, line)
        for name in (place.place, *place.aliases):
            _once(name, taken, path, line)
        if place.within:
            one_of(place.within, tuple(places), "place", path, line)
        places[place.place] = place
    return tuple(places.values())


def _read_goods(path: Path) -> tuple[tuple[str, ...], ...]:
    goods = []
    taken: set[str] = set()
    for line, row in read_tsv(path):
        names = _names(row.get("names", ""))
        for name in names:
            _once(name, taken, path, line)
        goods.append(names)
    return tuple(goods)


def _read_licences(path: Path) -> tuple[SaidLicence, ...]:
    codes = load_taxonomy().codes
    rows = []
    taken: set[str] = set()
    for line, row in read_tsv(path):
        values: Mapping[str, object] = {**row, "keys": _names(row.get("keys", ""))}
        licence = read_record(SaidLicence, values, path, line)
        one_of(licence.code, codes, "code", path, line)
        _once(licence.cue, taken, path, line)
        rows.append(licence)
    return tuple(rows)


def _read(model: type[SomeRecord], path: Path, key: str) -> list[SomeRecord]:
    taken: set[str] = set()
    rows = []
    for line, row in read_tsv(path):
        _once(row.get(key, ""), taken, path, line)
        rows.append(read_record(model, row, path, line))
    return rows


def _once(name: str, taken: set[str], path: Path, line: int) -> None:
    if name in taken:
        raise SeedError.at(path, line, f"second {name!r}", "each name once")
    taken.add(name)
