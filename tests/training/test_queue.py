from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.queue import HOURS, Past, forecast, typical, waiting_times
from training.work import Work

MONDAY = date(2026, 3, 2)

arriving = st.lists(st.floats(min_value=0, max_value=160), min_size=1, max_size=60).map(sorted)
works = st.builds(
    Work,
    reviewers=st.integers(1, 5),
    hours_a_day=st.sampled_from([6.0, 8.0, 24.0]),
    starts_at=st.sampled_from([0.0, 9.0, 20.0]),
    cases_an_hour=st.sampled_from([1.0, 4.0]),
)


def one_by_one(instants: list[float], work: Work) -> list[float]:
    """The same queue as a person would play it, in steps of a hundredth of an hour."""
    step, queue, waits = 0.01, list(enumerate(instants)), [0.0] * len(instants)
    left = [0.0] * work.reviewers
    now = 0.0
    while queue:
        if (now - work.starts_at) % HOURS < work.hours_a_day:
            for server in range(work.reviewers):
                left[server] -= step
                if left[server] <= 1e-9 and queue and queue[0][1] <= now + 1e-9:
                    number, came = queue.pop(0)
                    waits[number] = now - came
                    left[server] = work.hours_a_case
        now += step
    return waits


def test_the_queue_is_that_which_a_person_would_play_step_by_step() -> None:
    rng = np.random.default_rng(4)
    work = Work(reviewers=3, cases_an_hour=1, hours_a_day=24, utilisation=0.8)
    instants = np.sort(rng.uniform(0, 72, 180).round(2))

    waits = waiting_times(instants, work)

    assert waits == pytest.approx(one_by_one(instants.tolist(), work), abs=0.5)
    assert waits.mean() > 1


@given(arriving, works, st.integers(2, 4))
def test_the_more_cases_come_the_longer_they_wait(
    instants: list[float], work: Work, times: int
) -> None:
    once = waiting_times(np.array(instants), work)
    often = waiting_times(np.repeat(instants, times), work)

    for share in (0.5, 0.9):
        assert typical(often, share) >= typical(once, share) - 1e-6


@given(arriving, works)
def test_more_reviewers_never_let_anybody_wait_longer(instants: list[float], work: Work) -> None:
    more = work.model_copy(update={"reviewers": work.reviewers + 1})

    waits, shorter = (waiting_times(np.array(instants), each) for each in (work, more))

    assert (waits >= -1e-9).all()
    assert (shorter <= waits + 1e-6).all()


def past(per_day: float, days: int = 28, seed: int = 0) -> Past:
    rng = np.random.default_rng(seed)
    flagged = rng.poisson(per_day / HOURS, (days, HOURS)).astype(np.float64)
    return Past(MONDAY, flagged * 20, flagged)


def test_a_forecast_tells_each_day_and_how_long_cases_wait() -> None:
    work = Work(reviewers=1)

    quiet = forecast(past(100), work, 0, MONDAY, np.random.default_rng(0))
    busy = forecast(past(500), work, 0, MONDAY, np.random.default_rng(0))

    assert [day.day.day for day in quiet.days] == [2, 3, 4, 5, 6, 7, 8]
    assert quiet.load < 0.5 < 1 < busy.load
    assert all(day.arrivals.low < 100 < day.arrivals.high for day in quiet.days)
    assert quiet.slow_wait.high < busy.slow_wait.low
    assert busy.days[0].waiting.median < busy.days[6].waiting.median


def test_cases_that_wait_already_come_first() -> None:
    work = Work(reviewers=1)

    without = forecast(past(100), work, 0, MONDAY, np.random.default_rng(0))
    with_many = forecast(past(100), work, 2_000, MONDAY, np.random.default_rng(0))

    assert with_many.median_wait.low > without.median_wait.high
    assert with_many.days[0].arrivals == without.days[0].arrivals


def test_busy_weekends_are_expected_again() -> None:
    rng = np.random.default_rng(1)
    level = np.where(np.arange(28) % 7 >= 5, 300.0, 100.0)
    flagged = rng.poisson(level[:, None] / HOURS, (28, HOURS)).astype(np.float64)

    ahead = forecast(Past(MONDAY, flagged, flagged), Work(reviewers=2), 0, MONDAY, rng)

    assert ahead.days[5].arrivals.low > ahead.days[1].arrivals.high


def test_what_was_counted_on_a_sample_is_forecast_for_all() -> None:
    whole = past(400)
    rng = np.random.default_rng(2)
    sampled = whole._replace(
        flagged=rng.binomial(whole.flagged.astype(int), 0.25).astype(np.float64), share=0.25
    )

    ahead = forecast(sampled, Work(reviewers=2), 0, MONDAY, rng)

    assert all(day.arrivals.low < 400 < day.arrivals.high for day in ahead.days)
