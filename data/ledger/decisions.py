"""A decision as the ledger keeps it: the item as sent, the answer, and who decided when."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime

from data.record import Instant, Record, content_hash
from data.verdict import Kind, Suggestion, Verdict


class Decision(Record):
    """One answered item. ``request`` and ``answer`` are JSON texts in ASCII.

    ASCII, because PostgreSQL's text refuses a NUL and some drivers a lone surrogate, and a
    merchant may send either; escaped, both are ordinary text.
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

    @classmethod
    def of(
        cls, kind: Kind, item: Record, sent: Mapping[str, object], verdict: Verdict, at: datetime
    ) -> "Decision":
        """The decision that answers ``item`` with ``verdict``; ``sent`` is its JSON as parsed."""
        request = json.dumps(sent, ensure_ascii=True, separators=(",", ":"))
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
        )

    @property
    def flagged(self) -> bool:
        """Whether the item was held back from buyers: anything but a pass."""
        return self.suggestion != "pass"

    @property
    def size(self) -> int:
        """About how many bytes the decision takes in memory."""
        return len(self.request) + len(self.answer) + 1_000

    def verdict(self) -> Verdict:
        """The answer as it was given."""
        return Verdict.model_validate_json(self.answer)

    def item(self) -> dict[str, object]:
        """The item as it was sent."""
        item: dict[str, object] = json.loads(self.request)
        return item


def instant_text(at: datetime) -> str:
    """An instant in the one form that the ledger keeps, so that text sorts as time does.

    >>> instant_text(datetime(2026, 2, 1, tzinfo=UTC))
    '2026-02-01T00:00:00.000000+00:00'
    """
    return at.astimezone(UTC).isoformat(timespec="microseconds")
