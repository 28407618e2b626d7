"""The risk labels (风险标签) and the statutes they rest on."""

import tomllib
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from data.record import Record, RequiredText
from data.seeds import SeedError, read_record, read_text, seed_path

Family = Literal["content", "listing"]
"""Content labels are about what is said, listing labels about what is sold."""


class Statute(Record):
    """A law or rule (依据) and its articles; none means the text as a whole.

    ``status`` tells how we know it: ``read`` in full text, ``secondary`` from a page about it,
    ``verify`` still to be checked before it is shown to a merchant.
    """

    law: RequiredText
    articles: list[str]
    status: Literal["read", "secondary", "verify"]


class Label(Record):
    """One way to break a rule. Severity runs from 1 (low) to 4 (critical)."""

    code: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{1,62}$")]
    name_zh: RequiredText
    name_en: RequiredText
    family: Family
    severity: Annotated[int, Field(ge=1, le=4)]
    default_action: Literal["review", "block"]
    definition: RequiredText
    basis: Annotated[list[Statute], Field(min_length=1)]

    def citations(self) -> list[str]:
        """The statutes as a reviewer cites them.

        >>> load_taxonomy()["absolute_claim"].citations()[0]
        '广告法 第9条(三)'
        """
        return [
            f"{statute.law} {article}".rstrip()
            for statute in self.basis
            for article in statute.articles or [""]
        ]


class Taxonomy(Record):
    """All labels, in the order of the table."""

    labels: tuple[Label, ...]

    @cached_property
    def _by_code(self) -> dict[str, Label]:
        return {label.code: label for label in self.labels}

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of all labels."""
        return tuple(self._by_code)

    def family(self, family: Family) -> tuple[str, ...]:
        """The codes of one family.

        >>> len(load_taxonomy().family("content"))
        12
        """
        return tuple(label.code for label in self.labels if label.family == family)

    def __getitem__(self, code: str) -> Label:
        """The label; raises KeyError that lists the codes there are."""
        try:
            return self._by_code[code]
        except KeyError:
            raise KeyError(f"unknown label {code!r}; labels are {', '.join(self.codes)}") from None


def load_taxonomy(path: Path | None = None) -> Taxonomy:
    """Read the labels from ``path``, or from the seeds. Raises SeedError for a broken one."""
    path = path or seed_path("taxonomy.toml")
    text = read_text(path)
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SeedError(f"{path}: is not TOML: {error}") from error
    if not isinstance(document.get("label"), list) or len(document) != 1:
        raise SeedError.at(path, 1, f"tables {', '.join(document)}", "[[label]] only")
    labels: dict[str, Label] = {}
    for line, table in zip(_label_lines(text), document["label"], strict=True):
        label = read_record(Label, table, path, line)
        if label.code in labels:
            raise SeedError.at(path, line, f"second label {label.code!r}", "one for each code")
        labels[label.code] = label
    return Taxonomy(labels=tuple(labels.values()))


def _label_lines(text: str) -> Iterator[int]:
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip() == "[[label]]":
            yield number
