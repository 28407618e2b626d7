"""The file of known-bad listings as bytes: a sealed part, and a log of what came after.

::

    header, 4096 bytes   magic, version, sizes, checksums; at 2048 the end of the log
    records              64 bytes for each text: sketch, instants, merchant, note, check
    directory            for each band, where each bucket begins in its rows
    buckets              for each band, the numbers of the rows, by bucket and then by age
    notes                case ids and codes
    log                  of a fixed size; frames of one entry or one withdrawal each

Only the log and the word that tells its end are ever written in place. A frame is written and
synced before the word that counts it, and the word carries its own checksum, so a reader sees a
frame as a whole or not at all. Everything else changes by a new file under the old name. Numbers
are little-endian.
"""

import os
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from data.problem import FileError

SCHEME: Final = 1
"""Changes with how signatures are made: those of two schemes cannot be compared."""

SKETCH_BITS: Final = 256
BANDS: Final = 14
BUCKETS: Final = 1 << 16
"""Buckets of a band: all values that a key can have."""

RECORD: Final = np.dtype(
    [
        ("sketch", "<u8", (SKETCH_BITS // 64,)),
        ("first_seen", "<i8"),
        ("confirmed", "<i8"),
        ("merchant", "<u8"),
        ("note", "<u4"),
        ("check", "<u4"),
    ]
)
"""One text. Instants are microseconds since 1970; ``note`` is a place in the notes."""

KEY: Final = np.dtype("<u2")
ROW: Final = np.dtype("<u4")

_RECORD: Final = struct.Struct("<32sqqQII")
_MAGIC: Final = b"MCBADGDS"
_VERSION: Final = 1
_HEADER: Final = struct.Struct("<8sHHHHQQQI")
_HEADER_SIZE: Final = 4096
_END_AT: Final = 2048
_CHECKSUM: Final = struct.Struct("<I")
_FRAME: Final = struct.Struct("<II")
_ENTRY: Final = struct.Struct("<BBH")
_ADDED, _WITHDRAWN = 1, 2

Records = NDArray[np.void]
Keys = NDArray[np.uint16]
RowNumbers = NDArray[np.uint32]


class Signature(NamedTuple):
    """A text as the index knows it; ``features.signature`` makes it.

    ``sketch`` has ``SKETCH_BITS`` bits, of which two texts share a half and half their Jaccard
    similarity; ``keys`` name a bucket in each band, two bytes each; ``check`` (32 bits) tells
    texts apart whose sketches are equal.
    """

    sketch: bytes
    keys: bytes
    check: int


class Rows(NamedTuple):
    """Texts in memory: records (n,), bucket of each band (n, BANDS), the notes they point into."""

    records: Records
    keys: Keys
    notes: bytes


class Layout(NamedTuple):
    """Where the parts of a file of so many texts begin, in bytes."""

    rows: int
    notes_size: int
    log_size: int

    @property
    def directory(self) -> int:
        """The first byte of the directory."""
        return _HEADER_SIZE + self.rows * RECORD.itemsize

    @property
    def buckets(self) -> int:
        """The first byte of the buckets."""
        return self.directory + BANDS * (BUCKETS + 1) * ROW.itemsize

    @property
    def notes(self) -> int:
        """The first byte of the notes."""
        return self.buckets + BANDS * self.rows * ROW.itemsize

    @property
    def log(self) -> int:
        """The first byte of the log."""
        return self.notes + self.notes_size

    @property
    def size(self) -> int:
        """Bytes of the whole file."""
        return self.log + self.log_size


class Parts(NamedTuple):
    """The sealed part of a mapped file, as arrays over it; ``layout`` tells where the rest is."""

    layout: Layout
    records: Records
    directory: RowNumbers
    buckets: RowNumbers


class Frame(NamedTuple):
    """What one frame of the log says: texts that were added, or rows that were withdrawn."""

    added: Rows | None
    withdrawn: RowNumbers


def parts_of(path: Path, data: memoryview, *, verified: bool) -> Parts:
    """The parts of a file; ``verified`` says that the sealed part's checksum is known to hold.

    Raises ``FileError`` for a file that is cut off, damaged, or of another form.
    """
    if len(data) < _HEADER_SIZE:
        raise FileError(f"{path}: is cut off: {len(data)} bytes, its header alone has 4096")
    magic, version, scheme, bands, bits, rows, notes_size, log_size, checksum = _HEADER.unpack_from(
        data
    )
    if magic != _MAGIC:
        raise FileError(f"{path}: is no file of known-bad listings")
    if _CHECKSUM.unpack_from(data, _HEADER.size)[0] != zlib.crc32(data[: _HEADER.size]):
        raise FileError(f"{path}: is damaged: its header does not have its checksum")
    if (version, scheme, bands, bits) != (_VERSION, SCHEME, BANDS, SKETCH_BITS):
        raise FileError(
            f"{path}: was made for version {version}, scheme {scheme}, {bands} bands of "
            f"{bits} bits; this program reads version {_VERSION}, scheme {SCHEME}, {BANDS} bands "
            f"of {SKETCH_BITS} bits: make it anew from the confirmed cases"
        )
    layout = Layout(rows, notes_size, log_size)
    if len(data) != layout.size:
        raise FileError(
            f"{path}: is cut off or grown: {len(data)} bytes, its header says {layout.size}"
        )
    if not verified and zlib.crc32(data[_HEADER_SIZE : layout.log]) != checksum:
        raise FileError(f"{path}: is damaged: its sealed part does not have its checksum")
    return Parts(
        layout,
        np.frombuffer(data, RECORD, rows, _HEADER_SIZE),
        np.frombuffer(data, ROW, BANDS * (BUCKETS + 1), layout.directory).reshape(BANDS, -1),
        np.frombuffer(data, ROW, BANDS * rows, layout.buckets).reshape(BANDS, -1),
    )


def log_end(path: Path, data: memoryview, log_size: int) -> int:
    """How many bytes of the log count."""
    word = int(np.frombuffer(data, "<u8", 1, _END_AT)[0])
    end = word & 0xFFFFFFFF
    if end > log_size or word != _end_word(end):
        raise FileError(f"{path}: is damaged: the end of its log does not have its checksum")
    return end


def write_log_end(descriptor: int, end: int) -> None:
    """Make the frames before ``end`` count: one aligned word, so nobody reads half of it."""
    os.pwrite(descriptor, _end_word(end).to_bytes(8, "little"), _END_AT)


def _end_word(end: int) -> int:
    return zlib.crc32(end.to_bytes(4, "little")) << 32 | end


def packed_record(signature: Signature, seen: int, confirmed: int, merchant: int) -> bytes:
    """The record of a text whose note stands at the beginning of the notes."""
    return _RECORD.pack(signature.sketch, seen, confirmed, merchant, 0, signature.check)


def added_frame(rows: Rows) -> bytes:
    """The frame of an entry, whose texts share one note."""
    head = _ENTRY.pack(_ADDED, len(rows.records), len(rows.notes))
    return _frame(head + rows.notes + rows.records.tobytes() + rows.keys.tobytes())


def withdrawn_frame(rows: RowNumbers) -> bytes:
    """The frame that withdraws rows, numbered through the sealed part and then the log."""
    return _frame(_ENTRY.pack(_WITHDRAWN, 0, 0) + rows.tobytes())


def _frame(payload: bytes) -> bytes:
    return _FRAME.pack(len(payload), zlib.crc32(payload)) + payload


def frames(path: Path, log: memoryview) -> Iterator[Frame]:
    """What the frames say, in order. Raises ``FileError`` when one is damaged."""
    at = 0
    while at < len(log):
        payload = memoryview(b"")
        if at + _FRAME.size <= len(log):
            size, checksum = _FRAME.unpack_from(log, at)
            payload = log[at + _FRAME.size : at + _FRAME.size + size]
            at += _FRAME.size + size
        if len(payload) < _ENTRY.size or at > len(log) or zlib.crc32(payload) != checksum:
            raise FileError(f"{path}: is damaged: a frame of its log does not have its checksum")
        yield _said(payload)


def _said(payload: memoryview) -> Frame:
    kind, count, notes_size = _ENTRY.unpack_from(payload)
    body = bytes(payload[_ENTRY.size :])
    if kind == _WITHDRAWN:
        return Frame(None, np.frombuffer(body, ROW))
    keys_at = notes_size + count * RECORD.itemsize
    added = Rows(
        np.frombuffer(body, RECORD, count, notes_size),
        np.frombuffer(body, KEY, count * BANDS, keys_at).reshape(count, BANDS),
        body[:notes_size],
    )
    return Frame(added, np.empty(0, ROW))


def joined(parts: list[Rows]) -> Rows:
    """The rows one after another, over one text of notes."""
    if not parts:
        return Rows(np.empty(0, RECORD), np.empty((0, BANDS), KEY), b"")
    records = np.concatenate([part.records for part in parts])
    sizes = [len(part.notes) for part in parts]
    shifts = np.cumsum([0, *sizes[:-1]])
    records["note"] += np.repeat(shifts, [len(part.records) for part in parts]).astype(ROW)
    keys = np.concatenate([part.keys for part in parts])
    return Rows(records, keys, b"".join(part.notes for part in parts))


def sealed_keys(parts: Parts) -> Keys:
    """The bucket of each row in each band, (rows, BANDS), as the directory has it."""
    keys = np.empty((parts.layout.rows, BANDS), KEY)
    for band in range(BANDS):
        sizes = np.diff(parts.directory[band])
        keys[parts.buckets[band], band] = np.repeat(np.arange(BUCKETS, dtype=KEY), sizes)
    return keys


def sealed_file(rows: Rows, log_size: int) -> Iterator[bytes]:
    """The bytes of a new file that holds the rows and has an empty log."""
    body = [rows.records.tobytes(), *_bucketed(rows.keys), rows.notes]
    checksum = 0
    for piece in body:
        checksum = zlib.crc32(piece, checksum)
    sizes = len(rows.records), len(rows.notes), log_size
    header = _HEADER.pack(_MAGIC, _VERSION, SCHEME, BANDS, SKETCH_BITS, *sizes, checksum)
    header += _CHECKSUM.pack(zlib.crc32(header))
    end = _end_word(0).to_bytes(8, "little")
    yield (header.ljust(_END_AT, b"\0") + end).ljust(_HEADER_SIZE, b"\0")
    yield from body
    yield bytes(log_size)


def _bucketed(keys: Keys) -> tuple[bytes, bytes]:
    directory = np.zeros((BANDS, BUCKETS + 1), ROW)
    buckets = np.empty((BANDS, len(keys)), ROW)
    for band in range(BANDS):
        of_band = np.ascontiguousarray(keys[:, band])
        directory[band, 1:] = np.cumsum(np.bincount(of_band, minlength=BUCKETS))
        buckets[band] = np.argsort(of_band, kind="stable")
    return directory.tobytes(), buckets.tobytes()
