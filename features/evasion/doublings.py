"""Doubled and softened words: 便便秘秘, 红丝丝, 小关小注 (叠字, 小X小Y)."""

from collections.abc import Iterator, Sequence
from typing import Final

from features.evasion.shapes import Dictionary, Found, Shape
from features.evasion.sounds import sounds

_DOUBLED: Final[dict[int, list[tuple[int, ...]]]] = {
    2: [(0, 0, 1, 1)],
    3: [(0, 2, 2), (0, 0, 1, 1, 2, 2)],
    4: [(0, 0, 1, 1, 2, 2, 3, 3)],
}
"""Which characters of the word stand where, by the length of the word. 价格格 is a stutter."""


def doubled_shapes(word_sounds: str) -> Iterator[Shape]:
    """The sounds of a word with characters doubled, others perhaps left out."""
    for order in _DOUBLED.get(len(word_sounds), ()):
        yield _shape(word_sounds, order)


def softened_shapes(word_sounds: str) -> Iterator[Shape]:
    """The sounds of a word with 小 before each character."""
    if not 2 <= len(word_sounds) <= 4:
        return
    table = sounds()
    small, also = table.of("小"), table.syllable("he")
    places = tuple((2 * index + 1, index) for index in range(len(word_sounds)))
    yield Shape("softener", "".join(small + sound for sound in word_sounds), places)
    if len(word_sounds) == 2:
        first, second = word_sounds[0], word_sounds[1]
        yield Shape("softener", small + first + also + small + second, ((1, 0), (4, 1)))


def doubled_sureness(found: Found, dictionary: Dictionary) -> float:
    """How sure a match is deliberate: what is left of the word must stand there to the letter."""
    order = [index for _, index in found.shape.places]
    said = found.text[found.start : found.end]
    if len(set(found.word)) == 1:  # 宝宝宝宝 calls them twice
        return 0.0
    if found.exact < len(set(order)) or not _is_doubled(said, order):
        return 0.0
    return 0.0 if found.splits_a_word or dictionary.knows(said) else 0.7


def softened_sureness(found: Found, dictionary: Dictionary) -> float:
    """How sure a match is deliberate: both 小 must be written so."""
    said = found.text[found.start : found.end]
    if said[0] != "小" or said.count("小") < len(found.word):
        return 0.0
    if found.exact == len(found.word):
        return 1.0
    return 0.0 if found.splits_a_word else 0.7


def _is_doubled(said: str, order: Sequence[int]) -> bool:
    """Whether what is said twice is written the same twice."""
    by_index: dict[int, set[str]] = {}
    for char, index in zip(said, order, strict=True):
        by_index.setdefault(index, set()).add(char)
    return all(len(chars) == 1 for chars in by_index.values())


def _shape(word_sounds: str, order: Sequence[int]) -> Shape:
    codes = "".join(word_sounds[index] for index in order)
    return Shape("reduplication", codes, tuple(enumerate(order)))
