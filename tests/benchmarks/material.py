"""What is scored: real speech and real titles where they are there, else what the seeds give."""

import csv
import gzip
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, TypeVar

from data.examples.speech import load_examples
from data.limits import MAX_TITLE
from data.listing import Listing
from data.record import Record
from data.segment import LiveSegment
from data.simulate.listings import simulate_listings
from models.scorer import Scorer

_BESIDE = Path(__file__).resolve().parents[2].parent / "shared" / "datasets"
_WINDOW_CHARACTERS = 350
_EVERY_NTH_LAPTOP = 40
_SIMULATED = 1_000
_SEED = 7

Item = TypeVar("Item", bound=Record)


class Material(NamedTuple):
    """Items of one sort, and where they come from."""

    source: str
    items: list[Record]


def datasets() -> Path:
    """The directory of real data, which may be absent."""
    return Path(os.environ.get("MINGCHA_DATASETS") or _BESIDE)


def windows() -> Material:
    """Windows of live speech."""
    path = datasets() / "transcripts" / "live_segments.csv"
    if path.is_file():
        with path.open(encoding="utf-8-sig", newline="") as stream:
            texts = [row["text"] for row in csv.DictReader(stream)]
        return _windows("real live segments", texts)
    written = [example.text for example in load_examples() if example.unit == "window"]
    return _windows("windows of the seeds", written)


def titles(at: datetime) -> Material:
    """Listings of which no more is known than title, category and price."""
    found = [*_laptops(), *_cosmetics()]
    if found:
        return Material("real titles", list(found))
    bare = (
        Listing(data_id=each.data_id, title=each.title, category=each.category, price=each.price)
        for each in _simulated(at)
    )
    return Material("simulated titles", list(bare))


def full_listings(at: datetime) -> Material:
    """Simulated listings with all the fields that platforms send."""
    return Material("simulated listings", list(_simulated(at)))


def diluted(items: Sequence[Record], scorer: Scorer, at: datetime, share: float) -> list[Record]:
    """The items that pass, with so many of the flagged ones among them that these are ``share``."""
    is_flagged = [scorer.score(item, at).suggestion != "pass" for item in items]
    flagged = [item for item, flag in zip(items, is_flagged, strict=True) if flag]
    passing = [item for item, flag in zip(items, is_flagged, strict=True) if not flag]
    wanted = min(len(flagged), round(len(passing) * share / (1 - share)))
    if not wanted:
        return passing
    chosen = [flagged[n * len(flagged) // wanted] for n in range(wanted)]
    step = max(1, len(passing) // wanted)
    mixed: list[Record] = []
    for number, item in enumerate(passing):
        if number % step == 0 and chosen:
            mixed.append(chosen.pop())
        mixed.append(item)
    return [*mixed, *chosen]


def _windows(source: str, texts: Sequence[str]) -> Material:
    items = [LiveSegment(data_id=f"w-{n}", text=text) for n, text in enumerate(texts) if text]
    return Material(source, list(items))


def _laptops() -> Iterator[Listing]:
    path = datasets() / "listings" / "jd_laptops.csv.gz"
    if not path.is_file():
        return
    with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as stream:
        for number, row in enumerate(csv.DictReader(stream)):
            if number % _EVERY_NTH_LAPTOP == 0:
                yield from _bare(f"jd-{number}", row, "数码/笔记本电脑")


def _cosmetics() -> Iterator[Listing]:
    path = datasets() / "listings" / "tmall_beauty.csv"
    if not path.is_file():
        return
    with path.open(encoding="utf-8-sig", newline="") as stream:
        for number, row in enumerate(csv.DictReader(stream)):
            yield from _bare(f"tmall-{number}", row, "美妆/护肤")


def _bare(data_id: str, row: dict[str, str], category: str) -> Iterator[Listing]:
    title = row["title"].strip()[:MAX_TITLE]
    # Rows without a price or a title are delisted goods.
    with suppress(ValueError):
        price = float(row["price"])
        if title and price > 0:
            yield Listing(data_id=data_id, title=title, category=category, price=price)


def _simulated(at: datetime) -> Iterator[Listing]:
    return (each.listing for each in simulate_listings(_SIMULATED, _SEED, at))
