"""How words sound to a recogniser that hears badly: syllables without tone, alike ones as one."""

import sys
import unicodedata
from codecs import utf_32_le_decode, utf_32_le_encode
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Final, cast

import numpy as np
from pypinyin import lazy_pinyin
from pypinyin.constants import PINYIN_DICT

_INITIALS: Final = {"zh": "z", "ch": "c", "sh": "s", "n": "l", "r": "l"}
_FINALS: Final = (("iang", "ian"), ("uang", "uan"), ("ang", "an"), ("eng", "en"), ("ing", "in"))
_FIRST_CODE: Final = 0xE000

MASK: Final = "*"
"""The code of every mark that hides a character: * × ○ □ and a lone x."""

MARKS: Final = frozenset("*×○□●■✕✖x")

MUMBLED: Final = frozenset({"mou", "mo", "mu", "mao", "men"})
"""Folded syllables that hosts drop into a word: 某 抹 母 毛 猛 and all that sounds like them."""


def folded_syllable(reading: str) -> str:
    """A pinyin reading without tone, with the sounds that speakers confuse made one.

    zh/z, ch/c, sh/s, n/l/r and an/ang, en/eng, in/ing are not told apart.

    >>> folded_syllable("zhuāng"), folded_syllable("nǚ"), folded_syllable("yíng")
    ('zuan', 'lv', 'yin')
    """
    letters = _toneless(reading)
    for initial in ("zh", "ch", "sh", "n", "r"):
        if letters.startswith(initial):
            letters = _INITIALS[initial] + letters[len(initial) :]
            break
    for final, folded in _FINALS:
        if letters.endswith(final):
            return letters[: -len(final)] + folded
    return letters


def _toneless(reading: str) -> str:
    dotted = unicodedata.normalize("NFD", reading).replace("u\u0308", "v")
    return "".join(char for char in dotted if not unicodedata.combining(char))


def same_syllable(one: str, other: str) -> bool:
    """Whether two characters can be read as one syllable, tones apart, nothing else folded.

    >>> same_syllable("曾", "增"), same_syllable("您", "零")
    (True, False)
    """
    return not _readings(one).isdisjoint(_readings(other))


@lru_cache(maxsize=4096)
def _readings(char: str) -> frozenset[str]:
    readings = PINYIN_DICT.get(ord(char), "")
    return frozenset(_toneless(reading) for reading in readings.split(",") if reading)


class Sounds:
    """Text as one code for each character: equal codes sound alike.

    Chinese characters become a private character for their syllable, all mumbled syllables the
    same one; everything else stays as it is, so that places in the text keep their numbers.
    """

    def __init__(self) -> None:
        codes: dict[str, str] = {"mou": chr(_FIRST_CODE)}
        self._codes = codes
        self._table = np.arange(sys.maxunicode + 1, dtype=np.uint32)
        folds: dict[str, str] = {}
        for point, readings in PINYIN_DICT.items():
            first = readings.split(",")[0]
            if first not in folds:
                folds[first] = folded_syllable(first)
            self._table[point] = ord(self._code(folds[first]))
        self._table[[ord(mark) for mark in MARKS]] = ord(MASK)

    def of(self, text: str) -> str:
        """The codes of ``text``, one for each character.

        >>> sounds = Sounds()
        >>> sounds.of("去班") == sounds.of("祛斑"), sounds.of("什么") == sounds.of("怎么")
        (True, False)
        """
        # Straight from the codec: by its name Python would look it up for each text.
        encoded, _ = utf_32_le_encode(text, "surrogatepass")
        codes = self._table.take(np.frombuffer(encoded, dtype=np.uint32))
        return utf_32_le_decode(codes.tobytes(), "surrogatepass", True)[0]

    def of_word(self, word: str) -> tuple[str, ...]:
        """The ways a word may be written by sound: character by character, and as it is read.

        They differ where a character has several readings (调节, 便秘).
        """
        # The stubs do not know that errors may return a list, one item for each letter.
        letters = cast("Callable[[str], str]", list)
        readings = zip(word, lazy_pinyin(word, errors=letters), strict=True)
        read = "".join(
            self.of(char) if reading == char else self.syllable(reading)
            for char, reading in readings
        )
        return tuple(dict.fromkeys((self.of(word), read)))

    @property
    def syllables(self) -> list[str]:
        """The codes of all syllables there are."""
        return sorted(set(self._codes.values()))

    def syllable(self, letters: str) -> str:
        """The code of a syllable in plain letters, such as ``he``."""
        return self._code(folded_syllable(letters))

    def _code(self, folded: str) -> str:
        if folded in MUMBLED:
            folded = "mou"
        return self._codes.setdefault(folded, chr(_FIRST_CODE + len(self._codes)))


@cache
def sounds() -> Sounds:
    """The one table of sounds; making it takes a moment."""
    return Sounds()
