from dataclasses import replace

import numpy as np
import pytest

from models.calibrated import sigmoid
from models.knowledge import load_knowledge
from training.assemble import ClaimDoc
from training.claims import FittedClaims, fit_claims
from training.evaluate import best_threshold, mildest_threshold
from training.thresholds import claim_points

KNOWLEDGE = load_knowledge()
CLEAN, CLAIM = "今天给大家看一下这个玻璃杯子，", "喝上一个月糖尿病就能根治了，"


def doc(number: int, source: str) -> ClaimDoc:
    violation = bool(number % 2)
    return ClaimDoc(
        text=CLAIM if violation else CLEAN,
        violation=violation,
        codes=("medical_claim",) if violation else (),
        quotes=(),
        group=str(number // 2 % 4),
        source=source,
    )


@pytest.fixture(scope="module")
def fitted() -> FittedClaims:
    """A small model, of which it is made up that out of fold it is often unsure."""
    docs = [doc(number, "ours") for number in range(400)]
    codes = KNOWLEDGE.taxonomy.codes
    model = fit_claims(docs, codes, KNOWLEDGE.reader(), lambda _: None, folds=2)
    truth = np.array([each.violation for each in docs])
    noise = np.random.default_rng(3).normal(0.0, 2.0, len(docs))
    return replace(model, out_of_fold=np.where(truth, 1.0, -1.0) + noise)


@pytest.mark.parametrize(
    ("source", "mild"),
    [("ours", False), ("seeds/window", True)],
    ids=["an operator's own", "seeds"],
)
def test_the_best_threshold_is_taken_on_own_texts_and_a_milder_one_on_seeds(
    fitted: FittedClaims, source: str, mild: bool
) -> None:
    docs = [doc(number, source) for number in range(400)]
    truth = np.array([each.violation for each in docs])
    scores = sigmoid(fitted.out_of_fold)
    best, mildest = best_threshold(truth, scores), mildest_threshold(truth, scores)

    flag = claim_points(docs, fitted, KNOWLEDGE)["balanced"].flag

    assert best < mildest
    assert flag == (mildest if mild else best)
