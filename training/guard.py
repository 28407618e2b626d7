"""What a scorer does with the regression corpora (回归用例), counted in every report."""

from datetime import UTC, datetime
from typing import Final, get_args

from data.listing import Listing
from data.record import Record
from data.regression import Corpus, RegressionRow, load_regression
from data.segment import LiveSegment
from data.verdict import Kind
from models.scorer import Scorer

_AT: Final = datetime(2026, 2, 1, tzinfo=UTC)
_CHANNELS: Final[dict[Kind, str]] = {"claims": "speech", "listings": "listing"}
# A title is judged alone: a price and a category that say nothing stand beside it.
_CATEGORY: Final = "其他"
_PRICE: Final = 99.0


class Guard(Record):
    """One corpus: its rows for this kind of scorer, and the texts that go wrong."""

    rows: int
    wrong: list[str]


def guard(scorer: Scorer) -> dict[Corpus, Guard]:
    """Each regression corpus judged by ``scorer``: harmless rows flagged, violating ones passed."""
    return {corpus: _judge(scorer, corpus) for corpus in get_args(Corpus)}


def counted(guards: dict[Corpus, Guard]) -> dict[str, dict[str, int]]:
    """The figures of a report: rows, and how many of them go wrong."""
    return {name: {"rows": g.rows, "wrong": len(g.wrong)} for name, g in guards.items()}


def regression_item(row: RegressionRow) -> Record:
    """The row as a scorer takes it: speech with its category, or a title of a plain listing."""
    if row.channel == "speech":
        return LiveSegment(data_id="regression", text=row.text, category=row.category)
    category = row.category or _CATEGORY
    return Listing(data_id="regression", title=row.text, category=category, price=_PRICE)


def _judge(scorer: Scorer, corpus: Corpus) -> Guard:
    rows = [row for row in load_regression(corpus) if row.channel == _CHANNELS[scorer.kind]]
    wrong = [
        row.text
        for row in rows
        if (scorer.score(regression_item(row), _AT).suggestion == "pass") == bool(row.codes)
    ]
    return Guard(rows=len(rows), wrong=wrong)
