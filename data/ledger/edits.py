"""How often a listing was changed once it had been let through (先审后改)."""

import json
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import bindparam, select

from data.ledger.decisions import Decision
from data.ledger.store import Ledger
from data.ledger.tables import decisions
from data.listing import Listing
from data.record import parse_instant

WITHIN: Final = timedelta(days=7)
"""How long after its approval a listing's edits count."""

MATERIAL: Final = (
    "title", "category", "description", "ocr_text", "brand", "condition", "attributes", "origin",
    "skus",
)  # fmt: skip
"""What the goods are said to be. A price, a licence renewed and the shop's figures are no edit."""

_OF_LISTINGS: Final = (
    select(decisions.c.data_id, decisions.c.decided_at, decisions.c.suggestion, decisions.c.request)
    .where(decisions.c.kind == "listings")
    .order_by(decisions.c.decided_at, decisions.c.decision_id)
)
_OF_ONE: Final = _OF_LISTINGS.where(decisions.c.data_id == bindparam("data_id"))
_OF_SEVERAL: Final = _OF_LISTINGS.where(
    decisions.c.data_id.in_(bindparam("data_ids", expanding=True))
)


class Version(NamedTuple):
    """One decision on a listing: when, whether it let the listing through, what was said of it."""

    at: datetime
    passed: bool
    said: Mapping[str, object]

    @classmethod
    def of(cls, decision: Decision) -> "Version":
        """The version that a decision was on."""
        return cls(decision.decided_at, not decision.flagged, _material(decision.item()))


def versions_of(ledger: Ledger, data_ids: Collection[str]) -> dict[str, list[Version]]:
    """The versions of each of the listings that the ledger knows, in order of time.

    Raises `LedgerError`.
    """
    query = _OF_SEVERAL
    asked: dict[str, object] = {"data_ids": sorted(data_ids)}
    if len(data_ids) == 1:
        # What most requests ask, in half the time.
        (data_id,) = data_ids
        query, asked = _OF_ONE, {"data_id": data_id}
    found: dict[str, list[Version]] = {}
    with ledger.reading() as connection:
        for row in connection.execute(query, asked):
            said = _material(json.loads(row.request))
            at = parse_instant(row.decided_at)
            assert isinstance(at, datetime)
            version = Version(at, row.suggestion == "pass", said)
            found.setdefault(row.data_id, []).append(version)
    return found


def edits_of(item: Listing, versions: Iterable[Version], at: datetime) -> int | None:
    """Material edits within ``WITHIN`` of the first pass, this submission counted, as of ``at``.

    ``versions`` are those of the listing in order of time. None where none had passed by ``at``:
    what was not approved has no edits after it. What one version leaves out is unknown, and no
    change.
    """
    known = [version for version in versions if version.at < at]
    first = next((n for n, version in enumerate(known) if version.passed), None)
    if first is None:
        return None
    until = known[first].at + WITHIN
    now = Version(at, False, _material(item.model_dump(mode="json", exclude_unset=True)))
    edits, said = 0, dict(known[first].said)
    for version in [*known[first + 1 :], now]:
        if version.at <= until and any(said.get(k, v) != v for k, v in version.said.items()):
            edits += 1
        said.update(version.said)
    return edits


def _material(sent: Mapping[str, Any]) -> dict[str, object]:
    """What was said of the goods; of variants their names, for a price is no edit."""
    said = {name: sent[name] for name in MATERIAL if sent.get(name) is not None}
    if "skus" in said:
        said["skus"] = [sku["name"] for sku in sent["skus"]]
    return said
