"""Evidence (证据): the words a reviewer would cite, where they stand in the text as sent."""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple

from data.verdict import Hit
from features.cues import CueHit
from models.calibrated import sigmoid
from models.claim import FIRES, Assessment, ClaimModel

MOST_HITS: Final = 3
"""Cited spans a label."""

RESCORED: Final = 40_000
"""Characters of an item that are scored again to tell what it would be without a span. What
they do not suffice for has no ``score_without``: length must not buy a merchant a slow answer."""

UNIT_SPEAKS: Final = 0.5
"""The unit probability from which a unit is cited for its own sake."""


class Span(NamedTuple):
    """A cited span ``[start, end)`` of the original text."""

    start: int
    end: int
    cue: str
    resolved: str | None


def cited(model: ClaimModel, assessment: Assessment, code: str) -> list[Span]:
    """The spans to cite for a label, in text order, at most ``MOST_HITS``.

    Lexicon hits first, strongest first, then the units that the label's head finds likely; when
    neither speaks, the likeliest unit alone. A span inside one already cited is left out.
    """
    chosen: list[tuple[int, int, str, str | None]] = []
    for hit in _strongest(assessment, code):
        _add(chosen, hit.start, hit.end, hit.cue, hit.resolved)
    for start, end, speaks in _likeliest(model, assessment, code):
        if speaks or not chosen:
            _add(chosen, start, end, "model", _resolved(assessment, start, end))
    back = assessment.read.normalised.span
    return sorted(Span(*back(start, end), cue, word) for start, end, cue, word in chosen)


def with_scores(
    field: str, text: str, spans: Sequence[Span], score: Callable[[list[str]], list[float]]
) -> list[Hit]:
    """Hits with ``score_without``: the item's probability once the span is taken out.

    In a long text only the first spans have it, as many as ``RESCORED`` characters allow.
    """
    affordable = spans[: RESCORED // len(text)] if text else spans
    without: list[float | None] = [None] * len(spans)
    without[: len(affordable)] = score(
        [text[: span.start] + text[span.end :] for span in affordable]
    )
    return [
        Hit(
            field=field,
            start=span.start,
            end=span.end,
            text=text[span.start : span.end],
            cue=span.cue,
            resolved=span.resolved,
            score_without=value,
        )
        for span, value in zip(spans, without, strict=True)
    ]


def _strongest(assessment: Assessment, code: str) -> list[CueHit]:
    hits = [hit for hit in assessment.read.reading.hits if hit.code == code]
    if assessment.weights.get(code, 0.0) < FIRES:
        return []
    return sorted(hits, key=lambda hit: (-hit.weight, hit.start))


def _likeliest(model: ClaimModel, assessment: Assessment, code: str) -> list[tuple[int, int, bool]]:
    column = model.heads.index(code) + 1 if code in model.heads else 0
    scores = sigmoid(assessment.units[:, column]).tolist()
    # A label's head alone is unsure of rare labels: what violates at all comes first.
    together = (assessment.units[:, column] + assessment.units[:, 0]).tolist()
    ranked = sorted(range(len(scores)), key=lambda row: -together[row])
    units = assessment.read.units
    return [
        (units[row].start, units[row].end, scores[row] >= UNIT_SPEAKS) for row in ranked[:MOST_HITS]
    ]


def _resolved(assessment: Assessment, start: int, end: int) -> str | None:
    inside = [d for d in assessment.read.reading.disguises if start <= d.start and d.end <= end]
    return max(inside, key=lambda d: d.weight).resolved if inside else None


def _add(
    chosen: list[tuple[int, int, str, str | None]],
    start: int,
    end: int,
    cue: str,
    resolved: str | None,
) -> None:
    overlaps = any(start < b and a < end for a, b, _, _ in chosen)
    if len(chosen) < MOST_HITS and not overlaps:
        chosen.append((start, end, cue, resolved))
