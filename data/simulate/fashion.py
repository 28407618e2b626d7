"""Which disguises sellers use (伪装风潮): what is found out goes, and something else comes."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from data.simulate.dice import Dice
from data.simulate.disguises import Mechanism

WRITTEN: Final[tuple[Mechanism, ...]] = (
    "homophone",
    "spacing",
    "initials",
    "variant",
    "symbol",
    "pinyin",
)
"""Disguises of titles that sellers know from the start, the likeliest first."""

LATER: Final[tuple[Mechanism, ...]] = ("split", "invisible", "mask", "digit", "width", "filler")
"""Disguises that come into fashion only with the drift ``disguise``."""

# How quickly sellers give up what was found out, take up what gets through, and how many cases
# the platform must confirm before it sees half of a mechanism's uses. All assumed.
_FOUND_OUT: Final = 0.8
_GOT_THROUGH: Final = 1.06
_HALF_LEARNT: Final = 12.0
_LEAST: Final = 0.02


class Fashion:
    """What sellers do and what the platform has learnt to see through."""

    def __init__(self) -> None:
        self._weights = {mechanism: 2.0**-rank for rank, mechanism in enumerate(WRITTEN)}
        self._confirmed: Counter[Mechanism] = Counter()

    def choose(self, dice: Dice) -> Mechanism:
        """The mechanism of a seller who disguises today."""
        total = sum(self._weights.values())
        shares = {mechanism: weight / total for mechanism, weight in self._weights.items()}
        drawn = dice.weighted(shares)
        return next(iter(self._weights)) if drawn is None else drawn

    def known(self, mechanism: Mechanism) -> float:
        """The share of a mechanism's uses that the platform sees through by now."""
        cases = self._confirmed[mechanism]
        return cases / (cases + _HALF_LEARNT)

    def found_out(self, mechanism: Mechanism) -> None:
        """A disguised listing was intercepted: sellers move on, the platform learns."""
        self._confirmed[mechanism] += 1
        if mechanism in self._weights:
            self._weights[mechanism] = max(_LEAST, self._weights[mechanism] * _FOUND_OUT)

    def got_through(self, mechanism: Mechanism) -> None:
        """A disguised listing was let on sale: others imitate it."""
        if mechanism in self._weights:
            self._weights[mechanism] = min(4.0, self._weights[mechanism] * _GOT_THROUGH)

    def replace(self, mechanisms: Sequence[Mechanism]) -> None:
        """From now on sellers use these mechanisms and no others."""
        self._weights = {mechanism: 2.0**-rank for rank, mechanism in enumerate(mechanisms)}
