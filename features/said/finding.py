"""A contradiction between what is said and what is listed, with both sides (口播与详情不符)."""

from typing import Annotated, Literal

from pydantic import Field

from data.record import Record
from data.verdict import Hit

Aspect = Literal["price", "origin", "material", "quantity", "efficacy", "licence"]
"""价格, 产地, 材质, 数量, 功效, 资质."""


class Cited(Record):
    """Words in a field. ``start`` and ``end`` are code points of the field as sent, end exclusive.

    Both are null for a fact that is no text: a price, or a licence that was not submitted.
    """

    field: str
    start: int | None
    end: int | None
    text: str


class SaidFinding(Record):
    """What is said, what is listed, and how sure it is that they cannot both be true.

    ``code`` is the risk label, ``cue`` the rule's name, ``basis`` the statutes. ``certainty``,
    from 0 to 1, has the scale of ``features.finding.Finding``; speech alone never makes a matter
    of fact, so it stays below 0.9. ``resolved`` is the plain reading of the words said, where
    they are disguised.
    """

    code: str
    aspect: Aspect
    cue: str
    said: Cited
    resolved: str | None
    listed: Cited
    basis: tuple[str, ...]
    certainty: Annotated[float, Field(ge=0, lt=0.9)]
    reason_zh: str

    def hits(self) -> tuple[Hit, Hit]:
        """Both sides as an answer cites them: the words said first, then the listing."""
        said = Hit(**self.said.model_dump(), cue=self.cue, resolved=self.resolved)
        return said, Hit(**self.listed.model_dump(), cue=self.cue)
