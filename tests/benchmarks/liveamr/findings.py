"""The audit in Markdown."""

from collections.abc import Iterator, Sequence
from itertools import permutations, product

import numpy as np
from sklearn.metrics import roc_auc_score

from data.split import grouped_folds
from tests.benchmarks.liveamr import audit
from tests.benchmarks.liveamr.audit import Flags, Rows
from tests.benchmarks.liveamr.baselines import characters, cross_validated
from training.build import SEED


def findings(files: Sequence[Rows], folds: int) -> Iterator[str]:
    """Lines of Markdown: copies, overlaps, what punctuation gives away, doubtful labels."""
    yield from _copies(files)
    yield from _overlaps(files)
    yield from _given_away(files, folds)
    yield from _across(files)
    yield from _doubts(files, folds)


def row(*cells: object) -> str:
    """One row of a table.

    >>> row("a", 1)
    '| a | 1 |'
    """
    return f"| {' | '.join(str(cell) for cell in cells)} |"


def _copies(files: Sequence[Rows]) -> Iterator[str]:
    yield row("file", "rows", "label: rows (median characters)", "distinct", "contradicting",
              "groups", "rows in groups", "largest")  # fmt: skip
    yield "|---|---|---|---|---|---|---|---|"
    for rows in files:
        found = audit.copies(rows)
        share = f"{found.in_groups} ({found.in_groups / len(rows.docs):.0%})"
        yield row(rows.name, len(rows.docs), _labels(rows), found.distinct, found.contradicting,
                  found.groups, share, found.largest)  # fmt: skip
    yield ""


def _labels(rows: Rows) -> str:
    lengths: dict[int, list[int]] = {}
    for text, label in zip(rows.texts, rows.labels, strict=True):
        lengths.setdefault(label, []).append(len(text))
    return ", ".join(
        f"{label}: {len(its)} ({np.median(its):.0f})" for label, its in sorted(lengths.items())
    )


def _overlaps(files: Sequence[Rows]) -> Iterator[str]:
    for rows, other in permutations(files, 2):
        found = audit.overlap(rows, other)
        yield (
            f"- {found.sharing} of {len(rows.docs)} rows of `{rows.name}` share 15 characters in a "
            f"row with `{other.name}`; {found.contained} stand in it word for word, "
            f"{found.agreeing} of them with the label of a row in which they stand"
        )


def _given_away(files: Sequence[Rows], folds: int) -> Iterator[str]:
    yield "\n| punctuation of | judged | ROC-AUC, violation | each label against the rest |"
    yield "|---|---|---|---|"
    for rows, other in product(files, repeat=2):
        of_labels = [
            f"{label}: {_punctuation_auc(rows, other, label, folds):.3f}"
            for label in sorted({*rows.labels} & {*other.labels})
        ]
        violation = _punctuation_auc(rows, other, None, folds)
        yield row(rows.name, other.name, f"{violation:.3f}", ", ".join(of_labels))


def _punctuation_auc(rows: Rows, other: Rows, label: int | None, folds: int) -> float:
    """Of a model that learns punctuation from ``rows``; grouped folds where it judges them too."""
    truth, judged = _is(rows, label), _is(other, label)
    marks = [audit.punctuation(text) for text in rows.texts]
    of_other = [audit.punctuation(text) for text in other.texts]
    if rows is not other:
        return float(roc_auc_score(judged, audit.punctuation_scores(marks, truth, of_other)))
    scores = np.empty(len(truth))
    for held_out in grouped_folds(rows.groups, folds, SEED):
        rest = np.setdiff1d(np.arange(len(truth)), held_out)
        scores[held_out] = audit.punctuation_scores(
            [marks[n] for n in rest], truth[rest], [marks[n] for n in held_out]
        )
    return float(roc_auc_score(truth, scores))


def _is(rows: Rows, label: int | None) -> Flags:
    if label is None:
        return rows.truth
    return np.array([each == label for each in rows.labels], dtype=np.bool_)


def _across(files: Sequence[Rows]) -> Iterator[str]:
    yield "\n| characters of | judged (no shared script) | punctuation | ROC-AUC | flagged |"
    yield "|---|---|---|---|---|"
    for rows, other in permutations(files, 2):
        fresh = ~audit.shares_script(other, [rows])
        texts = [text for text, keep in zip(other.texts, fresh, strict=True) if keep]
        for kept in (True, False):
            judge = characters(raw=kept).fit(rows.texts, rows.truth, rows.groups)
            scores, flagged = judge(texts)
            auc = f"{roc_auc_score(other.truth[fresh], scores):.3f}"
            said = f"{len(texts)}, {other.truth[fresh].mean():.0%} violating"
            kept_or_not = "kept" if kept else "stripped"
            yield row(rows.name, f"{other.name}: {said}", kept_or_not, auc, f"{flagged.mean():.0%}")


def _doubts(files: Sequence[Rows], folds: int) -> Iterator[str]:
    yield ""
    for rows in files:
        scores = cross_validated(characters(), rows.texts, rows.truth, rows.groups, folds).scores
        doubtful = audit.doubtful(rows.truth, scores)
        yield (
            f"- `{rows.name}`: a model that saw no row of the group contradicts "
            f"{doubtful.sum()} labels ({doubtful.mean():.1%}) with confidence, "
            f"{(doubtful & rows.truth).sum()} of {rows.truth.sum()} violating and "
            f"{(doubtful & ~rows.truth).sum()} of {(~rows.truth).sum()} clean"
        )
    yield ""
