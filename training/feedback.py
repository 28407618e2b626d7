"""Fitting the after-sale model on labelled texts (售后文本模型)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from data.examples.after_sale import AfterSaleText
from data.split import grouped_folds
from models.feedback import COMPLAINTS, KINDS, FeedbackModel, folded, softmax
from models.ngrams import MAX_ORDER, NgramScorer

Floats = NDArray[np.float64]

FOLDS: Final = 5
_STRENGTH: Final = 10.0
_TEMPERATURES: Final = (0.1, 10.0)


@dataclass(frozen=True)
class FittedFeedback:
    """A model, and (n, kinds) what it says of each text when fitted without its category."""

    model: FeedbackModel
    out_of_fold: Floats


def fit_feedback(texts: Sequence[AfterSaleText], *, seed: int = 0) -> FittedFeedback:
    """Fit one head a kind; the temperature comes from categories that the heads had not seen."""
    words = [folded(text.text) for text in texts]
    kinds = np.array([KINDS.index(text.kind) for text in texts])
    parts = grouped_folds([text.category for text in texts], FOLDS, seed)
    unseen = np.empty((len(texts), len(KINDS)))
    for part in parts:
        rest = np.setdiff1d(np.arange(len(texts)), part)
        vectoriser, model = _fit([words[row] for row in rest], kinds[rest])
        unseen[part] = model.decision_function(vectoriser.transform([words[row] for row in part]))
    temperature = _temperature(unseen, kinds)
    vectoriser, model = _fit(words, kinds)
    ngrams = NgramScorer.from_vocabulary(
        vectoriser.vocabulary_,
        vectoriser.idf_,
        np.ascontiguousarray(model.coef_.T),
        model.intercept_,
    )
    return FittedFeedback(FeedbackModel(ngrams, temperature), softmax(unseen / temperature))


def complaint_scores(probabilities: Floats) -> Floats:
    """The probability (n,) that a text speaks against the goods: quality or authenticity."""
    columns = [KINDS.index(kind) for kind in COMPLAINTS]
    return np.asarray(probabilities[:, columns].sum(axis=1))


def _fit(
    words: Sequence[str], kinds: NDArray[np.int64]
) -> tuple[TfidfVectorizer, LogisticRegression]:
    vectoriser = TfidfVectorizer(
        analyzer="char",
        ngram_range=(1, MAX_ORDER),
        sublinear_tf=True,
        min_df=2,
        lowercase=False,
        dtype=np.float64,
    )
    features: csr_matrix = vectoriser.fit_transform(words)
    model = LogisticRegression(C=_STRENGTH, class_weight="balanced", max_iter=500)
    # Threads that spin while they wait make this many times slower on a busy machine.
    with threadpool_limits(limits=1):
        return vectoriser, model.fit(features, kinds)


def _temperature(logits: Floats, kinds: NDArray[np.int64]) -> float:
    """The divisor of the log-odds at which the right kinds are likeliest (temperature scaling).

    Guo et al., On Calibration of Modern Neural Networks, 2017.
    """
    rows = np.arange(len(kinds))

    def loss(temperature: float) -> float:
        chances = softmax(logits / temperature)[rows, kinds]
        return float(-np.log(np.maximum(chances, 1e-12)).mean())

    return float(minimize_scalar(loss, bounds=_TEMPERATURES, method="bounded").x)
