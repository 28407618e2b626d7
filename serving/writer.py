"""The thread that writes decisions. A flag is durable before it is answered; a pass soon after.

Everything that waits is written in one transaction (group commit): a commit costs a flush of
the disk, whatever its size.
"""

import asyncio
import threading
import time
from collections import deque
from collections.abc import Sequence

from data.ledger import Decision, Ledger, LedgerError
from data.verdict import Kind
from serving import journal
from serving.metrics import Metrics
from serving.refusal import overloaded

_BATCH = 1_000
_PASSES_WAIT_SECONDS = 0.4
_RETRY_SECONDS = 0.5


class _Flags:
    """Flagged decisions of one request, and who waits for them."""

    def __init__(self, decisions: Sequence[Decision]) -> None:
        self.decisions = decisions
        self.loop = asyncio.get_running_loop()
        self.written: asyncio.Future[bool] = self.loop.create_future()

    def settle(self, written: bool) -> None:
        self.loop.call_soon_threadsafe(self._settle, written)

    def _settle(self, written: bool) -> None:
        if not self.written.done():
            self.written.set_result(written)


class Writer:
    """Writes decisions from its own thread, in the order in which they were made.

    ``bound`` is how many bytes of decisions may wait. Above it a healthy ledger is overloaded
    (503); while the ledger is down, the oldest passes are given up, counted and logged.
    """

    def __init__(self, ledger: Ledger, metrics: Metrics, bound: int) -> None:
        self._ledger = ledger
        self._metrics = metrics
        self._bound = bound
        self._changed = threading.Condition()
        self._flags: deque[_Flags] = deque()
        self._passes: deque[Decision] = deque()
        self._pending: dict[str, Decision] = {}
        self._waiting: dict[tuple[Kind, str], list[Decision]] = {}
        self._bytes = 0
        self._passes_due = 0.0
        self._is_down = False
        self._closing = False
        self._often = journal.OncePerMinute()
        self._thread = threading.Thread(target=self._run, name="ledger-writer", daemon=True)

    def start(self) -> None:
        """Begin to write."""
        self._thread.start()

    def close(self) -> None:
        """Write what waits, then end the thread. What cannot be written is counted as lost."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._thread.join()

    async def write(self, decisions: Sequence[Decision]) -> bool:
        """Wait until the decisions are on disk; False if the ledger cannot take them."""
        if not decisions:
            return True
        flags = _Flags(decisions)
        with self._changed:
            self._make_room(decisions)
            self._flags.append(flags)
            self._changed.notify()
        return await flags.written

    def write_soon(self, decisions: Sequence[Decision]) -> None:
        """Have passes written within a second."""
        if not decisions:
            return
        with self._changed:
            self._make_room(decisions)
            if not self._passes:
                self._passes_due = time.monotonic() + _PASSES_WAIT_SECONDS
                # Once it knows when to wake, waking it earlier only takes time from scoring.
                self._changed.notify()
            self._passes.extend(decisions)
            for decision in decisions:
                self._pending[decision.decision_id] = decision
                self._waiting.setdefault((decision.kind, decision.data_id), []).append(decision)

    def pending(self, decision_id: str) -> Decision | None:
        """A pass that was answered and is not yet written."""
        with self._changed:
            return self._pending.get(decision_id)

    def waiting(self, kind: Kind, data_id: str) -> list[Decision]:
        """The passes on an item that are not yet written, in order of time."""
        with self._changed:
            return list(self._waiting.get((kind, data_id), ()))

    def _make_room(self, decisions: Sequence[Decision]) -> None:
        size = sum(decision.size for decision in decisions)
        if self._bytes + size > self._bound:
            if not self._is_down:
                raise overloaded()
            self._give_up_passes(self._bytes + size - self._bound)
        self._bytes += size

    def _give_up_passes(self, excess: int) -> None:
        lost = 0
        while excess > 0 and self._passes:
            oldest = self._passes.popleft()
            self._drop(oldest)
            self._bytes -= oldest.size
            excess -= oldest.size
            lost += 1
        if lost:
            self._metrics.lost.inc(lost)
            self._often.problem("passes_lost", count=lost)

    def _run(self) -> None:
        while True:
            with self._changed:
                if not self._is_due():
                    # Not until it is due: when that is changes with the first pass that comes.
                    self._changed.wait(self._seconds_to_passes())
                if self._closing and not self._flags and not self._passes:
                    return
                if not self._is_due():
                    continue
                flags = list(self._flags)
                self._flags.clear()
                passes = [self._passes.popleft() for _ in range(min(_BATCH, len(self._passes)))]
            self._commit(flags, passes)

    def _is_due(self) -> bool:
        passes = bool(self._passes) and time.monotonic() >= self._passes_due
        return bool(self._flags) or passes or self._closing

    def _seconds_to_passes(self) -> float | None:
        return max(0.0, self._passes_due - time.monotonic()) if self._passes else None

    def _commit(self, flags: list[_Flags], passes: list[Decision]) -> None:
        batch = [decision for waiting in flags for decision in waiting.decisions]
        try:
            self._ledger.record([*batch, *passes])
        except LedgerError as error:
            self._failed(error, flags, passes)
        else:
            self._is_down = False
            self._metrics.written.inc(len(batch) + len(passes))
            self._forget(batch, passes)
            for waiting in flags:
                waiting.settle(True)

    def _failed(self, error: LedgerError, flags: list[_Flags], passes: list[Decision]) -> None:
        self._metrics.failures.inc()
        self._often.problem("ledger_unavailable", error, cause=str(error))
        with self._changed:
            self._is_down = True
            # Whoever came while this attempt ran has waited long enough, too.
            flags = [*flags, *self._flags]
            self._flags.clear()
            self._passes.extendleft(reversed(passes))
            self._passes_due = time.monotonic() + _RETRY_SECONDS
            self._bytes -= sum(one.size for waiting in flags for one in waiting.decisions)
            if self._closing:
                self._give_up_passes(self._bytes)
        for waiting in flags:
            waiting.settle(False)

    def _forget(self, batch: list[Decision], passes: list[Decision]) -> None:
        with self._changed:
            for decision in (*batch, *passes):
                self._drop(decision)
                self._bytes -= decision.size

    def _drop(self, decision: Decision) -> None:
        self._pending.pop(decision.decision_id, None)
        item = (decision.kind, decision.data_id)
        waiting = [one for one in self._waiting.pop(item, ()) if one is not decision]
        if waiting:
            self._waiting[item] = waiting
