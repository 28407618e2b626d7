"""The listing model: boosted trees over text scores and figures, beside rules (商品模型)."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import nan
from typing import Final, NamedTuple

import numpy as np

from data.listing import Listing
from features.cues import CueReader, label_weights
from features.listing import LISTING_FEATURES, ListingFacts, References, listing_features
from features.price import ReferencePrices
from models.calibrated import Floats
from models.claim import Read, read_text, whole_text
from models.ngrams import NgramScorer
from models.packing import pack_json, pack_ngrams, unpack_ngrams
from models.policy import ClaimContext
from models.texts import item_texts
from models.trees import Trees

ANY: Final = "any"

SUPPORT: Final = 2.0
"""Log-odds; a cue of weight 1 or a certain finding make even odds of 12 %."""

_UNITS_FILE: Final = "titles.npz"
_WHOLE_FILE: Final = "whole.npz"
_FACTS_FILE: Final = "listings.json"
_TREES_PREFIX: Final = "trees-"
# Cues in attributes and variants count; the text heads read prose only.
_PROSE: Final = frozenset({"title", "description", "ocr_text"})


class ListingRead(NamedTuple):
    """A listing as the model reads it: its texts by field, and the facts that rules see."""

    texts: dict[str, Read]
    facts: ListingFacts
    weights: dict[str, float]


class ListingAssessment(NamedTuple):
    """What the model says of a listing: log-odds that it violates.

    ``row`` is what the trees saw; ``units`` (n, 1 + heads) the text heads' log-odds of the units
    of the prose fields, in order.
    """

    read: ListingRead
    logit: float
    row: Floats
    units: Floats


@dataclass(frozen=True)
class Boosted:
    """Trees with their Platt scaling: log-odds ``slope * raw + offset``."""

    trees: Trees
    slope: float
    offset: float

    def logit(self, row: Floats) -> float:
        """Calibrated log-odds of one row, (F,)."""
        return self.slope * self.trees.logit(row) + self.offset


@dataclass(frozen=True)
class ListingModel:
    """Text heads and boosted heads; ``heads`` are the text heads' codes, in column order.

    ``ngrams`` reads units, ``whole`` the prose as one text; the latter has heads for
    ``whole_heads``. ``boosted`` has the head ``any`` and one for each label that could be learnt.
    """

    codes: tuple[str, ...]
    heads: tuple[str, ...]
    whole_heads: tuple[str, ...]
    ngrams: NgramScorer
    whole: NgramScorer
    boosted: Mapping[str, Boosted]
    reader: CueReader
    references: References

    def assess(
        self, listing: Listing, at: datetime, known: Mapping[str, Read] | None = None
    ) -> ListingAssessment:
        """Score one listing as of an instant; the same whether alone or among others.

        ``known`` are texts of it that have been read already, by field.
        """
        read = read_listing(listing, at, self.reader, self.references, known)
        texts = [unit.text for text in prose(read).values() for unit in text.units]
        units = self.ngrams.logits(texts) if texts else np.empty((0, 1 + len(self.heads)))
        whole = self.whole.logits([whole_prose(read)])[0]
        row = model_row(read.facts.values, units, whole)
        return ListingAssessment(read, self.boosted[ANY].logit(row) + support(read), row, units)

    def label_logits(self, assessment: ListingAssessment) -> dict[str, float]:
        """Log-odds of each label that could be learnt.

        Asked for only where a listing is flagged: all heads together cost more than the rest.
        """
        return {
            code: min(head.logit(assessment.row) + support(assessment.read, code), assessment.logit)
            for code, head in self.boosted.items()
            if code != ANY
        }


def read_listing(
    listing: Listing,
    at: datetime,
    reader: CueReader,
    references: References,
    known: Mapping[str, Read] | None = None,
) -> ListingRead:
    """Read every text of a listing that is not ``known``, and let the rules look at it.

    A claim that the licence of the goods allows is no hit: a blood pressure meter names the
    disease.
    """
    texts = read_texts(listing, reader, known)
    weights: dict[str, float] = {}
    for read in texts.values():
        for code, weight in label_weights(read.reading.hits).items():
            weights[code] = max(weights.get(code, 0.0), weight)
    if weights:
        shifts = ClaimContext(references.licences).shifts_of(listing.category, listing.licences, at)
        weights = {code: w for code, w in weights.items() if shifts.get(code, 0.0) >= 0}
    return ListingRead(texts, listing_features(listing, at, references, reader.tokeniser), weights)


def support(read: ListingRead, code: str | None = None) -> float:
    """Log-odds that lexicon and rules add to what the trees say: of a label, or of any.

    The strongest cue and the surest finding add ``SUPPORT`` each at full strength. It is fixed,
    not learnt: on the examples they were written with, they look surer than they are.
    """
    weights = read.weights.values() if code is None else [read.weights.get(code, 0.0)]
    sure = [f.certainty for f in read.facts.findings if code in (None, f.code)]
    return SUPPORT * (min(max(weights, default=0.0), 1.0) + max(sure, default=0.0))


def read_texts(
    listing: Listing, reader: CueReader, known: Mapping[str, Read] | None = None
) -> dict[str, Read]:
    """Every text of a listing as it is read, by its field; ``known`` have been read already."""
    before = known or {}
    return {
        field: before.get(field) or read_text(text, reader) for field, text in item_texts(listing)
    }


def prose(read: ListingRead) -> dict[str, Read]:
    """The texts that the text heads read."""
    return {field: text for field, text in read.texts.items() if field in _PROSE}


def whole_prose(read: ListingRead) -> str:
    """The prose without punctuation, as one text: a hint may be spread over title and body."""
    return "".join(whole_text(text) for text in prose(read).values())


def row_names(heads: tuple[str, ...], whole_heads: tuple[str, ...]) -> tuple[str, ...]:
    """The names of what the trees see, in the order of ``model_row``."""
    return (
        *LISTING_FEATURES,
        *(f"text:{head}" for head in (ANY, *heads)),
        *(f"whole:{head}" for head in (ANY, *whole_heads)),
    )


def model_row(figures: Sequence[float] | Floats, units: Floats, whole: Floats) -> Floats:
    """What the trees see: figures, the strongest unit of each text head, the heads of the whole.

    ``figures`` are those of ``LISTING_FEATURES``; ``units`` (n, 1 + heads) and ``whole``
    (1 + whole heads,) are the log-odds of the text heads.
    What the lexicon and the rules say is not among it. They were written with the examples in
    view: trees that saw both would learn how well they fit those, and trust them too much.
    """
    texts = units.max(axis=0).tolist() if len(units) else [nan] * units.shape[1]
    return np.array([*figures, *texts, *whole])


def pack_listings(model: ListingModel, trees: Mapping[str, str]) -> dict[str, bytes]:
    """The model as files of an artefact; ``trees`` are LightGBM's texts by head."""
    facts = {
        "codes": model.codes,
        "heads": model.heads,
        "whole_heads": model.whole_heads,
        "scaling": {code: [head.slope, head.offset] for code, head in model.boosted.items()},
        "features": row_names(model.heads, model.whole_heads),
        "prices": json.loads(model.references.prices.model_dump_json()),
    }
    files = {
        _UNITS_FILE: pack_ngrams(model.ngrams),
        _WHOLE_FILE: pack_ngrams(model.whole),
        _FACTS_FILE: pack_json(facts),
    }
    return {**files, **{f"{_TREES_PREFIX}{c}.txt": text.encode() for c, text in trees.items()}}


def unpack_listings(
    files: Mapping[str, bytes], reader: CueReader, references: References
) -> ListingModel:
    """The inverse of ``pack_listings``; the prices of ``references`` give way to the artefact's.

    Raises ValueError when the artefact was made for other features than this code computes.
    """
    facts = json.loads(files[_FACTS_FILE])
    codes, heads, whole_heads = (tuple(facts[name]) for name in ("codes", "heads", "whole_heads"))
    if tuple(facts["features"]) != row_names(heads, whole_heads):
        raise ValueError("made for other features than this code computes")
    boosted = {
        code: Boosted(Trees(files[f"{_TREES_PREFIX}{code}.txt"].decode()), *scaling)
        for code, scaling in facts["scaling"].items()
    }
    prices = ReferencePrices.model_validate_json(json.dumps(facts["prices"]))
    return ListingModel(
        codes=codes,
        heads=heads,
        whole_heads=whole_heads,
        ngrams=unpack_ngrams(files[_UNITS_FILE]),
        whole=unpack_ngrams(files[_WHOLE_FILE]),
        boosted=boosted,
        reader=reader,
        references=references._replace(prices=prices),
    )
