"""What is known of a request's items before it is answered: earlier decisions, and edits."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from data.ledger import Decision, Ledger, LedgerError, Version, edits_of, versions_of
from data.listing import Listing
from data.record import Record, content_hash
from data.segment import LiveSegment
from data.verdict import Kind, Verdict
from serving import journal
from serving.writer import Writer

Filled = Mapping[str, object]
"""Fields that an item leaves out and the ledger knows."""


@dataclass(frozen=True)
class Known:
    """What is already known about the items of a request."""

    decisions: dict[str, Decision]
    latest: dict[str, Decision]
    """Data id to the latest decision on it."""
    is_certain: bool = True
    """False where the ledger could not be asked: an item may have been decided before."""

    def answer_to(self, item: Record, verdict: Verdict) -> Decision | None:
        """What was answered before to an item that is judged so; None where it is new.

        The item may have been judged again since (复扫), under the same versions: that counts,
        unless what is known now is harsher.
        """
        latest = self.latest.get(verdict.data_id)
        is_milder = latest is None or (not latest.flagged and verdict.suggestion != "pass")
        if latest is not None and not is_milder and _is_same_question(latest, item, verdict):
            return latest
        return self.decisions.get(verdict.decision_id)


class Memory:
    """The ledger, and beside it what the writer has yet to write."""

    def __init__(self, ledger: Ledger, writer: Writer) -> None:
        self._ledger = ledger
        self._writer = writer
        self._often = journal.OncePerMinute()

    @property
    def is_near(self) -> bool:
        """Whether asking takes microseconds, so that the scoring thread may do it."""
        return self._ledger.is_embedded

    def recall(self, kind: Kind, verdicts: Sequence[Verdict]) -> Known:
        """The decisions of the verdicts' names, and the latest on each of their items."""
        data_ids = {verdict.data_id for verdict in verdicts}
        decision_ids = {verdict.decision_id for verdict in verdicts}
        # Before the ledger is asked: what is written meanwhile is found there.
        waiting = [self._writer.waiting(kind, data_id)[-1:] for data_id in data_ids]
        same = [self._writer.pending(decision_id) for decision_id in decision_ids]
        try:
            named, latest = self._ledger.recall(kind, data_ids, decision_ids)
        except LedgerError as error:
            return self._unknown(error)
        for decision in (decision for found in waiting for decision in found):
            known = latest.setdefault(decision.data_id, decision)
            if known.decided_at < decision.decided_at:
                latest[decision.data_id] = decision
        named.update((decision.decision_id, decision) for decision in same if decision)
        return Known(named, latest)

    def versions(self, data_ids: Collection[str]) -> dict[str, list[Version]] | None:
        """What was submitted of each listing, in order of time; None without a ledger."""
        waiting = [one for name in data_ids for one in self._writer.waiting("listings", name)]
        try:
            found = versions_of(self._ledger, data_ids)
        except LedgerError as error:
            self._unknown(error)
            return None
        for decision in waiting:
            versions = found.setdefault(decision.data_id, [])
            # What was written since it was looked for is in the ledger, too.
            if all(version.at != decision.decided_at for version in versions):
                versions.append(Version.of(decision))
                versions.sort(key=lambda version: version.at)
        return found

    def _unknown(self, error: LedgerError) -> Known:
        self._often.problem("ledger_not_read", error, cause=str(error))
        return Known({}, {}, is_certain=False)


class Visit:
    """What one request asks of the memory, in the order in which it asks."""

    def __init__(
        self, memory: Memory, kind: Kind, items: Sequence[LiveSegment | Listing], at: datetime
    ) -> None:
        self._memory = memory
        self._kind = kind
        self._items = items
        self._at = at
        self._is_certain = True
        self._is_new: frozenset[str] = frozenset()

    @property
    def can_fill(self) -> bool:
        """Whether an item leaves out what the ledger may know."""
        return any(_lacks_edits(item) for item in self._items)

    def fill(self) -> list[Filled]:
        """What the ledger knows of each item, in order; nothing where it cannot be asked."""
        lacking = {item.data_id for item in self._items if _lacks_edits(item)}
        versions = self._memory.versions(lacking)
        # Once is enough to wait for a ledger that does not answer, or knows nothing of an item.
        self._is_certain = versions is not None
        self._is_new = frozenset(lacking.difference(versions or ()))
        return [self._edits(item, versions or {}) for item in self._items]

    def recall(self, verdicts: Sequence[Verdict]) -> Known:
        """What is known of the items that were scored."""
        if not self._is_certain:
            return Known({}, {}, is_certain=False)
        of_known = [verdict for verdict in verdicts if verdict.data_id not in self._is_new]
        return self._memory.recall(self._kind, of_known) if of_known else Known({}, {})

    def _edits(self, item: LiveSegment | Listing, versions: Mapping[str, list[Version]]) -> Filled:
        if not isinstance(item, Listing) or not _lacks_edits(item):
            return {}
        edits = edits_of(item, versions.get(item.data_id, []), item.submitted_at or self._at)
        return {} if edits is None else {"edits_7d": edits}


def _is_same_question(before: Decision, item: Record, verdict: Verdict) -> bool:
    versions = verdict.model_version, verdict.policy_version, verdict.lexicon_version
    known = before.model_version, before.policy_version, before.lexicon_version
    if versions != known:
        return False
    return before.decision_id == verdict.decision_id or before.content_hash == content_hash(item)


def _lacks_edits(item: LiveSegment | Listing) -> bool:
    return isinstance(item, Listing) and item.edits_7d is None
