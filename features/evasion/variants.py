"""Traditional and look-alike characters (繁体、异体、形近字、火星文) as the simplified ones."""

import re
from collections.abc import Iterable
from functools import cache
from typing import Final

from opencc import OpenCC

from data.characters import Confusable, LookalikeKind
from data.mechanism import Mechanism
from features.evasion.disguise import Disguise
from features.evasion.rewriting import Match, Piece, Vocabulary, disguise

_IN_WORD: Final = 0.9
_COMMON_IN_WORD: Final = 0.7
_LOOKALIKE: Final = 0.5
_TRADITIONAL: Final = 0.2
_LETTERS: Final = 0.8

_IDEOGRAPHS: Final = range(0x4E00, 0xA000)
# Latin beyond ASCII, Greek, Cyrillic and Armenian: the alphabets that look-alike letters are of.
_LETTER_WORD: Final = re.compile(r"[a-z\u00c0-\u058f\u1d00-\u1d7f\ua720-\uab6f]{2,}")


class Variants:
    """Reads variants as plain characters, one for one, so that places keep their numbers.

    A traditional character is folded wherever it has no simplified use of its own (乾隆 and 著名
    stay). It is a disguise only in otherwise simplified text: who writes in traditional
    characters throughout hides nothing.
    """

    mechanism: Final[Mechanism] = "variant"

    def __init__(self, confusables: Iterable[Confusable], vocabulary: Vocabulary) -> None:
        rows = tuple(confusables)
        self._vocabulary = vocabulary
        self._lookalikes = _of_kind(rows, "lookalike")
        self._letters = _of_kind(rows, "letter")
        self._plain = {**simplified_forms(), **_of_kind(rows, "variant"), **self._lookalikes}
        hidden = set("".join(vocabulary.words))
        common = _of_kind(rows, "common")
        self._common = {char: plain for char, plain in common.items() if plain in hidden}
        self._table = str.maketrans(self._plain)
        self._folded = _any_of([*self._plain, *self._letters])
        self._hiding = _any_of([*self._common])
        self._pairs = {
            word[place : place + 2] for word in vocabulary.words for place in range(len(word) - 1)
        }
        self._seen = _any_of([*self._plain, *self._letters, *self._common])

    def are_in(self, text: str) -> bool:
        """Whether the text has any variant, or a character that may stand for another."""
        return self._seen.search(text) is not None

    def fold(self, text: str) -> str:
        """The text with every variant replaced that means one character only."""
        if not self._folded.search(text):
            return text
        return _LETTER_WORD.sub(self._latin_word, text.translate(self._table))

    def find(self, text: str) -> list[Disguise]:
        """Words and single characters that are disguised by the form of a character."""
        if not self.are_in(text):
            return []
        matches = self._matches(text)
        if not matches and not self._folded.search(text):
            return []
        is_traditional = _is_traditional(text)
        in_words = [
            disguise(match, certainty, self.mechanism)
            for match in matches
            if (certainty := self._certainty(text, match, is_traditional))
        ]
        alone = self._alone(text, matches, is_traditional)
        return sorted([*in_words, *alone, *self._of_letters(text)])

    def _matches(self, text: str) -> list[Match]:
        folded = text.translate(self._table)
        pieces = [
            Piece(*found.span(), folded[found.start()])
            for found in self._seen.finditer(text)
            if found[0] in self._plain
        ]
        pieces.extend(
            Piece(*found.span(), plain)
            for found in self._hiding.finditer(folded)
            if self._is_near(folded, found.start(), plain := self._common[found[0]])
        )
        return self._vocabulary.revealed(text, sorted(pieces))

    def _is_near(self, folded: str, place: int, plain: str) -> bool:
        """Whether ``plain`` makes two characters of a risk word with one of its neighbours."""
        before, after = folded[max(0, place - 1) : place], folded[place + 1 : place + 2]
        return before + plain in self._pairs or plain + after in self._pairs

    def _certainty(self, text: str, match: Match, is_traditional: bool) -> float:
        surface = text[match.start : match.end]
        if not self._lookalikes.keys().isdisjoint(surface):
            return _IN_WORD
        if not self._common.keys().isdisjoint(set(surface) - set(match.word.word)):
            splits = self._vocabulary.splits_words(text, match.start, match.end)
            return 0.0 if splits else _COMMON_IN_WORD
        return 0.0 if is_traditional else _IN_WORD

    def _alone(self, text: str, matches: list[Match], is_traditional: bool) -> list[Disguise]:
        """Variants outside risk words, each run of them as one."""
        counted = self._lookalikes if is_traditional else self._plain
        inside = {place for match in matches for place in range(match.start, match.end)}
        runs: list[list[int]] = []
        for found in self._folded.finditer(text):
            place = found.start()
            if found[0] not in counted or place in inside:
                continue
            if runs and runs[-1][-1] == place - 1:
                runs[-1].append(place)
            else:
                runs.append([place])
        return [self._run(text, run[0], run[-1] + 1) for run in runs]

    def _run(self, text: str, start: int, end: int) -> Disguise:
        hides = not self._lookalikes.keys().isdisjoint(text[start:end])
        resolved = text[start:end].translate(self._table)
        return Disguise(start, end, resolved, _LOOKALIKE if hides else _TRADITIONAL, self.mechanism)

    def _of_letters(self, text: str) -> list[Disguise]:
        return [
            Disguise(*match.span(), latin, _LETTERS, self.mechanism)
            for match in _LETTER_WORD.finditer(text)
            if (latin := self._latin_word(match)) != match[0]
        ]

    def _latin_word(self, match: re.Match[str]) -> str:
        """The word in latin letters, if all its letters look latin; else as it is."""
        latin = "".join(self._letters.get(char, char) for char in match[0])
        return latin if latin.isascii() else match[0]


@cache
def simplified_forms() -> dict[str, str]:
    """Traditional and Japanese characters without a simplified use, and their simplified form.

    Simplified use is membership of GB 2312, whose 6,763 characters are those of simplified
    print.
    """
    characters = [chr(point) for point in _IDEOGRAPHS if not _in_gb2312(chr(point))]
    simplified = _converted(_converted(characters, "jp2t"), "t2s")
    of_traditional = _converted(characters, "t2s")
    forms = {}
    for char, japanese, chinese in zip(characters, simplified, of_traditional, strict=True):
        plain = chinese if chinese != char else japanese
        if plain != char and _in_gb2312(plain):
            forms[char] = plain
    return forms


@cache
def _only_simplified() -> frozenset[str]:
    characters = [chr(point) for point in _IDEOGRAPHS if _in_gb2312(chr(point))]
    traditional = _converted(characters, "s2t")
    return frozenset(c for c, t in zip(characters, traditional, strict=True) if c != t)


def _is_traditional(text: str) -> bool:
    """Whether the writer uses traditional characters, rather than one here and there."""
    forms = simplified_forms()
    traditional = sum(char in forms for char in text)
    if traditional < 2:
        return False
    return traditional > sum(char in _only_simplified() for char in text)


def _converted(characters: list[str], configuration: str) -> list[str]:
    # Line by line: next to each other they would be taken for words.
    converted: str = OpenCC(configuration).convert("\n".join(characters))
    return converted.split("\n")


def _in_gb2312(char: str) -> bool:
    try:
        char.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def _of_kind(rows: Iterable[Confusable], kind: LookalikeKind) -> dict[str, str]:
    return {row.surface: row.plain for row in rows if row.kind == kind}


def _any_of(characters: list[str]) -> re.Pattern[str]:
    return re.compile(f"[{re.escape(''.join(characters))}]" if characters else r"(?!)")
