"""Random streams that do not disturb each other (共同随机数), to compare policies on one world.

With one stream for all, whatever one decision changes shifts every draw after it. Here each
subject has a stream of its own, named by what it is: two worlds with the same seed then differ
only by what the decisions led to.
"""

from collections.abc import Callable, Sequence
from hashlib import blake2b
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

_GOLDEN: Final = 0x9E3779B97F4A7C15
_WORD: Final = 2**64


class Subject(Protocol):
    """Something with a random stream of its own: a shop, an offer."""

    @property
    def stream(self) -> int:
        """The number of the stream, 0 to 2**64 - 1."""


class Draws(Protocol):
    """Draws for many subjects at once, one for each; numpy's ``Generator`` is one."""

    def random(self, size: int, /) -> Floats:
        """Shares from 0 to below 1."""

    def poisson(self, lam: Floats, /) -> Whole:
        """Counts with these means."""

    def binomial(self, n: Whole, p: Floats | float, /) -> Whole:
        """How often something of this probability happens in so many trials."""

    def integers(self, low: int, high: int, size: int, /) -> Whole:
        """Whole numbers from ``low`` to below ``high``."""


def stream_of(*names: object) -> int:
    """The stream of what has these names, which are told apart by how they are written.

    >>> stream_of("shop", 1) == stream_of("shop", 1) != stream_of("shop", 2)
    True
    """
    return int.from_bytes(blake2b(repr(names).encode(), digest_size=8).digest(), "big")


class EachOwn:
    """Draws for subjects each of which has a stream of its own.

    The n-th draw of a subject depends on its stream, on ``salt`` and on n, and not on who else
    is there.

    >>> one, two = EachOwn([7], 1), EachOwn([3, 7], 1)
    >>> bool(one.random(1)[0] == two.random(2)[1])
    True
    """

    def __init__(self, streams: Sequence[int], salt: int) -> None:
        self._streams = np.array(streams, dtype=np.uint64)
        self._at = salt

    def random(self, size: int, /) -> Floats:
        """Shares from 0 to below 1; ``size`` is the number of subjects."""
        if size != len(self._streams):
            raise ValueError(f"size is {size}; there are {len(self._streams)} subjects")
        self._at = (self._at + _GOLDEN) % _WORD
        mixed = _mixed(_mixed(self._streams) + np.uint64(self._at))
        return (mixed >> np.uint64(11)).astype(np.float64) * 2.0**-53

    def poisson(self, lam: Floats, /) -> Whole:
        """Counts with these means, 0 to 700: the inverse of the distribution."""
        return _inverted(self.random(len(lam)), np.exp(-lam), lambda k, term: term * lam / k)

    def binomial(self, n: Whole, p: Floats | float, /) -> Whole:
        """Successes in up to 1,000 trials: the inverse of the distribution."""
        often = np.asarray(p, dtype=np.float64)
        seldom = np.minimum(often, 1.0 - often)
        odds = seldom / (1.0 - seldom)
        few = _inverted(
            self.random(len(n)),
            np.power(1.0 - seldom, n),
            lambda k, term: term * odds * np.maximum(0, n - k + 1) / k,
        )
        return np.where(often > 0.5, n - few, few)

    def integers(self, low: int, high: int, size: int, /) -> Whole:
        """Whole numbers from ``low`` to below ``high``."""
        return low + (self.random(size) * (high - low)).astype(np.int64)


def _inverted(shares: Floats, none: Floats, following: Callable[[int, Floats], Floats]) -> Whole:
    """The least counts up to which more than these shares of a distribution lie.

    ``none`` is the probability of 0, ``following`` gives that of k from that of k - 1.
    """
    counts = np.zeros(len(shares), dtype=np.int64)
    term, below = none, none.copy()
    count = 0
    while (beyond := (shares >= below) & (term > 0)).any():
        count += 1
        term = following(count, term)
        below += term
        counts[beyond] = count
    return counts


def _mixed(words: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Words whose every bit depends on every bit (SplitMix64: Steele, Lea, Flood 2014)."""
    words = (words ^ (words >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    words = (words ^ (words >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return words ^ (words >> np.uint64(31))
