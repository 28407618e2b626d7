"""How words are disguised (规避手法): their names, after section 6 of the domain notes."""

from typing import Literal

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
"""For the ear: code phrase (白大褂), syllable dropped in (关某节), character masked (免某力),
doubled (便便秘秘), softened (小关小注), stuttered, spelt by sound (去班), clipped (独无二), letter
for a sound (防i), 米 for 元. For the eye: full-width or styled letters, characters that are not
seen, traditional and look-alike characters, characters taken apart (米唐), pinyin or initials
(zui好, vx), emoji, spaces and points inside, digit puns."""
