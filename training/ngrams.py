"""Character n-grams counted once, and the TF-IDF of any choice of texts from those counts.

Cross-validation fits the same texts again for each fold; counting them is most of that work.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sklearn.feature_extraction.text import CountVectorizer, TfidfTransformer

from models.ngrams import MAX_ORDER

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]

_LEAST_TEXTS: Final = 2
_FEW: Final = 50
"""Texts below which an n-gram that one of them holds is kept: there is little else."""

_SMOOTHING: Final = 1.0
"""What is added to how many texts of a class hold an n-gram."""


class NgramCounts:
    """How often each n-gram of order 1 to ``MAX_ORDER`` stands in each of ``texts``.

    ``counts`` is (texts, n-grams), ``ngrams`` names its columns.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        self._counter = CountVectorizer(
            analyzer="char", ngram_range=(1, MAX_ORDER), lowercase=False, dtype=np.float64
        )
        self.texts = texts
        self.counts: csr_matrix = self._counter.fit_transform(texts)
        self.ngrams: NDArray[np.object_] = self._counter.get_feature_names_out()

    def count(self, texts: Sequence[str]) -> csr_matrix:
        """The counts of other texts, (texts, n-grams); n-grams that these lack are left out."""
        return csr_matrix(self._counter.transform(texts))


class Tfidf:
    """TF-IDF with sublinear counts, in rows of length 1, as ``rows`` of the texts have it.

    The numbers are those of scikit-learn's ``TfidfVectorizer`` fitted on those texts alone. Given
    ``violating``, 1 or 0 of each row, an n-gram's idf is multiplied by the square root of its
    log-count ratio, so that what both classes say alike counts little (Wang and Manning,
    *Baselines and Bigrams*, ACL 2012, section 2.3, who take the ratio itself).
    """

    def __init__(self, table: NgramCounts, rows: Indices, violating: Floats | None = None) -> None:
        self.table = table
        chosen = table.counts[rows]
        texts = np.bincount(chosen.indices, minlength=chosen.shape[1])
        self._columns = np.flatnonzero(texts >= (_LEAST_TEXTS if len(rows) >= _FEW else 1))
        chosen = chosen[:, self._columns]
        self._transformer = TfidfTransformer(sublinear_tf=True).fit(chosen)
        if violating is not None:
            self._transformer.idf_ = self.idf * np.sqrt(np.abs(_log_count_ratio(chosen, violating)))

    @property
    def idf(self) -> Floats:
        """The inverse document frequencies, (n-grams,)."""
        return np.asarray(self._transformer.idf_)

    @cached_property
    def vocabulary(self) -> dict[str, int]:
        """The n-grams that are known, with their columns."""
        ngrams = self.table.ngrams[self._columns]
        return {str(ngram): column for column, ngram in enumerate(ngrams)}

    def features(self, rows: Indices) -> csr_matrix:
        """The features of ``rows`` of the table, fitted on or not, (rows, n-grams)."""
        return self._weighed(self.table.counts[rows])

    def features_of(self, texts: Sequence[str]) -> csr_matrix:
        """The features of texts that need not be in the table, (texts, n-grams)."""
        return self._weighed(self.table.count(texts))

    def _weighed(self, counts: csr_matrix) -> csr_matrix:
        return csr_matrix(self._transformer.transform(counts[:, self._columns]))


def _log_count_ratio(counts: csr_matrix, violating: Floats) -> Floats:
    """How much likelier each n-gram stands in a violating text than in a clean one, as a log."""
    present = counts.sign()
    likely = _SMOOTHING + present.T @ violating
    unlikely = _SMOOTHING + present.T @ (1.0 - violating)
    return np.asarray(np.log(likely / likely.sum()) - np.log(unlikely / unlikely.sum()))
