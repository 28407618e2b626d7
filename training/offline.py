"""Scoring files: the scorer of the service, row by row, with every row answered or rejected."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime
from functools import partial
from itertools import islice
from multiprocessing import get_all_start_methods, get_context
from pathlib import Path
from typing import Any, Final, TypeVar

from data.listing import Listing
from data.problem import FileError, UsageError
from data.read import Layout, Rejected, read_records
from data.record import Record
from data.segment import LiveSegment
from data.table import file_format
from data.verdict import Kind, Verdict
from data.write import RejectsFile, write_rows, write_verdicts
from models.rooms import FlaggedWindow, cases_of, flagged_window
from models.scorer import Scorer

Report = Callable[[str], None]
Given = TypeVar("Given")
Made = TypeVar("Made")

RECORDS: Final[dict[Kind, type[Record]]] = {"claims": LiveSegment, "listings": Listing}

_EVERY: Final = 2_000

_SHARE: Final = 1_000
_CHUNK: Final = 50
"""Records that a process is given in all before more are read, and at a time."""


class Tally(Record):
    """How a file was answered."""

    answered: int
    rejected: int
    suggestions: dict[str, int]
    seconds: float

    def sentence(self) -> str:
        """One line for a person: counts, share flagged, rows a second."""
        flagged = self.answered - self.suggestions.get("pass", 0)
        share = flagged / self.answered if self.answered else 0.0
        rate = self.answered / self.seconds if self.seconds else 0.0
        counts = ", ".join(f"{n} {name}" for name, n in sorted(self.suggestions.items()))
        return (
            f"{self.answered} answered ({counts or 'none'}; {share:.1%} flagged), "
            f"{self.rejected} rejected, {rate:,.0f} rows/s"
        )


def score_file(
    scorer: Scorer,
    source: Path,
    target: Path,
    layout: Layout,
    at: datetime,
    report: Report,
    cases: Path | None = None,
    workers: int = 1,
) -> Tally:
    """Answer every readable row of ``source`` in ``target``, in order; keep the rest as rejects.

    ``cases`` is where flagged windows are also written room by room; of claims only. ``workers``
    are the processes that score.
    Raises FileError, among others, when the answers or the rejects would replace the input.
    """
    check_target(source, target)
    if cases is not None:
        _check_cases(cases, scorer.kind, [source, target, RejectsFile(target).path])
    counts: Counter[str] = Counter()
    flagged: list[FlaggedWindow] = []
    started = time.perf_counter()
    with RejectsFile(target) as rejects:
        rejected = 0

        def reject(row: Rejected) -> None:
            nonlocal rejected
            rejected += 1
            rejects.add(row)

        def answers() -> Iterator[Verdict]:
            records = read_records(
                source, RECORDS[scorer.kind], layout, on_reject=reject, on_warning=report
            )
            answered = each_timed(scorer, (record for _, record in records), at, workers)
            for number, (record, verdict) in enumerate(answered, 1):
                counts[verdict.suggestion] += 1
                if cases is not None and verdict.suggestion != "pass":
                    assert isinstance(record, LiveSegment)
                    flagged.append(flagged_window(record, verdict))
                if number % _EVERY == 0:
                    report(f"{number:,} rows")
                yield verdict

        answered = write_verdicts(target, answers())
    if cases is not None:
        write_rows(cases, (case.model_dump(mode="json") for case in cases_of(flagged)))
    seconds = time.perf_counter() - started
    return Tally(answered=answered, rejected=rejected, suggestions=dict(counts), seconds=seconds)


def check_target(source: Path, target: Path) -> None:
    """Raise FileError when the answers or the rejects would replace the input."""
    for written in (target, RejectsFile(target).path):
        if written.exists() and source.exists() and written.samefile(source):
            raise FileError(f"{source}: would be replaced by its answers; give another --out")


def _check_cases(cases: Path, kind: Kind, taken: Sequence[Path]) -> None:
    if kind != "claims":
        raise UsageError(f"--cases: {kind} have no rooms; it is for claims")
    if file_format(cases)[0] != ".jsonl":
        raise UsageError(f"{cases}: cases are written as .jsonl or .jsonl.gz")
    if cases.resolve() in [path.resolve() for path in taken]:
        raise FileError(f"{cases}: is the input, the answers or their rejects; give another path")


def each_timed(
    scorer: Scorer, records: Iterable[Record], at: datetime, workers: int
) -> Iterator[tuple[Record, Verdict]]:
    """Each record with its verdict, in order, scored by so many processes."""
    return each_done(partial(timed, scorer, at=at), records, workers)


def each_done(
    work: Callable[[Given], Made], given: Iterable[Given], workers: int
) -> Iterator[tuple[Given, Made]]:
    """Each thing with what ``work`` makes of it, in order, by so many processes.

    Processes are forked: they share the model's tables with this one. Where the system cannot
    fork, this one does it all.
    """
    if workers == 1 or "fork" not in get_all_start_methods():
        yield from ((one, work(one)) for one in given)
        return
    pending = iter(given)
    with ProcessPoolExecutor(workers, get_context("fork"), _lend, (work,)) as pool:
        while batch := list(islice(pending, workers * _SHARE)):
            yield from zip(batch, pool.map(_borrowed, batch, chunksize=_CHUNK), strict=True)


def timed(scorer: Scorer, record: Record, at: datetime) -> Verdict:
    """The verdict with the time it took."""
    started = time.perf_counter()
    verdict = scorer.score(record, at)
    elapsed = (time.perf_counter() - started) * 1_000
    return verdict.model_copy(update={"latency_ms": round(elapsed, 3)})


_works: Callable[[Any], Any]


def _lend(work: Callable[[Any], Any]) -> None:
    """Keep in a new process what it is to do: models are inherited, never sent."""
    global _works
    _works = work


def _borrowed(given: Any) -> Any:
    return _works(given)
