import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from sklearn import metrics

from training.breakdown import LEAST_POSITIVES, MOST_SLICES
from training.evaluate import (
    best_threshold,
    evaluation,
    intervals,
    measures,
    mildest_threshold,
    pr_auc,
)
from training.ranking import Counted, Ranking, Resamples, measured
from training.thresholds import capacity_threshold, operating_points

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]


def flags(text: str) -> Flags:
    """``1`` is true, ``0`` is not."""
    return np.array([digit == "1" for digit in text])


def counted(truth: Flags, scores: Floats) -> Counted:
    """The rows, each counted once."""
    return Ranking(truth, scores, truth).counted(np.ones((1, len(truth))))


def test_macro_f1_is_the_mean_of_both_classes() -> None:
    # Violating: 1 right of 2 said and 2 there, F1 0.5. Clean: 2 of 3 said and 3 there, F1 2/3.
    found = measures(flags("11000"), np.zeros(5), flags("10100"))

    assert found["macro_f1"] == pytest.approx((0.5 + 2 / 3) / 2)
    assert found["recall"] == found["precision"] == 0.5
    assert found["clean_flagged"] == pytest.approx(1 / 3)


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


@given(
    st.lists(
        st.tuples(st.booleans(), st.sampled_from([0.0, 0.1, 0.3, 0.7, 1.0]), st.integers(0, 3)),
        min_size=1,
        max_size=40,
    )
)
def test_a_row_counted_twice_is_two_rows(rows: list[tuple[bool, float, int]]) -> None:
    truth = np.array([True, False, *(row[0] for row in rows)])
    scores = np.array([0.7, 0.3, *(row[1] for row in rows)])
    times = np.array([1, 1, *(row[2] for row in rows)])
    copies = np.repeat(np.arange(len(truth)), times)
    written_out = measures(truth[copies], scores[copies], scores[copies] >= 0.3)

    weighted = Ranking(truth, scores, scores >= 0.3).counted(times[None, :].astype(np.float64))

    assert weighted.pr_auc()[0] == pytest.approx(written_out["pr_auc"])
    assert weighted.roc_auc()[0] == pytest.approx(written_out["roc_auc"])
    assert weighted.macro_f1()[0] == pytest.approx(written_out["macro_f1"])
    assert weighted.recall_at_precision(0.9)[0] == pytest.approx(
        written_out["recall_at_precision_90"]
    )
    assert weighted.recall_at_clean_flagged(0.1)[0] == pytest.approx(
        written_out["recall_at_clean_10"]
    )


def test_recall_at_precision_takes_the_longest_list_that_is_pure_enough() -> None:
    scores = np.array([0.9, 0.8, 0.7, 0.6, 0.5])
    ranked = counted(flags("11010"), scores)

    assert ranked.recall_at_precision(1.0) == pytest.approx([2 / 3])
    assert ranked.recall_at_precision(0.75) == [1.0]
    assert counted(flags("01111"), scores).recall_at_precision(0.9) == [0.0]


def test_recall_at_clean_flagged_lets_that_share_of_the_clean_through() -> None:
    scores = np.array([0.95, 0.5, *np.linspace(0.0, 0.9, 10)])
    ranked = counted(flags("1" * 2 + "0" * 10), scores)

    assert ranked.recall_at_clean_flagged(0.1) == [0.5]
    assert ranked.recall_at_clean_flagged(0.5) == [1.0]


def test_calibration_error_is_the_gap_between_said_and_true() -> None:
    truth = flags("10" * 50)

    assert counted(truth, np.full(100, 0.5)).calibration_error() == pytest.approx([0.0])
    assert counted(truth, np.full(100, 0.8)).calibration_error() == pytest.approx([0.3])


def test_perfect_scores_have_perfect_measures() -> None:
    truth = flags("110000")
    found = measures(truth, truth.astype(float), truth)

    assert found == {
        "macro_f1": 1.0,
        "pr_auc": 1.0,
        "roc_auc": 1.0,
        "recall_at_precision_90": 1.0,
        "recall_at_clean_10": 1.0,
        "recall": 1.0,
        "precision": 1.0,
        "clean_flagged": 0.0,
        "ece": 0.0,
    }


@pytest.mark.parametrize(("truth", "undefined"), [("0000", "pr_auc"), ("1111", "clean_flagged")])
def test_what_one_class_alone_cannot_tell_is_undefined(truth: str, undefined: str) -> None:
    found = measures(flags(truth), np.array([0.1, 0.2, 0.3, 0.4]), flags("0001"))

    assert math.isnan(found[undefined])
    assert math.isnan(found["roc_auc"])


def noisy(n: int, seed: int = 0) -> tuple[Flags, Floats]:
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


def test_one_group_alone_has_no_interval_rather_than_one_without_width() -> None:
    truth, scores = noisy(50)

    assert intervals(truth, scores, scores >= 0.5, ["one"] * 50, seed=0) == {}


def test_a_figure_that_many_resamples_cannot_give_has_no_interval() -> None:
    truth = flags("1" + "0" * 9)
    ranking = Ranking(truth, np.linspace(1, 0, 10), truth)
    resamples = Resamples([str(row) for row in range(10)], seed=0)

    # The one violating row is missing from every third resample.
    values, bounds = measured(
        ranking, {"pr": Counted.pr_auc, "clean": Counted.clean_flagged}, resamples
    )

    assert values["pr"] == 1.0
    assert list(bounds) == ["clean"]


def test_intervals_are_the_same_with_the_same_seed() -> None:
    truth, scores = noisy(60)
    groups = [str(row // 3) for row in range(60)]

    one, two = (intervals(truth, scores, scores >= 0.5, groups, seed=7) for _ in range(2))

    assert one == two


def sliced(truth: Flags, scores: Floats, groups: list[str], values: list[str | None]) -> Any:
    facets: dict[str, list[str | None]] = {"platform": values, "category": [None] * len(values)}
    return evaluation(truth, scores, scores >= 0.5, 0.5, groups, facets=facets)["slices"]


def test_slices_are_measured_apart_and_a_facet_that_no_row_has_is_left_out() -> None:
    truth, scores = noisy(400)
    names: list[str | None] = ["抖音" if row % 2 else None for row in range(400)]

    found = sliced(truth, scores, [str(row // 4) for row in range(400)], names)

    assert list(found) == ["platform"]
    assert list(found["platform"]) == ["抖音", "unknown"]
    assert found["platform"]["抖音"]["n"] == 200
    low, high = found["platform"]["抖音"]["intervals"]["pr_auc"]
    assert low < found["platform"]["抖音"]["pr_auc"] < high


def test_under_twenty_violating_rows_a_slice_says_only_what_its_clean_rows_say() -> None:
    truth, scores = noisy(400)
    few = np.flatnonzero(truth)[LEAST_POSITIVES - 1 :]
    small = np.array(["small"] * 400)
    small[few] = "large"

    found = sliced(truth, scores, [str(row) for row in range(400)], small.tolist())["platform"]

    assert found["small"]["too_few"]
    assert found["small"]["pr_auc"] is None
    assert found["small"]["recall"] is None
    assert found["small"]["clean_flagged"] is not None
    assert not found["large"]["too_few"]
    assert found["large"]["recall"] is not None
    assert found["large"]["clean_flagged"] is None


def test_a_slice_of_few_groups_has_figures_and_no_intervals() -> None:
    truth, scores = noisy(400)
    groups = [f"room-{row % 50}" if row < 200 else f"room-{row % 4}" for row in range(400)]
    names: list[str | None] = ["many" if row < 200 else "few" for row in range(400)]

    found = sliced(truth, scores, groups, names)["platform"]

    assert found["few"]["groups"] == 4
    assert found["few"]["pr_auc"] is not None
    assert found["few"]["intervals"] == {}
    assert found["many"]["intervals"].keys() == {
        "pr_auc",
        "roc_auc",
        "macro_f1",
        "recall",
        "clean_flagged",
    }


def test_no_row_is_lost_where_a_facet_has_too_many_values() -> None:
    truth, scores = noisy(300)
    names: list[str | None] = [f"goods {row % 60}" for row in range(300)]

    found = sliced(truth, scores, ["one"] * 300, names)["platform"]

    assert len(found) == MOST_SLICES + 1
    assert sum(part["n"] for part in found.values()) == 300
    assert found["others"]["n"] == 200


def test_rows_of_fairly_sure_and_of_sure_annotators_are_also_measured_together() -> None:
    truth, scores = noisy(400)
    levels: list[str | None] = [("1", "2", "3", None)[row % 4] for row in range(400)]
    sure = np.array([level in ("2", "3") for level in levels])

    found = by_confidence(truth, scores, levels)

    assert list(found) == ["1", "2", "3", "unknown", "2-3"]
    assert found["2-3"]["n"] == found["2"]["n"] + found["3"]["n"] == 200
    assert found["2-3"]["pr_auc"] == pytest.approx(pr_auc(truth[sure], scores[sure]))
    assert found["2-3"]["intervals"].keys() >= {"pr_auc", "macro_f1"}


@pytest.mark.parametrize("scale", ["12345", "1"])
def test_confidence_on_another_scale_is_only_measured_value_by_value(scale: str) -> None:
    truth, scores = noisy(100)
    levels: list[str | None] = [scale[row % len(scale)] for row in range(100)]

    assert list(by_confidence(truth, scores, levels)) == list(scale)


def by_confidence(truth: Flags, scores: Floats, levels: list[str | None]) -> Any:
    groups = [str(row // 4) for row in range(len(levels))]
    facets = {"confidence": levels}
    report = evaluation(truth, scores, scores >= 0.5, 0.5, groups, facets=facets)
    return report["slices"]["confidence"]


def test_a_label_is_measured_on_the_rows_whose_labels_are_known() -> None:
    truth, scores = noisy(200)
    known = np.arange(200) < 150
    pair = truth[known], scores[known]

    report = evaluation(
        truth,
        scores,
        scores >= 0.5,
        0.5,
        [str(row) for row in range(200)],
        labels={"medical_claim": pair, "disparagement": (pair[0] & False, pair[1])},
        known=known,
        listed={"medical_claim": pair[0]},
    )

    label = report["labels"]["medical_claim"]
    assert (label["n"], label["positives"], label["groups"]) == (150, int(pair[0].sum()), 150)
    assert label["recall"] == label["precision"] == 1.0
    assert label["pr_auc"] == pytest.approx(metrics.average_precision_score(*pair))
    assert report["labels"]["disparagement"]["too_few"]
    assert "recall" not in report["labels"]["disparagement"]


def test_the_precision_of_a_label_that_is_hardly_listed_is_not_given() -> None:
    truth, scores = noisy(200)
    rows = [str(row) for row in range(200)]
    hardly = {"medical_claim": truth & (np.cumsum(truth) < LEAST_POSITIVES)}
    pairs = {"medical_claim": (truth, scores)}

    report = evaluation(truth, scores, truth, 0.5, rows, labels=pairs, listed=hardly)

    assert report["labels"]["medical_claim"]["precision"] is None
    assert report["labels"]["medical_claim"]["recall"] is not None


def test_the_curve_tells_recall_and_the_threshold_that_has_it() -> None:
    truth, scores = noisy(300)
    report = evaluation(truth, scores, scores >= 0.5, 0.5, [str(row) for row in range(300)])

    for name, point in report["curve"].items():
        flagged = scores >= point["threshold"]
        share = float(name.rpartition("_")[2]) / 100
        low, high = point["interval"]
        assert flagged[truth].mean() == pytest.approx(point["recall"])
        assert low <= point["recall"] <= high
        if name.startswith("precision"):
            assert truth[flagged].mean() >= share - 1e-9
        else:
            assert flagged[~truth].mean() <= share + 1e-9
    assert list(report["curve"])[:2] == ["precision_95", "precision_90"]
    assert report["curve"]["precision_90"]["recall"] == report["recall_at_precision_90"]


def test_the_reliability_table_holds_every_row_once() -> None:
    truth, scores = noisy(305)
    bins = evaluation(truth, scores, scores >= 0.5, 0.5, ["a", "b"] * 152 + ["c"])["reliability"]

    assert sum(each["n"] for each in bins) == 305
    assert sum(each["n"] * each["was"] for each in bins) == pytest.approx(truth.sum())
    assert [each["said"] for each in bins] == sorted(each["said"] for each in bins)


def test_the_best_threshold_parts_the_classes() -> None:
    truth = flags("0" * 60 + "1" * 40)
    scores = np.linspace(0, 1, 100)

    cut = best_threshold(truth, scores)

    assert scores[58] <= cut <= scores[61]


def test_the_best_threshold_has_the_macro_f1_of_scikit_learn() -> None:
    truth, scores = noisy(300)
    weights = np.random.default_rng(1).uniform(0.5, 2.0, len(truth))

    def figure(cut: float) -> float:
        return float(metrics.f1_score(truth, scores >= cut, average="macro", sample_weight=weights))

    best = best_threshold(truth, scores, weights)

    assert figure(best) >= max(figure(cut) for cut in np.linspace(0.05, 0.95, 91)) - 0.01


def test_of_thresholds_that_are_as_good_the_mildest_is_taken() -> None:
    truth, scores = noisy(400)
    best, mildest = best_threshold(truth, scores), mildest_threshold(truth, scores)
    f1 = {
        cut: measures(truth, scores, scores >= cut)["macro_f1"]
        for cut in (best, mildest, best + 0.3)
        for cut in (best, mildest, best + 0.3)
    }

    assert mildest >= best
    assert f1[best] - f1[mildest] < 0.05
    assert f1[mildest] > f1[best + 0.3]


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


def test_where_classes_are_far_apart_the_threshold_lies_between_them() -> None:
    truth = np.repeat([True, False], 50)
    scores = np.where(truth, 0.97, 0.01) + np.tile(np.linspace(0, 0.001, 50), 2)

    assert 0.3 < best_threshold(truth, scores) < 0.7
