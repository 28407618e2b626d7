"""Operating points (工作点), chosen on out-of-fold training scores and nothing else."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from models.artifact import Thresholds
from models.calibrated import sigmoid
from models.knowledge import Knowledge
from training.assemble import ClaimDoc, of_seeds
from training.claims import FittedClaims
from training.evaluate import best_threshold, mildest_threshold

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

CAPACITY_BASE_RATE: Final = 0.04
"""Share of violating items in live traffic; assumed, from the domain notes (range 0.02 to 0.08)."""

CAPACITY_SHARE: Final = 0.05
"""Share of traffic that reviewers can look at, until capacity is configured."""

_EVEN: Final = 0.5
"""A label's threshold where no row names a label to choose it by."""


def operating_points(
    truth: Flags,
    scores: Floats,
    labels: Flags,
    label_scores: Floats,
    *,
    weights: Floats | None = None,
    label_weights: Floats | None = None,
    traffic_base_rate: float = CAPACITY_BASE_RATE,
) -> dict[str, Thresholds]:
    """The two operating points of an artefact.

    ``truth`` and ``scores`` are of items, ``labels`` and ``label_scores`` of pairs of an item
    and a label, probabilities throughout. ``balanced`` has the best macro-F1, under ``weights``
    that bring the rows to the base rate at which the scores are calibrated. ``capacity`` is the
    lowest threshold that sends no more than ``CAPACITY_SHARE`` of traffic to review when
    ``traffic_base_rate`` of it violates.
    """
    named = bool(labels.any())
    label = best_threshold(labels, label_scores, label_weights) if named else _EVEN
    capacity = capacity_threshold(truth, scores, base_rate=traffic_base_rate)
    return {
        "balanced": Thresholds(flag=best_threshold(truth, scores, weights), label=label),
        "capacity": Thresholds(flag=capacity, label=label),
    }


def claim_points(
    docs: Sequence[ClaimDoc], fitted: FittedClaims, knowledge: Knowledge
) -> dict[str, Thresholds]:
    """The operating points of a claim model, from what it says of ``docs`` out of fold.

    Training and each fold of a cross-validation choose theirs here, on the documents that are
    like traffic; each file among them counts the same, however long it is. Where those are seeds
    alone, half of them traps, ``balanced`` is the mildest of the thresholds that cannot be told
    from the best: what is best on them is too strict for speech.
    """
    rows = fitted.like_traffic
    truth = np.array([doc.violation for doc in docs])[rows]
    sources = [docs[row].source for row in rows]
    weights = np.array([1.0 / count for count in map(Counter(sources).__getitem__, sources)])
    pairs = label_pairs(docs, fitted, knowledge)
    scores = sigmoid(fitted.out_of_fold[rows])
    points = operating_points(truth, scores, *pairs, weights=weights)
    if not all(of_seeds(docs[row]) for row in rows):
        return points
    flag = mildest_threshold(truth, scores, weights)
    return points | {"balanced": points["balanced"].model_copy(update={"flag": flag})}


def label_pairs(
    docs: Sequence[ClaimDoc], fitted: FittedClaims, knowledge: Knowledge
) -> tuple[Flags, Floats]:
    """Truth and out-of-fold probability for every pair of a text and a label known of it."""
    known = [index for index, doc in enumerate(docs) if doc.codes is not None]
    codes = knowledge.taxonomy.codes
    truth = np.array([[code in (docs[i].codes or ()) for code in codes] for i in known])
    return truth.ravel(), sigmoid(fitted.label_out_of_fold[known]).ravel()


def capacity_threshold(
    truth: Flags,
    scores: Floats,
    share: float = CAPACITY_SHARE,
    base_rate: float = CAPACITY_BASE_RATE,
) -> float:
    """The lowest score at which no more than ``share`` of traffic would be flagged.

    The training mix is reweighted to ``base_rate``.
    """
    weights = np.where(truth, base_rate / max(truth.mean(), 1e-9), 0.0)
    weights += np.where(truth, 0.0, (1 - base_rate) / max(1 - truth.mean(), 1e-9))
    order = np.argsort(-scores, kind="stable")
    ordered, flagged = scores[order], np.cumsum(weights[order]) / weights.sum()
    # Equal scores are flagged together or not at all.
    last_of_equals = np.append(ordered[1:] != ordered[:-1], True)
    within = ordered[last_of_equals & (flagged <= share)]
    return float(within[-1] if within.size else ordered[0])
