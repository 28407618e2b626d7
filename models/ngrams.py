"""Character n-gram TF-IDF and linear heads, as serving computes them: numpy and two tables.

The numbers are those of scikit-learn's ``TfidfVectorizer(analyzer="char", sublinear_tf=True)``
and ``LogisticRegression.decision_function``; a test holds them equal within 1e-9.
"""

from codecs import utf_32_le_encode
from collections.abc import Mapping, Sequence
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

MAX_ORDER: Final = 4
"""The longest n-gram: four characters of 16 bits fill one 64-bit key."""

_BITS: Final = 16
_SEPARATOR: Final = "\x00"
_SPREAD: Final = np.uint64(0x9E3779B97F4A7C15)
_SLOTS_A_KEY: Final = 8
_UNKNOWN: Final = (1 << _BITS) - 1
_CODE: Final = np.dtype(">u2")
_CODES: Final = np.dtype(">u8")
_LEFT_OUT: Final = np.arange(_BITS * (MAX_ORDER - 1), -1, -_BITS, dtype=np.uint64)[:, None]

Floats = NDArray[np.float64]
Keys = NDArray[np.uint64]
Cells = NDArray[np.int64]


class NgramScorer:
    """Linear heads over the TF-IDF of character n-grams of order 1 to ``MAX_ORDER``.

    Arguments
    ---------
    alphabet: the characters of the vocabulary; the n-th has the id n + 1, others ``_UNKNOWN``.
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
        self._shift = np.uint64(64 - (len(keys) * _SLOTS_A_KEY).bit_length())
        self._slots = _slot_table(keys, self._shift)
        self._column_bits = len(keys).bit_length()

    @classmethod
    def from_vocabulary(
        cls, vocabulary: Mapping[str, int], idf: Floats, weights: Floats, intercepts: Floats
    ) -> Self:
        """Build the tables from n-gram → column, with ``idf`` (V,) and ``weights`` (V, H)."""
        alphabet = "".join(sorted({char for ngram in vocabulary for char in ngram}))
        if len(alphabet) >= _UNKNOWN:
            raise ValueError(f"{len(alphabet)} different characters; {_UNKNOWN - 1:,} are the most")
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
        scores = np.empty((len(texts), len(self.intercepts)))
        scores[:] = self.intercepts
        cells = self._cells(texts)
        if not cells.size:
            return scores
        distinct = _run_starts(cells)
        counts = _run_lengths(distinct, len(cells))
        found = cells[distinct]
        rows, columns = found >> self._column_bits, found & ((1 << self._column_bits) - 1)
        values = (1.0 + np.log(counts)) * self.idf[columns]
        starts = _run_starts(rows)
        norms = np.sqrt(np.add.reduceat(values * values, starts))
        weighted = self.weights.take(columns, axis=0)
        weighted *= values[:, None]
        sums = np.add.reduceat(weighted, starts, axis=0)
        scores[rows[starts]] += sums / norms[:, None]
        return scores

    def _cells(self, texts: Sequence[str]) -> Cells:
        """The known n-grams, sorted: the text's number, and in low bits the place in the table."""
        joined = _SEPARATOR.join(texts) + _SEPARATOR * MAX_ORDER
        points = np.frombuffer(utf_32_le_encode(joined)[0], dtype=np.uint32)
        grams = _ngrams(self._codes.take(points, mode="clip"))
        slots = self._slots.take(_spread(grams, self._shift).view(np.int64))
        (likely,) = slots.nonzero()
        keys, positions = grams[likely], slots[likely] - 1
        (others,) = (self.keys.take(positions) != keys).nonzero()
        positions[others] = self.keys.searchsorted(keys[others])
        found = self.keys.take(positions, mode="clip") == keys
        rows = np.arange(len(texts)) << self._column_bits
        row_of = rows.repeat([len(text) + 1 for text in texts])
        cells: Cells = np.concatenate((row_of,) * MAX_ORDER)[likely[found]] + positions[found]
        cells.sort()
        return cells


def _ngrams(ids: NDArray[np.uint16]) -> Keys:
    """The keys of the n-grams that begin at each place but the last three, order by order.

    ``ids`` are big-endian, so that ``MAX_ORDER`` of them are a key as they stand. A key with an
    unknown character is in no table.
    """
    longest = np.ndarray(len(ids) - MAX_ORDER + 1, _CODES, ids, strides=ids.strides)
    return (longest.astype(np.uint64) >> _LEFT_OUT).ravel()


def _run_starts(values: Cells) -> Cells:
    """Where each run of equal values begins."""
    begins = np.empty(len(values), dtype=np.bool_)
    begins[0] = True
    np.not_equal(values[1:], values[:-1], out=begins[1:])
    return begins.nonzero()[0]


def _run_lengths(starts: Cells, size: int) -> Cells:
    """How long each run is; ``np.diff`` with its ``append`` takes five times as long."""
    lengths = np.empty(len(starts), dtype=np.int64)
    np.subtract(starts[1:], starts[:-1], out=lengths[:-1])
    lengths[-1] = size - starts[-1]
    return lengths


def _key(ngram: str, codes: Mapping[str, int]) -> int:
    key = 0
    for char in ngram:
        key = key << _BITS | codes[char]
    return key


def _spread(keys: Keys, shift: np.uint64) -> Keys:
    """A place for each key, spread evenly (Fibonacci hashing)."""
    return (keys * _SPREAD) >> shift


def _slot_table(keys: Keys, shift: np.uint64) -> NDArray[np.int32]:
    """The position + 1 of a key at its place, 0 where there is none: one look tells most n-grams.

    Of keys that share a place one stands there.
    """
    slots = np.zeros(1 << (64 - int(shift)), dtype=np.int32)
    slots[_spread(keys, shift)] = np.arange(1, len(keys) + 1, dtype=np.int32)
    return slots


def _code_table(alphabet: str) -> NDArray[np.uint16]:
    """Code point → id; one place past the last known code point stands for all unknown ones."""
    table = np.full(max(map(ord, alphabet), default=0) + 2, _UNKNOWN, dtype=_CODE)
    for number, char in enumerate(alphabet):
        table[ord(char)] = number + 1
    return table
