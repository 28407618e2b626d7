from datetime import UTC, datetime, timedelta

import pytest

from data.listing import Listing
from data.split import SplitError
from models.knowledge import Knowledge, load_knowledge
from training.cross import evaluate_listings_since
from training.facets import listing_facets
from training.listings import ListingDoc, direction, fit_listings, seed_docs, simulated_docs

AT = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    return load_knowledge()


def doc(days: float | None) -> ListingDoc:
    """A clean listing of a merchant who has been there for so many days."""
    fields = {
        "data_id": "a",
        "title": "纯棉T恤",
        "category": "男装",
        "price": 59,
        "merchant": {"merchant_id": "m", "tenure_days": days},
    }
    return ListingDoc(Listing.model_validate(fields), (), AT, "m", "rows")


@pytest.mark.slow
def test_what_was_submitted_later_is_measured_by_what_was_before(knowledge: Knowledge) -> None:
    docs = simulated_docs(AT, 5, 500)
    since = AT - timedelta(days=20)
    later = [each for each in docs if each.at >= since]

    report = evaluate_listings_since(docs, seed_docs(AT)[::9], knowledge, since, lambda _: None)

    assert report["n"] == len(later)
    assert report["base_rate"] == sum(bool(each.codes) for each in later) / len(later)
    assert report["clean_blocked"] <= report["clean_flagged"] < 0.5
    assert {"tenure", "merchant_type", "category", "disguise"} <= report["slices"].keys()


@pytest.mark.parametrize("days", [-1, 70])
def test_a_time_split_needs_listings_on_both_sides(days: int, knowledge: Knowledge) -> None:
    docs = simulated_docs(AT, 5, 20)
    since = AT - timedelta(days=days)

    with pytest.raises(SplitError, match="on both sides"):
        evaluate_listings_since(docs, [], knowledge, since, lambda _: None)


def test_a_merchant_of_less_than_two_weeks_is_a_slice_of_its_own() -> None:
    found = listing_facets([doc(13.9), doc(14), doc(365), doc(None)])["tenure"]

    assert found == ["0-13", "14-89", "365+", None]


@pytest.mark.slow
def test_more_notices_of_rights_holders_never_make_a_listing_less_suspect(
    knowledge: Knowledge,
) -> None:
    docs = [*seed_docs(AT)[::9], *simulated_docs(AT, 4, 400)]
    from features.price import NO_REFERENCE_PRICES

    model = fit_listings(docs, knowledge, NO_REFERENCE_PRICES, lambda _: None, folds=2).model

    for each in docs[::25]:
        shops = [
            each.listing.model_copy(
                update={
                    "merchant": (each.listing.merchant or doc(90).listing.merchant).model_copy(  # type: ignore[union-attr]
                        update={"ip_notices": notices}
                    )
                }
            )
            for notices in (0, 1, 3, 9)
        ]
        logits = [model.assess(shop, each.at).logit for shop in shops]
        assert logits == sorted(logits)


def test_what_speaks_both_ways_is_left_free() -> None:
    assert direction("refund_share") == direction("price_log") == 0
