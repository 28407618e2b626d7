"""Confirmed bad listings (已知违规商品), remembered by what they say, in one file all workers map.

A hundred and some bytes for each text, and a few hundred microseconds to find those like it
among a million: locality-sensitive hashing over the signatures of ``features.signature``.
Libraries for it (datasketch, rensa) keep their index in one process's memory or in a database;
none has a file that workers map and that one writer extends under them.

``data.known_bad_writer`` adds to it, one process at a time; readers see what it added at their
next look-up.
"""

import hashlib
import mmap
import os
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from data.known_bad_format import (
    KEY,
    ROW,
    SKETCH_BITS,
    Parts,
    Records,
    RowNumbers,
    Rows,
    Signature,
    frames,
    joined,
    log_end,
    parts_of,
    sealed_keys,
)
from data.problem import FileError

SIMILAR: Final = 0.7
"""The estimated Jaccard similarity from which texts match.

Of the bad titles of the seeds, disguised in each of the ways of ``data.simulate.disguises``, 92 %
stay above it, and 96 % above 0.6; but of real laptop titles, the most alike goods there are, one
in 180 then matches one of 250 of other shops, and at 0.6 one in 60.
"""

MOST_MATCHES: Final = 16
"""Shops that one look-up names; more say no more."""

MOST_IN_BUCKET: Final = 2_048
"""Rows of a bucket that a look-up weighs: of a text that was confirmed more often the earliest
say enough, and nobody can make look-ups slow by uploading it again."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_RETRIES: Final = 3
_UNKNOWN: Final = 0


class Match(NamedTuple):
    """A known-bad text like the one at hand; ``similarity`` is its estimated Jaccard similarity.

    ``identical`` says that it is the same but for punctuation. ``merchant`` is the
    ``merchant_key`` of the shop.
    """

    case_id: str
    codes: tuple[str, ...]
    similarity: float
    identical: bool
    merchant: int
    first_seen: datetime
    confirmed: datetime


def known_bad_path(home: Path) -> Path:
    """Where the file of a home is."""
    return home / "known_bad.index"


def open_known_bad(home: Path) -> "KnownBad | None":
    """The known bad listings of a home; None where none was ever remembered.

    Raises FileError when the file is damaged.
    """
    path = known_bad_path(home)
    return KnownBad.open(path) if path.exists() else None


def known_bad_changed_at(home: Path) -> datetime | None:
    """When the known bad listings of a home were last written; None where there are none.

    Raises FileError when the file cannot be asked.
    """
    path = known_bad_path(home)
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise FileError(f"{path}: cannot be read: {error.strerror}") from error


def merchant_key(merchant_id: str | None) -> int:
    """The merchant in 64 bits; 0 for one that is unknown.

    >>> merchant_key(None), merchant_key("m1") == merchant_key("m1") != merchant_key("m2")
    (0, True)
    """
    if merchant_id is None:
        return _UNKNOWN
    digest = hashlib.blake2b(merchant_id.encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little") or 1


class KnownBad:
    """The file as readers see it. Threads may share one."""

    def __init__(self, path: Path, view: "View") -> None:
        self.path = path
        self._view = view

    @classmethod
    def open(cls, path: Path) -> Self:
        """Map the file and check every byte of it that counts.

        Raises ``FileError`` when it is absent, cut off, damaged, or of another version.
        """
        return cls(path, View(path))

    def lookup(
        self, signature: Signature, at: datetime, first_seen_before: datetime | None = None
    ) -> list[Match]:
        """Known-bad texts at least ``SIMILAR`` to this one, of each shop the most alike.

        Only what was confirmed by ``at`` counts, and nothing that was withdrawn since, whatever
        ``at`` is. ``first_seen_before`` leaves out what was first seen then or later. The most
        similar come first, of those the earliest, ``MOST_MATCHES`` at most.

        Raises ``FileError`` when the file has gone or what was added is damaged.
        """
        view = self._current()
        state = view.state
        before = None if first_seen_before is None else microseconds(first_seen_before)
        wanted = Wanted(signature, microseconds(at), before)
        candidates = view.candidates(signature)
        sealed = wanted.among(view.parts.records.take(candidates))
        found = np.concatenate([candidates[sealed], wanted.among(state.rows.records) + view.rows])
        found = np.unique(found)
        if len(state.withdrawn):
            found = found[~np.isin(found, state.withdrawn)]
        return [view.match(state, int(row), wanted) for row in wanted.best(view.of(state, found))]

    def __len__(self) -> int:
        """Texts that are known and not withdrawn."""
        view = self._current()
        return view.rows + len(view.state.rows.records) - len(view.state.withdrawn)

    def _current(self) -> "View":
        """The view of what stands under the path now; a new file is mapped, new frames are read.

        A new file is not read through again: the writer has just made it, and look-ups would wait.
        """
        for _ in range(_RETRIES):
            view = self._view
            if view.is_current():
                view.catch_up()
                return view
            self._view = View(self.path, verified=True)
        raise FileError(f"{self.path}: was replaced {_RETRIES} times during one look-up")


class State(NamedTuple):
    """What the log says up to ``end``: rows added, and rows withdrawn of all there are."""

    end: int
    rows: Rows
    withdrawn: RowNumbers


class View:
    """One file, mapped. Rows are numbered through its sealed part and then its log."""

    def __init__(self, path: Path, *, verified: bool = False) -> None:
        self.path = path
        self._map, self._identity = _mapped(path)
        self._data = memoryview(self._map)
        self.parts: Parts = parts_of(path, self._data, verified=verified)
        self.rows = self.parts.layout.rows
        self.state = State(0, joined([]), np.empty(0, ROW))
        self.catch_up()

    def is_current(self) -> bool:
        """Whether this is still the file under the path."""
        try:
            status = os.stat(self.path)
        except OSError as error:
            raise FileError(f"{self.path}: cannot be read: {error.strerror}") from error
        return (status.st_dev, status.st_ino) == self._identity

    def catch_up(self) -> None:
        """Read the frames that were added since."""
        layout, state = self.parts.layout, self.state
        end = log_end(self.path, self._data, layout.log_size)
        if end <= state.end:
            return
        new = list(frames(self.path, self._data[layout.log + state.end : layout.log + end]))
        rows = joined([state.rows, *(frame.added for frame in new if frame.added is not None)])
        withdrawn = np.unique(np.concatenate([state.withdrawn, *(f.withdrawn for f in new)]))
        self.state = State(end, rows, withdrawn)

    def candidates(self, signature: Signature) -> RowNumbers:
        """Rows of the sealed part that share a bucket with a text; some more than once."""
        rows = []
        for band, key in enumerate(np.frombuffer(signature.keys, KEY).tolist()):
            start, end = self.parts.directory[band, key : key + 2].tolist()
            rows.append(self.parts.buckets[band, start : min(end, start + MOST_IN_BUCKET)])
        return np.concatenate(rows)

    def of(self, state: State, rows: RowNumbers) -> "Found":
        """The records of rows."""
        sealed = rows[rows < self.rows]
        logged = rows[len(sealed) :] - self.rows
        records = np.concatenate([self.parts.records.take(sealed), state.rows.records.take(logged)])
        return Found(rows, records)

    def match(self, state: State, row: int, wanted: "Wanted") -> Match:
        """What a look-up says of a row."""
        record = self.of(state, np.array([row], ROW)).records
        case_id, codes = self._note(state, row, int(record["note"][0]))
        similarity = float(wanted.similarity(record)[0])
        return Match(
            case_id=case_id,
            codes=codes,
            similarity=similarity,
            identical=similarity == 1.0 and int(record["check"][0]) == wanted.signature.check,
            merchant=int(record["merchant"][0]),
            first_seen=_EPOCH + int(record["first_seen"][0]) * _MICROSECOND,
            confirmed=_EPOCH + int(record["confirmed"][0]) * _MICROSECOND,
        )

    def _note(self, state: State, row: int, at: int) -> tuple[str, tuple[str, ...]]:
        if row < self.rows:
            first, last = self.parts.layout.notes + at, self.parts.layout.log
            end = self._map.find(b"\n", first + 1, last)
            note = self._map[first : end if end >= 0 else last]
        else:
            note = state.rows.notes[at:].split(b"\n", 2)[1]
        case_id, codes = note.decode("ascii").strip("\n").split("\t")
        return case_id, tuple(codes.split(","))

    def rows_of(self, case_id: str) -> RowNumbers:
        """The rows of a case that are not withdrawn."""
        mark, layout = f"\n{case_id}\t".encode(), self.parts.layout
        sealed = _places(self._map, mark, layout.notes, layout.log)
        logged = _places(self.state.rows.notes, mark, 0, len(self.state.rows.notes))
        rows = np.concatenate(
            [
                np.flatnonzero(np.isin(self.parts.records["note"], sealed)),
                np.flatnonzero(np.isin(self.state.rows.records["note"], logged)) + self.rows,
            ]
        )
        return np.setdiff1d(rows, self.state.withdrawn).astype(ROW)

    def kept(self, without: RowNumbers | None) -> Rows:
        """All rows in memory but those withdrawn and ``without``."""
        layout = self.parts.layout
        notes = bytes(self._data[layout.notes : layout.log])
        sealed = Rows(self.parts.records, sealed_keys(self.parts), notes)
        known = joined([sealed, self.state.rows])
        dropped = [self.state.withdrawn, *([] if without is None else [without])]
        stays = np.ones(len(known.records), np.bool_)
        stays[np.concatenate(dropped)] = False
        return Rows(known.records[stays], known.keys[stays], known.notes)


class Found(NamedTuple):
    """Rows, and their records."""

    rows: RowNumbers
    records: Records


class Wanted(NamedTuple):
    """What a look-up is after; instants in microseconds."""

    signature: Signature
    at: int
    before: int | None

    def similarity(self, records: Records) -> NDArray[np.float64]:
        """The estimated Jaccard similarity of each record's text, 0 to 1."""
        differing = records["sketch"] ^ np.frombuffer(self.signature.sketch, "<u8")
        different = np.zeros(len(records), np.uint16)
        # Word by word: numpy is slow to sum along so short an axis.
        for word in np.bitwise_count(differing).T:
            different += word
        return np.maximum(0.0, 1.0 - different / (SKETCH_BITS / 2))

    def among(self, records: Records) -> NDArray[np.intp]:
        """Which records match."""
        matches = self.similarity(records) >= SIMILAR
        matches &= records["confirmed"] <= self.at
        if self.before is not None:
            matches &= records["first_seen"] < self.before
        return np.flatnonzero(matches)

    def best(self, found: Found) -> RowNumbers:
        """Of each shop the most similar row, of those the earliest; the most similar first."""
        order = np.lexsort((found.records["first_seen"], -self.similarity(found.records)))
        merchants = found.records["merchant"][order]
        # Shops that are unknown are not one shop.
        shops = np.where(merchants == _UNKNOWN, np.arange(len(merchants)), merchants)
        _, first = np.unique(shops, return_index=True)
        return found.rows[order[np.sort(first)]][:MOST_MATCHES]


def microseconds(instant: datetime) -> int:
    """Since 1970, as the file keeps an instant."""
    return (instant - _EPOCH) // _MICROSECOND


def _places(text: mmap.mmap | bytes, mark: bytes, start: int, end: int) -> Sequence[int]:
    """Where a mark stands in ``[start, end)``, counted from its start."""
    places = []
    at = text.find(mark, start, end)
    while at >= 0:
        places.append(at - start)
        at = text.find(mark, at + 1, end)
    return places


def _mapped(path: Path) -> tuple[mmap.mmap, tuple[int, int]]:
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            if not status.st_size:
                raise FileError(
                    f"{path}: is empty; remove it, and the next confirmed case makes it"
                )
            mapped = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
    except OSError as error:
        raise FileError(f"{path}: cannot be read: {error.strerror}") from error
    return mapped, (status.st_dev, status.st_ino)
