"""Fitting the after-sale model on texts of which more or less is known (售后文本模型).

A file may tell only complaints, only bad experiences, or kinds: each head learns from every text
that tells it something, and what is unknown is never taken for a no.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix, hstack
from sklearn.linear_model import LogisticRegression

from data.polarity import load_polarity
from data.split import grouped_folds
from features.polarity import PolarityReader
from models.feedback import HEADS, OTHERS, FeedbackModel, folded, softmax
from models.ngrams import NgramScorer
from training.feedback_rows import SEEDS, FeedbackDoc
from training.ngrams import NgramCounts, Tfidf
from training.pooling import enough

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]
Report = Callable[[str], None]

FOLDS: Final = 5

SEED_RATES: Final = {"complaint": 0.05, "negative": 0.1}
"""The share of after-sale texts that complain about the goods, and that tell of any bad
experience, at which a model is calibrated that learns from seeds alone, of which 40 % do;
assumed."""

_COMPLAINT, _NEGATIVE, _AUTHENTICITY, _REST = range(4)
_TEMPERATURES: Final = (0.1, 10.0)
_CALIBRATION_STRENGTH: Final = 1e6


@dataclass(frozen=True)
class Recipe:
    """How heads are fitted; ``docs/feedback.md`` says what each part is worth.

    ``strength`` is the inverse penalty. ``beside`` scales the log-odds of a bad experience, which
    stand among the features of complaint where an operator's own texts tell both answers often
    enough; learnt from the seeds, that head knows their writers too well. 0 leaves them out.
    """

    strength: float = 5.0
    beside: float = 0.3


RECIPE: Final = Recipe()


@dataclass(frozen=True)
class Targets:
    """What is known of texts: ``values`` (n, HEADS) are 1, 0, or NaN for unknown.

    ``stated`` (n, HEADS) tells what stands in a label from what another label implies.
    """

    values: Floats
    stated: NDArray[np.bool_]

    @classmethod
    def of(cls, docs: Sequence[FeedbackDoc]) -> "Targets":
        """What the labels of each text tell every head.

        Nothing bad is no complaint, and a complaint is a bad experience. A head takes such an
        implied answer only from a source that states the other answer too: from one side alone it
        would learn to know the source. Where no text tells what is no bad experience, only
        complaints are bad ones.
        """
        values = np.array([_told(doc) for doc in docs])
        stated = ~np.isnan(values)
        sources = np.array([doc.source for doc in docs])
        told = values.copy()
        for head, answer, other in ((_COMPLAINT, 0.0, _NEGATIVE), (_NEGATIVE, 1.0, _COMPLAINT)):
            both = np.isin(sources, sources[told[:, head] == 1.0 - answer])
            values[~stated[:, head] & (told[:, other] == answer) & both, head] = answer
        if not np.any(values[:, _NEGATIVE] == 0):
            values[:, _NEGATIVE] = values[:, _COMPLAINT]
        return cls(values, stated)

    def of_rows(self, rows: Indices) -> "Targets":
        """What is known of some of the texts."""
        return Targets(self.values[rows], self.stated[rows])


@dataclass(frozen=True)
class Heads:
    """Linear heads over TF-IDF, a column for each of ``HEADS``.

    ``beside`` is what the log-odds of a bad experience add to those of a complaint.
    """

    weights: Floats
    intercepts: Floats
    beside: float

    def decision(self, features: csr_matrix, bad: Floats | None = None) -> Floats:
        """Log-odds (n, HEADS); ``bad`` (n,) stand in for the head of bad experience."""
        logits = np.asarray(features @ self.weights + self.intercepts)
        logits[:, _COMPLAINT] += self.beside * (logits[:, _NEGATIVE] if bad is None else bad)
        return logits

    def merged(self) -> tuple[Floats, Floats]:
        """Weights and intercepts of the same log-odds with nothing beside."""
        weights, intercepts = self.weights.copy(), self.intercepts.copy()
        weights[:, _COMPLAINT] += self.beside * weights[:, _NEGATIVE]
        intercepts[_COMPLAINT] += self.beside * intercepts[_NEGATIVE]
        return weights, intercepts


@dataclass(frozen=True)
class Scaling:
    """What calibrates log-odds: ``slopes`` and ``offsets``, one for each of ``HEADS``."""

    slopes: Floats
    offsets: Floats


@dataclass(frozen=True)
class Judged:
    """What thresholds are chosen by: texts, the truth of one head, and what each counts."""

    rows: Indices
    truth: NDArray[np.bool_]
    weights: Floats


@dataclass(frozen=True)
class FittedFeedback:
    """A model, and the calibrated log-odds (n, HEADS) of each text when fitted without its group.

    ``tfidf``, ``heads`` and ``scaling`` are the model as it was fitted. ``complaints`` and
    ``negatives`` are the texts that are like what will be judged, and tell which they are.
    """

    model: FeedbackModel
    tfidf: Tfidf
    heads: Heads
    scaling: Scaling
    out_of_fold: Floats
    complaints: Judged
    negatives: Judged


@dataclass(frozen=True)
class Corpus:
    """Texts with their n-grams counted and their labels read, to be learnt in any choice."""

    docs: Sequence[FeedbackDoc]
    reader: PolarityReader
    table: NgramCounts
    targets: Targets

    @classmethod
    def of(cls, docs: Sequence[FeedbackDoc], *, marks: bool = True) -> "Corpus":
        """Count and read; without ``marks`` judging words are words like others."""
        reader = PolarityReader(load_polarity() if marks else ())
        table = NgramCounts([reader.marked(folded(doc.text)) for doc in docs])
        return cls(docs, reader, table, Targets.of(docs))


def fit_feedback(
    corpus: Corpus,
    report: Report = lambda sentence: None,
    *,
    rows: Indices | None = None,
    folds: int = FOLDS,
    seed: int = 0,
    recipe: Recipe = RECIPE,
) -> FittedFeedback:
    """Fit all heads on ``rows`` of the corpus, or on all.

    They are calibrated by what they say of groups that they had not seen.
    """
    table, rows = corpus.table, np.arange(len(corpus.docs)) if rows is None else rows
    targets = corpus.targets.of_rows(rows)
    own = np.array([corpus.docs[row].source != SEEDS for row in rows.tolist()])
    told = targets.values[own & targets.stated[:, _NEGATIVE], _NEGATIVE]
    recipe = recipe if enough(told) else replace(recipe, beside=0.0)
    groups = [corpus.docs[row].group for row in rows.tolist()]
    parts = grouped_folds(groups, min(folds, len(set(groups))), seed)
    everything = np.arange(len(rows))
    unseen = np.empty((len(rows), len(HEADS)))
    for number, part in enumerate(parts, 1):
        report(f"bad experience, fold {number} of {len(parts)}")
        rest = np.setdiff1d(everything, part)
        tfidf = Tfidf(table, rows[rest])
        bad = _head(tfidf.features(rows[rest]), targets.values[rest, _NEGATIVE], recipe)
        unseen[part, _NEGATIVE] = tfidf.features(rows[part]) @ bad.weights + bad.intercept
    for number, part in enumerate(parts, 1):
        report(f"complaint and kinds, fold {number} of {len(parts)}")
        rest = np.setdiff1d(everything, part)
        tfidf, heads = _fit(
            table, rows[rest], targets.values[rest], unseen[rest, _NEGATIVE], recipe
        )
        held_out = unseen[part, _NEGATIVE]
        unseen[part] = heads.decision(tfidf.features(rows[part]), held_out)
        unseen[part, _NEGATIVE] = held_out
    report("all heads, all texts")
    tfidf, heads = _fit(table, rows, targets.values, unseen[:, _NEGATIVE], recipe)
    complaints, negatives = (
        _judged(targets.values[:, head], targets.stated[:, head], own, SEED_RATES[HEADS[head]])
        for head in (_COMPLAINT, _NEGATIVE)
    )
    scaling = _scaling(unseen, targets.values, complaints, negatives)
    ngrams = _exported(tfidf, heads, scaling)
    calibrated = unseen * scaling.slopes + scaling.offsets
    return FittedFeedback(
        FeedbackModel(ngrams, corpus.reader),
        tfidf,
        heads,
        scaling,
        calibrated,
        complaints,
        negatives,
    )


def _exported(tfidf: Tfidf, heads: Heads, scaling: Scaling) -> NgramScorer:
    weights, intercepts = heads.merged()
    return NgramScorer.from_vocabulary(
        tfidf.vocabulary,
        tfidf.idf,
        weights * scaling.slopes,
        intercepts * scaling.slopes + scaling.offsets,
    )


def _told(doc: FeedbackDoc) -> list[float]:
    """What the labels of one text state for each of ``HEADS``."""
    kinds: list[bool | None] = [None] * (1 + len(OTHERS))
    if doc.kind in OTHERS:
        kinds[1:] = [doc.kind == kind for kind in OTHERS]
    elif doc.kind is not None:
        kinds[0] = doc.kind == "authenticity"
    told = [doc.complaint, doc.negative, *kinds]
    return [float("nan") if each is None else float(each) for each in told]


@dataclass(frozen=True)
class _Head:
    weights: Floats
    intercept: float


def _fit(
    table: NgramCounts, rows: Indices, values: Floats, bad: Floats, recipe: Recipe
) -> tuple[Tfidf, Heads]:
    """All heads, learnt from ``rows``; ``values`` and ``bad`` are theirs.

    ``bad`` (rows,) are log-odds of a bad experience by heads that had not seen the text.
    """
    tfidf = Tfidf(table, rows)
    features = tfidf.features(rows)
    beside = csr_matrix(hstack([features, csr_matrix(recipe.beside * bad[:, None])]))
    both = _head(beside, values[:, _COMPLAINT], recipe)
    others = [_head(features, values[:, column], recipe) for column in range(1, len(HEADS))]
    heads = [_Head(both.weights[:-1], both.intercept), *others]
    return tfidf, Heads(
        np.column_stack([head.weights for head in heads]),
        np.array([head.intercept for head in heads]),
        float(both.weights[-1]) * recipe.beside,
    )


def _head(features: csr_matrix, target: Floats, recipe: Recipe) -> _Head:
    """A logistic regression on the rows whose ``target`` is known: 1 or 0, not NaN."""
    known = np.flatnonzero(~np.isnan(target))
    positives = float(target[known].sum())
    if not 0 < positives < len(known):
        # Nothing tells the classes apart: the share with one more of each is all that is known.
        odds = (positives + 1) / (len(known) - positives + 1)
        return _Head(np.zeros(features.shape[1]), float(np.log(odds)))
    model = LogisticRegression(
        C=recipe.strength,
        class_weight="balanced",
        solver="liblinear",
        dual=True,
        max_iter=10_000,
        random_state=0,
    )
    model.fit(features[known], target[known])
    return _Head(model.coef_[0], float(model.intercept_[0]))


def _judged(
    target: Floats, stated: NDArray[np.bool_], own: NDArray[np.bool_], seed_rate: float
) -> Judged:
    """The operator's own texts where those are enough; else all, the seeds at ``seed_rate``."""
    rows = np.flatnonzero(stated & own)
    if enough(target[rows]):
        return Judged(rows, target[rows] == 1, np.ones(len(rows)))
    rows = np.flatnonzero(stated if stated.any() else ~np.isnan(target))
    truth = target[rows] == 1
    share = truth.mean()
    weights = np.where(truth, seed_rate / max(share, 1e-9), (1 - seed_rate) / max(1 - share, 1e-9))
    return Judged(rows, truth, weights)


def _scaling(unseen: Floats, values: Floats, complaints: Judged, negatives: Judged) -> Scaling:
    doubted = np.flatnonzero(~np.isnan(values[:, _AUTHENTICITY]))
    doubts = Judged(doubted, values[doubted, _AUTHENTICITY] == 1, np.ones(len(doubted)))
    plain = [
        _platt(unseen[:, column], judged)
        for column, judged in enumerate((complaints, negatives, doubts))
    ]
    kinds = np.flatnonzero(~np.isnan(values[:, _REST]))
    slope = 1 / _temperature(unseen[kinds, _REST:], values[kinds, _REST:].argmax(axis=1))
    rest = [(slope, 0.0)] * len(OTHERS)
    slopes, offsets = np.array([*plain, *rest]).T
    return Scaling(slopes, offsets)


def _platt(logits: Floats, judged: Judged) -> tuple[float, float]:
    """Slope and offset under which the log-odds are right on average (Platt scaling)."""
    if not enough(judged.truth.astype(float)):
        return 1.0, 0.0
    model = LogisticRegression(C=_CALIBRATION_STRENGTH)
    model.fit(logits[judged.rows, None], judged.truth, judged.weights)
    slope = float(model.coef_[0, 0])
    # A scaling that turns the ranking round is noise.
    return (slope, float(model.intercept_[0])) if slope > 0 else (1.0, 0.0)


def _temperature(logits: Floats, kinds: NDArray[np.int64]) -> float:
    """The divisor of the log-odds at which the right kinds are likeliest (temperature scaling).

    Guo et al., On Calibration of Modern Neural Networks, 2017.
    """
    if not len(kinds):
        return 1.0
    rows = np.arange(len(kinds))

    def loss(temperature: float) -> float:
        chances = softmax(logits / temperature)[rows, kinds]
        return float(-np.log(np.maximum(chances, 1e-12)).mean())

    return float(minimize_scalar(loss, bounds=_TEMPERATURES, method="bounded").x)
