"""Fewer rows to learn from where there are very many (抽稀), weighed so that none is forgotten."""

from collections.abc import Hashable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]


class Lessons(NamedTuple):
    """Rows that are learnt from, ascending, and how many rows each of them stands for, (rows,).

    ``weights`` is None where every row is there and stands for itself.
    """

    rows: Indices
    weights: Floats | None


def thinned(kinds: Sequence[Hashable], most: int, seed: int) -> Lessons:
    """At most ``most`` rows to learn from; ``kinds`` tell of each row what it is.

    Kinds of few rows stay whole, those of many are drawn from until each has the same number: a
    clean listing resembles the next more than one rare violation another. The rows of a kind weigh
    together what all of its rows weigh, so that no kind is made likelier than it is.

    >>> lessons = thinned(["clean"] * 6 + ["fake"] * 2, most=5, seed=0)
    >>> len(lessons.rows), lessons.weights
    (5, array([2., 2., 2., 1., 1.]))
    """
    if len(kinds) <= most:
        return Lessons(np.arange(len(kinds)), None)
    of: dict[Hashable, list[int]] = {}
    for row, kind in enumerate(kinds):
        of.setdefault(kind, []).append(row)
    share = _share([len(rows) for rows in of.values()], most)
    rng = np.random.default_rng(seed)
    weights = np.zeros(len(kinds))
    for rows in of.values():
        drawn = rng.permutation(rows)[:share]
        weights[drawn] = len(rows) / len(drawn)
    chosen = np.flatnonzero(weights)
    return Lessons(chosen, weights[chosen])


def _share(sizes: Sequence[int], most: int) -> int:
    """How many rows each kind may have, one at least, so that together they are ``most``."""
    left = most
    ascending = sorted(sizes)
    for number, size in enumerate(ascending):
        share = left // (len(sizes) - number)
        if size > share:
            return max(1, share)
        left -= size
    return ascending[-1]
