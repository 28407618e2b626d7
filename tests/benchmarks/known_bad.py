"""Known-bad near-duplicates: size, speed, what copies are found and what honest titles match.

``python -m tests.benchmarks.known_bad`` fills an index with titles made of real ones, as alike as
those of one sort of goods are, and looks for honest titles in it.
"""

import argparse
import csv
import gc
import gzip
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np

from data.brands import load_brands
from data.examples.listings import ListingExample, load_listing_examples
from data.known_bad import KnownBad
from data.known_bad_format import Signature
from data.known_bad_writer import KnownBadEntry, KnownBadWriter
from data.simulate.disguises import MECHANISMS, disguise
from features.cues import CueReader
from features.normalise import normalise
from features.signature import sign
from models.claim import read_text
from models.knowledge import load_knowledge
from tests.benchmarks.machine import this_machine
from tests.benchmarks.material import datasets
from tests.benchmarks.measure import Measure, measure, quantile, table

_AT: Final = datetime(2026, 1, 1, tzinfo=UTC)
_MILLION: Final = 1_000_000
_SOURCES: Final = {
    "jd_laptops.csv.gz": "shop_id",
    "tmall_beauty.csv": "店名",
    "xianyu.csv": None,
}
"""Files of real titles, and the column of the shop; second-hand goods have a seller each."""

_LOOKUPS: Final = 2_000
_LOGGED: Final = 5_000
_TOGETHER: Final = 500
_BAD: Final = 500
_HONEST: Final = 4_000
_PIECE: Final = 4
_REPLACED: Final = 0.5
"""Of the pieces of a title at most; then two variants of one title share a third of their pairs."""


class Title(NamedTuple):
    """A real title, and who sells under it."""

    text: str
    shop: str


def main() -> None:
    """Measure and print a table.

    Where others work on the machine, the slowest look-ups are those that had to wait for a
    processor: the time that they worked is printed beside.
    """
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.known_bad")
    parser.add_argument("--entries", type=int, default=_MILLION, help="listings in the index")
    parser.add_argument("--seed", type=int, default=7)
    given = parser.parse_args()
    rng = np.random.default_rng(given.seed)
    reader = load_knowledge().reader()
    machine = this_machine()
    sys.stdout.write(f"{machine.line()}\n")
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "known_bad"
        _print(_speed(path, given.entries, rng))
        _print(_copies(path, reader, rng))
        _print(_honest(Path(directory), reader, rng))


def _print(measures: Iterator[Measure]) -> None:
    sys.stdout.write(f"{table(list(measures))}\n")
    sys.stdout.flush()


def _speed(path: Path, entries: int, rng: np.random.Generator) -> Iterator[Measure]:
    pool = [normalise(title).text for title in _pool()]
    section = f"{entries:,} listings made of {len(pool):,} real titles"
    signed = [0.0]
    begun = time.perf_counter()
    with KnownBadWriter(path) as writer:
        writer.add_all(_entries(pool, entries, rng, signed))
        built = time.perf_counter() - begun
        size = path.stat().st_size / 1e6
        yield measure(section, "size of the file", "MB", [size])
        yield measure(section, "size per million", "MB", [size / entries * _MILLION], aim=300)
        yield measure(section, "build time in s, signing included", "", [built])
        yield measure(section, "  of which signing", "", [signed[0]])
        texts = [pool[int(n)] for n in rng.integers(len(pool), size=_LOOKUPS)]
        yield from _timed(section, "sign a title", [partial(sign, text) for text in texts])
        begun = time.perf_counter()
        known = KnownBad.open(path)
        opened = (time.perf_counter() - begun) * 1e3
        yield measure(section, "open and verify", "ms", [opened])
        wanted = [each for text in texts if (each := sign(text)) is not None]
        yield from _lookups(section, "look-up of a real title", known, wanted)
        late = [_entry(each, f"late-{n}") for n, each in enumerate(wanted[:100])]
        seconds = []
        for entry in late:
            begun = time.perf_counter()
            writer.add(entry)
            seconds.append((time.perf_counter() - begun) * 1e3)
        yield measure(section, "add one, durably", "ms", seconds)
        more = list(_entries(pool, _LOGGED, rng, signed))
        for first in range(0, _LOGGED, _TOGETHER):
            writer.add_all(more[first : first + _TOGETHER])
        yield from _lookups(section, f"look-up with {_LOGGED:,} in the log", known, wanted)


def _lookups(
    section: str, name: str, known: KnownBad, wanted: Sequence[Signature]
) -> Iterator[Measure]:
    for signature in wanted[:100]:
        known.lookup(signature, _AT)
    calls = [partial(known.lookup, one, _AT) for one in wanted]
    yield from _timed(section, name, calls, aim=5.0)


def _timed(
    section: str, name: str, calls: Sequence[Callable[[], object]], aim: float | None = None
) -> Iterator[Measure]:
    gc.collect()
    passed, worked = [], []
    for call in calls:
        begun = time.perf_counter(), time.thread_time()
        call()
        passed.append((time.perf_counter() - begun[0]) * 1e3)
        worked.append((time.thread_time() - begun[1]) * 1e3)
    for label, share in (("p50", 0.5), ("p99", 0.99)):
        yield measure(section, f"{name}, {label}", "ms", [quantile(passed, share)], aim=aim)
    yield measure(section, f"{name}, p99 of processor time", "ms", [quantile(worked, 0.99)])


def _entries(
    pool: Sequence[str], count: int, rng: np.random.Generator, signed: list[float]
) -> Iterator[KnownBadEntry]:
    """Listings with titles of real pieces; the seconds that signing took are added up."""
    made = 0
    while made < count:
        text = _varied(pool, rng)
        begun = time.perf_counter()
        signature = sign(text)
        signed[0] += time.perf_counter() - begun
        if signature is not None:
            yield _entry(signature, f"d{made:031x}")
            made += 1


def _entry(signature: Signature, case: str) -> KnownBadEntry:
    return KnownBadEntry(
        case_id=case,
        codes=("counterfeit_brand",),
        merchant_id=f"shop-{case}",
        first_seen=_AT,
        confirmed=_AT,
        signatures=(signature,),
    )


def _varied(pool: Sequence[str], rng: np.random.Generator) -> str:
    """A title with some of its pieces taken from another."""
    one, other = (pool[n] for n in rng.integers(len(pool), size=2).tolist())
    share = rng.random() * _REPLACED
    pieces = [one[at : at + _PIECE] for at in range(0, len(one), _PIECE)]
    foreign = [other[at : at + _PIECE] for at in range(0, len(other), _PIECE)]
    picks = (rng.random(len(pieces)) < share).tolist()
    places = rng.integers(len(foreign), size=len(pieces)).tolist()
    return "".join(
        foreign[place] if pick else piece
        for piece, pick, place in zip(pieces, picks, places, strict=True)
    )


def _copies(path: Path, reader: CueReader, rng: np.random.Generator) -> Iterator[Measure]:
    """Bad titles of the seeds, put among the others, and copies that are disguised in each way."""
    bad = [one for one in load_listing_examples() if one.codes]
    with KnownBadWriter(path) as writer:
        standing = [one for one in bad if _remember(writer, one, reader)]
    known = KnownBad.open(path)
    section = f"copies found, of {len(standing)} bad titles of the seeds among them"
    yield measure(section, "bad titles long enough", "", [len(standing) / len(bad)])
    words = _words()
    found_of_all: list[bool] = []
    for mechanism in MECHANISMS:
        found = []
        for one in standing:
            made = disguise(one.listing.title, mechanism, words, rng)
            if made.changes:
                found.append(_finds(known, made.text, one.listing.data_id, reader))
        if found:
            name = f"{mechanism}, {len(found)} copies"
            yield measure(section, name, "", [float(np.mean(found))])
            found_of_all += found
    yield measure(section, f"all, {len(found_of_all)}", "", [float(np.mean(found_of_all))])
    for name, change in _CHANGES.items():
        found = [
            _finds(known, change(one.listing.title, rng), one.listing.data_id, reader)
            for one in standing
        ]
        yield measure(section, name, "", [float(np.mean(found))])


def _shuffled(title: str, rng: np.random.Generator) -> str:
    words = title.split()
    return " ".join(words[n] for n in rng.permutation(len(words)).tolist())


def _praised(title: str, rng: np.random.Generator) -> str:
    words = ("包邮", "新款", "爆款", "现货")
    return f"{title} {words[int(rng.integers(len(words)))]}"


def _shortened(title: str, rng: np.random.Generator) -> str:
    words = title.split()
    left_out = int(rng.integers(len(words)))
    return " ".join(word for n, word in enumerate(words) if n != left_out) or title


_CHANGES: Final[dict[str, Callable[[str, np.random.Generator], str]]] = {
    "words shuffled": _shuffled,
    "a word of praise added": _praised,
    "a word left out": _shortened,
}


def _remember(writer: KnownBadWriter, one: ListingExample, reader: CueReader) -> bool:
    signature = sign(_plain(one.listing.title, reader))
    if signature is not None:
        writer.add(_entry(signature, one.listing.data_id))
    return signature is not None


def _finds(known: KnownBad, title: str, case: str, reader: CueReader) -> bool:
    signature = sign(_plain(title, reader))
    return signature is not None and case in {m.case_id for m in known.lookup(signature, _AT)}


def _words() -> list[str]:
    """What a seller would hide: risk words and brand names."""
    risky = [each.word for each in load_knowledge().lexicon.risk_words]
    brands = [alias.text for brand in load_brands() for alias in brand.aliases]
    return [word for word in (*risky, *brands) if len(word) > 1]


def _honest(directory: Path, reader: CueReader, rng: np.random.Generator) -> Iterator[Measure]:
    """Real titles against real ones of other shops that are taken for bad."""
    section = "honest titles that match one of 500 real ones of other shops"
    for source, titles in _sold().items():
        order = rng.permutation(len(titles)).tolist()
        bad = [titles[n] for n in order[:_BAD]]
        honest = [titles[n] for n in order[_BAD : _BAD + _HONEST]]
        path = directory / source
        with KnownBadWriter(path) as writer:
            signatures = [sign(_plain(title.text, reader)) for title in bad]
            writer.add_all(
                _entry(each, f"bad-{n}") for n, each in enumerate(signatures) if each is not None
            )
        known = KnownBad.open(path)
        matches = [list(_of_others(known, one, bad, reader)) for one in honest]
        name = f"{source}, {len(honest):,} titles"
        yield measure(section, name, "", [float(np.mean([bool(each) for each in matches]))])
        same = [any(identical for identical in each) for each in matches]
        yield measure(section, f"{source}, the same text", "", [float(np.mean(same))])
    yield from _clean_seeds(directory, reader)


def _of_others(
    known: KnownBad, one: Title, bad: Sequence[Title], reader: CueReader
) -> Iterator[bool]:
    """For each match of a title with one of another shop, whether the text is the same."""
    signature = sign(_plain(one.text, reader))
    for match in known.lookup(signature, _AT) if signature else ():
        if bad[int(match.case_id.removeprefix("bad-"))].shop != one.shop:
            yield match.identical


def _clean_seeds(directory: Path, reader: CueReader) -> Iterator[Measure]:
    examples = load_listing_examples()
    clean = [one.listing.title for one in examples if not one.codes]
    with KnownBadWriter(directory / "seeds") as writer:
        for one in examples:
            if one.codes:
                _remember(writer, one, reader)
    known = KnownBad.open(directory / "seeds")
    signatures = [sign(_plain(title, reader)) for title in clean]
    matched = [bool(each and known.lookup(each, _AT)) for each in signatures]
    section = "clean titles of the seeds that match one of their bad ones"
    yield measure(section, f"{len(clean)} titles", "", [float(np.mean(matched))])


def _pool() -> list[str]:
    real = [title.text for titles in _sold().values() for title in titles]
    return real or [one.listing.title for one in load_listing_examples()]


def _sold() -> dict[str, list[Title]]:
    """Real titles by source; none where the data are absent."""
    directory = datasets() / "listings"
    return {
        name.split(".")[0]: list(_read(directory / name, column))
        for name, column in _SOURCES.items()
        if (directory / name).is_file()
    }


def _read(path: Path, column: str | None) -> Iterator[Title]:
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8-sig", newline="") as stream:
        for number, row in enumerate(csv.DictReader(stream)):
            if title := row["title"].strip():
                yield Title(title, row[column] if column else str(number))


def _plain(title: str, reader: CueReader) -> str:
    return read_text(title, reader).reading.plain.text


if __name__ == "__main__":
    main()
