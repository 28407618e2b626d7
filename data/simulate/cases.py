"""What a reviewer of the simulation is given to decide (案件)."""

from typing import NamedTuple

from data.simulate.events import Stage
from data.simulate.offers import Offer


class Case(NamedTuple):
    """An offer that a reviewer is to look at, and the probability with which it was chosen.

    ``held`` says that it is not on sale until then; ``likelihood`` is the probability of a
    violation that the policy gave, if any.
    """

    offer: Offer
    decision_id: str
    stage: Stage
    probability: float
    held: bool = False
    likelihood: float | None = None
