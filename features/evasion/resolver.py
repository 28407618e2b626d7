"""What is meant behind what is said: all steps that undo disguises, in one plain reading."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from typing import Final, NamedTuple

from data.lexicon import Lexicon
from features.evasion.aliases import Phrases
from features.evasion.completion import Completion
from features.evasion.disguise import Disguise
from features.evasion.fillers import find_infixes
from features.evasion.money import find_money
from features.evasion.shapes import Dictionary
from features.evasion.spoken import SpokenWords
from features.evasion.stutter import StutteredWords, find_stutters
from features.evasion.written import Written
from features.normalise import Normalised
from features.tokenise import Tokeniser

Step = Callable[[str], list[Disguise]]
"""A way to find disguises in normalised text; what it finds may overlap."""

_ROUNDS: Final = 4
"""A disguise inside a disguise comes off in the next round; nobody wears more coats than this."""

_LENGTH_COUNTS: Final = 0.05
"""What a character more is worth when disguises overlap: 免某疫力 is rather 免疫力 than 免疫."""


class Resolution(NamedTuple):
    """The plain reading of a text. ``text[i]`` stands for ``[starts[i], ends[i])`` of the input.

    A word that was put right maps as a whole to the whole disguise. ``starts`` and ``ends`` are
    None when nothing changed. ``disguises`` are those that were undone, by place in the input.
    """

    text: str
    starts: tuple[int, ...] | None
    ends: tuple[int, ...] | None
    disguises: tuple[Disguise, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The code points of the input behind ``text[start:end]``, end exclusive."""
        if self.starts is None or self.ends is None or start >= end:
            return start, end
        return self.starts[start], self.ends[end - 1]

    def changes(self) -> list[tuple[int, int]]:
        """The spans of the plain reading that stand for a disguise, in order.

        Stutters in words of grammar are left out: they hide nothing worth looking for.
        """
        if self.starts is None or self.ends is None:
            return []
        return [
            (bisect_right(self.ends, one.start), bisect_left(self.starts, one.end))
            for one in self.disguises
            if one.mechanism != "stutter" or len(one.resolved) > 1
        ]


class Resolver:
    """Undoes disguises by a fixed list of steps. Remembers answers only: threads may share one."""

    def __init__(self, lexicon: Lexicon, tokeniser: Tokeniser) -> None:
        self.completion = Completion(lexicon.cues)
        self.written = Written(lexicon, tokeniser, self.completion)
        self.steps: tuple[Step, ...] = (
            self.written.find,
            Phrases(lexicon.aliases, tokeniser).find,
            SpokenWords(lexicon, tokeniser, self.completion).find,
            partial(find_infixes, dictionary=Dictionary(tokeniser)),
            find_money,
            StutteredWords((word.word for word in lexicon.risk_words), tokeniser).find,
        )

    def hidden(self, raw: str, folded: Normalised) -> list[Disguise]:
        """The disguises of a text that folding has undone, at their places in the folded text."""
        return self.written.find_raw(raw, folded)

    def resolve(self, text: str, hidden: Sequence[Disguise] = ()) -> Resolution:
        """The plain reading of normalised text; resolving that again changes nothing.

        ``hidden`` are the disguises that folding has undone already.
        """
        reading = _undone(Resolution(text, None, None, ()), _surest(list(hidden)))
        for _ in range(_ROUNDS):
            reading = _undone(reading, find_stutters(reading.text))
            plain = reading.text
            found = [one for step in self.steps for one in step(plain)]
            if not found:
                break
            found = _surest(found)
            reading = _undone(reading, found)
            if all(one.mechanism == "currency" for one in found):
                break
        return reading


def _surest(found: list[Disguise]) -> list[Disguise]:
    """Disguises that do not overlap, in order of place: of those that do the surest is kept."""
    if len(found) < 2:
        return found
    kept: list[Disguise] = []
    for one in sorted(found, key=_rank):
        place = bisect_left(kept, one.start, key=_start)
        is_free = place == len(kept) or one.end <= kept[place].start
        if is_free and (place == 0 or kept[place - 1].end <= one.start):
            kept.insert(place, one)
    return kept


def _start(found: Disguise) -> int:
    return found.start


def _rank(found: Disguise) -> tuple[float, int]:
    return -found.weight - _LENGTH_COUNTS * (found.end - found.start), found.start


def _undone(before: Resolution, found: list[Disguise]) -> Resolution:
    """The reading with the disguises put right; they are ordered and do not overlap."""
    if not found:
        return before
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    seen = [Disguise(0, 0, "", 0.0, "stutter"), *found]
    for last, one in pairwise(seen):
        _keep(before, last.end, one.start, pieces, starts, ends)
        origin = before.span(one.start, one.end)
        pieces.append(one.resolved)
        starts += [origin[0]] * len(one.resolved)
        ends += [origin[1]] * len(one.resolved)
    _keep(before, found[-1].end, len(before.text), pieces, starts, ends)
    placed = [_placed(before, one) for one in found]
    disguises = tuple(sorted(_surest([*before.disguises, *placed])))
    return Resolution("".join(pieces), tuple(starts), tuple(ends), disguises)


def _keep(
    before: Resolution,
    start: int,
    end: int,
    pieces: list[str],
    starts: list[int],
    ends: list[int],
) -> None:
    pieces.append(before.text[start:end])
    if before.starts is None or before.ends is None:
        starts.extend(range(start, end))
        ends.extend(range(start + 1, end + 1))
    else:
        starts.extend(before.starts[start:end])
        ends.extend(before.ends[start:end])


def _placed(before: Resolution, found: Disguise) -> Disguise:
    start, end = before.span(found.start, found.end)
    return found._replace(start=start, end=end)
