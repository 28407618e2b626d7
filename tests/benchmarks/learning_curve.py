"""What the written corpus is worth: models that learnt from it alone, measured on real texts.

``python -m tests.benchmarks.learning_curve`` prints the tables of ``seeds/README.md``. Batches
are the examples in the order in which they were written.
"""

import csv
import hashlib
import math
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from data.examples.after_sale import load_after_sale
from data.examples.speech import Example, load_examples
from data.read import Layout
from models.calibrated import sigmoid
from models.feedback import KINDS
from models.knowledge import Knowledge, load_knowledge
from tests.benchmarks.material import datasets
from training.assemble import ClaimDoc, file_docs, seed_docs
from training.build import SEED
from training.claims import fit_claims
from training.evaluate import evaluation, measures
from training.feedback import Corpus, fit_feedback
from training.feedback_rows import seed_docs as after_sale_docs
from training.join import join
from training.thresholds import claim_points
from training.train import SEED_GROUPS

SENTENCES_A_BATCH: Final = 500
TEXTS_A_BATCH: Final = 300
_COMPLAINT: Final = "1"
_SIZE: Final = re.compile(r"\s+\S*$")


def main() -> None:
    """Print both tables in Markdown."""
    knowledge = load_knowledge()
    sys.stdout.write(
        "| sentences | windows | PR-AUC | ROC-AUC | macro-F1 | PR-AUC, channels read | not read |\n"
        "|---|---|---|---|---|---|---|\n"
    )
    live = _live(knowledge.taxonomy.codes)
    for batch in _batches(load_examples()):
        sys.stdout.write(_claims_row(batch, live, knowledge) + "\n")
        sys.stdout.flush()
    sys.stdout.write(
        "\n| texts | complaint: PR-AUC | ROC-AUC | paid: ROC-AUC |\n|---|---|---|---|\n"
    )
    for row in _after_sale_rows():
        sys.stdout.write(row + "\n")


def read_by_writers(channel: str) -> bool:
    """Whether the channel is of the half whose windows the writers of the corpus read."""
    return int(hashlib.sha256(channel.encode()).hexdigest()[0], 16) % 2 == 0


def _live(codes: Sequence[str]) -> list[ClaimDoc]:
    transcripts = datasets() / "transcripts"
    with tempfile.TemporaryDirectory() as directory:
        joined = Path(directory) / "joined.jsonl"
        join(
            transcripts / "live_segments.csv",
            transcripts / "live_segments_labels.jsonl",
            joined,
            "channel",
        )
        return file_docs([joined], codes, Layout())


def _batches(examples: Sequence[Example]) -> Iterator[list[Example]]:
    """The first sentences, batch by batch, with the same share of the windows."""
    sentences = [example for example in examples if example.unit == "sentence"]
    windows = [example for example in examples if example.unit == "window"]
    for number in range(1, math.ceil(len(sentences) / SENTENCES_A_BATCH) + 1):
        taken = min(number * SENTENCES_A_BATCH, len(sentences))
        share = len(windows) * taken // len(sentences)
        yield [*sentences[:taken], *windows[:share]]


def _claims_row(batch: list[Example], live: list[ClaimDoc], knowledge: Knowledge) -> str:
    docs = seed_docs(SEED_GROUPS, SEED, batch)
    codes = knowledge.taxonomy.codes
    fitted = fit_claims(docs, codes, knowledge.reader(), lambda _: None)
    points = claim_points(docs, fitted, knowledge)
    scores = sigmoid(np.array([fitted.model.assess(doc.text).logit for doc in live]))
    flag = points["balanced"].flag
    violating = np.array([doc.violation for doc in live])
    report = evaluation(violating, scores, scores >= flag, flag, [doc.group for doc in live])
    read = np.array([read_by_writers(doc.group) for doc in live])
    halves = [
        measures(violating[half], scores[half], scores[half] >= flag) for half in (read, ~read)
    ]
    cells = [
        str(sum(example.unit == "sentence" for example in batch)),
        str(sum(example.unit == "window" for example in batch)),
        *(_interval(report, name) for name in ("pr_auc", "roc_auc", "macro_f1")),
        *(f"{half['pr_auc']:.3f}" for half in halves),
    ]
    return f"| {' | '.join(cells)} |"


def _after_sale_rows() -> Iterator[str]:
    texts = load_after_sale()
    path = datasets() / "feedback" / "jd_reviews.csv"
    with path.open(encoding="utf-8-sig", newline="") as stream:
        reviews = list(csv.DictReader(stream))
    complaint = np.array([review["tag"] == _COMPLAINT for review in reviews])
    paid = np.array([review["tag"] == "-1" for review in reviews])
    products = [_SIZE.sub("", review["product_title"].strip()) for review in reviews]
    for number in range(1, math.ceil(len(texts) / TEXTS_A_BATCH) + 1):
        taken = texts[: number * TEXTS_A_BATCH]
        fitted = fit_feedback(Corpus.of(after_sale_docs(taken)))
        assessed = fitted.model.assess([review["content"] for review in reviews])
        of_paid = assessed.kinds[:, KINDS.index("paid")]
        reports = [
            evaluation(truth, scores, scores >= 0.5, 0.5, products)
            for truth, scores in ((complaint, assessed.complaint), (paid, of_paid))
        ]
        cells = [
            str(len(taken)),
            _interval(reports[0], "pr_auc"),
            _interval(reports[0], "roc_auc"),
            _interval(reports[1], "roc_auc"),
        ]
        yield f"| {' | '.join(cells)} |"


def _interval(report: dict[str, Any], name: str) -> str:
    low, high = report["intervals"][name]
    return f"{report[name]:.3f} [{low:.3f}, {high:.3f}]"


if __name__ == "__main__":
    main()
