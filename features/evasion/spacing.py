"""Spaces, points and emoji put inside words (词内加空格、标点、表情): 高 仿, 高-仿, 高🔥仿."""

import re
from typing import Final

from data.mechanism import Mechanism
from features.evasion.disguise import Disguise
from features.evasion.rewriting import Match, Piece, Vocabulary, disguise
from features.normalise import Normalised

_EMOJI: Final = (
    "\u2190-\u21ff\u2300-\u23ff\u2460-\u27bf\u2900-\u297f\u2b00-\u2bff\U0001f000-\U0001faff"
)
_MARKS: Final = r" \-.·•_~|/\\'\"+=^`…"
# A look-behind would be tried at every character.
_GAP: Final = re.compile(rf"[{_MARKS}{_EMOJI}]{{1,3}}(?=[\u4e00-\u9fff])")

_POINTS: Final = re.compile(r"[.．](?=([\u4e00-\u9fff]))")
_DELIBERATE: Final = 0.85
_POINT: Final = 0.6
_HABIT: Final = 0.1
_RECOGNISED: Final = 30


class Spacing:
    """Closes gaps inside risk words that nobody leaves by accident.

    A gap between words of their own (高血压 药) is none, nor is one whose sides belong to other
    words (身高 仿佛). Where most characters stand apart, it is how the recogniser writes.
    """

    mechanism: Final[Mechanism] = "spacing"

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._vocabulary = vocabulary
        self._torn = {
            word[place - 1 : place + 1]
            for word in vocabulary.words
            for place in range(1, len(word))
            if vocabulary.is_whole_at(word, place)
        }

    def find(self, text: str) -> list[Disguise]:
        """Risk words with a gap inside; of mechanism symbol where emoji fill it."""
        pieces = [
            Piece(*gap.span(), "")
            for gap in _GAP.finditer(text)
            if text[gap.start() - 1 : gap.start()] + text[gap.end()] in self._torn
        ]
        if not pieces:
            return []
        is_habit = _is_spaced_out(text)
        return [
            self._disguise(text, match, is_habit)
            for match in self._vocabulary.revealed(text, pieces)
            if self._is_meant(text, match)
        ]

    def find_points(self, raw: str, folded: Normalised) -> list[Disguise]:
        """Risk words with a point inside (高.仿), which folding took for the end of a sentence."""
        if not any(
            raw[point.start() - 1 : point.start()] + point[1] in self._torn
            for point in _POINTS.finditer(raw)
        ):
            return []
        text = "".join(
            "." if char == "。" and raw[folded.span(at, at + 1)[0]] in ".．" else char
            for at, char in enumerate(folded.text)
        )
        return [found for found in self.find(text) if "." in text[found.start : found.end]]

    def _is_meant(self, text: str, match: Match) -> bool:
        # Texts on screen repeat single characters that the recogniser of images took for words.
        if len(set(match.word.word)) == 1:
            return False
        whole = self._vocabulary.is_whole_at
        return all(whole(match.word.word, place) for place in match.breaks) and not (
            self._vocabulary.splits_words(text, match.start, match.end)
        )

    def _disguise(self, text: str, match: Match, is_habit: bool) -> Disguise:
        surface = text[match.start : match.end]
        certainty = _HABIT if is_habit else _POINT if "." in surface else _DELIBERATE
        mechanism: Mechanism = "symbol" if re.search(f"[{_EMOJI}]", surface) else self.mechanism
        return disguise(match, certainty, mechanism)


def _is_spaced_out(text: str) -> bool:
    gaps = sum(1 for _ in _GAP.finditer(text))
    return gaps > _RECOGNISED and 3 * gaps > len(text)
