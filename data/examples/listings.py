"""Example listings (商品): as a merchant submits them, with what is wrong and where it stands."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from data.examples.rows import Polarity, check_codes, check_once, check_polarity, read_json_rows
from data.listing import Listing
from data.record import Record, RequiredText
from data.seeds import SeedError, read_record, seed_path

ListingField = Literal[
    "title",
    "category",
    "price",
    "list_price",
    "description",
    "ocr_text",
    "brand",
    "condition",
    "attributes",
    "skus",
    "licences",
    "origin",
    "ships_from",
    "merchant",
]


class FieldEvidence(Record):
    """Where a label shows: words of the field, or None where a number or an absence says it."""

    code: str
    field: ListingField
    quote: Annotated[str, Field(min_length=1)] | None


class ListingExample(Record):
    """A listing with its labels. ``note`` says why it is wrong, or why it only looks so.

    Rows of one ``writer`` share habits of wording: no split should part them.
    """

    listing: Listing
    codes: list[str]
    evidence: list[FieldEvidence]
    polarity: Polarity
    label_hint: str | None
    note: RequiredText
    writer: Annotated[str, Field(pattern=r"^[a-z0-9]{1,12}$")]


def load_listing_examples(directory: Path | None = None) -> tuple[ListingExample, ...]:
    """The listings of ``directory``, or of the seeds, as they were written.

    Their ``data_id`` is not in the file: it is made of their content. Raises SeedError for a
    field that the contract does not know, evidence that is not there, an unknown code, or a
    listing that stands there twice.
    """
    path = (directory or seed_path("examples")) / "listings.jsonl"
    examples: dict[str, ListingExample] = {}
    for line, row in read_json_rows(path):
        example = read_record(
            ListingExample, {**row, "listing": _named(row, path, line)}, path, line
        )
        _check(example, path, line)
        check_once(example.listing.data_id, examples, path, line)
        examples[example.listing.data_id] = example
    return tuple(examples.values())


def _named(row: dict[str, object], path: Path, line: int) -> dict[str, object]:
    listing = row.get("listing")
    if not isinstance(listing, dict):
        raise SeedError.at(path, line, f"listing {str(listing)[:60]!r}", "an object")
    content = json.dumps(listing, sort_keys=True, ensure_ascii=False).encode()
    return {**listing, "data_id": f"seed-{hashlib.sha256(content).hexdigest()[:12]}"}


def _check(example: ListingExample, path: Path, line: int) -> None:
    named = [evidence.code for evidence in example.evidence]
    check_codes(example.codes, named, path, line, hint=example.label_hint)
    check_polarity(example.polarity, example.codes, path, line, hint=example.label_hint)
    fields = example.listing.model_dump(mode="json")
    for evidence in example.evidence:
        words = _words(fields[evidence.field])
        if evidence.quote is not None and not any(evidence.quote in text for text in words):
            found = f"quote {evidence.quote!r}"
            raise SeedError.at(path, line, found, f"words of {evidence.field}")


def _words(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield str(key)
            yield from _words(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _words(inner)
    elif value is not None:
        yield str(value)
