"""Fitting the listing model: text heads, then boosted heads on what unseen text scores."""

import os
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Self

import lightgbm
import numpy as np
from numpy.typing import NDArray
from pydantic import Field
from sklearn.linear_model import LogisticRegression

from data.examples.listings import load_listing_examples
from data.listing import Listing
from data.problem import FileError
from data.read import Layout, Rejected, read_records
from data.simulate.listings import simulate_listings
from data.split import grouped_folds, script_groups
from features.price import ReferencePrices, build_reference_prices
from models.knowledge import Knowledge
from models.listing import (
    ANY,
    Boosted,
    ListingModel,
    model_row,
    row_names,
)
from models.trees import Trees
from training.ngrams import NgramCounts, Tfidf
from training.reading import Asked, ReadListings, read_listings
from training.thinning import Lessons, thinned
from training.units import FittedHeads, UnitTable, fit_heads, fit_units

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]
Report = Callable[[str], None]

SIMULATED: Final = 12_000
SIMULATED_BAD_SHARE: Final = 0.3
BASE_RATE: Final = 0.05
"""Share of violating submissions; assumed, from the domain notes."""

LEAST_POSITIVES: Final = 40
"""Positive listings without which a label gets no trees of its own."""

ENOUGH_ROWS: Final = 3_000
ENOUGH_VIOLATING: Final = 150
"""Judged listings from which on they alone choose thresholds, and no simulated ones take part."""

OF_SEEDS: Final = "seeds/listing"
"""The source of the example listings."""

TEXT_LESSONS: Final = 20_000
TREE_LESSONS: Final = 60_000
"""The most listings that text heads and trees learn from. Where there are more, they learn from
some of them, which stand for all; all are scored out of fold, and calibrate."""

FOLDS: Final = 4
SIMULATED_SHARE: Final = 0.25
"""What a simulated row weighs beside a row that a person wrote or judged: it knows a few hundred
phrases and twenty kinds of goods. On writers not read before PR-AUC is 0.90 so, 0.80 at one."""

_HISTORY: Final = timedelta(days=30)
_ROUNDS: Final = 120
_TREES: Final = {
    "objective": "binary",
    "learning_rate": 0.08,
    "num_leaves": 15,
    "min_data_in_leaf": 40,
    "feature_fraction": 0.7,
    "lambda_l2": 5.0,
    "monotone_constraints_method": "intermediate",
    "deterministic": True,
    "force_row_wise": True,
    # Threads that wait for each other on a busy machine cost minutes; one is quick enough.
    "num_threads": 1,
    "verbosity": -1,
}


# What speaks against a listing may not speak for it where rows are few (signals.md, "direction").
# Figures that speak both ways, such as returns of sizes that did not fit, are left free.
_SPEAKS_AGAINST: Final = frozenset(
    {
        "sku_spread_log",
        "bait_skus",
        "title_repetition",
        "brand_lookalikes",
        "brand_disguises",
        "brand_unauthorised",
        "brand_category_mismatch",
        "brand_other_than_declared",
        "licence_missing",
        "licence_bad",
        "licence_exceeded",
        "licence_shared",
        "origin_ship_conflict",
        "edits_7d",
        "quality_return_rate",
        "negative_review_rate",
        "fake_mention_rate",
        "dispute_rate",
        "late_shipment_rate",
        "violation_points_log",
        "linked_sanctioned_shops",
        "ip_notices",
        "sales_burst_log",
        "burst_of_new_shop",
        "worst_rate_log_odds",
        "bad_figures",
    }
)
_SPEAKS_FOR: Final = frozenset(
    {"price_ratio_log", "category_fit", "deposit_ratio", "tenure_log_days"}
)
_READ: Final = ("text:", "whole:")


@dataclass(frozen=True)
class ListingDoc:
    """A labelled listing, the instant it is judged at, and the group that splits it.

    ``quotes`` are the words that show each label, (code, words); None where they are not known.
    ``weight`` is what the label is worth as a lesson, 0 to 1: how reliable it is.
    """

    listing: Listing
    codes: tuple[str, ...]
    at: datetime
    group: str
    source: str
    quotes: tuple[tuple[str, str], ...] | None = None
    weight: float = 1.0


class LabelledListing(Listing):
    """A row of a labelled file: a listing with its codes; no codes is clean."""

    codes: list[str] = Field(default_factory=list)
    group: str | None = None


@dataclass(frozen=True)
class FittedListings:
    """A listing model, LightGBM's texts, and log-odds of each document fitted without it.

    ``out_of_fold`` (n,) is of any violation, ``label_out_of_fold`` of each label with trees,
    lexicon and rules included.
    ``rows`` (n, figures) is what the trees learnt from, what texts score by heads that had not
    read them.
    """

    model: ListingModel
    units: FittedHeads
    trees: dict[str, str]
    out_of_fold: Floats
    label_out_of_fold: dict[str, Floats]
    rows: Floats


def simulated_docs(at: datetime, seed: int, n: int = SIMULATED) -> list[ListingDoc]:
    """Simulated listings of known truth, all submitted before ``at``."""
    simulated = simulate_listings(n, seed, at, bad_share=SIMULATED_BAD_SHARE)
    return [
        ListingDoc(
            listing=item.listing,
            codes=tuple(item.codes),
            at=item.listing.submitted_at or at,
            group=item.operator,
            source="simulated",
        )
        for item in simulated
    ]


def seed_docs(at: datetime, directory: Path | None = None) -> list[ListingDoc]:
    """The example listings, of ``directory`` or of the seeds; those of one writer are a group.

    What hosts say is left out: read as descriptions it made a model that flags plain titles.
    """
    return [
        ListingDoc(
            listing=example.listing,
            codes=tuple(example.codes),
            at=at,
            group=f"seeds-{example.writer}",
            source=OF_SEEDS,
            quotes=tuple((e.code, e.quote) for e in example.evidence if e.quote is not None),
        )
        for example in load_listing_examples(directory)
    ]


def file_docs(
    paths: Iterable[Path], codes: Sequence[str], layout: Layout, at: datetime
) -> list[ListingDoc]:
    """The rows of labelled files. Raises FileError for the first row that cannot be read."""
    docs = [doc for path in paths for doc in _file(path, frozenset(codes), layout, at)]
    unknown = [index for index, doc in enumerate(docs) if not doc.group]
    groups = script_groups([docs[index].listing.title for index in unknown])
    for index, group in zip(unknown, groups, strict=True):
        doc = docs[index]
        docs[index] = ListingDoc(doc.listing, doc.codes, doc.at, f"script-{group}", doc.source)
    return docs


def reference_prices(
    docs: Sequence[ListingDoc], at: datetime, knowledge: Knowledge
) -> ReferencePrices:
    """Prices of the first half of the 60 days before ``at``: the past of all that is trained on."""
    return build_reference_prices((doc.listing for doc in docs), at - _HISTORY, knowledge.brands)


def fit_listings(
    docs: Sequence[ListingDoc],
    knowledge: Knowledge,
    prices: ReferencePrices,
    report: Report,
    *,
    folds: int = FOLDS,
    seed: int = 0,
) -> FittedListings:
    """Fit text heads and trees. ``prices`` are known to what is judged after their date only."""
    codes = knowledge.taxonomy.codes
    reader = knowledge.reader()
    references = knowledge.references()._replace(prices=prices)
    report("reading")
    read = read_listings(
        [Asked(doc.listing, doc.at, doc.quotes) for doc in docs], reader, references
    )
    table = _unit_table(docs, read, codes, seed)
    heads = table.heads()
    parts = grouped_folds([doc.group for doc in docs], folds, seed)
    everything = np.arange(len(docs))
    wholes = _Wholes.of(docs, read, codes, seed)
    names = row_names(heads, wholes.heads)
    known = np.empty((len(docs), len(names)))
    for number, held_out in enumerate(parts, 1):
        report(f"text heads, fold {number} of {len(parts)}")
        seen = np.setdiff1d(everything, held_out)
        fitted = fit_units(table, seen, heads)
        known[held_out] = _scored(read, held_out, fitted, wholes.fit(seen))
    report("text heads, all listings")
    units, whole_heads = fit_units(table, everything, heads), wholes.fit(everything)
    boosted, texts, unseen = _fit_boosted(known, names, docs, parts, seed, report)
    model = ListingModel(
        codes=codes,
        heads=heads,
        whole_heads=wholes.heads,
        ngrams=units.export(),
        whole=whole_heads.export(),
        boosted=boosted,
        reader=reader,
        # Prices of a simulation say nothing about real goods: they train, and stay behind.
        references=knowledge.references() if any(map(is_simulated, docs)) else references,
    )
    any_unseen = unseen.pop(ANY) + read.support(ANY)
    labels = {
        code: np.minimum(logits + read.support(code), any_unseen) for code, logits in unseen.items()
    }
    return FittedListings(model, units, texts, any_unseen, labels, known)


def enough_traffic(docs: Sequence[ListingDoc]) -> bool:
    """Whether so much was judged of what shops submitted that no simulation need stand in."""
    own = [doc for doc in docs if not is_simulated(doc) and doc.source != OF_SEEDS]
    return len(own) >= ENOUGH_ROWS and sum(bool(doc.codes) for doc in own) >= ENOUGH_VIOLATING


def is_simulated(doc: ListingDoc) -> bool:
    """Whether nobody wrote or judged the listing."""
    return doc.source == "simulated"


def _lessons(docs: Sequence[ListingDoc], most: int, seed: int) -> Lessons:
    return thinned([(is_simulated(doc), doc.codes) for doc in docs], most, seed)


def _scored(
    read: ReadListings, documents: Indices, units: FittedHeads, wholes: FittedHeads
) -> Floats:
    """What the trees see of ``documents``, (documents, row_names); equal texts are scored once."""
    texts = dict.fromkeys(text for row in documents.tolist() for text in read.units[row])
    number = {text: place for place, text in enumerate(texts)}
    scores = units.score(list(texts))
    of_wholes = wholes.score([read.whole(row) for row in documents.tolist()])
    return np.array(
        [
            model_row(read.figures[row], scores[[number[text] for text in read.units[row]]], whole)
            for row, whole in zip(documents.tolist(), of_wholes, strict=True)
        ]
    )


@dataclass(frozen=True)
class _Wholes:
    """Whole texts and what they show: a column for any violation, one for each of ``heads``.

    They are of ``own`` documents, ascending: those that a person wrote, where there are any. A
    simulation has few phrases, and what stands between them teaches nothing.
    """

    texts: NgramCounts
    targets: Floats
    heads: tuple[str, ...]
    own: Indices
    weights: Floats | None

    @classmethod
    def of(
        cls, docs: Sequence[ListingDoc], read: ReadListings, codes: Sequence[str], seed: int
    ) -> Self:
        written = np.flatnonzero([not is_simulated(doc) for doc in docs])
        written = written if written.size else np.arange(len(docs))
        chosen, weights = _lessons([docs[row] for row in written.tolist()], TEXT_LESSONS, seed)
        own = written[chosen]
        labels = [docs[row].codes for row in own.tolist()]
        shown = Counter(code for of in labels for code in of)
        heads = tuple(code for code in codes if shown[code] >= LEAST_POSITIVES)
        targets = np.array([[bool(of), *(code in of for code in heads)] for of in labels], float)
        return cls(
            NgramCounts([read.whole(row) for row in own.tolist()]), targets, heads, own, weights
        )

    def fit(self, documents: Indices) -> FittedHeads:
        """The heads that learnt from ``documents``."""
        rows = np.flatnonzero(np.isin(self.own, documents))
        tfidf = Tfidf(self.texts, rows)
        weights = None if self.weights is None else self.weights[rows]
        return FittedHeads(tfidf, fit_heads(tfidf.features(rows), self.targets[rows], weights))


def _fit_boosted(
    rows: Floats,
    names: Sequence[str],
    docs: Sequence[ListingDoc],
    parts: list[Indices],
    seed: int,
    report: Report,
) -> tuple[dict[str, Boosted], dict[str, str], dict[str, Floats]]:
    shown = Counter(code for doc in docs for code in doc.codes)
    heads = [ANY, *sorted(code for code, n in shown.items() if n >= LEAST_POSITIVES)]
    weights = lesson_weights(docs)
    chosen, stands_for = _lessons(docs, TREE_LESSONS, seed)
    taught = weights[chosen] * (1.0 if stands_for is None else stands_for)

    def fit(head: str) -> tuple[str, float, float, Floats]:
        target = np.array([float(bool(d.codes) if head == ANY else head in d.codes) for d in docs])
        logits = np.empty(len(target))
        for part in parts:
            rest = ~np.isin(chosen, part)
            seen = chosen[rest]
            trees = boost(rows[seen], target[seen], taught[rest], names)
            logits[part] = trees.predict(rows[part], raw_score=True)
        text = boost(rows[chosen], target[chosen], taught, names).model_to_string()
        slope, offset = _scaling(logits, target, weights)
        return text, slope, offset, slope * logits + offset

    report(f"trees, {len(heads)} heads")
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        fitted = dict(zip(heads, pool.map(fit, heads), strict=True))
    boosted = {
        head: Boosted(Trees(text), slope, offset)
        for head, (text, slope, offset, _) in fitted.items()
    }
    texts = {head: text for head, (text, *_) in fitted.items()}
    return boosted, texts, {head: unseen for head, (*_, unseen) in fitted.items()}


def _scaling(logits: Floats, target: Floats, weights: Floats) -> tuple[float, float]:
    """Slope and offset of Platt's scaling."""
    platt = LogisticRegression(C=1e6).fit(logits[:, None], target, sample_weight=weights)
    slope, offset = float(platt.coef_[0, 0]), float(platt.intercept_[0])
    # Too few rows to calibrate on: a scaling that turns the ranking round is noise.
    return (slope, offset) if slope > 0 else (1.0, 0.0)


def base_rate_weights(docs: Sequence[ListingDoc], base_rate: float = BASE_RATE) -> Floats:
    """Weights under which ``base_rate`` of each source's rows violate.

    Source by source, since sources differ in which fields they leave out: what is missing must
    not tell the label. The weights of a source average 1.
    """
    weights = np.ones(len(docs))
    violating = np.array([bool(doc.codes) for doc in docs])
    of = np.array([doc.source for doc in docs])
    for source in np.unique(of):
        rows = of == source
        share = float(violating[rows].mean())
        if 0 < share < 1:
            weights[rows & violating] = base_rate / share
            weights[rows & ~violating] = (1 - base_rate) / (1 - share)
    return weights


def lesson_weights(docs: Sequence[ListingDoc]) -> Floats:
    """What each row weighs as a lesson: base rates as in traffic, people before simulations,
    reliable labels before doubtful ones."""
    share = np.where([is_simulated(doc) for doc in docs], SIMULATED_SHARE, 1.0)
    weights: Floats = base_rate_weights(docs) * share * np.array([doc.weight for doc in docs])
    return weights


def boost(rows: Floats, target: Floats, weights: Floats, names: Sequence[str]) -> lightgbm.Booster:
    """Trees for one head; ``names`` of the columns tell which way each may speak."""
    data = lightgbm.Dataset(rows, target, weight=weights, params={"verbosity": -1})
    constraints = [direction(name) for name in names]
    return lightgbm.train(_TREES | {"monotone_constraints": constraints}, data, _ROUNDS)


def direction(name: str) -> int:
    """Which way a figure of a listing may move its risk: 1 up, -1 down, 0 either.

    >>> direction("ip_notices"), direction("tenure_log_days"), direction("title_length")
    (1, -1, 0)
    """
    if name in _SPEAKS_AGAINST or name.startswith(_READ):
        return 1
    return -1 if name in _SPEAKS_FOR else 0


def _unit_table(
    docs: Sequence[ListingDoc], read: ReadListings, codes: Sequence[str], seed: int
) -> UnitTable:
    """What each unit of a listing's prose shows: what its quotes say, else all of its labels."""
    rows, weights = _lessons(docs, TEXT_LESSONS, seed)
    units = np.array([len(read.units[row]) for row in rows])
    targets: list[list[float]] = []
    for row in rows.tolist():
        labels = [docs[row].codes] * len(read.units[row])
        targets.extend(
            [float(bool(shown)), *(float(code in shown) for code in codes)]
            for shown in read.shown[row] or labels
        )
    known = np.array(targets)
    return UnitTable(
        [text for row in rows.tolist() for text in read.units[row]],
        np.repeat(rows, units).astype(np.intp),
        known,
        tuple(codes),
        unmarked=np.full_like(known, np.nan),
        neighbours=0.0,
        weights=None if weights is None else np.repeat(weights, units),
    )


def _file(path: Path, codes: frozenset[str], layout: Layout, at: datetime) -> Iterable[ListingDoc]:
    def refuse(row: Rejected) -> None:
        raise FileError(f"{path}:{row.line}: {row.reason}")

    for line, row in read_records(path, LabelledListing, layout, on_reject=refuse):
        if unknown := [code for code in row.codes if code not in codes]:
            allowed = ", ".join(sorted(codes))
            raise FileError(f"{path}:{line}: unknown code {unknown[0]!r}; allowed are {allowed}")
        listing = Listing.model_validate(row.model_dump(exclude={"codes", "group"}))
        yield ListingDoc(
            listing, tuple(row.codes), listing.submitted_at or at, row.group or "", path.name
        )
