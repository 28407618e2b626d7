"""Long words with a character left out: 独无二 for 独一无二 (缩略)."""

from collections.abc import Iterator
from typing import Final

from features.evasion.shapes import Dictionary, Found, Shape

_SHORTEST: Final = 4
"""Characters: what is left of a shorter word is mostly another; the alias table lists those."""


def shapes(word_sounds: str) -> Iterator[Shape]:
    """The sounds of a long word without one character, which is never the last."""
    size = len(word_sounds)
    for missing in range(size - 1 if size >= _SHORTEST else 0):
        places = tuple((i - (i > missing), i) for i in range(size) if i != missing)
        left = word_sounds[:missing] + word_sounds[missing + 1 :]
        yield Shape("clipping", left, places)


def sureness(found: Found, dictionary: Dictionary) -> float:
    """How sure a match is the word: all that is left of it must stand there to the letter."""
    if found.exact < len(found.word) - 1 or found.splits_a_word:
        return 0.0
    if found.start and found.text.startswith(found.word, found.start - 1):
        return 0.0
    return 0.0 if dictionary.knows(found.text[found.start : found.end]) else 0.6
