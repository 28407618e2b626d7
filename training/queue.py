"""How many cases come in the coming days, and how long they wait (排队与等待时间预测).

*Arrivals.* A day's count is negative binomial, its mean that of its day of the week, its
dispersion by moments; hours share a day as they did. Means of days of the week are pulled towards
that of all days as far as they differ by chance (James and Stein, 1961; the normal hierarchical
model). How little a few weeks tell is part of the forecast: each simulated week draws a variance
from its scaled inverse chi-squared and means from their normal posterior. There is no trend: next
week is taken to be like the past ones.

*Service.* One queue, first come first served, and as many reviewers as there are, each as long
with a case as the other. With constant times, c servers take cases in turn, so a case begins when
it has come and the case c before it is done: Lindley's recursion (1952) along each server, which a
running maximum solves exactly (Crommelin, 1932, on constant service times). The clock runs while
reviewers work; a case that is begun in the evening is ended in the morning.
"""

from datetime import date, timedelta, timezone
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from data.record import Record
from training.work import Work

Floats = NDArray[np.float64]

BEIJING: Final = timezone(timedelta(hours=8))
DAYS: Final = 7
HOURS: Final = 24
LEAST_DAYS: Final = 7
"""Whole past days without which nothing is forecast."""

_WEEKS: Final = 400
_LEAST_WEEKS: Final = 60
_MOST_CASES: Final = 6_000_000
"""Cases that are simulated in all: where more come, fewer weeks are."""

_TWO_WEEKS: Final = 14
_LEAST_APART: Final = 0.05
"""Days of the week are taken to differ by at least this share, whatever the past shows."""

_TINY: Final = 1e-9
_LOW, _HIGH = 0.05, 0.95
_SLOW: Final = 0.9


class Range(Record):
    """A median and the interval that holds nine in ten simulated weeks."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, draws: Floats) -> "Range":
        """The range of simulated figures (weeks,)."""
        low, median, high = np.quantile(draws, [_LOW, 0.5, _HIGH]).tolist()
        return cls(median=median, low=low, high=high)


class DayAhead(Record):
    """One coming day in Beijing: cases that come in, and those that wait when it ends."""

    day: date
    arrivals: Range
    waiting: Range


class QueueForecast(Record):
    """The coming seven days. ``median_wait`` and ``slow_wait`` are hours until a reviewer begins
    with a case, of half and of nine in ten cases of a week; ``load`` is the share of what
    reviewers can do that comes in."""

    days: list[DayAhead]
    median_wait: Range
    slow_wait: Range
    load: float
    past_days: int
    weeks: int


class Past(NamedTuple):
    """Whole days in Beijing: items that came in by hour, and of them those that are flagged.

    ``items`` and ``flagged`` have shape (days, 24); ``flagged`` was counted on ``share`` of the
    items. ``cases`` is how many cases a flagged item makes, at most 1; ``others`` how many cases a
    day come for other reasons. ``first`` is the first of the days.
    """

    first: date
    items: Floats
    flagged: Floats
    share: float = 1.0
    cases: float = 1.0
    others: float = 0.0


class _Known(NamedTuple):
    """What past days tell: of each day of the week the mean and its variance (7,); of a day's
    count around it the variance, by so many free days. Counts are those on the sample."""

    means: Floats
    doubts: Floats
    variance: float
    free: int


def forecast(
    past: Past, work: Work, backlog: int, first: date, rng: np.random.Generator
) -> QueueForecast:
    """The seven days from ``first`` on, ``backlog`` cases waiting when it begins."""
    counts = past.flagged.sum(axis=1)
    weekdays = _weekdays(past.first, len(counts))
    hours, known = _hours_of(past), _known(counts, weekdays)
    ahead = _weekdays(first, DAYS)
    expected = float(counts.mean()) / past.share * past.cases + past.others
    weeks = int(np.clip(_MOST_CASES / (DAYS * expected + backlog + 1), _LEAST_WEEKS, _WEEKS))
    arrived, left, halves, slow = (np.zeros((weeks, DAYS)) for _ in range(4))
    for week in range(weeks):
        instants = _instants(known, ahead, hours, past, rng)
        waits = waiting_times(np.concatenate([np.zeros(backlog), instants]), work)
        arrived[week] = np.bincount((instants // HOURS).astype(int), minlength=DAYS)
        left[week] = _left(instants, waits, backlog)
        halves[week] = typical(waits, 0.5)
        slow[week] = typical(waits, _SLOW)
    return QueueForecast(
        days=[
            DayAhead(
                day=first + timedelta(days=day),
                arrivals=Range.of(arrived[:, day]),
                waiting=Range.of(left[:, day]),
            )
            for day in range(DAYS)
        ],
        median_wait=Range.of(halves[:, 0]),
        slow_wait=Range.of(slow[:, 0]),
        load=expected / work.cases_a_day,
        past_days=len(counts),
        weeks=weeks,
    )


def waiting_times(instants: Floats, work: Work) -> Floats:
    """Hours until a reviewer begins with each case; ``instants`` are hours from a midnight, sorted.

    >>> two = Work(reviewers=1, cases_an_hour=2, utilisation=1, starts_at=9, hours_a_day=8)
    >>> waiting_times(np.array([8.0, 10.0, 10.0, 16.9, 16.9]), two).round(2).tolist()
    [1.0, 0.0, 0.5, 0.0, 16.5]
    """
    servers, each = work.reviewers, work.hours_a_case
    came = _worked(instants, work)
    begun = np.empty_like(came)
    for first in range(min(servers, len(came))):
        turn = came[first::servers]
        ahead = each * np.arange(len(turn))
        begun[first::servers] = np.maximum.accumulate(turn - ahead) + ahead
    wait: Floats = np.maximum(0.0, _on_the_wall(begun, work) - instants)
    # Whoever comes while somebody is free begins at once, wherever the clock of work stands.
    return np.where((begun == came) & _is_open(instants, work), 0.0, wait)


def typical(waits: Floats, share: float) -> float:
    """The wait that a share of cases stays at or below; 0 where no case comes."""
    return float(np.quantile(waits, share, method="inverted_cdf")) if len(waits) else 0.0


def _worked(instants: Floats, work: Work) -> Floats:
    """Hours of work done by each instant, since the shop opened on the first day."""
    since = instants - work.starts_at
    return work.hours_a_day * (since // HOURS) + np.minimum(since % HOURS, work.hours_a_day)


def _is_open(instants: Floats, work: Work) -> NDArray[np.bool_]:
    open_now: NDArray[np.bool_] = (instants - work.starts_at) % HOURS < work.hours_a_day
    return open_now


def _on_the_wall(worked: Floats, work: Work) -> Floats:
    """The instant at which so many hours were worked; at an end of work, when it begins again."""
    day = np.floor(worked / work.hours_a_day + 1e-9)
    return HOURS * day + np.maximum(0.0, worked - work.hours_a_day * day) + work.starts_at


def _weekdays(first: date, count: int) -> NDArray[np.intp]:
    return (first.weekday() + np.arange(count)) % DAYS


def _hours_of(past: Past) -> Floats:
    """How a day is shared by its hours: as flagged items came, a little as all items came."""
    items = past.items.sum(axis=0) + 1e-3
    flagged = past.flagged.sum(axis=0) + HOURS * items / items.sum()
    return np.asarray(flagged / flagged.sum())


def _known(counts: Floats, weekdays: NDArray[np.intp]) -> _Known:
    """Means and variance of past days; with less than two weeks all days are alike.

    A sample of what is negative binomial is that, too, with the same dispersion.
    """
    mean, total = float(counts.mean()), len(counts)
    if total < _TWO_WEEKS:
        variance = max(float(counts.var(ddof=1)), mean)
        return _Known(np.full(DAYS, mean), np.full(DAYS, variance / total), variance, total - 1)
    seen = np.bincount(weekdays, minlength=DAYS)
    own = np.bincount(weekdays, counts, minlength=DAYS) / seen
    free = total - DAYS
    variance = max(float(((counts - own[weekdays]) ** 2).sum()) / free, mean)
    by_chance = variance / seen
    apart = max(float(own.var(ddof=1) - by_chance.mean()), (_LEAST_APART * mean) ** 2, _TINY)
    kept = apart / (apart + by_chance)
    return _Known(mean + kept * (own - mean), kept * by_chance, variance, free)


def _instants(
    known: _Known, ahead: NDArray[np.intp], hours: Floats, past: Past, rng: np.random.Generator
) -> Floats:
    """When the cases of a simulated week come, in hours from its first midnight, sorted."""
    stretch = known.free / rng.chisquare(known.free)
    means = rng.normal(known.means, np.sqrt(stretch * known.doubts)).clip(min=0)
    middle = max(float(known.means.mean()), _TINY)
    spread = max(0.0, stretch * known.variance - middle) / middle**2
    level = rng.gamma(1 / spread, spread, DAYS) if spread > _TINY else np.ones(DAYS)
    daily = means[ahead] * level / past.share * past.cases + past.others
    counts = rng.poisson(daily[:, None] * hours)
    starts = np.repeat(np.arange(DAYS * HOURS, dtype=np.float64), counts.ravel())
    return np.sort(starts + rng.random(len(starts)))


def _left(instants: Floats, waits: Floats, backlog: int) -> Floats:
    """How many cases nobody has begun with at the end of each day."""
    ends = HOURS * np.arange(1.0, DAYS + 1)
    came = backlog + np.searchsorted(instants, ends, side="right")
    began = np.sort(np.concatenate([np.zeros(backlog), instants]) + waits)
    return np.asarray(came - np.searchsorted(began, ends, side="right"), dtype=np.float64)
