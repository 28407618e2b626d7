"""Listings that say what a confirmed bad one said (违规商品改头换面重新上架).

A likeness is a reason to look, and never more. Honest shops title the same goods alike, a forger
copies the genuine shop's words, and whether a claim is allowed hangs on category and licence, so
no likeness reaches the certainty at which a rule blocks: not even the same text under the same
label. The reviewer who is asked sees the earlier case.

Whoever had the text first is not the one who copied it: a case that was first seen at the time
when this listing was first submitted, or later, is no evidence against it.

A shop's own earlier case counts only when the text is the same but for punctuation. Once it has
been changed it may be mended, and is judged as any other.
"""

import hashlib
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta, timezone
from typing import Final, NamedTuple, Protocol

from data.known_bad import SIMILAR, Match, merchant_key
from data.known_bad_format import Signature
from data.known_bad_writer import KnownBadEntry
from data.listing import Listing
from data.taxonomy import Taxonomy
from features.finding import Finding
from features.signature import LEAST_SHINGLES, sign
from models.claim import Read

LEAST_OF_FIELD: Final[Mapping[str, int]] = {"title": LEAST_SHINGLES, "description": 40}
"""The texts that are compared, each by itself since a copy may leave one out or write it anew, and
how many shingles they need. Half a line about returns and parcels is in many descriptions. Text on
images is left out: two readings of one image differ."""

LIKE: Final = 0.55
"""The certainty of a text that is just similar enough."""

SAME: Final = 0.85
"""The certainty of the same text."""

_FIELD_ZH: Final = {"title": "标题", "description": "详情"}
_CITED: Final = 80
_BEIJING: Final = timezone(timedelta(hours=8))


class KnownCases(Protocol):
    """Where earlier cases are looked up: `data.known_bad.KnownBad`, or a note of what it said."""

    def lookup(
        self, signature: Signature, at: datetime, first_seen_before: datetime | None = None
    ) -> list[Match]:
        """Known-bad texts like this one, as `data.known_bad.KnownBad.lookup` gives them."""


class Noted:
    """Known cases that note down what one scoring found, and say the same when asked again.

    Without ``cases`` they say only what was ``found`` before, by the name of the signature.
    """

    def __init__(
        self, cases: KnownCases | None, found: Mapping[str, list[Match]] | None = None
    ) -> None:
        self._cases = cases
        self._said: dict[str, list[Match]] = dict(found or {})

    def lookup(
        self, signature: Signature, at: datetime, first_seen_before: datetime | None = None
    ) -> list[Match]:
        """What the cases say of a text. Raises ``FileError`` as they do."""
        name = _name(signature)
        if name not in self._said and self._cases is not None:
            self._said[name] = self._cases.lookup(signature, at, first_seen_before)
        return self._said.get(name, [])

    def found(self) -> dict[str, list[Match]]:
        """What was found, by the name of the signature; texts that are like none are left out."""
        return {name: matches for name, matches in self._said.items() if matches}


def _name(signature: Signature) -> str:
    whole = signature.sketch + signature.keys + str(signature.check).encode()
    return hashlib.blake2b(whole, digest_size=8).hexdigest()


class _Seen(NamedTuple):
    """A match, and the field of the listing at hand that it is like."""

    field: str
    match: Match
    is_own: bool


def listing_signatures(texts: Mapping[str, Read]) -> dict[str, Signature]:
    """The signatures of a listing's texts, by field, of those long enough to have one."""
    signatures = {
        field: sign(texts[field].reading.plain.text, least)
        for field, least in LEAST_OF_FIELD.items()
        if field in texts
    }
    return {field: signature for field, signature in signatures.items() if signature is not None}


def known_bad_entry(
    listing: Listing,
    texts: Mapping[str, Read],
    case_id: str,
    codes: tuple[str, ...],
    first_seen: datetime,
    confirmed: datetime,
) -> KnownBadEntry | None:
    """What to remember of a listing that was confirmed bad; None when its texts are too short.

    ``first_seen`` is when the shop first submitted it, which an edit does not change.
    """
    signatures = tuple(listing_signatures(texts).values())
    if not signatures:
        return None
    return KnownBadEntry(
        case_id=case_id,
        codes=codes,
        merchant_id=listing.merchant.merchant_id if listing.merchant else None,
        first_seen=first_seen,
        confirmed=confirmed,
        signatures=signatures,
    )


def relisted_findings(
    listing: Listing,
    texts: Mapping[str, Read],
    known: KnownCases,
    taxonomy: Taxonomy,
    at: datetime,
    first_submitted: datetime | None = None,
) -> list[Finding]:
    """What earlier cases say of a listing: for each of their labels the most alike.

    ``texts`` are the listing's texts as read. Only cases confirmed by ``at`` count.
    ``first_submitted`` is the earliest instant at which this shop submitted this text, under
    whatever id, as far as the ledger knows; by default when the listing was submitted. Labels
    that the taxonomy no longer has are left out.
    """
    since = first_submitted or listing.submitted_at or at
    signatures = listing_signatures(texts)
    seen = [
        each
        for field, signature in signatures.items()
        for each in _seen(listing, field, known.lookup(signature, at, first_seen_before=since))
    ]
    seen.sort(key=lambda each: (-each.match.similarity, each.match.first_seen))
    best: dict[str, _Seen] = {}
    for each in seen:
        for code in each.match.codes:
            best.setdefault(code, each)
    return [
        _finding(code, each, texts[each.field], taxonomy)
        for code, each in best.items()
        if code in taxonomy.codes
    ]


def _seen(listing: Listing, field: str, matches: list[Match]) -> Iterator[_Seen]:
    # A merchant that is unknown is taken for another: the likeness stands, whoever it is.
    own = merchant_key(listing.merchant.merchant_id) if listing.merchant else None
    for match in matches:
        is_own = match.merchant == own
        if match.identical or not is_own:
            yield _Seen(field, match, is_own)


def _finding(code: str, seen: _Seen, read: Read, taxonomy: Taxonomy) -> Finding:
    match = seen.match
    day = match.first_seen.astimezone(_BEIJING).date()
    alike = "相同" if match.identical else f"相似 {match.similarity:.0%}"
    return Finding(
        code=code,
        field=seen.field,
        text=read.normalised.text[:_CITED],
        cue=f"与已确认违规案例 {match.case_id} {alike}",
        basis=tuple(taxonomy[code].citations()),
        certainty=_certainty(match),
        reason_zh=(
            f"{_FIELD_ZH[seen.field]}与已确认违规案例 {match.case_id} 的文本{alike}；"
            f"该案例由{'本店' if seen.is_own else '另一店铺'}于 {day} 首次发布"
        ),
    )


def _certainty(match: Match) -> float:
    if match.identical:
        return SAME
    return LIKE + (SAME - LIKE) * (match.similarity - SIMILAR) / (1 - SIMILAR)
