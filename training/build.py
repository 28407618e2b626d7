"""From training rows to an artefact, not yet written: fit, choose thresholds, measure."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from data.seeds import seeds_version
from data.verdict import Kind
from data.version import __version__
from models.artifact import Thresholds
from models.calibrated import sigmoid
from models.claim import pack_claims
from models.claim_scorer import ClaimScorer
from models.knowledge import Knowledge
from models.listing import pack_listings
from models.listing_scorer import ListingScorer
from models.packing import pack_json
from models.scorer import WORDS, tokenisation
from models.verdicts import Versions
from training import listings
from training.assemble import ClaimDoc
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
from training.operating import Demand, Judged, chosen
from training.out_of_fold import OUT_OF_FOLD, judged_claims, judged_listings, pack_judged
from training.plots import plots
from training.thresholds import claim_points, operating_points

Report = Callable[[str], None]

SEED: Final = 20260201


class Built(NamedTuple):
    """An artefact that is not written yet: its files by name, the facts of its manifest, and
    plots of its figures by name."""

    files: Mapping[str, bytes]
    facts: Mapping[str, Any]
    figures: Mapping[str, bytes]


def build_claims(
    docs: Sequence[ClaimDoc],
    knowledge: Knowledge,
    at: datetime,
    report: Report,
    demand: Demand | None = None,
) -> Built:
    """Fit a claim model, choose its thresholds, measure it out of fold.

    ``demand`` is what reviewers can do, by which ``capacity`` is chosen where it is known.
    """
    report(f"{len(docs)} texts, {sum(doc.violation for doc in docs)} violating")
    fitted = fit_claims(docs, knowledge.taxonomy.codes, knowledge.reader(), report)
    truth = np.array([doc.violation for doc in docs])
    scores = sigmoid(fitted.out_of_fold)
    judged = judged_claims(docs, fitted, knowledge.taxonomy)
    points = suited(claim_points(docs, fitted, knowledge), judged, demand, knowledge)
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
    files = {
        **pack_claims(fitted.model),
        WORDS: pack_json(knowledge.words()),
        OUT_OF_FOLD: pack_judged(judged),
    }
    facts = {
        **model_facts("claims", at, data_hash(docs), simulated=False),
        "tokeniser": tokenisation(knowledge.words()).model_dump(),
        "base_rate": float(truth[fitted.like_traffic].mean()),
        "thresholds": {name: point.facts() for name, point in points.items()},
        "metrics": metrics,
    }
    return Built(files, facts, plots(metrics, "claims, out of fold"))


def build_listings(
    docs: Sequence[ListingDoc],
    knowledge: Knowledge,
    at: datetime,
    report: Report,
    demand: Demand | None = None,
) -> Built:
    """Fit a listing model, choose its thresholds, measure it out of fold.

    Where simulated listings take part its figures are simulated. ``demand`` is what reviewers can
    do, by which ``capacity`` is chosen where it is known.
    """
    report(f"{len(docs)} listings, {sum(bool(doc.codes) for doc in docs)} violating")
    prices = reference_prices(docs, at, knowledge)
    fitted = fit_listings(docs, knowledge, prices, report)
    truth = np.array([bool(doc.codes) for doc in docs])
    scores = sigmoid(fitted.out_of_fold)
    judged = judged_listings(docs, fitted, knowledge.taxonomy)
    points, pairs = listing_points(docs, fitted)
    points = suited(points, judged, demand, knowledge)
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
        OUT_OF_FOLD: pack_judged(judged),
    }
    facts = {
        **model_facts("listings", at, listing_hash(docs), simulated=simulated),
        "tokeniser": tokenisation(knowledge.words()).model_dump(),
        "base_rate": BASE_RATE,
        "thresholds": {name: point.facts() for name, point in points.items()},
        "metrics": metrics,
    }
    title = "listings, out of fold" + (", simulated" if simulated else "")
    return Built(files, facts, plots(metrics, title))


def suited(
    points: dict[str, Thresholds], judged: Judged, demand: Demand | None, knowledge: Knowledge
) -> dict[str, Thresholds]:
    """The points with ``capacity`` by what reviewers can do and costs, where that is known."""
    if demand is None:
        return points
    label = points["capacity"].label
    return points | {"capacity": chosen(judged, judged.rows, demand, knowledge.taxonomy, label)}


def listing_points(
    docs: Sequence[ListingDoc], fitted: FittedListings
) -> tuple[dict[str, Thresholds], dict[str, tuple[Any, Any]]]:
    """Operating points from out-of-fold scores, and each label's truth and probability there.

    Where there are many listings that shops submitted they alone choose: the seeds are a lesson,
    half of it traps. Where there are few, ``balanced`` is chosen on these and the simulated ones,
    which know how rare violations are, and on the seeds, which know what people write, both
    counting the same.
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
    if not listings.enough_traffic([docs[row] for row in rows.tolist()]):
        flag = _best_on_both(docs, fitted, like_traffic)
        points["balanced"] = points["balanced"].model_copy(update={"flag": flag})
    return points, pairs


def _best_on_both(
    docs: Sequence[ListingDoc], fitted: FittedListings, traffic: NDArray[np.bool_]
) -> float:
    violating = np.array([bool(doc.codes) for doc in docs])
    weights = np.where(traffic, base_rate_weights(docs), 1.0)
    weights[traffic] /= max(1.0, weights[traffic].sum())
    weights[~traffic] /= max(1, (~traffic).sum())
    return best_threshold(violating, sigmoid(fitted.out_of_fold), weights)


def listing_hash(docs: Sequence[ListingDoc]) -> str:
    """SHA-256 over the assembled listings, in order: 12 hexadecimal digits."""
    digest = hashlib.sha256()
    for doc in docs:
        digest.update(doc.listing.model_dump_json().encode())
        digest.update(json.dumps([doc.codes, doc.group, doc.source]).encode() + b"\n")
    return digest.hexdigest()[:12]


def data_hash(docs: Sequence[ClaimDoc]) -> str:
    """SHA-256 over the assembled rows, in order: 12 hexadecimal digits."""
    digest = hashlib.sha256()
    for doc in docs:
        row = [doc.text, doc.violation, doc.codes, doc.quotes, doc.group, doc.source]
        digest.update(json.dumps(row, ensure_ascii=True).encode() + b"\n")
    return digest.hexdigest()[:12]


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
