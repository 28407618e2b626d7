"""Example after-sale texts (售后): reviews, refund reasons and complaints, by what they say."""

from pathlib import Path
from typing import Literal

from data.examples.rows import check_once
from data.record import Record, RequiredName, RequiredText
from data.seeds import read_record, read_tsv, seed_path

AfterSaleKind = Literal["quality", "authenticity", "logistics", "other", "paid"]
"""质量或描述不符, 真假, 物流, 其他 (praise among it), 刷评凑字."""

AfterSaleSource = Literal["review", "refund", "complaint"]
"""评价, 退款原因, 投诉."""


class AfterSaleText(Record):
    """What a buyer wrote, and its kind. ``category`` and ``product`` are of what was bought."""

    text: RequiredText
    kind: AfterSaleKind
    source: AfterSaleSource
    category: RequiredName
    product: RequiredName


def load_after_sale(directory: Path | None = None) -> tuple[AfterSaleText, ...]:
    """The after-sale texts of ``directory``, or of the seeds, as they were written.

    Raises SeedError for an unknown kind or source, and for a text that stands there twice.
    """
    path = (directory or seed_path("examples")) / "after_sale.tsv"
    texts: dict[str, AfterSaleText] = {}
    for line, cells in read_tsv(path):
        row = read_record(AfterSaleText, cells, path, line)
        check_once(row.text, texts, path, line)
        texts[row.text] = row
    return tuple(texts.values())
