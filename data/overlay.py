"""Urgent knowledge (紧急知识): cues that count and words that do not, each until it expires.

An entry counts from ``added_at`` on, and no longer once it has expired or was taken back. That is
asked of the instant of scoring, so an entry ends by itself, and what is scored as of an earlier
instant is scored with what was in force then.
"""

import hashlib
import json
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import lru_cache
from typing import Annotated, Final, Literal, NamedTuple, Self

from pydantic import AfterValidator, Field, StringConstraints

from data.lexicon import folded_away
from data.listing import Listing
from data.record import DataId, Instant, Record
from data.registry import fold
from data.segment import LiveSegment
from data.verdict import Kind

Channel = Literal["speech", "listing", "both"]

MOST_ENTRIES: Final = 1_000
"""Entries in force at once: what stays belongs in the seeds, where it is reviewed row by row."""

LONGEST: Final = 40
"""Characters of a pattern: as far as a cue reaches."""

_KINDS: Final[dict[Channel, tuple[Kind, ...]]] = {
    "speech": ("claims",),
    "listing": ("listings",),
    "both": ("claims", "listings"),
}
_REMEMBERED: Final = 16


def _readable(value: str) -> str:
    if not value.strip():
        raise ValueError("is empty; a text that can be read is required")
    if not value.isprintable():
        raise ValueError("holds a control character or half of one; plain text is required")
    return value


def _tellable(value: str) -> str:
    if (char := folded_away(value)) is not None:
        raise ValueError(f"holds {char!r}, which folding removes; lower-case text is required")
    if not any(char.isalpha() for char in value):
        raise ValueError("holds no letter; a word is required")
    if value.isascii() and len(value) < 3:
        raise ValueError("is too short; three Latin letters or two Chinese characters are required")
    return value


Words = Annotated[
    str,
    StringConstraints(min_length=2, max_length=LONGEST),
    AfterValidator(_readable),
    AfterValidator(_tellable),
]
"""Two to 40 characters of folded text."""

Plain = Annotated[str, StringConstraints(max_length=500), AfterValidator(_readable)]


class _Urgent(Record):
    """What all entries have. ``reason`` says why, for whoever audits."""

    code: str
    reason: Plain
    added_at: Instant
    expires: Instant
    removed_at: Instant | None = None

    @property
    def ends(self) -> datetime:
        """The first instant at which the entry no longer counts."""
        return min(self.expires, self.removed_at or self.expires)

    def counts(self, at: datetime) -> bool:
        """Whether the entry is in force at an instant."""
        return self.added_at <= at < self.ends


class UrgentCue(_Urgent):
    """Words that speak for a label, to the letter, with a weight above 0 to 1."""

    entry: Literal["cue"] = "cue"
    pattern: Words
    channel: Channel = "both"
    weight: Annotated[float, Field(gt=0, le=1)]

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """What the entry is about."""
        return _KINDS[self.channel]


class Allowance(_Urgent):
    """Words that are no cue for a label (放行词), everywhere, or in a category or of a merchant."""

    entry: Literal["allow"] = "allow"
    words: Words
    category: Plain | None = None
    merchant_id: DataId | None = None

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """What the entry is about."""
        return _KINDS["both"]


Urgent = UrgentCue | Allowance


def entry_id(entry: Urgent) -> str:
    """The name of an entry, the same for ever: ``u`` and ten hexadecimal digits."""
    fields = entry.model_dump(mode="json", exclude={"removed_at"})
    text = json.dumps(fields, sort_keys=True, ensure_ascii=True)
    return "u" + hashlib.sha256(text.encode("ascii")).hexdigest()[:10]


class Scope(NamedTuple):
    """Where an allowance holds: in a folded category and below it, for a merchant; None is all."""

    category: str | None
    merchant_id: str | None

    @classmethod
    def of(cls, entry: Allowance) -> Self:
        """The scope of an entry."""
        return cls(_path(entry.category) if entry.category else None, entry.merchant_id)


class InForce:
    """The entries that count for one kind of item during a stretch of time.

    ``version`` has eight hexadecimal digits, and is empty where there is no entry. It tells only
    what decides: the same words added again make the same answers.
    """

    def __init__(self, entries: Iterable[Urgent]) -> None:
        held = tuple(entries)
        self.cues = tuple(entry for entry in held if isinstance(entry, UrgentCue))
        self.version = _version(held)
        self._allowances: dict[Scope, list[Allowance]] = defaultdict(list)
        for entry in held:
            if isinstance(entry, Allowance):
                self._allowances[Scope.of(entry)].append(entry)

    def scopes(self, item: Record) -> tuple[Scope, ...]:
        """The scopes of allowances that an item lies in, always in the same order."""
        if not self._allowances:
            return ()
        category, merchant_id = _where(item)
        return tuple(
            scope
            for path in (None, *_above(category))
            for scope in dict.fromkeys((Scope(path, None), Scope(path, merchant_id)))
            if scope in self._allowances
        )

    def allowances(self, scopes: Iterable[Scope]) -> list[Allowance]:
        """The allowances of these scopes."""
        return [entry for scope in scopes for entry in self._allowances[scope]]


class Overlay:
    """All entries that ever were, as of one version of the file that keeps them."""

    def __init__(self, entries: Iterable[Urgent] = ()) -> None:
        self.entries = tuple(entries)
        turns = {turn for entry in self.entries for turn in (entry.added_at, entry.ends)}
        self._turns = sorted(turns)
        # Between two turns nothing changes, so that most items ask for what was asked before.
        self._stretch = lru_cache(_REMEMBERED)(self._entries_of)

    def in_force(self, kind: Kind, at: datetime) -> InForce:
        """What counts for items of a kind at an instant."""
        return self._stretch(kind, bisect_right(self._turns, at))

    def at(self, at: datetime) -> list[Urgent]:
        """The entries in force at an instant."""
        return [entry for entry in self.entries if entry.counts(at)]

    def always(self, at: datetime) -> "Overlay":
        """An overlay whose entries are those in force at the instant, and count at every other.

        It shows what today's knowledge would have made of what was decided before.
        """
        return Overlay(
            entry.model_copy(update={"added_at": _EVER, "expires": _NEVER, "removed_at": None})
            for entry in self.at(at)
        )

    def _entries_of(self, kind: Kind, stretch: int) -> InForce:
        if stretch == 0:
            return InForce(())
        at = self._turns[stretch - 1]
        return InForce(entry for entry in self.entries if kind in entry.kinds and entry.counts(at))


_EVER: Final = datetime.min.replace(tzinfo=UTC)
_NEVER: Final = datetime.max.replace(tzinfo=UTC)

NO_OVERLAY: Final = Overlay()


def _version(entries: Iterable[Urgent]) -> str:
    decides = {"code", "pattern", "channel", "weight", "words", "category", "merchant_id"}
    lines = sorted(json.dumps(entry.model_dump(include=decides)) for entry in entries)
    return hashlib.sha256("\n".join(lines).encode("ascii")).hexdigest()[:8] if lines else ""


def _where(item: Record) -> tuple[str | None, str | None]:
    listing = item.listing if isinstance(item, LiveSegment) else item
    category = item.category if isinstance(item, LiveSegment) else None
    if not isinstance(listing, Listing):
        return category, None
    merchant = listing.merchant
    return category or listing.category, merchant.merchant_id if merchant else None


def _path(category: str) -> str:
    return "/".join(fold(step) for step in category.split("/"))


def _above(category: str | None) -> Iterator[str]:
    """A category and those above it, the widest first."""
    steps = _path(category).split("/") if category else []
    for depth in range(1, len(steps) + 1):
        yield "/".join(steps[:depth])
