"""Scoring files: the scorer of the service, row by row, with every row answered or rejected."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Final

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
from training.processes import each_done

Report = Callable[[str], None]

RECORDS: Final[dict[Kind, type[Record]]] = {"claims": LiveSegment, "listings": Listing}

_EVERY: Final = 2_000


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


def timed(scorer: Scorer, record: Record, at: datetime) -> Verdict:
    """The verdict with the time it took."""
    started = time.perf_counter()
    verdict = scorer.score(record, at)
    elapsed = (time.perf_counter() - started) * 1_000
    return verdict.model_copy(update={"latency_ms": round(elapsed, 3)})
