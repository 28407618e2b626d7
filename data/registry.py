"""The brand registry (品牌登记): who may sell a brand, and what rights-holders have complained of.

Two things decide what an entry says of an instant: its own dates, and when it was recorded here.
A merchant who is not in it is unknown, not unauthorised, unless the brand's list is complete.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time, timedelta, timezone
from typing import Annotated, Final, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from data.record import DataId, Instant, Name, Record, RequiredName, parse_instant

NoticeKind = Literal["counterfeit", "trademark", "copyright", "patent", "other"]
"""假冒, 商标, 著作权, 专利, 其他."""

_BEIJING: Final = timezone(timedelta(hours=8))
_EVERYWHERE: Final = frozenset(
    {
        "",
        "all",
        "*",
        "cn",
        "china",
        "中国",
        "中国大陆",
        "大陆",
        "全国",
        "全球",
        "global",
        "worldwide",
    }
)
_ALL_CATEGORIES: Final = frozenset({"", "all", "*", "全部", "全类目", "所有类目"})


def _day(value: object, days: int) -> object:
    """A bare date is a day in Beijing; ``days`` are added to its first moment."""
    if isinstance(value, str) and len(value.strip()) == 10:
        try:
            value = date.fromisoformat(value.strip().replace("/", "-").replace(".", "-"))
        except ValueError as error:
            raise ValueError(
                "is neither a date such as 2026-02-01 nor an RFC 3339 instant"
            ) from error
    if isinstance(value, date) and not isinstance(value, datetime):
        try:
            value = datetime.combine(value, time(), _BEIJING) + timedelta(days=days)
        except OverflowError as error:
            raise ValueError("lies outside the years 1 to 9998") from error
    return parse_instant(value)


Start = Annotated[Instant, BeforeValidator(lambda value: _day(value, 0))]
"""An RFC 3339 instant, or a date: the first moment of that day in Beijing."""

End = Annotated[Instant, BeforeValidator(lambda value: _day(value, 1))]
"""An instant that no longer counts, or a date: that day in Beijing counts as a whole."""


def fold(text: str) -> str:
    """Names and categories as the registry compares them: width, case and outer blanks folded.

    >>> fold(" ＮＩＫＥ ")
    'nike'
    """
    return unicodedata.normalize("NFKC", text).strip().lower()


class RegistryRow(Record):
    """One row of an import, as sent.

    ``entry`` is what it records: ``authorisation`` (授权), ``notice`` (权利人投诉通知) or
    ``complete`` (the brand's authorisations are a complete list while it is valid). ``brand`` is
    a brand id or name. Who: ``merchant_id`` or ``shop``; a notice may name a ``listing_id``.
    ``categories`` are words or paths of category paths, none for all. ``date``, ``kind`` and
    ``withdrawn_at`` are a notice's; ``reference`` is the number under which the source keeps it.
    """

    entry: Literal["authorisation", "notice", "complete"] = "authorisation"
    brand: RequiredName
    merchant_id: DataId | None = None
    shop: Name | None = None
    listing_id: DataId | None = None
    categories: Annotated[tuple[Name, ...], Field(max_length=50)] = ()
    territory: Name | None = None
    valid_from: Start | None = None
    valid_to: End | None = None
    kind: NoticeKind | None = None
    date: Start | None = None
    withdrawn_at: Start | None = None
    reference: Name | None = None

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        match self.entry:
            case "notice":
                self._wants(self.merchant_id or self.listing_id, "merchant_id or listing_id")
                self._wants(self.date, "date")
                self._wants(self.reference, "reference")
                _ordered(self.date, self.withdrawn_at, "withdrawn_at", "date")
            case "authorisation":
                self._wants(self.merchant_id or (self.shop or "").strip(), "merchant_id or shop")
                self._wants(self.valid_from, "valid_from")
                self._wants(self.valid_to, "valid_to")
                self._wants(self.reference, "reference")
            case "complete":
                self._wants(self.valid_from, "valid_from")
        if self.entry != "notice":
            _ordered(self.valid_from, self.valid_to, "valid_to", "valid_from")
            if self.date or self.withdrawn_at or self.kind or self.listing_id:
                raise ValueError(
                    "date, kind, withdrawn_at and listing_id are of a notice; set entry=notice"
                )
        return self

    def _wants(self, value: object, name: str) -> None:
        if not value:
            raise ValueError(f"{name} is required for an entry {self.entry!r}")


def _ordered(first: datetime | None, last: datetime | None, name: str, after: str) -> None:
    if first and last and last <= first:
        raise ValueError(f"{name} {last.isoformat()} is not after {after} {first.isoformat()}")


class Authorisation(Record):
    """A merchant may sell a brand: ``valid_from <= at < valid_to``, in ``categories`` or in all."""

    brand: str
    merchant_id: str | None
    shop: str | None
    categories: tuple[str, ...]
    territory: str
    valid_from: Instant
    valid_to: Instant
    reference: str
    recorded_at: Instant


class Notice(Record):
    """A rights-holder's complaint about a merchant or one listing, until it is withdrawn."""

    brand: str
    merchant_id: str | None
    listing_id: str | None
    kind: NoticeKind
    date: Instant
    withdrawn_at: Instant | None
    reference: str
    recorded_at: Instant


class CompleteList(Record):
    """While valid, whoever has no authorisation for the brand in these categories has none."""

    brand: str
    categories: tuple[str, ...]
    valid_from: Instant
    valid_to: Instant | None
    reference: str
    recorded_at: Instant


Entry = Authorisation | Notice | CompleteList


def entry_of(row: RegistryRow, brand: str, recorded_at: datetime) -> Entry:
    """The entry that a row asks for. ``brand`` is the brand's key: its id, or its folded name."""
    recorded_at = recorded_at.astimezone(UTC)
    reference = fold(row.reference or "")
    scope = tuple(sorted({fold(word) for word in row.categories} - _ALL_CATEGORIES))
    if row.entry == "notice" and row.date is not None:
        return Notice(
            brand=brand,
            merchant_id=row.merchant_id,
            listing_id=row.listing_id,
            kind=row.kind or "other",
            date=row.date,
            withdrawn_at=row.withdrawn_at,
            reference=reference,
            recorded_at=recorded_at,
        )
    if row.valid_from is None:
        raise ValueError("valid_from is required")
    if row.entry == "authorisation" and row.valid_to is not None:
        return Authorisation(
            brand=brand,
            merchant_id=row.merchant_id,
            shop=fold(row.shop) if row.shop and row.shop.strip() else None,
            categories=scope,
            territory=fold(row.territory or ""),
            valid_from=row.valid_from,
            valid_to=row.valid_to,
            reference=reference,
            recorded_at=recorded_at,
        )
    return CompleteList(
        brand=brand,
        categories=scope,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        reference=reference,
        recorded_at=recorded_at,
    )


class BrandRegistry:
    """What is registered, ready to be asked about an instant. Pure: it reads nothing.

    With ``known_by`` set, entries recorded after that instant are left out, so that a training
    set of last month knows what was known last month.
    """

    def __init__(
        self,
        entries: Iterable[Entry] = (),
        version: str = "empty",
        known_by: datetime | None = None,
    ) -> None:
        self.version = version
        self.entries = tuple(e for e in entries if known_by is None or e.recorded_at <= known_by)
        self._authorisations: defaultdict[tuple[str, str], list[Authorisation]] = defaultdict(list)
        self._complete: defaultdict[str, list[CompleteList]] = defaultdict(list)
        self._notices: defaultdict[str, list[Notice]] = defaultdict(list)
        for entry in self.entries:
            self._index(entry)

    def _index(self, entry: Entry) -> None:
        match entry:
            case Authorisation():
                # A shop's name may change hands; where the id is given, it alone identifies.
                who = f"id:{entry.merchant_id}" if entry.merchant_id else f"shop:{entry.shop}"
                self._authorisations[entry.brand, who].append(entry)
            case CompleteList():
                self._complete[entry.brand].append(entry)
            case Notice():
                if entry.listing_id:
                    self._notices[f"listing:{entry.listing_id}"].append(entry)
                if entry.merchant_id:
                    self._notices[f"merchant:{entry.merchant_id}"].append(entry)

    def authorised(
        self, brand: str, merchant_id: str | None, shop: str | None, category: str, at: datetime
    ) -> bool | None:
        """Whether the merchant may sell the brand in this category at the instant.

        True with a valid authorisation; False where the one that there was has run out, or where
        the brand's list is complete and does not hold the merchant; None when nothing is known.
        """
        found = self._authorisations.get((brand, f"id:{merchant_id}"), []) if merchant_id else []
        if shop and shop.strip():
            found = found + self._authorisations.get((brand, f"shop:{fold(shop)}"), [])
        category = fold(category)
        valid = [e for e in found if e.territory in _EVERYWHERE and e.valid_from <= at < e.valid_to]
        if any(_covers(entry.categories, category) for entry in valid):
            return True
        if self._is_complete(brand, category, at):
            return False
        lapsed = [e for e in found if e.valid_to <= at and _covers(e.categories, category)]
        return False if lapsed and not valid else None

    def _is_complete(self, brand: str, category: str, at: datetime) -> bool:
        return any(
            entry.valid_from <= at
            and (entry.valid_to is None or at < entry.valid_to)
            and _covers(entry.categories, category)
            for entry in self._complete.get(brand, ())
        )

    def notices(
        self, merchant_id: str | None, listing_id: str | None, at: datetime
    ) -> tuple[Notice, ...]:
        """Notices about the listing, then others about its merchant, that stand at the instant."""
        if not self._notices:
            return ()
        about = [f"listing:{listing_id}"] if listing_id else []
        about += [f"merchant:{merchant_id}"] if merchant_id else []
        found = dict.fromkeys(notice for who in about for notice in self._notices.get(who, ()))
        return tuple(
            notice
            for notice in found
            if notice.date <= at and (notice.withdrawn_at is None or at < notice.withdrawn_at)
        )


def _covers(scope: tuple[str, ...], category: str) -> bool:
    return not scope or any(word in category for word in scope)


EMPTY_REGISTRY: Final = BrandRegistry()
"""Knows nothing: every authorisation is unknown."""

BrandKey = Callable[[str], str]
"""From a brand as sent to the key under which the registry keeps it."""
