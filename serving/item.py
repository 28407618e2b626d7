"""One item of a request: the record that it describes, or what is wrong with it."""

import re
from collections.abc import Mapping
from typing import Final, TypeVar

from pydantic import ValidationError

from data.listing import Listing
from data.problem import MAX_ECHO, explain, printable
from data.record import Record
from data.segment import LiveSegment
from data.verdict import Kind

R = TypeVar("R", bound=Record)

RECORDS: Final[Mapping[Kind, type[LiveSegment | Listing]]] = {
    "claims": LiveSegment,
    "listings": Listing,
}
"""What the items of each kind are."""

_ID = re.compile(r"[A-Za-z0-9_.-]{1,128}")
_SHOWN = 500


class ItemFault(Record):
    """What is wrong with an item. ``field`` is the path in the item, null for the whole item."""

    code: str
    message: str
    field: str | None = None


def read_record(record: type[R], sent: object) -> R | ItemFault:
    """The record that an item describes, or the first thing that is wrong with it."""
    if not isinstance(sent, dict):
        return ItemFault(code="invalid_item", message="an item must be a JSON object")
    # Looked for first: the library would explain each of a hundred thousand, for seconds.
    if unknown := next((name for name in sent if name not in record.model_fields), None):
        field = shown(printable(unknown, MAX_ECHO // 2))
        return ItemFault(
            code="unknown_field", message="is no field of this record", field=field or None
        )
    try:
        return record.model_validate(sent)
    except ValidationError as error:
        first = explain(error)[0]
        return ItemFault(
            code=first.code, message=shown(first.message), field=shown(first.field or "") or None
        )


def echo(name: object) -> str | None:
    """An id as it was sent, where it is one that may be repeated."""
    return name if isinstance(name, str) and _ID.fullmatch(name) else None


def shown(text: str) -> str:
    """Text that may quote the caller, short and fit for UTF-8."""
    return text[:_SHOWN].encode("utf-8", "replace").decode("utf-8")
