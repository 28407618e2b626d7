from concurrent.futures import ThreadPoolExecutor

import lightgbm
import numpy as np
import pytest
from numpy.typing import NDArray

from models.trees import Trees, TreesError


@pytest.fixture(scope="module")
def rows() -> NDArray[np.float64]:
    rng = np.random.default_rng(1)
    rows = rng.normal(size=(500, 6))
    rows[rng.random(rows.shape) < 0.3] = np.nan
    return rows


@pytest.fixture(scope="module")
def booster(rows: NDArray[np.float64]) -> lightgbm.Booster:
    target = (np.nan_to_num(rows[:, 0]) > 0).astype(float)
    return lightgbm.train(
        {"objective": "binary", "verbosity": -1}, lightgbm.Dataset(rows, target), 20
    )


def test_the_c_library_gives_what_the_package_gives_missing_values_included(
    rows: NDArray[np.float64], booster: lightgbm.Booster
) -> None:
    trees = Trees(booster.model_to_string())

    assert [trees.logit(row) for row in rows] == booster.predict(rows, raw_score=True).tolist()


def test_contributions_and_the_base_add_up_to_the_log_odds(
    rows: NDArray[np.float64], booster: lightgbm.Booster
) -> None:
    trees = Trees(booster.model_to_string())
    base = booster.predict(rows[:1], pred_contrib=True)[0, -1]

    assert trees.contributions(rows[0]).sum() + base == pytest.approx(trees.logit(rows[0]))


def test_threads_that_share_trees_do_not_mix_up_their_rows(
    rows: NDArray[np.float64], booster: lightgbm.Booster
) -> None:
    trees = Trees(booster.model_to_string())
    alone = [trees.logit(row) for row in rows]

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(trees.logit, rows)) == alone


def test_a_text_that_is_no_model_is_an_error() -> None:
    with pytest.raises(TreesError, match="LightGBM"):
        Trees("tree\nversion=v4\n")
