"""Where words begin and end around a place in a text, cut only when asked for."""

from features.tokenise import Tokeniser


class Borders:
    """Word borders of one normalised text: most texts are asked little."""

    def __init__(self, tokeniser: Tokeniser, text: str) -> None:
        self._tokeniser = tokeniser
        self._text = text
        self._cut: dict[int, set[int]] = {}

    def split_a_word(self, start: int, end: int) -> bool:
        """Whether ``[start, end)`` begins or ends strictly inside a dictionary word."""
        return self.inside(start) or self.inside(end)

    def in_a_word(self, place: int) -> bool:
        """Whether the character at ``place`` is part of a dictionary word of two or more."""
        return self.inside(place) or self.inside(place + 1)

    def inside(self, position: int) -> bool:
        """Whether ``position``, between two characters, lies strictly inside a dictionary word."""
        begin = max(self._text.rfind(mark, 0, position) for mark in "，。 ") + 1
        if begin not in self._cut:
            ends = (self._text.find(mark, position) for mark in "，。 ")
            end = min((found for found in ends if found >= 0), default=len(self._text))
            self._cut[begin] = self._tokeniser.inside_words(self._text, begin, end)
        return position in self._cut[begin]
