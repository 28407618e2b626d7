"""Whether what an answer cites is what an annotator would cite (证据质量)."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from data.verdict import Verdict
from features.normalise import normalise
from training.assemble import ClaimDoc
from training.breakdown import LEAST_GROUPS
from training.ranking import Resamples, interval

Floats = NDArray[np.float64]
Span = tuple[int, int]

_FIELD = "text"


class Cited(NamedTuple):
    """One flagged window: is any quote met, how many spans are cited, how many meet a quote."""

    covered: bool
    hits: int
    met: int


def cited(doc: ClaimDoc, verdict: Verdict) -> Cited | None:
    """What the answer cites of an annotated window; None where nothing was annotated.

    A span that two labels cite counts once. A hit that is no text, as a missing licence, doesn't
    count.
    """
    if not doc.quotes:
        return None
    quotes = quoted_spans(doc.text, [quote for _, quote in doc.quotes])
    spans = {
        (hit.start, hit.end)
        for label in verdict.labels
        for hit in label.hits
        if hit.field == _FIELD and hit.start is not None and hit.end is not None
    }
    met = sum(any(start < b and a < end for a, b in quotes) for start, end in spans)
    return Cited(met > 0, len(spans), met)


def quoted_spans(text: str, quotes: Sequence[str]) -> list[Span]:
    """Wherever a quote stands in the text, whatever its width and punctuation: code points.

    >>> quoted_spans("吃ＶＣ，根治！根治。", ["vc", "根治"])
    [(1, 3), (4, 6), (7, 9)]
    """
    folded = normalise(text)
    spans = []
    for quote in quotes:
        words = normalise(quote).text.strip("，。 ")
        at = folded.text.find(words) if words else -1
        while at >= 0:
            spans.append(folded.span(at, at + len(words)))
            at = folded.text.find(words, at + 1)
    return spans


def evidence_quality(
    found: Sequence[Cited | None], groups: Sequence[str], seed: int = 0
) -> dict[str, Any]:
    """Of flagged violating windows: in how many a quote is met, and what share of hits meets one.

    ``windows`` were flagged and have quotes; ``covered`` is the share in which at least one hit
    overlaps a quote, ``precise`` the share of the ``hits`` that overlap one; NaN where there is
    nothing to share. Intervals resample groups.
    """
    kept = [(each, group) for each, group in zip(found, groups, strict=True) if each is not None]
    table = np.array([each for each, _ in kept], dtype=np.float64).reshape(-1, 3)
    owners = [group for _, group in kept]
    covered, precise = _shares(table, np.ones((1, len(table))))[0].tolist()
    return {
        "windows": len(table),
        "covered": covered,
        "hits": int(table[:, 1].sum()),
        "precise": precise,
        "intervals": _intervals(table, owners, seed),
    }


def _intervals(table: Floats, owners: Sequence[str], seed: int) -> dict[str, list[float]]:
    if len(set(owners)) < LEAST_GROUPS:
        return {}
    draws = Resamples(owners, seed).draws(lambda weights: _shares(table, weights))
    bounds = {name: interval(draws[:, at]) for at, name in enumerate(("covered", "precise"))}
    return {name: bound for name, bound in bounds.items() if bound is not None}


def _shares(table: Floats, weights: Floats) -> Floats:
    """For each resample the share of windows covered, and of hits that meet a quote."""
    met = weights @ table[:, [0, 2]]
    of = np.column_stack([weights.sum(axis=1), weights @ table[:, 1]])
    shares: Floats = np.full(met.shape, np.nan)
    np.divide(met, of, out=shares, where=of > 0)
    return shares
