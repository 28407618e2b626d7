"""Many patterns at once: only those whose literal anchor stands in the text are run."""

import re
from collections.abc import Sequence
from typing import Protocol

from ahocorasick_rs import AhoCorasick, Implementation

from features.anchors import anchors


class Patterns(Protocol):
    """What can be looked for in a text."""

    def matches(
        self, text: str, spans: Sequence[tuple[int, int]] | None = None
    ) -> list[tuple[int, int, int]]:
        """Every match as (pattern, start, end), ordered by pattern; empty matches left out.

        With ``spans`` only matches that lie within one of them.
        """


class Prefiltered:
    """Regular expressions that are looked for together, by one pass over the text."""

    def __init__(self, patterns: Sequence[re.Pattern[str]]) -> None:
        self.patterns = list(patterns)
        self.always: list[int] = []
        owners: dict[str, list[int]] = {}
        for index, pattern in enumerate(self.patterns):
            found = anchors(pattern.pattern)
            if found is None:
                self.always.append(index)
            for anchor in found or ():
                owners.setdefault(anchor, []).append(index)
        self._owners = list(owners.values())
        self._automaton = AhoCorasick(list(owners), implementation=Implementation.DFA)

    def candidates(self, text: str) -> list[int]:
        """The indices of the patterns that may match, in order."""
        found = self._automaton.find_matches_as_indexes(text, overlapping=True)
        if not found:
            return self.always.copy()
        candidates = set(self.always)
        for anchor in {index for index, _, _ in found}:
            candidates.update(self._owners[anchor])
        return sorted(candidates)

    def matches(
        self, text: str, spans: Sequence[tuple[int, int]] | None = None
    ) -> list[tuple[int, int, int]]:
        """Every match as (pattern, start, end), ordered by pattern; empty matches left out.

        With ``spans`` only matches that lie within one of them.
        """
        candidates = self.candidates(text)
        if not candidates:
            return []
        within = [(0, len(text))] if spans is None else spans
        return [
            (index, *match.span())
            for index in candidates
            for start, end in within
            for match in self.patterns[index].finditer(text, start, end)
            if match.end() > match.start()
        ]


class Extended:
    """Patterns, and more of them, whose numbers go on from ``count``; the first are shared."""

    def __init__(self, first: Patterns, count: int, more: Sequence[re.Pattern[str]]) -> None:
        self._first = first
        self._count = count
        self._more = Prefiltered(more)

    def matches(
        self, text: str, spans: Sequence[tuple[int, int]] | None = None
    ) -> list[tuple[int, int, int]]:
        """The matches of all of them, as `Prefiltered.matches` gives them."""
        found = self._first.matches(text, spans)
        added = self._more.matches(text, spans)
        return [*found, *((self._count + index, start, end) for index, start, end in added)]
