"""The models that answer, and how a new one takes over while the service runs."""

import asyncio
import gc
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Literal, NamedTuple

from data.verdict import Kind
from serving import journal
from serving.metrics import Metrics

if TYPE_CHECKING:
    # The parent of the workers imports the service, too, and has no use for models.
    from models.scorer import Scorer

KINDS: tuple[Kind, ...] = ("claims", "listings")


class Library(NamedTuple):
    """Where scorers come from.

    ``champion``, ``shadow``, ``known`` (a name that changes with what the home knows of brands,
    bad listings and urgent words) and ``load`` are asked with the home that the service runs on.
    What stands in for a champion knows the urgent words alone, where they can be read: a file that
    is damaged must not take it down, too.
    """

    champion: Callable[[Path, Kind], Path | None]
    known: Callable[[Path], str]
    load: "Callable[[Path, Path], Scorer]"
    degraded: 'Callable[[Kind, Literal["pass", "review"], Path], Scorer]'
    shadow: Callable[[Path, Kind], Path | None]


class Champions:
    """The champion of each kind, and the lexicon-and-rules scorer that stands in for it.

    A new artefact, or a new brand registry, is loaded and warmed off the event loop, then one
    reference is swapped. One that is refused leaves the one before it in place.
    """

    def __init__(
        self,
        home: Path,
        library: Library,
        mildest: Callable[[Kind], Literal["pass", "review"]],
        metrics: Metrics,
    ) -> None:
        self._home = home
        self._library = library
        self._mildest = mildest
        self._metrics = metrics
        self._scorers: dict[Kind, Scorer] = {}
        self._stand_ins: dict[Kind, Scorer] = {}
        self._tried: dict[Kind, tuple[Path | None, str]] = {}
        self._often = journal.OncePerMinute()
        self._loading = threading.Lock()
        self.is_ready = False

    def scorer(self, kind: Kind) -> "Scorer | None":
        """The champion, or None when there is none that can be used."""
        return self._scorers.get(kind)

    def stand_in(self, kind: Kind) -> "Scorer":
        """The scorer that needs no model; its answers are marked ``degraded``."""
        return self._stand_ins[kind]

    def load(self) -> None:
        """Load and warm everything for the first time, however long it takes."""
        with self._loading:
            for kind in KINDS:
                self._renew_stand_in(kind)
                self._reload(kind)
            # What is loaded lives as long as the process: no collection need look at it again.
            gc.collect()
            gc.freeze()
            gc.set_threshold(50_000, 50, 1_000)
            self.is_ready = True

    def reload(self) -> None:
        """Take over champions, and what the home knows, that changed since the last look."""
        with self._loading:
            for kind in KINDS:
                self._reload(kind)

    async def watch(self, seconds: float = 1.0) -> None:
        """Load, then look for new champions every ``seconds``, for ever."""
        await asyncio.to_thread(self.load)
        while True:
            await asyncio.sleep(seconds)
            await asyncio.to_thread(self.reload)

    def _renew_stand_in(self, kind: Kind) -> None:
        stand_in = self._library.degraded(kind, self._mildest(kind), self._home)
        stand_in.warm()
        self._stand_ins[kind] = stand_in

    def _reload(self, kind: Kind) -> None:
        try:
            found = self._library.champion(self._home, kind), self._library.known(self._home)
            if self._tried.get(kind) == found:
                return
            self._tried[kind] = found
            self._renew_stand_in(kind)
            directory, _ = found
            if directory is not None:
                scorer = self._library.load(directory, self._home)
                scorer.warm()
                self._scorers[kind] = scorer
                self._metrics.loads.labels(kind, "loaded").inc()
                journal.note("champion_loaded", kind=kind, model_version=scorer.model_version)
        except Exception as error:  # noqa: BLE001 - however an artefact is broken, answers go on
            self._metrics.loads.labels(kind, "refused").inc()
            self._often.problem(f"{kind}_champion_refused", error, kind=kind, cause=str(error))
