import json
from collections import Counter
from datetime import datetime, timedelta

import pytest

from data.licences import load_licence_rules
from data.listing import Listing
from data.simulate.events import Submitted
from data.simulate.listings import Simulated, simulate_listings
from data.simulate.merchants import KINDS, shares
from data.simulate.world import simulate_world
from data.taxonomy import load_taxonomy
from features.finding import Finding
from features.licence import licence_findings
from features.normalise import normalise

RULES = load_licence_rules()
AT = datetime.fromisoformat("2026-02-01T08:00:00+08:00")


@pytest.fixture(scope="module")
def simulated() -> list[Simulated]:
    return list(simulate_listings(2000, seed=11, at=AT))


@pytest.fixture(scope="module")
def enriched() -> list[Simulated]:
    return list(simulate_listings(1500, seed=12, at=AT, bad_share=0.35))


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
    figures: dict[str, list[float]] = {kind: [] for kind in KINDS}
    for item in enriched:
        merchant = item.listing.merchant
        if merchant is not None and merchant.quality_return_rate_30d is not None:
            figures[item.latent].append(merchant.quality_return_rate_30d)

    good, inferior = sorted(figures["good"]), sorted(figures["inferior"])
    assert inferior[len(inferior) // 8] < good[-len(good) // 8]
    assert good[-1] > inferior[len(inferior) // 2]


def test_ids_are_unique_and_times_in_order(simulated: list[Simulated]) -> None:
    instants = [item.listing.submitted_at for item in simulated]

    assert len({item.listing.data_id for item in simulated}) == len(simulated) == 2000
    assert instants == sorted(instants, key=str)


def test_what_is_left_out_leaves_a_listing_that_can_be_read(enriched: list[Simulated]) -> None:
    for item in enriched[:300]:
        sent = item.listing.model_dump(mode="json", exclude_none=True)

        assert Listing.model_validate_json(json.dumps(sent)) == item.listing


def test_identical_listings_differ_in_what_is_true_of_them(enriched: list[Simulated]) -> None:
    truths: dict[str, set[bool]] = {}
    for item in enriched:
        content = item.listing.model_dump_json(exclude={"data_id", "submitted_at"})
        truths.setdefault(content, set()).add(bool(item.codes))

    assert any(len(found) == 2 for found in truths.values())


def test_honest_listings_state_sound_licences_but_for_slips_of_the_pen() -> None:
    events = simulate_world(270, 36, 5, AT, listings_only=True)
    told = [event for event in events if isinstance(event, Submitted)]
    honest = [event.listing for event in told if not event.truth.true_codes][:2000]
    found = [finding for listing in honest for finding in _licence_findings(listing)]
    slips = ("licence check digit", "licence malformed", "licence division", "licence year")

    assert len(honest) == 2000
    assert {finding.cue.split(":")[0] for finding in found} <= set(slips)
    assert len(found) < 0.01 * len(honest)


def _licence_findings(listing: Listing) -> list[Finding]:
    said = [listing.title, listing.description or "", *(listing.attributes or {}).values()]
    text = normalise("。".join(said)).text
    assert listing.licences is not None
    assert listing.submitted_at is not None
    return licence_findings(listing.category, listing.licences, text, listing.submitted_at, RULES)


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
