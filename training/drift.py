"""Whether traffic, scores and outcomes are still what they were (漂移监测).

The window that ends now is held against the one before it, quantity by quantity. Whole days and
whole merchants or rooms are what chance moves (`training.shift`); p-values are corrected for the
number of quantities (Holm 1979), so that a report without any change has an alarm with a
probability of at most ``DriftRules.false_alarms``. What is significant and small is no alarm.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from math import ceil
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from data.drift import DriftReport, Movement, Share, State
from data.ledger.window import Window
from data.problem import printable
from data.verdict import Kind
from training.drift_sentences import Told, Words, sentences
from training.monitored import OUTCOMES, SERIES, UNKNOWN, Figure, Series, Value, binned, figure
from training.observation import Observation, Seen
from training.shift import (
    Chance,
    Shape,
    Table,
    chance,
    cluster_of,
    count,
    effect,
    stability_index,
)

_DAY: Final = timedelta(days=1)
_LEAST_EFFECT: Final[Mapping[Shape, float]] = {"numeric": 0.1, "mix": 0.1, "rate": 0.1}
_FIRST_DRAWS: Final = 199
_HOPELESS: Final = 0.05
"""A p-value above this in the first draws is no alarm whatever more draws say."""

_DRAWS_AT_LIMIT: Final = 5
"""Draws beyond the seen distance that are expected where the p-value is just small enough."""

_EXCHANGES_AT_LIMIT: Final = 2
_NAMED: Final = 3
_NAME_SHOWN: Final = 40


class DriftRules(NamedTuple):
    """When a quantity has moved.

    ``false_alarms`` is the probability that a report without any change has an alarm.
    ``least_effect`` is the smallest distance that is worth one, by shape. Each window needs
    ``least_rows`` values of ``least_groups`` merchants or rooms to be judged.
    """

    days: int = 7
    reference_days: int = 28
    false_alarms: float = 0.01
    least_effect: Mapping[Shape, float] = _LEAST_EFFECT
    least_rows: int = 50
    least_groups: int = 20

    def window(self, kind: Kind, until: datetime) -> Window:
        """Both windows together."""
        return Window(kind, until - (self.days + self.reference_days) * _DAY, until)


class _Sample(NamedTuple):
    """A series' values, each with its day (0 is the last) and the cluster of its group."""

    words: Words
    shape: Shape
    figure: Figure | None
    values: list[Value]
    days: NDArray[np.int64]
    clusters: NDArray[np.int64]


class _Test(NamedTuple):
    """A sample, counted and tested; ``why_not`` says why it cannot be judged."""

    sample: _Sample
    least: float
    names: tuple[str, ...] = ()
    table: Table | None = None
    chance: Chance | None = None
    why_not: Told | None = None

    @property
    def distance(self) -> float | None:
        """How far the windows are apart; None where one of them is empty."""
        if self.table is None or not all(self.table.rows):
            return None
        return effect(self.sample.shape, *self.table.shares)


def drift_report(
    kind: Kind, seen: Seen, until: datetime, rules: DriftRules, rng: np.random.Generator
) -> DriftReport:
    """Hold the last ``rules.days`` before ``until`` against the days before them.

    ``seen`` may reach further back. Series that follow the model compare answers of the versions
    that gave most of the current ones: after a promotion they are not judged until there is a
    reference, that is, the reference begins with the promotion.
    """
    observations = [o for o in seen.observations if _in_windows(_day(o.instant, until), rules)]
    versions = _usual_versions(o for o in observations if _day(o.instant, until) < rules.days)
    samples = list(_samples(seen, observations, versions, until, rules))
    tests = [_test(sample, rules, len(samples), rng) for sample in samples]
    adjusted = iter(holm([test.chance.p_value for test in tests if test.chance]))
    return DriftReport(
        kind=kind,
        until=until,
        days=rules.days,
        reference_days=rules.reference_days,
        false_alarms=rules.false_alarms,
        versions=versions,
        sampled=seen.share,
        movements=[
            _movement(test, next(adjusted) if test.chance else None, rules) for test in tests
        ],
    )


def holm(p_values: Sequence[float]) -> list[float]:
    """P-values that hold for all of them together (Holm 1979), in the order given.

    >>> [round(p, 3) for p in holm([0.01, 0.04, 0.03])]
    [0.03, 0.06, 0.06]
    """
    adjusted = [0.0] * len(p_values)
    highest = 0.0
    for rank, at in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[at]))
        adjusted[at] = highest
    return adjusted


def _samples(
    seen: Seen,
    observations: Sequence[Observation],
    versions: str | None,
    until: datetime,
    rules: DriftRules,
) -> Iterator[_Sample]:
    same = [o for o in observations if o.versions is not None and o.versions == versions]
    for series in SERIES:
        yield _of_series(series, same if series.of_model else observations, until)
    for outcome in OUTCOMES:
        found = [o for o in seen.outcomes if o.kind == outcome.name]
        rows = [
            (o.happened, day, cluster_of(o.group))
            for o in found
            if _in_windows(day := _day(o.instant, until), rules)
        ]
        words = Words(outcome.name, outcome.zh, outcome.en)
        yield _sample(words, "rate", "share", rows)


def _of_series(series: Series, observations: Sequence[Observation], until: datetime) -> _Sample:
    rows = [
        (value, _day(o.instant, until), cluster_of(o.group))
        for o, values in zip(observations, series.values(observations), strict=True)
        for value in values
    ]
    words = Words(series.name, series.zh, series.en)
    return _sample(words, series.shape, series.figure, rows)


def _sample(
    words: Words, shape: Shape, how: Figure | None, rows: Sequence[tuple[Value, int, int]]
) -> _Sample:
    days = np.array([day for _, day, _ in rows], dtype=np.int64)
    clusters = np.array([cluster for _, _, cluster in rows], dtype=np.int64)
    return _Sample(words, shape, how, [value for value, _, _ in rows], days, clusters)


def _test(sample: _Sample, rules: DriftRules, series: int, rng: np.random.Generator) -> _Test:
    least = rules.least_effect[sample.shape]
    if not sample.values:
        return _Test(sample, least, why_not=_too_few("条", "values", (0, 0), rules.least_rows))
    counted = binned(sample.shape, sample.values)
    table = count(counted.bins, sample.days, sample.clusters, sample.days < rules.days)
    test = _Test(sample, least, counted.names, table)
    why_not = _why_not(sample, table, rules, series)
    if why_not is not None:
        return test._replace(why_not=why_not)
    found = chance(table, sample.shape, _FIRST_DRAWS, rng)
    if found.p_value <= _HOPELESS and (test.distance or 0.0) >= least:
        draws = ceil(_DRAWS_AT_LIMIT * series / rules.false_alarms)
        found = chance(table, sample.shape, draws, rng)
    return test._replace(chance=found)


def _why_not(sample: _Sample, table: Table, rules: DriftRules, series: int) -> Told | None:
    if min(table.rows) < rules.least_rows:
        return _too_few("条", "values", table.rows, rules.least_rows)
    if min(table.clusters) < rules.least_groups:
        return _too_few("个商家或直播间", "merchants or rooms", table.clusters, rules.least_groups)
    if set(sample.values) == {UNKNOWN}:
        return Told("全部缺失", "it is missing everywhere")
    needed = ceil(_EXCHANGES_AT_LIMIT * series / rules.false_alarms)
    if table.exchanges < needed:
        return Told(
            f"可比的天数太少（同一星期几的日子有 {table.exchanges} 种换法，至少需 {needed} 种）",
            f"too few days to compare: days of one weekday can be exchanged in {table.exchanges} "
            f"ways, {needed} are needed",
        )
    return None


def _too_few(zh: str, en: str, found: tuple[int, int], least: int) -> Told:
    before, now = found
    return Told(
        f"参照期 {before} {zh}，当前 {now} {zh}，至少各需 {least} {zh}",
        f"{before} {en} before and {now} now, {least} of each are needed",
    )


def _movement(test: _Test, adjusted: float | None, rules: DriftRules) -> Movement:
    words, table = test.sample.words, test.table
    before, now = _figures(test.sample, rules.days)
    movement = Movement(
        quantity=words.name,
        name_zh=words.zh,
        name_en=words.en,
        state=_state(test, adjusted, rules),
        least=test.least,
        distance=test.distance,
        p_value=test.chance and test.chance.p_value,
        adjusted=adjusted,
        stability=table and stability_index(*table.counts),
        stability_by_chance=test.chance and test.chance.psi,
        before=before,
        now=now,
        shares=list(_shares(test)),
        rows_before=table.rows[0] if table else 0,
        rows_now=table.rows[1] if table else 0,
    )
    return movement.model_copy(update=sentences(movement, test.why_not)._asdict())


def _state(test: _Test, adjusted: float | None, rules: DriftRules) -> State:
    if adjusted is None or test.distance is None:
        return "not_judged"
    moved = adjusted <= rules.false_alarms and test.distance >= test.least
    return "alarm" if moved else "steady"


def _figures(sample: _Sample, days: int) -> tuple[float | None, float | None]:
    before, now = (
        figure(sample.figure, [v for v, at in zip(sample.values, which, strict=True) if at])
        for which in (sample.days >= days, sample.days < days)
    )
    return before, now


def _shares(test: _Test) -> Iterator[Share]:
    """The names that moved most. They are merchants' words, so that little of them is kept."""
    if test.sample.shape != "mix" or test.table is None:
        return
    before, now = test.table.shares
    for at in np.argsort(-np.abs(now - before), kind="stable")[:_NAMED]:
        name = printable(test.names[at], _NAME_SHOWN)
        yield Share(name=name, before=float(before[at]), now=float(now[at]))


def _usual_versions(observations: Iterable[Observation]) -> str | None:
    """The versions that gave most answers, degraded ones aside; None without an answer."""
    counts = Counter(o.versions for o in observations if o.versions is not None)
    return max(sorted(counts), key=counts.__getitem__, default=None)


def _day(instant: datetime, until: datetime) -> int:
    """How many whole days before the end; 0 is the last day."""
    return (until - instant) // _DAY


def _in_windows(day: int, rules: DriftRules) -> bool:
    return 0 <= day < rules.days + rules.reference_days
