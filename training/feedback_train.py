"""From labelled after-sale texts to a registered artefact."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime

import numpy as np

from models.feedback import pack_feedback
from training.build import Built, Report, model_facts
from training.feedback import Corpus, fit_feedback
from training.feedback_evaluate import feedback_points, model_report
from training.feedback_rows import FeedbackDoc, file_docs, seed_docs
from training.plots import plots
from training.train import Request, Trained, TrainingError, publish


def train_feedback(request: Request, at: datetime, report: Report) -> Trained:
    """Assemble, fit, choose thresholds, write, log, register an after-sale model."""
    docs = feedback_docs(request, report)
    known = [doc.complaint for doc in docs if doc.complaint is not None]
    report(f"{len(docs)} texts, {sum(known)} complaints among {len(known)} that tell")
    fitted = fit_feedback(Corpus.of(docs), report)
    metrics = model_report(docs, fitted)
    complaints = fitted.complaints
    facts = {
        **model_facts("feedback", at, feedback_hash(docs), simulated=False),
        "tokeniser": None,
        "base_rate": float(np.average(complaints.truth, weights=complaints.weights)),
        "thresholds": {name: point.facts() for name, point in feedback_points(fitted).items()},
        "metrics": metrics,
    }
    figures = plots(metrics, f"feedback, {metrics['measured']}, out of fold")
    return publish(request, Built(pack_feedback(fitted.model), facts, figures), report)


def feedback_docs(request: Request, report: Report) -> list[FeedbackDoc]:
    """Seeds and files, as asked. Raises TrainingError where complaints or others are missing."""
    docs = [
        *(seed_docs() if request.seeds else []),
        *file_docs(request.files, request.layout, report),
    ]
    told = [doc for doc in docs if doc.complaint is not None]
    if {doc.complaint for doc in told} != {True, False} or len({doc.group for doc in told}) < 2:
        raise TrainingError(
            f"{len(docs)} texts: complaints and texts that are none, of at least two groups, are "
            "needed; give --data FILE, or leave out --no-seeds"
        )
    return docs


def feedback_hash(docs: Sequence[FeedbackDoc]) -> str:
    """SHA-256 over the assembled texts, in order: 12 hexadecimal digits."""
    digest = hashlib.sha256()
    for doc in docs:
        row = [doc.text, doc.complaint, doc.negative, doc.kind, doc.group, doc.source]
        digest.update(json.dumps(row).encode() + b"\n")
    return digest.hexdigest()[:12]
