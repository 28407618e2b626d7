"""The recipe taken apart: units scored out of fold, then pooled, so that either can be changed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from data.split import grouped_folds
from features.cues import CueReader, label_weights
from models.claim import Read, is_window, pooled_features, read_text, whole_text
from training.assemble import ClaimDoc, of_seeds
from training.contained import with_contained_evidence
from training.ngrams import NgramCounts, Tfidf
from training.pooling import fit_poolers
from training.units import (
    STRENGTH,
    FittedHeads,
    UnitTable,
    claim_table,
    completed,
    fit_head,
    fit_whole,
    with_neighbours,
)

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]
Represented = Callable[[Indices], csr_matrix]
Represent = Callable[[UnitTable, Indices], Represented]
Retarget = Callable[[UnitTable, Indices, csr_matrix, Floats], Floats]
Weigh = Callable[[UnitTable, Indices, csr_matrix], Floats]
Learn = Callable[[UnitTable, Indices], Callable[[Indices], Floats]]

FOLDS: Final = 5


class Speech:
    """Labelled texts as the claim model reads them, and the units they are made of."""

    def __init__(
        self, docs: Sequence[ClaimDoc], codes: Sequence[str], reader: CueReader, contained: bool
    ) -> None:
        self.docs = with_contained_evidence(docs) if contained else list(docs)
        self.reads = [read_text(doc.text, reader) for doc in self.docs]
        self.table = claim_table(self.docs, self.reads, codes)
        self.truth = np.array([doc.violation for doc in docs], dtype=np.float64)
        self.long = np.array([is_window(read) for read in self.reads])
        self.own = np.flatnonzero([not of_seeds(doc) for doc in docs])

    @cached_property
    def wholes(self) -> NgramCounts:
        """The n-grams of whole texts, counted."""
        return NgramCounts([whole_text(read) for read in self.reads])


@dataclass
class Bench:
    """Texts under one division of their groups into folds after another.

    ``unlabelled`` are texts of which nothing is known; ``risk_words`` are what hosts disguise.
    """

    docs: Sequence[ClaimDoc]
    unlabelled: Sequence[str]
    codes: Sequence[str]
    reader: CueReader
    risk_words: frozenset[str]
    _units: dict[int, list[Floats]] = field(default_factory=dict)
    _wholes: dict[int, Floats] = field(default_factory=dict)

    @cached_property
    def speech(self) -> Speech:
        """The texts as the recipe takes them."""
        return self.read(self.docs)

    def read(self, docs: Sequence[ClaimDoc], *, contained: bool = True) -> Speech:
        """Other texts, or these with another choice of evidence."""
        return Speech(docs, self.codes, self.reader, contained)

    def parts(self, docs: Sequence[ClaimDoc], division: int) -> list[Indices]:
        """The folds of texts whose groups are among the bench's: each group is in one fold, and
        whichever texts take part, in the same."""
        fold_of: dict[str, int] = {}
        folds = grouped_folds([doc.group for doc in self.docs], FOLDS, division)
        for number, fold in enumerate(folds):
            fold_of |= {self.docs[index].group: number for index in fold}
        of = np.array([fold_of[doc.group] for doc in docs])
        return [np.flatnonzero(of == number) for number in np.unique(of)]

    def units(self, division: int) -> list[Floats]:
        """What the recipe's units score."""
        if division not in self._units:
            parts = self.parts(self.docs, division)
            self._units[division] = unit_scores(self.speech.table, parts, learn)
        return self._units[division]

    def wholes(self, division: int) -> Floats:
        """What the recipe's whole texts score."""
        if division not in self._wholes:
            parts = self.parts(self.docs, division)
            self._wholes[division] = whole_scores(self.speech, parts)
        return self._wholes[division]


def learn(
    table: UnitTable,
    documents: Indices,
    *,
    represent: Represent = lambda table, rows: Tfidf(table.ngrams, rows).features,
    retarget: Retarget = lambda table, rows, features, target: target,
    weigh: Weigh | None = None,
) -> Callable[[Indices], Floats]:
    """Fit the head of any violation on the units of documents, as ``training.units`` does.

    Returns what gives the log-odds of the units of other documents among their neighbours.
    ``represent`` makes features of units, ``retarget`` changes what is known of them, ``weigh``
    says how much each counts.
    """
    rows = table.rows(documents)
    represented = represent(table, rows)

    def features(chosen: Indices) -> csr_matrix:
        return with_neighbours(represented(chosen), table.documents[chosen], table.neighbours)

    seen = features(rows)
    target = retarget(table, rows, seen, completed(table, rows, seen)[:, 0])
    if weigh is None:
        model = fit_head(seen, target)
    else:
        model = _fit_weighted(seen, target, weigh(table, rows, seen))
    return lambda held_out: np.asarray(model.decision_function(features(table.rows(held_out))))


def _fit_weighted(seen: csr_matrix, target: Floats, weights: Floats) -> LogisticRegression:
    known = ~np.isnan(target)
    head = LogisticRegression(C=STRENGTH, class_weight="balanced", solver="newton-cg")
    with threadpool_limits(limits=1):
        return head.fit(seen[known], target[known], sample_weight=weights[known])


def unit_scores(table: UnitTable, parts: Sequence[Indices], learn: Learn) -> list[Floats]:
    """The log-odds of the units of each document by a head that did not see its group."""
    everything = np.concatenate(parts)
    unlabelled = np.setdiff1d(table.documents, everything)
    scores: dict[int, Floats] = {}
    for held_out in parts:
        rest = np.concatenate([np.setdiff1d(everything, held_out), unlabelled])
        flat = learn(table, rest)(held_out)
        for index, units in zip(held_out, table.by_document(flat, held_out), strict=True):
            scores[int(index)] = units
    return [scores[index] for index in range(len(everything))]


def whole_scores(
    speech: Speech, parts: Sequence[Indices], fit: Callable[..., FittedHeads] = fit_whole
) -> Floats:
    """The log-odds of each text as one by a head that did not see its group."""
    scores = np.empty(len(speech.docs))
    for held_out in parts:
        rest = np.setdiff1d(np.arange(len(speech.docs)), held_out)
        scores[held_out] = fit(speech.wholes, rest, speech.truth).decision(held_out)[:, 0]
    return scores


def features(speech: Speech, units: Sequence[Floats], wholes: Floats) -> Floats:
    """What poolers see of each text, (n, POOLED_FEATURES)."""

    def row(read: Read, scores: Floats, whole: float) -> Floats:
        weights = label_weights(read.reading.hits)
        return pooled_features(scores, is_window(read), whole, weights, read.reading)

    return np.array(list(map(row, speech.reads, units, wholes)))


def pooled(speech: Speech, rows: Floats, parts: list[Indices]) -> Floats:
    """The log-odds of each text by poolers that did not see its group."""
    with threadpool_limits(limits=1):
        return fit_poolers(rows, speech.truth, speech.long, parts, speech.own)[2]
