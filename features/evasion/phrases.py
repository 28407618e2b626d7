"""Code phrases as the recogniser spells them: 心内痔疮 for 心灵之窗 (暗语的谐音)."""

from collections.abc import Iterator
from typing import Final

from features.evasion.shapes import Dictionary, Found, Shape
from features.evasion.sounds import sounds

_FORGIVING: Final = 4
"""Characters: in a phrase this long one syllable inside may be any other."""


def shapes(phrase_sounds: str) -> Iterator[Shape]:
    """The sounds of the phrase, and with one syllable inside misheard."""
    size = len(phrase_sounds)
    yield Shape("circumlocution", phrase_sounds, tuple(enumerate(range(size))))
    if size < _FORGIVING:
        return
    for misheard in range(1, size - 1):
        places = tuple((i, i) for i in range(size) if i != misheard)
        for code in sounds().syllables:
            heard = phrase_sounds[:misheard] + code + phrase_sounds[misheard + 1 :]
            yield Shape("circumlocution", heard, places)


def sureness(found: Found, dictionary: Dictionary) -> float:
    """How sure a match is the phrase: one character of it must stand there to the letter."""
    if not found.exact or found.splits_a_word:
        return 0.0
    return 1.0 if found.exact == len(found.word) else 0.9
