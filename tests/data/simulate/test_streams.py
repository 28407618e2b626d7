import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.simulate.dice import SeparateDice
from data.simulate.streams import EachOwn, stream_of

MANY = [stream_of("subject", number) for number in range(20_000)]


@given(
    st.lists(st.integers(0, 2**64 - 1), min_size=1, max_size=8),
    st.integers(0, 2**64 - 1),
    st.data(),
)
def test_what_one_subject_draws_does_not_depend_on_who_else_is_there(
    streams: list[int], salt: int, data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(streams) - 1))
    alone, among = EachOwn([streams[place]], salt), EachOwn(streams, salt)
    n = len(streams)

    assert alone.random(1)[0] == among.random(n)[place]
    assert alone.poisson(np.array([3.0]))[0] == among.poisson(np.full(n, 3.0))[place]
    trials = np.full(n, 9)
    assert alone.binomial(trials[:1], 0.3)[0] == among.binomial(trials, 0.3)[place]
    assert alone.integers(2, 7, 1)[0] == among.integers(2, 7, n)[place]


@pytest.mark.parametrize("mean", [0.0, 0.2, 3.0, 40.0])
def test_counts_are_as_a_poisson_distribution_has_them(mean: float) -> None:
    counts = EachOwn(MANY, 1).poisson(np.full(len(MANY), mean))

    assert counts.mean() == pytest.approx(mean, rel=0.03)
    assert counts.var() == pytest.approx(mean, rel=0.05)


@pytest.mark.parametrize("share", [0.0, 0.005, 0.4, 0.95, 1.0])
def test_successes_are_as_a_binomial_distribution_has_them(share: float) -> None:
    successes = EachOwn(MANY, 2).binomial(np.full(len(MANY), 30), share)

    assert successes.max() <= 30
    assert successes.mean() == pytest.approx(30 * share, rel=0.03)
    assert successes.var() == pytest.approx(30 * share * (1 - share), rel=0.05)


def test_shares_fill_the_unit_interval_evenly_and_draws_follow_each_other_freely() -> None:
    draws = EachOwn(MANY, 3)
    first, second = draws.random(len(MANY)), draws.random(len(MANY))

    assert np.histogram(first, bins=10, range=(0, 1))[0] == pytest.approx(2_000, abs=200)
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.03


def test_draws_for_others_than_the_subjects_are_refused() -> None:
    with pytest.raises(ValueError, match="size is 3; there are 2 subjects"):
        EachOwn([1, 2], 0).random(3)


def test_what_is_about_something_does_not_change_with_what_was_drawn_before() -> None:
    once, again = SeparateDice(5), SeparateDice(5)
    again.share()
    again.about("shop", 1).share()

    assert once.about("shop", 2).share() == again.about("shop", 2).share()
    assert once.about("shop", 2).share() != SeparateDice(6).about("shop", 2).share()
