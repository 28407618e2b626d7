"""What a benchmark found: medians with their spread, and the aim where there is one."""

from collections.abc import Sequence
from statistics import median
from typing import Literal

from data.record import Record

Unit = Literal["/s", "ms", "µs", "MB", ""]


class Measure(Record):
    """One number of the report: the median of ``low`` to ``high`` over the rounds.

    ``aim`` is met at or above it for a rate, at or below it for a duration.
    """

    section: str
    name: str
    unit: Unit
    median: float
    low: float
    high: float
    aim: float | None = None

    @property
    def verdict(self) -> str:
        """Whether the aim is met, in words; empty without one."""
        if self.aim is None:
            return ""
        met = self.median >= self.aim if self.unit == "/s" else self.median <= self.aim
        return f"{'meets' if met else 'MISSES'} {self.aim:g} {self.unit}"


def measure(
    section: str, name: str, unit: Unit, rounds: Sequence[float], aim: float | None = None
) -> Measure:
    """The measure of several rounds."""
    return Measure(
        section=section,
        name=name,
        unit=unit,
        median=median(rounds),
        low=min(rounds),
        high=max(rounds),
        aim=aim,
    )


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which ``share`` of the values lie.

    >>> quantile([1.0, 2.0, 3.0, 4.0], 0.99)
    4.0
    """
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(share * len(ranked)))]


def table(measures: Sequence[Measure]) -> str:
    """The measures as text, section by section."""
    lines: list[str] = []
    section = ""
    for each in measures:
        if each.section != section:
            section = each.section
            lines.append(f"\n{section}")
        spread = f"{_number(each.low)} – {_number(each.high)}"
        lines.append(
            f"  {each.name:<58}{_number(each.median):>10} {each.unit:<3}"
            f"{spread:>22}  {each.verdict}".rstrip()
        )
    return "\n".join(lines)


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1_000 else f"{value:,.4g}"
