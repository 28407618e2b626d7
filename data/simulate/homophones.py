"""Characters that sound alike (同音字), as a speech recogniser would mistake them.

Needs pypinyin, which only simulation and training use: it is imported when first asked.
"""

from collections import Counter
from collections.abc import Iterator
from functools import lru_cache
from math import sqrt
from typing import Final

import numpy as np

_FUZZY_SHARE: Final = 0.2
_INITIALS: Final = (
    ("zh", "z"),
    ("ch", "c"),
    ("sh", "s"),
    ("z", "zh"),
    ("c", "ch"),
    ("s", "sh"),
    ("l", "n"),
    ("n", "l"),
    ("f", "h"),
    ("h", "f"),
)
# The common characters of GB 2312, its level 1, have a first byte in this range.
_COMMON: Final = range(0xB0, 0xD8)


def syllables(word: str) -> list[str]:
    """The pinyin of each character without tone; what is no Chinese character stays.

    >>> syllables("银行v")
    ['yin', 'hang', 'v']
    """
    from pypinyin import lazy_pinyin

    return lazy_pinyin(word, errors=list)  # type: ignore[arg-type]  # it takes one a character


def toned(word: str) -> list[str]:
    """The pinyin of each character with tone marks.

    >>> toned("治疗")
    ['zhì', 'liáo']
    """
    from pypinyin import Style, lazy_pinyin

    return lazy_pinyin(word, style=Style.TONE, errors=list)  # type: ignore[arg-type]


def sounding_like(char: str, syllable: str, rng: np.random.Generator) -> str | None:
    """Another common character of this sound, or of nearly this sound one time in five.

    Likelier the more words it stands in. Nearly is as in the south: zh as z, n as l, ang as an.
    None when no common character sounds so.
    """
    near = [sound for sound in _nearly(syllable) if sound in _by_sound()]
    sound = syllable
    if near and rng.random() < _FUZZY_SHARE:
        sound = near[int(rng.integers(len(near)))]
    options = {other: weight for other, weight in _by_sound().get(sound, ()) if other != char}
    if not options:
        return None
    weights = np.array(list(options.values()))
    return list(options)[int(rng.choice(len(options), p=weights / weights.sum()))]


def _nearly(syllable: str) -> Iterator[str]:
    for heard, said in _INITIALS:
        rest = syllable.removeprefix(heard)
        if rest != syllable and not rest.startswith("h"):
            yield said + rest
    if syllable.endswith(("ang", "eng", "ing")):
        yield syllable[:-1]
    elif syllable.endswith(("an", "en", "in")):
        yield syllable + "g"


@lru_cache(maxsize=1)
def _by_sound() -> dict[str, tuple[tuple[str, float], ...]]:
    """Common characters of each syllable, weighted by the root of the phrases they stand in."""
    from pypinyin.phrases_dict import phrases_dict

    phrases = Counter(char for phrase in phrases_dict for char in set(phrase))
    found: dict[str, list[tuple[str, float]]] = {}
    for char in _common_characters():
        found.setdefault(syllables(char)[0], []).append((char, sqrt(1 + phrases[char])))
    return {sound: tuple(options) for sound, options in found.items()}


def _common_characters() -> Iterator[str]:
    for row in _COMMON:
        for cell in range(0xA1, 0xFF):
            try:
                yield bytes([row, cell]).decode("gb2312")
            except UnicodeDecodeError:
                continue  # the last row is not full
