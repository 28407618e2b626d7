"""The composition root: settings in, everything that a running service is made of out."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from data.known_bad import known_bad_path, open_known_bad
from data.ledger import Keys, Ledger, LedgerError
from data.overlay import NO_OVERLAY
from data.overlay_store import load_overlay, overlay_version
from data.problem import FileError
from data.registry_store import load_registry, registry_version
from data.verdict import Kind
from serving import journal
from serving.admission import Admission
from serving.answer import Desk
from serving.champion import Champions, Library
from serving.keyring import KeyRing
from serving.memory import Memory
from serving.metrics import Metrics
from serving.reception import Reception
from serving.sampling import Sample
from serving.scoring import Judge
from serving.settings import Settings
from serving.shadow import Shadowing, Shadows
from serving.writer import Writer

if TYPE_CHECKING:
    from models.scorer import Scorer

_ORPHAN_CHECK_SECONDS = 1.0
_SWITCH_SECONDS = 0.001


class Runtime:
    """The parts of one service process. Building it does no I/O; ``running`` starts it."""

    def __init__(self, settings: Settings, library: Library) -> None:
        self.settings = settings
        self.metrics = Metrics(settings.home)
        self.ledger = Ledger(settings.ledger)
        self.keyring = KeyRing(Keys(self.ledger))
        self.champions = Champions(settings.home, library, settings.mildest, self.metrics)
        self.writer = Writer(self.ledger, self.metrics, settings.ledger_queue_bytes)
        self.judge = Judge(self.champions, self.metrics, settings.scoring_seconds)
        self.reception = Reception(self.ledger, self.writer, self.metrics)
        self.sample = Sample(settings.home, settings.exploration_seed, settings.shares)
        memory = Memory(self.ledger, self.writer)
        self.admission = Admission(settings.max_in_flight)
        self.shadows = Shadows(settings.home, library)
        self.shadowing = Shadowing(
            self.champions, self.shadows, self.ledger, self.metrics, settings.shadow_share
        )
        self.desk = Desk(self.judge, memory, self.sample, self.writer, self.shadowing, self.metrics)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Start the threads and the loading of models; at the end write what waits."""
        # Scoring must hand the interpreter back before a health check notices.
        sys.setswitchinterval(_SWITCH_SECONDS)
        await self._open_ledger()
        await asyncio.to_thread(self.sample.open)
        self.writer.start()
        self.shadowing.start(lambda: self.admission.is_empty)
        watching = [
            asyncio.create_task(self.champions.watch()),
            asyncio.create_task(self.shadows.watch(lambda: self.champions.is_ready)),
            asyncio.create_task(_end_with(os.getppid())),
        ]
        watching[0].add_done_callback(_report)
        try:
            yield
        finally:
            for task in watching:
                task.cancel()
            for task in watching:
                with suppress(asyncio.CancelledError):
                    await task
            await asyncio.to_thread(self.shadowing.close)
            await asyncio.to_thread(self.reception.close)
            await asyncio.to_thread(self.writer.close)
            self.judge.close()
            self.ledger.close()

    async def _open_ledger(self) -> None:
        try:
            await asyncio.to_thread(self.ledger.open)
            if not await asyncio.to_thread(Keys(self.ledger).all):
                journal.note("no_api_keys", advice="create one with: mingcha key add NAME")
        except LedgerError as error:
            journal.problem("ledger_unavailable", error, cause=str(error))


async def _end_with(parent: int) -> None:
    """End this worker in good order when the process that started it is gone."""
    while os.getppid() == parent:
        await asyncio.sleep(_ORPHAN_CHECK_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)


def _report(watching: asyncio.Task[None]) -> None:
    if not watching.cancelled() and (error := watching.exception()):
        journal.problem("models_not_loaded", error)


def library(policy: Literal["balanced", "capacity"]) -> Library:
    """The scorers that `models` provides, imported when the first one is asked for."""

    def load(directory: Path, home: Path) -> "Scorer":
        from models.scorer import load_scorer

        return load_scorer(
            directory, policy, load_registry(home), open_known_bad(home), load_overlay(home)
        )

    return Library(_champion, _known, load, _degraded, _shadow)


def _champion(home: Path, kind: Kind) -> Path | None:
    from serving.packed import current

    return current(home, kind)


def _shadow(home: Path, kind: Kind) -> Path | None:
    from models.store import shadow

    return shadow(home, kind)


def _known(home: Path) -> str:
    """A name that changes when scorers must be made anew; known bad listings are read as they
    come, once there are any."""
    versions = registry_version(home), overlay_version(home)
    return f"{' '.join(versions)} {known_bad_path(home).exists()}"


def _degraded(kind: Kind, mildest: Literal["pass", "review"], home: Path) -> "Scorer":
    from models.scorer import degraded_scorer

    try:
        overlay = load_overlay(home)
    except FileError as error:
        journal.problem(f"{kind}_overlay_not_read", error, cause=str(error))
        overlay = NO_OVERLAY
    return degraded_scorer(kind, mildest, overlay)
