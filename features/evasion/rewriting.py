"""Risk words (敏感词) that appear once pieces of a text are written plainly."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from ahocorasick_rs import AhoCorasick

from data.lexicon import RiskWord
from data.mechanism import Mechanism
from features.evasion.disguise import Disguise
from features.tokenise import Tokeniser

_REACH: Final = 8
"""Characters around a word that decide where the words beside it end."""

_SERIOUS: Final = 0.5
"""The weight of words that nobody disguises for fun."""


class Piece(NamedTuple):
    """``[start, end)`` of a text, to be written as ``plain``, or left out where that is empty."""

    start: int
    end: int
    plain: str


class Match(NamedTuple):
    """A risk word at ``[start, end)`` of the text before it was written plainly."""

    start: int
    end: int
    word: RiskWord
    breaks: tuple[int, ...]
    """Where in the word a piece was left out, in characters from its beginning."""


class Vocabulary:
    """The words that disguises hide. Looking up has no state: threads may share one."""

    def __init__(self, words: Iterable[RiskWord], tokeniser: Tokeniser) -> None:
        self.words = {word.word: word for word in words}
        self.tokeniser = tokeniser
        self._ordered = list(self.words.values())
        self._automaton = AhoCorasick([word.word for word in self._ordered])

    def revealed(self, text: str, pieces: Sequence[Piece]) -> list[Match]:
        """The longest risk words that hold a whole piece, once all pieces are written plainly.

        ``pieces`` are ordered and do not overlap. A word whose ends split other words does not
        count: 提髙仿佛 hides no 高仿.
        """
        if not pieces:
            return []
        plain = rewritten(text, pieces)
        found: list[tuple[int, int, int]] = self._automaton.find_matches_as_indexes(
            plain.text, overlapping=True
        )
        matches: list[Match] = []
        free_from = 0
        for index, start, end in sorted(found, key=lambda match: (match[1], -match[2])):
            if start < free_from or not plain.touches(start, end):
                continue
            if self.splits_words(plain.text, start, end):
                continue
            matches.append(
                Match(*plain.origin(start, end), self._ordered[index], plain.breaks(start, end))
            )
            free_from = end
        return matches

    def splits_words(self, text: str, start: int, end: int) -> bool:
        """Whether a dictionary word lies partly inside ``text[start:end]`` and partly outside.

        A compound that holds all of it does not count: 减肥茶 holds 减肥.
        """
        tokens = self.tokeniser.tokens(text, max(0, start - _REACH), min(len(text), end + _REACH))
        return any(
            token.known
            and (token.start < start < token.end < end or start < token.start < end < token.end)
            for token in tokens
        )

    def is_whole_at(self, word: str, place: int) -> bool:
        """Whether nobody writes a gap ``place`` characters into ``word``.

        So it is inside a dictionary word (减|肥) and between two single characters, not between
        words of their own (高血压|药).
        """
        if place in self.tokeniser.inside_words(word, 0, len(word)):
            return True
        tokens = self.tokeniser.tokens(word)
        return all(
            token.end - token.start == 1 for token in tokens if place in (token.start, token.end)
        )


def disguise(match: Match, certainty: float, mechanism: Mechanism) -> Disguise:
    """The match as a disguise."""
    word = match.word
    weight = deliberate(certainty, word)
    return Disguise(match.start, match.end, word.word, weight, mechanism, word.code)


def deliberate(certainty: float, word: RiskWord) -> float:
    """How sure a disguise is deliberate whose form is ``certainty`` sure to be one.

    Form alone decides, except for words whose disguise is a habit (小关小注).
    """
    return certainty if word.weight >= _SERIOUS else min(certainty, word.weight)


class Rewritten(NamedTuple):
    """A text with pieces of it written plainly, which leads back to the text as it was."""

    text: str
    starts: list[int]
    ends: list[int]
    pieces: Sequence[Piece]

    def places(self) -> list[tuple[int, int]]:
        """Where each of the pieces stands in the plain text."""
        spans = []
        grown = 0
        for piece in self.pieces:
            start = piece.start + grown
            spans.append((start, start + len(piece.plain)))
            grown += len(piece.plain) - (piece.end - piece.start)
        return spans

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """The span of the text as it was behind ``[start, end)`` of the plain one."""
        return self.starts[start], self.ends[end - 1]

    def touches(self, start: int, end: int) -> bool:
        """Whether a whole piece lies in ``[start, end)`` of the plain text."""
        first, last = self.origin(start, end)
        at = bisect_left(self.pieces, first, key=_start)
        return at < len(self.pieces) and self.pieces[at].end <= last

    def breaks(self, start: int, end: int) -> tuple[int, ...]:
        """Where in ``[start, end)`` a piece was left out, in characters from ``start``."""
        return tuple(
            at - start for at in range(start + 1, end) if self.ends[at - 1] < self.starts[at]
        )


def _start(piece: Piece) -> int:
    return piece.start


def rewritten(text: str, pieces: Sequence[Piece]) -> Rewritten:
    """The text with the pieces written plainly; they are ordered and do not overlap."""
    parts: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at = 0
    for piece in [*pieces, Piece(len(text), len(text), "")]:
        parts.append(text[at : piece.start])
        starts.extend(range(at, piece.start))
        ends.extend(range(at + 1, piece.start + 1))
        parts.append(piece.plain)
        starts.extend([piece.start] * len(piece.plain))
        ends.extend([piece.end] * len(piece.plain))
        at = piece.end
    return Rewritten("".join(parts), starts, ends, pieces)
