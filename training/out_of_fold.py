"""What a model said of its training rows before it knew them (折外分数): kept in its artefact.

Operating points are chosen by them where the ledger has too few judged items, and changed later
without training anew.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np

from data.taxonomy import Taxonomy
from models.calibrated import sigmoid
from models.packing import pack_arrays, unpack_arrays
from training import listings
from training.assemble import ClaimDoc
from training.claims import FittedClaims
from training.listings import BASE_RATE, FittedListings, ListingDoc
from training.operating import Flags, Floats, Judged, Rows
from training.thresholds import CAPACITY_BASE_RATE

OUT_OF_FOLD: Final = "out_of_fold.npz"
"""The file of an artefact that holds them."""


def judged_claims(docs: Sequence[ClaimDoc], fitted: FittedClaims, taxonomy: Taxonomy) -> Judged:
    """The documents that are like traffic, weighted to its base rate; the model speaks alone."""
    chosen = [docs[row] for row in fitted.like_traffic]
    violating = np.array([doc.violation for doc in chosen])
    return Judged(
        _rows(
            sigmoid(fitted.out_of_fold[fitted.like_traffic]),
            sigmoid(fitted.label_out_of_fold[fitted.like_traffic]),
            at_rate(violating, CAPACITY_BASE_RATE),
            [doc.group for doc in chosen],
        ),
        violating,
        _named([doc.codes or () for doc in chosen], taxonomy),
        np.array([doc.codes is not None for doc in chosen]),
    )


def judged_listings(
    docs: Sequence[ListingDoc], fitted: FittedListings, taxonomy: Taxonomy
) -> Judged:
    """The listings that are like traffic, weighted to its base rate; seeds where there are none."""
    like = np.array([doc.source != listings.OF_SEEDS for doc in docs])
    rows = np.flatnonzero(like if like.any() else np.ones(len(docs), dtype=bool))
    chosen = [docs[row] for row in rows.tolist()]
    violating = np.array([bool(doc.codes) for doc in chosen])
    labels = np.zeros((len(rows), len(taxonomy.codes)))
    for code, logits in fitted.label_out_of_fold.items():
        labels[:, taxonomy.codes.index(code)] = sigmoid(logits[rows])
    return Judged(
        _rows(
            sigmoid(fitted.out_of_fold[rows]),
            labels,
            at_rate(violating, BASE_RATE),
            [doc.group for doc in chosen],
        ),
        violating,
        _named([doc.codes for doc in chosen], taxonomy),
        np.ones(len(rows), dtype=np.bool_),
    )


def at_rate(violating: Flags, base_rate: float) -> Floats:
    """Weights under which ``base_rate`` of the rows violate, 1 on average; 1 of one class alone."""
    share = float(violating.mean()) if len(violating) else 0.0
    if not 0 < share < 1:
        return np.ones(len(violating))
    weights: Floats = np.where(violating, base_rate / share, (1 - base_rate) / (1 - share))
    return weights


def pack_judged(judged: Judged) -> bytes:
    """Judged rows as an npz file."""
    rows = judged.rows
    return pack_arrays(
        {
            "probability": rows.probability.astype(np.float32),
            "labels": rows.labels.astype(np.float32),
            "weights": rows.weights,
            "groups": rows.groups.astype(np.int32),
            "violating": judged.violating,
            "codes": np.packbits(judged.codes, axis=1),
            "known": judged.known,
        }
    )


def unpack_judged(content: bytes) -> Judged:
    """The inverse of ``pack_judged``, as precise as single floats."""
    found = unpack_arrays(content)
    labels = found["labels"].astype(np.float64)
    groups = found["groups"].tolist()
    rows = _rows(found["probability"].astype(np.float64), labels, found["weights"], groups)
    codes = np.unpackbits(found["codes"], axis=1, count=labels.shape[1]).astype(np.bool_)
    return Judged(rows, found["violating"], codes, found["known"])


def _rows(probability: Floats, labels: Floats, weights: Floats, groups: Sequence[object]) -> Rows:
    none = np.zeros(len(probability), dtype=np.bool_)
    owners = np.unique(np.array(groups), return_inverse=True)[1].astype(np.intp)
    return Rows(probability, labels, none, none, weights, owners)


def _named(codes: Sequence[Sequence[str]], taxonomy: Taxonomy) -> Flags:
    return np.array([[code in of_row for code in taxonomy.codes] for of_row in codes], np.bool_)
