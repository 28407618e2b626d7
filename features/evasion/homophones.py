"""Words spelt by sound: 骨质曾生, 胡肤, 去班 (谐音)."""

from collections.abc import Iterator
from typing import Final

from features.evasion.shapes import Dictionary, Found, Shape
from features.evasion.sounds import same_syllable

_SHORTEST: Final = 3
"""Characters: of what sounds like a shorter word, ``Pairs`` asks what stands around it."""

_LONG: Final = 4


def shapes(word_sounds: str) -> Iterator[Shape]:
    """The sounds of the word itself, if it is long enough."""
    if len(word_sounds) >= _SHORTEST:
        yield Shape("homophone", word_sounds, tuple(enumerate(range(len(word_sounds)))))


def sureness(found: Found, dictionary: Dictionary) -> float:
    """How sure a match is the word: recognisers slip too.

    The characters must be the same syllables, of a long word all but one, and what is misspelt
    must not be part of an ordinary word.
    """
    size = len(found.word)
    if found.exact == size or found.splits_a_word:
        return 0.0
    slurred = sum(
        not same_syllable(found.text[found.start + there], found.word[here])
        for there, here in found.shape.places
    )
    if slurred > (size >= _LONG):
        return 0.0
    if any(found.borders.in_a_word(place) for place in found.changed):
        return 0.0
    return 0.7
