"""What a labelled file holds: copies, leaks, labels given away by punctuation or in doubt."""

import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from data.problem import FileError, quoted
from data.read import Layout, Rejected, read_rows
from data.split import SHARED_SEQUENCE, script_groups
from training.assemble import ClaimDoc, file_docs

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]

_UNSPOKEN: Final = re.compile(r"[\W_]+")
_PUNCTUATION: Final = re.compile(r"[^\w\s]|_")


class Rows(NamedTuple):
    """A labelled file: its rows with their group of shared script, and their labels as given."""

    name: str
    docs: list[ClaimDoc]
    labels: list[int]

    @property
    def truth(self) -> Flags:
        return np.array([doc.violation for doc in self.docs], dtype=np.bool_)

    @property
    def groups(self) -> list[str]:
        return [doc.group for doc in self.docs]

    @property
    def texts(self) -> list[str]:
        return [doc.text for doc in self.docs]


class Copies(NamedTuple):
    """Rows that repeat others, punctuation aside."""

    distinct: int
    contradicting: int
    groups: int
    in_groups: int
    largest: int


class Overlap(NamedTuple):
    """Rows of one file that stand in another: partly, wholly, and then with an equal label."""

    sharing: int
    contained: int
    agreeing: int


def read(paths: Sequence[Path], codes: Sequence[str]) -> list[Rows]:
    """The rows of each file; what shares script is one group, in whichever files it stands.

    Raises FileError for a row without text or with a label that is no whole number.
    """
    labels = [_labels(path) for path in paths]
    docs = iter(file_docs(paths, codes, Layout()))
    return [
        Rows(path.name, [next(docs) for _ in its], its)
        for path, its in zip(paths, labels, strict=True)
    ]


def copies(rows: Rows) -> Copies:
    """How often the file repeats itself; a group shares 15 characters in a row."""
    said: dict[str, set[int]] = {}
    for text, label in zip(rows.texts, rows.labels, strict=True):
        said.setdefault(spoken(text), set()).add(label)
    sizes = Counter(script_groups(rows.texts))
    return Copies(
        distinct=len(said),
        contradicting=sum(len(said[spoken(text)]) > 1 for text in rows.texts),
        groups=len(sizes),
        in_groups=sum(size for size in sizes.values() if size > 1),
        largest=max(sizes.values()),
    )


def overlap(rows: Rows, other: Rows) -> Overlap:
    """What of ``rows`` stands in ``other``; texts shorter than a shared sequence do not count."""
    there = {sequence for text in other.texts for sequence in sequences(text)}
    texts = [spoken(text) for text in other.texts]
    sharing = contained = agreeing = 0
    for text, label in zip(rows.texts, rows.labels, strict=True):
        words = spoken(text)
        if there.isdisjoint(sequences(text)):
            continue
        sharing += 1
        hosts = {other.labels[n] for n, host in enumerate(texts) if words in host}
        contained += bool(hosts)
        agreeing += label in hosts
    return Overlap(sharing, contained, agreeing)


def shares_script(rows: Rows, others: Sequence[Rows]) -> Flags:
    """Which rows share 15 characters in a row with any of ``others``."""
    there = {seq for other in others for text in other.texts for seq in sequences(text)}
    return np.array([not there.isdisjoint(sequences(text)) for text in rows.texts], dtype=np.bool_)


def spoken(text: str) -> str:
    """The text without punctuation, symbols and white space.

    >>> spoken("家人们，今天 下单!")
    '家人们今天下单'
    """
    return _UNSPOKEN.sub("", text)


def sequences(text: str, length: int = SHARED_SEQUENCE) -> set[int]:
    """The hashes of all sequences of ``length`` spoken characters."""
    words = spoken(text)
    return {hash(words[at : at + length]) for at in range(len(words) - length + 1)}


def punctuation(text: str) -> dict[str, float]:
    """Which marks a text has, and how many a hundred characters: nothing of what is said.

    >>> punctuation("好,好") == {"has ,": 1.0, "rate ,": 100 / 3}
    True
    """
    marks = Counter(_PUNCTUATION.findall(text))
    rates = {f"rate {mark}": 100 * count / len(text) for mark, count in marks.items()}
    return {f"has {mark}": 1.0 for mark in marks} | rates


def punctuation_scores(
    marks: Sequence[dict[str, float]], truth: Flags, judged: Sequence[dict[str, float]]
) -> Floats:
    """Chances of ``judged`` by a model that sees what ``punctuation`` tells, and nothing else."""
    model = make_pipeline(DictVectorizer(), LogisticRegression(C=10.0, max_iter=2_000))
    return np.asarray(model.fit(marks, truth).predict_proba(judged)[:, 1])


def doubtful(truth: Flags, scores: Floats) -> Flags:
    """Rows whose label a model that did not see them contradicts with confidence.

    Confidence is that of the other class: the chance of it must be at least what its own rows
    have on average, and above that of the given label (the rule of confident learning).

    >>> truth = np.array([True, True, True, False, False])
    >>> doubtful(truth, np.array([0.9, 0.8, 0.05, 0.2, 0.1])).tolist()
    [False, False, True, False, False]
    """
    of_violating, of_clean = scores[truth].mean(), (1 - scores[~truth]).mean()
    surely_violating = (scores >= of_violating) & (scores > 0.5)
    surely_clean = (1 - scores >= of_clean) & (scores < 0.5)
    doubted: Flags = np.where(truth, surely_clean, surely_violating)
    return doubted


def _labels(path: Path) -> list[int]:
    labels = []
    for row in read_rows(path):
        if isinstance(row, Rejected):
            raise FileError(f"{path}:{row.line}: {row.reason}")
        labels.append(_label(f"{path}:{row.line}", row.values.get("label")))
    return labels


def _label(where: str, value: object) -> int:
    try:
        return int(str(value))
    except ValueError as error:
        raise FileError(f"{where}: label is {quoted(value)}; a whole number is needed") from error
