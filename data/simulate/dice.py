"""Quick draws from a seeded generator, so that the same seed tells the same story."""

from collections.abc import Sequence
from math import exp
from typing import TypeVar

import numpy as np

T = TypeVar("T")


class Dice:
    """All the randomness of one simulation."""

    def __init__(self, seed: int) -> None:
        self.generator = np.random.default_rng(seed)

    def chance(self, probability: float) -> bool:
        """Whether an event of this probability happens."""
        return self.generator.random() < probability

    def pick(self, options: Sequence[T]) -> T:
        """One of the options, all as likely."""
        return options[int(self.generator.random() * len(options))]

    def some(self, options: Sequence[T], count: int) -> list[T]:
        """Up to ``count`` different options, in a random order."""
        order = self.generator.permutation(len(options))[:count]
        return [options[index] for index in order]

    def weighted(self, weights: dict[str, float]) -> str | None:
        """A key with the probability that is its weight; None with what is left of 1."""
        rest = self.generator.random()
        for key, weight in weights.items():
            rest -= weight
            if rest < 0:
                return key
        return None

    def log_normal(self, median: float, spread: float) -> float:
        """A log-normal amount with this median and standard deviation of its logarithm."""
        return median * exp(spread * self.generator.standard_normal())

    def normal(self, mean: float, deviation: float) -> float:
        """A normal amount."""
        return mean + deviation * float(self.generator.standard_normal())

    def beta(self, a: float, b: float) -> float:
        """A share with mean a / (a + b)."""
        return float(self.generator.beta(a, b))

    def poisson(self, mean: float) -> int:
        """A count."""
        return int(self.generator.poisson(mean))

    def number(self, low: int, high: int) -> int:
        """A whole number from ``low`` to ``high``, both included."""
        return low + int(self.generator.random() * (high - low + 1))

    def digits(self, count: int) -> str:
        """A string of digits."""
        return "".join(str(int(self.generator.random() * 10)) for _ in range(count))
