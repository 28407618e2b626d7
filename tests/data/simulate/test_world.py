from collections import Counter, defaultdict
from datetime import datetime, timedelta
from typing import TypeVar

import pytest

from data.feedback import Appeal, Feedback
from data.simulate.drift import Drift
from data.simulate.events import (
    Aired,
    Decision,
    Event,
    ListingTruth,
    Review,
    ReviewerTruth,
    ShopTruth,
    Submitted,
    WindowTruth,
    WrongedBuyer,
)
from data.simulate.merchants import KINDS, shares
from data.simulate.world import simulate_world
from data.taxonomy import load_taxonomy

START = datetime.fromisoformat("2025-10-01T00:00:00+08:00")
CODES = set(load_taxonomy().codes)
E = TypeVar("E")


@pytest.fixture(scope="module")
def events() -> list[Event]:
    return list(simulate_world(150, 45, 4, START, mix=shares(0.3)))


def of(events: list[Event], sort: type[E]) -> list[E]:
    return [event for event in events if isinstance(event, sort)]


def final(events: list[Event]) -> dict[str, bool]:
    """Whether a listing was stopped before it was ever on sale, and no appeal helped."""
    stopped = {}
    for decision in of(events, Decision):
        if decision.cause in {"submission", "edit"}:
            stopped[decision.data_id] = decision.suggestion == "block"
    for review in of(events, Review):
        if review.stage == "queue" and review.outcome == "violation":
            stopped[review.data_id] = True
        if review.stage == "appeal" and review.outcome == "clean":
            stopped[review.data_id] = False
    return stopped


def test_the_same_seed_tells_the_same_story() -> None:
    once = list(simulate_world(20, 8, 3, START))

    assert once == list(simulate_world(20, 8, 3, START))
    assert once != list(simulate_world(20, 8, 4, START))


def test_without_a_policy_of_ones_own_a_seed_tells_the_story_that_it_always_told() -> None:
    # Whoever changes what is drawn, or what it is drawn from, changes these numbers and says so.
    told = list(simulate_world(60, 12, 3, START, mix=shares(0.3), brands=()))

    assert Counter(type(event) for event in told) == {
        Submitted: 182,
        Decision: 182,
        Review: 32,
        Feedback: 25,
        Appeal: 1,
        Aired: 25,
        WrongedBuyer: 50,
        ShopTruth: 68,
        ReviewerTruth: 3,
    }
    suggested = Counter(decision.suggestion for decision in of(told, Decision))
    assert suggested == {"pass": 147, "review": 32, "block": 3}
    prices = sum(event.listing.price for event in of(told, Submitted))
    assert prices == pytest.approx(38_629.64)


def test_leaving_the_rest_out_changes_no_listing() -> None:
    alone = simulate_world(40, 12, 3, START, listings_only=True)
    whole = (e for e in simulate_world(40, 12, 3, START) if isinstance(e, Submitted))

    assert list(alone) == list(whole)


def test_a_world_holds_records_of_every_sort(events: list[Event]) -> None:
    for sort in (Submitted, Aired, Decision, Review, Feedback, Appeal, ShopTruth, WrongedBuyer):
        assert of(events, sort), sort
    kinds = {feedback.kind for feedback in of(events, Feedback)}
    assert kinds == {"review", "refund", "complaint", "dispute", "laboratory"}
    assert {event.truth.latent_kind for event in of(events, Submitted)} == set(KINDS)


def test_ids_are_unique(events: list[Event]) -> None:
    for ids in (
        [event.listing.data_id for event in of(events, Submitted)],
        [feedback.feedback_id for feedback in of(events, Feedback)],
        [decision.decision_id for decision in of(events, Decision)],
        [review.review_id for review in of(events, Review)],
    ):
        assert len(ids) == len(set(ids))


def test_feedback_decisions_and_windows_name_listings_that_were_submitted(
    events: list[Event],
) -> None:
    known = {event.listing.data_id for event in of(events, Submitted)}

    assert {feedback.data_id for feedback in of(events, Feedback)} <= known
    assert {decision.data_id for decision in of(events, Decision)} == known
    assert {w.segment.listing.data_id for w in of(events, Aired) if w.segment.listing} <= known
    decisions = {decision.decision_id for decision in of(events, Decision)}
    assert {appeal.decision_id for appeal in of(events, Appeal)} <= decisions


def test_nothing_is_known_before_it_happened(events: list[Event]) -> None:
    submitted = {e.listing.data_id: e.listing for e in of(events, Submitted)}
    end = START + timedelta(days=45)

    for listing in submitted.values():
        assert listing.submitted_at is not None
        assert listing.merchant is not None
        assert listing.merchant.as_of is not None
        assert START <= listing.submitted_at < end
        assert listing.merchant.as_of <= listing.submitted_at
    decided = {}
    for decision in of(events, Decision):
        decided[decision.decision_id] = decision.decided_at
        at = submitted[decision.data_id].submitted_at
        assert at is not None
        assert at < decision.decided_at
    for review in of(events, Review):
        assert decided[review.decision_id] < review.decided_at
    for appeal in of(events, Appeal):
        assert appeal.submitted_at is not None
        assert decided[appeal.decision_id] < appeal.submitted_at
    for feedback in of(events, Feedback):
        at = submitted[feedback.data_id or ""].submitted_at
        assert at is not None
        assert feedback.observed_at is not None
        assert at < (feedback.order_at or feedback.event_at)
        assert (feedback.order_at or feedback.event_at) <= feedback.event_at
        assert feedback.event_at <= feedback.observed_at < end


def test_each_sort_of_event_comes_in_the_order_of_its_instants(events: list[Event]) -> None:
    observed = [str(feedback.observed_at) for feedback in of(events, Feedback)]
    handed_in = [str(event.listing.submitted_at) for event in of(events, Submitted)]

    assert observed == sorted(observed)
    assert handed_in == sorted(handed_in)


def test_what_was_intercepted_at_the_gate_has_no_buyers(events: list[Event]) -> None:
    stopped = {data_id for data_id, is_stopped in final(events).items() if is_stopped}

    assert len(stopped) > 20
    assert stopped.isdisjoint(feedback.data_id for feedback in of(events, Feedback))
    assert stopped.isdisjoint(buyer.item for buyer in of(events, WrongedBuyer))


def test_nothing_is_sold_after_it_was_taken_down(events: list[Event]) -> None:
    taken = {
        decision.data_id: decision.decided_at
        for decision in of(events, Decision)
        if decision.cause in {"laboratory", "rights_holder"}
    }
    taken |= {
        review.data_id: review.decided_at
        for review in of(events, Review)
        if review.stage == "after_sale" and review.outcome == "violation"
    }
    restored = {r.data_id for r in of(events, Review) if r.stage == "appeal"}

    assert taken
    for buyer in of(events, WrongedBuyer):
        if buyer.item in taken and buyer.item not in restored:
            assert buyer.bought_at < taken[buyer.item]


def test_about_one_wronged_buyer_in_seven_complains(events: list[Event]) -> None:
    buyers = of(events, WrongedBuyer)
    complaining = sum("complaint" in buyer.spoke_by for buyer in buyers)
    silent = sum(not buyer.spoke_by for buyer in buyers)

    assert complaining / len(buyers) == pytest.approx(0.136, abs=0.02)
    assert silent > 0.4 * len(buyers)


def test_figures_of_a_new_shop_are_what_its_feedback_adds_up_to(events: list[Event]) -> None:
    opened = {s.shop for s in of(events, ShopTruth) if s.opened_on >= "2025-10-01"}
    heard = defaultdict(list)
    for feedback in of(events, Feedback):
        heard[feedback.merchant_id].append(feedback)
    checked = 0
    for event in of(events, Submitted):
        merchant = event.listing.merchant
        if merchant is None or merchant.merchant_id not in opened:
            continue
        assert merchant.as_of is not None
        since = merchant.as_of - timedelta(days=30)
        known = [
            feedback
            for feedback in heard[merchant.merchant_id]
            if feedback.observed_at and since <= feedback.observed_at < merchant.as_of
        ]
        reviews = [feedback for feedback in known if feedback.kind == "review"]
        negative = sum((feedback.rating or 5) <= 2 for feedback in reviews)
        assert merchant.reviews_30d == len(reviews)
        assert merchant.refunds_30d == sum(feedback.kind == "refund" for feedback in known)
        if reviews:
            assert merchant.negative_review_rate_30d == pytest.approx(
                negative / len(reviews), abs=1e-5
            )
        checked += bool(reviews)
    assert checked > 5


def test_intercepted_goods_come_back_under_other_shops_and_disguised(events: list[Event]) -> None:
    listings = {event.listing.data_id: event for event in of(events, Submitted)}
    again = [event for event in listings.values() if event.truth.relisted_from in listings]
    elsewhere = [
        event
        for event in again
        if listings[event.truth.relisted_from or ""].truth.shop != event.truth.shop
    ]

    assert len({event.truth.hidden_by for event in again}) > 2
    assert elsewhere
    for event in again:
        first = listings[event.truth.relisted_from or ""]
        assert first.truth.operator == event.truth.operator
        assert first.listing.submitted_at < event.listing.submitted_at  # type: ignore[operator]


def test_who_copies_comes_after_the_honest_first(events: list[Event]) -> None:
    listings = {event.listing.data_id: event for event in of(events, Submitted)}
    copies = [event for event in listings.values() if event.truth.copied_from in listings]

    assert copies
    for event in copies:
        first = listings[event.truth.copied_from or ""]
        assert not first.truth.true_codes
        assert first.listing.title == event.listing.title
    assert {bool(event.truth.true_codes) for event in copies} == {True, False}


def test_reviewers_err_both_ways(events: list[Event]) -> None:
    truth = {e.listing.data_id: e.truth.true_codes for e in of(events, Submitted)}
    seen = {(bool(truth[r.data_id]), r.outcome) for r in of(events, Review)}

    assert seen == {(True, "violation"), (True, "clean"), (False, "violation"), (False, "clean")}


def test_truth_and_codes_are_of_the_taxonomy(events: list[Event]) -> None:
    for event in of(events, Submitted):
        assert set(event.truth.true_codes) <= CODES
        assert len(set(event.truth.true_codes)) == len(event.truth.true_codes)
    assert {code for review in of(events, Review) for code in review.codes} <= CODES
    assert {code for window in of(events, Aired) for code in window.truth.true_codes} <= CODES


def test_the_truth_shares_no_field_with_the_records() -> None:
    records = {
        *(name for sort in (Feedback, Appeal, Decision, Review) for name in sort.model_fields),
        *Aired.__annotations__["segment"].model_fields,
        *Submitted.__annotations__["listing"].model_fields,
        *Submitted.__annotations__["listing"]
        .model_fields["merchant"]
        .annotation.__args__[0]
        .model_fields,
    }
    for sort in (ListingTruth, ShopTruth, WrongedBuyer, WindowTruth):
        assert records.isdisjoint(sort.model_fields), sort


def test_after_the_drift_disguises_are_others() -> None:
    def used(drift: Drift | None) -> set[str | None]:
        told = simulate_world(150, 20, 9, START, mix=shares(0.5), drift=drift, listings_only=True)
        late = START + timedelta(days=11)
        return {
            event.truth.hidden_by
            for event in told
            if isinstance(event, Submitted)
            and str(event.listing.submitted_at) > str(late)
            and event.truth.relisted_from
        }

    assert used(Drift("disguise", 2)).isdisjoint(used(None) - {None})


def test_the_drift_of_the_mix_brings_bad_merchants() -> None:
    def bad(drift: Drift | None) -> int:
        told = simulate_world(100, 6, 9, START, drift=drift)
        shops = [event for event in told if isinstance(event, ShopTruth)]
        return sum(shop.latent_kind in {"inferior", "counterfeit"} for shop in shops)

    assert bad(Drift("mix", 2)) >= bad(None) + 8


def test_the_drift_of_prices_makes_goods_dearer() -> None:
    def mean(drift: Drift | None) -> float:
        told = simulate_world(120, 8, 9, START, drift=drift, listings_only=True)
        prices = [
            event.listing.price
            for event in told
            if isinstance(event, Submitted) and event.truth.version_of is None
        ]
        return sorted(prices)[len(prices) // 2]

    assert mean(Drift("price", 0)) > 1.1 * mean(None)


@pytest.mark.parametrize(
    ("merchants", "days", "seed", "drift", "told"),
    [
        (0, 10, 0, None, "merchants is 0; 1 to 100000"),
        (10, 731, 0, None, "days is 731; 1 to 730"),
        (10, 10, -1, None, "seed is -1"),
        (10, 10, 0, Drift("mix", 10), "day 10; 0 to 9"),
    ],
)
def test_arguments_out_of_range_are_refused(
    merchants: int, days: int, seed: int, drift: Drift | None, told: str
) -> None:
    with pytest.raises(ValueError, match=told):
        simulate_world(merchants, days, seed, START, drift=drift)
