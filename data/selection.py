"""Which items a person gets to see beside those that were flagged (抽样复核), and how likely."""

from typing import Literal

from data.record import Record

Reason = Literal["exploration", "uncertainty", "disagreement"]
"""Drawn at random; near the threshold; model and rules say different things."""


class Selection(Record):
    """How likely a person sees the item, above 0 and at most 1; ``reason`` where it was drawn.

    A flagged item is always for a person: probability 1 and no reason.
    """

    probability: float
    reason: Reason | None = None
