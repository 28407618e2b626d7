"""False alarms per room-hour (每直播小时误报) on labelled windows whose room and time are known."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pydantic import ValidationError

from data.place import Place, place
from data.problem import FileError, explain, reason
from data.segment import LiveSegment
from models.rooms import FlaggedWindow, cases_of
from training.ranking import LEVEL, Resamples

CLIP_SECONDS: Final = 60.0
"""The length of a clip, inferred: its source does not state it. Four recordings of one evening that
were begun up to 46 minutes apart stop within 10 s of each other only if it is 58 to 61 s."""

_HOUR: Final = 3_600.0
_CLIP: Final = re.compile(r"(.+)_(\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d)_(\d{3,6})\.[A-Za-z0-9]{1,5}")
_STAMP: Final = "%Y-%m-%d_%H-%M-%S"
_ORIGIN: Final = datetime(2000, 1, 1)
_PLACING: Final = (
    "platform", "room_id", "channel", "host_id", "category", "start_s", "end_s",
)  # fmt: skip
_COUNTED: Final = ("flagged", "clean_flagged", "cases", "false_cases")


class Clip(NamedTuple):
    """What the name of a clip tells: who was recorded, and when.

    Seconds count from the year 2000 in the recorder's own time.
    """

    room: str
    start_s: float
    end_s: float


class TimedWindow(NamedTuple):
    """A labelled window with its place and time in seconds; ``group`` is resampled as a whole."""

    place: Place
    start_s: float
    end_s: float
    flagged: bool
    violating: bool
    group: str


class _Observed(NamedTuple):
    """What is counted of rooms. ``false_cases`` hold no violating window."""

    hours: float
    clean_hours: float
    flagged: float
    clean_flagged: float
    cases: float
    false_cases: float


def parse_clip(name: str) -> Clip | None:
    """Room and time of a clip named by room, start of the recording and number of the clip.

    None for a name of another form. The last clip of a recording may have been shorter.

    >>> clip = parse_clip("jd_340_2025-04-02_20-42-05_002.mp4")
    >>> clip.room, clip.end_s - parse_clip("jd_340_2025-04-02_20-42-05_000.mp4").start_s
    ('jd_340', 180.0)
    """
    found = _CLIP.fullmatch(name)
    if found is None:
        return None
    try:
        began = datetime.strptime(found[2], _STAMP)
    except ValueError:
        return None
    start = (began - _ORIGIN).total_seconds() + int(found[3]) * CLIP_SECONDS
    return Clip(found[1], start, start + CLIP_SECONDS)


def room_report(
    facets: Sequence[Mapping[str, object]],
    flagged: Sequence[bool],
    truth: Sequence[bool],
    groups: Sequence[str],
    seed: int = 0,
) -> dict[str, Any]:
    """``false_alarms_per_room_hour`` of the rows that tell room and time; empty if none does.

    ``facets`` hold what is known of ``platform``, ``room_id``, ``channel``, ``host_id``,
    ``category``, ``start_s``, ``end_s`` and ``clip_name``; other keys and nulls are left out. A
    row is placed by room, start and end, or by the name of its clip; ``unplaced`` counts the
    others. Raises FileError for a value that a ``LiveSegment`` may not have.
    """
    rows = zip(facets, flagged, truth, groups, strict=True)
    timed = [_timed(*row) for row in rows]
    windows = [window for window in timed if window is not None]
    if not windows:
        return {}
    return {"unplaced": len(timed) - len(windows), **false_alarms_per_room_hour(windows, seed)}


def false_alarms_per_room_hour(windows: Sequence[TimedWindow], seed: int = 0) -> dict[str, Any]:
    """Clean windows flagged, and cases without a violating window, per hour that was observed.

    An hour in which two windows of a room overlap is observed once. A rate falls with the share
    of windows that violate, so ``windows_per_clean_hour`` divides by the clean hours alone. The
    intervals resample groups, and a single group has none; a room is of the group of its first
    window.
    """
    rooms = [list(room) for _, room in groupby(sorted(windows, key=_room_and_time), key=_room)]
    groups = [room[0].group for room in rooms]
    table = np.array([_observed(room) for room in rooms], dtype=np.float64)
    total = _Observed(*table.sum(axis=0).tolist())
    rates = {name: float(value) for name, value in _rates(table.sum(axis=0)).items()}
    return {
        "rooms": len(rooms),
        "hours": total.hours,
        **{name: int(getattr(total, name)) for name in _COUNTED},
        **rates,
        "intervals": _intervals(table, groups, seed) if len(set(groups)) > 1 else {},
    }


def _timed(
    facet: Mapping[str, object], flagged: bool, violating: bool, group: str
) -> TimedWindow | None:
    segment = _segment(facet)
    where, start, end = place(segment), segment.start_s, segment.end_s
    clip = parse_clip(str(facet.get("clip_name") or ""))
    if clip is not None and (start is None or end is None):
        start, end = clip.start_s, clip.end_s
        if where.room_by != "room_id":
            where = where._replace(room=clip.room, room_by="room_id")
    if where.room is None or start is None or end is None or end <= start:
        return None
    return TimedWindow(where, start, end, flagged, violating, group)


def _segment(facet: Mapping[str, object]) -> LiveSegment:
    known = {name: facet[name] for name in _PLACING if facet.get(name) not in (None, "")}
    try:
        return LiveSegment.model_validate({"data_id": "row", "text": "", **known}, strict=False)
    except ValidationError as error:
        raise FileError(f"room and time of a row: {reason(explain(error))}") from error


def _room(window: TimedWindow) -> tuple[str, str, str]:
    where = window.place
    return where.platform or "", where.room_by or "", where.room or ""


def _room_and_time(window: TimedWindow) -> tuple[tuple[str, str, str], float]:
    return _room(window), window.start_s


def _observed(room: Sequence[TimedWindow]) -> _Observed:
    """What is counted of one room, whose windows are in order of time."""
    cases = cases_of(
        FlaggedWindow(str(n), str(n), each.place, each.start_s, 1.0, "review", (), frozenset())
        for n, each in enumerate(room)
        if each.flagged
    )
    clean = [window for window in room if not window.violating]
    return _Observed(
        hours=_hours(room),
        clean_hours=_hours(clean),
        flagged=sum(window.flagged for window in room),
        clean_flagged=sum(window.flagged for window in clean),
        cases=len(cases),
        false_cases=sum(not any(room[int(n)].violating for n in case.windows) for case in cases),
    )


def _hours(windows: Sequence[TimedWindow]) -> float:
    """The time that windows cover, given in order of their start; in hours."""
    covered, until = 0.0, -np.inf
    for window in windows:
        covered += max(0.0, window.end_s - max(window.start_s, until))
        until = max(until, window.end_s)
    return covered / _HOUR


def _rates(counts: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """The rates of counts whose last axis is ``_Observed``; NaN where nothing clean was heard."""
    of = _Observed(*np.moveaxis(counts, -1, 0))
    clean = np.where(np.asarray(of.clean_hours) > 0, of.clean_hours, np.nan)
    return {
        "windows_per_hour": np.asarray(of.clean_flagged / of.hours),
        "cases_per_hour": np.asarray(of.false_cases / of.hours),
        "windows_per_clean_hour": np.asarray(of.clean_flagged / clean),
    }


def _intervals(
    table: NDArray[np.float64], groups: Sequence[str], seed: int
) -> dict[str, list[float]]:
    resamples = Resamples(groups, seed)
    rates = _rates(resamples.counts[:, resamples.owners] @ table)
    tail = (1 - LEVEL) / 2
    known = {name: values[~np.isnan(values)] for name, values in rates.items()}
    return {
        name: [float(np.quantile(values, share)) for share in (tail, 1 - tail)]
        for name, values in known.items()
        if values.size
    }
