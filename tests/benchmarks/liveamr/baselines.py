"""Baselines: what a platform would have without this project."""

from collections.abc import Callable, Sequence
from typing import Final, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from data.split import grouped_folds
from features.cues import CueReader
from features.normalise import normalise
from features.tokenise import Tokeniser
from tests.benchmarks.liveamr.audit import spoken
from training.build import SEED
from training.evaluate import best_threshold

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]
Judge = Callable[[Sequence[str]], tuple[Floats, Flags]]
"""Texts to their scores and whether each is flagged."""

_INNER_FOLDS: Final = 3


class Baseline(Protocol):
    """A recipe. ``fit`` chooses the threshold too, on the training rows alone."""

    name: str

    def fit(self, texts: Sequence[str], truth: Flags, groups: Sequence[str]) -> Judge: ...


class Keywords:
    """One hit of the project's lexicon is enough; the score counts hits. Nothing is learnt."""

    name = "keyword list (词表)"

    def __init__(self, reader: CueReader) -> None:
        self.reader = reader

    def fit(self, texts: Sequence[str], truth: Flags, groups: Sequence[str]) -> Judge:
        return self._judge

    def _judge(self, texts: Sequence[str]) -> tuple[Floats, Flags]:
        hits = [len(self.reader.read(normalise(text), text).hits) for text in texts]
        counts = np.array(hits, dtype=np.float64)
        return counts, counts > 0


class Linear:
    """TF-IDF and a logistic regression. Punctuation is stripped unless ``raw``."""

    def __init__(self, name: str, vectoriser: Callable[[], TfidfVectorizer]) -> None:
        self.name = name
        self.vectoriser = vectoriser

    def fit(self, texts: Sequence[str], truth: Flags, groups: Sequence[str]) -> Judge:
        vectoriser = self.vectoriser()
        X = vectoriser.fit_transform(texts)
        inner = np.empty(len(truth))
        for held_out in grouped_folds(groups, _INNER_FOLDS, SEED):
            rest = np.setdiff1d(np.arange(len(truth)), held_out)
            model = _regression().fit(X[rest], truth[rest])
            inner[held_out] = model.predict_proba(X[held_out])[:, 1]
        cut = best_threshold(truth, inner)
        fitted = _regression().fit(X, truth)

        def judge(texts: Sequence[str]) -> tuple[Floats, Flags]:
            scores = fitted.predict_proba(vectoriser.transform(texts))[:, 1]
            return scores, scores >= cut

        return judge


class Judged(NamedTuple):
    """Rows judged by models that saw none of their group."""

    scores: Floats
    flagged: Flags


def characters(*, raw: bool = False) -> Linear:
    """Sequences of 1 to 4 characters."""
    fold = str if raw else spoken
    return Linear(
        "characters 1-4, TF-IDF + LR" + (", raw" if raw else ""),
        lambda: TfidfVectorizer(
            preprocessor=fold, analyzer="char", ngram_range=(1, 4), min_df=2, sublinear_tf=True
        ),
    )


def words() -> Linear:
    """Words (jieba), single and in pairs."""
    cut = Tokeniser({}).words_of
    return Linear(
        "words 1-2 (jieba), TF-IDF + LR",
        lambda: TfidfVectorizer(
            preprocessor=spoken,
            tokenizer=cut,
            token_pattern=None,
            ngram_range=(1, 2),
            min_df=2,
            sublinear_tf=True,
        ),
    )


def cross_validated(
    recipe: Baseline, texts: Sequence[str], truth: Flags, groups: Sequence[str], folds: int
) -> Judged:
    """Each row judged by a model that saw none of its group; folds as the claim model has them."""
    judged = Judged(np.empty(len(truth)), np.zeros(len(truth), dtype=np.bool_))
    for held_out in grouped_folds(groups, folds, SEED):
        rest = np.setdiff1d(np.arange(len(truth)), held_out).tolist()
        judge = recipe.fit([texts[n] for n in rest], truth[rest], [groups[n] for n in rest])
        judged.scores[held_out], judged.flagged[held_out] = judge([texts[n] for n in held_out])
    return judged


def _regression() -> LogisticRegression:
    return LogisticRegression(C=10.0, solver="liblinear")
