"""Listings read for training (读取): by all cores, and of each only what training needs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from data.listing import Listing
from features.cues import CueReader
from features.listing import References
from models.claim import Read
from models.listing import ANY, ListingRead, prose, read_listing, support
from training.processes import cores, each_done
from training.units import covered

Floats = NDArray[np.float64]
Quotes = tuple[tuple[str, str], ...]

MANY = 2_000
"""Listings from which on it is worth starting processes."""


class Asked(NamedTuple):
    """A listing to be read as of an instant; ``quotes`` (code, words) show its labels, None where
    nobody named any."""

    listing: Listing
    at: datetime
    quotes: Quotes | None


class Noted(NamedTuple):
    """What training keeps of a listing: its figures, and the units of its prose in order.

    ``shown`` are the codes that the quotes show of each unit, None without quotes; ``support`` is
    what lexicon and rules add to any violation and to those labels of which they say anything.
    """

    figures: tuple[float, ...]
    units: tuple[str, ...]
    shown: tuple[frozenset[str | None], ...] | None
    support: dict[str, float]


@dataclass(frozen=True)
class ReadListings:
    """Listings as they were read: ``figures`` (n, LISTING_FEATURES), the rest one of each."""

    figures: Floats
    units: list[tuple[str, ...]]
    shown: list[tuple[frozenset[str | None], ...] | None]
    supports: list[dict[str, float]]

    def whole(self, row: int) -> str:
        """The prose of a listing without punctuation, as one text."""
        return "".join(self.units[row])

    def support(self, head: str) -> Floats:
        """What lexicon and rules add to a label, or to any, of each listing: log-odds, (n,)."""
        return np.array([one.get(head, 0.0) for one in self.supports])


def read_listings(
    asked: Sequence[Asked], reader: CueReader, references: References, workers: int | None = None
) -> ReadListings:
    """Read listings, each by itself; the same whoever reads them.

    ``workers`` are processes, by default one for each core where there are many listings.
    """
    if workers is None:
        workers = cores() if len(asked) >= MANY else 1
    known: dict[str, str] = {}
    figures, units, shown, supports = [], [], [], []
    for noted in _noted(asked, reader, references, workers):
        figures.append(np.array(noted.figures))
        # Shops copy each other and themselves: a text that comes again takes no memory again.
        units.append(tuple(known.setdefault(unit, unit) for unit in noted.units))
        shown.append(noted.shown)
        supports.append(noted.support)
    return ReadListings(np.array(figures), units, shown, supports)


def _noted(
    asked: Sequence[Asked], reader: CueReader, references: References, workers: int
) -> Iterator[Noted]:
    note = partial(_note, reader, references)
    return (noted for _, noted in each_done(note, asked, workers))


def _note(reader: CueReader, references: References, asked: Asked) -> Noted:
    read = read_listing(asked.listing, asked.at, reader, references)
    texts = list(prose(read).values())
    return Noted(
        tuple(map(float, read.facts.values)),
        tuple(unit.text for text in texts for unit in text.units),
        None if asked.quotes is None else _shown(asked.quotes, texts),
        _supports(read),
    )


def _shown(quotes: Quotes, texts: Sequence[Read]) -> tuple[frozenset[str | None], ...]:
    return tuple(frozenset(shown) for text in texts for shown in covered(quotes, text))


def _supports(read: ListingRead) -> dict[str, float]:
    named = {*read.weights, *(finding.code for finding in read.facts.findings)}
    return {ANY: support(read), **{code: support(read, code) for code in sorted(named)}}
