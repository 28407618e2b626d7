"""Scoring off the event loop, within a time budget, with a stand-in for a model that fails.

One thread scores each kind: a window of speech takes milliseconds, a listing of 200,000 characters
seconds. On the event loop the latter would keep ``/livez`` waiting, on a shared thread live speech.
"""

import asyncio
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from data.record import Record
from data.verdict import Kind, Verdict
from serving import journal
from serving.champion import KINDS, Champions
from serving.metrics import Metrics
from serving.refusal import overloaded

if TYPE_CHECKING:
    # The parent of the workers imports the service, too, and has no use for models.
    from models.judgement import Judgement
    from models.scorer import Scorer

T = TypeVar("T")
Then = Callable[[Sequence[Verdict]], T]
"""What follows on the verdicts of a request, in the thread that scored them."""


Before = Callable[[], Sequence[Mapping[str, object]]]
"""What fills in each item, in the thread that scores them, before it does."""


class Scored(NamedTuple, Generic[T]):
    """A judgement for each item, in order; None where even the stand-in failed.

    ``after`` is what followed in the scoring thread; None where nothing did.
    """

    judgements: "list[Judgement | None]"
    after: T | None


class _Job(Generic[T]):
    """The items of one request. ``judgements`` fills up as they are scored; None is a failure.

    ``before`` comes first, and once all have one ``then`` goes on with them, in the same thread:
    each time that one thread hands work to another costs as much as a small request in itself.
    """

    def __init__(
        self,
        scorer: "Scorer",
        items: Sequence[Record],
        at: datetime,
        before: Before | None = None,
        then: Then[T] | None = None,
    ) -> None:
        self.scorer = scorer
        self.items = items
        self.at = at
        self.before = before
        self.then = then
        self.judgements: list[Judgement | None] = [None] * len(items)
        self.after: T | None = None
        self.fault: BaseException | None = None
        self.started_at: float | None = None
        self.is_given_up = False
        self._loop = asyncio.get_running_loop()
        self.done: asyncio.Future[None] = self._loop.create_future()

    def run(self) -> None:
        """Score the items, then tell the event loop. Runs in the scoring thread."""
        self.started_at = time.monotonic()
        try:
            self._score()
            scored = [judgement.verdict for judgement in self.judgements if judgement]
            if self.then and len(scored) == len(self.items) and not self.is_given_up:
                self.after = self.then(scored)
        except BaseException as error:  # noqa: BLE001 - the thread has other requests to serve
            self.fault = error
        with suppress(RuntimeError):  # the loop has ended, and with it whoever waited
            self._loop.call_soon_threadsafe(self.done.set_result, None)

    def _score(self) -> None:
        filled = self.before() if self.before else [{}] * len(self.items)
        for index, item in enumerate(self.items):
            if self.is_given_up:
                return
            try:
                self.judgements[index] = self.scorer.judge(item, self.at, filled[index])
            except BaseException as error:  # noqa: BLE001 - also a panic in a compiled library
                self.fault = error


class Bench:
    """One scoring thread. A job that outlasts its budget is given up, its finished items kept."""

    def __init__(self, name: str) -> None:
        self._jobs: SimpleQueue[_Job[Any] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._stuck: _Job[Any] | None = None

    async def work(self, job: _Job[Any], seconds: float) -> None:
        """Score the items in order; those not done after ``seconds`` stay without a verdict.

        Raises `RequestError` (overloaded) if the thread did not come to them within that time.
        """
        if self._stuck is not None and not self._stuck.done.done():
            return
        if self._thread.ident is None:
            self._thread.start()
        self._jobs.put(job)
        await asyncio.wait({job.done}, timeout=seconds)
        if job.started_at is None:
            job.is_given_up = True
            raise overloaded()
        if not job.done.done():
            await asyncio.wait(
                {job.done}, timeout=max(0.0, job.started_at + seconds - time.monotonic())
            )
        if not job.done.done():
            job.is_given_up = True
            self._stuck = job

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            job.run()

    def close(self) -> None:
        """Let the thread end."""
        self._jobs.put(None)


class Judge:
    """Scores the items of a request with the champion, or, where that fails, its stand-in."""

    def __init__(self, champions: Champions, metrics: Metrics, seconds: float) -> None:
        self._champions = champions
        self._metrics = metrics
        self._seconds = seconds
        self._benches = {kind: Bench(f"scoring-{kind}") for kind in KINDS}
        self._spares = {kind: Bench(f"degraded-{kind}") for kind in KINDS}
        self._often = journal.OncePerMinute()

    async def score(
        self,
        kind: Kind,
        items: Sequence[Record],
        at: datetime,
        before: Before | None = None,
        then: Then[T] | None = None,
    ) -> Scored[T]:
        """Score the items; ``then`` follows at once if the champion scored them all in time.

        ``before`` fills them in for the champion; what stands in judges them as they were sent.
        """
        if not items:
            return Scored([], None)
        started = time.monotonic()
        scored: Scored[T] = Scored([None] * len(items), None)
        scorer = self._champions.scorer(kind)
        if scorer is None:
            self._often.problem(f"{kind}_degraded", kind=kind, cause="no champion")
        else:
            job = _Job(scorer, items, at, before, then)
            await self._benches[kind].work(job, self._seconds)
            scored = Scored(list(job.judgements), job.after)
            if None in scored.judgements:
                cause = "scoring failed" if job.fault else "scoring took too long"
                self._often.problem(f"{kind}_degraded", job.fault, kind=kind, cause=cause)
        await self._fill(kind, items, at, scored.judgements)
        self._metrics.scoring.labels(kind).observe(time.monotonic() - started)
        return scored

    async def _fill(
        self,
        kind: Kind,
        items: Sequence[Record],
        at: datetime,
        judgements: "list[Judgement | None]",
    ) -> None:
        missing = [index for index, judgement in enumerate(judgements) if judgement is None]
        if not missing:
            return
        job: _Job[None] = _Job(
            self._champions.stand_in(kind), [items[index] for index in missing], at
        )
        await self._spares[kind].work(job, self._seconds)
        if None in job.judgements:
            self._often.problem(f"{kind}_stand_in_failed", job.fault, kind=kind)
        for index, judgement in zip(missing, job.judgements, strict=True):
            judgements[index] = judgement

    def close(self) -> None:
        """Let the threads end."""
        for bench in (*self._benches.values(), *self._spares.values()):
            bench.close()
