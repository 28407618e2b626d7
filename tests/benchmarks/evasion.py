"""Whether a sentence holds a disguise (规避): on pairs of what was said and what was meant.

``python -m tests.benchmarks.evasion FILE [--folds 5]`` reads a CSV with the columns ``spoken``
and ``resolved``, such as HealthAMR's, and prints F1 under folds that keep shared scripts
together: of the resolver alone, and of the evasion head and its pooler.
"""

import argparse
import csv
import sys
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from data.split import script_groups
from features.normalise import normalise
from models.calibrated import sigmoid
from models.claim import disguise_certainty
from models.knowledge import load_knowledge
from training.assemble import ClaimDoc
from training.claims import evasion_out_of_fold

_EVEN: Final = 0.5
_RESAMPLES: Final = 500


def main() -> None:
    """Print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", type=Path)
    parser.add_argument("--folds", type=int, default=5)
    given = parser.parse_args()
    docs = list(pairs(given.file))
    reader = load_knowledge().reader()
    truth = np.array([doc.disguised for doc in docs])
    by_resolver = [
        disguise_certainty(reader.read(normalise(doc.text), doc.text), least=0.0) for doc in docs
    ]
    learnt = sigmoid(evasion_out_of_fold(docs, reader, lambda _: None, folds=given.folds))
    groups = [doc.group for doc in docs]
    sys.stdout.write(
        f"{len(docs)} sentences, {truth.mean():.1%} disguised, {len(set(groups))} groups, "
        f"{given.folds} folds\n\n| | F1 | precision | recall |\n|---|---|---|---|\n"
    )
    for name, found in (
        ("resolver alone: anything found", np.array(by_resolver) > 0),
        ("evasion head and pooler, at 0.5", learnt >= _EVEN),
    ):
        sys.stdout.write(f"| {name} | {_figures(truth, found, groups)} |\n")


def pairs(path: Path) -> Iterator[ClaimDoc]:
    """The sentences as documents; a run of characters that was resolved is a disguise."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["spoken"] and row["resolved"]]
    groups = script_groups([row["spoken"] for row in rows])
    for row, group in zip(rows, groups, strict=True):
        surfaces = tuple(distorted(row["spoken"], row["resolved"]))
        yield ClaimDoc(row["spoken"], False, (), (), str(group), path.name, disguises=surfaces)


def distorted(spoken: str, resolved: str) -> Iterator[str]:
    """The runs of ``spoken`` that ``resolved`` puts otherwise, each with the character before.

    >>> list(distorted("保护关某节，吃得好", "保护关节，吃得好"))
    ['关某']
    """
    blocks = SequenceMatcher(None, spoken, resolved, autojunk=False).get_opcodes()
    for tag, start, end, _, _ in blocks:
        if tag != "equal":
            yield spoken[max(0, start - 1) : max(end, start + 1)]


def _figures(truth: NDArray[np.bool_], found: NDArray[np.bool_], groups: Sequence[str]) -> str:
    rng = np.random.default_rng(0)
    names, owner = np.unique(groups, return_inverse=True)
    even = np.full(len(names), 1 / len(names))
    counts = rng.multinomial(len(names), even, size=_RESAMPLES).astype(np.float64)
    draws = [_f1(truth, found, count[owner])[0] for count in counts]
    f1, precision, recall = _f1(truth, found, np.ones(len(truth)))
    low, high = np.quantile(draws, [0.025, 0.975])
    return f"{f1:.3f} [{low:.3f}, {high:.3f}] | {precision:.3f} | {recall:.3f}"


def _f1(
    truth: NDArray[np.bool_], found: NDArray[np.bool_], weights: NDArray[np.float64]
) -> tuple[float, float, float]:
    hit = float(weights[truth & found].sum())
    precision, recall = hit / weights[found].sum(), hit / weights[truth].sum()
    return 2 * precision * recall / (precision + recall), precision, recall


if __name__ == "__main__":
    main()
