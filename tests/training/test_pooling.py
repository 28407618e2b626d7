import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from models.claim import POOLED_FEATURES
from training.pooling import POOL_STRENGTH, fit_linear, fit_poolers

Floats = NDArray[np.float64]
WHOLE = POOLED_FEATURES.index("whole")


def test_a_pooler_has_the_log_odds_of_scikit_learn_where_all_evidence_counts() -> None:
    rng = np.random.default_rng(0)
    features = rng.normal(2.0, 3.0, (200, 4))
    target = (features.sum(axis=1) + rng.normal(size=200) > 8).astype(float)
    pipeline = make_pipeline(
        StandardScaler(), LogisticRegression(C=POOL_STRENGTH, tol=1e-9, max_iter=1000)
    )

    expected = pipeline.fit(features, target).decision_function(features)

    assert np.abs(fit_linear(features, target).logits(features) - expected).max() < 1e-3


@given(st.integers(0, 2**32 - 1))
def test_more_evidence_never_makes_a_text_milder(seed: int) -> None:
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(40, 5))
    target = (rng.random(40) < 0.5).astype(float)

    assert (fit_linear(features, target).weights >= 0).all()


def texts(n: int, told_by: str, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Features and truth of ``n`` texts: one feature tells, the others are noise."""
    features = rng.normal(size=(n, len(POOLED_FEATURES)))
    target = (features[:, POOLED_FEATURES.index(told_by)] > 0).astype(float)
    return features, target


@pytest.mark.parametrize(("own", "believed"), [(0, False), (150, False), (1_000, True)])
def test_the_head_for_whole_texts_speaks_of_windows_once_the_operators_own_show_what_it_is_worth(
    own: int, believed: bool
) -> None:
    rng = np.random.default_rng(7)
    lessons, ours = texts(1_000, "whole", rng), texts(own, "whole", rng)
    features, target = (np.concatenate(both) for both in zip(lessons, ours, strict=True))
    n = len(target)
    parts = np.array_split(np.arange(n), 5)

    window, sentence, _ = fit_poolers(
        features, target, np.ones(n, dtype=bool), parts, np.arange(1_000, n)
    )

    assert (window.weights[WHOLE] > 0) == believed
    assert sentence.weights[WHOLE] > 0


def test_a_head_that_knows_the_seeds_alone_is_not_believed_of_windows() -> None:
    rng = np.random.default_rng(7)
    lessons, ours = texts(1_000, "whole", rng), texts(1_000, "likeliest", rng)
    features, target = (np.concatenate(both) for both in zip(lessons, ours, strict=True))
    own = np.arange(1_000, 2_000)

    window, _, unseen = fit_poolers(
        features,
        target,
        np.ones(2_000, dtype=bool),
        np.array_split(rng.permutation(2_000), 5),
        own,
    )

    assert window.weights[WHOLE] < 0.1 * window.weights[POOLED_FEATURES.index("likeliest")]
    assert ((unseen[own] > 0) == target[own]).mean() > 0.95


@pytest.mark.parametrize("rooms", [1, 2], ids=["one room", "a clean room and a violating one"])
def test_an_operators_rooms_that_a_fold_takes_whole_do_not_decide_on_the_head_for_whole_texts(
    rooms: int,
) -> None:
    rng = np.random.default_rng(7)
    lessons, ours = texts(1_000, "likeliest", rng), texts(300, "likeliest", rng)
    features, target = (np.concatenate(both) for both in zip(lessons, ours, strict=True))
    own = np.arange(1_000, 1_300)
    room = [own] if rooms == 1 else [own[target[own] == 1], own[target[own] == 0]]
    parts = [*room, *np.array_split(np.arange(1_000), 3)]

    window, _, unseen = fit_poolers(features, target, np.ones(1_300, dtype=bool), parts, own)

    assert window.weights[WHOLE] == 0
    assert unseen[own][target[own] == 1].mean() > unseen[own][target[own] == 0].mean()
