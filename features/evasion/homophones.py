"""Words spelt by sound: 骨质曾生, 胡肤, 去班 (谐音)."""

from collections.abc import Iterator

from features.evasion.shapes import Dictionary, Found, Shape
from features.evasion.sounds import same_syllable

SHORTEST = 3
"""Characters: what sounds like a shorter word is too often another; the alias table lists those."""


def shapes(word_sounds: str) -> Iterator[Shape]:
    """The sounds of the word itself, if it is long enough."""
    if len(word_sounds) >= SHORTEST:
        yield Shape("homophone", word_sounds, tuple(enumerate(range(len(word_sounds)))))


def sureness(found: Found, dictionary: Dictionary) -> float:
    """How sure a match is the word: recognisers slip too.

    One character must stand there to the letter, the others must be the same syllable, and what
    is misspelt must not be part of an ordinary word.
    """
    if not found.exact or found.exact == len(found.word) or found.splits_a_word:
        return 0.0
    for there, here in found.shape.places:
        said, meant = found.text[found.start + there], found.word[here]
        if said != meant and not same_syllable(said, meant):
            return 0.0
    if any(found.borders.in_a_word(place) for place in found.changed):
        return 0.0
    return 0.7
