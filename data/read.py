"""Reads records from CSV, TSV, JSONL and Parquet, gzipped or not, one row at a time.

Memory stays constant whatever the length of the file. A row that cannot be read is handed on
with its line and the reason; only what spoils the whole file is an error.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from copy import deepcopy
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final, Generic, NamedTuple, TypeVar

from pydantic import Field, TypeAdapter, ValidationError

from data import cell as cells
from data.cell import CellError, Shape, locate, record_shape
from data.problem import FileError, UsageError, explain, quoted, reason
from data.record import Record
from data.table import DELIMITERS, MAX_RAW, Rejected, Row, file_format, open_table

__all__ = ["Layout", "Rejected", "Row", "read_records", "read_rows"]

_MAX_NAMES: Final = 1_000

R = TypeVar("R", bound=Record)


class Layout(Record):
    """How the columns of a file become fields.

    ``map`` is field to column, ``constants`` field to the one value of all rows. Both may name
    nested fields with dots: ``merchant.merchant_id``. ``encoding`` is of text files.
    """

    map: dict[str, str] = Field(default_factory=dict)
    constants: dict[str, str] = Field(default_factory=dict)
    encoding: str = "utf-8"


def read_rows(path: Path, layout: Layout | None = None) -> Iterator[Row | Rejected]:
    """The rows of a file, in order, their values under the names that ``layout`` gives them.

    Values of CSV and TSV are text; those of JSONL and Parquet keep their types.

    Raises ``FileError`` when the file cannot be read at all, and ``UsageError`` for an unknown
    suffix or encoding.
    """
    layout = layout or Layout()
    with open_table(path, layout.encoding) as table:
        _check_mapped(path, layout, table.columns)
        for row in table.rows:
            yield row if isinstance(row, Rejected) else _renamed(row, layout)


def read_records(
    path: Path,
    model: type[R],
    layout: Layout | None = None,
    *,
    on_reject: Callable[[Rejected], None],
    on_warning: Callable[[str], None] = lambda sentence: None,
) -> Iterator[tuple[int, R]]:
    """The records of a file with their lines, in order.

    Columns that ``model`` does not have are ignored; ``on_warning`` gets one sentence that
    names them, before the first row where the file has a header, else after the last. A row
    without the ``data_id`` that ``model`` requires is called ``row-<line>``. Each row is either
    yielded or given to ``on_reject``.

    Raises ``FileError`` when the file cannot be read or lacks a required column, and
    ``UsageError`` for an unknown suffix, encoding or field.
    """
    layout = layout or Layout()
    plan = _Plan(path, model, layout)
    with open_table(path, layout.encoding) as table:
        if table.columns is not None:
            _check_mapped(path, layout, table.columns)
            plan.check_required(table.columns)
            _warn(path, plan, on_warning)
        for row in table.rows:
            if isinstance(row, Rejected):
                on_reject(row)
                continue
            try:
                record = plan.record(row)
            except ValidationError as error:
                on_reject(Rejected(row.line, _advise(error), _raw(row)))
            except CellError as error:
                on_reject(Rejected(row.line, str(error), _raw(row)))
            else:
                yield row.line, record
        _warn(path, plan, on_warning)


# From columns to a record


class _Target(NamedTuple):
    field: str
    steps: tuple[str, ...]
    shape: Shape


class _Plan(Generic[R]):
    """Which column goes to which field of the record."""

    def __init__(self, path: Path, model: type[R], layout: Layout) -> None:
        suffix, _ = file_format(path)
        self._path, self._model, self._layout = path, model, layout
        self._shape = record_shape(model)
        self._lax = suffix in DELIMITERS
        self._convert = {".jsonl": cells.from_value, ".parquet": cells.from_column}.get(
            suffix, cells.from_cell
        )
        self._targets: dict[str, tuple[_Target, ...]] = {}
        self._unknown: dict[str, bool] = {}
        both = layout.map.keys() & layout.constants.keys()
        if both:
            raise UsageError(f"{quoted(min(both))} is both mapped and set; leave one of them out")
        for field in layout.map:
            self._locate(field, "--map")
        self._constants = [self._constant(*each) for each in layout.constants.items()]
        required = model.model_fields.get("data_id")
        self._names_rows = required is not None and required.is_required()

    def check_required(self, columns: Sequence[str]) -> None:
        """Raise ``FileError`` when a required field gets its value from nowhere."""
        given = {target.steps[0] for column in columns for target in self._targets_of(column)}
        given |= {target.steps[0] for target, _ in self._constants}
        for name, field in self._model.model_fields.items():
            if not field.is_required() or name in given or (name == "data_id" and self._names_rows):
                continue
            raise FileError(
                f"{self._path}: no column for the required field {quoted(name)}; columns found: "
                f"{_listed(columns)}. Name the column with --map {name}=COLUMN, or set one value "
                f"for all rows with --set {name}=VALUE"
            )

    def record(self, row: Row) -> R:
        tree: dict[str, object] = {}
        for column, found in row.values.items():
            for target in self._targets_of(column):
                value = self._convert(found, target.shape, target.field, self._note)
                if value is not None:
                    _put(tree, target, value)
        for target, value in self._constants:
            _put(tree, target, deepcopy(value))
        if self._names_rows:
            tree.setdefault("data_id", f"row-{row.line}")
        return self._model.model_validate(tree, strict=not self._lax)

    def take_unknown(self) -> list[str]:
        """The names that no field answers to and that were not taken before."""
        names = [name for name, taken in self._unknown.items() if not taken]
        self._unknown.update(dict.fromkeys(names, True))
        return names

    def _note(self, name: str) -> None:
        if len(self._unknown) < _MAX_NAMES:
            self._unknown.setdefault(name, False)

    def _targets_of(self, column: str) -> tuple[_Target, ...]:
        targets = self._targets.get(column)
        if targets is None:
            targets = self._find_targets(column)
            if len(self._targets) < _MAX_NAMES:
                self._targets[column] = targets
        if not targets:
            self._note(column)
        return targets

    def _find_targets(self, column: str) -> tuple[_Target, ...]:
        fields = [field for field, source in self._layout.map.items() if source == column]
        if column not in self._layout.map and column not in self._layout.constants:
            fields.append(column)
        found = [(field, locate(self._shape, field)) for field in fields]
        return tuple(_Target(field, *place) for field, place in found if place is not None)

    def _locate(self, field: str, option: str) -> _Target:
        place = locate(self._shape, field)
        if place is None:
            names = list(self._shape.fields)
            near = get_close_matches(field, names, n=1)
            guess = (
                f"; did you mean {quoted(near[0])}?" if near else f". Fields: {', '.join(names)}"
            )
            raise UsageError(
                f"{option}: {quoted(field)} is no field of {self._model.__name__}{guess}"
            )
        return _Target(field, *place)

    def _constant(self, field: str, text: str) -> tuple[_Target, object]:
        target = self._locate(field, "--set")
        try:
            value = cells.from_cell(text, target.shape, field, self._note)
            checked = TypeAdapter(target.shape.annotation).validate_python(value, strict=False)
        except ValidationError as error:
            raise UsageError(f"--set {field}: {explain(error)[0].message}") from error
        except CellError as error:
            raise UsageError(f"--set {error}") from error
        return target, value if isinstance(value, dict | list) else checked


def _put(tree: dict[str, Any], target: _Target, value: object) -> None:
    *parents, last = target.steps
    for step in parents:
        tree = tree.setdefault(step, {})
        if not isinstance(tree, dict):
            raise CellError(f"{step}: must be an object to hold {target.field}")
    held = tree.get(last)
    tree[last] = {**value, **held} if isinstance(value, dict) and isinstance(held, dict) else value


def _renamed(row: Row, layout: Layout) -> Row:
    sources = set(layout.map.values())
    values = {name: value for name, value in row.values.items() if name not in sources}
    for field, column in layout.map.items():
        values.pop(field, None)
        if column in row.values:
            values[field] = row.values[column]
    return row._replace(values={**values, **layout.constants})


def _check_mapped(path: Path, layout: Layout, columns: Sequence[str] | None) -> None:
    for field, column in layout.map.items():
        if columns is not None and column not in columns:
            raise FileError(
                f"{path}: no column {quoted(column)}, which --map names for {quoted(field)}; "
                f"columns found: {_listed(columns)}"
            )


def _advise(error: ValidationError) -> str:
    problems = explain(error)
    for problem in problems:
        if problem.code == "required" and problem.field and "." in problem.field:
            return f"{reason(problems)}; --map {problem.field}=COLUMN names its column"
    return reason(problems)


def _raw(row: Row) -> str:
    if row.raw:
        return row.raw[:MAX_RAW]
    return json.dumps(row.values, ensure_ascii=False, default=str)[:MAX_RAW]


def _warn(path: Path, plan: _Plan[R], on_warning: Callable[[str], None]) -> None:
    names = plan.take_unknown()
    if names:
        on_warning(f"{path}: unknown columns are ignored: {_listed(names)}")


def _listed(names: Sequence[str], limit: int = 30) -> str:
    more = f" and {len(names) - limit} more" if len(names) > limit else ""
    return (", ".join(quoted(name) for name in names[:limit]) or "none") + more
