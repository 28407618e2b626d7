"""Where a surface means what a table says: a pattern of the text around it."""

import re
from typing import Final, NamedTuple

SUBJECT: Final = "@"
"""Stands for the surface in the pattern of a context."""

_REACH: Final = 12


class Context(NamedTuple):
    """A compiled context; ``None`` is any place."""

    pattern: re.Pattern[str] | None

    def holds(self, text: str, start: int, end: int) -> bool:
        """Whether the surface at ``[start, end)`` stands in this context."""
        if self.pattern is None:
            return True
        before = text[max(0, start - _REACH) : start].replace(SUBJECT, " ")
        after = text[end : end + _REACH].replace(SUBJECT, " ")
        return self.pattern.search(before + SUBJECT + after) is not None


def context(pattern: str) -> Context:
    """The context that ``pattern`` describes, in which ``@`` stands for the surface.

    >>> context("加@").holds("加vx吧", 1, 3), context("加@").holds("找vx吧", 1, 3)
    (True, False)
    """
    return Context(re.compile(pattern) if pattern else None)
