"""Rows that every model must get right (回归用例), and those known to go wrong."""

from pathlib import Path
from typing import Literal

from data.record import Record, RequiredText
from data.seeds import SeedError, one_of, read_record, read_tsv, seed_path
from data.taxonomy import load_taxonomy

Corpus = Literal["must_pass", "must_catch", "known_misses"]
"""``known_misses`` holds what goes wrong still: rows passed that have codes, flagged without."""


class RegressionRow(Record):
    """One text and the labels it must get: none in ``must_pass``, at least one in ``must_catch``.

    ``category`` is of the product on screen or None; ``note`` says what the row guards.
    """

    text: RequiredText
    channel: Literal["speech", "listing"]
    codes: list[str]
    note: str
    category: str | None


def load_regression(name: Corpus, directory: Path | None = None) -> tuple[RegressionRow, ...]:
    """Read one corpus of ``directory``, or of the seeds.

    Codes are separated by commas. Raises SeedError for an unknown code, or codes that do not
    go with the corpus.
    """
    path = (directory or seed_path("regression")) / f"{name}.tsv"
    codes = load_taxonomy().codes
    rows: dict[str, RegressionRow] = {}
    for line, cells in read_tsv(path):
        listed = cells.get("codes", "").split(",") if cells.get("codes") else []
        values = {**cells, "codes": listed, "category": cells.get("category") or None}
        row = read_record(RegressionRow, values, path, line)
        for code in row.codes:
            one_of(code, codes, "code", path, line)
        if name != "known_misses" and bool(row.codes) != (name == "must_catch"):
            allowed = "no code" if name == "must_pass" else "at least one code"
            raise SeedError.at(path, line, f"codes {cells.get('codes', '')!r}", allowed)
        if row.text in rows:
            raise SeedError.at(path, line, f"second {row.text!r}", "each text once")
        rows[row.text] = row
    return tuple(rows.values())
