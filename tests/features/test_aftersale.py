from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.examples.after_sale import AfterSaleKind
from data.feedback import Feedback, FeedbackAnswer, FeedbackKind
from data.listing import Merchant
from features.aftersale import Share, SortedFeedback, after_sale, filled

AT = datetime(2026, 3, 1, tzinfo=UTC)


def days(count: float) -> datetime:
    """So many days before the instant."""
    return AT - timedelta(days=count)


def said(kind: AfterSaleKind) -> FeedbackAnswer:
    """A text that is surely of this kind."""
    complaint = kind in ("quality", "authenticity")
    negative = complaint or kind == "logistics"
    return FeedbackAnswer(
        data_id="t",
        probability=float(complaint),
        complaint=1 if complaint else 0,
        negative_probability=float(negative),
        negative=1 if negative else 0,
        kinds={kind: 1.0},
    )


def event(
    feedback_id: str,
    kind: FeedbackKind = "review",
    *,
    happened: float = 10,
    observed: float | None = None,
    ordered: float | None = None,
    rating: int | None = None,
    reason: str | None = None,
    outcome: str | None = None,
    merchant: str | None = "m",
    says: AfterSaleKind | None = None,
) -> SortedFeedback:
    return SortedFeedback(
        Feedback(
            feedback_id=feedback_id,
            kind=kind,
            data_id="listing",
            merchant_id=merchant,
            rating=rating,
            reason=reason,
            outcome=outcome,
            order_at=None if ordered is None else days(ordered),
            event_at=days(happened),
            observed_at=None if observed is None else days(observed),
        ),
        None if says is None else said(says),
    )


def test_bad_reviews_are_counted_among_all_of_the_window() -> None:
    events = [
        event("1", rating=1),
        event("2", rating=5),
        event("3", says="logistics"),
        event("4", rating=5, says="quality"),
        event("old", rating=1, happened=31),
    ]

    of = after_sale(events, AT, "merchant")["m"]

    assert of.negative_reviews == Share(2, 4)
    assert of.reviews == 4
    assert of.negative_reviews.shrunk() == 3 / 35


def test_doubts_of_authenticity_count_wherever_they_are_written() -> None:
    events = [
        event("1", rating=5, says="other"),
        event("2", rating=5),
        event("3", "complaint", says="authenticity"),
        event("4", "refund", says="quality"),
    ]

    of = after_sale(events, AT, "merchant")["m"]

    assert of.fake_mentions == Share(1, 2)
    assert of.kinds == {"authenticity": 1, "other": 1, "quality": 1}


def test_returns_of_orders_that_are_too_young_to_judge_do_not_count_yet() -> None:
    events = [
        event("mature", "refund", ordered=20, happened=5, reason="质量问题"),
        event("young", "refund", ordered=6, happened=5, reason="质量问题"),
        event("other", "refund", ordered=20, happened=5, reason="七天无理由"),
        event("by.text", "refund", happened=8, says="authenticity"),
    ]

    of = after_sale(events, AT, "merchant", orders={"m": 50})["m"]

    assert of.quality_returns == Share(2, 50)
    assert of.refunds == 4


def test_without_orders_their_share_is_unknown_and_not_zero() -> None:
    of = after_sale([event("1", "refund", reason="质量问题")], AT, "merchant")["m"]

    assert of.quality_returns == Share(1, None)
    assert of.quality_returns.raw is None
    assert of.quality_returns.shrunk() is None
    assert of.reviews is None
    assert of.negative_reviews == Share(None, None)


def test_only_a_dispute_that_was_lost_counts_against_the_merchant() -> None:
    events = [
        event("lost", "dispute", outcome="merchant_at_fault"),
        event("won", "dispute", outcome="buyer_at_fault"),
        event("open", "dispute"),
    ]

    assert after_sale(events, AT, "merchant", orders={"m": 9})["m"].disputes_at_fault == Share(1, 9)


def test_a_later_correction_replaces_what_it_corrects_from_when_it_was_observed() -> None:
    events = [event("1", rating=1, observed=9), event("1", rating=5, observed=3)]

    def bad(at: datetime) -> int | None:
        return after_sale(events, at, "merchant")["m"].negative_reviews.k

    assert bad(days(4)) == 1
    assert bad(AT) == 0


def test_a_review_that_is_moved_to_another_shop_leaves_the_first() -> None:
    events = [event("1", observed=9), event("1", observed=3, merchant="n")]

    assert list(after_sale(events, AT, "merchant")) == ["n"]


def test_events_of_nobody_are_left_out() -> None:
    events = [event("1", merchant=None)]

    assert after_sale(events, AT, "merchant") == {}
    assert list(after_sale(events, AT, "listing")) == ["listing"]
    assert after_sale(events, AT, "host") == {}


def test_an_instant_without_an_offset_is_refused() -> None:
    with pytest.raises(ValueError, match="no offset from UTC"):
        after_sale([], datetime(2026, 3, 1), "merchant")


def test_what_the_caller_left_out_is_filled_and_what_he_states_stands() -> None:
    events = [event("1", rating=1), event("2", rating=5), event("3", "refund", reason="假冒")]
    known = after_sale(events, AT, "merchant", orders={"m": 10})["m"]

    merchant, names = filled(Merchant(merchant_id="m", reviews_30d=7), known)

    assert merchant == Merchant(
        merchant_id="m",
        reviews_30d=7,
        refunds_30d=1,
        quality_return_rate_30d=0.1,
        negative_review_rate_30d=0.5,
        fake_mention_rate_30d=0.0,
    )
    assert "reviews_30d" not in names
    assert "dispute_rate_30d" not in names


kinds: st.SearchStrategy[FeedbackKind] = st.sampled_from(
    ["review", "refund", "complaint", "dispute"]
)
sayings: st.SearchStrategy[AfterSaleKind | None] = st.sampled_from(
    [None, "quality", "authenticity", "logistics", "other", "paid"]
)


@st.composite
def events(draw: st.DrawFn, observed: tuple[float, float] = (-20, 60)) -> SortedFeedback:
    return event(
        draw(st.sampled_from("abcdefgh")),
        draw(kinds),
        happened=draw(st.floats(-20, 60)),
        observed=draw(st.floats(*observed)),
        ordered=draw(st.none() | st.floats(0, 80)),
        rating=draw(st.none() | st.integers(1, 5)),
        outcome=draw(st.sampled_from([None, "商责"])),
        merchant=draw(st.sampled_from(["m", "n", None])),
        says=draw(sayings),
    )


@given(st.lists(events()), st.lists(events(observed=(-20, -0.01))))
def test_what_is_observed_later_changes_nothing(
    before: list[SortedFeedback], later: list[SortedFeedback]
) -> None:
    orders = {"m": 40}

    assert after_sale([*before, *later], AT, "merchant", orders=orders) == after_sale(
        before, AT, "merchant", orders=orders
    )


@given(st.data())
def test_the_order_of_events_is_irrelevant(data: st.DataObject) -> None:
    found = data.draw(st.lists(events()))
    shuffled = data.draw(st.permutations(found))

    assert after_sale(shuffled, AT, "merchant") == after_sale(found, AT, "merchant")


@given(st.lists(events()))
def test_no_share_leaves_its_bounds(found: list[SortedFeedback]) -> None:
    for of in after_sale(found, AT, "merchant", orders={"m": 1, "n": 0}).values():
        for share in (of.negative_reviews, of.fake_mentions, of.quality_returns):
            assert share.raw is None or 0 <= share.raw <= 1
            assert share.shrunk() is None or 0 < (share.shrunk() or 0) < 1
