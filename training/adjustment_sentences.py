"""A change of thresholds for a person to read."""

from collections.abc import Iterator

from models.artifact import Thresholds
from training.adjustment import Adjustment
from training.outlook import Estimate, Expected
from training.queue import QueueForecast, Range

_DAY_OF = {
    "flagged": "flagged",
    "reviews": "cases to review",
    "misses": "violations that pass",
    "clean_flagged": "clean flagged",
    "false_blocks": "clean blocked",
    "cost": "cost",
}


def sentences(found: Adjustment) -> Iterator[str]:
    """The change line by line: thresholds, a day at each point, the days ahead, warnings."""
    yield f"{found.kind} {found.champion}: capacity as of {found.as_of.isoformat()}"
    yield f"  chosen by {found.rows} rows, {found.violating} violating: {found.basis}"
    yield (
        f"  {found.items_a_day:,.0f} items a day, {found.capacity:,.0f} cases can be reviewed; "
        f"{found.scored:,} recent items say what is flagged"
    )
    yield "  threshold                     now      new"
    yield from _thresholds(found.old, found.new)
    yield "  a day (95 % interval)                      now                             new"
    yield from _days(found.before, found.after)
    yield f"  the new point saves a day {_shown(found.saved)}"
    if found.forecast:
        yield from _queue(found.forecast)
    for text in found.newly_flagged:
        yield f"  must pass, would be flagged: {text}"
    yield from (f"  warning: {warning}" for warning in found.warnings)


def _thresholds(old: Thresholds, new: Thresholds) -> Iterator[str]:
    yield f"  {'any violation':<26} {old.flag:>8.4f} {new.flag:>8.4f}"
    for code, least in new.labels.items():
        before = f"{old.labels[code]:.4f}" if code in old.labels else "-"
        yield f"  {code:<26} {before:>8} {least:>8.4f}"


def _days(before: Expected, after: Expected) -> Iterator[str]:
    for name, title in _DAY_OF.items():
        now, then = getattr(before, name), getattr(after, name)
        yield f"  {title:<22} {_shown(now):>31} {_shown(then):>31}"


def _queue(ahead: QueueForecast) -> Iterator[str]:
    yield (
        f"  the coming days in Beijing, from {ahead.past_days} past ones; nine in ten of "
        f"{ahead.weeks} simulated weeks lie in the brackets"
    )
    for day in ahead.days:
        yield (
            f"  {day.day.isoformat()}  {_ranged(day.arrivals)} cases come, "
            f"{_ranged(day.waiting)} wait at its end"
        )
    yield (
        f"  half wait up to {_ranged(ahead.median_wait, 1)} hours, nine in ten up to "
        f"{_ranged(ahead.slow_wait, 1)}; load {ahead.load:.0%}"
    )


def _shown(one: Estimate) -> str:
    if one.low is None or one.high is None:
        return f"{one.value:,.1f}"
    return f"{one.value:,.1f} [{one.low:,.1f}, {one.high:,.1f}]"


def _ranged(one: Range, digits: int = 0) -> str:
    return f"{one.median:,.{digits}f} [{one.low:,.{digits}f}, {one.high:,.{digits}f}]"
