"""The rows of a file, whatever its format: CSV, TSV, JSONL or Parquet, gzipped or not."""

import csv
import gzip
import shutil
import tempfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from data.cell import parse_json
from data.limits import MAX_CHARACTERS
from data.lines import Line, Lines, codec_name, decoded, open_bytes
from data.problem import FileError, UsageError, printable, quoted

if TYPE_CHECKING:
    import pyarrow as pa

SUFFIXES: Final = (".csv", ".tsv", ".jsonl", ".parquet")
DELIMITERS: Final = {".csv": ",", ".tsv": "\t"}
MAX_RAW: Final = 500
"""Characters of an unreadable row that are kept."""

_MAX_LINES: Final = 2_000
_BATCH: Final = 1_024


class Row(NamedTuple):
    """One row. ``line`` counts from 1: the physical line where it begins; in Parquet the row."""

    line: int
    values: dict[str, object]
    raw: str = ""


class Rejected(NamedTuple):
    """A row that cannot be read, why, and the beginning of what it holds."""

    line: int
    reason: str
    raw: str


class Table(NamedTuple):
    """Rows, and the columns where the file names them before its first row (not in JSONL)."""

    columns: list[str] | None
    rows: Iterator[Row | Rejected]


def file_format(path: Path) -> tuple[str, bool]:
    """The suffix that tells the format, and whether the file is gzipped.

    Raises ``UsageError`` for any other suffix.

    >>> file_format(Path("listings.CSV.gz"))
    ('.csv', True)
    """
    name = path.name.lower()
    gzipped = name.endswith(".gz")
    suffix = Path(name.removesuffix(".gz")).suffix
    if suffix not in SUFFIXES:
        allowed = ", ".join(SUFFIXES)
        raise UsageError(f"{path}: the suffix must be one of {allowed}, each also with .gz behind")
    return suffix, gzipped


@contextmanager
def open_table(path: Path, encoding: str) -> Iterator[Table]:
    """The rows of a file that stays open meanwhile.

    Raises ``FileError`` or ``UsageError`` for a file that cannot be read as a whole.
    """
    suffix, gzipped = file_format(path)
    with ExitStack() as stack:
        if suffix == ".parquet":
            yield _parquet(path, _plain_file(path, stack) if gzipped else path, stack)
            return
        stream = stack.enter_context(open_bytes(path, gzipped))
        lines = Lines(decoded(stream, path, gzipped, codec_name(encoding)))
        if lines.peek() is None:
            raise FileError(f"{path}: is empty; at least a row, and in CSV a header, is needed")
        yield _jsonl(lines) if suffix == ".jsonl" else _delimited(path, lines, DELIMITERS[suffix])


# CSV and TSV


class _Cells(NamedTuple):
    line: int
    cells: list[str]
    fault: str | None
    raw: str


class _FaultError(Exception):
    """Why the line at hand cannot continue a row."""


def _delimited(path: Path, lines: Lines, delimiter: str) -> Table:
    header = next(_cells(lines, delimiter))
    if header.fault:
        raise FileError(f"{path}:{header.line}: the header cannot be read: {header.fault}")
    columns = [name.strip() for name in header.cells]
    _check_unique(path, columns)
    return Table(columns, _delimited_rows(lines, delimiter, columns))


def _delimited_rows(lines: Lines, delimiter: str, columns: list[str]) -> Iterator[Row | Rejected]:
    for found in _cells(lines, delimiter, len(columns)):
        if found.fault:
            yield Rejected(found.line, found.fault, found.raw[:MAX_RAW])
        else:
            yield Row(found.line, dict(zip(columns, found.cells, strict=True)), found.raw)


def _cells(lines: Lines, delimiter: str, width: int | None = None) -> Iterator[_Cells]:
    """The cells of each row; a row that cannot be read costs one physical line, not the rest."""
    for first in lines:
        taken = [first]
        fault, found = None, []
        try:
            reader = csv.reader(_continued(lines, taken), delimiter=delimiter, strict=True)
            found = next(reader)
        except csv.Error as error:
            fault = _quote_fault(str(error))
        except _FaultError as error:
            fault = str(error)
        if not found and not fault:
            continue
        if not fault and width is not None and len(found) != width:
            if width > 1 and not first.text.strip():
                continue
            fault = f"has {len(found)} cells, the header has {width}"
        if fault:
            lines.put_back(taken[1:])
            del taken[1:]
        yield _Cells(first.number, found, fault, "".join(line.text for line in taken))


def _continued(lines: Lines, taken: list[Line]) -> Iterator[str]:
    """The first line, and as many more as the reader asks for while a quoted cell is open."""
    line, size = taken[0], 0
    while True:
        size += len(line.text)
        if line.fault:
            begun = (
                ""
                if line is taken[0]
                else f"a quoted cell is still open at line {line.number}, which "
            )
            raise _FaultError(begun + line.fault)
        if size > MAX_CHARACTERS:
            raise _FaultError(f"is longer than {MAX_CHARACTERS} characters; is a quote left open?")
        if len(taken) > _MAX_LINES:
            raise _FaultError(f"a quoted cell is still open after {_MAX_LINES} lines")
        yield line.text
        following = next(lines, None)
        if following is None:
            return
        taken.append(following)
        line = following


def _quote_fault(message: str) -> str:
    if "unexpected end of data" in message:
        return "a quote is opened in this row and never closed"
    if "expected after" in message:
        return (
            "a quoted cell is followed by more text; "
            "a quote inside a quoted cell is written twice, and a quoted cell must be closed"
        )
    return f"is no CSV: {message}"


def _check_unique(path: Path, columns: Sequence[str]) -> None:
    for name in columns:
        if name and columns.count(name) > 1:
            raise FileError(f"{path}: the column {quoted(name)} stands there more than once")


# JSONL


def _jsonl(lines: Lines) -> Table:
    return Table(None, (_object(line) for line in lines if line.fault or line.text.strip()))


def _object(line: Line) -> Row | Rejected:
    raw = line.text.rstrip("\r\n")
    if line.fault:
        return Rejected(line.number, line.fault, raw[:MAX_RAW])
    try:
        value = parse_json(raw)
    except ValueError as error:
        return Rejected(line.number, f"is no JSON: {printable(str(error))}", raw[:MAX_RAW])
    if not isinstance(value, dict):
        return Rejected(line.number, f"must be a JSON object, found {quoted(value)}", raw[:MAX_RAW])
    return Row(line.number, value, raw)


# Parquet


def _plain_file(path: Path, stack: ExitStack) -> Path:
    """Unpacked into a temporary file, since Parquet is read from its end."""
    target = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "plain.parquet"
    try:
        with open_bytes(path, gzipped=True) as packed, target.open("wb") as plain:
            shutil.copyfileobj(packed, plain)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise FileError(f"{path}: is no whole gzip file: {error}") from error
    return target


def _parquet(path: Path, plain: Path, stack: ExitStack) -> Table:
    import pyarrow as pa
    import pyarrow.parquet as pq

    with open_bytes(plain, gzipped=False) as stream:
        if not stream.read(1):
            raise FileError(f"{path}: is empty; not even a Parquet file's frame is there")
    try:
        source = stack.enter_context(closing(pq.ParquetFile(plain)))
    except (OSError, pa.ArrowException) as error:
        raise FileError(f"{path}: is no Parquet file: {error}") from error
    columns = list(source.schema_arrow.names)
    _check_unique(path, columns)
    return Table(columns, _parquet_rows(path, source))


def _parquet_rows(path: Path, source: Any) -> Iterator[Row | Rejected]:
    import pyarrow as pa

    line = 0
    try:
        for batch in source.iter_batches(batch_size=_BATCH):
            for found in _batch_rows(_without_nanoseconds(batch)):
                line += 1
                yield found._replace(line=line)
    except (OSError, pa.ArrowException) as error:
        raise FileError(f"{path}: is damaged after row {line}: {error}") from error


def _batch_rows(batch: "pa.RecordBatch") -> Iterator[Row | Rejected]:
    try:
        yield from [Row(0, values) for values in batch.to_pylist()]
    except (ValueError, OverflowError) as error:
        if len(batch) == 1:
            yield Rejected(0, f"cannot be decoded: {printable(str(error))}", "")
            return
        for start in range(len(batch)):
            yield from _batch_rows(batch.slice(start, 1))


def _without_nanoseconds(batch: "pa.RecordBatch") -> "pa.RecordBatch":
    """Arrow needs pandas for nanoseconds; no instant of ours is that fine."""
    import pyarrow as pa

    for index, field in enumerate(batch.schema):
        if pa.types.is_timestamp(field.type) and field.type.unit == "ns":
            coarse = pa.timestamp("us", tz=field.type.tz)
            column = batch.column(index).cast(coarse, safe=False)
            batch = batch.set_column(index, field.name, column)
    return batch
