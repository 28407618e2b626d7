"""What excludes what in the words about goods (互斥): no page calls one watch 机械 and 石英."""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

Trait = tuple[tuple[str, ...], ...]
"""What goods are one of: for each, patterns of the words that say so."""


class _Meaning(NamedTuple):
    """Bits of what words may mean, and for each trait that they speak of its bits."""

    bits: int
    spoken_of: tuple[int, ...]


class Traits:
    """Traits of one kind of goods, over which all that a page says has to agree.

    >>> movement = Traits((("机械", "全自动"), ("石英",)))
    >>> movement.fitting(("全自动", "石英", "钢带"), ["机械表", "男"])
    ['全自动', '钢带']
    """

    def __init__(self, *traits: Trait) -> None:
        self._traits: list[list[tuple[int, re.Pattern[str]]]] = []
        self._meanings: dict[str, _Meaning] = {}
        bit = 1
        for trait in traits:
            alternatives = []
            for words in trait:
                alternatives.append((bit, re.compile("|".join(map(_whole, words)))))
                bit <<= 1
            self._traits.append(alternatives)
        self._all = bit - 1

    def fitting(self, options: Sequence[str], said: Iterable[str]) -> list[str]:
        """The options that may be said of goods of which this was said already."""
        left = self._all
        for words in said:
            left &= self._meaning(words).bits
        return [option for option in options if self._fits(option, left)]

    def fits(self, option: str, said: Iterable[str]) -> bool:
        """Whether it may be said."""
        return bool(self.fitting((option,), said))

    def _fits(self, option: str, left: int) -> bool:
        meaning = self._meaning(option)
        return all(meaning.bits & left & trait for trait in meaning.spoken_of)

    def _meaning(self, words: str) -> _Meaning:
        try:
            return self._meanings[words]
        except KeyError:
            meaning = self._meanings[words] = self._read(words)
            return meaning

    def _read(self, words: str) -> _Meaning:
        bits, spoken_of = self._all, []
        for alternatives in self._traits:
            meant = sum(bit for bit, pattern in alternatives if pattern.search(words))
            whole = sum(bit for bit, _ in alternatives)
            if meant:
                bits &= ~whole | meant
                spoken_of.append(whole)
        return _Meaning(bits, tuple(spoken_of))


def _whole(pattern: str) -> str:
    """A number is that number only where no more digits stand beside it."""
    before = r"(?<![\d.])" if pattern[0].isdecimal() else ""
    return f"{before}{pattern}" + (r"(?!\d)" if pattern[-1].isdecimal() else "")
