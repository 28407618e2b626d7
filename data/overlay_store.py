"""Where urgent knowledge is kept, versioned and audited (紧急知识库).

``HOME/overlay/entries-<version>.jsonl`` holds every entry there ever was. A change is on the
audit trail before it is made current: after a crash between the two the trail names a change that
does not count, never the other way round.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

from pydantic import TypeAdapter, ValidationError

from data.durable import held
from data.ledger.audit import Act, row_digest
from data.ledger.store import Ledger
from data.overlay import (
    MOST_ENTRIES,
    Allowance,
    Overlay,
    Urgent,
    UrgentCue,
    entry_id,
)
from data.problem import FileError, MingchaError
from data.versions import LOCK, Versions

_NAMES: Final = {UrgentCue: "lexicon", Allowance: "allow"}
_MODELS: Final[dict[str, type[Urgent]]] = {"cue": UrgentCue, "allow": Allowance}
_ENTRY: Final[dict[str, TypeAdapter[Urgent]]] = {
    name: TypeAdapter(model) for name, model in _MODELS.items()
}

Entries = Sequence[Urgent]


class OverlayError(MingchaError):
    """An entry that the overlay cannot take, or does not have."""


class Change(NamedTuple):
    """What a command did: the entry, and the versions before and after it."""

    entry: Urgent
    before: str | None
    after: str


def overlay_version(home: Path) -> str:
    """The version that ``load_overlay`` would load, at the cost of one small file.

    Raises FileError when the file names none.
    """
    return _versions(home).current() or "none"


def load_overlay(home: Path) -> Overlay:
    """The urgent knowledge of a home; empty where there never was any.

    Raises FileError when it is damaged.
    """
    versions = _versions(home)
    version = versions.current()
    return Overlay(_read(versions, version) if version else ())


def add_entry(home: Path, ledger: Ledger, entry: Urgent, actor: str) -> Change:
    """Put an entry in force from its ``added_at`` on.

    Raises OverlayError when its words are in force for the label already, or too many entries
    are; FileError or LedgerError when it cannot be kept, and then it is not in force.
    """

    def grown(entries: Entries) -> tuple[Urgent, Entries]:
        check_addition(entries, entry)
        return entry, [*entries, entry]

    return _change(home, ledger, grown, "added", actor, entry.added_at)


def end_entry(
    home: Path, ledger: Ledger, name: str, model: type[Urgent], actor: str, at: datetime
) -> Change:
    """Take an entry back: from ``at`` on it does not count.

    Raises OverlayError when no entry of that name and kind is in force; FileError or LedgerError
    when it cannot be kept, and then it still counts.
    """

    def shrunk(entries: Entries) -> tuple[Urgent, Entries]:
        found = next((one for one in entries if entry_id(one) == name), None)
        if found is None or not isinstance(found, model) or not found.counts(at):
            listed = f"`mingcha {_NAMES[model]} list` names those that are"
            raise OverlayError(f"{name[:40]!r}: no such entry is in force; {listed}")
        ended = found.model_copy(update={"removed_at": at})
        return ended, [ended if one is found else one for one in entries]

    return _change(home, ledger, shrunk, "removed", actor, at)


def check_addition(entries: Iterable[Urgent], entry: Urgent) -> None:
    """Raise OverlayError for an entry that is over, adds nothing to those in force, or is one too
    many."""
    at = entry.added_at
    if entry.expires <= at:
        raise OverlayError(f"it expired at {entry.expires.isoformat()}, before it could count")
    counting = [one for one in entries if one.counts(at)]
    same = next((one for one in counting if _same(one, entry)), None)
    if same is not None:
        raise OverlayError(
            f"the same words are in force for {entry.code} as {entry_id(same)} until"
            f" {same.ends.isoformat()}; remove that first"
        )
    if len(counting) >= MOST_ENTRIES:
        raise OverlayError(
            f"{len(counting)} entries are in force; at most {MOST_ENTRIES} are allowed: remove"
            " some, or put what is to stay into the seeds"
        )


def _same(one: Urgent, other: Urgent) -> bool:
    if isinstance(one, UrgentCue) and isinstance(other, UrgentCue):
        meet = set(one.kinds) & set(other.kinds)
        return bool(meet) and (one.code, one.pattern) == (other.code, other.pattern)
    if isinstance(one, Allowance) and isinstance(other, Allowance):
        where = [(each.code, each.words, each.category, each.merchant_id) for each in (one, other)]
        return where[0] == where[1]
    return False


def _change(
    home: Path,
    ledger: Ledger,
    make: Callable[[Entries], tuple[Urgent, Entries]],
    done: str,
    actor: str,
    at: datetime,
) -> Change:
    versions = _versions(home)
    with held(versions.directory / LOCK):
        before = versions.current()
        entry, entries = make(_read(versions, before) if before else [])
        after = versions.keep(_bytes(entries))
        facts = entry.model_dump(mode="json", exclude_none=True)
        act = Act(
            act=f"{_NAMES[type(entry)]}.{done}",
            subject=entry_id(entry),
            digest=row_digest(facts),
            detail={**facts, "before": before, "after": after},
        )
        with ledger.acting(actor, at) as transaction:
            transaction.note(act)
        versions.make_current(after)
    return Change(entry, before, after)


def _versions(home: Path) -> Versions:
    return Versions(home / "overlay", "entries")


def _bytes(entries: Entries) -> bytes:
    lines = (json.dumps(one.model_dump(mode="json"), sort_keys=True) for one in entries)
    return "".join(f"{line}\n" for line in lines).encode("ascii")


def _read(versions: Versions, version: str) -> list[Urgent]:
    entries = []
    for number, line in enumerate(versions.read(version).splitlines(), start=1):
        try:
            entries.append(_ENTRY[json.loads(line)["entry"]].validate_json(line))
        except (ValueError, KeyError, TypeError, ValidationError) as error:
            raise FileError(
                f"{versions.path(version)}:{number}: is no entry of this version's form"
            ) from error
    return entries
