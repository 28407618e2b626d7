"""Audit LiveAMR files that you bring, and measure baselines and the claim model on them.

``python -m tests.benchmarks.liveamr TRAIN_LONG [--short FILE] [--test FILE]`` prints Markdown. Any
file with columns ``text`` and ``label`` (0 is clean) will do.
"""

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np

from models.claim_scorer import ClaimScorer
from models.knowledge import load_knowledge
from models.verdicts import Versions
from tests.benchmarks.liveamr.audit import Rows, read, shares_script
from tests.benchmarks.liveamr.baselines import (
    Baseline,
    Judged,
    Keywords,
    characters,
    cross_validated,
    words,
)
from tests.benchmarks.liveamr.findings import findings, row
from training.assemble import ClaimDoc, seed_docs
from training.build import SEED
from training.claims import fit_claims
from training.cross import cross_validate, evaluate_scorer
from training.evaluate import evaluation
from training.thresholds import claim_points
from training.train import SEED_GROUPS

Job = Callable[[], list[str]]

_AT: Final = datetime(2026, 1, 1, tzinfo=UTC)
_PARTS: Final = ("audit", "baselines", "ours")
_RECIPES: Final[Mapping[str, Callable[[], Baseline]]] = {
    "keyword list (词表)": lambda: Keywords(load_knowledge().reader()),
    "words 1-2 (jieba), TF-IDF + LR": words,
    "characters 1-4, TF-IDF + LR": characters,
}
_MIXES: Final = {"Mingcha, these rows alone": False, "Mingcha, with the seeds": True}
_HEAD: Final = (
    "| data | model | macro-F1 | PR-AUC | clean flagged | PR-AUC, random split |",
    "|---|---|---|---|---|---|",
)


def main() -> None:
    """Print what was asked for, table by table."""
    arguments = _arguments()
    wanted = arguments.only or _PARTS
    codes = load_knowledge().taxonomy.codes
    paths = [path for path in (arguments.train, arguments.short) if path is not None]
    given = read([*paths, *([arguments.test] if arguments.test else [])], codes)
    training, test = given[: len(paths)], given[len(paths) :]
    if "audit" in wanted:
        _print(findings(given, arguments.folds))
    if not {"baselines", "ours"} & set(wanted):
        return
    _print(_HEAD)
    jobs = [job for rows in training for job in _cross_validations(rows, arguments.folds, wanted)]
    together = [doc for rows in training for doc in rows.docs]
    jobs += [job for rows in test for job in _tests(together, training, rows, wanted)]
    with ProcessPoolExecutor(arguments.processes) as pool:
        for lines in pool.map(_done, jobs):
            _print(lines)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.liveamr", description=__doc__)
    parser.add_argument("train", type=Path, metavar="TRAIN_LONG", help="windows, to train on")
    parser.add_argument("--short", type=Path, help="sentences, to train on")
    parser.add_argument("--test", type=Path, help="judged by what was trained on all the others")
    parser.add_argument("--folds", type=int, default=5, help="folds of cross-validation")
    parser.add_argument("--only", choices=_PARTS, action="append", help="this part alone")
    parser.add_argument("--processes", type=int, default=2, help="models measured at once")
    return parser.parse_args()


def _print(lines: Iterable[str]) -> None:
    for line in lines:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()


def _done(job: Job) -> list[str]:
    return job()


def _cross_validations(rows: Rows, folds: int, wanted: Sequence[str]) -> Iterator[Job]:
    if "baselines" in wanted:
        yield from (partial(_baseline, rows, name, folds) for name in _RECIPES)
    if "ours" in wanted:
        yield from (partial(_ours, rows, name, folds) for name in _MIXES)


def _baseline(rows: Rows, name: str, folds: int) -> list[str]:
    alone = [str(number) for number in range(len(rows.docs))]
    grouped, random = (
        cross_validated(_RECIPES[name](), rows.texts, rows.truth, groups, folds)
        for groups in (rows.groups, alone)
    )
    flattered = evaluation(rows.truth, random.scores, random.flagged, np.nan, alone)["pr_auc"]
    return [_figures(_split(rows, folds), name, _report(rows, grouped), flattered)]


def _ours(rows: Rows, name: str, folds: int) -> list[str]:
    """The recipe as ``mingcha evaluate claims --cv`` measures it.

    The random split is for the rows alone: with the seeds it takes twice the time to say the same.
    """
    knowledge, seeds = load_knowledge(), _seeds(name)
    report = cross_validate(rows.docs, seeds, knowledge, folds, _AT, _silent)
    if seeds:
        return [_figures(_split(rows, folds), name, report, None)]
    alone = [replace(doc, group=f"row-{number}") for number, doc in enumerate(rows.docs)]
    random = cross_validate(alone, seeds, knowledge, folds, _AT, _silent)
    return [_figures(_split(rows, folds), name, report, random["pr_auc"])]


def _tests(
    docs: list[ClaimDoc], training: Sequence[Rows], test: Rows, wanted: Sequence[str]
) -> Iterator[Job]:
    """What was trained on ``docs`` judges all of ``test``, and then what shares no script."""
    fresh = ~shares_script(test, training)
    names = [label for label, keep in zip(test.labels, fresh, strict=True) if keep]
    chosen = [doc for doc, keep in zip(test.docs, fresh, strict=True) if keep]
    parts = [test, Rows(f"{test.name}, rows without shared script", chosen, names)]
    if "baselines" in wanted:
        yield from (partial(_tested_baseline, docs, parts, name) for name in _RECIPES)
    if "ours" in wanted:
        yield from (partial(_tested_ours, docs, parts, name) for name in _MIXES)


def _tested_baseline(docs: Sequence[ClaimDoc], parts: Sequence[Rows], name: str) -> list[str]:
    truth = np.array([doc.violation for doc in docs], dtype=np.bool_)
    texts, groups = [doc.text for doc in docs], [doc.group for doc in docs]
    judge = _RECIPES[name]().fit(texts, truth, groups)
    return [
        _figures(rows.name, name, _report(rows, Judged(*judge(rows.texts))), None) for rows in parts
    ]


def _tested_ours(docs: Sequence[ClaimDoc], parts: Sequence[Rows], name: str) -> list[str]:
    knowledge = load_knowledge()
    training = [*_seeds(name), *docs]
    fitted = fit_claims(training, knowledge.taxonomy.codes, knowledge.reader(), _silent)
    scorer = ClaimScorer(
        fitted.model,
        claim_points(training, fitted, knowledge)["balanced"],
        Versions(model=None, policy="balanced", lexicon=knowledge.version),
        knowledge,
    )
    return [
        _figures(rows.name, name, evaluate_scorer(rows.docs, scorer, knowledge, _AT), None)
        for rows in parts
    ]


def _seeds(name: str) -> list[ClaimDoc]:
    return seed_docs(SEED_GROUPS, SEED) if _MIXES[name] else []


def _split(rows: Rows, folds: int) -> str:
    return f"{rows.name}, {folds} folds by script"


def _silent(sentence: str) -> None:
    """Progress would stand in the middle of a table."""


def _report(rows: Rows, judged: Judged) -> dict[str, Any]:
    return evaluation(rows.truth, judged.scores, judged.flagged, np.nan, rows.groups)


def _figures(data: str, model: str, report: Mapping[str, Any], random: float | None) -> str:
    told = [_interval(report, name) for name in ("macro_f1", "pr_auc", "clean_flagged")]
    return row(data, model, *told, "" if random is None else f"{random:.3f}")


def _interval(report: Mapping[str, Any], name: str) -> str:
    if name not in report["intervals"]:
        return f"{report[name]:.3f}"
    low, high = report["intervals"][name]
    return f"{report[name]:.3f} [{low:.3f}, {high:.3f}]"


if __name__ == "__main__":
    main()
