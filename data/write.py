"""Writes answers, and the rows that got none. A failed run leaves no half file behind."""

import codecs
import csv
import gzip
import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, nullcontext
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import IO, Final, Literal, Self, TypeVar, cast

from data.feedback import FeedbackAnswer
from data.problem import FileError, UsageError
from data.record import Record
from data.table import DELIMITERS, MAX_RAW, Rejected, file_format
from data.verdict import Verdict

Cell = str | float | int | None
Columns = Mapping[str, Literal["text", "number", "whole"]]
"""Names of the flat columns, in order, and what they hold."""

R = TypeVar("R", bound=Record)

VERDICT_COLUMNS: Final[Columns] = {
    "data_id": "text",
    "suggestion": "text",
    "risk_level": "text",
    "probability": "number",
    "codes": "text",
    "evidence": "text",
    "model_version": "text",
}

FEEDBACK_COLUMNS: Final[Columns] = {
    "data_id": "text",
    "probability": "number",
    "complaint": "whole",
    "negative_probability": "number",
    "negative": "whole",
    "kinds": "text",
}

_BATCH: Final = 1_000
_FORMULA: Final = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
_NUMBER: Final = re.compile(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?")


def write_verdicts(path: Path, verdicts: Iterable[Verdict]) -> int:
    """Write one answer a row, in order, and count them.

    JSONL holds the API's answer. CSV, TSV and Parquet are flat: codes joined by ``;``, the cited
    texts by `` | ``. ``.gz`` behind the suffix packs it. The file appears when it is complete.

    Raises ``UsageError`` for another suffix and ``FileError`` when it cannot be written.
    """
    return write_answers(path, verdicts, VERDICT_COLUMNS, flat_verdict)


def flat_verdict(verdict: Verdict) -> dict[str, Cell]:
    """An answer as one row of a table."""
    hits = [hit.text for label in verdict.labels for hit in label.hits if hit.text]
    return {
        "data_id": verdict.data_id,
        "suggestion": verdict.suggestion,
        "risk_level": verdict.risk_level,
        "probability": verdict.probability,
        "codes": ";".join(label.code for label in verdict.labels),
        "evidence": " | ".join(dict.fromkeys(hits)),
        "model_version": verdict.model_version,
    }


def write_feedback_answers(path: Path, answers: Iterable[FeedbackAnswer]) -> int:
    """Write what buyers' texts say as ``write_verdicts`` does; flat, ``kinds`` are JSON text."""
    return write_answers(path, answers, FEEDBACK_COLUMNS, flat_feedback)


def flat_feedback(answer: FeedbackAnswer) -> dict[str, Cell]:
    """An answer as one row of a table."""
    return {**answer.model_dump(exclude={"kinds"}), "kinds": json.dumps(answer.kinds)}


def write_rows(path: Path, rows: Iterable[Mapping[str, object]]) -> int:
    """Write plain rows as JSONL, in order, and count them. The file appears when it is complete.

    Raises ``UsageError`` for another suffix and ``FileError`` when it cannot be written.
    """
    suffix, gzipped = file_format(path)
    if suffix != ".jsonl":
        raise UsageError(f"{path}: rows are written as .jsonl or .jsonl.gz")
    with _complete_or_absent(path, gzipped) as stream:
        return _write_lines(stream, (json.dumps(row, ensure_ascii=False) for row in rows))


def write_answers(
    path: Path, answers: Iterable[R], columns: Columns, flatten: Callable[[R], Mapping[str, Cell]]
) -> int:
    """Write answers of any kind as ``write_verdicts`` does; ``flatten`` gives the flat row."""
    suffix, gzipped = file_format(path)
    with _complete_or_absent(path, gzipped) as stream:
        if suffix == ".jsonl":
            return _write_lines(stream, (answer.model_dump_json() for answer in answers))
        rows = (flatten(answer) for answer in answers)
        if suffix == ".parquet":
            return _write_parquet(stream, columns, rows)
        return _write_delimited(stream, DELIMITERS[suffix], columns, rows)


class RejectsFile:
    """Collects unreadable rows in ``OUTPUT.rejects.jsonl``: line, reason, beginning of the row.

    The file appears when the block ends well and there is at least one; otherwise that of an
    earlier run is removed. When the block fails nothing changes.
    """

    def __init__(self, output: Path) -> None:
        self.path = output.with_name(f"{output.name}.rejects.jsonl")
        self.count = 0
        self._stack = ExitStack()
        self._stream: IO[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def add(self, rejected: Rejected) -> None:
        """Note one row."""
        if self._stream is None:
            self._stream = self._stack.enter_context(_complete_or_absent(self.path, False))
        entry = rejected._replace(raw=rejected.raw[:MAX_RAW])._asdict()
        text = json.dumps(entry, ensure_ascii=False)
        self._stream.write(text.encode("utf-8", errors="backslashreplace") + b"\n")
        self.count += 1

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.__exit__(kind, error, trace)
        if kind is None and not self.count:
            self.path.unlink(missing_ok=True)


def without_formula(text: str) -> str:
    """Text that a spreadsheet shows rather than runs: a leading apostrophe where one is due.

    >>> without_formula("=1+1"), without_formula("-0.5"), without_formula("正品")
    ("'=1+1", '-0.5', '正品')
    """
    return f"'{text}" if text.startswith(_FORMULA) and not _NUMBER.fullmatch(text) else text


@contextmanager
def _complete_or_absent(path: Path, gzipped: bool) -> Iterator[IO[bytes]]:
    """A stream under another name in the same directory, renamed once all is written."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with partial.open("wb") as file:
            with _packed(file) if gzipped else nullcontext(file) as stream:
                yield stream
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    except OSError as error:
        if error.filename is None or Path(error.filename) == partial:
            raise FileError(f"{path}: cannot be written: {error.strerror}") from error
        raise
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def _packed(file: IO[bytes]) -> Iterator[IO[bytes]]:
    # No time stamp and no name, so that the same answers give the same bytes.
    with gzip.GzipFile(filename="", fileobj=file, mode="wb", mtime=0) as packed:
        yield cast("IO[bytes]", packed)


def _write_lines(stream: IO[bytes], lines: Iterable[str]) -> int:
    count = 0
    for line in lines:
        stream.write(line.encode() + b"\n")
        count += 1
    return count


def _write_delimited(
    stream: IO[bytes], delimiter: str, columns: Columns, rows: Iterable[Mapping[str, Cell]]
) -> int:
    # A TextIOWrapper would close the stream when an error lets go of it.
    text = codecs.getwriter("utf-8")(stream)
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow(columns)
    count = 0
    for row in rows:
        writer.writerow([_shown(name, row[name]) for name in columns])
        count += 1
    return count


def _shown(name: str, value: Cell) -> Cell:
    # An id must come back as it went in; its alphabet has nothing that a formula could call.
    return without_formula(value) if isinstance(value, str) and name != "data_id" else value


def _write_parquet(stream: IO[bytes], columns: Columns, rows: Iterable[Mapping[str, Cell]]) -> int:
    import pyarrow as pa
    import pyarrow.parquet as pq

    types = {"text": pa.string(), "number": pa.float64(), "whole": pa.int64()}
    schema = pa.schema([(name, types[kind]) for name, kind in columns.items()])
    remaining, count = iter(rows), 0
    with pq.ParquetWriter(stream, schema) as writer:
        while batch := list(islice(remaining, _BATCH)):
            writer.write_batch(pa.RecordBatch.from_pylist(batch, schema=schema))
            count += len(batch)
    return count
