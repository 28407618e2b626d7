"""What a scorer does with the regression corpora (回归用例), counted in every report."""

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final, get_args

from data.listing import Listing, Sku
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
_DIVIDER: Final = " ‖ "
_FIELDS: Final = {
    "标题": "title",
    "类目": "category",
    "SKU": "skus",
    "产地": "origin",
    "原产国": "origin",
    "发货地": "ships_from",
    "评论": "description",
}
_SKU_PRICE: Final = re.compile(r"(\d+(?:\.\d+)?)元?(?:缺货|勿拍)?$")


class Guard(Record):
    """One corpus: its rows for this kind of scorer, and the texts that go wrong."""

    rows: int
    wrong: list[str]


def guard(scorer: Scorer) -> dict[Corpus, Guard]:
    """Each regression corpus judged by ``scorer``: harmless rows flagged, violating ones passed."""
    return {corpus: _judge(scorer, corpus) for corpus in get_args(Corpus)}


def corpus_rows(corpus: Corpus, kind: Kind) -> list[RegressionRow]:
    """The rows of a corpus that scorers of this kind judge."""
    return [row for row in load_regression(corpus) if row.channel == _CHANNELS[kind]]


def wrong_rows(scorer: Scorer, rows: Iterable[RegressionRow]) -> list[RegressionRow]:
    """The rows that go wrong: harmless ones flagged, violating ones passed."""
    return [
        row
        for row in rows
        if (scorer.score(regression_item(row), _AT).suggestion == "pass") == bool(row.codes)
    ]


def counted(guards: dict[Corpus, Guard]) -> dict[str, dict[str, int]]:
    """The figures of a report: rows, and how many of them go wrong."""
    return {name: {"rows": g.rows, "wrong": len(g.wrong)} for name, g in guards.items()}


def regression_item(row: RegressionRow) -> Record:
    """The row as a scorer takes it: speech with its category, or a listing.

    Parts of a listing's text are divided by ``‖``: its title, and what stands in other fields as
    ``name：value``; several SKUs are divided by `` / ``, each with its price at the end. A name
    that is none of a listing's fields is that of an attribute.
    """
    if row.channel == "speech":
        return LiveSegment(data_id="regression", text=row.text, category=row.category)
    fields: dict[str, object] = {
        "data_id": "regression",
        "category": row.category or _CATEGORY,
        "price": _PRICE,
    }
    attributes: dict[str, str] = {}
    for part in row.text.split(_DIVIDER):
        name, colon, value = part.partition("：")
        if not colon or (name not in _FIELDS and _DIVIDER not in row.text):
            fields["title"] = part
        elif name == "SKU":
            skus = [_sku(text) for text in value.split(" / ")]
            fields |= {"skus": skus, "price": skus[0].price}
        elif name in _FIELDS:
            fields[_FIELDS[name]] = value
        else:
            attributes[name] = value
    fields.setdefault("title", fields["category"])
    return Listing.model_validate(fields | ({"attributes": attributes} if attributes else {}))


def _sku(text: str) -> Sku:
    price = _SKU_PRICE.search(text)
    return Sku(name=text[: price.start()] if price else text, price=float(price[1]) if price else 0)


def _judge(scorer: Scorer, corpus: Corpus) -> Guard:
    rows = corpus_rows(corpus, scorer.kind)
    return Guard(rows=len(rows), wrong=[row.text for row in wrong_rows(scorer, rows)])
