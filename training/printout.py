"""An evaluation for a terminal: headline figures and tables, in plain text."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from data.problem import printable
from training.breakdown import LEAST_GROUPS, LEAST_POSITIVES, SURE
from training.ranking import LEVEL

HEADLINE: Final = (
    "f1",
    "macro_f1",
    "pr_auc",
    "roc_auc",
    "recall_at_precision_90",
    "recall",
    "precision",
    "clean_flagged",
    "clean_blocked",
    "ece",
)
TOO_FEW: Final = "too few"
_NAME: Final = 28
_VALUES: Final = {("confidence", SURE): f"{SURE} fairly sure or sure"}
_NONE: Final = "-"


def headline(report: Mapping[str, Any], *, simulated: bool = False) -> str:
    """The figures a person asks for first, each with its interval."""
    lines = [
        f"n {report['n']}, violating {report['base_rate']:.1%}, {report['groups']} groups"
        + (", simulated" if simulated else "")
    ]
    for name in (each for each in HEADLINE if each in report):
        low, high = report["intervals"].get(name, (float("nan"), float("nan")))
        lines.append(f"{name} {report[name]:.3f} [{low:.3f}, {high:.3f}]")
    lines.append(f"threshold {report['threshold']:.3f}")
    for corpus, count in report.get("regression", {}).items():
        lines.append(f"{corpus}: {count['wrong']} of {count['rows']} wrong")
    return "\n".join(lines)


def printed(report: Mapping[str, Any]) -> str:
    """The whole report: headline, curve, reliability, labels, slices, evidence, rooms."""
    parts = [
        headline(report),
        _curve(report["curve"]),
        _reliability(report["reliability"]),
        _labels(report["labels"]),
        *(_slices(facet, found) for facet, found in report["slices"].items()),
        _evidence(report.get("evidence")),
        _rooms(report.get("rooms")),
        f"[a, b] are {LEVEL:.0%} intervals from {report['resamples']:,} resamples of groups; a "
        f"label or slice of fewer than {LEAST_GROUPS} groups has none. {TOO_FEW}: under "
        f"{LEAST_POSITIVES} violating rows, or clean or listed ones where those are measured. "
        "Thresholds of the curve and of recall_at_precision_90 were read off these rows. pr_auc "
        "and macro_f1 change with the base rate: compare recall and clean_flagged of slices.",
    ]
    return "\n\n".join(part for part in parts if part)


def _curve(curve: Mapping[str, Any]) -> str:
    rows = [
        [_at(name), *_with_bounds(point["recall"], point["interval"]), _figure(point["threshold"])]
        for name, point in curve.items()
    ]
    return _table(["curve", "recall", "", "threshold"], rows)


def _at(name: str) -> str:
    """What a point of the curve is at: ``precision_90`` is precision 0.90."""
    kind, _, share = name.rpartition("_")
    return f"precision 0.{share}" if kind == "precision" else f"{share} % of clean flagged"


def _reliability(bins: Sequence[Mapping[str, Any]]) -> str:
    rows = [
        [
            str(number),
            _figure(each["said"]),
            *_with_bounds(each["was"], each["interval"]),
            str(each["n"]),
        ]
        for number, each in enumerate(bins, 1)
    ]
    return _table(["reliability", "said", "was", "", "n"], rows)


def _labels(labels: Mapping[str, Any]) -> str:
    names = ("pr_auc", "roc_auc", "recall", "precision")
    shown = [name for name in names if any(name in label for label in labels.values())]
    rows = [
        [code, str(label["n"]), str(label["positives"]), *_cells(label, shown)]
        for code, label in labels.items()
    ]
    columns = ["label", "n", "violating", *_columns(shown)]
    return _table(columns, rows) if rows else ""


def _slices(facet: str, found: Mapping[str, Any]) -> str:
    names = ("pr_auc", "macro_f1", "recall", "clean_flagged", "clean_blocked")
    shown = [name for name in names if any(name in part for part in found.values())]
    rows = [
        [
            _VALUES.get((facet, name)) or printable(name, _NAME),
            str(part["n"]),
            str(part["positives"]),
            f"{part['base_rate']:.1%}",
            str(part["groups"]),
            *_cells(part, shown),
        ]
        for name, part in found.items()
    ]
    return _table([facet, "n", "violating", "base rate", "groups", *_columns(shown)], rows)


def _evidence(found: Mapping[str, Any] | None) -> str:
    if not found or not found["windows"]:
        return ""
    covered, precise = (
        " ".join(_with_bounds(found[name], found["intervals"].get(name)))
        for name in ("covered", "precise")
    )
    return (
        f"evidence: of {found['windows']} flagged violating windows with quotes, a hit meets one "
        f"in {covered}; of {found['hits']} hits {precise} meet one"
    )


def _rooms(found: Mapping[str, Any] | None) -> str:
    if not found:
        return ""
    rates = [
        f"{name} {' '.join(_with_bounds(found[name], found['intervals'].get(name)))}"
        for name in ("windows_per_hour", "cases_per_hour", "windows_per_clean_hour")
    ]
    return (
        f"rooms: {found['rooms']}, {found['hours']:.1f} hours, {found['unplaced']} rows without "
        f"room or time; false alarms: {', '.join(rates)}"
    )


def _columns(names: Iterable[str]) -> list[str]:
    return [column for name in names for column in (name, "")]


def _cells(part: Mapping[str, Any], names: Iterable[str]) -> list[str]:
    return [
        cell for name in names for cell in _with_bounds(part[name], part["intervals"].get(name))
    ]


def _with_bounds(value: float | None, bounds: Sequence[float] | None) -> list[str]:
    if value is None:
        return [TOO_FEW, ""]
    return [_figure(value), f"[{bounds[0]:.3f}, {bounds[1]:.3f}]" if bounds else ""]


def _figure(value: float | None) -> str:
    return _NONE if value is None or value != value else f"{value:.3f}"


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns aligned, the first to the left; a Chinese character is two cells wide."""
    table = [columns, *rows]
    widths = [max(_width(row[at]) for row in table) for at in range(len(columns))]
    lines = []
    for row in table:
        cells = [
            cell + " " * (width - _width(cell)) if at == 0 else " " * (width - _width(cell)) + cell
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines)


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)
