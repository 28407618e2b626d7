"""What all records share: frozen, strict, closed to unknown fields."""

import hashlib
import json
from datetime import UTC, datetime
from typing import Annotated, Final

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StringConstraints,
)

from data.limits import MAX_NAME, MAX_TEXT


class Record(BaseModel):
    """A frozen record. Types are strict and unknown fields are refused.

    Readers of text files, whose every cell is a string, relax the types with
    ``model_validate(..., strict=False)``.
    """

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", allow_inf_nan=False)


_CANONICAL: Final = json.JSONEncoder(ensure_ascii=True, sort_keys=True, separators=(",", ":"))


def content_hash(record: Record) -> str:
    """SHA-256 of the fields as sent, whatever their order: 64 hexadecimal digits.

    A field that was left out, or sent as null, is unknown and does not count; one that was sent
    empty does.
    """
    sent = record.model_dump(mode="json", exclude_unset=True, exclude_none=True)
    canonical = _CANONICAL.encode(sent)
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()


def parse_instant(value: object) -> object:
    """Read an RFC 3339 instant; a time without an offset is refused, since it names no instant.

    >>> parse_instant("2026-02-01T08:00:00+08:00").isoformat()
    '2026-02-01T00:00:00+00:00'
    """
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value)
        except ValueError as error:
            raise ValueError(
                "not an RFC 3339 instant; write it as 2026-02-01T08:00:00+08:00"
            ) from error
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError("has no offset from UTC; write it as 2026-02-01T08:00:00+08:00")
        try:
            return value.astimezone(UTC)
        except OverflowError as error:
            raise ValueError("lies outside the years 1 to 9999 in UTC") from error
    return value


def _visible(value: str) -> str:
    if not value.strip():
        raise ValueError("is empty; a text that can be read is required")
    return value


DataId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,128}$")]
"""1 to 128 of ``[A-Za-z0-9_.-]``."""

Instant = Annotated[datetime, BeforeValidator(parse_instant)]
"""A moment, RFC 3339 with an offset, kept in UTC."""

Name = Annotated[str, StringConstraints(max_length=MAX_NAME)]
RequiredName = Annotated[str, StringConstraints(max_length=MAX_NAME), AfterValidator(_visible)]
Text = Annotated[str, StringConstraints(max_length=MAX_TEXT)]
RequiredText = Annotated[str, StringConstraints(max_length=MAX_TEXT), AfterValidator(_visible)]
Yuan = Annotated[float, Field(ge=0, le=1e9)]
Rate = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0, le=10**12)]
