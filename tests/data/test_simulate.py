from collections import Counter
from datetime import datetime, timedelta

import pytest

from data.simulate.dice import Dice
from data.simulate.listings import Simulated, simulate_listings
from data.simulate.merchants import shares
from data.simulate.numbers import licence_number
from data.taxonomy import load_taxonomy

AT = datetime.fromisoformat("2026-02-01T08:00:00+08:00")


@pytest.fixture(scope="module")
def simulated() -> list[Simulated]:
    return list(simulate_listings(4000, seed=11, at=AT))


@pytest.fixture(scope="module")
def enriched() -> list[Simulated]:
    return list(simulate_listings(4000, seed=12, at=AT, bad_share=0.35))


def test_the_same_seed_tells_the_same_story() -> None:
    once = list(simulate_listings(50, seed=3, at=AT))

    assert once == list(simulate_listings(50, seed=3, at=AT))
    assert once != list(simulate_listings(50, seed=4, at=AT))


def test_listings_were_submitted_before_the_instant(simulated: list[Simulated]) -> None:
    instants = [item.listing.submitted_at for item in simulated]

    assert all(when is not None and AT - timedelta(days=61) < when < AT for when in instants)


def test_about_one_listing_in_twenty_violates_at_intake(simulated: list[Simulated]) -> None:
    assert 0.03 < sum(bool(item.codes) for item in simulated) / len(simulated) < 0.10


def test_more_bad_merchants_mean_more_violations(
    simulated: list[Simulated], enriched: list[Simulated]
) -> None:
    def share(items: list[Simulated]) -> float:
        return sum(bool(item.codes) for item in items) / len(items)

    assert share(enriched) > 2 * share(simulated)


def test_every_listing_label_and_several_content_labels_occur(enriched: list[Simulated]) -> None:
    taxonomy = load_taxonomy()
    seen = {code for item in enriched for code in item.codes}

    assert set(taxonomy.family("listing")) <= seen <= set(taxonomy.codes)
    assert len(seen & set(taxonomy.family("content"))) >= 6


def test_what_is_sent_does_not_tell_the_truth(enriched: list[Simulated]) -> None:
    bare = Counter(
        bool(item.codes)
        for item in enriched
        if item.listing.merchant is None and item.listing.description is None
    )
    rest = Counter(bool(item.codes) for item in enriched)

    assert bare[True] / bare.total() == pytest.approx(rest[True] / rest.total(), abs=0.05)


def test_many_listings_hold_nothing_but_title_category_and_price(
    simulated: list[Simulated],
) -> None:
    optional = ("description", "attributes", "skus", "licences", "merchant", "list_price")
    bare = [
        item for item in simulated if all(getattr(item.listing, name) is None for name in optional)
    ]

    assert len(bare) > 0.25 * len(simulated)


def test_good_and_bad_merchants_overlap_in_every_figure(enriched: list[Simulated]) -> None:
    figures: dict[str, list[float]] = {"good": [], "inferior": [], "counterfeit": []}
    for item in enriched:
        merchant = item.listing.merchant
        if merchant is not None and merchant.quality_return_rate_30d is not None:
            figures[item.latent].append(merchant.quality_return_rate_30d)

    assert min(figures["inferior"]) < sorted(figures["good"])[len(figures["good"]) // 2]
    assert max(figures["good"]) > sorted(figures["inferior"])[len(figures["inferior"]) // 2]


def test_titles_vary(simulated: list[Simulated]) -> None:
    assert len({item.listing.title for item in simulated}) > 0.8 * len(simulated)
    assert len({item.listing.category for item in simulated}) >= 40


@pytest.mark.parametrize("share", [-0.1, 1.1])
def test_a_share_outside_zero_to_one_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match="from 0 to 1"):
        shares(share)


def test_a_negative_number_of_listings_is_refused() -> None:
    with pytest.raises(ValueError, match="n is -1"):
        list(simulate_listings(-1, seed=1, at=AT))


def test_an_unknown_licence_has_no_number() -> None:
    with pytest.raises(ValueError, match="'moon'"):
        licence_number("moon", 2026, Dice(1))
