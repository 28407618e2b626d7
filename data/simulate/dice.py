"""Quick draws from a seeded generator, so that the same seed tells the same story."""

import random
from collections.abc import Mapping, Sequence
from functools import cached_property
from math import exp
from typing import TypeVar

import numpy as np

from data.simulate.streams import Draws, EachOwn, Subject, stream_of

T = TypeVar("T")
S = TypeVar("S", bound=Subject)
K = TypeVar("K")


class Dice:
    """All the randomness of one simulation, in one stream.

    Single draws come from the standard library, which is quicker for one number at a time than
    numpy; whole arrays from ``generator``.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._random = random.Random(int(self.generator.integers(2**63)))

    @cached_property
    def generator(self) -> np.random.Generator:
        """The same randomness for whole arrays."""
        return np.random.default_rng(self._seed)

    def about(self, *names: object) -> "Dice":
        """The dice for what has these names: these, as there is one stream."""
        return self

    def each(self, subjects: Sequence[Subject], *names: object) -> Draws:
        """Draws for many subjects at once, about what has these names."""
        return self.generator

    def share_of(self, subjects: Sequence[S], share: float, *names: object) -> Sequence[S]:
        """About this share of the subjects, drawn for what has these names."""
        return self.some(subjects, self.poisson(share * len(subjects)))

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


class SeparateDice(Dice):
    """Dice of which each subject has its own: what happens to one changes no draw of another.

    >>> dice = SeparateDice(0)
    >>> early, skipped = dice.about("shop", 1).share(), dice.about("shop", 2).share()
    >>> early == SeparateDice(0).about("shop", 1).share() != skipped
    True
    """

    def about(self, *names: object) -> Dice:
        """The dice for what has these names, at their beginning."""
        return _OwnDice(stream_of(self._seed, *names))

    def each(self, subjects: Sequence[Subject], *names: object) -> Draws:
        """Draws for many subjects at once, each from a stream of its own."""
        return EachOwn([subject.stream for subject in subjects], stream_of(self._seed, *names))

    def share_of(self, subjects: Sequence[S], share: float, *names: object) -> Sequence[S]:
        """The subjects whom something of this probability befalls."""
        drawn = self.each(subjects, *names).random(len(subjects))
        return [subjects[index] for index in np.flatnonzero(drawn < share).tolist()]


class _OwnDice(Dice):
    """One stream, whose generator is not made before it is asked for: that takes long."""

    def __init__(self, stream: int) -> None:
        self._seed = stream
        self._random = random.Random(stream)
