"""The claim model: units of speech scored by linear heads, pooled into the window (话术模型).

A violating window is mostly harmless talk around one sentence, so the units are scored first
and pooled: multiple-instance learning with the lexicon's reading beside it.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

import numpy as np

from features.cues import CueReader, Reading, label_weights
from features.normalise import Normalised, normalise
from features.sentences import Sentence, split
from models.calibrated import Linear, sigmoid
from models.ngrams import Floats, NgramScorer
from models.packing import linear_json, pack_json, pack_ngrams, unpack_linear, unpack_ngrams

NO_HEAD: Final = -4.0
"""The unit log-odds of a label for which no head could be trained."""

FIRES: Final = 0.5
"""The summed cue weight from which the lexicon alone speaks for a label."""

WINDOW_FEATURES: Final = (
    "max", "top2", "top3", "top5", "mean", "log_units",
    "lexicon_max", "lexicon_sum", "lexicon_labels", "disguise",
)  # fmt: skip
LABEL_FEATURES: Final = ("label_max", "label_top2", "lexicon", "fires", "any_max")

_LEXICON_CAP: Final = 2.0


class Read(NamedTuple):
    """A text as the model reads it: folded, cut into units, with the lexicon's findings."""

    normalised: Normalised
    units: list[Sentence]
    reading: Reading


class Assessment(NamedTuple):
    """What the model says of a text, before any context.

    ``labels`` are log-odds in the order of ``ClaimModel.codes``; ``units`` (n, 1 + heads) are
    unit log-odds, the first column 'any violation'; ``weights`` the summed cue weights of labels.
    """

    read: Read
    logit: float
    labels: Floats
    units: Floats
    weights: dict[str, float]


@dataclass(frozen=True)
class ClaimModel:
    """Unit heads and poolers. ``heads`` are the codes that have a trained head, in column order."""

    codes: tuple[str, ...]
    heads: tuple[str, ...]
    ngrams: NgramScorer
    window: Linear
    label: Linear
    reader: CueReader

    def assess(self, text: str) -> Assessment:
        """Score one text; the same whether alone or among others."""
        return self.assess_all([text])[0]

    def assess_all(
        self, texts: Sequence[str], original: Assessment | None = None
    ) -> list[Assessment]:
        """Score variants of a text: units that they share, or have of the original, cost once."""
        reads = [read_text(text, self.reader) for text in texts]
        known = original.units if original else np.empty((0, 1 + len(self.heads)))
        row_of = {
            unit.text: row for row, unit in enumerate(original.read.units if original else ())
        }
        distinct = dict.fromkeys(unit.text for read in reads for unit in read.units)
        unknown = [text for text in distinct if text not in row_of]
        row_of.update((text, len(known) + row) for row, text in enumerate(unknown))
        logits = np.concatenate([known, self.ngrams.logits(unknown)]) if unknown else known
        return [
            self._pool(read, logits[[row_of[unit.text] for unit in read.units]]) for read in reads
        ]

    def _pool(self, read: Read, units: Floats) -> Assessment:
        weights = label_weights(read.reading.hits)
        logit = self.window.logit(window_features(units[:, 0], weights, read.reading))
        labels = self.label.logits(label_features(units, weights, self.codes, self.heads))
        return Assessment(read, logit, np.minimum(labels, logit), units, weights)


CLAIM_FILES: Final = ("units.npz", "claims.json")


def pack_claims(model: ClaimModel) -> dict[str, bytes]:
    """The model as files of an artefact; lexicon and tokeniser are not among them."""
    facts = {
        "codes": model.codes,
        "heads": model.heads,
        "window": linear_json(model.window),
        "label": linear_json(model.label),
    }
    return dict(zip(CLAIM_FILES, (pack_ngrams(model.ngrams), pack_json(facts)), strict=True))


def unpack_claims(files: Mapping[str, bytes], reader: CueReader) -> ClaimModel:
    """The inverse of ``pack_claims``, with the lexicon's reader beside it."""
    units, text = (files[name] for name in CLAIM_FILES)
    facts = json.loads(text)
    return ClaimModel(
        codes=tuple(facts["codes"]),
        heads=tuple(facts["heads"]),
        ngrams=unpack_ngrams(units),
        window=unpack_linear(facts["window"]),
        label=unpack_linear(facts["label"]),
        reader=reader,
    )


def read_text(text: str, reader: CueReader) -> Read:
    """Fold the text, cut it into units, look for cues."""
    normalised = normalise(text)
    return Read(normalised, split(normalised.text), reader.read(normalised, text))


def window_features(any_logits: Floats, weights: dict[str, float], reading: Reading) -> Floats:
    """What the window pooler sees, in the order of ``WINDOW_FEATURES``.

    ``any_logits`` are the units' log-odds of any violation, (n,); n may be 0.
    """
    ranked = sorted(any_logits.tolist(), reverse=True) or [NO_HEAD]
    capped = [min(weight, _LEXICON_CAP) for weight in weights.values()]
    return np.array(
        [
            ranked[0],
            _mean(ranked[:2]),
            _mean(ranked[:3]),
            _mean(ranked[:5]),
            _mean(ranked),
            float(np.log(len(ranked))),
            max(capped, default=0.0),
            min(sum(capped), 2 * _LEXICON_CAP),
            float(sum(weight >= FIRES for weight in capped)),
            min(sum(d.weight for d in reading.disguises if d.weight >= FIRES), _LEXICON_CAP),
        ]
    )


def label_features(
    units: Floats, weights: dict[str, float], codes: Sequence[str], heads: Sequence[str]
) -> Floats:
    """What the label pooler sees, (codes, LABEL_FEATURES); one pooler serves all labels."""
    features = np.zeros((len(codes), len(LABEL_FEATURES)))
    features[:, :2] = features[:, 4] = NO_HEAD
    if len(units):
        top = np.sort(units, axis=0)[:-3:-1]
        rows, columns = _trained(tuple(codes), tuple(heads))
        features[rows, 0] = top[0, columns]
        features[rows, 1] = top[:, columns].sum(axis=0) / len(top)
        features[:, 4] = top[0, 0]
    for code, weight in weights.items():
        row = codes.index(code)
        features[row, 2] = min(weight, _LEXICON_CAP)
        features[row, 3] = weight >= FIRES
    return features


@lru_cache
def _trained(codes: tuple[str, ...], heads: tuple[str, ...]) -> tuple[list[int], list[int]]:
    """The rows of the codes that have a head, and the columns of those heads in the units."""
    rows = [row for row, code in enumerate(codes) if code in heads]
    return rows, [1 + heads.index(codes[row]) for row in rows]


def evasion_probability(reading: Reading) -> float:
    """That at least one disguise is deliberate, taking their weights as independent.

    Uncalibrated until the evasion resolver learns it from data.
    """
    innocent = 1.0
    for disguise in reading.disguises:
        innocent *= 1.0 - disguise.weight
    return 1.0 - innocent


def probability(logit: float) -> float:
    """Log-odds to probability."""
    return float(sigmoid(logit))


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)
