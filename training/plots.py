"""Plots of an evaluation, as PNG."""

import io
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import precision_recall_curve


def plots(truth: NDArray[np.bool_], scores: NDArray[np.float64], title: str) -> dict[str, bytes]:
    """Precision against recall, and how often what was said to be likely was true."""
    precision, recall, _ = precision_recall_curve(truth, scores)
    said, was = _reliability(truth, scores)
    return {
        "precision_recall.png": _png(recall, precision, ("recall", "precision"), title),
        "calibration.png": _png(said, was, ("probability", "share violating"), title),
    }


def _reliability(
    truth: NDArray[np.bool_], scores: NDArray[np.float64]
) -> tuple[list[float], list[float]]:
    parts = np.array_split(np.argsort(scores, kind="stable"), 10)
    filled = [part for part in parts if part.size]
    return [float(scores[p].mean()) for p in filled], [float(truth[p].mean()) for p in filled]


def _png(x: Sequence[float], y: Sequence[float], names: tuple[str, str], title: str) -> bytes:
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5, 4), layout="constrained")
    axes = figure.add_subplot()
    axes.plot(x, y, marker=".", linewidth=1)
    axes.set(xlabel=names[0], ylabel=names[1], xlim=(0, 1), ylim=(0, 1), title=title)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()
