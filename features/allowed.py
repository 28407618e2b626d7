"""Words that an operator lets pass, found in a text (放行词)."""

from bisect import bisect_right
from collections.abc import Iterable
from itertools import accumulate
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, Implementation


class AllowedWords(NamedTuple):
    """Words, folded, that are no cue for a label."""

    code: str
    words: str


class _Places(NamedTuple):
    """Where allowed words of one label begin, in order, and how far those up to each reach."""

    starts: list[int]
    reach: list[int]


class Allowed:
    """Allowed words of all labels, looked for by one pass over a text."""

    def __init__(self, allowed: Iterable[AllowedWords]) -> None:
        self._codes: dict[str, list[str]] = {}
        for code, words in allowed:
            self._codes.setdefault(words, []).append(code)
        self._words = list(self._codes)
        self._automaton = AhoCorasick(self._words, implementation=Implementation.DFA)

    def places(self, text: str) -> "Permitted":
        """Where they stand in folded text."""
        spans: dict[str, list[tuple[int, int]]] = {}
        for index, start, end in self._automaton.find_matches_as_indexes(text, overlapping=True):
            for code in self._codes[self._words[index]]:
                spans.setdefault(code, []).append((start, end))
        return Permitted({code: _ordered(found) for code, found in spans.items()})


class Permitted:
    """The places of allowed words in one text."""

    def __init__(self, places: dict[str, _Places]) -> None:
        self._places = places

    def covers(self, code: str, start: int, end: int) -> bool:
        """Whether words that are no cue for the label hold the whole of ``[start, end)``.

        >>> allowed = Allowed([AllowedWords("medical_claim", "根治杂草")])
        >>> places = allowed.places("根治杂草，根治糖尿病")
        >>> places.covers("medical_claim", 0, 2), places.covers("medical_claim", 5, 7)
        (True, False)
        """
        of_code = self._places.get(code)
        if of_code is None:
            return False
        before = bisect_right(of_code.starts, start)
        return before > 0 and of_code.reach[before - 1] >= end


def _ordered(spans: list[tuple[int, int]]) -> _Places:
    spans.sort()
    return _Places([start for start, _ in spans], list(accumulate((e for _, e in spans), max)))
