"""Character n-gram TF-IDF and linear heads, as serving computes them: numpy and two tables.

The numbers are those of scikit-learn's ``TfidfVectorizer(analyzer="char", sublinear_tf=True)``
and ``LogisticRegression.decision_function``; a test holds them equal within 1e-9.
"""

from collections.abc import Mapping, Sequence
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

MAX_ORDER: Final = 4
"""The longest n-gram: four characters of 16 bits fill one 64-bit key."""

_BITS: Final = 16
_SEPARATOR: Final = "\x00"

Floats = NDArray[np.float64]
Keys = NDArray[np.uint64]


class NgramScorer:
    """Linear heads over the TF-IDF of character n-grams of order 1 to ``MAX_ORDER``.

    Arguments
    ---------
    alphabet: the characters of the vocabulary; the n-th has the id n + 1, others 0.
    keys: sorted 64-bit n-gram keys, (V,).
    idf: inverse document frequencies, (V,).
    weights: (V, H), one column a head. intercepts: (H,).
    """

    def __init__(
        self, alphabet: str, keys: Keys, idf: Floats, weights: Floats, intercepts: Floats
    ) -> None:
        self.alphabet = alphabet
        self.keys = keys
        self.idf = idf
        self.weights = weights
        self.intercepts = intercepts
        self._codes = _code_table(alphabet)

    @classmethod
    def from_vocabulary(
        cls, vocabulary: Mapping[str, int], idf: Floats, weights: Floats, intercepts: Floats
    ) -> Self:
        """Build the tables from n-gram → column, with ``idf`` (V,) and ``weights`` (V, H)."""
        alphabet = "".join(sorted({char for ngram in vocabulary for char in ngram}))
        if len(alphabet) >= 1 << _BITS:
            raise ValueError(f"{len(alphabet)} different characters; 65,535 are the most")
        codes = {char: number + 1 for number, char in enumerate(alphabet)}
        keys = np.array([_key(ngram, codes) for ngram in vocabulary], dtype=np.uint64)
        columns = np.fromiter(vocabulary.values(), dtype=np.int64)
        order = np.argsort(keys)
        columns = columns[order]
        return cls(
            alphabet, keys[order], idf[columns], np.ascontiguousarray(weights[columns]), intercepts
        )

    def logits(self, texts: Sequence[str]) -> Floats:
        """The heads' log-odds for each text, (len(texts), H)."""
        scores = np.tile(self.intercepts, (len(texts), 1))
        rows, columns = self._ngrams(texts)
        if not rows.size:
            return scores
        width = np.uint64(len(self.keys))
        cells, counts = np.unique(rows * width + columns, return_counts=True)
        rows, columns = np.divmod(cells, width)
        values = (1.0 + np.log(counts)) * self.idf[columns]
        starts = np.flatnonzero(np.r_[True, rows[1:] != rows[:-1]])
        norms = np.sqrt(np.add.reduceat(values * values, starts))
        sums = np.add.reduceat(values[:, None] * self.weights[columns], starts, axis=0)
        scores[rows[starts]] += sums / norms[:, None]
        return scores

    def _ngrams(self, texts: Sequence[str]) -> tuple[Keys, Keys]:
        """The known n-grams of the texts: text numbers and table positions, one a occurrence."""
        joined = _SEPARATOR.join(texts)
        points = np.frombuffer(joined.encode("utf-32-le"), dtype=np.uint32)
        ids = self._codes[np.minimum(points, len(self._codes) - 1)]
        lengths = [len(text) + 1 for text in texts]
        row_of = np.repeat(np.arange(len(texts), dtype=np.uint64), lengths)[: len(ids)]
        known = ids > 0
        keys, rows = [ids[known]], [row_of[known]]
        grams = ids
        for order in range(1, MAX_ORDER):
            if len(ids) <= order:
                break
            known = known[:-1] & (ids[order:] > 0)
            grams = (grams[:-1] << np.uint64(_BITS)) | ids[order:]
            keys.append(grams[known])
            rows.append(row_of[: len(known)][known])
        return self._positions(np.concatenate(keys), np.concatenate(rows))

    def _positions(self, keys: Keys, rows: Keys) -> tuple[Keys, Keys]:
        positions = np.searchsorted(self.keys, keys)
        positions[positions == len(self.keys)] = 0
        found = self.keys[positions] == keys
        return rows[found], positions[found].astype(np.uint64)


def _key(ngram: str, codes: Mapping[str, int]) -> int:
    key = 0
    for char in ngram:
        key = key << _BITS | codes[char]
    return key


def _code_table(alphabet: str) -> Keys:
    """Code point → id; one place past the last known code point stands for all unknown ones."""
    table = np.zeros(max(map(ord, alphabet), default=0) + 2, dtype=np.uint64)
    for number, char in enumerate(alphabet):
        table[ord(char)] = number + 1
    return table
