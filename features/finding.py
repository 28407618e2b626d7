"""A finding: what a rule saw in a listing, and how sure it is."""

import re
from typing import Annotated

from pydantic import Field

from data.record import Record

_DENIALS = re.compile(r"(?:不|没|非|别|勿|无(?!论)|未)[^，。]{0,4}$")
_NOT_DENIALS = re.compile(r"不仅|不但|不只|不光|非常|无比|不错|不用愁|差别|特别|级别|罚没|没收")


class Finding(Record):
    """One rule that fired.

    ``code`` is the risk label, ``field`` the path of the field that shows it, ``text`` the words
    in it (normalised), ``cue`` the rule's name, ``basis`` the statutes. ``certainty``, from 0 to
    1, is how likely the rule alone makes the finding right: above 0.9 a matter of fact, about
    0.5 a reason to look.
    """

    code: str
    field: str
    text: str
    cue: str
    basis: tuple[str, ...]
    certainty: Annotated[float, Field(ge=0, le=1)]
    reason_zh: str


def is_denied(text: str, start: int) -> bool:
    """Whether a denial stands within four characters before ``start``, in the same clause.

    >>> is_denied("本品不能美白", 4), is_denied("不仅美白", 2)
    (True, False)
    """
    before = _NOT_DENIALS.sub("", text[max(0, start - 8) : start])
    return _DENIALS.search(before) is not None
