"""How much of a text the dictionary does not read (未登录词): new words, slang and disguises."""

import re
from typing import Final

from features.tokenise import Tokeniser

_HAN: Final = re.compile(r"[\u4e00-\u9fd5]+")


def unknown_share(text: str, tokeniser: Tokeniser) -> float | None:
    """The share of Chinese characters that lie in no dictionary word of two or more, 0 to 1.

    Particles and classifiers stand alone in plain text too, so that it is never near 0: what
    tells is a change. A word that is broken up by a disguise falls apart into single characters
    and raises it. ``text`` is normalised; None when it has no Chinese character.

    >>> unknown_share("路口交通", Tokeniser({})), unknown_share("路.口交通", Tokeniser({}))
    (0.0, 0.5)
    """
    pieces = [piece.span() for piece in _HAN.finditer(text)]
    written = sum(end - start for start, end in pieces)
    if not written:
        return None
    tokens = (token for start, end in pieces for token in tokeniser.tokens(text, start, end))
    read = sum(t.end - t.start for t in tokens if t.known and t.end - t.start > 1)
    return 1 - read / written
