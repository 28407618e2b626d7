"""A challenger that answers live traffic unheard (影子模式): logged, counted, never acted on.

Its answers are made after the champion's were given, and only while nobody waits for one: one
thread scores, and between two items it looks whether a request came. What does not find room in
a small queue is dropped and counted, so that under load there are fewer answers, not slower ones.
"""

import asyncio
import json
import threading
import time
import zlib
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

from data.ledger import Decision, Ledger
from data.ledger.shadows import ShadowAnswer, keep_shadows
from data.problem import MingchaError
from data.verdict import Kind, Verdict
from serving import journal
from serving.champion import KINDS, Champions, Library
from serving.item import RECORDS
from serving.metrics import Metrics

if TYPE_CHECKING:
    from models.scorer import Scorer

MOST_WAITING: Final = 256
"""Decisions that may wait for the shadow, in a process."""

MOST_BYTES: Final = 4_000_000
"""What they may take together."""

LONGEST: Final = 60_000
"""Bytes of JSON, some 10,000 characters, above which an item is left out: it would hold up a
request that comes meanwhile for a tenth of a second."""

_TIMED: Final = 16
"""Of so many items the champion scores one again, so that both are timed alike."""

_PAUSE_SECONDS: Final = 0.01
_ASLEEP_SECONDS: Final = 0.5
_WRITE_SECONDS: Final = 1.0
_BATCH: Final = 100
_END_SECONDS: Final = 5.0

Outcome = Literal["same", "differs", "dropped", "failed"]
"""``same`` and ``differs`` are about the suggestion."""


class Shadows:
    """The shadow of each kind that has one. One that cannot be loaded is none."""

    def __init__(self, home: Path, library: Library) -> None:
        self._home = home
        self._library = library
        self._scorers: dict[Kind, Scorer] = {}
        self._tried: dict[Kind, tuple[Path | None, str]] = {}
        self._often = journal.OncePerMinute()
        self._loading = threading.Lock()

    def scorer(self, kind: Kind) -> "Scorer | None":
        """The shadow, or None where none runs."""
        return self._scorers.get(kind)

    @property
    def are_there(self) -> bool:
        """Whether a shadow runs."""
        return bool(self._scorers)

    def reload(self) -> None:
        """Take over what was started or stopped since the last look, and what the home knows."""
        with self._loading:
            for kind in KINDS:
                self._reload(kind)

    async def watch(self, is_ready: Callable[[], bool], seconds: float = 1.0) -> None:
        """Look for shadows every ``seconds``, for ever, once the champions are loaded."""
        while True:
            await asyncio.sleep(seconds)
            if is_ready():
                await asyncio.to_thread(self.reload)

    def _reload(self, kind: Kind) -> None:
        try:
            found = self._library.shadow(self._home, kind), self._library.known(self._home)
            if self._tried.get(kind) == found:
                return
            self._tried[kind] = found
            self._take(kind, found[0])
        except Exception as error:  # noqa: BLE001 - however an artefact is broken, answers go on
            self._scorers.pop(kind, None)
            self._often.problem(f"{kind}_shadow_refused", error, kind=kind, cause=str(error))

    def _take(self, kind: Kind, directory: Path | None) -> None:
        if directory is None:
            if self._scorers.pop(kind, None):
                journal.note("shadow_stopped", kind=kind)
            return
        scorer = self._library.load(directory, self._home)
        scorer.warm()
        self._scorers[kind] = scorer
        journal.note("shadow_loaded", kind=kind, model_version=scorer.model_version)


class _Queue:
    """Decisions that wait, bounded in number and in bytes. Safe to share between threads."""

    def __init__(self) -> None:
        self._waiting: deque[Decision] = deque()
        self._bytes = 0
        self._changing = threading.Lock()

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, decision: Decision) -> bool:
        """Whether there was room for it."""
        with self._changing:
            if len(self._waiting) >= MOST_WAITING or self._bytes + decision.size > MOST_BYTES:
                return False
            self._waiting.append(decision)
            self._bytes += decision.size
            return True

    def take(self) -> Decision | None:
        """The one that has waited longest."""
        with self._changing:
            if not self._waiting:
                return None
            decision = self._waiting.popleft()
            self._bytes -= decision.size
            return decision


class _Timed(NamedTuple):
    verdict: Verdict
    milliseconds: float


class Shadowing:
    """Has shadows answer ``share`` of what champions answered, from a thread of its own."""

    def __init__(
        self,
        champions: Champions,
        shadows: Shadows,
        ledger: Ledger,
        metrics: Metrics,
        share: float,
    ) -> None:
        self._champions = champions
        self._shadows = shadows
        self._ledger = ledger
        self._metrics = metrics
        self._share = share
        self._queue = _Queue()
        self._answers: list[tuple[ShadowAnswer, Outcome]] = []
        self._written_at = 0.0
        self._is_calm: Callable[[], bool] = lambda: True
        self._often = journal.OncePerMinute()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="shadow", daemon=True)

    def start(self, is_calm: Callable[[], bool]) -> None:
        """Begin to answer, whenever ``is_calm`` says that nobody waits for an answer."""
        self._is_calm = is_calm
        self._thread.start()

    def close(self) -> None:
        """Write what was answered, then end the thread; one that hangs is left behind."""
        self._closing.set()
        self._thread.join(_END_SECONDS)

    @property
    def waiting(self) -> int:
        """How many decisions the shadow has yet to answer."""
        return len(self._queue)

    def offer(self, decisions: Sequence[Decision]) -> None:
        """Have the shadow answer, too, what was answered; never waits, never raises."""
        for decision in decisions:
            scorer = self._shadows.scorer(decision.kind)
            if scorer is None or decision.model_version in (None, scorer.model_version):
                continue
            if _rank(decision) >= self._share * 2**32:
                continue
            if len(decision.request) > LONGEST or not self._queue.put(decision):
                self._count(decision.kind, "dropped")

    def _run(self) -> None:
        while not self._closing.wait(
            _PAUSE_SECONDS if self._shadows.are_there else _ASLEEP_SECONDS
        ):
            self._work()
            if time.monotonic() - self._written_at >= _WRITE_SECONDS:
                self._write()
        self._write()

    def _pause(self) -> float:
        # To be woken by each request would take time from it.
        return _PAUSE_SECONDS if self._shadows.are_there else _ASLEEP_SECONDS

    def _work(self) -> None:
        while self._is_calm() and not self._closing.is_set():
            decision = self._queue.take()
            if decision is None:
                return
            self._answer(decision)
            if len(self._answers) >= _BATCH:
                self._write()

    def _answer(self, decision: Decision) -> None:
        scorer = self._shadows.scorer(decision.kind)
        if scorer is None or scorer.model_version == decision.model_version:
            # It was stopped, or made champion, while the decision waited.
            self._count(decision.kind, "dropped")
            return
        try:
            answer = self._answered(decision, scorer)
        except BaseException as error:  # noqa: BLE001 - also a panic in a compiled library
            self._count(decision.kind, "failed")
            self._often.problem(f"{decision.kind}_shadow_failed", error, kind=decision.kind)
            return
        same = answer.suggestion == decision.suggestion
        self._answers.append((answer, "same" if same else "differs"))

    def _answered(self, decision: Decision, scorer: "Scorer") -> ShadowAnswer:
        sides = [scorer, *self._rival(decision)]
        # Who comes second finds the caches warm: by turns it is one and the other.
        timed = {one: _timed(one, decision) for one in sides[:: 1 if _rank(decision) & 1 else -1]}
        verdict, milliseconds = timed[scorer]
        return ShadowAnswer(
            decision_id=decision.decision_id,
            model_version=str(scorer.model_version),
            kind=decision.kind,
            suggestion=verdict.suggestion,
            probability=verdict.probability,
            answer=verdict.model_dump_json(ensure_ascii=True),
            latency_ms=milliseconds,
            champion_ms=timed[sides[1]].milliseconds if len(sides) > 1 else None,
            decided_at=decision.decided_at,
        )

    def _rival(self, decision: Decision) -> "list[Scorer]":
        """The champion, where its turn to be timed has come and it is still the same."""
        champion = self._champions.scorer(decision.kind)
        if champion is None or champion.model_version != decision.model_version:
            return []
        return [] if (_rank(decision) >> 1) % _TIMED else [champion]

    def _write(self) -> None:
        self._written_at = time.monotonic()
        answers, self._answers = self._answers, []
        try:
            keep_shadows(self._ledger, [answer for answer, _ in answers])
        except MingchaError as error:
            self._often.problem("shadow_answers_not_kept", error, cause=str(error))
            answers = [(answer, "dropped") for answer, _ in answers]
        for answer, outcome in answers:
            self._count(answer.kind, outcome)

    def _count(self, kind: Kind, outcome: Outcome) -> None:
        self._metrics.shadows.labels(kind, outcome).inc()


def _rank(decision: Decision) -> int:
    """A number below 2**32 that is as good as drawn, and always the same for a decision."""
    return zlib.crc32(decision.decision_id.encode())


def _timed(scorer: "Scorer", decision: Decision) -> _Timed:
    """The verdict on the item as it was judged: as sent, with what the ledger had filled in."""
    item = RECORDS[decision.kind].model_validate(decision.item())
    snapshot = json.loads(decision.snapshot) if decision.snapshot else {}
    filled = snapshot.get("item", {})
    started = time.perf_counter()
    verdict = scorer.judge(item, decision.decided_at, filled).verdict
    return _Timed(verdict, round((time.perf_counter() - started) * 1_000, 3))
