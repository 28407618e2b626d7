import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn import metrics

from training.evaluate import (
    best_threshold,
    calibration_error,
    evaluation,
    intervals,
    macro_f1,
    measures,
    recall_at_clean_flagged,
    recall_at_precision,
)
from training.thresholds import capacity_threshold, operating_points


def flags(text: str) -> NDArray[np.bool_]:
    """``1`` is true, ``0`` is not."""
    return np.array([digit == "1" for digit in text])


def test_macro_f1_is_the_mean_of_both_classes() -> None:
    # Violating: 1 right of 2 said and 2 there, F1 0.5. Clean: 2 of 3 said and 3 there, F1 2/3.
    assert macro_f1(flags("11000"), flags("10100")) == pytest.approx((0.5 + 2 / 3) / 2)


@given(st.lists(st.tuples(st.booleans(), st.sampled_from([0.0, 0.1, 0.3, 0.7, 1.0])), min_size=1))
def test_figures_are_those_of_scikit_learn(rows: list[tuple[bool, float]]) -> None:
    truth = np.array([True, False, *(row[0] for row in rows)])
    scores = np.array([0.7, 0.3, *(row[1] for row in rows)])
    precision, recall, _ = metrics.precision_recall_curve(truth, scores)
    found = measures(truth, scores, scores >= 0.3)

    assert found["pr_auc"] == pytest.approx(metrics.average_precision_score(truth, scores))
    assert found["roc_auc"] == pytest.approx(metrics.roc_auc_score(truth, scores))
    assert found["recall_at_precision_90"] == pytest.approx(recall[precision >= 0.9].max())
    assert found["macro_f1"] == pytest.approx(
        metrics.f1_score(truth, scores >= 0.3, average="macro", zero_division=0)
    )


def test_recall_at_precision_takes_the_longest_list_that_is_pure_enough() -> None:
    scores = np.array([0.9, 0.8, 0.7, 0.6, 0.5])

    assert recall_at_precision(flags("11010"), scores, least=1.0) == pytest.approx(2 / 3)
    assert recall_at_precision(flags("11010"), scores, least=0.75) == 1.0
    assert recall_at_precision(flags("01111"), scores, least=0.9) == 0.0


def test_recall_at_clean_flagged_lets_that_share_of_the_clean_through() -> None:
    truth = flags("1" * 2 + "0" * 10)
    scores = np.array([0.95, 0.5, *np.linspace(0.0, 0.9, 10)])

    assert recall_at_clean_flagged(truth, scores, share=0.1) == 0.5
    assert recall_at_clean_flagged(truth, scores, share=0.5) == 1.0


def test_calibration_error_is_the_gap_between_said_and_true() -> None:
    truth = flags("10" * 50)

    assert calibration_error(truth, np.full(100, 0.5)) == pytest.approx(0.0)
    assert calibration_error(truth, np.full(100, 0.8)) == pytest.approx(0.3)


def test_perfect_scores_have_perfect_measures() -> None:
    truth = flags("110000")
    found = measures(truth, truth.astype(float), truth)

    assert found == {
        "macro_f1": 1.0,
        "pr_auc": 1.0,
        "roc_auc": 1.0,
        "recall_at_precision_90": 1.0,
        "recall_at_clean_10": 1.0,
        "clean_flagged": 0.0,
        "ece": 0.0,
    }


@pytest.mark.parametrize(("truth", "undefined"), [("0000", "pr_auc"), ("1111", "clean_flagged")])
def test_what_one_class_alone_cannot_tell_is_undefined(truth: str, undefined: str) -> None:
    found = measures(flags(truth), np.array([0.1, 0.2, 0.3, 0.4]), flags("0001"))

    assert math.isnan(found[undefined])
    assert math.isnan(found["roc_auc"])


def noisy(n: int, seed: int = 0) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    rng = np.random.default_rng(seed)
    truth = rng.random(n) < 0.4
    return truth, np.clip(0.3 + 0.3 * truth + 0.2 * rng.standard_normal(n), 0, 1)


def test_intervals_hold_the_figure_itself() -> None:
    truth, scores = noisy(300)
    report = evaluation(truth, scores, scores >= 0.5, 0.5, [str(row) for row in range(300)])

    for name, (low, high) in report["intervals"].items():
        assert low < high
        # Resampling adds to a calibration error that is near its least, never takes away.
        assert low <= report[name] <= high or name == "ece"


def test_intervals_resample_groups_not_rows() -> None:
    truth, scores = noisy(40)
    copies = 25
    owners = [str(row) for row in range(40)] * copies
    rows = [str(row) for row in range(40 * copies)]
    many = np.tile(truth, copies), np.tile(scores, copies), np.tile(scores >= 0.5, copies)

    def width(groups: list[str]) -> float:
        low, high = intervals(*many, groups, seed=0)["roc_auc"]
        return high - low

    # Copies of a row add nothing that was not known.
    assert width(owners) > 3 * width(rows)


def test_one_group_alone_has_no_width() -> None:
    truth, scores = noisy(50)
    found = intervals(truth, scores, scores >= 0.5, ["one"] * 50, seed=0)

    assert all(low == high for low, high in found.values())


def test_intervals_are_the_same_with_the_same_seed() -> None:
    truth, scores = noisy(60)
    groups = [str(row // 3) for row in range(60)]

    one, two = (intervals(truth, scores, scores >= 0.5, groups, seed=7) for _ in range(2))

    assert one == two


def test_a_slice_needs_fifty_rows() -> None:
    truth, scores = noisy(100)
    names = ["large"] * 60 + ["small"] * 40

    report = evaluation(truth, scores, scores >= 0.5, 0.5, names, slices=names)

    assert list(report["slices"]) == ["large"]
    assert report["slices"]["large"]["n"] == 60


def test_the_best_threshold_parts_the_classes() -> None:
    truth = flags("0" * 60 + "1" * 40)
    scores = np.linspace(0, 1, 100)

    cut = best_threshold(truth, scores)

    assert scores[58] <= cut <= scores[61]


def test_the_capacity_threshold_flags_no_more_than_reviewers_can_read() -> None:
    truth, scores = noisy(2_000)
    cut = capacity_threshold(truth, scores, share=0.05, base_rate=0.04)
    flagged = scores >= cut
    traffic = 0.04 * flagged[truth].mean() + 0.96 * flagged[~truth].mean()

    assert 0.045 < traffic <= 0.05


def test_equal_scores_are_flagged_together_or_not_at_all() -> None:
    truth = flags("1" * 10 + "0" * 90)
    scores = np.array([0.9] * 5 + [0.5] * 95)

    assert capacity_threshold(truth, scores, share=0.3, base_rate=0.1) == 0.9


def test_where_no_row_names_a_label_its_threshold_is_even() -> None:
    truth, scores = noisy(100)
    points = operating_points(truth, scores, np.zeros(100, dtype=bool), np.full(100, 0.01))

    assert points["balanced"].label == points["capacity"].label == 0.5
    assert points["balanced"].flag < 1.0
