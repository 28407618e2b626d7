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
from models.calibrated import Linear
from models.ngrams import Floats, NgramScorer
from models.packing import linear_json, pack_json, pack_ngrams, unpack_linear, unpack_ngrams

NO_HEAD: Final = -4.0
"""The unit log-odds of a label for which no head could be trained."""

FIRES: Final = 0.5
"""The summed cue weight from which the lexicon alone speaks for a label."""

NEIGHBOURS: Final = 0.35
"""The weight of the units before and after one: speech runs on. By grouped cross-validation on
labelled live windows PR-AUC is 0.855 with it and 0.847 without."""

WINDOW: Final = 6
"""Units from which a text is a window of speech, pooled as such; a shorter one is a sentence."""

LIKELIEST: Final = 5
"""The likeliest units of a window, which are pooled beside all of them."""

POOLED_FEATURES: Final = ("likeliest", "mean", "lexicon", "disguise", "whole")
LABEL_FEATURES: Final = ("label_max", "label_top2", "lexicon", "fires", "any_max")
EVASION_FEATURES: Final = ("head_max", "head_top2", "resolved")

_LEXICON_CAP: Final = 2.0
_DISGUISED: Final = 0.3
_WHOLE: Final = POOLED_FEATURES.index("whole")
_POOLERS: Final = ("window", "sentence", "label", "evasion")


class Read(NamedTuple):
    """A text as the model reads it: folded, cut into units, with the lexicon's findings."""

    normalised: Normalised
    units: list[Sentence]
    reading: Reading


class Assessment(NamedTuple):
    """What the model says of a text, before any context.

    ``labels`` are log-odds in the order of ``ClaimModel.codes``; ``units`` (n, 2 + heads) are
    unit log-odds: the first column 'any violation', the last 'disguised'; ``alone`` are those of
    the units by themselves, without their neighbours. ``weights`` are the summed cue weights of
    labels, ``evasion`` the log-odds that the text holds a disguise.
    """

    read: Read
    logit: float
    labels: Floats
    units: Floats
    alone: Floats
    weights: dict[str, float]
    evasion: float


@dataclass(frozen=True)
class Poolers:
    """From what units score to what the text is: for windows, for sentences, and of any length."""

    window: Linear
    sentence: Linear
    label: Linear
    evasion: Linear


@dataclass(frozen=True)
class ClaimModel:
    """Unit heads, a head for whole texts, and poolers.

    ``heads`` are the codes that have a trained unit head, in column order.
    """

    codes: tuple[str, ...]
    heads: tuple[str, ...]
    ngrams: NgramScorer
    whole: NgramScorer
    poolers: Poolers
    reader: CueReader

    def assess(self, text: str) -> Assessment:
        """Score one text; the same whether alone or among others."""
        return self.assess_all([text])[0]

    def assess_all(
        self, texts: Sequence[str], original: Assessment | None = None
    ) -> list[Assessment]:
        """Score variants of a text: units that they share, or have of the original, cost once."""
        reads = [read_text(text, self.reader) for text in texts]
        known = original.alone if original else np.empty((0, 2 + len(self.heads)))
        row_of = {
            unit.text: row for row, unit in enumerate(original.read.units if original else ())
        }
        distinct = dict.fromkeys(unit.text for read in reads for unit in read.units)
        unknown = [text for text in distinct if text not in row_of]
        row_of.update((text, len(known) + row) for row, text in enumerate(unknown))
        logits = np.concatenate([known, self.ngrams.logits(unknown)]) if unknown else known
        wholes = self._wholes(reads)
        return [
            self._pool(read, logits[[row_of[unit.text] for unit in read.units]], whole)
            for read, whole in zip(reads, wholes, strict=True)
        ]

    def _pool(self, read: Read, alone: Floats, whole: float) -> Assessment:
        units = among_neighbours(alone, self.ngrams.intercepts)
        weights = label_weights(read.reading.hits)
        seen = pooled_features(units[:, 0], is_window(read), whole, weights, read.reading)
        logit = self._pooler(read).logit(seen)
        features = label_features(units, weights, self.codes, self.heads)
        labels = np.minimum(self.poolers.label.logits(features), logit)
        evasion = self.poolers.evasion.logit(evasion_features(units[:, -1], read.reading))
        return Assessment(read, logit, labels, units, alone, weights, evasion)

    def _pooler(self, read: Read) -> Linear:
        return self.poolers.window if is_window(read) else self.poolers.sentence

    def _wholes(self, reads: Sequence[Read]) -> list[float]:
        """The log-odds of the head for whole texts, for those whose pooler asks for them."""
        asked = [row for row, read in enumerate(reads) if self._pooler(read).weights[_WHOLE]]
        wholes = [0.0] * len(reads)
        if asked:
            logits = self.whole.logits([whole_text(reads[row]) for row in asked])
            for row, logit in zip(asked, logits[:, 0].tolist(), strict=True):
                wholes[row] = logit
        return wholes


CLAIM_FILES: Final = ("units.npz", "whole.npz", "claims.json")


def pack_claims(model: ClaimModel) -> dict[str, bytes]:
    """The model as files of an artefact; lexicon and tokeniser are not among them."""
    facts = {
        "codes": model.codes,
        "heads": model.heads,
        "poolers": {name: linear_json(getattr(model.poolers, name)) for name in _POOLERS},
    }
    packed = pack_ngrams(model.ngrams), pack_ngrams(model.whole), pack_json(facts)
    return dict(zip(CLAIM_FILES, packed, strict=True))


def unpack_claims(files: Mapping[str, bytes], reader: CueReader) -> ClaimModel:
    """The inverse of ``pack_claims``, with the lexicon's reader beside it."""
    units, whole, text = (files[name] for name in CLAIM_FILES)
    facts = json.loads(text)
    return ClaimModel(
        codes=tuple(facts["codes"]),
        heads=tuple(facts["heads"]),
        ngrams=unpack_ngrams(units),
        whole=unpack_ngrams(whole),
        poolers=Poolers(**{name: unpack_linear(facts["poolers"][name]) for name in _POOLERS}),
        reader=reader,
    )


def read_text(text: str, reader: CueReader) -> Read:
    """Fold the text, cut it into units, look for cues."""
    normalised = normalise(text)
    return Read(normalised, split(normalised.text), reader.read(normalised, text))


def is_window(read: Read) -> bool:
    """Whether a text is a window of speech, or else a sentence: they are pooled differently."""
    return len(read.units) >= WINDOW


def whole_text(read: Read) -> str:
    """What is said, without punctuation: what the head for whole texts reads."""
    return "".join(unit.text for unit in read.units)


def among_neighbours(alone: Floats, intercepts: Floats) -> Floats:
    """Units' log-odds (n, columns) with ``NEIGHBOURS`` of what the units beside each one add."""
    if len(alone) < 2:
        return alone
    added = alone - intercepts
    units = alone.copy()
    units[1:] += NEIGHBOURS * added[:-1]
    units[:-1] += NEIGHBOURS * added[1:]
    return units


def pooled_features(
    any_logits: Floats, window: bool, whole: float, weights: Mapping[str, float], reading: Reading
) -> Floats:
    """What the pooler of windows, or that of sentences, sees, in the order of ``POOLED_FEATURES``.

    ``any_logits`` are the units' log-odds of any violation, (n,); n may be 0. ``whole`` are those
    of the head that reads the text as one.
    """
    ranked = np.sort(any_logits)[::-1].tolist() or [NO_HEAD]
    return np.array(
        [
            _mean(ranked[: LIKELIEST if window else 1]),
            _mean(ranked),
            min(max(weights.values(), default=0.0), _LEXICON_CAP),
            disguise_certainty(reading),
            whole,
        ]
    )


def evasion_features(logits: Floats, reading: Reading) -> Floats:
    """What the evasion pooler sees, in the order of ``EVASION_FEATURES``.

    ``logits`` are the units' log-odds of a disguise, (n,).
    """
    ranked = np.sort(logits)[::-1].tolist() or [NO_HEAD]
    return np.array([ranked[0], _mean(ranked[:2]), disguise_certainty(reading, least=0.0)])


def disguise_certainty(reading: Reading, least: float = _DISGUISED) -> float:
    """That at least one disguise is deliberate, 0 to 1, taking their weights as independent.

    Disguises of less weight than ``least`` don't count: they are habits of speech.
    """
    innocent = 1.0
    for disguise in reading.disguises:
        innocent *= 1.0 - disguise.weight * (disguise.weight >= least)
    return 1.0 - innocent


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


def _mean(values: list[float]) -> float:
    return sum(values) / len(values)
