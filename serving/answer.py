"""From the items of a scoring request to its answers: validate, score, recall, record."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from data.ledger import Decision, Ledger, LedgerError
from data.listing import Listing
from data.record import Record
from data.segment import LiveSegment
from data.verdict import Kind, Verdict
from serving import journal
from serving.item import ItemFault, echo, read_record
from serving.metrics import Metrics
from serving.refusal import try_again
from serving.scoring import Judge
from serving.writer import Writer

RECORDS: Mapping[Kind, type[LiveSegment | Listing]] = {"claims": LiveSegment, "listings": Listing}


class ItemError(Record):
    """What stands in the place of an item that cannot be answered."""

    data_id: str | None
    error: ItemFault


Answer = Verdict | ItemError

_UNAVAILABLE = ItemFault(
    code="ledger_unavailable",
    message="the decision could not be kept, so it is not given; send the item again",
)
_NOT_SCORED = ItemFault(
    code="scoring_failed", message="the item could not be scored; send it again"
)


@dataclass(frozen=True)
class _Entry:
    """An item that can be scored, and its place in the request."""

    place: int
    sent: Mapping[str, object]
    item: LiveSegment | Listing


@dataclass(frozen=True)
class _Known:
    """What is already known about the items of a request."""

    decisions: dict[str, Decision]
    latest: dict[str, str]
    """Data id to the id of the latest decision on it."""
    is_certain: bool = True
    """False where the ledger could not be asked: an item may have been decided before."""


class Desk:
    """Answers scoring requests."""

    def __init__(self, judge: Judge, ledger: Ledger, writer: Writer, metrics: Metrics) -> None:
        self._judge = judge
        self._ledger = ledger
        self._writer = writer
        self._metrics = metrics
        self._often = journal.OncePerMinute()

    async def answer(self, kind: Kind, items: Sequence[object]) -> list[Answer]:
        """An answer or an error for each item, in order.

        Raises `RequestError` when overloaded, or when nothing could be answered without a ledger.
        """
        started = time.perf_counter()
        at = datetime.now(UTC)
        answers: list[Answer | None] = [None] * len(items)
        entries = []
        for place, sent in enumerate(items):
            read = read_item(kind, sent, place)
            if isinstance(read, ItemError):
                answers[place] = read
            else:
                entries.append(read)
        verdicts, known = await self._judge_and_recall(kind, [entry.item for entry in entries], at)
        # What is kept names the time until here; the caller waits for the ledger, too.
        latency = _latency(started)
        fresh: dict[int, Decision] = {}
        for entry, verdict in zip(entries, verdicts, strict=True):
            settled = self._settle(kind, entry, verdict, known, fresh, at, latency)
            answers[entry.place] = settled
        await self._keep(answers, fresh)
        return self._finish(kind, [answer for answer in answers if answer], started)

    def _settle(
        self,
        kind: Kind,
        entry: _Entry,
        verdict: Verdict | None,
        known: _Known,
        fresh: dict[int, Decision],
        at: datetime,
        latency: Mapping[str, float],
    ) -> Answer:
        if verdict is None:
            return ItemError(data_id=entry.item.data_id, error=_NOT_SCORED)
        if not known.is_certain and verdict.suggestion != "pass":
            # A pass harms nobody, a flag waits.
            return ItemError(data_id=entry.item.data_id, error=_UNAVAILABLE)
        if stored := known.decisions.get(verdict.decision_id):
            self._metrics.repeated.labels(kind).inc()
            return stored.verdict()
        previous = known.latest.get(verdict.data_id)
        verdict = verdict.model_copy(update={"previous_decision_id": previous, **latency})
        decision = Decision.of(kind, entry.item, entry.sent, verdict, at)
        known.decisions[decision.decision_id] = decision
        known.latest[decision.data_id] = decision.decision_id
        fresh[entry.place] = decision
        return verdict

    async def _judge_and_recall(
        self, kind: Kind, items: Sequence[LiveSegment | Listing], at: datetime
    ) -> tuple[list[Verdict | None], _Known]:
        recall = partial(self._recall, kind)
        # A ledger beyond the network may keep its own thread waiting, but not the scoring one.
        then = recall if self._ledger.is_embedded else None
        verdicts, known = await self._judge.score(kind, items, at, then)
        if known is None:
            scored = [verdict for verdict in verdicts if verdict]
            known = await asyncio.to_thread(recall, scored) if scored else _Known({}, {})
        return verdicts, known

    def _recall(self, kind: Kind, verdicts: Sequence[Verdict]) -> _Known:
        data_ids = {verdict.data_id for verdict in verdicts}
        decision_ids = {verdict.decision_id for verdict in verdicts}
        # Before the ledger is asked: what is written meanwhile is found there.
        waiting = [self._writer.latest(kind, data_id) for data_id in data_ids]
        same = [self._writer.pending(decision_id) for decision_id in decision_ids]
        try:
            named, latest = self._ledger.recall(kind, data_ids, decision_ids)
        except LedgerError as error:
            self._often.problem("ledger_not_read", error, cause=str(error))
            return _Known({}, {}, is_certain=False)
        for decision in filter(None, waiting):
            known = latest.setdefault(decision.data_id, decision)
            if known.decided_at < decision.decided_at:
                latest[decision.data_id] = decision
        named.update((decision.decision_id, decision) for decision in same if decision)
        return _Known(named, {item: decision.decision_id for item, decision in latest.items()})

    async def _keep(self, answers: list[Answer | None], fresh: Mapping[int, Decision]) -> None:
        """Record the decisions; a flag that cannot be recorded becomes an error."""
        self._writer.write_soon([one for one in fresh.values() if not one.flagged])
        flagged = {place: one for place, one in fresh.items() if one.flagged}
        if await self._writer.write(list(flagged.values())):
            return
        unwritten = {decision.decision_id for decision in flagged.values()}
        for place, answer in enumerate(answers):
            if isinstance(answer, Verdict) and answer.decision_id in unwritten:
                answers[place] = ItemError(data_id=answer.data_id, error=_UNAVAILABLE)

    def _finish(self, kind: Kind, answers: Sequence[Answer], started: float) -> list[Answer]:
        latency = _latency(started)
        finished: list[Answer] = []
        for answer in answers:
            if isinstance(answer, ItemError):
                reason = "ledger" if answer.error == _UNAVAILABLE else "scoring"
                known = answer.error in (_UNAVAILABLE, _NOT_SCORED)
                self._metrics.item_errors.labels(kind, reason if known else "input").inc()
                finished.append(answer)
            else:
                degraded = str(answer.degraded).lower()
                self._metrics.items.labels(kind, answer.suggestion, degraded).inc()
                finished.append(answer.model_copy(update=latency))
        if not any(isinstance(answer, Verdict) for answer in finished) and any(
            isinstance(answer, ItemError) and answer.error == _UNAVAILABLE for answer in finished
        ):
            raise try_again(_UNAVAILABLE.code, _UNAVAILABLE.message)
        return finished


def read_item(kind: Kind, sent: object, place: int = 0) -> _Entry | ItemError:
    """The item, or what is wrong with it."""
    item = read_record(RECORDS[kind], sent)
    fields = sent if isinstance(sent, dict) else {}
    if isinstance(item, ItemFault):
        return ItemError(data_id=echo(fields.get("data_id")), error=item)
    return _Entry(place, fields, item)


def _latency(started: float) -> dict[str, float]:
    return {"latency_ms": round((time.perf_counter() - started) * 1_000, 3)}
