from datetime import UTC, datetime
from functools import partial

import numpy as np
import pytest

from models.knowledge import load_knowledge
from training.listings import seed_docs
from training.processes import each_done
from training.reading import Asked, read_listings
from training.units import fit_heads

AT = datetime(2026, 3, 1, tzinfo=UTC)


def test_two_processes_read_the_same_in_the_same_order_as_one() -> None:
    knowledge = load_knowledge()
    asked = [Asked(doc.listing, doc.at, doc.quotes) for doc in seed_docs(AT)[::15]]
    read = partial(read_listings, asked, knowledge.reader(), knowledge.references())

    alone, shared = read(workers=1), read(workers=2)

    assert np.array_equal(alone.figures, shared.figures, equal_nan=True)
    assert alone.units == shared.units
    assert alone.shown == shared.shown
    assert alone.supports == shared.supports


def test_what_is_done_by_processes_comes_in_the_order_in_which_it_was_given() -> None:
    numbers = list(range(50))

    done = list(each_done(partial(pow, 2), numbers, 2, chunk=3))

    assert done == [(number, 2**number) for number in numbers]


def test_a_head_learns_from_a_row_of_weight_three_what_it_learns_from_three_rows() -> None:
    from scipy.sparse import csr_matrix

    rows = np.array([[1.0, 0.0], [0.9, 0.3], [0.0, 1.0], [0.2, 0.8]])
    target = np.array([[1.0], [0.0], [0.0], [1.0]])
    times = np.array([3, 1, 2, 1])

    (weighed,) = fit_heads(csr_matrix(rows), target, times.astype(float))
    (repeated,) = fit_heads(csr_matrix(np.repeat(rows, times, axis=0)), np.repeat(target, times, 0))

    assert weighed.coef_ == pytest.approx(repeated.coef_, abs=1e-3)
