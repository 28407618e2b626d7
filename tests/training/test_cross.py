from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from data.segment import LiveSegment
from models.claim_scorer import ClaimScorer
from models.knowledge import Knowledge, load_knowledge
from models.listing_scorer import ListingScorer
from models.scorer import load_scorer
from training.assemble import ClaimDoc, seed_docs
from training.cross import (
    cross_validate,
    cross_validate_listings,
    evaluate_listing_scorer,
    evaluate_scorer,
)
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


def spoken(text: str, codes: tuple[str, ...] = (), **segment: object) -> ClaimDoc:
    """A window whose codes are known, cited in full."""
    return ClaimDoc(
        text=text,
        violation=bool(codes),
        codes=codes,
        quotes=tuple((code, text) for code in codes),
        group=text[:2],
        source="rows",
        segment=LiveSegment.model_validate({"data_id": "a", "text": text, **segment}),
    )


@pytest.fixture(scope="module")
def claim_scorer(claims_artifact: Path) -> ClaimScorer:
    scorer = load_scorer(claims_artifact)
    assert isinstance(scorer, ClaimScorer)
    return scorer


def test_a_window_is_measured_by_the_answer_that_the_service_would_give(
    claim_scorer: ClaimScorer, knowledge: Knowledge
) -> None:
    docs = [
        spoken("吃这个糖尿病就能根治，药都可以停了", ("medical_claim",)),
        spoken("今天给大家看一下这个玻璃杯子的杯口"),
    ]

    report = evaluate_scorer(docs, claim_scorer, knowledge, AT)

    # The lexicon settles it, whatever the model says; what it cites is what was annotated.
    assert (report["recall"], report["clean_flagged"]) == (1.0, 0.0)
    assert report["evidence"]["windows"] == 1
    assert report["evidence"]["covered"] == report["evidence"]["precise"] == 1.0
    assert report["labels"]["medical_claim"]["positives"] == 1
    assert report["regression"]["must_pass"]["rows"] > 0
    assert report["rooms"] == {}


def test_what_a_row_says_of_the_goods_counts_as_it_does_in_serving(
    claim_scorer: ClaimScorer, knowledge: Knowledge
) -> None:
    text = "老人孩子每天一勺，免疫力抵抗力都往上走，吃着吃着人就精神了"
    plain = spoken(text, ("health_food_overclaim",))
    goods = spoken(text, ("health_food_overclaim",), category="食品/零食", licences={})
    segment = goods.segment
    assert segment is not None

    rows = [evaluate_scorer([doc], claim_scorer, knowledge, AT) for doc in (plain, goods)]

    said = [sum(each["said"] for each in report["reliability"]) for report in rows]
    assert said[1] == pytest.approx(claim_scorer.score(segment, AT).probability)
    assert said[1] > said[0]


@pytest.mark.slow
def test_cross_validation_of_claims_has_all_that_an_evaluation_has(knowledge: Knowledge) -> None:
    docs = seed_docs(6, 3)[::10]

    report = cross_validate(docs, [], knowledge, 2, AT, lambda _: None)

    low, high = report["intervals"]["pr_auc"]
    assert low < report["pr_auc"] < high
    assert report["evidence"]["covered"] > 0.5
    assert "recall" in report["labels"]["medical_claim"]
    assert report["slices"].keys() == {"source", "evasion", "length"}
