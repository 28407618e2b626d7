from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from data.listing import Listing
from data.verdict import Verdict
from models.listing_scorer import ListingScorer
from models.scorer import load_scorer
from training.listings import BASE_RATE, base_rate_weights, fit_listings, seed_docs, simulated_docs

AT = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def scorer(listings_artifact: Path) -> ListingScorer:
    scorer = load_scorer(listings_artifact)
    assert isinstance(scorer, ListingScorer)
    return scorer


def listing(**fields: Any) -> Listing:
    base = {
        "data_id": "a",
        "title": "纯棉短袖T恤男 夏季圆领宽松",
        "category": "男装/T恤",
        "price": 59.0,
    }
    return Listing.model_validate(base | fields)


def codes(verdict: Verdict) -> set[str]:
    return {label.code for label in verdict.labels}


def test_the_artefact_gives_what_the_fitted_pipeline_gives() -> None:
    from features.price import NO_REFERENCE_PRICES
    from models.knowledge import load_knowledge
    from models.listing import pack_listings, unpack_listings

    knowledge = load_knowledge()
    docs = seed_docs(AT)[::6] + simulated_docs(AT, 3, 200)
    fitted = fit_listings(docs, knowledge, NO_REFERENCE_PRICES, lambda _: None, folds=2)
    files = pack_listings(fitted.model, fitted.trees)
    loaded = unpack_listings(files, knowledge.reader(), knowledge.references())

    units = fitted.units.decision(np.arange(len(fitted.units.tfidf.table.texts)))
    for doc in docs[:60]:
        assessment = loaded.assess(doc.listing, doc.at)
        of_listing, units = np.split(units, [len(assessment.units)])
        assert np.abs(of_listing - assessment.units).max() < 1e-9
        assert assessment.logit == pytest.approx(
            fitted.model.assess(doc.listing, doc.at).logit, abs=1e-9
        )


def test_an_ordinary_listing_passes(scorer: ListingScorer) -> None:
    assert scorer.score(listing(), AT).suggestion == "pass"


def test_replica_jargon_in_a_title_is_blocked_with_the_words_cited(scorer: ListingScorer) -> None:
    title = "耐k 运动鞋 莆田纯原 公司级 真标 可过验"
    verdict = scorer.score(listing(title=title, category="鞋靴/运动鞋"), AT)

    assert verdict.suggestion == "block"
    assert "counterfeit_brand" in codes(verdict)
    hits = [hit for label in verdict.labels for hit in label.hits if hit.start is not None]
    assert hits
    assert len({(hit.start, hit.end) for hit in verdict.labels[0].hits}) == len(
        verdict.labels[0].hits
    )
    assert all(title[hit.start : hit.end] == hit.text for hit in hits if hit.field == "title")


def test_a_missing_mandatory_licence_is_a_finding_only_when_it_is_stated(
    scorer: ListingScorer,
) -> None:
    snack = {"title": "麻辣牛肉干 250克 独立包装", "category": "食品/零食", "price": 39.9}

    unknown = scorer.score(listing(**snack), AT)
    stated = scorer.score(listing(**snack, licences={}), AT)

    assert "unlicensed_product" not in codes(unknown)
    assert "unlicensed_product" in codes(stated)
    assert [hit.field for label in stated.labels for hit in label.hits if hit.start is None]


def test_a_contradiction_cites_the_attribute(scorer: ListingScorer) -> None:
    verdict = scorer.score(
        listing(title="100%纯棉T恤 男", attributes={"面料": "聚酯纤维95% 氨纶5%"}), AT
    )

    spec = next(label for label in verdict.labels if label.code == "spec_mismatch")
    assert "attributes.面料" in [hit.field for hit in spec.hits]


def test_score_without_is_the_probability_of_the_listing_without_the_words(
    scorer: ListingScorer,
) -> None:
    title = "驴牌老花手袋 1:1复刻 顶级版本 专柜品质"
    verdict = scorer.score(listing(title=title, category="箱包"), AT)
    hit = next(h for label in verdict.labels for h in label.hits if h.start is not None)

    cut = title[: hit.start] + title[hit.end :]
    assert hit.score_without == scorer.score(listing(title=cut, category="箱包"), AT).probability


def test_a_second_hand_listing_that_names_its_brand_passes(scorer: ListingScorer) -> None:
    used = listing(
        title="自用闲置 华为手机 九成新 屏幕有一道划痕",
        category="手机",
        price=900.0,
        condition="used",
    )

    assert scorer.score(used, AT).suggestion == "pass"


def test_a_segment_is_refused_with_a_word_why(scorer: ListingScorer) -> None:
    from data.segment import LiveSegment

    with pytest.raises(TypeError, match="judges listings"):
        scorer.score(LiveSegment(data_id="a", text="好"), AT)


def test_weights_bring_every_source_to_the_base_rate() -> None:
    docs = simulated_docs(AT, 5, 300)
    violating = np.array([bool(doc.codes) for doc in docs])

    weights = base_rate_weights(docs)

    assert weights[violating].sum() / weights.sum() == pytest.approx(BASE_RATE)
