"""What another scorer would have made of past traffic (回测): what changes, and who is hit."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Final, NamedTuple

from pydantic import ValidationError

from data.ledger import Decision
from data.record import Instant, Record
from data.verdict import Kind, Verdict
from models.scorer import Scorer
from training.changes import Changes, ChangeTally, change_lines
from training.offline import RECORDS
from training.processes import each_done

_EVERY: Final = 2_000


class Span(Record):
    """The traffic that was judged: of ``total`` contents, those decided on from ``since`` on."""

    since: Instant
    until: Instant
    total: int


class BacktestReport(Changes):
    """What would change. ``unreadable`` items are none that today's service would take."""

    kind: Kind
    span: Span
    unreadable: int


class _Pair(NamedTuple):
    before: Verdict
    after: Verdict


def backtest(
    old: Scorer,
    new: Scorer,
    decisions: Iterable[Decision],
    span: Span,
    workers: int = 1,
    report: Callable[[str], None] = lambda _: None,
) -> BacktestReport:
    """Judge each decided item by both scorers as of the instant at which it was decided.

    Items are as they were judged then, with what the ledger filled in. ``workers`` are the
    processes that score.
    """
    tally, unreadable = ChangeTally(), 0
    work = partial(_judged, old, new)
    for number, (decision, pair) in enumerate(each_done(work, decisions, workers), 1):
        if pair is None:
            unreadable += 1
        else:
            tally.add(decision, pair.before, pair.after)
        if number % _EVERY == 0:
            report(f"{number:,} decisions judged again")
    found = tally.changes()
    return BacktestReport(kind=old.kind, span=span, unreadable=unreadable, **found.model_dump())


def _judged(old: Scorer, new: Scorer, decision: Decision) -> _Pair | None:
    try:
        item = RECORDS[old.kind].model_validate(decision.judged())
    except ValidationError:
        return None
    at = decision.decided_at
    return _Pair(old.score(item, at), new.score(item, at))


def sentences(report: BacktestReport) -> Iterator[str]:
    """The report for a person to read, line by line; merchants' words are among it."""
    span = report.span
    drawn = "" if report.judged + report.unreadable == span.total else ", a random sample of them"
    yield (
        f"{report.kind}: {span.total:,} contents decided on since {span.since:%Y-%m-%d %H:%M} UTC;"
        f" {report.judged:,} judged again{drawn}"
    )
    if report.unreadable:
        yield f"  {report.unreadable:,} could not be read as today's service reads items"
    yield from change_lines(report)
