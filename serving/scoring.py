"""Scoring off the event loop, within a time budget, with a stand-in for a model that fails.

One thread scores each kind: a window of speech takes milliseconds, a listing of 200,000 characters
seconds. On the event loop the latter would keep ``/livez`` waiting, on a shared thread live speech.
"""

import asyncio
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import TYPE_CHECKING

from data.record import Record
from data.verdict import Kind, Verdict
from serving import journal
from serving.champion import KINDS, Champions
from serving.metrics import Metrics
from serving.refusal import overloaded

if TYPE_CHECKING:
    # The parent of the workers imports the service, too, and has no use for models.
    from models.scorer import Scorer


class _Job:
    """The items of one request. ``verdicts`` fills up as they are scored; None is a failure."""

    def __init__(self, scorer: "Scorer", items: Sequence[Record], at: datetime) -> None:
        self.scorer = scorer
        self.items = items
        self.at = at
        self.verdicts: list[Verdict | None] = [None] * len(items)
        self.fault: Exception | None = None
        self.started_at: float | None = None
        self.is_given_up = False

    def run(self) -> None:
        self.started_at = time.monotonic()
        for index, item in enumerate(self.items):
            if self.is_given_up:
                return
            try:
                self.verdicts[index] = self.scorer.score(item, self.at)
            except Exception as error:  # noqa: BLE001 - whatever a model does, the item is answered
                self.fault = error


class Bench:
    """One scoring thread. A job that outlasts its budget is given up, its finished items kept."""

    def __init__(self, name: str) -> None:
        self._executor = ThreadPoolExecutor(1, thread_name_prefix=name)
        self._stuck: asyncio.Future[None] | None = None

    async def score(
        self, scorer: "Scorer", items: Sequence[Record], at: datetime, seconds: float
    ) -> _Job:
        """Score the items in order; those not done after ``seconds`` stay without a verdict.

        Raises `RequestError` (overloaded) if the thread did not come to them within that time.
        """
        job = _Job(scorer, items, at)
        if self._stuck is not None and not self._stuck.done():
            return job
        done = asyncio.get_running_loop().run_in_executor(self._executor, job.run)
        await asyncio.wait({done}, timeout=seconds)
        if job.started_at is None:
            job.is_given_up = True
            done.cancel()
            raise overloaded()
        if not done.done():
            await asyncio.wait(
                {done}, timeout=max(0.0, job.started_at + seconds - time.monotonic())
            )
        if not done.done():
            job.is_given_up = True
            self._stuck = done
        return job

    def close(self) -> None:
        """Let the thread end."""
        self._executor.shutdown(wait=False, cancel_futures=True)


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
        self, kind: Kind, items: Sequence[Record], at: datetime
    ) -> list[Verdict | None]:
        """A verdict for each item, in order; None where even the stand-in failed."""
        if not items:
            return []
        started = time.monotonic()
        verdicts: list[Verdict | None] = [None] * len(items)
        scorer = self._champions.scorer(kind)
        if scorer is None:
            self._often.problem(f"{kind}_degraded", kind=kind, cause="no champion")
        else:
            job = await self._benches[kind].score(scorer, items, at, self._seconds)
            verdicts = list(job.verdicts)
            if None in verdicts:
                cause = "scoring failed" if job.fault else "scoring took too long"
                self._often.problem(f"{kind}_degraded", job.fault, kind=kind, cause=cause)
        await self._fill(kind, items, at, verdicts)
        self._metrics.scoring.labels(kind).observe(time.monotonic() - started)
        return verdicts

    async def _fill(
        self, kind: Kind, items: Sequence[Record], at: datetime, verdicts: list[Verdict | None]
    ) -> None:
        missing = [index for index, verdict in enumerate(verdicts) if verdict is None]
        if not missing:
            return
        scorer = self._champions.stand_in(kind)
        job = await self._spares[kind].score(
            scorer, [items[index] for index in missing], at, self._seconds
        )
        if None in job.verdicts:
            self._often.problem(f"{kind}_stand_in_failed", job.fault, kind=kind)
        for index, verdict in zip(missing, job.verdicts, strict=True):
            verdicts[index] = verdict

    def close(self) -> None:
        """Let the threads end."""
        for bench in (*self._benches.values(), *self._spares.values()):
            bench.close()
