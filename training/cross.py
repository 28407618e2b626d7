"""Evaluating an artefact on labelled rows, or the recipe by grouped cross-validation."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from data.segment import LiveSegment
from data.split import grouped_folds
from models.calibrated import sigmoid
from models.claim_scorer import ClaimScorer
from models.knowledge import Knowledge
from models.listing_scorer import ListingScorer
from models.verdicts import Versions
from training.assemble import ClaimDoc
from training.claims import fit_claims
from training.evaluate import evaluation
from training.guard import counted, guard
from training.listings import ListingDoc, fit_listings, reference_prices
from training.thresholds import operating_points
from training.train import SEED, label_pairs, listing_points

Report = Callable[[str], None]
Floats = NDArray[np.float64]

_INNER_FOLDS = 3


def cross_validate(
    docs: Sequence[ClaimDoc],
    seeds: Sequence[ClaimDoc],
    knowledge: Knowledge,
    folds: int,
    report: Report,
) -> dict[str, Any]:
    """Measure the recipe on ``docs``: each is scored by a model that saw none of its group.

    ``seeds`` train in every fold and are not measured. Thresholds come from the training part
    of each fold; the one reported is their mean.
    """
    scores, flagged = np.empty(len(docs)), np.zeros(len(docs), dtype=bool)
    labels = np.empty((len(docs), len(knowledge.taxonomy.codes)))
    cuts = []
    for number, held_out in enumerate(grouped_folds([d.group for d in docs], folds, SEED), 1):
        report(f"fold {number} of {folds}")
        held = set(held_out.tolist())
        training = [*seeds, *(doc for index, doc in enumerate(docs) if index not in held)]
        fitted = fit_claims(
            training, knowledge.taxonomy.codes, knowledge.reader(), report, folds=_INNER_FOLDS
        )
        truth = np.array([doc.violation for doc in training])
        points = operating_points(
            truth, sigmoid(fitted.out_of_fold), *label_pairs(training, fitted, knowledge)
        )
        cuts.append(points["balanced"].flag)
        for index in held_out:
            assessment = fitted.model.assess(docs[index].text)
            scores[index] = float(sigmoid(assessment.logit))
            labels[index] = sigmoid(assessment.labels)
        flagged[held_out] = scores[held_out] >= cuts[-1]
    return _report(docs, scores, flagged, float(np.mean(cuts)), labels, knowledge)


def evaluate_scorer(
    docs: Sequence[ClaimDoc], scorer: ClaimScorer, knowledge: Knowledge, at: datetime
) -> dict[str, Any]:
    """Measure an artefact on rows that it was not trained on; whether it was is not checked."""
    scores = np.empty(len(docs))
    labels = np.empty((len(docs), len(knowledge.taxonomy.codes)))
    for index, doc in enumerate(docs):
        verdict = scorer.score(LiveSegment(data_id=f"row-{index}", text=doc.text), at)
        scores[index] = verdict.probability
        labels[index] = sigmoid(scorer.model.assess(doc.text).labels)
    flag = scorer.thresholds.flag
    report = _report(docs, scores, scores >= flag, flag, labels, knowledge)
    return report | {"regression": counted(guard(scorer))}


def cross_validate_listings(
    docs: Sequence[ListingDoc],
    always: Sequence[ListingDoc],
    knowledge: Knowledge,
    folds: int,
    at: datetime,
    report: Report,
) -> dict[str, Any]:
    """Measure the listing recipe on ``docs``, as ``cross_validate`` does for claims."""
    judged = _Judged.blank(len(docs), len(knowledge.taxonomy.codes))
    for number, held_out in enumerate(grouped_folds([d.group for d in docs], folds, SEED), 1):
        report(f"fold {number} of {folds}")
        held = set(held_out.tolist())
        training = [*always, *(doc for index, doc in enumerate(docs) if index not in held)]
        prices = reference_prices(training, at, knowledge)
        fitted = fit_listings(training, knowledge, prices, report)
        thresholds = listing_points(training, fitted)[0]["balanced"]
        versions = Versions(model=None, policy="cross-validation", lexicon="")
        scorer = ListingScorer(fitted.model, thresholds, versions, knowledge.taxonomy)
        judged.fill(docs, held_out, scorer)
    return judged.report(docs, knowledge)


def evaluate_listing_scorer(
    docs: Sequence[ListingDoc], scorer: ListingScorer, knowledge: Knowledge
) -> dict[str, Any]:
    """Measure a listing artefact on rows that it was not trained on."""
    judged = _Judged.blank(len(docs), len(knowledge.taxonomy.codes))
    judged.fill(docs, np.arange(len(docs)), scorer)
    return judged.report(docs, knowledge) | {"regression": counted(guard(scorer))}


@dataclass
class _Judged:
    """Scores of listings as they come in, fold by fold."""

    scores: Floats
    flagged: NDArray[np.bool_]
    labels: Floats
    cuts: list[float]

    @classmethod
    def blank(cls, n: int, codes: int) -> Self:
        return cls(np.zeros(n), np.zeros(n, dtype=bool), np.zeros((n, codes)), [])

    def fill(
        self, docs: Sequence[ListingDoc], rows: NDArray[np.intp], scorer: ListingScorer
    ) -> None:
        self.cuts.append(scorer.thresholds.flag)
        for row in rows.tolist():
            doc = docs[row]
            self.scores[row] = scorer.score(doc.listing, doc.at).probability
            self.flagged[row] = self.scores[row] >= scorer.thresholds.flag
            chances = scorer.label_probabilities(scorer.model.assess(doc.listing, doc.at))
            self.labels[row] = [chances.get(code, 0.0) for code in scorer.model.codes]

    def report(self, docs: Sequence[ListingDoc], knowledge: Knowledge) -> dict[str, Any]:
        truth = {
            code: np.array([code in doc.codes for doc in docs]) for code in knowledge.taxonomy.codes
        }
        return evaluation(
            np.array([bool(doc.codes) for doc in docs]),
            self.scores,
            self.flagged,
            float(np.mean(self.cuts)),
            [doc.group for doc in docs],
            labels={
                code: (of, self.labels[:, column])
                for column, (code, of) in enumerate(truth.items())
                if of.any()
            },
            slices=[doc.source for doc in docs],
        )


def _report(
    docs: Sequence[ClaimDoc],
    scores: Floats,
    flagged: NDArray[np.bool_],
    threshold: float,
    labels: Floats,
    knowledge: Knowledge,
) -> dict[str, Any]:
    known = np.array([doc.codes is not None for doc in docs])
    of_labels = {
        code: (
            np.array([code in (doc.codes or ()) for doc in docs])[known],
            labels[known, column],
        )
        for column, code in enumerate(knowledge.taxonomy.codes)
    }
    return evaluation(
        np.array([doc.violation for doc in docs]),
        scores,
        flagged,
        threshold,
        [doc.group for doc in docs],
        labels={code: pair for code, pair in of_labels.items() if pair[0].any()},
        slices=[doc.source for doc in docs],
    )
