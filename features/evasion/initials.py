"""Initials that stand for words (拼音首字母): vx for 微信, gf货 for 高仿."""

import re
from collections.abc import Iterable
from typing import Final

from ahocorasick_rs import AhoCorasick

from data.characters import Initial
from data.mechanism import Mechanism
from features.evasion.context import Context, context
from features.evasion.disguise import Disguise

_ALPHANUMERIC: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789")
_LETTERS: Final = frozenset("abcdefghijklmnopqrstuvwxyz")


class Initials:
    """Reads initials as the words of a table, each in its context.

    They must be whole: no letter or digit goes before and no letter follows; a digit may follow
    where the context allows it (vx138…, but not vx20).
    """

    mechanism: Final[Mechanism] = "pinyin"

    def __init__(self, initials: Iterable[Initial]) -> None:
        self._rows: dict[str, list[tuple[Initial, Context]]] = {}
        for row in initials:
            self._rows.setdefault(row.surface, []).append((row, context(row.context)))
        self._surfaces = list(self._rows)
        self._automaton = AhoCorasick(self._surfaces)
        odd = "".join(sorted({s[0] for s in self._surfaces if _LETTERS.isdisjoint(s)}))
        self._first = re.compile(f"[a-z{re.escape(odd)}]")

    def find(self, text: str) -> list[Disguise]:
        """Initials in normalised text, the longest of those that overlap."""
        if not self._first.search(text):
            return []
        places: list[tuple[int, int, int]] = self._automaton.find_matches_as_indexes(
            text, overlapping=True
        )
        found: list[Disguise] = []
        for index, start, end in sorted(places, key=lambda place: (place[1], -place[2])):
            if found and start < found[-1].end:
                continue
            row = self._meant(self._surfaces[index], text, start, end)
            if row is not None:
                found.append(
                    Disguise(start, end, row.resolved, row.weight, self.mechanism, row.code)
                )
        return found

    def _meant(self, surface: str, text: str, start: int, end: int) -> Initial | None:
        if not _is_whole(text, start, end):
            return None
        is_numbered = end < len(text) and text[end].isdecimal()
        for row, where in self._rows[surface]:
            if is_numbered and not row.context:
                continue
            if where.holds(text, start, end):
                return row
        return None


def _is_whole(text: str, start: int, end: int) -> bool:
    if text[start] in _LETTERS and start and text[start - 1] in _ALPHANUMERIC:
        return False
    return not (text[end - 1] in _LETTERS and end < len(text) and text[end] in _LETTERS)
