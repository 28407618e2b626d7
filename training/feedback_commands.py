"""What ``mingcha evaluate`` and ``mingcha score`` do with after-sale texts."""

import time
from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final

from data.feedback import BuyerText, FeedbackAnswer
from data.problem import FileError
from data.read import Layout, Rejected, read_records
from data.record import Record
from data.write import RejectsFile, write_feedback_answers
from models.artifact import read_manifest
from models.feedback_scorer import FeedbackScorer, load_feedback_scorer
from training.about import About
from training.feedback_evaluate import cross_validate_feedback, evaluate_feedback
from training.feedback_rows import file_docs, seed_docs
from training.feedback_train import feedback_hash
from training.offline import check_target

Report = Callable[[str], None]

_BATCH: Final = 1_000


class FeedbackTally(Record):
    """How a file of buyers' texts was answered."""

    answered: int
    rejected: int
    complaints: int
    negatives: int
    seconds: float

    def sentence(self) -> str:
        """One line for a person: counts, shares, rows a second."""
        rate = self.answered / self.seconds if self.seconds else 0.0
        return (
            f"{self.answered} answered ({self._share(self.complaints)} complaints, "
            f"{self._share(self.negatives)} bad experiences), {self.rejected} rejected, "
            f"{rate:,.0f} rows/s"
        )

    def _share(self, count: int) -> str:
        return f"{count / self.answered:.1%}" if self.answered else "no"


def evaluate_feedback_files(
    data: list[Path],
    layout: Layout,
    directory: Path | None,
    cv: int | None,
    seeds: bool,
    at: datetime,
    report: Report,
) -> tuple[dict[str, Any], About]:
    """Measure the artefact in ``directory`` on labelled files, or the recipe by ``cv`` folds."""
    docs = file_docs(data, layout, report)
    if not docs:
        raise FileError(f"{', '.join(map(str, data))}: no rows; labelled rows are needed")
    hashed = feedback_hash(docs)
    if directory is None:
        assert cv is not None
        about = About.of_recipe("feedback", data, hashed, at, folds=cv, seeds=seeds)
        return cross_validate_feedback(docs, seed_docs() if seeds else [], cv, report), about
    scorer = load_feedback_scorer(directory)
    about = About.of_artifact(read_manifest(directory), data, hashed, at)
    return evaluate_feedback(docs, scorer.model, scorer.thresholds), about


def score_feedback_file(
    scorer: FeedbackScorer, source: Path, target: Path, layout: Layout, report: Report
) -> FeedbackTally:
    """Answer every readable row of ``source`` in ``target``, in order; keep the rest as rejects.

    Raises FileError, among others, when the answers or the rejects would replace the input.
    """
    check_target(source, target)
    counts = {"complaints": 0, "negatives": 0}
    started = time.perf_counter()
    with RejectsFile(target) as rejects:

        def answers() -> Iterator[FeedbackAnswer]:
            for answer in _answers(scorer, source, layout, rejects.add, report):
                counts["complaints"] += answer.complaint
                counts["negatives"] += answer.negative
                yield answer

        answered = write_feedback_answers(target, answers())
    seconds = time.perf_counter() - started
    return FeedbackTally(answered=answered, rejected=rejects.count, seconds=seconds, **counts)


def _answers(
    scorer: FeedbackScorer,
    source: Path,
    layout: Layout,
    reject: Callable[[Rejected], None],
    report: Report,
) -> Iterator[FeedbackAnswer]:
    records = read_records(source, BuyerText, layout, on_reject=reject, on_warning=report)
    texts = (text for _, text in records)
    done = 0
    while batch := list(islice(texts, _BATCH)):
        yield from scorer.answer(batch)
        done += len(batch)
        report(f"{done:,} rows")
