"""Calibrated linear models in the form that serving computes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Linear:
    """Log-odds ``x @ weights + bias``: a logistic regression with its calibration folded in."""

    weights: Floats
    bias: float

    def logit(self, features: Floats) -> float:
        """Log-odds of one row, (F,)."""
        return float((features * self.weights).sum() + self.bias)

    def logits(self, features: Floats) -> Floats:
        """Log-odds of rows, (n, F)."""
        return np.asarray((features * self.weights).sum(axis=1) + self.bias)


def sigmoid(logits: Floats | float) -> Floats:
    """Log-odds to probabilities, without overflow.

    >>> float(sigmoid(0.0))
    0.5
    """
    return np.asarray(1.0 / (1.0 + np.exp(-np.minimum(np.maximum(logits, -500), 500))))


def probability_of(logit: float) -> float:
    """``sigmoid`` of one number, without its arrays.

    >>> probability_of(0.0)
    0.5
    """
    return float(1.0 / (1.0 + np.exp(-min(max(logit, -500.0), 500.0))))


def log_odds(probability: float) -> float:
    """The inverse of ``sigmoid``, finite at 0 and 1."""
    clipped = min(max(probability, 1e-12), 1 - 1e-12)
    return float(np.log(clipped / (1 - clipped)))
