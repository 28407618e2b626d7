from pathlib import Path

import numpy as np
import pytest

from tests.benchmarks.feedback import complaints, experiences
from training.evaluate import measures
from training.feedback import Corpus, FittedFeedback, fit_feedback
from training.feedback_evaluate import feedback_points
from training.feedback_rows import seed_docs

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def fitted() -> FittedFeedback:
    return fit_feedback(Corpus.of(seed_docs()))


@pytest.mark.usefixtures("datasets")
def test_the_seeds_alone_tell_complaints_in_real_reviews(fitted: FittedFeedback) -> None:
    docs = complaints()
    scores = fitted.model.assess([doc.text for doc in docs]).complaint
    flagged = scores >= feedback_points(fitted)["balanced"].flag

    found = measures(np.array([bool(doc.complaint) for doc in docs]), scores, flagged)

    assert found["pr_auc"] > 0.68
    assert found["roc_auc"] > 0.94
    assert found["macro_f1"] > 0.80


@pytest.mark.usefixtures("datasets")
def test_the_seeds_alone_tell_bad_experiences_in_real_reviews(fitted: FittedFeedback) -> None:
    docs = experiences()[::10]
    scores = fitted.model.assess([doc.text for doc in docs]).negative

    found = measures(np.array([bool(doc.negative) for doc in docs]), scores, scores > 0.5)

    assert found["roc_auc"] > 0.9


@pytest.mark.usefixtures("datasets")
def test_reviews_of_one_product_are_one_group_whatever_their_size(datasets: Path) -> None:
    groups = {doc.group for doc in complaints()}

    assert len(groups) < 100
    assert not any(group.endswith((" 42", " 42.5", " XL")) for group in groups)
