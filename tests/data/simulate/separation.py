"""How well a single number that can be seen tells the truth of simulated listings."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from data.listing import Listing, Merchant
from features.listing import LISTING_FEATURES, listing_features
from features.price import ReferencePrices
from features.tokenise import Tokeniser
from models.knowledge import load_knowledge

Floats = NDArray[np.float64]
ANY = "any"
KNOWLEDGE = load_knowledge()
HISTORY = (
    "orders_log",
    "quality_return_rate",
    "negative_review_rate",
    "fake_mention_rate",
    "dispute_rate",
    "late_shipment_rate",
    "refund_share",
    "violation_points_log",
    "linked_sanctioned_shops",
    "ip_notices",
    "sales_burst_log",
    "burst_of_new_shop",
    "tenure_log_days",
)
"""The features that tell of a merchant's past."""

_FIGURES = [
    name
    for name in Merchant.model_fields
    if name not in {"merchant_id", "name", "type", "authorised_brands", "as_of"}
]
RAW = ("price", "list_price", "edits_7d", *_FIGURES)


class Seen(NamedTuple):
    """One row a listing: ``names`` of the columns, NaN where a value is unknown."""

    names: tuple[str, ...]
    values: Floats


def seen(listings: Sequence[Listing], prices: ReferencePrices) -> Seen:
    """All numbers that can be seen of the listings: fields as sent and the facts of features."""
    references = KNOWLEDGE.references()._replace(prices=prices)
    tokeniser = Tokeniser({})
    rows = []
    for listing in listings:
        at = listing.submitted_at
        assert at is not None
        facts = listing_features(listing, at, references, tokeniser)
        merchant = listing.merchant
        raw = [listing.price, listing.list_price, listing.edits_7d]
        raw += [None if merchant is None else getattr(merchant, name) for name in _FIGURES]
        sent = [float(value is not None) for value in raw]
        rows.append([*(np.nan if v is None else float(v) for v in raw), *sent, *facts.values])
    names = (*RAW, *(f"{name} sent" for name in RAW), *LISTING_FEATURES)
    return Seen(names, np.array(rows, dtype=np.float64))


def auc(values: Floats, truth: NDArray[np.bool_]) -> float:
    """The area under the ROC of one column, in whichever direction tells more.

    What is unknown ranks below all that is known.
    """
    ranks = rankdata(np.where(np.isnan(values), -np.inf, values))
    positives, negatives = int(truth.sum()), int((~truth).sum())
    area = (ranks[truth].sum() - positives * (positives + 1) / 2) / (positives * negatives)
    return float(max(area, 1 - area))


def aucs(
    table: Seen, codes: Sequence[Iterable[str]], least: int = 30
) -> list[tuple[float, str, str]]:
    """AUC, label and column, the highest first; of labels with at least ``least`` listings."""
    given = [set(each) for each in codes]
    found = []
    for label in sorted({ANY, *(code for each in given for code in each)}):
        truth = np.array([bool(each) if label == ANY else label in each for each in given])
        if least <= truth.sum() <= len(truth) - least:
            for column, name in enumerate(table.names):
                found.append((auc(table.values[:, column], truth), label, name))
    return sorted(found, reverse=True)
