"""When things happen (时序): weekdays, sales festivals (618, 双11, 年货节), hours of the day."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta, timezone
from typing import Final, Literal

from data.simulate.dice import Dice

CHINA: Final = timezone(timedelta(hours=8))

Festival = Literal["618", "1111", "new_year"]

# Demand against an ordinary day. Festivals and weekend are a fact, their size is assumed.
_FESTIVAL: Final = 1.6
_PEAK: Final = 2.6
_WEEKEND: Final = 1.12
_NEW_YEAR_WEEK: Final = 0.45

_NEW_YEARS: Final[Mapping[int, date]] = {
    2023: date(2023, 1, 22),
    2024: date(2024, 2, 10),
    2025: date(2025, 1, 29),
    2026: date(2026, 2, 17),
    2027: date(2027, 2, 6),
    2028: date(2028, 1, 26),
    2029: date(2029, 2, 13),
    2030: date(2030, 2, 3),
}
"""First days of the lunar year, by the calendar; of other years 5 February stands for it."""

# Hours at which merchants work on their shops, and how much of the work falls there. Assumed.
_HOURS: Final[Mapping[int, float]] = {
    0: 0.02, 7: 0.02, 8: 0.04, 9: 0.08, 10: 0.10, 11: 0.08, 12: 0.05, 13: 0.06, 14: 0.08,
    15: 0.08, 16: 0.08, 17: 0.06, 18: 0.05, 19: 0.05, 20: 0.05, 21: 0.04, 22: 0.04, 23: 0.02,
}  # fmt: skip


def festival(day: date) -> Festival | None:
    """The sales festival that the day belongs to.

    >>> festival(date(2025, 11, 11)), festival(date(2025, 9, 1))
    ('1111', None)
    """
    if day.month == 6 and day.day <= 18:
        return "618"
    if (day.month, day.day) >= (10, 20) and (day.month, day.day) <= (11, 11):
        return "1111"
    until = _new_year(day.year) - day
    if timedelta(days=8) <= until <= timedelta(days=36):
        return "new_year"
    return None


def demand(day: date) -> float:
    """How much is bought on a day, against an ordinary weekday.

    >>> demand(date(2025, 9, 1)), demand(date(2025, 11, 11)) > 2
    (1.0, True)
    """
    level = _WEEKEND if day.weekday() >= 5 else 1.0
    since = day - _new_year(day.year)
    if timedelta(days=-3) <= since <= timedelta(days=6):
        return level * _NEW_YEAR_WEEK
    if (day.month, day.day) in {(6, 1), (6, 18), (11, 1), (11, 11)}:
        return level * _PEAK
    return level * (_FESTIVAL if festival(day) else 1.0)


def moment(midnight: datetime, dice: Dice) -> datetime:
    """A moment of the day that begins at ``midnight``, at hours when merchants work."""
    hour = dice.weighted(_HOURS)
    seconds = (20 if hour is None else hour) * 3600 + dice.number(0, 3599)
    return midnight + timedelta(seconds=seconds)


def _new_year(year: int) -> date:
    return _NEW_YEARS.get(year, date(year, 2, 5))
