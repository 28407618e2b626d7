"""Words spelt partly or wholly in pinyin (夹拼音): zui好, 治liao."""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final, NamedTuple

from pypinyin import lazy_pinyin

from data.lexicon import RiskWord
from data.mechanism import Mechanism
from features.evasion.disguise import Disguise
from features.evasion.rewriting import Vocabulary, deliberate

_LATIN: Final = r"a-zà-öø-ÿāēīōūǎěǐǒǔǖǘǚǜń\u01f9ň"
_RUN: Final = re.compile(rf"[{_LATIN}]{{1,24}}(?:[ '·-][{_LATIN}]{{1,6}}){{0,5}}(?![{_LATIN}0-9])")
_LATIN_OR_DIGIT: Final = re.compile(f"[{_LATIN}0-9]")
_HAN: Final = re.compile(r"[\u4e00-\u9fff]+")

_MIXED: Final = 0.9
_WHOLE: Final = 0.7
_SHORTEST_WHOLE: Final = 6
_LONGEST_WORD: Final = 6


class _Spelling(NamedTuple):
    """``before`` and ``after`` are the characters of ``word`` that are left in Chinese."""

    before: str
    after: str
    word: RiskWord
    certainty: float


class Pinyin:
    """Reads letters as the characters that they spell, where a risk word results."""

    mechanism: Final[Mechanism] = "pinyin"

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._spellings: dict[tuple[str, str, str], list[_Spelling]] = {}
        for word in vocabulary.words.values():
            if len(word.word) <= _LONGEST_WORD and _HAN.fullmatch(word.word):
                for latin, spelling in _spellings(word):
                    key = (latin, spelling.before[-1:], spelling.after[:1])
                    self._spellings.setdefault(key, []).append(spelling)

        self._latin = {latin for latin, _, _ in self._spellings}

    def find(self, text: str) -> list[Disguise]:
        """Risk words of which a part is spelt in letters, with or without tone marks."""
        return [
            found
            for run in _RUN.finditer(text)
            if not (run.start() and _LATIN_OR_DIGIT.match(text, run.start() - 1))
            for start, end in _readings(run)
            if (found := self._read(text, start, end)) is not None
        ]

    def _read(self, text: str, start: int, end: int) -> Disguise | None:
        latin = text[start:end]
        latin = latin if latin.isalpha() and latin.isascii() else letters(latin)
        if latin not in self._latin:
            return None
        best: Disguise | None = None
        for spelling in self._candidates(latin, text, start, end):
            span = _span(text, start, end, spelling)
            if span is None or (best is not None and len(best.resolved) >= len(spelling.word.word)):
                continue
            if self._stands(text, span, spelling.word.word):
                weight = deliberate(spelling.certainty, spelling.word)
                best = Disguise(
                    *span, spelling.word.word, weight, self.mechanism, spelling.word.code
                )
        return best

    def _candidates(self, latin: str, text: str, start: int, end: int) -> Iterator[_Spelling]:
        before = text[max(0, start - 2) : start].rstrip(" ")[-1:]
        after = text[end : end + 2].lstrip(" ")[:1]
        for key in dict.fromkeys(
            [(latin, before, after), (latin, before, ""), (latin, "", after), (latin, "", "")]
        ):
            yield from self._spellings.get(key, ())

    def _stands(self, text: str, span: tuple[int, int], word: str) -> bool:
        before, after = text[max(0, span[0] - 8) : span[0]], text[span[1] : span[1] + 8]
        plain = before + word + after
        return not self._vocabulary.splits_words(plain, len(before), len(before) + len(word))


def letters(spelt: str) -> str:
    """Pinyin without tones and gaps; ü is v.

    >>> letters("zhì liáo"), letters("nǚ")
    ('zhiliao', 'nv')
    """
    decomposed = unicodedata.normalize("NFD", spelt).replace("u\u0308", "v")
    return "".join(char for char in decomposed if "a" <= char <= "z")


def _readings(run: re.Match[str]) -> list[tuple[int, int]]:
    """The run as a whole, and where it has gaps each of its words."""
    if run[0].isalpha():
        return [run.span()]
    parts = [part.span() for part in re.finditer(rf"[{_LATIN}]+", run[0])]
    at = run.start()
    return [run.span(), *((at + s, at + e) for s, e in parts if len(parts) > 1)]


def _spellings(word: RiskWord) -> list[tuple[str, _Spelling]]:
    syllables = [letters(syllable) for syllable in lazy_pinyin(word.word, v_to_u=False)]
    if len(syllables) != len(word.word):
        return []
    size = len(syllables)
    found: list[tuple[str, _Spelling]] = []
    for first in range(size):
        for last in range(first + 1, size + 1):
            latin = "".join(syllables[first:last])
            before, after = word.word[:first], word.word[last:]
            if last - first < size and len(latin) > 1:
                found.append((latin, _Spelling(before, after, word, _MIXED)))
            elif last - first == size and len(latin) >= _SHORTEST_WHOLE:
                found.append((latin, _Spelling("", "", word, _WHOLE)))
    return found


def _span(text: str, start: int, end: int, spelling: _Spelling) -> tuple[int, int] | None:
    """Where the word stands around ``[start, end)``; a space may divide letters and characters."""
    if spelling.before:
        if start and text[start - 1] == " ":
            start -= 1
        if not text.endswith(spelling.before, 0, start):
            return None
        start -= len(spelling.before)
    if spelling.after:
        if text[end : end + 1] == " ":
            end += 1
        if not text.startswith(spelling.after, end):
            return None
        end += len(spelling.after)
    return start, end
