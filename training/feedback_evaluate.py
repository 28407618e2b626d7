"""Evaluating an after-sale model on labelled texts, or its recipe by grouped folds."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray

from data.problem import MingchaError
from data.split import grouped_folds
from models.artifact import Thresholds
from models.calibrated import sigmoid
from models.feedback import KINDS, FeedbackModel
from training.breakdown import label_figures
from training.evaluate import evaluation
from training.facets import length
from training.feedback import RECIPE, Corpus, FittedFeedback, Recipe, fit_feedback
from training.feedback_rows import FeedbackDoc
from training.ranking import Counted, Ranking, Resamples, measured
from training.thresholds import operating_points

Report = Callable[[str], None]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

MEASURED: Final = ("complaint", "negative")
"""What a report may be about; the first that the rows tell heads it."""

_SEED: Final = 20260201
_INNER_FOLDS: Final = 3


class UnmeasurableError(MingchaError):
    """The rows do not tell right from wrong."""


def feedback_points(fitted: FittedFeedback) -> dict[str, Thresholds]:
    """The operating points, from what a model says of texts out of fold.

    ``flag`` is for complaints, ``label`` for bad experiences. Seeds choose at their own mix: what
    is no complaint among them is harder to tell than what buyers write.
    """
    chances = sigmoid(fitted.out_of_fold)
    complaints, negatives = fitted.complaints, fitted.negatives
    return operating_points(
        complaints.truth,
        chances[complaints.rows, 0],
        negatives.truth,
        chances[negatives.rows, 1],
    )


@dataclass
class Judged:
    """What is said of texts, and which of it was flagged: complaints and bad experiences."""

    chances: Floats
    flagged: Flags
    kinds: Floats
    cuts: list[tuple[float, float]]

    @classmethod
    def blank(cls, n: int) -> Self:
        """Nothing said yet of n texts."""
        kinds = np.zeros((n, len(KINDS)))
        return cls(np.zeros((n, 2)), np.zeros((n, 2), dtype=bool), kinds, [])

    def fill(
        self, rows: NDArray[np.intp], texts: Sequence[str], model: FeedbackModel, at: Thresholds
    ) -> None:
        """Judge ``rows``, whose texts these are."""
        assessed = model.assess(texts)
        chances = np.column_stack([assessed.complaint, assessed.negative])
        self.chances[rows] = chances
        self.flagged[rows] = chances >= (at.flag, at.label)
        self.kinds[rows] = assessed.kinds
        self.cuts.append((at.flag, at.label))


def evaluate_feedback(
    docs: Sequence[FeedbackDoc], model: FeedbackModel, at: Thresholds
) -> dict[str, Any]:
    """Measure a model on texts that it has not learnt; whether it has is not checked."""
    judged = Judged.blank(len(docs))
    judged.fill(np.arange(len(docs)), [doc.text for doc in docs], model, at)
    return feedback_report(docs, judged)


def cross_validate_feedback(
    docs: Sequence[FeedbackDoc],
    always: Sequence[FeedbackDoc],
    folds: int,
    report: Report,
    *,
    recipe: Recipe = RECIPE,
    marks: bool = True,
) -> dict[str, Any]:
    """Measure the recipe on ``docs``: each text by a model that saw none of its group.

    ``always`` train in every fold and are not measured. Thresholds come from the training part of
    each fold; the one reported is their mean.
    """
    judged = Judged.blank(len(docs))
    corpus = Corpus.of([*docs, *always], marks=marks)
    everything = np.arange(len(corpus.docs))
    for number, held_out in enumerate(grouped_folds([d.group for d in docs], folds, _SEED), 1):
        report(f"fold {number} of {folds}")
        rows = np.setdiff1d(everything, held_out)
        fitted = fit_feedback(corpus, rows=rows, folds=_INNER_FOLDS, recipe=recipe)
        texts = [docs[row].text for row in held_out.tolist()]
        judged.fill(held_out, texts, fitted.model, feedback_points(fitted)["balanced"])
    return feedback_report(docs, judged)


def feedback_report(docs: Sequence[FeedbackDoc], judged: Judged) -> dict[str, Any]:
    """The report of ``mingcha evaluate feedback``: of complaints, where rows tell both answers.

    Bad experiences have a report of their own in ``negative``; rows that tell nothing else are
    reported on those alone. ``measured`` names what the figures at the top are about. A row takes
    part in what its labels state.
    """
    truth = {"complaint": [d.complaint for d in docs], "negative": [d.negative for d in docs]}
    reports = {
        name: _of_head(docs, judged, column, truth[name])
        for column, name in enumerate(MEASURED)
        if {True, False} <= set(truth[name])
    }
    if not reports:
        raise UnmeasurableError(
            f"{len(docs)} rows: complaint, or negative, must be 1 in some and 0 in others"
        )
    first = next(iter(reports))
    others = {name: found for name, found in reports.items() if name != first}
    return {**reports[first], "measured": first, "labels": _kinds(docs, judged), **others}


def model_report(docs: Sequence[FeedbackDoc], fitted: FittedFeedback) -> dict[str, Any]:
    """The report of a model on the texts that it learnt, each judged without its group.

    They are those by which its thresholds were chosen: an operator's own, where there are enough.
    """
    points = feedback_points(fitted)["balanced"]
    chances = sigmoid(fitted.out_of_fold)[:, :2]
    flagged = chances >= (points.flag, points.label)
    kinds = np.zeros((len(docs), len(KINDS)))
    judged = Judged(chances, flagged, kinds, [(points.flag, points.label)])
    rows = np.union1d(fitted.complaints.rows, fitted.negatives.rows)
    chosen = Judged(chances[rows], flagged[rows], kinds[rows], judged.cuts)
    report = feedback_report([docs[row] for row in rows.tolist()], chosen)
    return {**report, "labels": {}}


def _of_head(
    docs: Sequence[FeedbackDoc], judged: Judged, column: int, told: Sequence[bool | None]
) -> dict[str, Any]:
    rows = np.flatnonzero([answer is not None for answer in told])
    chosen = [docs[row] for row in rows.tolist()]
    truth = np.array([told[row] for row in rows.tolist()], dtype=bool)
    scores, flagged = judged.chances[rows, column], judged.flagged[rows, column]
    groups = [doc.group for doc in chosen]
    cut = float(np.mean([cuts[column] for cuts in judged.cuts]))
    report = evaluation(truth, scores, flagged, cut, groups, facets=_facets(chosen))
    resamples = Resamples(groups, 0) if len(set(groups)) > 1 else None
    found, bounds = measured(Ranking(truth, scores, flagged), {"f1": Counted.f1}, resamples)
    return {**report, **found, "intervals": {**report["intervals"], **bounds}}


def _facets(docs: Sequence[FeedbackDoc]) -> Mapping[str, list[str | None]]:
    return {
        "source": [doc.source for doc in docs],
        "category": [doc.category for doc in docs],
        "length": [length(doc.text) for doc in docs],
    }


def _kinds(docs: Sequence[FeedbackDoc], judged: Judged) -> dict[str, Any]:
    """How well each kind is ranked among the texts whose kind is told."""
    rows = np.flatnonzero([doc.kind is not None for doc in docs])
    if not rows.size:
        return {}
    truth = np.array([docs[row].kind for row in rows.tolist()])
    groups = [docs[row].group for row in rows.tolist()]
    return {
        kind: label_figures(truth == kind, judged.kinds[rows, column], None, groups, 0)
        for column, kind in enumerate(KINDS)
    }
