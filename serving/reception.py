"""Takes in what is learnt after a decision: feedback (反馈) and appeals (申诉).

One thread writes them, apart from the one that writes decisions: a thousand events take longer than
a flag should wait. What one request brings is kept as a whole or not at all.
"""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial
from typing import Final, NamedTuple, TypeVar

from data.feedback import Appeal, Feedback
from data.ledger import Decision, Intake, Ledger, LedgerError, Receipt
from data.ledger.intake import Status
from data.record import Record
from serving import journal
from serving.champion import KINDS
from serving.item import ItemFault, echo, read_record
from serving.metrics import Metrics
from serving.refusal import RequestError, try_again
from serving.writer import Writer

R = TypeVar("R", Feedback, Appeal)
T = TypeVar("T")


class FeedbackStatus(Record):
    """What became of one event. ``error`` says why it was refused."""

    feedback_id: str | None
    status: Status
    error: ItemFault | None = None


class AppealStatus(Record):
    """What became of one appeal. ``error`` says why it was refused."""

    appeal_id: str | None
    status: Status
    error: ItemFault | None = None


class _Outcome(NamedTuple):
    status: Status
    error: ItemFault | None


_UNAVAILABLE: Final = "nothing of the request could be kept; send it again"


class Reception:
    """Records feedback and appeals; building it does no I/O."""

    def __init__(self, ledger: Ledger, writer: Writer, metrics: Metrics) -> None:
        self._ledger = ledger
        self._writer = writer
        self._metrics = metrics
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="ledger-intake")
        self._often = journal.OncePerMinute()

    async def feedback(self, sent: Sequence[object], actor: str) -> list[FeedbackStatus]:
        """A status for each event, in order; ``actor`` is who sends them.

        Raises `RequestError` (ledger_unavailable) where none could be kept.
        """
        done = await self._take(Feedback, sent, partial(self._hear, actor))
        return [
            FeedbackStatus(feedback_id=_named(item, "feedback_id"), status=status, error=error)
            for item, (status, error) in zip(sent, done, strict=True)
        ]

    async def appeals(self, sent: Sequence[object], actor: str) -> list[AppealStatus]:
        """As `feedback`, of appeals."""
        done = await self._take(Appeal, sent, partial(self._object, actor))
        return [
            AppealStatus(appeal_id=_named(item, "appeal_id"), status=status, error=error)
            for item, (status, error) in zip(sent, done, strict=True)
        ]

    def close(self) -> None:
        """Finish what was begun, then end the thread."""
        self._thread.shutdown()

    async def _take(
        self,
        record: type[R],
        sent: Sequence[object],
        keep: Callable[[Sequence[R]], list[Receipt]],
    ) -> list[_Outcome]:
        read = await self._aside(lambda: [read_record(record, item) for item in sent])
        items = [item for item in read if not isinstance(item, ItemFault)]
        receipts = iter(await self._kept(items, keep) if items else [])
        done = [
            _Outcome("refused", item) if isinstance(item, ItemFault) else _outcome(next(receipts))
            for item in read
        ]
        for status, _ in done:
            self._metrics.taken_in.labels(record.__name__.lower(), status).inc()
        return done

    async def _kept(
        self, items: Sequence[R], keep: Callable[[Sequence[R]], list[Receipt]]
    ) -> list[Receipt]:
        if not await self._writer.write(self._unwritten(items)):
            raise try_again("ledger_unavailable", _UNAVAILABLE)
        try:
            return await self._aside(partial(keep, items))
        except LedgerError as error:
            self._metrics.failures.inc()
            self._often.problem("ledger_unavailable", error, cause=str(error))
            raise try_again("ledger_unavailable", _UNAVAILABLE) from error

    def _unwritten(self, items: Sequence[R]) -> list[Decision]:
        """Passes that the items are about, and that were not yet due to be written."""
        found = []
        for item in items:
            if item.decision_id is not None:
                found.append(self._writer.pending(item.decision_id))
            elif isinstance(item, Feedback) and item.data_id is not None:
                found += [one for kind in KINDS for one in self._writer.waiting(kind, item.data_id)]
        return list({one.decision_id: one for one in found if one}.values())

    def _hear(self, actor: str, items: Sequence[Feedback]) -> list[Receipt]:
        return Intake(self._ledger, actor).feedback(items, datetime.now(UTC))

    def _object(self, actor: str, items: Sequence[Appeal]) -> list[Receipt]:
        return Intake(self._ledger, actor).appeals(items, datetime.now(UTC))

    async def _aside(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)


def refusal(fault: ItemFault) -> RequestError:
    """The error of a request that was one appeal, and is refused with it."""
    status = {"unknown_decision": 404, "conflict": 409}.get(fault.code, 400)
    return RequestError(status, fault.code, fault.message, field=fault.field)


def _outcome(receipt: Receipt) -> _Outcome:
    problem = receipt.problem
    if problem is None:
        return _Outcome(receipt.status, None)
    fault = ItemFault(code=problem.code, message=problem.message, field=problem.field)
    return _Outcome(receipt.status, fault)


def _named(sent: object, field: str) -> str | None:
    return echo(sent.get(field)) if isinstance(sent, dict) else None
