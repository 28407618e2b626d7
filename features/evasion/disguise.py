"""A disguised word, as the steps that undo disguises report it."""

from typing import Literal, NamedTuple

Mechanism = Literal[
    "circumlocution",
    "filler",
    "mask",
    "reduplication",
    "softener",
    "stutter",
    "homophone",
    "clipping",
    "latin",
    "currency",
    "width",
    "invisible",
    "variant",
    "split",
    "pinyin",
    "symbol",
    "spacing",
    "digit",
]
"""How a word is disguised, after section 6 of the domain notes: code phrase (白大褂), filler
inside (关某节), character masked (免某力), doubled (便便秘秘), softened (小关小注), stuttered,
spelt by sound (去班), clipped (免力), letter for a sound (免某e), 米 for 元; and in written text
full-width or styled letters, invisible characters, traditional and look-alike characters, split
characters (米唐), pinyin or initials (zui好, vx), emoji, spaces and points inside, digit puns."""


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
