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
from models.claim import Read
from models.knowledge import Knowledge
from models.listing import (
    ANY,
    Boosted,
    ListingModel,
    ListingRead,
    model_row,
    prose,
    read_listing,
    row_names,
    support,
    whole_prose,
)
from models.trees import Trees
from training.ngrams import NgramCounts, Tfidf
from training.units import FittedHeads, UnitTable, covered, fit_head, fit_units

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
    reads = [read_listing(doc.listing, doc.at, reader, references) for doc in docs]
    table = _unit_table(docs, reads, codes)
    heads = table.heads()
    parts = grouped_folds([doc.group for doc in docs], folds, seed)
    everything = np.arange(len(docs))
    wholes = _Wholes.of(docs, reads, codes)
    rows: list[Floats] = [np.empty(0)] * len(docs)
    for number, held_out in enumerate(parts, 1):
        report(f"text heads, fold {number} of {len(parts)}")
        seen = np.setdiff1d(everything, held_out)
        fitted = fit_units(table, seen, heads)
        logits = table.by_document(fitted.decision(table.rows(held_out)), held_out)
        of_wholes = wholes.fit(seen).decision(held_out)
        for index, of_units, whole in zip(held_out, logits, of_wholes, strict=True):
            rows[index] = model_row(reads[index], of_units, whole)
    report("text heads, all listings")
    units, whole_heads = fit_units(table, everything, heads), wholes.fit(everything)
    names = row_names(heads, wholes.heads)
    known = np.array(rows)
    boosted, texts, unseen = _fit_boosted(known, names, docs, parts, report)
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
    any_unseen = unseen.pop(ANY) + np.array([support(read) for read in reads])
    labels = {
        code: np.minimum(logits + np.array([support(read, code) for read in reads]), any_unseen)
        for code, logits in unseen.items()
    }
    return FittedListings(model, units, texts, any_unseen, labels, known)


def enough_traffic(docs: Sequence[ListingDoc]) -> bool:
    """Whether so much was judged of what shops submitted that no simulation need stand in."""
    own = [doc for doc in docs if not is_simulated(doc) and doc.source != OF_SEEDS]
    return len(own) >= ENOUGH_ROWS and sum(bool(doc.codes) for doc in own) >= ENOUGH_VIOLATING


def is_simulated(doc: ListingDoc) -> bool:
    """Whether nobody wrote or judged the listing."""
    return doc.source == "simulated"


@dataclass(frozen=True)
class _Wholes:
    """Whole texts and what they show: a column for any violation, one for each of ``heads``.

    They learn from ``own`` documents: those that a person wrote, where there are any. A
    simulation has few phrases, and what stands between them teaches nothing.
    """

    texts: NgramCounts
    targets: Floats
    heads: tuple[str, ...]
    own: Indices

    @classmethod
    def of(
        cls, docs: Sequence[ListingDoc], reads: Sequence[ListingRead], codes: Sequence[str]
    ) -> Self:
        own = np.flatnonzero([not is_simulated(doc) for doc in docs])
        own = own if own.size else np.arange(len(docs))
        shown = Counter(code for index in own.tolist() for code in docs[index].codes)
        heads = tuple(code for code in codes if shown[code] >= LEAST_POSITIVES)
        targets = np.array(
            [[bool(doc.codes), *(code in doc.codes for code in heads)] for doc in docs], float
        )
        return cls(NgramCounts([whole_prose(read) for read in reads]), targets, heads, own)

    def fit(self, documents: Indices) -> FittedHeads:
        """The heads that learnt from ``documents``."""
        rows = np.intersect1d(documents, self.own)
        tfidf = Tfidf(self.texts, rows)
        features = tfidf.features(rows)
        columns = self.targets[rows].T
        return FittedHeads(tfidf, tuple(fit_head(features, column) for column in columns))


def _fit_boosted(
    rows: Floats,
    names: Sequence[str],
    docs: Sequence[ListingDoc],
    parts: list[Indices],
    report: Report,
) -> tuple[dict[str, Boosted], dict[str, str], dict[str, Floats]]:
    shown = Counter(code for doc in docs for code in doc.codes)
    heads = [ANY, *sorted(code for code, n in shown.items() if n >= LEAST_POSITIVES)]
    weights = lesson_weights(docs)

    def fit(head: str) -> tuple[str, float, float, Floats]:
        target = np.array([float(bool(d.codes) if head == ANY else head in d.codes) for d in docs])
        logits = np.empty(len(target))
        for part in parts:
            rest = np.setdiff1d(np.arange(len(target)), part)
            trees = boost(rows[rest], target[rest], weights[rest], names)
            logits[part] = trees.predict(rows[part], raw_score=True)
        text = boost(rows, target, weights, names).model_to_string()
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
    docs: Sequence[ListingDoc], reads: Sequence[ListingRead], codes: Sequence[str]
) -> UnitTable:
    """What each unit of a listing's prose shows: what its quotes say, else all of its labels."""
    texts: list[str] = []
    documents: list[int] = []
    targets: list[list[float]] = []
    for number, (doc, read) in enumerate(zip(docs, reads, strict=True)):
        for text in prose(read).values():
            for unit, shown in zip(text.units, _shown(doc, text), strict=True):
                texts.append(unit.text)
                documents.append(number)
                targets.append([float(bool(shown)), *(float(code in shown) for code in codes)])
    known = np.array(targets)
    return UnitTable(
        texts,
        np.array(documents, dtype=np.intp),
        known,
        tuple(codes),
        unmarked=np.full_like(known, np.nan),
        neighbours=0.0,
    )


def _shown(doc: ListingDoc, text: Read) -> list[set[str | None]]:
    if doc.quotes is None:
        return [set(doc.codes) for _ in text.units]
    return covered(doc.quotes, text)


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
