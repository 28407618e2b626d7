"""From the items of a scoring request to its answers: validate, score, recall, record."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from data.ledger import Decision
from data.listing import Listing
from data.record import Record
from data.segment import LiveSegment
from data.verdict import Kind, Verdict
from serving.item import RECORDS, ItemFault, echo, read_record
from serving.memory import Known, Memory, Visit
from serving.metrics import Metrics
from serving.refusal import try_again
from serving.sampling import Sample
from serving.scoring import Before, Judge, Then
from serving.shadow import Shadowing
from serving.writer import Writer

if TYPE_CHECKING:
    # The parent of the workers imports the service, too, and has no use for models.
    from models.judgement import Judgement


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


class Desk:
    """Answers scoring requests."""

    def __init__(
        self,
        judge: Judge,
        memory: Memory,
        sample: Sample,
        writer: Writer,
        shadowing: Shadowing,
        metrics: Metrics,
    ) -> None:
        self._judge = judge
        self._memory = memory
        self._sample = sample
        self._writer = writer
        self._shadowing = shadowing
        self._metrics = metrics

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
        items_read = [entry.item for entry in entries]
        judgements, known = await self._judge_and_recall(kind, items_read, at)
        # What is kept names the time until here; the caller waits for the ledger, too.
        latency = _latency(started)
        fresh: dict[int, Decision] = {}
        for entry, judgement in zip(entries, judgements, strict=True):
            settled = self._settle(kind, entry, judgement, known, fresh, at, latency)
            answers[entry.place] = settled
        await self._keep(answers, fresh)
        given = [one for place, one in fresh.items() if isinstance(answers[place], Verdict)]
        self._shadowing.offer(given)
        return self._finish(kind, [answer for answer in answers if answer], started)

    def _settle(
        self,
        kind: Kind,
        entry: _Entry,
        judgement: "Judgement | None",
        known: Known,
        fresh: dict[int, Decision],
        at: datetime,
        latency: Mapping[str, float],
    ) -> Answer:
        if judgement is None:
            return ItemError(data_id=entry.item.data_id, error=_NOT_SCORED)
        verdict = judgement.verdict
        if not known.is_certain and verdict.suggestion != "pass":
            # A pass harms nobody, a flag waits.
            return ItemError(data_id=entry.item.data_id, error=_UNAVAILABLE)
        if stored := known.answer_to(entry.item, verdict):
            self._metrics.repeated.labels(kind).inc()
            return stored.verdict()
        latest = known.latest.get(verdict.data_id)
        previous = {"previous_decision_id": latest.decision_id if latest else None}
        verdict = verdict.model_copy(update={**previous, **latency})
        decision = Decision.of(
            kind,
            entry.item,
            entry.sent,
            verdict,
            at,
            selection=self._sample.select(kind, verdict, judgement.opinion),
            snapshot=judgement.snapshot.model_dump(mode="json"),
        )
        known.decisions[decision.decision_id] = decision
        known.latest[decision.data_id] = decision
        fresh[entry.place] = decision
        return verdict

    async def _judge_and_recall(
        self, kind: Kind, items: Sequence[LiveSegment | Listing], at: datetime
    ) -> "tuple[list[Judgement | None], Known]":
        visit = Visit(self._memory, kind, items, at)
        before: Before | None = visit.fill if visit.can_fill else None
        then: Then[Known] | None = visit.recall
        if not self._memory.is_near:
            # A ledger beyond the network may keep its own thread waiting, but not the scoring one.
            filled = await asyncio.to_thread(visit.fill) if before else []
            before, then = (lambda: filled) if before else None, None
        judgements, known = await self._judge.score(kind, items, at, before, then)
        if known is None:
            scored = [judgement.verdict for judgement in judgements if judgement]
            known = await asyncio.to_thread(visit.recall, scored) if scored else Known({}, {})
        return judgements, known

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
