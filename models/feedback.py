"""The after-sale model: what a review, refund reason or complaint is about (售后文本模型)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, get_args

import numpy as np

from data.examples.after_sale import AfterSaleKind
from features.normalise import normalise
from models.ngrams import Floats, NgramScorer

KINDS: Final[tuple[AfterSaleKind, ...]] = get_args(AfterSaleKind)
"""The columns of what the model says."""

COMPLAINTS: Final[tuple[AfterSaleKind, ...]] = ("quality", "authenticity")
"""The kinds that speak against the goods."""


@dataclass(frozen=True)
class FeedbackModel:
    """One linear head a kind over character n-grams; ``temperature`` calibrates them together."""

    ngrams: NgramScorer
    temperature: float

    def probabilities(self, texts: Sequence[str]) -> Floats:
        """How likely each text is of each of ``KINDS``, (n, kinds); rows sum to 1."""
        return softmax(self.ngrams.logits([folded(text) for text in texts]) / self.temperature)


def folded(text: str) -> str:
    """The text as the model reads it: width, case, invisible and blank characters tell nothing."""
    return " ".join(normalise(text).text.split())


def softmax(logits: Floats) -> Floats:
    """Rows of log-odds to rows of probabilities, without overflow.

    >>> softmax(np.array([[0.0, 0.0]])).tolist()
    [[0.5, 0.5]]
    """
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))
