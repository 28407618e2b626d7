from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from training.thinning import thinned

KINDS = st.lists(st.sampled_from(["clean", "fake", "poor", "cure"]), min_size=1, max_size=60)


def test_few_rows_are_all_learnt_from_and_weigh_the_same() -> None:
    lessons = thinned(["clean", "fake", "clean"], most=3, seed=0)

    assert lessons.rows.tolist() == [0, 1, 2]
    assert lessons.weights is None


def test_a_rare_violation_stays_whole_where_clean_rows_are_thinned() -> None:
    kinds = ["clean"] * 900 + ["fake"] * 20

    lessons = thinned(kinds, most=100, seed=0)

    assert Counter(kinds[row] for row in lessons.rows.tolist()) == {"clean": 80, "fake": 20}


@given(KINDS, st.integers(4, 60))
def test_each_kind_weighs_what_all_of_its_rows_weigh(kinds: list[str], most: int) -> None:
    rows, weights = thinned(kinds, most, seed=0)
    weights = np.ones(len(rows)) if weights is None else weights

    weighed = dict.fromkeys(kinds, 0.0)
    for row, weight in zip(rows.tolist(), weights.tolist(), strict=True):
        weighed[kinds[row]] += weight
    assert len(rows) <= most
    assert {kind: round(weight) for kind, weight in weighed.items()} == Counter(kinds)


def test_the_same_seed_draws_the_same_rows() -> None:
    kinds = ["clean"] * 50

    first, again, other = (thinned(kinds, 10, seed).rows.tolist() for seed in (1, 1, 2))

    assert first == again != other
