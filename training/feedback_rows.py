"""After-sale texts to learn from (售后文本): what seeds and labelled files say of each."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, Literal

from pydantic import ValidationError

from data.examples.after_sale import AfterSaleKind, AfterSaleText, load_after_sale
from data.problem import FileError, explain, quoted, reason
from data.read import Layout, Rejected, read_rows
from data.record import Name, Record, RequiredText
from data.split import script_groups
from models.feedback import COMPLAINTS

Warn = Callable[[str], None]

SEEDS: Final = "seeds"
"""The source of the texts that the project wrote."""

_MOST_NAMED: Final = 30


class FeedbackRow(Record):
    """A labelled row of a file, as its columns say it. What is left out is unknown."""

    text: RequiredText
    complaint: Literal["0", "1"] | None = None
    negative: Literal["0", "1"] | None = None
    kind: AfterSaleKind | None = None
    group: Name | None = None
    category: Name | None = None


@dataclass(frozen=True)
class FeedbackDoc:
    """A labelled text. None is unknown.

    ``complaint`` is about quality or authenticity, ``negative`` any bad experience, ``kind`` what
    the text is about. Rows of a ``group`` are never on both sides of a split.
    """

    text: str
    complaint: bool | None
    negative: bool | None
    kind: AfterSaleKind | None
    group: str
    source: str
    category: str | None = None


def seed_docs(texts: Sequence[AfterSaleText] | None = None) -> list[FeedbackDoc]:
    """The seeds' after-sale texts, grouped by the category of what was bought.

    What the seeds call other counts as no bad experience: it is praise, chatter and second
    thoughts, and in 2 of 100 anger about service or price. ``texts`` are some of the seeds' where
    not all shall take part.
    """
    return [
        FeedbackDoc(
            text=text.text,
            complaint=text.kind in COMPLAINTS,
            negative=text.kind in {*COMPLAINTS, "logistics"},
            kind=text.kind,
            group=f"{SEEDS}-{text.category}",
            source=SEEDS,
            category=text.category,
        )
        for text in (load_after_sale() if texts is None else texts)
    ]


def file_docs(
    paths: Sequence[Path], layout: Layout, on_warning: Warn = lambda sentence: None
) -> list[FeedbackDoc]:
    """The labelled rows of all files: ``text`` with any of complaint, negative and kind.

    Rows without ``group`` are grouped by sequences of 15 characters that they share, over all
    files together. Raises FileError for a row that cannot be used, with its line.
    """
    docs = [doc for path in paths for doc in _file(path, layout, on_warning)]
    alone = [index for index, doc in enumerate(docs) if not doc.group]
    groups = script_groups([docs[index].text for index in alone])
    for index, group in zip(alone, groups, strict=True):
        docs[index] = replace(docs[index], group=f"script-{group}")
    return docs


def _file(path: Path, layout: Layout, on_warning: Warn) -> Iterator[FeedbackDoc]:
    ignored: dict[str, None] = {}
    for row in read_rows(path, layout):
        if isinstance(row, Rejected):
            raise FileError(f"{path}:{row.line}: {row.reason}")
        ignored.update(dict.fromkeys(row.values.keys() - FeedbackRow.model_fields.keys()))
        yield _doc(path, row.line, row.values)
    if ignored:
        named = ", ".join(quoted(name) for name in sorted(ignored)[:_MOST_NAMED])
        more = f" and {len(ignored) - _MOST_NAMED} more" if len(ignored) > _MOST_NAMED else ""
        on_warning(f"{path}: unknown columns are ignored: {named}{more}")


def _doc(path: Path, line: int, values: dict[str, object]) -> FeedbackDoc:
    where = f"{path}:{line}"
    cells = {name: _cell(values.get(name)) for name in FeedbackRow.model_fields}
    # Tables with gaps are written with 1.0 for 1.
    whole = {"0.0": "0", "1.0": "1"}
    cells |= {name: whole.get(str(cells[name]), cells[name]) for name in ("complaint", "negative")}
    try:
        row = FeedbackRow.model_validate({k: v for k, v in cells.items() if v is not None})
    except ValidationError as error:
        raise FileError(f"{where}: {reason(explain(error))}") from error
    complaint, negative = _flag(row.complaint), _flag(row.negative)
    if row.kind is None and complaint is None and negative is None:
        raise FileError(f"{where}: none of complaint, negative, kind; at least one is needed")
    if row.kind is not None:
        told = row.kind in COMPLAINTS
        if complaint not in (None, told):
            raise FileError(
                f"{where}: complaint is {int(not told)}, yet kind is {row.kind}; "
                f"a complaint is of kind {' or '.join(COMPLAINTS)}, and no other text is"
            )
        complaint = told
    return FeedbackDoc(
        text=row.text,
        complaint=complaint,
        negative=negative,
        kind=row.kind,
        group=row.group or "",
        source=path.name,
        category=row.category,
    )


def _cell(value: object) -> object:
    """A cell as text, whatever the file's types: true, 1 and 1.0 are ``1``; blank is unknown."""
    if isinstance(value, bool | int | float) and value in (0, 1):
        return str(int(value))
    if not isinstance(value, str):
        return None if value is None or value != value else value
    return value if value.strip() else None


def _flag(value: Literal["0", "1"] | None) -> bool | None:
    return None if value is None else value == "1"
