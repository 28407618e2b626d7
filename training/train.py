"""From labelled rows to a registered artefact."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import numpy as np

from data.problem import MingchaError
from data.read import Layout
from data.seeds import seeds_version
from data.verdict import Kind
from data.version import __version__
from models.artifact import (
    Manifest,
    Thresholds,
    place_artifact,
    read_manifest,
    write_artifact,
)
from models.calibrated import sigmoid
from models.claim import pack_claims
from models.claim_scorer import ClaimScorer
from models.knowledge import Knowledge, load_knowledge
from models.listing import pack_listings
from models.listing_scorer import ListingScorer
from models.packing import pack_json
from models.scorer import WORDS, tokenisation
from models.store import artifacts
from models.verdicts import Versions
from training import listings
from training.assemble import ClaimDoc, file_docs, seed_docs
from training.claims import fit_claims
from training.evaluate import at_base_rate, best_threshold, evaluation
from training.facets import claim_facets, listing_facets
from training.guard import counted, guard
from training.listings import (
    BASE_RATE,
    FittedListings,
    ListingDoc,
    base_rate_weights,
    fit_listings,
    reference_prices,
)
from training.plots import plots
from training.thresholds import claim_points, operating_points
from training.track import log_run, register

Report = Callable[[str], None]

SEED_GROUPS: Final = 10
SEED: Final = 20260201


class TrainingError(MingchaError):
    """There is not enough to learn from."""


@dataclass(frozen=True)
class Request:
    """What to train on and where to leave it. ``out`` None means under ``home``.

    ``simulated`` is how many listings are simulated where no files are given.
    """

    home: Path
    files: Sequence[Path] = ()
    layout: Layout = field(default_factory=Layout)
    seeds: bool = True
    registered: bool = True
    out: Path | None = None
    simulated: int = listings.SIMULATED


@dataclass(frozen=True)
class Trained:
    """A finished artefact, with its registry version and alias when it was registered."""

    directory: Path
    manifest: Manifest
    version: str | None
    alias: str | None


def train_claims(request: Request, at: datetime, report: Report) -> Trained:
    """Assemble, fit, choose thresholds, write, log, register a claim model."""
    knowledge = load_knowledge()
    docs = claim_docs(request, knowledge, report)
    report(f"{len(docs)} texts, {sum(doc.violation for doc in docs)} violating")
    fitted = fit_claims(docs, knowledge.taxonomy.codes, knowledge.reader(), report)
    truth = np.array([doc.violation for doc in docs])
    scores = sigmoid(fitted.out_of_fold)
    points = claim_points(docs, fitted, knowledge)
    threshold = points["balanced"].flag
    metrics = evaluation(
        truth,
        scores,
        scores >= threshold,
        threshold,
        [doc.group for doc in docs],
        facets=claim_facets(docs),
    )
    scorer = ClaimScorer(
        fitted.model,
        points["balanced"],
        Versions(model=None, policy="balanced", lexicon=knowledge.version),
        knowledge,
    )
    metrics["regression"] = counted(guard(scorer))
    files = {**pack_claims(fitted.model), WORDS: pack_json(knowledge.words())}
    facts = {
        **model_facts("claims", at, data_hash(docs), simulated=False),
        "tokeniser": tokenisation(knowledge.words()).model_dump(),
        "base_rate": float(truth[fitted.like_traffic].mean()),
        "thresholds": {name: point.model_dump() for name, point in points.items()},
        "metrics": metrics,
    }
    return publish(request, files, facts, plots(metrics, "claims, out of fold"), report)


def train_listings(request: Request, at: datetime, report: Report) -> Trained:
    """Assemble, fit, choose thresholds, write, log, register a listing model.

    Without files it learns from the seeds and a fresh simulation: its figures are simulated.
    """
    knowledge = load_knowledge()
    docs = listing_docs(request, knowledge, at)
    report(f"{len(docs)} listings, {sum(bool(doc.codes) for doc in docs)} violating")
    prices = reference_prices(docs, at, knowledge)
    fitted = fit_listings(docs, knowledge, prices, report)
    truth = np.array([bool(doc.codes) for doc in docs])
    scores = sigmoid(fitted.out_of_fold)
    points, pairs = listing_points(docs, fitted)
    threshold = points["balanced"].flag
    simulated = any(map(listings.is_simulated, docs))
    rows = at_base_rate(truth, BASE_RATE, SEED)
    metrics = evaluation(
        truth[rows],
        scores[rows],
        scores[rows] >= threshold,
        threshold,
        [docs[row].group for row in rows],
        labels={code: (labels[rows], chances[rows]) for code, (labels, chances) in pairs.items()},
        facets=listing_facets([docs[row] for row in rows]),
    )
    scorer = ListingScorer(
        fitted.model,
        points["balanced"],
        Versions(model=None, policy="balanced", lexicon=knowledge.version),
        knowledge.taxonomy,
    )
    metrics["regression"] = counted(guard(scorer))
    files = {
        **pack_listings(fitted.model, fitted.trees),
        WORDS: pack_json(knowledge.words()),
    }
    facts = {
        **model_facts("listings", at, listing_hash(docs), simulated=simulated),
        "tokeniser": tokenisation(knowledge.words()).model_dump(),
        "base_rate": BASE_RATE,
        "thresholds": {name: point.model_dump() for name, point in points.items()},
        "metrics": metrics,
    }
    title = "listings, out of fold" + (", simulated" if simulated else "")
    return publish(request, files, facts, plots(metrics, title), report)


def listing_points(
    docs: Sequence[ListingDoc], fitted: FittedListings
) -> tuple[dict[str, Thresholds], dict[str, tuple[Any, Any]]]:
    """Operating points from out-of-fold scores, and each label's truth and probability there.

    Where there are listings that shops submitted they alone choose: the seeds are a lesson, half
    of it traps. Where there are none, ``balanced`` is chosen on the simulated ones, which know
    how rare violations are, and on the seeds, which know what people write, both counting the
    same.
    """
    pairs = {
        code: (np.array([code in doc.codes for doc in docs]), sigmoid(logits))
        for code, logits in fitted.label_out_of_fold.items()
    }
    like_traffic = np.array([doc.source != listings.OF_SEEDS for doc in docs])
    rows = np.flatnonzero(like_traffic if like_traffic.any() else np.ones(len(docs), dtype=bool))
    weights = base_rate_weights(docs)[rows]
    violating = np.array([bool(doc.codes) for doc in docs])[rows]
    scores = sigmoid(fitted.out_of_fold)[rows]
    points = operating_points(
        violating,
        scores,
        np.concatenate([truth[rows] for truth, _ in pairs.values()] or [np.zeros(1, dtype=bool)]),
        np.concatenate([chances[rows] for _, chances in pairs.values()] or [np.zeros(1)]),
        weights=weights,
        label_weights=np.tile(weights, len(pairs)) if pairs else None,
        traffic_base_rate=BASE_RATE,
    )
    if any(map(listings.is_simulated, docs)):
        flag = _best_on_both(docs, fitted)
        points["balanced"] = points["balanced"].model_copy(update={"flag": flag})
    return points, pairs


def _best_on_both(docs: Sequence[ListingDoc], fitted: FittedListings) -> float:
    simulated = np.array([listings.is_simulated(doc) for doc in docs])
    violating = np.array([bool(doc.codes) for doc in docs])
    weights = np.where(simulated, base_rate_weights(docs), 1.0)
    weights[simulated] /= weights[simulated].sum()
    weights[~simulated] /= max(1, (~simulated).sum())
    return best_threshold(violating, sigmoid(fitted.out_of_fold), weights)


def listing_docs(request: Request, knowledge: Knowledge, at: datetime) -> list[ListingDoc]:
    """Files if any; seeds as asked; without files also a fresh simulation."""
    docs = listings.file_docs(request.files, knowledge.taxonomy.codes, request.layout, at)
    if request.seeds or not request.files:
        simulated = listings.simulated_docs(at, SEED, request.simulated)
        docs += listings.seed_docs(at) if request.seeds else []
        docs += [] if request.files else simulated
    if len({bool(doc.codes) for doc in docs}) < 2 or len({doc.group for doc in docs}) < 2:
        raise TrainingError(
            f"{len(docs)} listings: violating and clean ones of at least two groups are needed"
        )
    return docs


def listing_hash(docs: Sequence[ListingDoc]) -> str:
    """SHA-256 over the assembled listings, in order: 12 hexadecimal digits."""
    digest = hashlib.sha256()
    for doc in docs:
        digest.update(doc.listing.model_dump_json().encode())
        digest.update(json.dumps([doc.codes, doc.group, doc.source]).encode() + b"\n")
    return digest.hexdigest()[:12]


def claim_docs(
    request: Request, knowledge: Knowledge, report: Report = lambda sentence: None
) -> list[ClaimDoc]:
    """Seeds and files, as asked. Raises TrainingError when one class is missing."""
    docs = seed_docs(SEED_GROUPS, SEED) if request.seeds else []
    docs += file_docs(request.files, knowledge.taxonomy.codes, request.layout, report)
    groups = {doc.group for doc in docs}
    if len({doc.violation for doc in docs}) < 2 or len(groups) < 2:
        raise TrainingError(
            f"{len(docs)} texts in {len(groups)} groups: violating and clean texts of at least "
            "two groups are needed; give --data FILE, or leave out --no-seeds"
        )
    return docs


def data_hash(docs: Sequence[ClaimDoc]) -> str:
    """SHA-256 over the assembled rows, in order: 12 hexadecimal digits."""
    digest = hashlib.sha256()
    for doc in docs:
        row = [doc.text, doc.violation, doc.codes, doc.quotes, doc.group, doc.source]
        digest.update(json.dumps(row, ensure_ascii=True).encode() + b"\n")
    return digest.hexdigest()[:12]


def publish(
    request: Request,
    files: dict[str, bytes],
    facts: dict[str, Any],
    figures: dict[str, bytes],
    report: Report,
) -> Trained:
    """Write the artefact; log and register it unless told not to."""
    kind: Kind = facts["kind"]
    if request.out is None:
        directory = write_artifact(artifacts(request.home, kind), files, facts)
    else:
        directory = place_artifact(request.out, files, facts)
    manifest = read_manifest(directory)
    if not request.registered:
        return Trained(directory, manifest, None, None)
    if request.out is not None:
        write_artifact(artifacts(request.home, kind), files, facts)
    report("registering")
    parameters = {"files": [path.name for path in request.files], "seeds": request.seeds}
    run_id = log_run(request.home, manifest, directory, parameters, figures)
    return Trained(directory, manifest, *register(request.home, manifest, run_id))


def model_facts(kind: Kind, at: datetime, data: str, *, simulated: bool) -> dict[str, Any]:
    """What the manifest of any model says of its origin; ``data`` is the hash of its rows."""
    return {
        "kind": kind,
        "created_at": at.isoformat(),
        "code_version": __version__,
        "seeds_version": seeds_version(),
        "data_hash": data,
        "simulated": simulated,
    }
