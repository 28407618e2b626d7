"""Where the time of one item goes: the median over the items of what each stage takes."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TypeVar

from data.listing import Listing
from data.segment import LiveSegment
from features.cues import label_weights
from features.listing import listing_features
from features.normalise import normalise
from features.sentences import split
from models.claim import (
    ClaimModel,
    among_neighbours,
    evasion_features,
    label_features,
    pooled_features,
    read_text,
)
from models.claim_scorer import ClaimScorer
from models.listing import (
    ANY,
    ListingModel,
    model_row,
    prose,
    read_listing,
    whole_prose,
)
from models.listing_scorer import ListingScorer
from models.scorer import Scorer
from tests.benchmarks.material import full_listings, titles, windows
from tests.benchmarks.measure import Measure, measure

T = TypeVar("T")


class _Clock:
    """Times calls by name, in microseconds."""

    def __init__(self) -> None:
        self.taken: defaultdict[str, list[float]] = defaultdict(list)

    def __call__(self, name: str, call: Callable[[], T]) -> T:
        started = time.perf_counter()
        value = call()
        self.taken[name].append((time.perf_counter() - started) * 1e6)
        return value


def claims(scorer: Scorer, at: datetime, rounds: int) -> Iterator[Measure]:
    """The stages of scoring a window."""
    assert isinstance(scorer, ClaimScorer)
    material = windows()
    segments = [item for item in material.items if isinstance(item, LiveSegment)]
    clocks = [_Clock() for _ in range(rounds)]
    for clock in clocks:
        for segment in segments:
            _claim_stages(scorer.model, segment.text, clock)
            _whole(scorer, segment, at, clock)
    yield from _measures(f"Stages, {material.source}", clocks)


def listings(scorer: Scorer, at: datetime, rounds: int) -> Iterator[Measure]:
    """The stages of scoring a title, and a full listing."""
    assert isinstance(scorer, ListingScorer)
    for material in (titles(at), full_listings(at)):
        items = [item for item in material.items if isinstance(item, Listing)]
        clocks = [_Clock() for _ in range(rounds)]
        for clock in clocks:
            for item in items:
                _listing_stages(scorer.model, item, at, clock)
                _whole(scorer, item, at, clock)
        yield from _measures(f"Stages, {material.source}", clocks)


def _claim_stages(model: ClaimModel, text: str, clock: _Clock) -> None:
    folded = clock("normalise", lambda: normalise(text))
    units = clock("split into units", lambda: split(folded.text))
    reading = clock("cues and disguises", lambda: model.reader.read(folded, text))
    logits = clock("n-grams", lambda: model.ngrams.logits([unit.text for unit in units]))

    def pool() -> None:
        weights = label_weights(reading.hits)
        among = among_neighbours(logits, model.ngrams.intercepts)
        model.poolers.window.logit(pooled_features(among[:, 0], True, 0.0, weights, reading))
        model.poolers.label.logits(label_features(among, weights, model.codes, model.heads))
        model.poolers.evasion.logit(evasion_features(among[:, -1], reading))

    clock("pool", pool)


def _listing_stages(model: ListingModel, item: Listing, at: datetime, clock: _Clock) -> None:
    clock("texts: normalise, split, cues (title only)", lambda: read_text(item.title, model.reader))
    clock(
        "facts and rules",
        lambda: listing_features(item, at, model.references, model.reader.tokeniser),
    )
    read = read_listing(item, at, model.reader, model.references)
    texts = [unit.text for text in prose(read).values() for unit in text.units]
    units = clock("n-grams", lambda: model.ngrams.logits(texts))
    whole = clock("n-grams, whole", lambda: model.whole.logits([whole_prose(read)])[0])
    row = clock("row", lambda: model_row(read.facts.values, units, whole))
    clock("trees, any violation", lambda: model.boosted[ANY].logit(row))
    clock("trees, all heads (when flagged)", lambda: [b.logit(row) for b in model.boosted.values()])


def _whole(scorer: Scorer, item: LiveSegment | Listing, at: datetime, clock: _Clock) -> None:
    started = time.perf_counter()
    verdict = scorer.score(item, at)
    name = "all of it, passed" if verdict.suggestion == "pass" else "all of it, flagged"
    clock.taken[name].append((time.perf_counter() - started) * 1e6)


def _measures(section: str, clocks: list[_Clock]) -> Iterator[Measure]:
    for name in clocks[0].taken:
        medians = [_median(clock.taken[name]) for clock in clocks]
        yield measure(section, name, "µs", medians)


def _median(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]
