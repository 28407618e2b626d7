"""Regression rows as lessons of a retraining (复习): what must hold is not left to chance.

A champion that was trained on the seeds alone has not seen them. A retraining has: among thousands
of new rows the few that guard a boundary would be unlearnt, now one and now another. What the gate
counts of them afterwards says that they hold, and nothing about rows that nobody wrote down.
"""

from collections.abc import Iterator
from datetime import datetime
from itertools import chain
from typing import Final, Literal

from data.listing import Listing
from data.regression import RegressionRow, load_regression
from data.segment import LiveSegment
from training.assemble import ClaimDoc
from training.guard import regression_item
from training.listings import OF_SEEDS, ListingDoc

_ROWS_A_GROUP: Final = 12
_OF_REGRESSION: Final = "seeds/regression"


def guarded_speech() -> list[ClaimDoc]:
    """The rows of speech that must pass or must be caught."""
    return [
        ClaimDoc(
            text=row.text,
            violation=bool(row.codes),
            codes=tuple(row.codes),
            quotes=(),
            group=group,
            source=_OF_REGRESSION,
            complete=False,
            segment=item,
        )
        for row, group in _rows("speech")
        if isinstance(item := regression_item(row), LiveSegment)
    ]


def guarded_listings(at: datetime) -> list[ListingDoc]:
    """The listings that must pass or must be caught, as of ``at``."""
    return [
        ListingDoc(item, tuple(row.codes), at, group, OF_SEEDS)
        for row, group in _rows("listing")
        if isinstance(item := regression_item(row), Listing)
    ]


def _rows(channel: Literal["speech", "listing"]) -> Iterator[tuple[RegressionRow, str]]:
    both = chain(load_regression("must_pass"), load_regression("must_catch"))
    rows = [row for row in both if row.channel == channel]
    for number, row in enumerate(rows):
        yield row, f"regression-{number // _ROWS_A_GROUP}"
