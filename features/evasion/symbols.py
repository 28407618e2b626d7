"""Symbols and emoji that stand for words (表情、符号): 特效💊, 加➕v, 微❤."""

import re
from collections.abc import Iterable
from typing import Final

from data.characters import Symbol
from data.mechanism import Mechanism
from features.evasion.context import Context, context
from features.evasion.disguise import Disguise
from features.evasion.rewriting import Piece, Vocabulary, disguise

_IN_WORD: Final = 0.85


class Symbols:
    """Reads a symbol as a word where its table says so, or where a risk word results.

    Elsewhere a symbol decorates (🔥新品🔥), which is no disguise.
    """

    mechanism: Final[Mechanism] = "symbol"

    def __init__(self, symbols: Iterable[Symbol], vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._rows: dict[str, list[tuple[Symbol, Context]]] = {}
        for row in symbols:
            self._rows.setdefault(row.symbol, []).append((row, context(row.context)))
        longest = sorted(self._rows, key=len, reverse=True)
        self._any = re.compile("|".join(map(re.escape, longest)) or r"(?!)")
        self._first = _spanning({symbol[0] for symbol in longest})

    def find(self, text: str) -> list[Disguise]:
        """Symbols that stand for a word or part of one."""
        if not self._first.search(text):
            return []
        places = list(self._any.finditer(text))
        if not places:
            return []
        found = self._in_words(text, places)
        inside = {place for one in found for place in range(one.start, one.end)}
        for place in places:
            meant = None if place.start() in inside else self._meant(text, place)
            if meant is not None:
                found.append(
                    Disguise(*place.span(), meant.plain, meant.weight, self.mechanism, meant.code)
                )
        return sorted(found)

    def _in_words(self, text: str, places: list[re.Match[str]]) -> list[Disguise]:
        found: list[Disguise] = []
        taken: set[int] = set()
        most = max(len(self._readings(place[0])) for place in places)
        for turn in range(most):
            pieces = [
                Piece(place.start(), place.end(), plain)
                for place in places
                if (plain := self._reading(place[0], turn)) is not None
            ]
            for match in self._vocabulary.revealed(text, pieces):
                if match.end - match.start > 1 and taken.isdisjoint(range(match.start, match.end)):
                    taken.update(range(match.start, match.end))
                    found.append(disguise(match, _IN_WORD, self.mechanism))
        return found

    def _readings(self, symbol: str) -> list[str]:
        return list(dict.fromkeys(row.plain for row, _ in self._rows[symbol]))

    def _reading(self, symbol: str, turn: int) -> str | None:
        readings = self._readings(symbol)
        return readings[turn] if turn < len(readings) else None

    def _meant(self, text: str, place: re.Match[str]) -> Symbol | None:
        for row, where in self._rows[place[0]]:
            if row.context and where.holds(text, *place.span()):
                return row
        return None


def _spanning(characters: set[str]) -> re.Pattern[str]:
    """Finds any of the characters and some more, but fast: a set of emoji is tried one by one."""
    planes = ([c for c in characters if c < "\U00010000"], [c for c in characters if c > "\uffff"])
    ranges = "".join(f"{min(plane)}-{max(plane)}" for plane in planes if plane)
    return re.compile(f"[{ranges}]" if ranges else r"(?!)")
