import numpy as np
import pytest
from numpy.typing import NDArray

from training.paired import Pair, Slice, SlicePair, holm
from training.ranking import Counted, Figure, Ranking, Resamples

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]

FIGURES: dict[str, Figure] = {
    "macro_f1": Counted.macro_f1,
    "pr_auc": Counted.pr_auc,
    "recall": Counted.recall,
}


def compared(truth: Flags, flagged: tuple[Flags, Flags], groups: list[str]) -> SlicePair:
    rows = np.ones(len(truth), dtype=np.bool_)
    every = Slice("all", "all", rows, recall=bool(truth.all()))
    return SlicePair(truth, flagged, np.ones(len(truth)), Resamples(groups, 0, 200), [every])


def test_a_row_of_weight_three_counts_as_three_rows() -> None:
    rng = np.random.default_rng(0)
    truth, scores = rng.random(60) < 0.4, rng.random((2, 60))
    times = rng.integers(1, 4, 60)

    def figures(rows: NDArray[np.intp], weights: Floats) -> Floats:
        champion, challenger = (
            Ranking(truth[rows], side[rows], side[rows] > 0.5) for side in scores
        )
        return np.concatenate(Pair(champion, challenger, weights).figures(FIGURES))

    weighted = figures(np.arange(60), times.astype(np.float64))
    repeated = figures(np.repeat(np.arange(60), times), np.ones(times.sum()))

    assert weighted == pytest.approx(repeated)


def test_one_room_alone_never_shows_that_a_slice_is_worse() -> None:
    """However many windows it lost, the next room may be the other way."""
    truth = np.ones(300, dtype=np.bool_)
    rooms = [str(number // 30) for number in range(300)]
    lost = truth & (np.arange(300) >= 30)

    (p_value,) = compared(truth, (truth, lost), rooms).worse(error=0.05, seed=0)

    assert p_value == pytest.approx(0.5, abs=0.05)


def test_many_rooms_that_each_lost_a_little_do() -> None:
    truth = np.ones(300, dtype=np.bool_)
    rooms = [str(number // 30) for number in range(300)]
    lost = np.arange(300) % 30 > 0

    pair = compared(truth, (truth, lost), rooms)

    assert pair.worse(error=0.05, seed=0)[0] < 0.01
    assert pair.differences()[0].difference == pytest.approx(-1 / 30)


def test_of_two_equal_scorers_chance_calls_one_worse_as_often_as_it_may() -> None:
    rng = np.random.default_rng(0)
    groups = [str(number // 4) for number in range(160)]
    called = 0
    for _ in range(100):
        truth = rng.random(160) < 0.5
        sides = truth ^ (rng.random(160) < 0.2), truth ^ (rng.random(160) < 0.2)
        called += bool(holm(compared(truth, sides, groups).worse(error=0.05, seed=0))[0] <= 0.05)

    assert called <= 12
