"""Speech cut into the units that models read and reviewers cite (句子切分)."""

import re
from typing import Final, NamedTuple

MIN_CHARACTERS: Final = 12
"""Clauses are glued until a unit has this many characters: shorter ones say too little."""

MAX_CHARACTERS: Final = 48
"""A recogniser that gives no punctuation still gives units no longer than this."""

_CLAUSE: Final = re.compile(r"[^，。 ]+")
_SCOPE: Final = re.compile(r"[^。]+")
_SILENT: Final = re.compile(r"[\W_]+")
# Where a speaker who is transcribed without punctuation draws breath: before an address or a
# connective, after a closing particle.
_BREATH: Final = re.compile(
    r"(?=家人们|姐妹们|宝宝们|宝贝|朋友们|大家|所以|然后|但是|而且|因为|如果|咱们|我们|这个)"
    r"|(?<=[啊呢吧嘛哦呀哈啦])"
)


class Sentence(NamedTuple):
    """A unit of normalised text: ``[start, end)`` there, and its letters without punctuation."""

    start: int
    end: int
    text: str


def split(text: str) -> list[Sentence]:
    """Cut normalised text into units of about 12 to 48 characters, in order, nothing lost.

    Clauses between punctuation marks are glued until they reach ``MIN_CHARACTERS``; a run
    without punctuation is cut where a speaker draws breath. A text without a letter has none.

    >>> [unit.text for unit in split("好，今天给大家讲一下这个面料。它是百分之六十的棉")]
    ['好今天给大家讲一下这个面料', '它是百分之六十的棉']
    """
    units: list[tuple[int, int]] = []
    start, size = -1, 0
    for piece_start, piece_end in _clauses(text):
        if start < 0:
            start, size = piece_start, 0
        size += piece_end - piece_start
        if size >= MIN_CHARACTERS:
            units.append((start, piece_end))
            start = -1
    if start >= 0:
        units.append((start, _last_end(text, start)))
    return [Sentence(a, b, letters) for a, b in units if (letters := _letters(text[a:b]))]


def scopes(text: str) -> list[tuple[int, int]]:
    """The spans of whole sentences, between full stops: how far a disclaimer reaches."""
    return [match.span() for match in _SCOPE.finditer(text)]


def _letters(text: str) -> str:
    # Most units have no silence but commas, stops and spaces, which go faster one by one.
    spoken = text.replace("，", "").replace("。", "").replace(" ", "")
    return spoken if spoken.isalnum() else _SILENT.sub("", spoken)


def _last_end(text: str, start: int) -> int:
    return start + len(text[start:].rstrip("，。 "))


def _clauses(text: str) -> list[tuple[int, int]]:
    clauses: list[tuple[int, int]] = []
    for match in _CLAUSE.finditer(text):
        start, end = match.span()
        if end - start > MAX_CHARACTERS:
            clauses.extend(_breaths(text, start, end))
        else:
            clauses.append((start, end))
    return clauses


def _breaths(text: str, start: int, end: int) -> list[tuple[int, int]]:
    spans = []
    while end - start > MAX_CHARACTERS:
        # What is left must not be too short to say anything.
        limit = min(start + MAX_CHARACTERS, end - MIN_CHARACTERS)
        cuts = [m.start() for m in _BREATH.finditer(text, start + MIN_CHARACTERS, limit)]
        cut = cuts[-1] if cuts else limit
        spans.append((start, cut))
        start = cut
    return [*spans, (start, end)]
