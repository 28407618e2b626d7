"""What decides on submissions in a simulated world (策略): the seam for a policy of one's own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from data.listing import Listing
from data.verdict import Suggestion


@dataclass(frozen=True, slots=True)
class Ruling:
    """What a policy does with a submission.

    ``looked_at`` says whether a reviewer gets to see it, which had the probability
    ``selection_probability``; ``at_random`` that it was drawn, not flagged. ``probability``, that
    of a violation, orders the reviewers' queue; without one an item comes last.

    ``review`` holds an item until a reviewer has decided, unless it was drawn at random: then it
    is on sale meanwhile, as is a passed one that is looked at. A blocked one that is looked at
    is held, and the reviewer's word counts.

    Raises ValueError for what contradicts itself or is no probability.

    >>> Ruling("review")
    Traceback (most recent call last):
    ...
    ValueError: 'review' without a reviewer; set looked_at and selection_probability
    """

    suggestion: Suggestion
    looked_at: bool = False
    selection_probability: float = 0.0
    at_random: bool = False
    probability: float | None = None

    def __post_init__(self) -> None:
        if self.suggestion == "review" and not self.looked_at:
            raise ValueError("'review' without a reviewer; set looked_at and selection_probability")
        for name in ("selection_probability", "probability"):
            value = getattr(self, name)
            if value is not None and not 0 <= value <= 1:
                raise ValueError(f"{name} is {value}; 0 to 1 is allowed")
        if self.looked_at and not self.selection_probability:
            raise ValueError("looked_at with selection_probability 0; what happens is possible")

    @property
    def on_sale(self) -> bool:
        """Whether the item can be bought from the next day on, whatever comes after."""
        drawn = self.at_random and self.suggestion == "review"
        return self.suggestion == "pass" or drawn


class Policy(Protocol):
    """Decides on submissions, one at a time. It may change between the days of a world."""

    def judge(self, listing: Listing, at: datetime) -> Ruling:
        """What to do with a listing that was submitted at this instant.

        The listing is as a platform has it, the merchant's figures as of the midnight before.
        """


@runtime_checkable
class BatchPolicy(Protocol):
    """A policy that can decide on all of a day's submissions at once, which is quicker."""

    def judge_all(self, listings: Sequence[Listing], at: datetime) -> Sequence[Ruling]:
        """What to do with each, in their order, as ``judge`` would.

        They stand in the order of their ``submitted_at``. ``at`` is the midnight with which
        their day began: what is learnt later may tell nothing.
        """


def rulings(
    policy: Policy | BatchPolicy, listings: Sequence[tuple[Listing, datetime]], midnight: datetime
) -> list[Ruling]:
    """What a policy does with a day's submissions: all at once if it can, else one by one."""
    if not isinstance(policy, BatchPolicy):
        return [policy.judge(listing, at) for listing, at in listings]
    ruled = list(policy.judge_all([listing for listing, _ in listings], midnight))
    if len(ruled) != len(listings):
        raise ValueError(f"judge_all gave {len(ruled)} rulings for {len(listings)} listings")
    return ruled
