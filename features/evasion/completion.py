"""Whether a guess makes sense: the lexicon's cues say which words go together (上下文印证)."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from data.lexicon import Cue, RiskWord
from features.evasion.rewriting import Piece, rewritten
from features.prefilter import Prefiltered

_REACH: Final = 20
"""Characters around a guess within which it may complete a phrase."""

_SPEAKS: Final = 0.4
_SPEAKS_ALONE: Final = 0.5
"""The weight from which a phrase says something, and a word by itself."""

_BLANK: Final = "\0"
_MOST: Final = 8
_BESIDE: Final = 2
_NEAR: Final = 12
"""Characters between two disguised words that make each other likely."""


class Guess(NamedTuple):
    """``[start, end)`` of a text may stand for one of ``readings``, of which there is at least
    one."""

    start: int
    end: int
    readings: tuple[RiskWord, ...]


class Settled(NamedTuple):
    """The reading of a guess that goes best with the text around it.

    ``beyond`` is by how many characters the longest cue that holds it goes beyond it: 0 when it
    is a cue by itself, -1 when no cue holds it.
    """

    start: int
    end: int
    word: RiskWord
    beyond: int


class Completion:
    """Asks which guesses complete a cue. Remembers answers only: threads may share one.

    好评 in 好评返现 is completed by what follows it; 医生 by itself is not.
    """

    def __init__(self, cues: Iterable[Cue]) -> None:
        self._cues = tuple(cues)
        self.prefiltered = Prefiltered([cue.compiled() for cue in self._cues])
        self._speaking = [set(cue.pattern) for cue in self._cues if cue.weight >= _SPEAKS]
        self._held: dict[str, bool] = {}

    def may_hold(self, word: str) -> bool:
        """Whether some cue could be completed by a risk word: most are in none."""
        held = self._held.get(word)
        if held is None:
            held = any(characters.issuperset(word) for characters in self._speaking)
            self._held[word] = held
        return held

    def settle(self, text: str, guesses: Sequence[Guess]) -> list[Settled]:
        """Each guess read as what completes the longest phrase; they may complete one together.

        ``guesses`` are ordered and do not overlap. Of readings that do equally well the first
        counts.
        """
        return [one for near in _together(guesses) for one in self._settle(text, near)]

    def _settle(self, text: str, guesses: Sequence[Guess]) -> Iterator[Settled]:
        chosen = [guess.readings[0] for guess in guesses]
        held = [[word for word in guess.readings if self.may_hold(word.word)] for guess in guesses]
        beyond = self._beyond(text, guesses, chosen) if any(held) else [-1] * len(guesses)
        for number, readings in enumerate(held):
            for reading in readings:
                if reading is chosen[number]:
                    continue
                tried = [*chosen[:number], reading, *chosen[number + 1 :]]
                found = self._beyond(text, guesses, tried)
                if found[number] > beyond[number]:
                    chosen, beyond = tried, found
        for guess, word, further in zip(guesses, chosen, beyond, strict=True):
            yield Settled(guess.start, guess.end, word, further)

    def _beyond(self, text: str, guesses: Sequence[Guess], chosen: Sequence[RiskWord]) -> list[int]:
        first = max(0, guesses[0].start - _REACH)
        pieces = [
            Piece(guess.start - first, guess.end - first, reading.word)
            for guess, reading in zip(guesses, chosen, strict=True)
        ]
        near = text[first : guesses[-1].end + _REACH]
        plain = rewritten(near, pieces)
        spans = plain.places()
        beyond = [-1] * len(guesses)
        matches = self.prefiltered.matches(plain.text)
        if not matches:
            return beyond
        # What the gap of a cue takes in, it would take in whatever it said.
        blank = [piece._replace(plain=_BLANK * len(piece.plain)) for piece in pieces]
        anyway = set(self.prefiltered.matches(rewritten(near, blank).text))
        for index, start, end in matches:
            if (index, start, end) in anyway:
                continue
            weight = self._cues[index].weight
            for number, (begin, stop) in enumerate(spans):
                if start <= begin and stop <= end:
                    further = end - start - (stop - begin)
                    if weight >= (_SPEAKS if further else _SPEAKS_ALONE):
                        beyond[number] = max(beyond[number], further)
        return beyond


def among_others(number: int, settled: Sequence[Settled]) -> Iterator[Settled]:
    """The guesses just before and after one, of other words, that stand near it."""
    one = settled[number]
    for other in settled[max(0, number - _BESIDE) : number + _BESIDE + 1]:
        gap = max(other.start - one.end, one.start - other.end)
        if other.word is not one.word and gap <= _NEAR:
            yield other


def _together(guesses: Sequence[Guess]) -> Iterator[list[Guess]]:
    """Guesses that may complete one phrase, not too many at a time: texts may be hostile."""
    near: list[Guess] = []
    for guess in guesses:
        if near and (guess.start - near[-1].end > _REACH or len(near) == _MOST):
            yield near
            near = []
        near.append(guess)
    if near:
        yield near
