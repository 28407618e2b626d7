"""Characters taken apart (拆字): 氵台 for 治, 米唐 for 糖."""

import re
from bisect import bisect_left
from collections.abc import Iterable
from typing import Final

from ahocorasick_rs import AhoCorasick

from data.characters import Component
from data.mechanism import Mechanism
from features.evasion.disguise import Disguise
from features.evasion.rewriting import Match, Piece, Vocabulary, disguise

_IN_WORD: Final = 0.9
_ALONE: Final = 0.6
_LONG: Final = 3
_MOST: Final = 12
"""Characters of the longest risk word."""

_Joint = tuple[Component, int, int]


class Components:
    """Joins the parts of a character, where they stand for it."""

    mechanism: Final[Mechanism] = "split"

    def __init__(self, components: Iterable[Component], vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        hidden = set("".join(vocabulary.words))
        self._components = [
            row for row in components if row.joins == "always" or row.character in hidden
        ]
        firsts, seconds = (
            "".join(sorted({row.parts[place] for row in self._components})) for place in (0, 1)
        )
        self._begins = {row.parts[:2] for row in self._components}
        self._begin = re.compile(rf"[{firsts}](?=([{seconds}]))" if firsts else r"(?!)")
        self._automaton = AhoCorasick([row.parts for row in self._components])

    def find(self, text: str) -> list[Disguise]:
        """Words with a character taken apart, and characters whose part is a bare radical."""
        if not (joints := self._joints(text)):
            return []
        pieces = [Piece(start, end, row.character) for row, start, end in joints]
        matches = self._vocabulary.revealed(text, pieces)
        found = [
            disguise(match, _IN_WORD, self.mechanism)
            for match in matches
            if self._is_meant(text, match, joints)
        ]
        inside = {place for match in matches for place in range(match.start, match.end)}
        for row, start, end in joints:
            if row.joins == "always" and start not in inside:
                found.append(Disguise(start, end, row.character, _ALONE, self.mechanism))
        return sorted(found)

    def _joints(self, text: str) -> list[_Joint]:
        """Parts in the text, the longest of those that overlap."""
        if not any(found[0] + found[1] in self._begins for found in self._begin.finditer(text)):
            return []
        places: list[tuple[int, int, int]] = self._automaton.find_matches_as_indexes(
            text, overlapping=True
        )
        joints: list[_Joint] = []
        for index, start, end in sorted(places, key=lambda place: (place[1], -place[2])):
            if not joints or start >= joints[-1][2]:
                joints.append((self._components[index], start, end))
        return joints

    def _is_meant(self, text: str, match: Match, joints: list[_Joint]) -> bool:
        at = bisect_left(joints, match.start, key=_start)
        inside = [row for row, _, end in joints[at : at + _MOST] if end <= match.end]
        if any(row.joins == "always" for row in inside):
            return True
        if self._vocabulary.splits_words(text, match.start, match.end):
            return False
        return len(match.word.word) >= _LONG or all(row.joins == "in_word" for row in inside)


def _start(joint: _Joint) -> int:
    return joint[1]
