"""Measure what each part of the claim model adds, and what was tried and did not become one.

``python -m tests.benchmarks.ablation DATA... [--unlabelled FILE] [--only NAME]`` prints Markdown:
each change of the recipe by itself, with PR-AUC on the rows of each file, out of fold by group, and
the difference to the recipe with its 95 % interval. Both are judged on the same resamples of
groups, so that the interval is of the difference alone. Figures are the mean of several divisions
of the groups into folds. The seeds train in every fold and are not measured.
"""

import argparse
import csv
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from data.read import Layout
from models.knowledge import load_knowledge
from tests.benchmarks.ablation.bench import Bench
from tests.benchmarks.ablation.changes import (
    CHANGES,
    NEED_UNLABELLED,
    Change,
    recipe,
    without,
    without_seeds,
)
from training.assemble import file_docs, seed_docs
from training.build import SEED
from training.ranking import Ranking, Resamples, interval, once
from training.train import SEED_GROUPS

Floats = NDArray[np.float64]

_TEXT_COLUMNS: Final = ("text", "asr")
_WINDOW: Final = 350


def main() -> None:
    """Print one row for the recipe and one for each change."""
    arguments = _arguments()
    bench = _bench(arguments.data, arguments.unlabelled)
    sources = list(dict.fromkeys(bench.docs[index].source for index in bench.speech.own.tolist()))
    if len(sources) < len(arguments.data):
        sys.exit("two files have the same name, by which their rows are told apart")
    changes: dict[str, Change] = {
        **CHANGES,
        "without the seeds": without_seeds(),
        **{f"without {source}": without(source) for source in sources},
    }
    if arguments.unlabelled is None:
        changes = {name: change for name, change in changes.items() if name not in NEED_UNLABELLED}
    if unknown := [name for name in arguments.only if name not in changes]:
        sys.exit(f"no change is called {unknown[0]!r}; there are: {'; '.join(changes)}")
    names = [f"`{source}`" for source in sources]
    _print(["change", *names])
    _print(["---"] * (1 + len(names)))
    divisions = range(arguments.divisions)
    base = _Judged(bench, sources, [recipe(bench, number) for number in divisions])
    _print(["the recipe", *(base.figure(source) for source in sources)])
    for name in arguments.only or changes:
        scores = [changes[name](bench, number) for number in divisions]
        changed = _Judged(bench, sources, scores)
        _print([name, *(changed.beside(base, source) for source in sources)])


class _Judged:
    """PR-AUC of scores on the rows of each source: of all rows, and of resamples of groups."""

    def __init__(self, bench: Bench, sources: Sequence[str], scores: Sequence[Floats]) -> None:
        self.found: dict[str, tuple[float, Floats]] = {}
        truth = bench.speech.truth == 1
        for source in sources:
            rows = np.array([i for i, doc in enumerate(bench.docs) if doc.source == source])
            if any(np.isnan(each[rows]).any() for each in scores):
                continue
            resamples = Resamples([bench.docs[row].group for row in rows], SEED)
            rankings = [Ranking(truth[rows], each[rows], each[rows] > 0) for each in scores]
            self.found[source] = (
                float(np.mean([ranking.counted(once(len(rows))).pr_auc() for ranking in rankings])),
                np.mean([_draws(ranking, resamples) for ranking in rankings], axis=0),
            )

    def figure(self, source: str) -> str:
        value, draws = self.found[source]
        return f"{value:.3f} {_bounds(draws)}"

    def beside(self, base: "_Judged", source: str) -> str:
        if source not in self.found:
            return ""
        (value, draws), (before, draws_before) = self.found[source], base.found[source]
        return f"{value:.3f}: {value - before:+.3f} {_bounds(draws - draws_before)}"


def _draws(ranking: Ranking, resamples: Resamples) -> Floats:
    return resamples.draws(lambda weights: ranking.counted(weights).pr_auc())


def _bounds(draws: Floats) -> str:
    bounds = interval(draws)
    return "" if bounds is None else f"[{bounds[0]:.3f}, {bounds[1]:.3f}]"


def _bench(paths: Sequence[Path], unlabelled: Path | None) -> Bench:
    knowledge = load_knowledge()
    codes = knowledge.taxonomy.codes
    docs = [*file_docs(paths, codes, Layout()), *seed_docs(SEED_GROUPS, SEED)]
    words = frozenset(each.word for each in knowledge.lexicon.risk_words)
    texts = [] if unlabelled is None else _windows(unlabelled)
    return Bench(docs, texts, codes, knowledge.reader(), words)


def _windows(path: Path) -> list[str]:
    """The unlabelled speech of a CSV, in windows as long as the labelled ones."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    column = next((name for name in _TEXT_COLUMNS if rows and name in rows[0]), None)
    if column is None:
        sys.exit(f"{path}: no column {' or '.join(_TEXT_COLUMNS)}")
    texts = [row[column] or "" for row in rows]
    return [text[at : at + _WINDOW] for text in texts for at in range(0, len(text), _WINDOW)]


def _print(cells: Sequence[str]) -> None:
    sys.stdout.write(f"| {' | '.join(cells)} |\n")
    sys.stdout.flush()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.ablation", description=__doc__
    )
    parser.add_argument("data", type=Path, nargs="+", help="labelled files")
    parser.add_argument("--unlabelled", type=Path, help="a CSV of speech without labels")
    parser.add_argument("--only", action="append", default=[], metavar="NAME", help="this change")
    parser.add_argument("--divisions", type=int, default=2, help="divisions into folds")
    return parser.parse_args()


if __name__ == "__main__":
    main()
