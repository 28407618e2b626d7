"""The after-sale model: what a review, refund reason or complaint is about (售后文本模型)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, get_args

import numpy as np

from data.examples.after_sale import AfterSaleKind
from data.polarity import PolarWord
from features.normalise import normalise
from features.polarity import PolarityReader
from models.calibrated import sigmoid
from models.ngrams import Floats, NgramScorer
from models.packing import pack_json, pack_ngrams, unpack_ngrams

KINDS: Final[tuple[AfterSaleKind, ...]] = get_args(AfterSaleKind)
"""The columns of ``Assessed.kinds``."""

COMPLAINTS: Final[tuple[AfterSaleKind, ...]] = ("quality", "authenticity")
"""The kinds that speak against the goods."""

OTHERS: Final[tuple[AfterSaleKind, ...]] = tuple(kind for kind in KINDS if kind not in COMPLAINTS)

HEADS: Final = ("complaint", "negative", "authenticity", *OTHERS)
"""The columns of the n-gram scorer: any complaint, any bad experience, doubt of authenticity given
a complaint, and the kinds of what is none, given that it is none."""

FEEDBACK_FILES: Final = ("feedback.npz", "polarity.json")

_SILENT: Final = -20.0
"""The log-odds of a text without a letter or a digit: it says nothing against anyone."""

_AUTHENTICITY: Final = HEADS.index("authenticity")


class Assessed(NamedTuple):
    """Probabilities of n texts: of a ``complaint`` (n,) about quality or authenticity, of any
    ``negative`` experience (n,), and of each of ``KINDS`` (n, kinds).

    Rows of ``kinds`` sum to 1, and the two kinds of complaint to ``complaint``.
    """

    complaint: Floats
    negative: Floats
    kinds: Floats


@dataclass(frozen=True)
class FeedbackModel:
    """Calibrated linear heads, one a column of ``HEADS``, over character n-grams and the marks of
    judging words."""

    ngrams: NgramScorer
    reader: PolarityReader

    def assess(self, texts: Sequence[str]) -> Assessed:
        """What each text says; the same whether alone or among others."""
        words = [folded(text) for text in texts]
        logits = self.ngrams.logits([self.reader.marked(word) for word in words])
        logits[[not any(map(str.isalnum, word)) for word in words], :2] = _SILENT
        complaint, doubt = sigmoid(logits[:, 0]), sigmoid(logits[:, _AUTHENTICITY])
        of = {
            "quality": complaint * (1.0 - doubt),
            "authenticity": complaint * doubt,
            **dict(
                zip(
                    OTHERS,
                    ((1.0 - complaint)[:, None] * softmax(logits[:, _AUTHENTICITY + 1 :])).T,
                    strict=True,
                )
            ),
        }
        kinds = np.column_stack([of[kind] for kind in KINDS])
        return Assessed(complaint, sigmoid(logits[:, 1]), kinds)


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


def pack_feedback(model: FeedbackModel) -> dict[str, bytes]:
    """The model as files of an artefact, the judging words with it."""
    words = {word.word: word.says for word in model.reader.words}
    packed = pack_ngrams(model.ngrams), pack_json(words)
    return dict(zip(FEEDBACK_FILES, packed, strict=True))


def unpack_feedback(files: Mapping[str, bytes]) -> FeedbackModel:
    """The inverse of ``pack_feedback``."""
    ngrams, words = (files[name] for name in FEEDBACK_FILES)
    reader = PolarityReader(
        PolarWord(word=word, says=says) for word, says in json.loads(words).items()
    )
    return FeedbackModel(unpack_ngrams(ngrams), reader)
