"""Which passed items a person gets to see (抽样复核), and how likely.

What is flagged comes before a person anyway. Of what passes, a small part does: a random slice,
without which nobody could say what was missed (漏放), and more of what the model can learn most
from: items just below the threshold, and items on which model and rules differ. Each reason draws
by itself, so an item comes before a person with 1 less the product of the chances that no reason
draws it, and that number is kept with every decision, drawn or not: estimates weigh by it.

A draw is a keyed hash of the decision's name. The same decision is drawn or not however often it
is asked, by any process, and without the key nobody can tell which.
"""

import hashlib
from collections.abc import Mapping
from math import prod
from typing import Final, NamedTuple

from data.selection import Reason, Selection
from data.verdict import Kind, Verdict
from models.calibrated import log_odds
from models.judgement import Opinion

ORDER: Final[tuple[Reason, ...]] = ("disagreement", "uncertainty", "exploration")
"""Of several reasons that draw an item the first is recorded."""

STEEPEST: Final = 10.0
"""How many times the extra share the likeliest item may be drawn for one reason."""

NEAR: Final[Mapping[Kind, float]] = {"claims": 0.2, "listings": 1.25}
"""Log-odds below the threshold from which an item is no longer called uncertain. Speech is dense
there, listings are not: so wide that less than the default sample is drawn of either."""

_DIGEST: Final = 8


class Shares(NamedTuple):
    """How much of what passes a person is to see: at random, and in all, both above 0.

    ``sample`` is an aim, not a bound: how many items lie near the threshold is the traffic's
    affair. The most that any item can be drawn for one reason beside exploration is
    ``STEEPEST`` times what ``sample`` leaves beyond ``exploration``.
    """

    exploration: float = 0.01
    sample: float = 0.02

    @property
    def most(self) -> float:
        """The highest chance that one reason beside exploration gives an item."""
        return min(1.0, STEEPEST * max(0.0, self.sample - self.exploration))


class Sampler:
    """Draws passed items for review. ``key`` is the secret of the draws."""

    def __init__(self, key: bytes, shares: Shares = Shares()) -> None:  # noqa: B008
        self.shares = shares
        self._key = hashlib.sha256(key).digest()

    def select(self, kind: Kind, verdict: Verdict, opinion: Opinion | None) -> Selection:
        """How likely a person sees the item, and why if it was drawn among those that pass.

        Without an ``opinion``, as of a degraded answer, there is exploration alone.
        """
        if verdict.suggestion != "pass":
            return Selection(probability=1.0)
        chances = reason_chances(kind, verdict.probability, opinion, self.shares)
        drawn = (
            reason
            for reason in ORDER
            if self._draw(verdict.decision_id, reason) < chances.get(reason, 0.0)
        )
        return Selection(probability=inclusion(chances), reason=next(drawn, None))

    def _draw(self, decision_id: str, reason: Reason) -> float:
        """A number from 0 to below 1, as random as the key is secret."""
        name = f"{reason} {decision_id}".encode()
        digest = hashlib.blake2b(name, key=self._key, digest_size=_DIGEST).digest()
        return (int.from_bytes(digest) >> 11) / 2**53


def reason_chances(
    kind: Kind, probability: float, opinion: Opinion | None, shares: Shares
) -> Mapping[Reason, float]:
    """The chance with which each reason draws an item that passes with this probability.

    >>> shares = Shares(exploration=0.01, sample=0.02)
    >>> near = Opinion(threshold=0.3, model=0.3, rules=0.0)
    >>> reason_chances("claims", 0.3, near, shares)["uncertainty"]
    0.1
    >>> reason_chances("claims", 0.01, None, shares)
    {'exploration': 0.01}
    """
    if opinion is None:
        return {"exploration": shares.exploration}
    return {
        "disagreement": shares.most * disagreement(opinion),
        "uncertainty": shares.most * uncertainty(kind, probability, opinion.threshold),
        "exploration": shares.exploration,
    }


def inclusion(chances: Mapping[Reason, float]) -> float:
    """The chance that at least one of independent reasons draws the item."""
    return 1.0 - prod(1.0 - chance for chance in chances.values())


def uncertainty(kind: Kind, probability: float, threshold: float) -> float:
    """How near an item that passes lies to the threshold: 1 at it, 0 from ``NEAR`` below it.

    >>> uncertainty("claims", 0.3, 0.3), uncertainty("claims", 0.1, 0.3)
    (1.0, 0.0)
    """
    below = log_odds(threshold) - log_odds(probability)
    return min(1.0, max(0.0, 1.0 - below / NEAR[kind]))


def disagreement(opinion: Opinion) -> float:
    """How much model and rules differ about an item that passes, from 0 to 1.

    1 where the model by itself says violation and context alone excuses it; else the square of
    how near the rules come to a review, less where the model doubts, too.

    >>> disagreement(Opinion(threshold=0.5, model=0.6, rules=0.0))
    1.0
    >>> disagreement(Opinion(threshold=0.5, model=0.25, rules=0.8))
    0.32
    """
    if opinion.model >= opinion.threshold:
        return 1.0
    doubt = 1.0 - opinion.model / opinion.threshold
    return round(min(1.0, opinion.rules) ** 2 * doubt, 12)
