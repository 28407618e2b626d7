from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression

from data.examples.speech import load_examples
from models.ngrams import NgramScorer
from models.packing import pack_ngrams, unpack_ngrams

TEXTS = st.lists(
    st.one_of(st.text(), st.text(alphabet="根治糖尿病家人们好𠮷😀a1", max_size=40)), max_size=6
)


class Fitted:
    """scikit-learn's pipeline with two heads, and the same as serving computes it."""

    def __init__(self) -> None:
        examples = load_examples()[:400]
        texts = [f"{example.text}𠮷😀" for example in examples]
        self.vectoriser = TfidfVectorizer(
            analyzer="char", ngram_range=(1, 4), sublinear_tf=True, min_df=2, lowercase=False
        )
        features = self.vectoriser.fit_transform(texts)
        targets = [
            [bool(example.codes) for example in examples],
            ["absolute_claim" in example.codes for example in examples],
        ]
        self.heads = [LogisticRegression(C=5.0).fit(features, target) for target in targets]
        self.scorer = NgramScorer.from_vocabulary(
            self.vectoriser.vocabulary_,
            self.vectoriser.idf_,
            np.column_stack([head.coef_[0] for head in self.heads]),
            np.array([head.intercept_[0] for head in self.heads]),
        )

    def decision(self, texts: list[str]) -> Any:
        features = self.vectoriser.transform(texts)
        return np.column_stack([head.decision_function(features) for head in self.heads])


@pytest.fixture(scope="session")
def fitted() -> Fitted:
    return Fitted()


@given(TEXTS.filter(bool))
def test_the_log_odds_are_those_of_scikit_learn(fitted: Fitted, texts: list[str]) -> None:
    # Runs of white space, which scikit-learn takes for one, are in no text that models read.
    texts = [" ".join(text.split()) for text in texts]

    assert np.abs(fitted.scorer.logits(texts) - fitted.decision(texts)).max() < 1e-9


def test_real_sentences_have_the_log_odds_of_scikit_learn(fitted: Fitted) -> None:
    texts = [" ".join(example.text.split()) for example in load_examples()]

    assert np.abs(fitted.scorer.logits(texts) - fitted.decision(texts)).max() < 1e-9


@given(TEXTS)
def test_a_text_scores_the_same_alone_and_among_others(fitted: Fitted, texts: list[str]) -> None:
    together = fitted.scorer.logits(texts)

    for row, text in zip(together, texts, strict=True):
        assert row.tobytes() == fitted.scorer.logits([text])[0].tobytes()


def test_nothing_known_scores_the_intercepts(fitted: Fitted) -> None:
    scores = fitted.scorer.logits(["", "\uffff", "☃"])

    assert (scores == fitted.scorer.intercepts).all()


def test_no_texts_give_no_rows(fitted: Fitted) -> None:
    assert fitted.scorer.logits([]).shape == (0, 2)


def test_packing_keeps_every_bit(fitted: Fitted) -> None:
    texts = ["家人们根治糖尿病", "今天讲这个杯子"]
    packed = pack_ngrams(fitted.scorer)

    assert pack_ngrams(unpack_ngrams(packed)) == packed
    assert (unpack_ngrams(packed).logits(texts) == fitted.scorer.logits(texts)).all()
