"""Remembers confirmed bad listings (登记违规商品), as the one process that writes their file.

Readers, and what the file is for: ``data.known_bad``.
"""

import fcntl
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Annotated, Final, Self

import numpy as np
from pydantic import AfterValidator, Field, StringConstraints, model_validator

from data.known_bad import View, merchant_key, microseconds
from data.known_bad_format import (
    BANDS,
    KEY,
    RECORD,
    SKETCH_BITS,
    RowNumbers,
    Rows,
    Signature,
    added_frame,
    joined,
    packed_record,
    sealed_file,
    withdrawn_frame,
    write_log_end,
)
from data.problem import FileError
from data.record import DataId, Instant, Record

LOG_SIZE: Final = 1 << 20
"""Bytes added before the file is sealed anew: some 6,000 texts, which a look-up reads through."""

_BATCH: Final = 100_000

Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{1,62}$")]


def _well_formed(signature: Signature) -> Signature:
    sizes = len(signature.sketch), len(signature.keys)
    if sizes != (SKETCH_BITS // 8, BANDS * KEY.itemsize) or not 0 <= signature.check < 1 << 32:
        raise ValueError(
            f"has a sketch of {sizes[0]} bytes and keys of {sizes[1]}; "
            f"{SKETCH_BITS // 8} and {BANDS * KEY.itemsize} are expected"
        )
    return signature


class KnownBadEntry(Record):
    """A listing that was confirmed bad: case (案例), labels, and the signatures of its texts.

    ``first_seen`` is when its shop first submitted it, ``confirmed`` when it was judged: no
    look-up as of an earlier instant knows of it. ``case_id`` is the decision or case to cite.
    """

    case_id: DataId
    codes: Annotated[tuple[Code, ...], Field(min_length=1, max_length=64)]
    merchant_id: DataId | None
    first_seen: Instant
    confirmed: Instant
    signatures: Annotated[
        tuple[Annotated[Signature, AfterValidator(_well_formed)], ...],
        Field(min_length=1, max_length=16),
    ]

    @model_validator(mode="after")
    def _seen_then_confirmed(self) -> Self:
        if self.confirmed < self.first_seen:
            raise ValueError(f"confirmed at {self.confirmed}, before first seen {self.first_seen}")
        return self


class KnownBadWriter:
    """The one writer. A call that returned is durable; after a crash its frames are all there.

    Used as a context: ``with KnownBadWriter(path) as writer``. Makes the file where there is none.
    Raises ``FileError`` when another process writes, or the file is damaged.
    """

    def __init__(self, path: Path, log_size: int = LOG_SIZE) -> None:
        self.path = path
        self.log_size = log_size
        self._lock = _locked(path)
        self._file = -1
        try:
            if not path.exists():
                self._replace(joined([]))
            self._open(View(path))
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let another process write."""
        for descriptor in (self._file, self._lock):
            if descriptor >= 0:
                os.close(descriptor)
        self._file = self._lock = -1

    def add(self, entry: KnownBadEntry) -> None:
        """Remember a listing. Adding a case again adds nothing that a look-up would show."""
        self.add_all([entry])

    def add_all(self, entries: Iterable[KnownBadEntry]) -> int:
        """Remember listings, many at a time, and count them."""
        remaining, count = iter(entries), 0
        while batch := list(islice(remaining, _BATCH)):
            rows = [_rows(entry) for entry in batch]
            frame = b"".join(added_frame(each) for each in rows)
            if not self._append(frame):
                self._seal(joined(rows))
            count += len(batch)
        return count

    def withdraw(self, case_id: str) -> bool:
        """Forget a case, since an appeal was upheld; whether it was known.

        Its rows leave the file when that is next sealed.
        """
        self._view.catch_up()
        rows = self._view.rows_of(case_id)
        if not len(rows):
            return False
        if not self._append(withdrawn_frame(rows)):
            self._seal(joined([]), without=rows)
        return True

    def _append(self, frame: bytes) -> bool:
        """Write to the log and make it count; False when it has no room for that."""
        layout, end = self._view.parts.layout, self._view.state.end
        if end + len(frame) > layout.log_size:
            return False
        with _written(self.path):
            _write_all(self._file, frame, layout.log + end)
            os.fdatasync(self._file)
            write_log_end(self._file, end + len(frame))
            os.fdatasync(self._file)
        self._view.catch_up()
        return True

    def _seal(self, more: Rows, without: RowNumbers | None = None) -> None:
        """Write all that is known, and more, as a new file with an empty log."""
        self._view.catch_up()
        known = self._view.kept(without)
        self._replace(joined([known, more]))
        self._open(View(self.path, verified=True))

    def _replace(self, rows: Rows) -> None:
        # The lock leaves one writer, so a name of its own is not needed.
        staging = self.path.with_name(f".{self.path.name}.part")
        with _written(self.path):
            try:
                with staging.open("wb") as stream:
                    stream.writelines(sealed_file(rows, self.log_size))
                    stream.flush()
                    os.fsync(stream.fileno())
                os.replace(staging, self.path)
            finally:
                staging.unlink(missing_ok=True)
            directory = os.open(self.path.parent, os.O_RDONLY)
            try:
                os.fsync(directory)
            finally:
                os.close(directory)

    def _open(self, view: "View") -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
        self._view = view
        with _written(self.path):
            self._file = os.open(self.path, os.O_RDWR | os.O_CLOEXEC)


def _rows(entry: KnownBadEntry) -> Rows:
    seen, confirmed = microseconds(entry.first_seen), microseconds(entry.confirmed)
    merchant = merchant_key(entry.merchant_id)
    records = [
        packed_record(signature, seen, confirmed, merchant) for signature in entry.signatures
    ]
    keys = b"".join(signature.keys for signature in entry.signatures)
    return Rows(
        np.frombuffer(b"".join(records), RECORD),
        np.frombuffer(keys, KEY).reshape(-1, BANDS),
        f"\n{entry.case_id}\t{','.join(entry.codes)}".encode("ascii"),
    )


def _locked(path: Path) -> int:
    """The descriptor of a lock that one process can hold."""
    with _written(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = os.open(path.with_name(f".{path.name}.lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        os.close(lock)
        raise FileError(f"{path}: another process is writing; one may at a time") from error
    return lock


def _write_all(descriptor: int, content: bytes, at: int) -> None:
    rest = memoryview(content)
    while rest:
        count = os.pwrite(descriptor, rest, at)
        rest, at = rest[count:], at + count


@contextmanager
def _written(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise FileError(f"{path}: cannot be written: {error.strerror}") from error
