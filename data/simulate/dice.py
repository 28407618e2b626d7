"""Quick draws from a seeded generator, so that the same seed tells the same story."""

import random
from collections.abc import Mapping, Sequence
from math import exp
from typing import TypeVar

import numpy as np

T = TypeVar("T")
K = TypeVar("K")


class Dice:
    """All the randomness of one simulation.

    Single draws come from the standard library, which is quicker for one number at a time than
    numpy; whole arrays from ``generator``.
    """

    def __init__(self, seed: int) -> None:
        self.generator = np.random.default_rng(seed)
        self._random = random.Random(int(self.generator.integers(2**63)))

    def chance(self, probability: float) -> bool:
        """Whether an event of this probability happens."""
        return self._random.random() < probability

    def share(self) -> float:
        """A share from 0 to below 1, all as likely."""
        return self._random.random()

    def pick(self, options: Sequence[T]) -> T:
        """One of the options, all as likely."""
        return options[int(self._random.random() * len(options))]

    def some(self, options: Sequence[T], count: int) -> list[T]:
        """Up to ``count`` different options, in a random order."""
        return [options[index] for index in self._places(len(options), count)]

    def shuffled(self, options: Sequence[T]) -> list[T]:
        """All the options in a random order."""
        return self.some(options, len(options))

    def _places(self, size: int, count: int) -> list[int]:
        """Up to ``count`` different indices below ``size`` (Fisher and Yates)."""
        draw, places = self._random.random, list(range(size))
        count = min(count, size)
        for at in range(count):
            other = at + int(draw() * (size - at))
            places[at], places[other] = places[other], places[at]
        return places[:count]

    def weighted(self, weights: Mapping[K, float]) -> K | None:
        """A key with the probability that is its weight; None with what is left of 1."""
        rest = self._random.random()
        for key, weight in weights.items():
            rest -= weight
            if rest < 0:
                return key
        return None

    def log_normal(self, median: float, spread: float) -> float:
        """A log-normal amount with this median and standard deviation of its logarithm."""
        return median * exp(spread * self._random.gauss(0.0, 1.0))

    def normal(self, mean: float, deviation: float) -> float:
        """A normal amount."""
        return self._random.gauss(mean, deviation)

    def beta(self, a: float, b: float) -> float:
        """A share with mean a / (a + b)."""
        return self._random.betavariate(a, b)

    def poisson(self, mean: float) -> int:
        """A count."""
        return int(self.generator.poisson(mean))

    def number(self, low: int, high: int) -> int:
        """A whole number from ``low`` to ``high``, both included."""
        return low + int(self._random.random() * (high - low + 1))

    def digits(self, count: int) -> str:
        """A string of digits."""
        return "".join(str(int(self._random.random() * 10)) for _ in range(count))
