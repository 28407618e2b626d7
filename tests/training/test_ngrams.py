import numpy as np
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from training.assemble import seed_docs
from training.ngrams import NgramCounts, Tfidf


@pytest.mark.parametrize("every", [2, 100], ids=["many texts", "few texts"])
def test_counted_once_or_fitted_on_those_texts_alone_is_the_same(every: int) -> None:
    texts = [doc.text for doc in seed_docs(2, seed=0)[:2_000]]
    rows = np.arange(0, len(texts), every)
    plain = TfidfVectorizer(
        analyzer="char",
        ngram_range=(1, 4),
        sublinear_tf=True,
        min_df=2 if len(rows) >= 50 else 1,
        lowercase=False,
    ).fit([texts[row] for row in rows])

    tfidf = Tfidf(NgramCounts(texts), rows)
    others = np.arange(1, len(texts), 50)

    assert tfidf.vocabulary == plain.vocabulary_
    assert np.abs(tfidf.idf - plain.idf_).max() < 1e-12
    expected = plain.transform([texts[row] for row in others])
    assert np.abs(tfidf.features(others) - expected).max() < 1e-12


def test_an_ngram_that_both_classes_say_alike_counts_nothing() -> None:
    table = NgramCounts(["甲丙", "乙丙"] * 30)

    tfidf = Tfidf(table, np.arange(60), violating=np.array([1.0, 0.0] * 30))

    idf = {ngram: tfidf.idf[column] for ngram, column in tfidf.vocabulary.items()}
    assert idf["丙"] == pytest.approx(0)
    assert idf["甲"] == pytest.approx(idf["乙"])
    assert idf["甲"] > 1
