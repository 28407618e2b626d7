from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from models.knowledge import Knowledge, load_knowledge
from models.listing_scorer import ListingScorer
from models.scorer import load_scorer
from training.cross import cross_validate_listings, evaluate_listing_scorer
from training.listings import ListingDoc, simulated_docs

AT = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return load_knowledge()


@pytest.fixture(scope="module")
def docs() -> list[ListingDoc]:
    return simulated_docs(AT, 11, 240)


def test_an_artefact_is_measured_by_the_verdicts_it_gives(
    listings_artifact: Path, docs: list[ListingDoc], knowledge: Knowledge
) -> None:
    scorer = load_scorer(listings_artifact)
    assert isinstance(scorer, ListingScorer)

    report = evaluate_listing_scorer(docs, scorer, knowledge)

    clean = [doc for doc in docs if not doc.codes]
    passed = [scorer.score(doc.listing, doc.at).suggestion == "pass" for doc in clean]
    assert report["n"] == 240
    assert report["clean_flagged"] == pytest.approx(1 - np.mean(passed))
    assert report["threshold"] == scorer.thresholds.flag


def test_cross_validation_scores_every_listing_and_reports_intervals(
    docs: list[ListingDoc], knowledge: Knowledge
) -> None:
    report = cross_validate_listings(docs, [], knowledge, 2, AT, lambda _: None)

    low, high = report["intervals"]["pr_auc"]
    assert report["n"] == 240
    assert low < report["pr_auc"] < high
