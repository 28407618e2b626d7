"""A disguised word, as the steps that undo disguises report it."""

from typing import NamedTuple

from data.mechanism import Mechanism


class Disguise(NamedTuple):
    """A disguised word at ``[start, end)`` of normalised text and the plain word behind it.

    ``weight`` is how sure the disguise is deliberate, 0 to 1; ``code`` the label that the plain
    word speaks for, if any.
    """

    start: int
    end: int
    resolved: str
    weight: float
    mechanism: Mechanism
    code: str | None = None
