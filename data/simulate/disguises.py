"""Disguises made to order (伪装生成): a text whose risky words no plain filter would know.

Made after section 6 of the domain notes, as a host speaks or a seller writes, and apart from the
code that undoes disguises, so that the one can be measured with the other.
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Final, Literal, NamedTuple, TypeVar

import numpy as np

from data import mechanism
from data.simulate.homophones import sounding_like, syllables, toned
from data.simulate.spellings import (
    CODE_PHRASES,
    DIGITS,
    EMOJI,
    LETTERS,
    SPLITS,
    VARIANTS,
)

Mechanism = mechanism.Mechanism | Literal["filler_homophone", "initials"]
"""How a word is disguised. Most are undone under their own name; ``filler_homophone`` (银和氧) is
two at once, ``initials`` (gf) a kind of pinyin."""

T = TypeVar("T")

_Writer = Callable[[str, np.random.Generator], str | None]

# How often each is heard in real rooms, by the counts of the domain notes.
_FILLERS: Final = {
    "某": 94,
    "和": 47,
    "过": 47,
    "抹": 5,
    "毛": 5,
    "母": 5,
    "摸": 5,
    "猛": 5,
    "什么": 10,
    "小": 3,
    "啊": 3,
    "个": 2,
}
_MASKS: Final = {"某": 30, "抹": 12, "毛": 10, "母": 10, "摸": 5, "*": 12, "×": 10, "□": 5, "○": 5}
_STUTTERS: Final = ("", "", "，", "那个", "嗯")
_SEPARATORS: Final = (" ", "-", ".", "·", "/", "_", "|", "  ", "~")
_ORNAMENTS: Final = ("❤", "★", "☆", "♡", "✨", "♪")
_INVISIBLE: Final = ("\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "\u00ad", "\ufe0f", "\u20e3")
_PRICED: Final = re.compile(r"(.*[\d一二两三四五六七八九十百千万几])(?:元|块钱|块)")
_CHANGED_SHARE: Final = 0.6


class Change(NamedTuple):
    """A disguised word ``surface`` at ``[start, end)`` of the new text, ``resolved`` before."""

    surface: str
    resolved: str
    start: int
    end: int


class Disguised(NamedTuple):
    """A text after disguising, with its changes in order of place."""

    text: str
    changes: tuple[Change, ...]

    def restored(self) -> str:
        """The text as it was, with every change taken back."""
        pieces, at = [], 0
        for change in self.changes:
            pieces += [self.text[at : change.start], change.resolved]
            at = change.end
        return "".join([*pieces, self.text[at:]])

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Where ``[start, end)`` of the text as it was stands now; changes are not cut."""
        return self._place(start, last=False), self._place(end, last=True)

    def _place(self, position: int, *, last: bool) -> int:
        grown = 0
        for change in self.changes:
            start = change.start - grown
            if position <= start:
                break
            if position < start + len(change.resolved):
                return change.end if last else change.start
            grown += len(change.surface) - len(change.resolved)
        return position + grown


def disguise(
    text: str,
    mechanism: Mechanism,
    words: Collection[str],
    rng: np.random.Generator,
    within: Sequence[tuple[int, int]] | None = None,
) -> Disguised:
    """The text with each of the ``words`` in it disguised, wherever the mechanism can.

    The longest word counts where two overlap. ``within`` limits it to words inside these spans.
    Not every mechanism suits every word: a filler needs two characters to stand between,
    clipping and a speaker's mask need three, ``currency`` an amount (五十元). What does not suit
    stays as it is.

    >>> made = disguise("改善关节", "softener", ["关节"], np.random.default_rng(0))
    >>> made.text, made.changes[0].resolved, made.restored()
    ('改善小关小节', '关节', '改善关节')
    """
    write = _WRITERS[mechanism]
    pieces: list[str] = []
    changes: list[Change] = []
    at = length = 0
    for start, end in _places(text, words):
        if within is not None and not any(a <= start and end <= b for a, b in within):
            continue
        word = text[start:end]
        surface = write(word, rng)
        if surface is None or surface == word:
            continue
        length += start - at
        changes.append(Change(surface, word, length, length + len(surface)))
        pieces += [text[at:start], surface]
        at, length = end, length + len(surface)
    return Disguised("".join([*pieces, text[at:]]), tuple(changes))


def _places(text: str, words: Collection[str]) -> Iterator[tuple[int, int]]:
    for match in _finder(frozenset(words)).finditer(text):
        yield match.span()


@lru_cache(maxsize=8)
def _finder(words: frozenset[str]) -> re.Pattern[str]:
    longest_first = sorted(words - {""}, key=lambda word: (-len(word), word))
    return re.compile("|".join(map(re.escape, longest_first)) or r"(?!)")


# Spoken


def _filler(word: str, rng: np.random.Generator) -> str | None:
    """关某节; now and then twice in a longer word, or before it as well."""
    if len(word) < 2:
        return None
    inside = range(1, len(word))
    places = {_pick(inside, rng)}
    if len(word) > 2 and rng.random() < 0.25:
        places.add(_pick(range(len(word)), rng))
    return "".join(
        (_weighted(_FILLERS, rng) if at in places else "") + char for at, char in enumerate(word)
    )


def _filler_homophone(word: str, rng: np.random.Generator) -> str | None:
    spelt = _homophone(word, rng)
    return _filler(spelt, rng) if spelt else None


def _mask(word: str, rng: np.random.Generator) -> str | None:
    """免某力, 糖×病, 癌*: of two characters only a written mask leaves enough to guess from."""
    if len(word) < 2:
        return None
    masks = {mask: n for mask, n in _MASKS.items() if len(word) > 2 or not mask.isalpha()}
    place = _pick(range(len(word)), rng) if len(word) > 2 else 1
    return word[:place] + _weighted(masks, rng) + word[place + 1 :]


def _homophone(word: str, rng: np.random.Generator) -> str | None:
    sounds = dict(zip(range(len(word)), syllables(word), strict=True))
    return _respelt(word, lambda at: sounding_like(word[at], sounds[at], rng), rng)


def _reduplication(word: str, rng: np.random.Generator) -> str | None:
    """便便秘秘, 便便秘, 便秘秘; of a long word one or two characters."""
    if len(word) < 2:
        return None
    if len(word) == 2 and rng.random() < 0.6:
        return "".join(char * 2 for char in word)
    doubled = {_pick(range(len(word)), rng) for _ in range(1 if len(word) == 2 else 2)}
    return "".join(char * 2 if at in doubled else char for at, char in enumerate(word))


def _softener(word: str, rng: np.random.Generator) -> str | None:
    """小关小注; of four characters and more every pair is softened."""
    step = 1 if len(word) < 4 else 2
    parts = [word[at : at + step] for at in range(0, len(word), step)]
    return "".join("小" + part for part in parts) if len(word) > 1 else None


def _clipping(word: str, rng: np.random.Generator) -> str | None:
    """免力, 脂高: the last character is what the rest leans on, so it stays."""
    if len(word) < 3:
        return None
    place = _pick(range(len(word) - 1), rng)
    return word[:place] + word[place + 1 :]


def _latin(word: str, rng: np.random.Generator) -> str | None:
    """免某e: a letter where one sounds like the character, else the first of its pinyin."""
    if len(word) < 2:
        return None
    sounds = syllables(word)
    fitting = [at for at, sound in enumerate(sounds) if sound in LETTERS]
    place = _pick(fitting or range(len(word)), rng)
    letter = LETTERS.get(sounds[place], sounds[place][0])
    return word[:place] + letter + word[place + 1 :]


def _stutter(word: str, rng: np.random.Generator) -> str | None:
    """血，血糖; 血那个糖; 小问题小题: begun again, or held up in the middle."""
    if len(word) < 2:
        return None
    place = _pick(range(1, len(word)), rng)
    held = _pick(_STUTTERS, rng)
    if held and rng.random() < 0.4:
        return word[:place] + held + word[place:]
    if rng.random() < 0.3:
        return word + held + word[place:]
    return word[:place] + held + word


def _circumlocution(word: str, rng: np.random.Generator) -> str | None:
    phrases = CODE_PHRASES.get(word)
    return _pick(phrases, rng) if phrases else None


def _currency(word: str, rng: np.random.Generator) -> str | None:
    amount = _PRICED.fullmatch(word)
    return amount[1] + "米" if amount else None


# Written


def _width(word: str, rng: np.random.Generator) -> str | None:
    """ｖｘ, ⓥⓧ, and radicals (⾼) and other forms that only look like the character."""
    style = int(rng.integers(4))

    def wide(at: int) -> str | None:
        forms = _compatible().get(word[at], ())
        return forms[style % len(forms)] if forms else None

    return _respelt(word, wide, rng)


def _invisible(word: str, rng: np.random.Generator) -> str | None:
    """Characters of no width, joiners and combining marks between the characters."""
    places = _chosen(range(1, len(word) + 1)[: max(1, len(word) - 1)], rng)
    return "".join(
        char + (_pick(_INVISIBLE, rng) if at in places else "") for at, char in enumerate(word, 1)
    )


def _variant(word: str, rng: np.random.Generator) -> str | None:
    return _from_table(word, VARIANTS, rng)


def _split(word: str, rng: np.random.Generator) -> str | None:
    return _from_table(word, SPLITS, rng)


def _pinyin(word: str, rng: np.random.Generator) -> str | None:
    """zui好, jiǎn肥: mostly one character, with or without the tone."""
    sounds = toned(word) if rng.random() < 0.2 else syllables(word)
    if rng.random() < 0.3:
        return "".join(sounds)
    place = _pick(range(len(word)), rng)
    return word[:place] + sounds[place] + word[place + 1 :]


def _initials(word: str, rng: np.random.Generator) -> str | None:
    """gf for 高仿, 国家j for 国家级."""
    if len(word) < 2:
        return None
    letters = "".join(sound[0] for sound in syllables(word))
    letters = letters.upper() if rng.random() < 0.3 else letters
    return letters if rng.random() < 0.5 else word[:-1] + letters[-1]


def _symbol(word: str, rng: np.random.Generator) -> str | None:
    """💊 for 药; where no picture fits, an ornament inside (微❤信)."""
    pictured = _from_table(word, EMOJI, rng)
    if pictured or len(word) < 2:
        return pictured
    place = _pick(range(1, len(word)), rng)
    return word[:place] + _pick(_ORNAMENTS, rng) + word[place:]


def _spacing(word: str, rng: np.random.Generator) -> str | None:
    return _pick(_SEPARATORS, rng).join(word) if len(word) > 1 else None


def _digit(word: str, rng: np.random.Generator) -> str | None:
    return _from_table(word, DIGITS, rng)


_WRITERS: Final[Mapping[Mechanism, _Writer]] = {
    "filler": _filler,
    "filler_homophone": _filler_homophone,
    "mask": _mask,
    "homophone": _homophone,
    "reduplication": _reduplication,
    "softener": _softener,
    "clipping": _clipping,
    "latin": _latin,
    "stutter": _stutter,
    "circumlocution": _circumlocution,
    "currency": _currency,
    "width": _width,
    "invisible": _invisible,
    "variant": _variant,
    "split": _split,
    "pinyin": _pinyin,
    "initials": _initials,
    "symbol": _symbol,
    "spacing": _spacing,
    "digit": _digit,
}

MECHANISMS: Final = tuple(_WRITERS)
"""All there are, those of speech first."""


def _from_table(
    word: str, table: Mapping[str, Sequence[str]], rng: np.random.Generator
) -> str | None:
    return _respelt(
        word, lambda at: _pick(table[word[at]], rng) if word[at] in table else None, rng
    )


def _respelt(word: str, spell: Callable[[int], str | None], rng: np.random.Generator) -> str | None:
    """The word with some of its characters spelt otherwise, at least one; None if none can be."""
    spelt = {at: other for at in range(len(word)) if (other := spell(at)) is not None}
    if not spelt:
        return None
    chosen = _chosen(list(spelt), rng)
    return "".join(spelt[at] if at in chosen else char for at, char in enumerate(word))


@lru_cache(maxsize=1)
def _compatible() -> dict[str, list[str]]:
    """The characters of Unicode that stand for one other character and are shown like it."""
    found: dict[str, list[str]] = {}
    for code in (
        *range(0x2F00, 0x2FE0),
        *range(0xFF01, 0xFF5F),
        *range(0x24B6, 0x24EA),
        *range(0x1D400, 0x1D434),
        *range(0xF900, 0xFB00),
    ):
        plain = unicodedata.normalize("NFKC", chr(code))
        if len(plain) == 1 and plain != chr(code):
            found.setdefault(plain, []).append(chr(code))
    return found


def _chosen(places: Sequence[int], rng: np.random.Generator) -> set[int]:
    """Some of the places, at least one."""
    chosen = {place for place in places if rng.random() < _CHANGED_SHARE}
    return chosen or {_pick(places, rng)}


def _pick(options: Sequence[T], rng: np.random.Generator) -> T:
    return options[int(rng.integers(len(options)))]


def _weighted(weights: Mapping[str, int], rng: np.random.Generator) -> str:
    shares = np.array(list(weights.values()), dtype=np.float64)
    return list(weights)[int(rng.choice(len(shares), p=shares / shares.sum()))]
