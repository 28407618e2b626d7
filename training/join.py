"""``mingcha join``: texts with the annotations that are kept apart from them.

Annotations of texts that may not be passed on carry only an id: the start of the text's SHA-256.
"""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Final

import typer

from data.command import complain
from data.problem import FileError
from data.read import Rejected, read_rows
from data.write import write_rows

ID_DIGITS: Final = 12
"""Hexadecimal digits of a text's SHA-256 that make its id."""


def text_id(text: str) -> str:
    """The id under which annotations of a text are kept.

    >>> text_id("你好")
    '670d9743542c'
    """
    return hashlib.sha256(text.encode()).hexdigest()[:ID_DIGITS]


def join(
    texts: Annotated[Path, typer.Argument(help="Rows with a column `text`.")],
    annotations: Annotated[Path, typer.Argument(help="Rows with a column `id`.")],
    out: Annotated[Path, typer.Option(help="JSONL that `train` and `evaluate` read.")],
    group: Annotated[
        str | None, typer.Option(help="Column of TEXTS that splits must not cut, as `channel`.")
    ] = None,
    keep: Annotated[
        list[str],
        typer.Option(help="Column of TEXTS to carry over, as `platform`; may be repeated."),
    ] = [],  # noqa: B006
) -> None:
    """Join texts with annotations made by the id of each text; texts without one are left out.

    What an annotation says of a column stands before what TEXTS says of it.
    """
    known = dict(_annotations(annotations))
    missing = 0

    def joined() -> Iterator[dict[str, object]]:
        nonlocal missing
        for values in _rows(texts):
            text = str(values.get("text") or "")
            if (found := known.get(text_id(text))) is None:
                missing += 1
                continue
            kept = {column: _cell(texts, values, column) for column in keep}
            grouped = {} if group is None else {"group": _cell(texts, values, group)}
            yield {"text": text, **kept, **found, **grouped}

    count = write_rows(out, joined())
    complain(f"join: {count} joined, {missing} texts without annotation")


def _annotations(path: Path) -> Iterator[tuple[str, dict[str, object]]]:
    for values in _rows(path):
        found = dict(values)
        yield str(found.pop("id", "")), found


def _rows(path: Path) -> Iterator[dict[str, object]]:
    for row in read_rows(path):
        if isinstance(row, Rejected):
            raise FileError(f"{path}:{row.line}: {row.reason}")
        yield dict(row.values)


def _cell(path: Path, values: dict[str, object], column: str) -> object:
    if column not in values:
        raise FileError(f"{path}: no column {column!r}; columns are {', '.join(values)}")
    return values[column]
