"""What value a field takes, and how the cell (单元格) of a file becomes that value.

Absent is unknown, so every conversion gives ``None`` for an empty cell, a null or a NaN, and
the reader leaves the field out.
"""

import json
import math
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import lru_cache
from types import NoneType, UnionType
from typing import Annotated, Any, Final, Literal, NamedTuple, Union, get_args, get_origin
from typing import get_type_hints as type_hints

from pydantic import BaseModel

from data.problem import quoted
from data.record import Record

Kind = Literal["text", "id", "number", "whole", "choice", "record", "object", "list", "other"]

Note = Callable[[str], None]
"""Told the path of each nested field that the model does not have."""


class Shape(NamedTuple):
    """What a field holds. ``fields`` are a record's, ``item`` is of an object or a list."""

    kind: Kind
    annotation: Any
    fields: Mapping[str, "Shape"]
    item: "Shape | None" = None


class CellError(ValueError):
    """A cell cannot become the value of its field."""


@lru_cache
def record_shape(model: type[Record]) -> Shape:
    """The shape of a record."""
    return _shape(model, "")


def locate(shape: Shape, field: str) -> tuple[tuple[str, ...], Shape] | None:
    """The steps of a dotted field name and the shape at its end; ``None`` if there is no such.

    Behind an object the rest of the name is one key, dots and all.

    >>> from data.listing import Listing
    >>> steps, shape = locate(record_shape(Listing), "attributes.尺寸.cm")
    >>> steps, shape.kind
    (('attributes', '尺寸.cm'), 'text')
    """
    head, _, rest = field.partition(".")
    inner = shape.fields.get(head)
    if inner is None or not rest:
        return None if inner is None or field.endswith(".") else ((head,), inner)
    if inner.kind == "object" and inner.item is not None:
        return (head, rest), inner.item
    found = locate(inner, rest)
    return found and ((head, *found[0]), found[1])


def from_cell(cell: object, shape: Shape, field: str, note: Note) -> object:
    """The value of a cell of a text file. Numbers stay text, for the record to read.

    Objects and lists are JSON text; a list of texts may also be joined by ``;``.

    Raises ``CellError`` when it is no JSON.
    """
    if not isinstance(cell, str):
        return from_value(cell, shape, field, note)
    if shape.kind == "text":
        return cell or None
    cell = cell.strip()
    if not cell:
        return None
    if shape.kind == "id":
        return _WHOLE_FLOAT.sub(r"\1", cell)
    if shape.kind == "whole":
        return _whole(cell)
    if shape.kind in _CONTAINERS:
        return from_value(_parsed(cell, shape, field), shape, field, note)
    return cell


def from_column(value: object, shape: Shape, field: str, note: Note) -> object:
    """The value of a typed column: as ``from_value``; objects may also be maps or JSON text."""
    if shape.kind in _CONTAINERS and isinstance(value, str):
        return from_cell(value, shape, field, note)
    if shape.kind == "object" and isinstance(value, list) and all(map(_is_pair, value)):
        value = dict(value)
    return from_value(value, shape, field, note)


def from_value(value: object, shape: Shape, field: str, note: Note) -> object:
    """A typed value as the record wants it.

    Types are kept, but for what stores without null, text or decimals make of numbers: ids
    that became numbers, whole numbers that became floats, decimals. Fields of nested records
    that the model does not have are left out and noted.
    """
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if shape.kind in ("id", "whole", "number"):
        return _number(value, shape.kind)
    if isinstance(value, dict):
        return _members(value, shape, field, note)
    if isinstance(value, list) and shape.item is not None:
        return [from_value(each, shape.item, f"{field}[]", note) for each in value]
    return value


_CONTAINERS: Final = ("record", "object", "list")
_ID_NAMES: Final = ("_id", "group")
_WHOLE_FLOAT: Final = re.compile(r"^(\d+)\.0$")
_EXACT_FLOAT: Final = 2**53
_NO_FIELDS: Final[Mapping[str, Shape]] = {}


def _shape(annotation: Any, name: str) -> Shape:
    bare = _bare(annotation)
    origin, arguments = get_origin(bare), get_args(bare)
    if isinstance(bare, type) and issubclass(bare, BaseModel):
        hints = type_hints(bare, include_extras=True)
        fields = {field: _shape(hints[field], field) for field in bare.model_fields}
        return Shape("record", annotation, fields)
    if origin is dict:
        return Shape("object", annotation, _NO_FIELDS, _shape(arguments[1], ""))
    if origin in (list, tuple):
        return Shape("list", annotation, _NO_FIELDS, _shape(arguments[0], ""))
    return Shape(_leaf(bare, name), annotation, _NO_FIELDS)


def _bare(annotation: Any) -> Any:
    """The type without ``Annotated`` and without ``| None``."""
    arguments = get_args(annotation)
    if get_origin(annotation) is Annotated:
        return _bare(arguments[0])
    if get_origin(annotation) in (Union, UnionType):
        others = [argument for argument in arguments if argument is not NoneType]
        return _bare(others[0]) if len(others) == 1 else annotation
    return annotation


def _leaf(bare: Any, name: str) -> Kind:
    if get_origin(bare) is Literal:
        return "whole" if all(isinstance(value, int) for value in get_args(bare)) else "choice"
    if bare is str:
        return "id" if name.endswith(_ID_NAMES) else "text"
    if bare is float:
        return "number"
    return "whole" if bare is int else "other"


def _whole(cell: str) -> object:
    try:
        return int(_WHOLE_FLOAT.sub(r"\1", cell))
    except ValueError:
        return cell


def _number(value: object, kind: Kind) -> object:
    if isinstance(value, Decimal):
        value = float(value) if kind == "number" else _exact(value)
    elif isinstance(value, float) and kind != "number" and abs(value) < _EXACT_FLOAT:
        value = _exact(value)
    if kind == "id" and isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value


def _exact(value: Decimal | float) -> Decimal | float:
    return int(value) if value == int(value) else value


def _is_pair(value: object) -> bool:
    return isinstance(value, tuple) and len(value) == 2


def _members(value: dict[str, object], shape: Shape, field: str, note: Note) -> dict[str, object]:
    members = {}
    for name, inner in value.items():
        expected = shape.fields.get(name) if shape.kind == "record" else shape.item
        if shape.kind == "record" and expected is None:
            note(f"{field}.{name}")
            continue
        kept = inner if expected is None else from_value(inner, expected, f"{field}.{name}", note)
        if kept is not None:
            members[name] = kept
    return members


def _parsed(cell: str, shape: Shape, field: str) -> object:
    texts = shape.kind == "list" and shape.item is not None and shape.item.kind == "text"
    if texts and not cell.startswith("["):
        return [part.strip() for part in cell.split(";") if part.strip()]
    try:
        return parse_json(cell)
    except ValueError as error:
        raise CellError(f"{field}: must be JSON text, found {quoted(cell)}: {error}") from error


def parse_json(text: str) -> object:
    """Strict JSON: no NaN, no Infinity. Raises ``ValueError`` with a short reason."""
    try:
        return json.loads(text, parse_constant=_refuse)
    except json.JSONDecodeError as error:
        raise ValueError(f"{error.msg} at character {error.pos + 1}") from error
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _refuse(constant: str) -> object:
    raise ValueError(f"{constant} is no JSON")
