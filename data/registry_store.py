"""Where the brand registry is kept: a file per version under the home, and one that names the
current version.

``HOME/brands/registry-<version>.jsonl`` holds every entry; the version is the SHA-256 of its
content. Versions are never changed or removed, so a decision's registry can be read again.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

from pydantic import TypeAdapter, ValidationError

from data.brands import Brand
from data.durable import held
from data.problem import FileError
from data.registry import (
    EMPTY_REGISTRY,
    Authorisation,
    BrandKey,
    BrandRegistry,
    CompleteList,
    Entry,
    Notice,
    RegistryRow,
    entry_of,
    fold,
)
from data.versions import LOCK, Versions

_TYPES: Final[Mapping[str, type[Entry]]] = {
    "authorisation": Authorisation,
    "complete": CompleteList,
    "notice": Notice,
}
_NAMES: Final = {model: name for name, model in _TYPES.items()}
_ENTRY: Final[Mapping[str, TypeAdapter[Entry]]] = {
    name: TypeAdapter(model) for name, model in _TYPES.items()
}


class Change(NamedTuple):
    """What an import did: entries that are new, changed, or were there already."""

    version: str
    path: Path
    added: int
    changed: int
    known: int


def registry_directory(home: Path) -> Path:
    """The directory of the registry's versions."""
    return home / "brands"


def brand_keys(brands: Iterable[Brand]) -> BrandKey:
    """How a brand id or one of its own names becomes the key of the registry.

    A brand that the seeds do not know is kept under its folded name.

    >>> from data.brands import load_brands
    >>> key = brand_keys(load_brands())
    >>> key("ＮＩＫＥ"), key("耐克"), key("某小众牌")
    ('nike', 'nike', '某小众牌')
    """
    names: dict[str, str] = {}
    for brand in brands:
        own = [alias.text for alias in brand.aliases if alias.kind == "canonical"]
        names.update((fold(name), brand.brand_id) for name in (brand.name, *own))
        names[brand.brand_id] = brand.brand_id

    def key(name: str) -> str:
        folded = fold(name)
        return names.get(folded, folded)

    return key


def registry_version(home: Path) -> str:
    """The version that ``load_registry`` would load, at the cost of one small file.

    Raises ``FileError`` when the file names none.
    """
    return _versions(home).current() or EMPTY_REGISTRY.version


def load_registry(home: Path, known_by: datetime | None = None) -> BrandRegistry:
    """The current registry of a home; empty where nothing was imported.

    Raises ``FileError`` when it is damaged: a registry that is only half there would call
    authorised shops unauthorised.
    """
    versions = _versions(home)
    version = versions.current()
    if version is None:
        return BrandRegistry(known_by=known_by)
    return BrandRegistry(_read(versions, version), version, known_by)


def registry_of(home: Path, version: str) -> BrandRegistry:
    """The registry as it was under a version that a decision names.

    Raises ``FileError`` when the home does not have that version, or it is damaged.
    """
    if version == EMPTY_REGISTRY.version:
        return EMPTY_REGISTRY
    return BrandRegistry(_read(_versions(home), version), version)


def record_rows(home: Path, rows: Iterable[RegistryRow], key: BrandKey, at: datetime) -> Change:
    """Add rows to the registry of a home; the same rows again change nothing.

    An entry is replaced by one of the same kind, brand, subject, category and reference; what was
    already recorded keeps the instant at which it became known. Raises ``FileError`` when the
    home cannot be written or is damaged.
    """
    versions = _versions(home)
    with held(versions.directory / LOCK):
        version = versions.current()
        entries = {_identity(e): e for e in (_read(versions, version) if version else ())}
        before = dict(entries)
        for row in rows:
            entry = entry_of(row, key(row.brand), at)
            old = entries.get(_identity(entry))
            if old is None or _content(old) != _content(entry):
                entries[_identity(entry)] = entry
        added = sum(identity not in before for identity in entries)
        changed = sum(entries[i] != old for i, old in before.items())
        known = len(before) - changed
        if version is None or added or changed:
            version = versions.keep(_bytes(entries.values()))
            versions.make_current(version)
        return Change(version, versions.path(version), added, changed, known)


def _identity(entry: Entry) -> tuple[str, ...]:
    subject = (getattr(entry, name, None) or "" for name in ("merchant_id", "shop", "listing_id"))
    scope = "|".join(getattr(entry, "categories", ()))
    return (_NAMES[type(entry)], entry.brand, *subject, scope, entry.reference)


def _content(entry: Entry) -> dict[str, object]:
    return entry.model_dump(exclude={"recorded_at"})


def _line(entry: Entry) -> str:
    fields = {"entry": _NAMES[type(entry)], **entry.model_dump(mode="json")}
    return json.dumps(fields, ensure_ascii=True, sort_keys=True)


def _versions(home: Path) -> Versions:
    return Versions(registry_directory(home), "registry")


def _bytes(entries: Iterable[Entry]) -> bytes:
    return "".join(f"{line}\n" for line in sorted(map(_line, entries))).encode("ascii")


def _read(versions: Versions, version: str) -> list[Entry]:
    return list(_entries(versions.path(version), versions.read(version)))


def _entries(path: Path, content: bytes) -> Iterator[Entry]:
    for number, line in enumerate(content.splitlines(), start=1):
        try:
            fields = json.loads(line)
            adapter = _ENTRY[fields.pop("entry")]
            yield adapter.validate_json(json.dumps(fields))
        except (ValueError, KeyError, ValidationError) as error:
            raise FileError(f"{path}:{number}: is no entry of this version's form") from error
