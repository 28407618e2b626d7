"""One form for what merchants and recognisers write in many, with the way back to the original."""

import re
import unicodedata
from functools import lru_cache
from typing import Final, NamedTuple

_COMMAS: Final = {",": "，", "、": "，", "﹐": "，"}
_STOPS: Final = {"!": "。", "?": "。", ";": "。", "\n": "。", "｡": "。", "．": "."}
_INVISIBLE: Final = frozenset({"Cf", "Cc", "Mn", "Me"})
# Hangul fillers and the empty Braille cell: letters and symbols by category, and blank on screen.
_BLANK: Final = frozenset("\u115f\u1160\u3164\uffa0\u2800")
# White on black letters and digits (🅥, ❶) and parts of characters (⺡): no compatibility forms.
_FILLED_LETTERS: Final = ("\U0001f150", "\U0001f170")
_FILLED_DIGITS: Final = re.compile("[\u24eb-\u24f4\u24ff\u2776-\u2793]")
_RADICALS: Final = str.maketrans("⺡⺾⺘⺖⻌⺅⻏⺮⺼⺬⻂⻐⻈⻠⺭", "氵艹扌忄辶亻阝竹月礻衤钅讠饣礻")
# A point ends a sentence unless it stands inside a number or a latin word: 3.5 and no.1 do not.
_FULL_STOP: Final = re.compile(r"(?<![a-z0-9])\.|\.(?![a-z0-9])")


class Normalised(NamedTuple):
    """Folded text; ``starts[i]`` is the code point of the original that gave ``text[i]``.

    ``starts`` is None when every character kept its place, which is the common case.
    """

    text: str
    starts: tuple[int, ...] | None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The original's code points behind ``text[start:end]``, end exclusive.

        >>> normalise("加V\\u200bX").span(1, 3)
        (1, 4)
        """
        if self.starts is None or start >= end:
            return start, end
        return self.starts[start], self.starts[end - 1] + 1


class _Folds(dict[str, str]):
    def __missing__(self, char: str) -> str:
        folded = char
        while (once := _fold_once(folded)) != folded:
            folded = once
        self[char] = folded
        return folded


def _fold_once(text: str) -> str:
    return "".join(_fold_char(c) for c in unicodedata.normalize("NFKC", text).lower())


def _fold_char(char: str) -> str:
    if (plain := _without_style(char)) != char:
        return plain
    if char in _COMMAS:
        return _COMMAS[char]
    if char in _STOPS:
        return _STOPS[char]
    category = unicodedata.category(char)
    if category == "Zs" or char == "\t":
        return " "
    return "" if category in _INVISIBLE or char in _BLANK else char


def _without_style(char: str) -> str:
    if _FILLED_DIGITS.match(char):
        return str(int(unicodedata.numeric(char)))
    for first in _FILLED_LETTERS:
        if 0 <= (place := ord(char) - ord(first)) < 26:
            return chr(ord("a") + place)
    return char.translate(_RADICALS)


_FOLDS: Final = _Folds()
_UNCHANGED: Final[set[str]] = set()
# The readers of a listing ask for its texts in turn; long ones would fill the memory.
_KEPT: Final = 256
_LONGEST_KEPT: Final = 2_000


def normalise(text: str) -> Normalised:
    """Fold width, case, compatibility forms and punctuation; drop what cannot be seen.

    Each character is folded alone (NFKC, lower case), so that positions can be mapped back;
    zero-width characters, controls and combining marks vanish. Commas become ``，``, sentence
    ends ``。``. Normalising twice is normalising once.

    >>> normalise("Ｎｏ.1，加V\\u200bX!").text
    'no.1，加vx。'
    """
    return _kept(text) if len(text) <= _LONGEST_KEPT else _folded(text)


def _folded(text: str) -> Normalised:
    changed = []
    for char in set(text) - _UNCHANGED:
        if _FOLDS[char] == char:
            _UNCHANGED.add(char)
        else:
            changed.append(char)
    if all(len(_FOLDS[char]) == 1 for char in changed):
        return Normalised(_stopped(_replaced(text, changed)), None)
    folded = [_FOLDS[char] for char in text]
    starts = tuple(i for i, piece in enumerate(folded) for _ in piece)
    return Normalised(_stopped("".join(folded)), starts)


_kept = lru_cache(_KEPT)(_folded)


def _replaced(text: str, changed: list[str]) -> str:
    # In any order: what a character is folded to is folded to itself.
    for char in changed:
        text = text.replace(char, _FOLDS[char])
    return text


def _stopped(text: str) -> str:
    return _FULL_STOP.sub("。", text) if "." in text else text
