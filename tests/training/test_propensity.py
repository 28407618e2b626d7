import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.benchmarks.coverage import FIGURES, SCENARIOS, Scenario, runs_of
from training.propensity import Drawn, Population, PropensityError, estimates

SHARE = 0.015


def drawn(caught: int, false: int, missed: int, clear: int, p: float = SHARE) -> Drawn:
    """Reviewed items: all that was flagged, of the passed those drawn with ``p``."""
    counts = (caught, false, missed, clear)
    truth = np.repeat([True, False, True, False], counts)
    flagged = np.repeat([True, True, False, False], counts)
    return Drawn(truth, flagged, np.where(flagged, 1.0, p))


def test_a_missed_violation_of_the_slice_stands_for_all_it_was_drawn_from() -> None:
    found = estimates(drawn(800, 200, 3, 297), Population(flagged=1_000, passed=20_000))

    assert found.missed.value == pytest.approx(200)
    assert found.recall.value == pytest.approx(0.8)
    assert found.recall.naive == pytest.approx(800 / 803)
    assert found.base_rate.value == pytest.approx(1_000 / 21_000)
    assert found.base_rate.naive == pytest.approx(803 / 1_300)


def test_precision_is_known_where_all_that_was_flagged_is_reviewed() -> None:
    precision = estimates(drawn(80, 20, 3, 297), Population(100, 20_000)).precision

    assert (precision.low, precision.value, precision.high) == (0.8, 0.8, 0.8)


def test_no_violation_in_the_slice_does_not_mean_that_none_was_missed() -> None:
    found = estimates(drawn(80, 20, 0, 300), Population(100, 20_000))

    assert found.recall.value == 1.0
    assert found.recall.low is not None
    assert found.recall.low < 0.5
    assert found.missed.high is not None
    # Zero of 300 leaves about 1 %, the rule of three (Hanley and Lippman-Hand 1983).
    assert found.missed.high > 150


def test_more_reviews_narrow_the_interval() -> None:
    widths = []
    for times in (1, 4, 16):
        slice_ = drawn(800, 200, 3 * times, 297 * times, SHARE * times)
        recall = estimates(slice_, Population(1_000, 20_000)).recall
        assert recall.low is not None
        assert recall.high is not None
        widths.append(recall.high - recall.low)

    assert widths[0] > widths[1] > widths[2]


def test_without_a_random_slice_nobody_knows_the_recall() -> None:
    found = estimates(drawn(80, 20, 0, 0), Population(100, 20_000))

    assert found.recall.value is None
    assert found.base_rate.value is None
    assert found.precision.value == 0.8


def test_rooms_that_are_alike_widen_the_interval() -> None:
    truth = np.tile(np.repeat([True, False], (1, 9)).repeat(10), 10)
    flagged = np.zeros(1_000, dtype=np.bool_)
    rooms = [str(number // 10) for number in range(1_000)]
    p = np.full(1_000, SHARE)
    alone, together = (
        estimates(Drawn(truth, flagged, p, of), Population(flagged=0, passed=70_000))
        for of in (None, rooms)
    )

    assert alone.base_rate.value == together.base_rate.value
    assert together.base_rate.high is not None
    assert alone.base_rate.high is not None
    assert together.base_rate.high > alone.base_rate.high + 0.02


def test_an_appealed_item_that_nobody_drew_is_refused() -> None:
    with pytest.raises(PropensityError, match="item 1: probability of selection 0"):
        Drawn(np.array([True, True]), np.array([True, True]), np.array([1.0, 0.0]))


def test_more_reviewed_than_there_is_is_refused() -> None:
    with pytest.raises(PropensityError, match="300 passed items were reviewed of 200"):
        estimates(drawn(80, 20, 3, 297), Population(flagged=100, passed=200))


@settings(max_examples=25, deadline=None)
@given(st.tuples(*[st.integers(0, 40)] * 4).filter(any), st.floats(0.001, 1.0))
def test_an_estimate_lies_in_its_interval_and_shares_between_0_and_1(
    counts: tuple[int, int, int, int], p: float
) -> None:
    found = estimates(drawn(*counts, p))

    for name in FIGURES:
        each = getattr(found, name)
        if each.value is not None:
            assert 0 <= each.low <= each.value <= each.high
            assert each.high <= 1 or name in ("false_blocks", "missed")


@pytest.mark.parametrize("scenario", SCENARIOS[2:4], ids=lambda each: each.name)
def test_on_a_simulated_period_ours_holds_the_recall_and_the_naive_one_never(
    scenario: Scenario,
) -> None:
    runs = runs_of(scenario, 3)

    assert sum(run.held["recall"] for run in runs) >= 2
    assert not any(run.naive_held["recall"] for run in runs)
