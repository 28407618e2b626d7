"""Unit heads: which units of a document are positive, and the heads fitted on them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from features.normalise import normalise
from models.claim import NEIGHBOURS, NO_HEAD, Read
from models.ngrams import NgramScorer
from training.assemble import ClaimDoc
from training.ngrams import NgramCounts, Tfidf
from training.processes import cores, each_done

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]

LEAST_POSITIVES: Final = 12
"""Positive units without which a label gets no head of its own."""

LIKELIEST: Final = 2
"""Units that are taken for the violation of a text whose evidence nobody marked."""

STRENGTH: Final = 5.0
"""The inverse penalty of heads."""

_SCORED: Final = 50_000
"""Texts whose features are in memory at a time."""

_MANY: Final = 20_000
"""Rows from which on heads are fitted by several processes."""


@dataclass(frozen=True)
class UnitTable:
    """Units that train heads: text, number of their document, and what they are known to be.

    ``targets`` (n, columns): 1, 0, or NaN for unknown; column 0 is 'any violation', one for
    each of ``codes`` follows, and whatever else is to have a head.
    ``unmarked`` (n, columns) is what a unit is if it is the violation of a text without marked
    evidence, NaN throughout for units of other texts. ``neighbours`` is the weight of the units
    before and after, which of one text stand in order. ``weights`` (n,) are what units weigh as
    lessons; None where all weigh the same.
    """

    texts: list[str]
    documents: Indices
    targets: Floats
    codes: tuple[str, ...]
    unmarked: Floats
    neighbours: float
    weights: Floats | None = None

    @cached_property
    def ngrams(self) -> NgramCounts:
        """The n-grams of the units, counted."""
        return NgramCounts(self.texts)

    def rows(self, documents: Indices) -> Indices:
        """The units of ascending ``documents``, one after the other."""
        return np.flatnonzero(np.isin(self.documents, documents))

    def by_document(self, values: Floats, documents: Indices) -> list[Floats]:
        """``values``, one a row of ``rows(documents)``, cut where a document ends."""
        units = np.bincount(self.documents, minlength=int(documents.max(initial=-1)) + 1)
        return np.split(values, np.cumsum(units[documents])[:-1])

    def heads(self) -> tuple[str, ...]:
        """The codes with enough positive units for a head."""
        shown = np.fmax(self.targets, self.unmarked)[:, 1 : 1 + len(self.codes)]
        positives = np.nansum(shown, axis=0)
        return tuple(
            code for code, n in zip(self.codes, positives, strict=True) if n >= LEAST_POSITIVES
        )


@dataclass(frozen=True)
class FittedHeads:
    """The heads as scikit-learn fitted them; ``export`` gives serving's form."""

    tfidf: Tfidf
    models: tuple[LogisticRegression, ...]

    def decision(self, rows: Indices) -> Floats:
        """Log-odds of counted texts by themselves, fitted on or not, (rows, columns)."""
        return self._decided(self.tfidf.features(rows))

    def score(self, texts: Sequence[str]) -> Floats:
        """Log-odds of any texts by themselves, (texts, columns)."""
        parts = [texts[first : first + _SCORED] for first in range(0, len(texts), _SCORED)]
        scored = [self._decided(self.tfidf.features_of(part)) for part in parts]
        return np.concatenate([np.empty((0, len(self.models))), *scored])

    def _decided(self, features: csr_matrix) -> Floats:
        return np.column_stack([model.decision_function(features) for model in self.models])

    def export(self) -> NgramScorer:
        """The same numbers without scikit-learn."""
        weights = np.column_stack([model.coef_[0] for model in self.models])
        intercepts = np.array([model.intercept_[0] for model in self.models])
        tfidf = self.tfidf
        return NgramScorer.from_vocabulary(tfidf.vocabulary, tfidf.idf, weights, intercepts)


def claim_table(docs: Sequence[ClaimDoc], reads: Sequence[Read], codes: Sequence[str]) -> UnitTable:
    """Label the units of all documents: any violation, each code, and at last disguise (规避).

    A unit of a violating text is positive when an evidence span covers half of it, or it half
    of the span. Without evidence its units are unknown.
    """
    texts: list[str] = []
    documents: list[int] = []
    targets = [np.empty((0, 2 + len(codes)))]
    unmarked = list(targets)
    for number, (doc, read) in enumerate(zip(docs, reads, strict=True)):
        texts.extend(unit.text for unit in read.units)
        documents.extend([number] * len(read.units))
        disguised = _disguised(doc, read)
        targets.append(np.column_stack([_targets(doc, read, codes), disguised]))
        unmarked.append(np.column_stack([_unmarked(doc, read, codes), disguised]))
    return UnitTable(
        texts,
        np.array(documents, dtype=np.intp),
        np.concatenate(targets),
        tuple(codes),
        np.concatenate(unmarked),
        NEIGHBOURS,
    )


def fit_units(table: UnitTable, documents: Indices, heads: Sequence[str]) -> FittedHeads:
    """Fit a head for each column of the table, of the codes only for ``heads``.

    They learn from the units of ``documents``. Where texts have no marked evidence, heads that
    learnt from the others choose the ``LIKELIEST`` units of each, which then are learnt as well
    (multiple-instance learning).
    """
    rows = table.rows(documents)
    tfidf = Tfidf(table.ngrams, rows)
    features = with_neighbours(tfidf.features(rows), table.documents[rows], table.neighbours)
    weights = None if table.weights is None else table.weights[rows]
    targets = completed(table, rows, features, weights)
    skipped = {1 + table.codes.index(code) for code in table.codes if code not in heads}
    columns = [column for column in range(targets.shape[1]) if column not in skipped]
    return FittedHeads(tfidf, fit_heads(features, targets[:, columns], weights))


def fit_heads(
    features: csr_matrix, targets: Floats, weights: Floats | None = None
) -> tuple[LogisticRegression, ...]:
    """Fit a head for each column of ``targets`` (rows, columns); the cores share the columns.

    They are processes: sparse products keep a thread from running beside another.
    """

    def fit(column: int) -> LogisticRegression:
        return fit_head(features, targets[:, column], weights)

    workers = cores() if len(targets) >= _MANY else 1
    return tuple(model for _, model in each_done(fit, range(targets.shape[1]), workers, chunk=1))


def fit_whole(
    table: NgramCounts, texts: Indices, violating: Floats, weights: Floats | None = None
) -> FittedHeads:
    """Fit one head on whole ``texts`` of the table; ``violating``, 1 or 0, is of all of them, as
    are the ``weights`` of texts that don't weigh the same.

    A claim that is spread over a sentence shows in the whole rather than in any unit. N-grams are
    weighted by how differently the classes use them: by grouped cross-validation on LiveAMR's long
    file PR-AUC is 0.871 so and 0.865 without, on live windows the same.
    """
    tfidf = Tfidf(table, texts, violating[texts])
    of_texts = None if weights is None else weights[texts]
    return FittedHeads(tfidf, (fit_head(tfidf.features(texts), violating[texts], of_texts),))


def with_neighbours(features: csr_matrix, documents: Indices, weight: float) -> csr_matrix:
    """Each unit's features with those of the units before and after it in its document."""
    if not weight:
        return features
    after = np.flatnonzero(documents[1:] == documents[:-1])
    pairs = np.concatenate([after, after + 1]), np.concatenate([after + 1, after])
    shape = (len(documents), len(documents))
    beside = csr_matrix((np.full(2 * len(after), weight), pairs), shape=shape)
    return csr_matrix(features + beside @ features)


def completed(
    table: UnitTable, rows: Indices, features: csr_matrix, weights: Floats | None = None
) -> Floats:
    """The targets of ``rows`` (n, columns), in which the units that stand for evidence which
    nobody marked are filled in by a head that learns from the others' ``features``."""
    targets = table.targets[rows].copy()
    unmarked = table.unmarked[rows]
    open_rows = np.flatnonzero(unmarked[:, 0] == 1)
    if not open_rows.size:
        return targets
    if np.nansum(targets[:, 0]) < LEAST_POSITIVES:
        # Nothing else shows what a violation is: all that a violating text says is a first guess.
        targets[open_rows] = unmarked[open_rows]
    head = fit_head(features, targets[:, 0], weights)
    scores = head.decision_function(features[open_rows])
    targets[open_rows, : 1 + len(table.codes)] = np.nan
    owner = table.documents[rows][open_rows]
    for document in np.unique(owner):
        members = np.flatnonzero(owner == document)
        chosen = open_rows[members[np.argsort(-scores[members], kind="stable")[:LIKELIEST]]]
        targets[chosen] = unmarked[chosen]
    return targets


def fit_head(
    features: csr_matrix, target: Floats, weights: Floats | None = None
) -> LogisticRegression:
    """Fit one head on the rows whose ``target`` is known: 1 or 0, not NaN.

    ``weights`` (rows,) are what the rows weigh, the same for all by default.
    """
    known = ~np.isnan(target)
    target = target[known]
    model = LogisticRegression(C=STRENGTH, class_weight="balanced", solver="newton-cg")
    if target.size and target.min() < target.max():
        # Threads that spin while they wait make this many times slower on a busy machine.
        with threadpool_limits(limits=1):
            of_known = None if weights is None else weights[known]
            return model.fit(features[known], target, of_known)
    # The fold held out has every positive: what is left can only say no.
    model.classes_ = np.array([0.0, 1.0])
    model.coef_ = np.zeros((1, features.shape[1]))
    model.intercept_ = np.array([NO_HEAD])
    return model


def _targets(doc: ClaimDoc, read: Read, codes: Sequence[str]) -> Floats:
    targets = np.zeros((len(read.units), 1 + len(codes)))
    if not doc.violation:
        return targets
    if not doc.quotes:
        targets[:] = np.nan
        return targets
    for row, named in enumerate(covered(doc.quotes, read)):
        if named:
            targets[row] = _positive(named, codes)
        elif not doc.complete:
            targets[row] = np.nan
    return targets


def _unmarked(doc: ClaimDoc, read: Read, codes: Sequence[str]) -> Floats:
    unknown = np.full((len(read.units), 1 + len(codes)), np.nan)
    if doc.violation and not doc.quotes:
        unknown[:] = _positive({None} if doc.codes is None else set(doc.codes), codes)
    return unknown


def _positive(named: set[str | None], codes: Sequence[str]) -> Floats:
    """A violating unit; of one whose code is not named, every code is unknown."""
    target = np.full(1 + len(codes), np.nan if None in named else 0.0)
    target[[0, *(1 + codes.index(code) for code in named if code is not None)]] = 1.0
    return target


def _disguised(doc: ClaimDoc, read: Read) -> Floats:
    if doc.disguises is None:
        return np.full(len(read.units), np.nan)
    found = covered([(None, surface) for surface in doc.disguises], read)
    return np.array([float(bool(named)) for named in found])


def covered(quotes: Iterable[tuple[str | None, str]], read: Read) -> list[set[str | None]]:
    """The codes whose evidence each unit holds; ``quotes`` are (code or None, words)."""
    text = read.normalised.text
    found: list[set[str | None]] = [set() for _ in read.units]
    for code, quote in quotes:
        words = normalise(quote).text.strip("，。 ")
        for start in _places(text, words):
            for named, unit in zip(found, read.units, strict=True):
                shared = min(start + len(words), unit.end) - max(start, unit.start)
                if shared > 0 and 2 * shared >= min(unit.end - unit.start, len(words)):
                    named.add(code)
    return found


def _places(text: str, words: str) -> list[int]:
    places = []
    at = text.find(words) if words else -1
    while at >= 0:
        places.append(at)
        at = text.find(words, at + len(words))
    return places
