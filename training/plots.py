"""Plots of an evaluation, as PNG."""

import io
from collections.abc import Mapping, Sequence
from typing import Any


def plots(report: Mapping[str, Any], title: str) -> dict[str, bytes]:
    """Precision against recall, and how often what was said to be likely was true.

    ``report`` is what ``evaluation`` returns.
    """
    curve = report["curve_points"]
    bins = report["reliability"]
    return {
        "precision_recall.png": _png(
            [point[0] for point in curve],
            [point[1] for point in curve],
            ("recall", "precision"),
            title,
        ),
        "calibration.png": _png(
            [each["said"] for each in bins],
            [each["was"] for each in bins],
            ("probability", "share violating"),
            title,
        ),
    }


def _png(x: Sequence[float], y: Sequence[float], names: tuple[str, str], title: str) -> bytes:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5, 4), layout="constrained")
    axes = figure.add_subplot()
    axes.plot(x, y, marker=".", linewidth=1)
    axes.set(xlabel=names[0], ylabel=names[1], xlim=(0, 1), ylim=(0, 1), title=title)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()
