"""What titles claim and what belies it (货不对板): materials, amounts, origins, prices."""

import re
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field, field_validator

from data.record import Record, RequiredText
from data.seeds import SeedError, SomeRecord, one_of, read_record, read_tsv, seed_path

_UNBOUNDED: Final = re.compile(r"(?<!\\)[*+](?!\])|\{\d+,\}")
_PATTERNS: Final = (
    *("claimed", "belied", "borne_out", "page", "names"),
    *("attributes", "not_attributes", "near", "exempt", "name", "coarse"),
    *("standard", "one", "other", "honest", "named"),
)


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


class AttributeGroup(_WithPatterns):
    """A kind of attribute (属性类), by a pattern of the names that merchants give it."""

    group: RequiredText
    names: RequiredText


class Claim(_WithPatterns):
    """A material, process or promise of a title, and what excludes it (材质、承诺互斥).

    ``groups`` are the kinds of attributes that tell. ``belied`` belies the claim there, unless
    ``borne_out`` stands beside it. ``page`` is what the detail page says that belies it; where
    it is empty, only a plain admission of something in ``belied`` does.
    """

    cue: RequiredText
    claimed: RequiredText
    groups: tuple[RequiredText, ...]
    belied: RequiredText
    borne_out: RequiredText
    page: str
    certainty: Annotated[float, Field(gt=0, lt=1)]


class Quantity(_WithPatterns):
    """A quantity that title and attributes both state (参数).

    ``units`` maps a unit's pattern to what one of it is worth; a unit worth nothing (0) stands
    before its number, as in spf50. ``near`` must stand within six characters of the number in
    the title, and ``exempt`` must not; empty patterns demand nothing. The attribute may be from
    ``least`` to ``most`` times what the title says.
    """

    cue: RequiredText
    attributes: RequiredText
    not_attributes: str
    units: tuple[tuple[RequiredText, float], ...]
    near: str
    exempt: str
    least: Annotated[float, Field(ge=0, le=1)]
    most: Annotated[float, Field(ge=1)]
    certainty: Annotated[float, Field(gt=0, lt=1)]

    @field_validator("units")
    @classmethod
    def _one_kind(cls, units: tuple[tuple[str, float], ...]) -> tuple[tuple[str, float], ...]:
        if len({worth > 0 for _, worth in units}) != 1:
            raise ValueError("mixes units that stand before the number with some that follow it")
        return units


class ProtectedOrigin(_WithPatterns):
    """A name that sells by its place (地理标志): the places that bear it out, and the coarser
    answer that leaves it open, empty where there is none.
    """

    name: RequiredText
    borne_out: RequiredText
    coarse: str


class Standard(_WithPatterns):
    """A standard (执行标准) that ``governs`` one kind of goods, and claims that it excludes."""

    standard: RequiredText
    governs: RequiredText
    claimed: RequiredText
    certainty: Annotated[float, Field(gt=0, lt=1)]


class Exclusive(_WithPatterns):
    """Two materials of which goods are but one, named in one title; ``honest`` words excuse it."""

    cue: RequiredText
    one: RequiredText
    other: RequiredText
    honest: RequiredText
    certainty: Annotated[float, Field(gt=0, lt=1)]


class Floor(_WithPatterns):
    """What one ``unit`` of new goods costs at the very ``least``, in yuan (低于原料价).

    Of titles that name more than ``most_amount`` units nothing is said: they mean another thing.
    """

    goods: RequiredText
    named: RequiredText
    exempt: RequiredText
    unit: Literal["g", "ml", "mah", "gb"]
    least: Annotated[float, Field(gt=0)]
    most_amount: Annotated[float, Field(gt=0)]
    certainty: Annotated[float, Field(gt=0, lt=1)]


class MadeIn(_WithPatterns):
    """Food that is made where it is named for: the two digits of the provinces (省份代码)."""

    name: RequiredText
    province: Annotated[frozenset[Annotated[str, Field(pattern=r"^\d\d$")]], Field(min_length=1)]
    certainty: Annotated[float, Field(gt=0, lt=1)]

    @field_validator("province", mode="before")
    @classmethod
    def _split(cls, province: object) -> object:
        return frozenset(province.split("|")) if isinstance(province, str) else province


class MismatchSeeds(Record):
    """All tables."""

    groups: tuple[AttributeGroup, ...]
    claims: tuple[Claim, ...]
    quantities: tuple[Quantity, ...]
    origins: tuple[ProtectedOrigin, ...]
    standards: tuple[Standard, ...]
    exclusive: tuple[Exclusive, ...]
    floors: tuple[Floor, ...]
    made: tuple[MadeIn, ...]


def load_mismatch(directory: Path | None = None) -> MismatchSeeds:
    """Read the tables of ``directory``, or of the seeds.

    Raises SeedError for a broken pattern, an unknown group, or a row that is there twice.

    >>> seeds = load_mismatch()
    >>> [claim.certainty for claim in seeds.claims if claim.cue == "leather"]
    [0.93]
    """
    directory = directory or seed_path("mismatch")
    groups = _read(AttributeGroup, directory / "attributes.tsv", "group")
    known = tuple(group.group for group in groups)
    return MismatchSeeds(
        groups=tuple(groups),
        claims=tuple(_read_claims(directory / "claims.tsv", known)),
        quantities=tuple(_read_quantities(directory / "quantities.tsv")),
        origins=tuple(_read(ProtectedOrigin, directory / "origins.tsv", "name")),
        standards=tuple(_read(Standard, directory / "standards.tsv", "standard")),
        exclusive=tuple(_read(Exclusive, directory / "exclusive.tsv", "cue")),
        floors=tuple(_read(Floor, directory / "floors.tsv", "goods")),
        made=tuple(_read(MadeIn, directory / "made.tsv", "name")),
    )


def _read_claims(path: Path, groups: tuple[str, ...]) -> list[Claim]:
    found = []
    taken: set[str] = set()
    for line, row in read_tsv(path):
        _once(row.get("cue", ""), taken, path, line)
        named = tuple(row.get("groups", "").split("|"))
        for group in named:
            one_of(group, groups, "group of attributes", path, line)
        found.append(read_record(Claim, {**row, "groups": named}, path, line))
    return found


def _read_quantities(path: Path) -> list[Quantity]:
    found = []
    taken: set[str] = set()
    for line, row in read_tsv(path):
        _once(row.get("cue", ""), taken, path, line)
        units = tuple(
            (unit, worth or "0")
            for names, _, worth in (each.partition("=") for each in row["units"].split(","))
            for unit in names.split("|")
        )
        found.append(read_record(Quantity, {**row, "units": units}, path, line))
    return found


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
