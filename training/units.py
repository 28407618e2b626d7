"""Unit heads: which units of a document are positive, and the heads fitted on them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from features.normalise import normalise
from models.claim import NO_HEAD, Read
from models.ngrams import MAX_ORDER, NgramScorer
from training.assemble import ClaimDoc

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]

LEAST_POSITIVES: Final = 12
"""Positive units without which a label gets no head of its own."""

_STRENGTH: Final = 5.0
_LEAST_DOCUMENTS: Final = 2
_FEW: Final = 50
"""Units below which a sequence that occurs once is kept: there is little else."""


@dataclass(frozen=True)
class UnitTable:
    """Units that train heads: text, number of their document, and what they are known to be.

    ``targets`` (n, 1 + codes): 1, 0, or NaN for unknown; column 0 is 'any violation'.
    """

    texts: list[str]
    documents: Indices
    targets: Floats
    codes: tuple[str, ...]

    def heads(self) -> tuple[str, ...]:
        """The codes with enough positive units for a head."""
        positives = np.nansum(self.targets[:, 1:], axis=0)
        return tuple(
            code for code, n in zip(self.codes, positives, strict=True) if n >= LEAST_POSITIVES
        )


@dataclass(frozen=True)
class FittedUnits:
    """The fitted scikit-learn pipeline of the heads; ``export`` gives serving's form."""

    vectoriser: TfidfVectorizer
    models: tuple[LogisticRegression, ...]

    def decision(self, texts: Sequence[str]) -> Floats:
        """Log-odds as scikit-learn computes them, (n, 1 + heads)."""
        features = self.vectoriser.transform(texts)
        return np.column_stack([model.decision_function(features) for model in self.models])

    def export(self) -> NgramScorer:
        """The same numbers without scikit-learn."""
        weights = np.column_stack([model.coef_[0] for model in self.models])
        intercepts = np.array([model.intercept_[0] for model in self.models])
        vectoriser = self.vectoriser
        return NgramScorer.from_vocabulary(
            vectoriser.vocabulary_, vectoriser.idf_, weights, intercepts
        )


def unit_table(docs: Sequence[ClaimDoc], reads: Sequence[Read], codes: Sequence[str]) -> UnitTable:
    """Label the units of all documents.

    A unit of a violating text is positive when an evidence span covers half of it, or it half
    of the span. Without evidence every unit is: by grouped cross-validation on real windows
    that noise costs less than leaving their units out (PR-AUC 0.781 against 0.735).
    """
    texts: list[str] = []
    documents: list[int] = []
    targets = [np.empty((0, 1 + len(codes)))]
    for number, (doc, read) in enumerate(zip(docs, reads, strict=True)):
        texts.extend(unit.text for unit in read.units)
        documents.extend([number] * len(read.units))
        targets.append(_targets(doc, read, codes))
    return UnitTable(
        texts, np.array(documents, dtype=np.intp), np.concatenate(targets), tuple(codes)
    )


def fit_units(table: UnitTable, documents: Indices, heads: Sequence[str]) -> FittedUnits:
    """Fit one head for 'any violation' and one a code on the units of these documents."""
    rows = np.flatnonzero(np.isin(table.documents, documents) & ~np.isnan(table.targets[:, 0]))
    vectoriser = TfidfVectorizer(
        analyzer="char",
        ngram_range=(1, MAX_ORDER),
        sublinear_tf=True,
        min_df=_LEAST_DOCUMENTS if len(rows) >= _FEW else 1,
        lowercase=False,
        dtype=np.float64,
    )
    features = vectoriser.fit_transform([table.texts[row] for row in rows])
    columns = [0, *(1 + table.codes.index(head) for head in heads)]
    models = []
    for column in columns:
        target = table.targets[rows, column]
        known = ~np.isnan(target)
        models.append(_fit_head(features[known], target[known]))
    return FittedUnits(vectoriser, tuple(models))


def _fit_head(features: csr_matrix, target: Floats) -> LogisticRegression:
    model = LogisticRegression(C=_STRENGTH, class_weight="balanced", max_iter=300)
    if target.min() < target.max():
        # Threads that spin while they wait make this many times slower on a busy machine.
        with threadpool_limits(limits=1):
            return model.fit(features, target)
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
        return _without_evidence(doc, targets, codes)
    for row, named in enumerate(covered(doc.quotes, read)):
        if named:
            targets[row, 0] = 1.0
            targets[row, [1 + codes.index(code) for code in named]] = 1.0
        elif not doc.complete:
            targets[row] = np.nan
    return targets


def _without_evidence(doc: ClaimDoc, targets: Floats, codes: Sequence[str]) -> Floats:
    targets[:, 0] = 1.0
    if doc.codes is None:
        targets[:, 1:] = np.nan
    else:
        targets[:, [1 + codes.index(code) for code in doc.codes]] = 1.0
    return targets


def covered(quotes: Iterable[tuple[str, str]], read: Read) -> list[set[str]]:
    """The codes whose evidence each unit holds; ``quotes`` are (code, words)."""
    text = read.normalised.text
    found: list[set[str]] = [set() for _ in read.units]
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
