"""What rows are told apart by in an evaluation (切片维度): source, goods, disguise, tenure."""

from bisect import bisect
from collections.abc import Sequence
from typing import Final

from training.assemble import ClaimDoc
from training.listings import ListingDoc

Facets = dict[str, list[str | None]]
"""Facet to the value of each row; None where it is not known."""

_CUTS: Final = (100, 300)
_LIKELIER: Final = 0.5
_LENGTHS: Final = ("0-99", "100-299", "300+")
_TENURE_CUTS: Final = (14, 90, 365)
_TENURES: Final = ("0-13", "14-89", "90-364", "365+")


def claim_facets(docs: Sequence[ClaimDoc]) -> Facets:
    """The facets of windows of speech; what no row says is None throughout."""
    segments = [doc.segment for doc in docs]
    return {
        "source": [doc.source for doc in docs],
        "platform": [segment.platform if segment else None for segment in segments],
        "category": [_first_level(segment.category) if segment else None for segment in segments],
        "evasion": [_evasion(doc.disguised) for doc in docs],
        "length": [length(doc.text) for doc in docs],
        "confidence": [doc.confidence for doc in docs],
    }


def listing_facets(docs: Sequence[ListingDoc]) -> Facets:
    """The facets of listings."""
    merchants = [doc.listing.merchant for doc in docs]
    return {
        "source": [doc.source for doc in docs],
        "category": [_first_level(doc.listing.category) for doc in docs],
        "merchant_type": [merchant.type if merchant else None for merchant in merchants],
        "tenure": [tenure(merchant.tenure_days) if merchant else None for merchant in merchants],
    }


def found_disguise(certainty: Sequence[float]) -> list[str | None]:
    """The facet ``disguise``: whether one was found, from how sure each answer is of one."""
    return ["found" if each >= _LIKELIER else "none" for each in certainty]


def length(text: str) -> str:
    """How long a text is, in characters.

    >>> length("吃完血糖就下来了"), length("好" * 300)
    ('0-99', '300+')
    """
    return _LENGTHS[bisect(_CUTS, len(text))]


def tenure(days: float | None) -> str | None:
    """How long a merchant has been there, in days; below 14 nothing is known of its past.

    >>> tenure(3), tenure(400), tenure(None)
    ('0-13', '365+', None)
    """
    return None if days is None else _TENURES[bisect(_TENURE_CUTS, days)]


def _evasion(disguised: bool | None) -> str | None:
    return None if disguised is None else "disguised" if disguised else "plain"


def _first_level(category: str | None) -> str | None:
    """The goods at the top of the path: 美妆 of 美妆/护肤/面膜."""
    return (category or "").strip().strip("/").split("/")[0] or None
