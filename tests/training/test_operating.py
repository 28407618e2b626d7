from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.problem import MingchaError
from data.taxonomy import load_taxonomy
from models.artifact import Thresholds
from models.calibrated import sigmoid
from models.policy import policy_version
from training.inflow import Inflow
from training.operating import (
    STRICTEST,
    Demand,
    Flags,
    Judged,
    Line,
    Rows,
    chosen,
    cross_flagged,
    fitted_line,
    miss_costs,
)
from training.outlook import Flagging, Scene, expected
from training.work import Work, load_work

TAXONOMY = load_taxonomy()
CODES = TAXONOMY.codes
AT = datetime(2026, 3, 1, tzinfo=UTC)

seeds = st.integers(min_value=0, max_value=10_000)
shares = st.floats(min_value=0.02, max_value=1.0)


def judged_items(seed: int, count: int = 150) -> Judged:
    """Items of which a scorer knows something; its probabilities are twice too bold."""
    rng = np.random.default_rng(seed)
    labels = np.where(rng.random((count, len(CODES))) < 0.1, rng.normal(-2, 2, (count, 1)), -6.0)
    codes = rng.random(labels.shape) < sigmoid(labels)
    best = labels.max(axis=1)
    rows = Rows(
        probability=sigmoid(2 * best),
        labels=sigmoid(2 * labels),
        settled=rng.random(count) < 0.01,
        blocks=rng.random(count) < 0.02,
        weights=rng.choice([1.0, 20.0], count),
        groups=np.arange(count) // 3,
    )
    return Judged(rows, np.asarray(codes.any(axis=1)), codes, np.ones(count, dtype=np.bool_))


def flags(judged: Judged, work: Work, share: float) -> tuple[Thresholds, Flags]:
    point = chosen(judged, judged.rows, Demand(work, share), TAXONOMY, 0.5)
    return point, judged.rows.flagged(point, CODES)


@settings(max_examples=20)
@given(seeds, shares, shares)
def test_more_reviewers_never_flag_less(seed: int, one: float, other: float) -> None:
    judged = judged_items(seed)
    few, many = sorted((one, other))

    _, with_few = flags(judged, Work(reviewers=1), few)
    _, with_many = flags(judged, Work(reviewers=1), many)

    assert not (with_few & ~with_many).any()


@settings(max_examples=20)
@given(seeds, shares)
def test_no_more_is_flagged_than_reviewers_can_look_at(seed: int, share: float) -> None:
    judged = judged_items(seed)

    point, flagged = flags(judged, Work(reviewers=1), share)

    load = judged.rows.weights[flagged].sum() / judged.rows.weights.sum()
    strictest = {point.flag, *point.labels.values()} == {STRICTEST}
    assert load <= share + 1e-9 or strictest


@settings(max_examples=20)
@given(seeds, shares, st.integers(min_value=0, max_value=3), st.floats(1.0, 20.0))
def test_a_costlier_miss_never_raises_its_labels_thresholds(
    seed: int, share: float, severity: int, factor: float
) -> None:
    judged = judged_items(seed)
    work = Work(reviewers=1)
    costs = list(work.miss)
    costs[severity] *= factor
    costlier = Work(reviewers=1, miss=(costs[0], costs[1], costs[2], costs[3]))

    before, _ = flags(judged, work, share)
    after, _ = flags(judged, costlier, share)

    for label in TAXONOMY.labels:
        if label.severity == severity + 1:
            assert after.labels[label.code] <= before.labels[label.code] + 1e-6


def test_of_equally_likely_labels_the_graver_one_is_flagged_earlier() -> None:
    count = 40
    labels = np.full((count, len(CODES)), 0.3)
    even = np.arange(count)[:, None] % 3 == 0
    rows = Rows(
        np.full(count, 0.5),
        labels,
        np.zeros(count, dtype=np.bool_),
        np.zeros(count, dtype=np.bool_),
        np.ones(count),
        np.arange(count),
    )
    codes = np.broadcast_to(even, labels.shape)
    judged = Judged(rows, np.asarray(codes.any(axis=1)), codes, np.ones(count, dtype=np.bool_))

    point, _ = flags(judged, Work(reviewers=1), 1.0)

    assert point.labels["medical_claim"] < point.labels["absolute_claim"]


def test_what_lexicon_and_rules_send_to_review_does_not_raise_the_thresholds_above_a_block() -> (
    None
):
    judged = judged_items(1)
    rows = replace(judged.rows, settled=np.ones(150, dtype=np.bool_))

    point = chosen(replace(judged, rows=rows), rows, Demand(Work(reviewers=1), 0.1), TAXONOMY, 0.5)

    assert {point.flag, *point.labels.values()} == {STRICTEST}


def test_scores_that_are_too_bold_are_brought_back_to_how_often_they_are_right() -> None:
    rng = np.random.default_rng(5)
    logits = rng.normal(-1, 1.5, 20_000)
    truth = rng.random(20_000) < sigmoid(logits)

    line = fitted_line(sigmoid(2 * logits), truth, np.ones(20_000), Line(1.0, 0.0))

    assert line.slope == pytest.approx(0.5, abs=0.03)
    assert line.back(float(line.forward(np.array([0.3]))[0])) == pytest.approx(0.3)


def test_a_label_that_was_seen_once_keeps_near_the_map_of_all_labels() -> None:
    shared = Line(0.7, -1.0)

    line = fitted_line(np.array([0.2]), np.array([True]), np.ones(1), shared)

    assert line.slope == pytest.approx(shared.slope, rel=0.2)
    assert line.shift == pytest.approx(shared.shift, abs=0.3)


def test_a_day_is_told_with_intervals_and_fewer_misses_cost_less() -> None:
    judged = judged_items(2, 3_000)
    work = Work(reviewers=1)
    demand = Demand(work, 0.2)
    new = cross_flagged(judged, judged.rows, demand, TAXONOMY, 0.5)
    none = judged.rows.settled
    scene = Scene(judged, judged.rows, Inflow(1_000.0), work, miss_costs(work, TAXONOMY))

    (before, after), saved = expected(
        scene, [Flagging(none, none), Flagging(new, new)], np.random.default_rng(0)
    )

    assert after.misses.value < before.misses.value
    assert after.reviews.low is not None
    assert after.reviews.low < after.reviews.value < (after.reviews.high or 0.0)
    assert saved.low is not None
    assert saved.low > 0
    assert saved.value == pytest.approx(before.cost.value - after.cost.value)


def test_cases_that_come_for_other_reasons_leave_less_for_what_is_flagged() -> None:
    work = Work(reviewers=1)

    assert Inflow(3_600.0).demand(work).share == pytest.approx(0.1)
    assert Inflow(3_600.0, other_cases=180.0).demand(work).share == pytest.approx(0.05)
    assert Inflow(3_600.0, cases_per_flag=0.5).demand(work).share == pytest.approx(0.2)


def test_a_point_without_thresholds_of_labels_has_the_version_that_it_always_had() -> None:
    plain = Thresholds(flag=0.5, label=0.5)

    assert plain.facts() == {"flag": 0.5, "label": 0.5}
    assert policy_version("capacity", plain) != policy_version(
        "capacity", Thresholds(flag=0.5, label=0.5, labels={"medical_claim": 0.2})
    )


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("[claims]\nreviewers = -1", "reviewers: must be ≥ 0, found -1"),
        ("reviewers = 3", "would count twice"),
        ("[claims]\nreviewers = 3\ncosts = 1", "costs"),
        ("[claims]\nreviewers = 3\nmiss = [1, 2]", "miss"),
        ("[videos]\nreviewers = 3", '"videos"; tables are claims, listings'),
        ("reviewers", "is no TOML"),
    ],
)
def test_a_file_of_work_that_is_wrong_says_where(tmp_path: Path, text: str, sentence: str) -> None:
    (tmp_path / "work.toml").write_text(text, "utf-8")

    with pytest.raises(MingchaError, match=sentence) as raised:
        load_work(tmp_path, "claims")

    assert str(tmp_path / "work.toml") in str(raised.value)


def test_each_kind_has_its_reviewers_and_both_share_costs(tmp_path: Path) -> None:
    text = "cases_an_hour = 80\n[claims]\nreviewers = 3\n[listings]\nreviewers = 2\nreview = 2"
    (tmp_path / "work.toml").write_text(text, "utf-8")

    claims, listings = (load_work(tmp_path, kind) for kind in ("claims", "listings"))

    assert claims == Work(reviewers=3, cases_an_hour=80)
    assert listings == Work(reviewers=2, cases_an_hour=80, review=2)
    assert load_work(tmp_path, "claims", {"reviewers": 9}) == Work(reviewers=9, cases_an_hour=80)


def test_a_home_that_says_nothing_of_work_has_none(tmp_path: Path) -> None:
    assert load_work(tmp_path, "claims") is None
