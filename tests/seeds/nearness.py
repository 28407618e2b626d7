"""How near texts are: the Jaccard index of their three-character shingles, computed exactly.

MinHash estimates this number; with some thousands of rows it can be had without the error.
"""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array
from sklearn.feature_extraction.text import CountVectorizer

from features.normalise import normalise

_SILENT = re.compile(r"[\W_]+")
_SHINGLE = 3
_CHUNK = 256


class Near(NamedTuple):
    """Two rows, by their places, and their Jaccard index."""

    left: int
    right: int
    jaccard: float


def letters(text: str) -> str:
    """The text without case, width, punctuation and white space."""
    return _SILENT.sub("", normalise(text).text)


def near_pairs(texts: Sequence[str], others: Sequence[str], above: float) -> Iterator[Near]:
    """The pairs of a text and another one whose Jaccard index is above ``above``."""
    if not texts:
        return
    of_texts, of_others = ([_shingles(text) for text in each] for each in (texts, others))
    vectoriser = CountVectorizer(analyzer=list, binary=True, dtype=np.int32)
    left = csr_array(vectoriser.fit_transform(of_texts))
    right = csr_array(vectoriser.transform(of_others))
    left_sizes, right_sizes = (np.array([*map(len, each)]) for each in (of_texts, of_others))
    # Whoever shares a smaller part of its own shingles with all texts together is near to none.
    likely = np.flatnonzero(np.diff(right.indptr) > above * right_sizes)
    right, right_sizes = right[likely], right_sizes[likely]
    for start in range(0, len(texts), _CHUNK):
        shared = (left[start : start + _CHUNK] @ right.T).tocoo()
        rows, columns = shared.coords
        union = left_sizes[start + rows] + right_sizes[columns] - shared.data
        jaccard = shared.data / union
        for at in np.flatnonzero(jaccard > above):
            yield Near(int(start + rows[at]), int(likely[columns[at]]), float(jaccard[at]))


def _shingles(text: str) -> set[str]:
    spoken = letters(text)
    return {spoken[i : i + _SHINGLE] for i in range(max(1, len(spoken) - _SHINGLE + 1))}
