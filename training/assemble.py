"""Training rows: what seeds and labelled files say, with the group that splits them."""

import json
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import numpy as np
from pydantic import ValidationError

from data import cell as cells
from data.cell import CellError, record_shape
from data.examples.speech import Example, load_examples
from data.limits import MAX_NAME
from data.problem import FileError, explain, quoted, reason
from data.read import Layout, Rejected, read_rows
from data.segment import LiveSegment
from data.split import script_groups
from features.normalise import normalise

Warn = Callable[[str], None]

_LABEL_COLUMNS: Final = (
    "text", "violation", "label", "codes", "evidence", "group", "evasions", "confidence",
    "clip_name",
)  # fmt: skip
_SEGMENT_COLUMNS: Final = (
    "data_id", "platform", "room_id", "host_id", "channel", "start_s", "end_s", "category",
    "licences", "merchant_type",
)  # fmt: skip
_MOST_NAMED: Final = 30


@dataclass(frozen=True)
class ClaimDoc:
    """A labelled text. ``codes`` is None when they are unknown; ``quotes`` are (code,
    words), the code None when it is unknown.

    ``complete`` says that the quotes are all there is, so that the rest of a violating text is
    clean. ``segment`` is the row as the service would get it: where it was said and about what.
    ``disguises`` are the words that were distorted to dodge filters (规避), ``confidence`` how
    sure the annotator was, ``clip_name`` which recording it is from; None is unknown.
    """

    text: str
    violation: bool
    codes: tuple[str, ...] | None
    quotes: tuple[tuple[str | None, str], ...]
    group: str
    source: str
    complete: bool = True
    segment: LiveSegment | None = None
    disguises: tuple[str, ...] | None = None
    confidence: str | None = None
    clip_name: str | None = None

    @property
    def disguised(self) -> bool | None:
        """Whether words were distorted; None is unknown."""
        return None if self.disguises is None else bool(self.disguises)


def seed_docs(folds: int, seed: int, examples: Sequence[Example] | None = None) -> list[ClaimDoc]:
    """The example speech in ``folds`` groups; all that one host says is in one of them.

    ``examples`` are some of the seeds' where not all shall take part.
    """
    examples = load_examples() if examples is None else examples
    hosts = np.random.default_rng(seed).permutation(sorted({example.host for example in examples}))
    fold_of = {str(host): number % folds for number, host in enumerate(hosts)}
    return [_of_example(example, f"seeds-{fold_of[example.host]}") for example in examples]


def of_seeds(doc: ClaimDoc) -> bool:
    """Whether a document is of the seeds, which are a lesson, half of it traps, and no traffic."""
    return doc.source.startswith("seeds/")


def file_docs(
    paths: Sequence[Path],
    codes: Sequence[str],
    layout: Layout,
    on_warning: Warn = lambda sentence: None,
) -> list[ClaimDoc]:
    """The rows of labelled files, grouped by their column ``group`` or else by shared script.

    ``on_warning`` gets one sentence a file that names the columns which are ignored.

    Raises FileError for a row without text or label, or with a code that is not known: a
    training set is right or it is refused.
    """
    docs = [doc for path in paths for doc in _file(path, frozenset(codes), layout, on_warning)]
    unknown = [index for index, doc in enumerate(docs) if not doc.group]
    groups = script_groups([docs[index].text for index in unknown])
    for index, group in zip(unknown, groups, strict=True):
        docs[index] = replace(docs[index], group=f"script-{group}")
    return docs


def _of_example(example: Example, group: str) -> ClaimDoc:
    return ClaimDoc(
        text=example.text,
        violation=bool(example.codes),
        codes=tuple(example.codes),
        quotes=tuple((evidence.code, evidence.quote) for evidence in example.evidence),
        group=group,
        source=f"seeds/{example.unit}",
        disguises=tuple(disguise.surface for disguise in example.disguises),
    )


def _file(
    path: Path, codes: frozenset[str], layout: Layout, on_warning: Warn
) -> Iterator[ClaimDoc]:
    ignored: dict[str, None] = {}
    for row in read_rows(path, layout):
        if isinstance(row, Rejected):
            raise FileError(f"{path}:{row.line}: {row.reason}")
        for name in row.values.keys() - {*_LABEL_COLUMNS, *_SEGMENT_COLUMNS}:
            ignored.setdefault(name)
        yield _row(path, row.line, row.values, codes)
    if ignored:
        named = ", ".join(quoted(name) for name in sorted(ignored)[:_MOST_NAMED])
        more = f" and {len(ignored) - _MOST_NAMED} more" if len(ignored) > _MOST_NAMED else ""
        on_warning(f"{path}: unknown columns are ignored: {named}{more}")


def _row(path: Path, line: int, values: dict[str, object], codes: frozenset[str]) -> ClaimDoc:
    where = f"{path}:{line}"
    text = values.get("text")
    if not isinstance(text, str) or not text.strip():
        raise FileError(f"{where}: no text; a training row has text and violation or label")
    named = _codes(where, values.get("codes"), codes)
    evidence = tuple(_evidence(where, values.get("evidence"), codes))
    violation = _violation(where, values)
    _check_evidence(where, text, evidence)
    if not violation and (named or evidence):
        raise FileError(
            f"{where}: no violation, yet it has codes or evidence; one of them is wrong"
        )
    return ClaimDoc(
        text=text,
        violation=violation,
        codes=() if not violation else named or None,
        quotes=evidence if violation else (),
        group=str(values.get("group") or ""),
        source=path.name,
        complete=bool(evidence),
        segment=_segment(where, f"row-{line}", text, values),
        disguises=_disguises(where, values.get("evasions")),
        confidence=_confidence(where, values.get("confidence")),
        clip_name=_word(values.get("clip_name")),
    )


def _segment(where: str, data_id: str, text: str, values: dict[str, object]) -> LiveSegment:
    shape = record_shape(LiveSegment)
    tree: dict[str, object] = {"data_id": data_id, "text": text}
    try:
        for name in _SEGMENT_COLUMNS:
            value = cells.from_cell(values.get(name), shape.fields[name], name, lambda _: None)
            if value is not None:
                tree[name] = value
        return LiveSegment.model_validate(tree, strict=False)
    except CellError as error:
        raise FileError(f"{where}: {error}") from error
    except ValidationError as error:
        raise FileError(f"{where}: {reason(explain(error))}") from error


def _disguises(where: str, value: object) -> tuple[str, ...] | None:
    """The surfaces that the column ``evasions`` lists; an empty cell says nothing."""
    if value is None or value == "":
        return None
    listed = _parsed(where, "evasions", value)
    if not isinstance(listed, list):
        raise FileError(f"{where}: evasions is {quoted(value)}; a list is needed")
    return tuple(_surface(where, item) for item in listed)


def _surface(where: str, item: object) -> str:
    surface = item.get("surface") if isinstance(item, dict) else item
    if not isinstance(surface, str):
        raise FileError(f"{where}: evasions {item!r}; words, or {{surface, resolved}}, are needed")
    return surface


def _confidence(where: str, value: object) -> str | None:
    """As annotated; a whole number that a file made a float is written as a whole one again."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, dict | list):
        raise FileError(f"{where}: confidence is {quoted(value)}; a number or a word is needed")
    return _word(value)


def _word(value: object) -> str | None:
    return None if value is None else str(value).strip()[:MAX_NAME] or None


def _check_evidence(where: str, text: str, evidence: Sequence[tuple[str, str]]) -> None:
    folded = normalise(text).text if evidence else ""
    for _, quote in evidence:
        words = normalise(quote).text.strip("，。 ")
        if not words or words not in folded:
            raise FileError(f"{where}: evidence {quoted(quote)}; words of the text are needed")


def _violation(where: str, values: dict[str, object]) -> bool:
    for column in ("violation", "label"):
        if (value := values.get(column)) is not None and value != "":
            return _above_zero(where, column, value)
    raise FileError(f"{where}: neither violation nor label; one of them is needed")


def _above_zero(where: str, column: str, value: object) -> bool:
    try:
        number = float(value) if isinstance(value, int | float) else float(str(value))
    except ValueError as error:
        raise FileError(f"{where}: {column} is {quoted(value)}; a number is needed") from error
    if not math.isfinite(number):
        raise FileError(f"{where}: {column} is {quoted(value)}; a finite number is needed")
    return number > 0


def _parsed(where: str, column: str, value: object) -> object:
    if not isinstance(value, str):
        return value
    if not value.strip():
        return []
    if not value.lstrip().startswith("["):
        return [part.strip() for part in value.replace(";", ",").split(",") if part.strip()]
    try:
        return json.loads(value)
    except json.JSONDecodeError as error:
        raise FileError(f"{where}: {column} is no JSON list: {error.msg}") from error


def _codes(where: str, value: object, codes: frozenset[str]) -> tuple[str, ...] | None:
    if value is None:
        return None
    parsed = _parsed(where, "codes", value)
    if not isinstance(parsed, list):
        raise FileError(f"{where}: codes is {parsed!r}; a list of label codes is needed")
    return tuple(_known(where, code, codes) for code in parsed)


def _evidence(where: str, value: object, codes: frozenset[str]) -> Iterable[tuple[str, str]]:
    parsed = [] if value is None else _parsed(where, "evidence", value)
    for item in parsed if isinstance(parsed, list) else [parsed]:
        if not isinstance(item, dict) or not isinstance(item.get("quote"), str):
            raise FileError(f"{where}: evidence {item!r}; a list of {{code, quote}} is needed")
        yield _known(where, item.get("code"), codes), item["quote"]


def _known(where: str, code: object, codes: frozenset[str]) -> str:
    if code not in codes:
        raise FileError(f"{where}: unknown code {code!r}; allowed are {', '.join(sorted(codes))}")
    return str(code)
