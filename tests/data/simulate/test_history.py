from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.simulate.dice import Dice
from data.simulate.fashion import LATER, WRITTEN, Fashion
from data.simulate.history import MATURITY, WINDOW, History
from data.simulate.schedule import demand, festival

DAYS = 90
EVENTS = st.lists(st.tuples(st.integers(0, DAYS - 1), st.integers(0, 2)), max_size=60)


@given(EVENTS, st.integers(0, DAYS))
def test_a_figure_counts_the_30_days_before_midnight(
    events: list[tuple[int, int]], today: int
) -> None:
    history = History(3)
    for day in range(today + 1):
        history.begin(day)
        if day < DAYS:
            for when, shop in events:
                if when == day:
                    history.count("reviews", day, shop)
    expected = [
        sum(who == shop and today - WINDOW <= when < today for when, who in events)
        for shop in range(3)
    ]

    assert [history.figures(shop).reviews_30d for shop in range(3)] == expected


def test_a_parcel_counts_for_the_quality_return_rate_once_it_is_mature() -> None:
    history = History(1)
    history.begin(0)
    history.count_all("signed", 1, np.array([0]), np.array([10]))
    for day in range(1, 2 + MATURITY):
        history.begin(day)
        if day == 3:
            history.count("quality_of_signed", 1, 0, 2)
        assert history.figures(0).quality_return_rate_30d is None
    history.begin(2 + MATURITY)

    assert history.figures(0).quality_return_rate_30d == pytest.approx(0.2)
    assert history.figures(0).delivered_30d == 10


def test_a_rate_of_nothing_is_unknown() -> None:
    history = History(1)
    history.begin(0)

    assert history.figures(0).negative_review_rate_30d is None
    assert history.figures(0).ship_48h_rate_30d is None


def test_more_shops_keep_what_was_counted() -> None:
    history = History(1)
    history.begin(0)
    history.count("orders", 0, 0, 7)
    history.reserve(50)
    history.begin(1)

    assert history.figures(0).orders_30d == 7
    assert history.figures(49).orders_30d == 0


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (date(2025, 6, 18), "618"),
        (date(2025, 11, 11), "1111"),
        (date(2026, 2, 1), "new_year"),
        (date(2026, 2, 17), None),
        (date(2025, 9, 3), None),
    ],
)
def test_festivals_stand_in_the_calendar(day: date, name: str | None) -> None:
    assert festival(day) == name


def test_buyers_come_at_festivals_and_stay_away_at_new_year() -> None:
    assert demand(date(2025, 11, 11)) > demand(date(2025, 11, 5)) > demand(date(2025, 9, 3))
    assert demand(date(2026, 2, 17)) < demand(date(2026, 3, 17))


def test_a_disguise_that_is_found_out_goes_out_of_use_and_becomes_known() -> None:
    fashion, dice = Fashion(), Dice(1)
    before = sum(fashion.choose(dice) == WRITTEN[0] for _ in range(400))
    for _ in range(20):
        fashion.found_out(WRITTEN[0])
    after = sum(fashion.choose(dice) == WRITTEN[0] for _ in range(400))

    assert after < before / 4
    assert fashion.known(WRITTEN[0]) > 0.5 > fashion.known(WRITTEN[1])


def test_a_disguise_that_gets_through_is_imitated() -> None:
    fashion, dice = Fashion(), Dice(1)
    before = sum(fashion.choose(dice) == WRITTEN[3] for _ in range(600))
    for _ in range(40):
        fashion.got_through(WRITTEN[3])

    assert sum(fashion.choose(dice) == WRITTEN[3] for _ in range(600)) > 1.5 * before


def test_new_disguises_replace_the_old() -> None:
    fashion, dice = Fashion(), Dice(1)
    fashion.replace(LATER)

    assert {fashion.choose(dice) for _ in range(300)} <= set(LATER)
