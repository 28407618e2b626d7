"""The series that drift watches (监控序列): inputs, scores, outcomes, and how each is read."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from statistics import mean, median
from typing import Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from training.observation import Observation, OutcomeKind
from training.shift import Shape

Figure = Literal["mean", "median", "share"]
"""How a window's values are told in one number; a mix has none."""

Value = float | str | bool

_BINS: Final = 20
_NAMES: Final = 20
_COMPARABLES: Final = 20
"""Fewer prices of a category in both windows together tell no usual price."""

UNKNOWN: Final = "(unknown)"
OTHER: Final = "(other)"


class Series(NamedTuple):
    """A series: its name as gauges have it, its names for people, and its values by row.

    ``values`` gives each observation of both windows together none, one or several values; that
    it is not told the window keeps the comparison fair. ``of_model``: follows the model, so that
    only answers of the same versions are compared.
    """

    name: str
    zh: str
    en: str
    shape: Shape
    figure: Figure | None
    values: Callable[[Sequence[Observation]], list[tuple[Value, ...]]]
    of_model: bool = False


class OutcomeSeries(NamedTuple):
    """A rate of what was learnt later."""

    name: OutcomeKind
    zh: str
    en: str


def _each(
    value: Callable[[Observation], Value | None],
) -> Callable[[Sequence[Observation]], list[tuple[Value, ...]]]:
    """One value of each observation; none where it is unknown."""

    def values(observations: Sequence[Observation]) -> list[tuple[Value, ...]]:
        return [() if (each := value(o)) is None else (each,) for o in observations]

    return values


def _labels(observations: Sequence[Observation]) -> list[tuple[Value, ...]]:
    return [o.labels for o in observations]


def _price_levels(observations: Sequence[Observation]) -> list[tuple[Value, ...]]:
    """Prices over the median of their category: 1 is usual. Few comparables give no value."""
    prices: defaultdict[str | None, list[float]] = defaultdict(list)
    for o in observations:
        if o.price:
            prices[o.category].append(o.price)
    usual = {c: median(found) for c, found in prices.items() if len(found) >= _COMPARABLES}
    return [
        (o.price / usual[o.category],) if o.price and o.category in usual else ()
        for o in observations
    ]


SERIES: Final[tuple[Series, ...]] = (
    Series("length", "文本长度", "text length", "numeric", "median", _each(lambda o: o.length)),
    Series(
        "unknown_words", "生词占比", "share of unknown words", "numeric", "mean",
        _each(lambda o: o.unknown_share),
    ),
    Series(
        "price_level", "价格水平（相对类目中位数）", "price against its category's median",
        "numeric", "median", _price_levels,
    ),
    Series(
        "tenure", "开店天数", "merchants' days on the platform", "numeric", "median",
        _each(lambda o: o.tenure_days),
    ),
    Series(
        "tenure_missing", "开店天数缺失率", "share without days on the platform", "rate", "share",
        _each(lambda o: o.tenure_days is None),
    ),
    Series(
        "price_missing", "价格缺失率", "share without a price", "rate", "share",
        _each(lambda o: o.price is None),
    ),
    Series(
        "category", "类目构成", "mix of categories", "mix", None,
        _each(lambda o: o.category or UNKNOWN),
    ),
    Series(
        "platform", "平台构成", "mix of platforms", "mix", None,
        _each(lambda o: o.platform or UNKNOWN),
    ),
    Series(
        "degraded_rate", "降级应答率", "share of degraded answers", "rate", "share",
        _each(lambda o: o.degraded),
    ),
    Series(
        "score", "模型分", "score", "numeric", "mean", _each(lambda o: o.probability), of_model=True
    ),
    Series(
        "evasion", "规避概率", "probability of evasion", "numeric", "mean",
        _each(lambda o: o.evasion_probability), of_model=True,
    ),
    Series(
        "flag_rate", "命中率", "flag rate", "rate", "share",
        _each(lambda o: o.suggestion != "pass"), of_model=True,
    ),
    Series(
        "block_rate", "拦截率", "block rate", "rate", "share",
        _each(lambda o: o.suggestion == "block"), of_model=True,
    ),
    Series(
        "disguise_rate", "伪装率", "disguise rate", "rate", "share",
        _each(lambda o: o.disguises > 0), of_model=True,
    ),
    Series("labels", "标签构成", "mix of labels", "mix", None, _labels, of_model=True),
)  # fmt: skip

OUTCOMES: Final[tuple[OutcomeSeries, ...]] = (
    OutcomeSeries("confirmed", "复核确认率", "share of reviews that confirm"),
    OutcomeSeries("overturned", "申诉改判率", "share of appeals that overturn"),
    OutcomeSeries("complained", "投诉率", "complaint rate of passed items"),
)


class Binned(NamedTuple):
    """The bin of each value, and what the bins of a mix are called."""

    bins: NDArray[np.intp]
    names: tuple[str, ...]


def binned(shape: Shape, values: Sequence[Value]) -> Binned:
    """Values in bins that depend on the values alone, not on their order or window.

    Numbers: at most 20 bins of equally many values; equal values share one. A mix: the 20 most
    frequent names, and one bin for all others. A rate: no, yes.
    """
    if shape == "rate":
        return Binned(np.array([bool(v) for v in values], dtype=np.intp), ("no", "yes"))
    if shape == "mix":
        names = [str(v) for v in values]
        frequent = sorted(Counter(names).items(), key=lambda pair: (-pair[1], pair[0]))[:_NAMES]
        known = {name: at for at, (name, _) in enumerate(frequent)}
        bins = np.array([known.get(name, len(known)) for name in names], dtype=np.intp)
        return Binned(bins, (*known, OTHER))
    numbers = np.array(values, dtype=np.float64)
    inner = np.arange(1, _BINS) / _BINS
    edges = np.unique(np.quantile(numbers, inner, method="lower"))
    return Binned(np.searchsorted(edges, numbers, side="left"), ())


def figure(how: Figure | None, values: Iterable[Value]) -> float | None:
    """A window's values in one number; None for a mix, or where there is no value."""
    numbers = sorted(float(v) for v in values) if how is not None else []
    if not numbers:
        return None
    return median(numbers) if how == "median" else mean(numbers)
