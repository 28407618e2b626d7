"""Digits that stand for words (数字伪装): 1:1 for a replica, 3高, a number half in words."""

import re
from typing import Final

from data.mechanism import Mechanism
from features.evasion.disguise import Disguise
from features.evasion.rewriting import Piece, Vocabulary, disguise

_NUMERALS: Final = dict(zip("0123456789", "零一二三四五六七八九", strict=True))
_SPELT: Final = frozenset(_NUMERALS.values())
_VALUES: Final = {
    **{numeral: digit for digit, numeral in _NUMERALS.items()},
    **dict(zip("壹贰叁肆伍陆柒捌玖〇", "1234567890", strict=True)),
    **dict(zip("幺两拐勾洞", "12790", strict=True)),
    **dict(zip("oil", "011", strict=True)),
}
_NUMERAL: Final = "0-9" + "".join(_VALUES)
# A mobile number begins with 1 and 3 to 9.
_MOBILE_BEGINS: Final = re.compile("[1一壹幺il][ \\-.·]?[3-9三四五六七八九叁肆伍陆柒捌玖拐勾]")
_ANY_DIGIT: Final = re.compile("[0-9]")
# What stands before is looked at last: a look-behind would be tried at every character.
_DIGIT: Final = re.compile(r"[0-9](?<![0-9a-z.:/-][0-9])(?![0-9a-z.:/%-])")
_ONE_TO_ONE: Final = re.compile(r"1(?:(?<![0-9.:]1)[:：比]1(?![0-9.])|(?<![0-9]1)。1(?![0-9]))")
_REPLICA: Final = re.compile(
    r"复刻|高仿|精仿|复制|开模|打版|原版|原单|纯原|专柜|正品|大牌|奢侈|同厂|做工|五金|皮质|走线|顶级"
)
_REPLICA_REACH: Final = 8
_NUMBER: Final = re.compile(
    rf"(?<![{_NUMERAL}a-z])(?:[{_NUMERAL}][ \-.·]{{0,1}}){{10}}[{_NUMERAL}](?![{_NUMERAL}a-z])"
)
_MOBILE: Final = re.compile(r"1[3-9]\d{9}")

_HABIT: Final = 0.2
_JARGON: Final = 0.8
_CONTACT: Final = 0.9


class Digits:
    """Reads digits as the words that they stand for.

    A digit inside a risk word (3高) is a habit of writing; 1:1 beside words of replicas and a
    mobile number of which some digits are words (1三8…) are disguises.
    """

    mechanism: Final[Mechanism] = "digit"

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._pairs = {
            word[place : place + 2]
            for word in vocabulary.words
            for place in range(len(word) - 1)
            if not _SPELT.isdisjoint(word[place : place + 2])
        }

    def find(self, text: str) -> list[Disguise]:
        """Digits that stand for words, and numbers that words hide."""
        found = [*self._in_words(text), *self._replicas(text)] if _ANY_DIGIT.search(text) else []
        if _MOBILE_BEGINS.search(text):
            found.extend(self._numbers(text))
        return sorted(found)

    def _in_words(self, text: str) -> list[Disguise]:
        digits = [found.start() for found in _DIGIT.finditer(text)]
        if not any(self._is_near(text, place) for place in digits):
            return []
        pieces = [Piece(place, place + 1, _NUMERALS[text[place]]) for place in digits]
        matches = self._vocabulary.revealed(text, pieces)
        return [disguise(match, _HABIT, self.mechanism) for match in matches]

    def _is_near(self, text: str, place: int) -> bool:
        """Whether a lone digit, spelt out, makes part of a risk word with what stands beside it."""
        char = _NUMERALS[text[place]]
        return (
            text[place - 1 : place] + char in self._pairs
            or char + text[place + 1 : place + 2] in self._pairs
        )

    def _replicas(self, text: str) -> list[Disguise]:
        return [
            Disguise(*found.span(), "复刻", _JARGON, self.mechanism, "counterfeit_brand")
            for found in _ONE_TO_ONE.finditer(text)
            if _speaks_of_replicas(text, *found.span())
        ]

    def _numbers(self, text: str) -> list[Disguise]:
        return [
            Disguise(*found.span(), number, _CONTACT, self.mechanism, "off_platform_diversion")
            for found in _NUMBER.finditer(text)
            if _MOBILE.fullmatch(number := _digits(found[0])) and not _is_plain(found[0])
        ]


def _speaks_of_replicas(text: str, start: int, end: int) -> bool:
    first = max(0, start - _REPLICA_REACH)
    return _REPLICA.search(text, first, end + _REPLICA_REACH) is not None


def _digits(spelt: str) -> str:
    return "".join(_VALUES.get(char, char) for char in spelt if char not in " -.·")


def _is_plain(spelt: str) -> bool:
    return all(char in "0123456789 -.·" for char in spelt)
