"""Brands (品牌): their names, nicknames, look-alikes and disguises."""

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from data.record import Record, RequiredText
from data.seeds import SeedError, read_record, read_tsv, seed_path

AliasKind = Literal["canonical", "nickname", "lookalike", "disguise"]
"""The brand's own name; what buyers call it; a name made to be mistaken for it; a hidden name."""


class BrandAlias(Record):
    """One way to write a brand.

    ``twins`` are ordinary words that could be taken for it: they hold the alias and mean
    something else (苹果醋), or are spelt nearly like it (channel for chanel). An alias that a twin
    holds is itself an ordinary word, and needs the category's support.
    """

    text: RequiredText
    kind: AliasKind
    twins: tuple[str, ...] = ()

    @property
    def is_ordinary_word(self) -> bool:
        """Whether the alias means something else as well, as 苹果 does."""
        return any(self.text in twin for twin in self.twins)


class Brand(Record):
    """A brand. ``categories`` are words that its goods' category paths hold, such as ``运动``."""

    brand_id: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]{1,40}$")]
    name: RequiredText
    aliases: Annotated[tuple[BrandAlias, ...], Field(min_length=1)]
    categories: Annotated[tuple[RequiredText, ...], Field(min_length=1)]


def load_brands(path: Path | None = None) -> tuple[Brand, ...]:
    """Read the brands from ``path``, or from the seeds. Raises SeedError for a broken row.

    >>> brands = {brand.brand_id: brand for brand in load_brands()}
    >>> brands["sprite"].name, brands["sprite"].aliases[-2].text
    ('雪碧', '雷碧')
    """
    path = path or seed_path("brands.tsv")
    rows: dict[str, list[tuple[int, dict[str, str]]]] = {}
    owners: dict[str, str] = {}
    for line, row in read_tsv(path):
        _check_columns(row, path)
        alias, brand_id = row["alias"], row["brand_id"]
        if alias in owners:
            found = f"alias {alias!r} again"
            raise SeedError.at(path, line, found, f"one row, as it stands for {owners[alias]!r}")
        owners[alias] = brand_id
        rows.setdefault(brand_id, []).append((line, row))
    return tuple(_brand(brand_id, entries, path) for brand_id, entries in rows.items())


def _check_columns(row: dict[str, str], path: Path) -> None:
    columns = ("brand_id", "name", "alias", "kind", "categories", "twins")
    if set(row) != set(columns):
        raise SeedError.at(path, 1, f"columns {', '.join(row)}", ", ".join(columns))


def _brand(brand_id: str, entries: list[tuple[int, dict[str, str]]], path: Path) -> Brand:
    first_line, first = entries[0]
    aliases = []
    for line, row in entries:
        if row["name"] != first["name"]:
            raise SeedError.at(path, line, f"name {row['name']!r}", repr(first["name"]))
        if line != first_line and row["categories"]:
            raise SeedError.at(path, line, "categories again", "on the brand's first row only")
        values = {"text": row["alias"], "kind": row["kind"], "twins": _words(row["twins"])}
        aliases.append(read_record(BrandAlias, values, path, line))
    brand = {
        "brand_id": brand_id,
        "name": first["name"],
        "aliases": tuple(aliases),
        "categories": _words(first["categories"]),
    }
    return read_record(Brand, brand, path, first_line)


def _words(cell: str) -> tuple[str, ...]:
    return tuple(word for word in cell.split("|") if word)
