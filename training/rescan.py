"""Passed items judged again (复扫) with what is known today.

What was let through stays on sale while the model learns, brands' lists grow, lexicon and urgent
entries change, and bad listings are confirmed. Whatever of these changed since an item passed, it
is judged again as of now: the item as it was sent, with what the ledger had filled in. The shop's
figures are those of the request, for nobody has sent others. Evidence against the goods (failed
laboratory tests, mature complaints) asks for a person even where the model still lets them pass.

What is judged again is kept as a decision that names the one before, a pass as well: the next
rescan passes over it. An item whose last decision has the versions of today is not looked at, also
where time alone has changed something, such as a licence that ran out.
"""

import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Final, NamedTuple

from pydantic import ValidationError

from data.ledger import Decision, Ledger, LedgerError
from data.ledger.cases import CaseSource
from data.ledger.history import known_contents
from data.ledger.rescans import (
    Passed,
    Rejudged,
    Settled,
    decisions_named,
    passed_items,
    settle,
)
from data.ledger.window import Window
from data.record import Instant, Record, parse_instant
from data.selection import Selection
from data.verdict import Kind
from models.scorer import Scorer
from training.offline import RECORDS
from training.outdated import CHANGES, Change, Today, evidence_against
from training.processes import each_done

_SHARE: Final = 2_000
_ATTEMPTS: Final = 10
_PAUSE_SECONDS: Final = 0.1

MOST_SETTLED: Final = 200
MOST_CASES: Final = 20
"""Items of one transaction, and those of them with a case, which take several times as long."""


class Plan(NamedTuple):
    """Which passed items are judged again: the ``most`` likeliest to be bad of those changed."""

    window: Window
    most: int | None = None
    workers: int = 1
    is_dry: bool = False


class Failure(Record):
    """An item that could not be judged again, and why; it stays as it was."""

    decision_id: str
    cause: str


class RescanReport(Record):
    """What came of a rescan.

    ``seen`` items had passed; of them ``unchanged`` were not looked at and ``left`` were beyond
    ``--most``. ``rescored`` were judged again: ``passed_again``, or ``newly_flagged`` with these
    ``labels``; ``changes`` says what had changed of those flagged, several of one item at times.
    ``evidence`` items pass and have evidence against them. Cases were ``opened`` or ``joined``, or
    would be in a dry run, where all count as opened; ``overtaken`` items were decided on by
    somebody else meanwhile.
    """

    kind: Kind
    since: Instant
    until: Instant
    is_dry: bool
    seen: int
    unchanged: int
    left: int
    rescored: int
    passed_again: int
    newly_flagged: int
    evidence: int
    opened: int
    joined: int
    overtaken: int
    changes: dict[Change, int]
    labels: dict[str, int]
    failures: list[Failure]


class _Task(NamedTuple):
    """A passed item, whether versions changed, and why a person must see it, if at all.

    ``heard`` is how much was heard of it since it passed.
    """

    passed: Passed
    is_changed: bool
    heard: int
    source: CaseSource | None

    def urgency(self) -> tuple[bool, int, datetime, str]:
        """What sorts the likeliest last: evidence, what was heard, what is on sale since lately."""
        passed = self.passed
        return self.source is not None, self.heard, passed.decided_at, passed.decision_id


class _Given(NamedTuple):
    decision: Decision
    task: _Task


class _Done(NamedTuple):
    """What came of an item; ``failure`` is why it could not be judged."""

    given: _Given
    settling: Rejudged
    failure: Failure | None


def rescan(
    ledger: Ledger,
    scorer: Scorer,
    today: Today,
    plan: Plan,
    clock: Callable[[], datetime],
    report: Callable[[str], None] = lambda _: None,
) -> RescanReport:
    """Judge passed items again of which something changed, the likeliest to be bad first.

    What comes of them is kept a hundred at a time: who is interrupted goes on where it ended. A
    single item that fails ends nothing. Raises LedgerError.
    """
    tasks, seen = _tasks(ledger, today, plan.window, clock())
    chosen = tasks[: plan.most]
    report(f"{seen:,} passed, {len(tasks):,} of them changed, {len(chosen):,} judged again now")
    tally = _Tally(today)
    for batch in _batches(_each_done(ledger, scorer, chosen, plan.workers, clock)):
        tally.add(batch, _kept(ledger, batch, plan.is_dry, clock))
        report(f"{tally.done:,} of {len(chosen):,}; {tally.newly_flagged:,} newly flagged")
    return tally.report(plan, seen, unchanged=seen - len(tasks), left=len(tasks) - len(chosen))


def _tasks(ledger: Ledger, today: Today, window: Window, at: datetime) -> tuple[list[_Task], int]:
    """The items to judge, the likeliest to be bad first, and how many had passed."""
    heard: dict[str, tuple[int, CaseSource | None]] = {}
    for content in known_contents(ledger, window.kind, at):
        since = content.latest.decided_at
        later = sum((one.observed_at or one.event_at) > since for one in content.feedback)
        if not content.latest.flagged:
            heard[content.latest.decision_id] = later, evidence_against(content, at)
    tasks, seen = [], 0
    for passed in passed_items(ledger, window):
        seen += 1
        task = _Task(passed, today.is_news_to(passed), *heard.get(passed.decision_id, (0, None)))
        if task.is_changed or task.source:
            tasks.append(task)
    return sorted(tasks, key=_Task.urgency, reverse=True), seen


def _batches(done: Iterable[_Done]) -> Iterator[list[_Done]]:
    """The items in parts, each small enough for a transaction that others wait for."""
    batch: list[_Done] = []
    for one in done:
        batch.append(one)
        with_case = sum(each.settling.source is not None for each in batch)
        if len(batch) == MOST_SETTLED or with_case == MOST_CASES:
            yield batch
            batch = []
    if batch:
        yield batch


def _each_done(
    ledger: Ledger,
    scorer: Scorer,
    tasks: Sequence[_Task],
    workers: int,
    clock: Callable[[], datetime],
) -> Iterator[_Done]:
    work = partial(_judged_again, scorer, clock)
    for first in range(0, len(tasks), _SHARE):
        share = {task.passed.decision_id: task for task in tasks[first : first + _SHARE]}
        named = decisions_named(ledger, list(share))
        # Processes that are forked must not inherit a connection that this one goes on using.
        ledger.close()
        given = [_Given(one, share[one.decision_id]) for one in named]
        yield from (_done(one, made) for one, made in each_done(work, given, workers))


def _done(given: _Given, made: Decision | Failure | None) -> _Done:
    after = made if isinstance(made, Decision) else None
    source = "rescan" if after is not None and after.flagged else given.task.source
    failure = made if isinstance(made, Failure) else None
    return _Done(given, Rejudged(given.decision, after, source), failure)


def _judged_again(
    scorer: Scorer, clock: Callable[[], datetime], given: _Given
) -> Decision | Failure | None:
    if not given.task.is_changed:
        return None
    before = given.decision
    try:
        item = RECORDS[scorer.kind].model_validate(before.item())
        # What was filled in must be whole, too.
        RECORDS[scorer.kind].model_validate(before.judged())
        facts = json.loads(before.snapshot or "{}")
        at, started = clock(), time.perf_counter()
        first = _first_submitted(before, facts)
        judgement = scorer.judge(item, at, facts.get("item", {}), first)
    except ValidationError:
        cause = "its item is none that today's service would take"
        return Failure(decision_id=before.decision_id, cause=cause)
    except Exception as error:  # noqa: BLE001 - however one item fails, the others are judged
        # The error's words may hold the merchant's.
        return Failure(decision_id=before.decision_id, cause=type(error).__name__)
    latency = round((time.perf_counter() - started) * 1_000, 3)
    verdict = judgement.verdict.model_copy(
        update={"previous_decision_id": before.decision_id, "latency_ms": latency}
    )
    return Decision.of(
        scorer.kind,
        item,
        before.item(),
        verdict,
        at,
        selection=Selection(probability=1.0) if verdict.suggestion != "pass" else None,
        snapshot=judgement.snapshot.model_dump(mode="json"),
    )


def _first_submitted(before: Decision, facts: dict[str, object]) -> datetime:
    """When the item came: as it says, or else when it was decided on before it was rescanned."""
    said = before.item().get("submitted_at") or facts.get("first_submitted")
    first = parse_instant(said) if said else before.decided_at
    assert isinstance(first, datetime)
    return first


def _kept(
    ledger: Ledger, batch: Sequence[_Done], is_dry: bool, clock: Callable[[], datetime]
) -> list[Settled]:
    settling = [one.settling for one in batch]
    if is_dry:
        return ["opened" if one.source else "kept" for one in settling]
    for _ in range(_ATTEMPTS - 1):
        try:
            kept = settle(ledger, settling, clock())
        except LedgerError:
            # A service that is writing comes first: what was not kept is kept as a whole later.
            time.sleep(_PAUSE_SECONDS)
            continue
        if ledger.is_embedded:
            # Who waits for an embedded database looks for its turn at such intervals.
            time.sleep(_PAUSE_SECONDS)
        return kept
    return settle(ledger, settling, clock())


class _Tally:
    def __init__(self, today: Today) -> None:
        self.today = today
        self.done = self.rescored = self.newly_flagged = self.evidence = 0
        self.changes: Counter[Change] = Counter()
        self.labels: Counter[str] = Counter()
        self.settled: Counter[Settled] = Counter()
        self.failures: list[Failure] = []

    def add(self, done: Iterable[_Done], settled: Iterable[Settled]) -> None:
        for one, how in zip(done, settled, strict=True):
            self.done += 1
            self.settled[how] += 1
            if one.failure is not None:
                self.failures.append(one.failure)
            if how != "overtaken":
                self._count(one)

    def _count(self, one: _Done) -> None:
        after, task = one.settling.after, one.given.task
        self.rescored += after is not None
        if after is None or not after.flagged:
            self.evidence += task.source is not None
            return
        self.newly_flagged += 1
        self.changes.update(self.today.changes_since(one.given.decision))
        self.changes["evidence"] += task.source is not None
        self.labels.update(label.code for label in after.verdict().labels)

    def report(self, plan: Plan, seen: int, unchanged: int, left: int) -> RescanReport:
        kind, since, until = plan.window
        return RescanReport(
            kind=kind,
            since=since,
            until=until,
            is_dry=plan.is_dry,
            seen=seen,
            unchanged=unchanged,
            left=left,
            rescored=self.rescored,
            passed_again=self.rescored - self.newly_flagged,
            newly_flagged=self.newly_flagged,
            evidence=self.evidence,
            opened=self.settled["opened"],
            joined=self.settled["joined"],
            overtaken=self.settled["overtaken"],
            changes={change: self.changes[change] for change in CHANGES if self.changes[change]},
            labels=dict(self.labels.most_common()),
            failures=self.failures,
        )


def sentences(report: RescanReport) -> Iterator[str]:
    """The report for a person to read, line by line; no merchant's words are among it."""
    yield (
        f"{report.kind}: {report.seen:,} items passed since {report.since:%Y-%m-%d %H:%M} UTC;"
        f" {report.unchanged:,} unchanged, {report.rescored:,} judged again,"
        f" {report.left:,} left for later"
    )
    yield f"  newly flagged: {report.newly_flagged:,}; pass again: {report.passed_again:,}"
    for name, counts in (("what had changed", report.changes), ("labels", report.labels)):
        if counts:
            yield f"  {name}: " + ", ".join(f"{n:,} {code}" for code, n in counts.items())
    yield f"  pass, with evidence against them: {report.evidence:,}"
    would = "would be opened or joined" if report.is_dry else "opened"
    yield f"  cases {would}: {report.opened:,}; joined: {report.joined:,}"
    if report.overtaken:
        yield f"  decided on by others meanwhile: {report.overtaken:,}"
    for failure in report.failures:
        yield f"  {failure.decision_id}: not judged: {failure.cause}"
