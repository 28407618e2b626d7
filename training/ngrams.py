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


class NgramCounts:
    """How often each n-gram of order 1 to ``MAX_ORDER`` stands in each of ``texts``.

    ``counts`` is (texts, n-grams), ``ngrams`` names its columns.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        counter = CountVectorizer(
            analyzer="char", ngram_range=(1, MAX_ORDER), lowercase=False, dtype=np.float64
        )
        self.texts = texts
        self.counts: csr_matrix = counter.fit_transform(texts)
        self.ngrams: NDArray[np.object_] = counter.get_feature_names_out()


class Tfidf:
    """TF-IDF with sublinear counts, in rows of length 1, as ``rows`` of the texts have it.

    The numbers are those of scikit-learn's ``TfidfVectorizer`` fitted on those texts alone.
    """

    def __init__(self, table: NgramCounts, rows: Indices) -> None:
        self.table = table
        chosen = table.counts[rows]
        texts = np.bincount(chosen.indices, minlength=chosen.shape[1])
        self._columns = np.flatnonzero(texts >= (_LEAST_TEXTS if len(rows) >= _FEW else 1))
        self._transformer = TfidfTransformer(sublinear_tf=True).fit(chosen[:, self._columns])

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
        return csr_matrix(self._transformer.transform(self.table.counts[rows][:, self._columns]))
