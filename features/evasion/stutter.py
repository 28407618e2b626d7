"""Words said twice by host or recogniser: 就就是, 我们们, 价格格 (口吃). Harmless."""

import re
from collections.abc import Iterable
from typing import Final

from features.evasion.disguise import Disguise
from features.evasion.shapes import VERBS, Dictionary
from features.tokenise import Tokeniser

_TWICE: Final = re.compile(r"([就的是我你它他们这那在把咱所因而但也都给和有])\1+")
_DOUBLED: Final = re.compile(r"([\u4e00-\u9fff])\1")
# 牛奶奶 and 病人人人 are no stutter: these are said twice anyway.
_CALLED_TWICE: Final = frozenset("奶妈爸哥姐弟妹爷宝人天")


def find_stutters(text: str) -> list[Disguise]:
    """Words of grammar that stand twice or more in a row.

    >>> [(found.start, found.end, found.resolved) for found in find_stutters("那就就就是天天")]
    [(1, 4, '就')]
    """
    return [Disguise(*match.span(), match[1], 0.0, "stutter") for match in _TWICE.finditer(text)]


class StutteredWords:
    """Finds words of two characters of which one is said twice: 价格格, 血血糖."""

    def __init__(self, words: Iterable[str], tokeniser: Tokeniser) -> None:
        self._words = frozenset(word for word in words if len(word) == 2)
        self._dictionary = Dictionary(tokeniser)

    def find(self, text: str) -> list[Disguise]:
        """Stuttered words, unless the second of the equal characters is part of another word."""
        found: list[Disguise] = []
        for match in _DOUBLED.finditer(text):
            place, char = match.start(), match[1]
            before, after = text[place - 1 : place + 1], text[place + 1 : place + 3]
            if char in _CALLED_TWICE:
                continue
            if place and before in self._words and not self._dictionary.knows(after):
                found.append(Disguise(place - 1, place + 2, before, 0.0, "stutter"))
            elif char not in VERBS and after in self._words and not self._dictionary.knows(before):
                found.append(Disguise(place, place + 3, after, 0.0, "stutter"))
        return found
