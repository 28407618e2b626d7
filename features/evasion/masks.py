"""A character of a word hidden behind a mumble or a mark: 免某力, 白某障, 糖*病 (遮字)."""

from collections.abc import Iterator
from typing import Final

from features.evasion.shapes import Dictionary, Found, Shape
from features.evasion.sounds import MARKS, MASK, sounds

_LONG: Final = 3
"""Characters: of a shorter word little is left once one is masked."""

_WHAT: Final = "什么"


def shapes(word_sounds: str) -> Iterator[Shape]:
    """The sounds of a word with one character masked."""
    mumble, what = sounds().syllable("mou"), sounds().of(_WHAT)
    size = len(word_sounds)
    for hidden in range(1, size - 1):
        masked = word_sounds[:hidden] + what + word_sounds[hidden + 1 :]
        places = tuple((i + (i > hidden), i) for i in range(size) if i != hidden)
        yield Shape("mask", masked, places, (hidden, hidden + 1))
    for hidden in range(size if size >= _LONG else 0):
        yield from _masked(word_sounds, hidden, MASK if not hidden else mumble + MASK)
    if size < _LONG:
        yield from _masked(word_sounds, size - 1, MASK)


def sureness(found: Found, dictionary: Dictionary) -> float:
    """How sure a match is deliberate: all else must stand there to the letter, or 某 does."""
    hidden, left = found.added, len(found.word) - 1
    if hidden in MARKS:
        if found.exact < left or (left == 1 and hidden not in "*×□○"):
            return 0.0
        if left == 1 and found.splits_a_word:
            # 德国进口*天猫首发*面霜: stars between words, no half of 口臭.
            return 0.0
        return 0.0 if found.text[found.end : found.end + 1].isdigit() else 1.0
    if hidden == _WHAT:
        return 0.0 if found.exact < left or found.splits_a_word else 0.8
    place = found.start + found.shape.added[0]
    if found.word[found.shape.added[0]] == hidden or not found.exact:
        return 0.0
    if hidden == "某":
        if found.exact == left:
            return 1.0
        return 0.0 if found.splits_a_word else 0.8
    is_last = found.shape.added[0] == left
    if is_last or hidden in "们么没名明面民" or dictionary.knows(found.text[place : place + 2]):
        return 0.0
    if found.exact == left:
        return 0.9
    return 0.0 if found.splits_a_word or found.borders.in_a_word(place) else 0.6


def _masked(word_sounds: str, hidden: int, masks: str) -> Iterator[Shape]:
    places = tuple((i, i) for i in range(len(word_sounds)) if i != hidden)
    for mask in masks:
        masked = word_sounds[:hidden] + mask + word_sounds[hidden + 1 :]
        yield Shape("mask", masked, places, (hidden,))
