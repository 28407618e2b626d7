"""The after-sale model on real reviews: the tables of ``docs/feedback.md``.

``python -m tests.benchmarks.feedback [--only SECTION]...`` prints them. Everything together takes
half an hour on one core, ``seeds`` a minute.
"""

import argparse
import csv
import gzip
import re
import sys
import time
from collections.abc import Iterator, Sequence
from typing import Any, Final

from tests.benchmarks.material import datasets
from training.feedback import Corpus, Recipe, fit_feedback
from training.feedback_evaluate import (
    cross_validate_feedback,
    evaluate_feedback,
    feedback_points,
)
from training.feedback_rows import FeedbackDoc, seed_docs

SECTIONS: Final = ("seeds", "unseen", "complaints", "ablation", "negative")
PRODUCT_FOLDS: Final = 5

_SIZE: Final = re.compile(r"\s+\S*$")
_FIGURES: Final = ("f1", "macro_f1", "pr_auc", "roc_auc")


def main() -> None:
    """Print the sections that are asked for, in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", choices=SECTIONS, action="append")
    wanted = parser.parse_args().only or SECTIONS
    _say(f"| learnt from | judged on | {' | '.join(_FIGURES)} | threshold |")
    _say("|---|---|" + "---|" * (len(_FIGURES) + 1))
    for section in wanted:
        for row in _ROWS[section]():
            _say(row)


def complaints() -> list[FeedbackDoc]:
    """Real reviews of sports goods, and whether they complain about quality or authenticity.

    Grouped by product, without the size that ends its title.
    """
    path = datasets() / "feedback" / "jd_reviews.csv"
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    products = [_SIZE.sub("", row["product_title"].strip()) for row in rows]
    return [
        FeedbackDoc(row["content"], row["tag"] == "1", None, None, product, "sports goods")
        for row, product in zip(rows, products, strict=True)
    ]


def experiences() -> list[FeedbackDoc]:
    """Real reviews of eight categories, grouped by them, and whether they are bad ones."""
    path = datasets() / "feedback" / "online_shopping.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["review"].strip()]
    return [
        FeedbackDoc(row["review"], None, row["label"] == "0", None, row["cat"], "shop", row["cat"])
        for row in rows
    ]


def _seeds() -> Iterator[str]:
    fitted = fit_feedback(Corpus.of(seed_docs()))
    point = feedback_points(fitted)["balanced"]
    for name, docs in (("sports goods", complaints()), ("eight categories", experiences())):
        report = evaluate_feedback(docs, fitted.model, point)
        yield _row("seeds", name, report)
        yield from _categories("seeds", report)


def _unseen() -> Iterator[str]:
    fitted = fit_feedback(Corpus.of([*seed_docs(), *experiences()]))
    report = evaluate_feedback(complaints(), fitted.model, feedback_points(fitted)["balanced"])
    yield _row("seeds, bad and good reviews of eight categories", "sports goods", report)


def _complaints() -> Iterator[str]:
    for name, always in (
        ("other products", []),
        ("other products, seeds", seed_docs()),
        ("other products, seeds, eight categories", [*seed_docs(), *experiences()]),
    ):
        yield _row(name, "sports goods", _crossed(complaints(), always))


def _ablation() -> Iterator[str]:
    docs, seeds = complaints(), seed_docs()
    for name, changes in (
        ("without marks of judging words", {"marks": False}),
        ("strength 2", {"recipe": Recipe(strength=2.0)}),
        ("strength 10", {"recipe": Recipe(strength=10.0)}),
    ):
        yield _row(f"other products, seeds; {name}", "sports goods", _crossed(docs, seeds, changes))


def _negative() -> Iterator[str]:
    docs = experiences()
    report = _crossed(docs, seed_docs(), folds=len({doc.group for doc in docs}))
    yield _row("other categories, seeds", "eight categories", report)
    yield from _categories("other categories, seeds", report)


def _crossed(
    docs: Sequence[FeedbackDoc],
    always: Sequence[FeedbackDoc],
    changes: dict[str, Any] | None = None,
    folds: int = PRODUCT_FOLDS,
) -> dict[str, Any]:
    return cross_validate_feedback(docs, always, folds, _progress, **(changes or {}))


def _categories(learnt: str, report: dict[str, Any]) -> Iterator[str]:
    for name, found in report["slices"].get("category", {}).items():
        cells = [f"{found[each]:.3f}" if each in found else "" for each in _FIGURES]
        yield f"| {learnt} | {name} ({found['n']:,}) | {' | '.join(cells)} | |"


def _row(learnt: str, judged: str, report: dict[str, Any]) -> str:
    cells = [
        "{:.3f} [{:.3f}, {:.3f}]".format(report[name], *report["intervals"][name])
        for name in _FIGURES
    ]
    cells.append(f"{report['threshold']:.3f}")
    return f"| {learnt} | {judged} ({report['n']:,}) | {' | '.join(cells)} |"


def _progress(sentence: str) -> None:
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {sentence}\n")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


_ROWS: Final = {
    "seeds": _seeds,
    "unseen": _unseen,
    "complaints": _complaints,
    "ablation": _ablation,
    "negative": _negative,
}


if __name__ == "__main__":
    main()
