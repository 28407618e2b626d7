"""Letters for words: dywe for 独一无二, 根z for 根治, 防i for 防癌 (首字母、字母代音)."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from pypinyin import lazy_pinyin

from data.lexicon import RiskWord
from data.mechanism import Mechanism
from features.evasion.completion import Completion, Guess, Settled, among_others
from features.evasion.disguise import Disguise
from features.evasion.pinyin import letters
from features.evasion.rewriting import deliberate

_RUN: Final = re.compile(r"(?<![a-z0-9.])[a-z]{1,6}(?![a-z0-9.])")
_ANY_LETTER: Final = re.compile("[a-z]")

_LONGEST_WORD: Final = 6
_SURE: Final = 3
"""Letters that stand for one word only; of fewer, something else has to speak for it."""

_CERTAINTY: Final = 0.65
_LETTERED: Final = frozenset("素维型号款码杯")
"""A letter after these belongs to them."""

_NUMERALS: Final = frozenset("一二三四五六七八九十")
"""Vitamins are counted so: b一, v一."""

_WORTH: Final = 0.3
_SERIOUS: Final = 0.5
_GRAVE: Final = 0.8
_READINGS: Final = 4

# How the letters are called, as a host hears them.
_NAMES: Final = {
    "a": ("ei", "ai"),
    "b": ("bi",),
    "c": ("xi", "si"),
    "d": ("di",),
    "e": ("yi",),
    "f": ("fu",),
    "g": ("ji", "zhi"),
    "i": ("ai",),
    "j": ("jie", "zhe"),
    "k": ("kai", "ke"),
    "l": ("le",),
    "m": ("mu",),
    "n": ("en",),
    "o": ("ou",),
    "p": ("pi",),
    "q": ("qiu", "kui", "qu"),
    "r": ("er", "a"),
    "s": ("si",),
    "t": ("ti",),
    "u": ("you", "yu"),
    "v": ("wei",),
    "y": ("wai",),
}


class _Spelling(NamedTuple):
    """``before`` and ``after`` are the characters of ``word`` that are left in Chinese."""

    before: str
    after: str
    word: RiskWord


class Letters:
    """Reads letters as words of which they are the initials, or as a syllable of a word."""

    mechanism: Final[Mechanism] = "pinyin"

    def __init__(
        self, words: Iterable[RiskWord], ordinary: Iterable[str], completion: Completion
    ) -> None:
        self._completion = completion
        self._initials: dict[str, str] = {}
        self._spellings: dict[tuple[str, str, str], list[_Spelling]] = {}
        for word in words:
            syllables = [letters(syllable) for syllable in lazy_pinyin(word.word, v_to_u=False)]
            if not all(syllables) or not 0 < len(syllables) == len(word.word) <= _LONGEST_WORD:
                continue
            self._initials[word.word] = "".join(syllable[:1] for syllable in syllables)
            for latin, spelling in _spellings(word, syllables):
                key = (latin, spelling.before[-1:], spelling.after[:1])
                self._spellings.setdefault(key, []).append(spelling)
        self._ordinary = frozenset(ordinary)
        self._latin = {latin for latin, _, _ in self._spellings} - self._ordinary

    def find(self, text: str) -> list[Disguise]:
        """Words in letters: by themselves where they are unmistakable, else where they complete
        a phrase of the lexicon or one stands beside the other."""
        if not _ANY_LETTER.search(text):
            return []
        guesses: list[Guess] = []
        for run in _RUN.finditer(text):
            if run[0] in self._latin:
                guess = self._guess(text, *run.span())
                if guess and not (guesses and guess.start < guesses[-1].end):
                    guesses.append(guess)
        if not guesses:
            return []
        settled = self._completion.settle(text, guesses)
        return [
            self._disguise(text, one)
            for number, (guess, one) in enumerate(zip(guesses, settled, strict=True))
            if one.beyond > 0
            or (
                one.word.weight >= _WORTH
                and (self._is_sure(text, guess) or _is_one_of_many(text, number, settled))
            )
        ]

    def _guess(self, text: str, start: int, end: int) -> Guess | None:
        """What the letters at ``[start, end)`` may stand for: the longest that fits around them."""
        latin, before, after = text[start:end], text[start - 1 : start], text[end : end + 1]
        words: dict[tuple[int, int], list[RiskWord]] = {}
        for key in dict.fromkeys(
            [(latin, before, after), (latin, before, ""), (latin, "", after), (latin, "", "")]
        ):
            for left, right, word in self._spellings.get(key, ()):
                if text.endswith(left, 0, start) and text.startswith(right, end):
                    words.setdefault((start - len(left), end + len(right)), []).append(word)
        if not words:
            return None
        span = max(words, key=lambda span: (span[1] - span[0], span))
        readings = dict.fromkeys(sorted(words[span], key=lambda word: -word.weight))
        return Guess(*span, tuple(readings)[:_READINGS])

    def _is_sure(self, text: str, guess: Guess) -> bool:
        """Whether the letters can be nothing else, whatever stands around them."""
        surface = text[guess.start : guess.end]
        if len(guess.readings) > 1 or surface in self._ordinary:
            return False
        if text[guess.start - 1 : guess.start] in _LETTERED:
            return False
        if len(surface) >= _SURE:
            return True
        is_mixed = not surface.isascii() and _NUMERALS.isdisjoint(surface)
        return is_mixed and guess.readings[0].weight >= _GRAVE

    def _disguise(self, text: str, one: Settled) -> Disguise:
        """The disguise; a letter that is not the character's initial stands for its sound."""
        surface, word = text[one.start : one.end], one.word
        spelt = zip(surface, word.word, self._initials[word.word], strict=True)
        is_initials = all(char in (plain, initial) for char, plain, initial in spelt)
        mechanism = self.mechanism if is_initials else "latin"
        weight = deliberate(_CERTAINTY, word)
        return Disguise(one.start, one.end, word.word, weight, mechanism, word.code)


def _is_one_of_many(text: str, number: int, settled: Sequence[Settled]) -> bool:
    """Whether another word nearby is in letters too, and one of the two is partly in Chinese:
    bare initials are those of cities and carriers as well (sf, gz)."""
    one = settled[number]
    is_mixed = not text[one.start : one.end].isascii()
    return any(
        max(other.word.weight, one.word.weight) >= _SERIOUS
        and (is_mixed or not text[other.start : other.end].isascii())
        for other in among_others(number, settled)
    )


def _spellings(word: RiskWord, syllables: Sequence[str]) -> Iterator[tuple[str, _Spelling]]:
    size = len(syllables)
    for first in range(size):
        for last in range(first + 1, size + 1):
            latin = "".join(syllable[:1] for syllable in syllables[first:last])
            yield latin, _Spelling(word.word[:first], word.word[last:], word)
        for letter, names in _NAMES.items():
            if syllables[first] in names and letter != syllables[first][0]:
                yield letter, _Spelling(word.word[:first], word.word[first + 1 :], word)
