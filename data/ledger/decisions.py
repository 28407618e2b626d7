"""A decision as the ledger keeps it: the item as sent, the answer, and who decided when."""

import json
from collections.abc import Mapping
from datetime import datetime

from data.listing import Listing
from data.place import place
from data.record import Instant, Record, content_hash
from data.segment import LiveSegment
from data.selection import Reason, Selection
from data.verdict import Kind, Suggestion, Verdict


class Decision(Record):
    """One answered item. ``request``, ``answer``, ``snapshot`` and ``place`` are JSON in ASCII.

    ASCII, because PostgreSQL's text refuses a NUL and some drivers a lone surrogate, and a
    merchant may send either; escaped, both are ordinary text.

    ``snapshot`` is what decided beside the item as sent and the versions, as
    `data.snapshot.Snapshot` writes it. ``selection_probability`` is that with which a person gets
    to see the item, None for decisions of before it was kept; ``selected_for`` why a passed item
    was drawn for review. ``place`` and ``start_s`` are of live windows.
    """

    decision_id: str
    kind: Kind
    data_id: str
    content_hash: str
    request: str
    answer: str
    suggestion: Suggestion
    probability: float
    model_version: str | None
    policy_version: str
    lexicon_version: str
    decided_at: Instant
    merchant_id: str | None = None
    place: str | None = None
    start_s: float | None = None
    selection_probability: float | None = None
    selected_for: Reason | None = None
    snapshot: str | None = None

    @classmethod
    def of(
        cls,
        kind: Kind,
        item: Record,
        sent: Mapping[str, object],
        verdict: Verdict,
        at: datetime,
        *,
        selection: Selection | None = None,
        snapshot: Mapping[str, object] | None = None,
    ) -> "Decision":
        """The decision that answers ``item`` with ``verdict``; ``sent`` is its JSON as parsed."""
        request = _json(sent)
        where, start_s = _where(item)
        return cls(
            decision_id=verdict.decision_id,
            kind=kind,
            data_id=verdict.data_id,
            content_hash=content_hash(item),
            request=request,
            answer=verdict.model_dump_json(ensure_ascii=True),
            suggestion=verdict.suggestion,
            probability=verdict.probability,
            model_version=verdict.model_version,
            policy_version=verdict.policy_version,
            lexicon_version=verdict.lexicon_version,
            decided_at=at,
            merchant_id=_merchant(item),
            place=where,
            start_s=start_s,
            selection_probability=selection.probability if selection else None,
            selected_for=selection.reason if selection else None,
            snapshot=None if snapshot is None else _json(snapshot),
        )

    @property
    def flagged(self) -> bool:
        """Whether the item was held back from buyers: anything but a pass."""
        return self.suggestion != "pass"

    @property
    def size(self) -> int:
        """About how many bytes the decision takes in memory."""
        return len(self.request) + len(self.answer) + len(self.snapshot or "") + 1_000

    def verdict(self) -> Verdict:
        """The answer as it was given."""
        return Verdict.model_validate_json(self.answer)

    def item(self) -> dict[str, object]:
        """The item as it was sent."""
        item: dict[str, object] = json.loads(self.request)
        return item

    def judged(self) -> dict[str, object]:
        """The item as it was judged: as sent, with what the ledger filled in."""
        facts = json.loads(self.snapshot) if self.snapshot else {}
        filled: dict[str, object] = facts.get("item", {})
        return self.item() | filled


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=True, separators=(",", ":"))


def _where(item: Record) -> tuple[str | None, float | None]:
    if not isinstance(item, LiveSegment):
        return None, None
    return _json(place(item)), item.start_s


def _merchant(item: Record) -> str | None:
    listing = item.listing if isinstance(item, LiveSegment) else item
    if isinstance(listing, Listing) and listing.merchant is not None:
        return listing.merchant.merchant_id
    return None
