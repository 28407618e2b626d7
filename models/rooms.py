"""Cases of a live room (直播间案件): what was flagged of one product within ten minutes."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from data.place import CASE_SECONDS, Place, ProductBy, RoomBy, place, room_case_id
from data.record import Record
from data.segment import LiveSegment
from data.verdict import Suggestion, Verdict, harshest
from features.normalise import normalise

INDEPENDENCE: Final = 0.2
"""How far the windows of a case are judged independently of each other, from 0 to 1. Of 108 cases
of real rooms, flagged by a model of the seeds, 0 to 0.25 fit what was found; 1 is far too sure."""

_UNSPOKEN: Final = re.compile(r"[\W_]+")


class RoomCase(Record):
    """Flagged windows of one room and product within ten minutes, for one reviewer.

    ``windows`` and ``decisions`` are in order of time. ``room_by`` and ``product_by`` name the
    field that told room and product; null where none did. Times are ``start_s``, in seconds.
    ``labels`` counts windows by risk label. ``score`` is in [0, 1]; see ``room_score``.
    """

    case_id: str
    platform: str | None
    room: str | None
    room_by: RoomBy | None
    product: str | None
    product_by: ProductBy | None
    first_s: float | None
    last_s: float | None
    windows: list[str]
    decisions: list[str]
    count: int
    score: float
    suggestion: Suggestion
    labels: dict[str, int]
    worst_window: str


class FlaggedWindow(NamedTuple):
    """What a case needs of a flagged window; its speech is not kept.

    ``evidence`` are the cited words, folded so that a script said twice is the same twice.
    """

    data_id: str
    decision_id: str
    place: Place
    start_s: float | None
    probability: float
    suggestion: Suggestion
    codes: tuple[str, ...]
    evidence: frozenset[str]


def room_cases(judged: Iterable[tuple[LiveSegment, Verdict]]) -> list[RoomCase]:
    """The cases of all windows that were flagged; those that passed are in none.

    A case is closed ten minutes after the start of its first window, and the next one opens a
    new case: were each window to prolong it, a room that never stops would be one case without
    an end, which no reviewer could close. So a case keeps its id while later windows join it.

    The room is ``platform`` with ``room_id``, else ``channel``, else ``host_id``; the product is
    the listing's ``data_id``, else the category, else unknown. A window without room or without
    ``start_s`` is a case of its own: that it belongs with another is not known. ``start_s``
    must count from one origin in all that a room sends. A window judged twice counts once.

    Cases are in order of platform, room, product and time, whatever the order of ``judged``.
    """
    return cases_of(
        flagged_window(segment, verdict)
        for segment, verdict in judged
        if verdict.suggestion != "pass"
    )


def cases_of(windows: Iterable[FlaggedWindow]) -> list[RoomCase]:
    """The cases of flagged windows, as ``room_cases`` makes them."""
    once = {window.decision_id: window for window in windows}
    return [_case(together) for together in _together(sorted(once.values(), key=_order))]


def flagged_window(segment: LiveSegment, verdict: Verdict) -> FlaggedWindow:
    """What is kept of a window that was flagged until its case is made."""
    return FlaggedWindow(
        data_id=segment.data_id,
        decision_id=verdict.decision_id,
        place=place(segment),
        start_s=segment.start_s,
        probability=verdict.probability,
        suggestion=verdict.suggestion,
        codes=tuple(label.code for label in verdict.labels),
        evidence=_evidence(segment, verdict),
    )


def room_score(windows: Iterable[tuple[float, frozenset[str]]]) -> float:
    """How likely it is that something in a case violates, from (probability, evidence) pairs.

    Between two bounds: the likeliest window alone, as if all stood or fell together, and a
    noisy-or over distinct evidence, as if each were judged by itself. For the latter the doubt
    ``-ln(1 - p)`` that a window removes is shared out over what it cites, and a piece of evidence
    counts once, with the most that any window gives it: a script (话术) repeated word for word
    adds nothing. ``INDEPENDENCE`` says how far new evidence goes towards the second bound.

    In [0, 1], at least the highest probability, and never lower for one window more.

    >>> pill, cream = frozenset({"降血糖"}), frozenset({"七天美白"})
    >>> round(room_score([(0.6, pill), (0.6, pill)]), 2), round(room_score([(0.6, pill)]), 2)
    (0.6, 0.6)
    >>> round(room_score([(0.6, pill), (0.6, cream)]), 2)
    0.67
    """
    most: dict[str, float] = {}
    likeliest = highest = 0.0
    for probability, evidence in windows:
        removed = -math.log1p(-probability) if probability < 1 else math.inf
        likeliest, highest = max(likeliest, removed), max(highest, probability)
        for cited in evidence:
            most[cited] = max(most.get(cited, 0.0), removed / len(evidence))
    doubt = (1 - INDEPENDENCE) * likeliest + INDEPENDENCE * math.fsum(most.values())
    return max(highest, -math.expm1(-doubt))


def _evidence(segment: LiveSegment, verdict: Verdict) -> frozenset[str]:
    cited = {_folded(hit.text) for label in verdict.labels for hit in label.hits} - {""}
    return frozenset(cited or {_folded(segment.text) or verdict.decision_id})


def _folded(text: str) -> str:
    return _UNSPOKEN.sub("", normalise(text).text)


def _order(window: FlaggedWindow) -> tuple[tuple[str, ...], float, str]:
    time = math.inf if window.start_s is None else window.start_s
    return tuple(part or "" for part in window.place), time, window.decision_id


def _together(windows: Iterable[FlaggedWindow]) -> Iterator[list[FlaggedWindow]]:
    """Runs of ordered windows, each of one place and within ``CASE_SECONDS`` of its first."""
    open_: list[FlaggedWindow] = []
    for window in windows:
        if open_ and _joins(open_[0], window):
            open_.append(window)
            continue
        if open_:
            yield open_
        open_ = [window]
    if open_:
        yield open_


def _joins(first: FlaggedWindow, window: FlaggedWindow) -> bool:
    if first.start_s is None or window.start_s is None or first.place.room_by is None:
        return False
    return first.place == window.place and window.start_s - first.start_s <= CASE_SECONDS


def _case(windows: list[FlaggedWindow]) -> RoomCase:
    first, last = windows[0], windows[-1]
    worst = min(windows, key=_mildness)
    return RoomCase(
        case_id=room_case_id(first.place, first.start_s, first.decision_id),
        **first.place._asdict(),
        first_s=first.start_s,
        last_s=last.start_s,
        windows=[window.data_id for window in windows],
        decisions=[window.decision_id for window in windows],
        count=len(windows),
        score=room_score((window.probability, window.evidence) for window in windows),
        suggestion=harshest([window.suggestion for window in windows]),
        labels=_counted(windows),
        worst_window=worst.data_id,
    )


def _mildness(window: FlaggedWindow) -> tuple[bool, float]:
    return window.suggestion != "block", -window.probability


def _counted(windows: list[FlaggedWindow]) -> dict[str, int]:
    counts = Counter(code for window in windows for code in set(window.codes))
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
