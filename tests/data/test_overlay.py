"""Urgent entries: what is one, when it counts, and for whom."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from data.listing import Listing, Merchant
from data.overlay import Allowance, Overlay, UrgentCue
from data.record import Record
from data.segment import LiveSegment

NOON = datetime(2026, 2, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def cue(pattern: str = "叮咚归零", **fields: object) -> UrgentCue:
    plain = {"code": "medical_claim", "weight": 1.0, "reason": "新话术"}
    times = {"added_at": NOON, "expires": NOON + DAY}
    return UrgentCue.model_validate({"pattern": pattern, **plain, **times, **fields})


def allowance(**fields: object) -> Allowance:
    plain = {"code": "medical_claim", "words": "根治杂草", "reason": "除草剂"}
    times = {"added_at": NOON, "expires": NOON + DAY}
    return Allowance.model_validate({**plain, **times, **fields})


def listing(category: str, merchant: str | None = None) -> Listing:
    shop = Merchant(merchant_id=merchant) if merchant else None
    return Listing(data_id="a", title="杯子", category=category, price=9.0, merchant=shop)


@pytest.mark.parametrize(
    ("hours", "counts"), [(-1, False), (0, True), (23, True), (24, False), (48, False)]
)
def test_an_entry_counts_from_its_addition_until_it_expires(hours: int, counts: bool) -> None:
    force = Overlay([cue()]).in_force("claims", NOON + timedelta(hours=hours))

    assert bool(force.cues) == counts
    assert bool(force.version) == counts


def test_a_removed_entry_still_counted_before_it_was_removed() -> None:
    overlay = Overlay([cue(removed_at=NOON + timedelta(hours=2))])

    assert overlay.in_force("claims", NOON + timedelta(hours=1)).cues
    assert not overlay.in_force("claims", NOON + timedelta(hours=2)).cues


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(1, 9)), max_size=6),
    st.integers(-1, 20),
)
def test_what_counts_at_an_instant_is_what_has_begun_and_not_ended(
    spans: list[tuple[int, int]], hour: int
) -> None:
    def moment(hours: int) -> datetime:
        return NOON + timedelta(hours=hours)

    overlay = Overlay(cue(added_at=moment(a), expires=moment(a + n)) for a, n in spans)

    counting = [(a, n) for a, n in spans if a <= hour < a + n]

    assert len(overlay.in_force("claims", moment(hour)).cues) == len(counting)
    assert len(overlay.at(moment(hour))) == len(counting)


def test_the_version_tells_what_decides_and_nothing_else() -> None:
    def version(entry: UrgentCue) -> str:
        return Overlay([entry]).in_force("claims", entry.added_at).version

    again = cue(added_at=NOON + DAY, expires=NOON + 3 * DAY, reason="又来了")

    assert version(again) == version(cue())
    assert version(cue(weight=0.5)) != version(cue())
    assert version(cue("叮咚清零")) != version(cue())


def test_a_cue_of_listings_leaves_speech_alone() -> None:
    overlay = Overlay([cue(channel="listing")])

    assert overlay.in_force("listings", NOON).version
    assert not overlay.in_force("claims", NOON).version


@pytest.mark.parametrize(
    ("scope", "item", "holds"),
    [
        ({}, LiveSegment(data_id="a", text="好"), True),
        ({"category": "家居"}, LiveSegment(data_id="a", text="好"), False),
        ({"category": "家居/园艺"}, listing("家居/园艺/除草"), True),
        ({"category": "家居/园"}, listing("家居/园艺"), False),
        ({"category": "ＪＩＡ/园艺"}, listing("jia/园艺"), True),
        ({"merchant_id": "m1"}, listing("家居", "m1"), True),
        ({"merchant_id": "m1"}, listing("家居", "m2"), False),
        ({"merchant_id": "m1"}, listing("家居"), False),
        ({"merchant_id": "m1", "category": "家居"}, listing("食品", "m1"), False),
        (
            {"merchant_id": "m1"},
            LiveSegment(data_id="a", text="好", listing=listing("家居", "m1")),
            True,
        ),
    ],
)
def test_an_allowance_holds_within_its_scope_only(
    scope: dict[str, str], item: Record, holds: bool
) -> None:
    force = Overlay([allowance(**scope)]).in_force("listings", NOON)

    assert bool(force.allowances(force.scopes(item))) == holds


@pytest.mark.parametrize(
    "pattern",
    [
        "",
        "好",
        "vx",
        " \u3000",
        "好\x00的",
        "好\n的",
        "好\u200b的",
        "VX号",
        "123",
        "，，",
        "好" * 41,
        "\ud800好",
    ],
)
def test_what_no_text_could_hold_or_every_text_does_is_no_entry(pattern: str) -> None:
    with pytest.raises(ValidationError):
        cue(pattern)
    with pytest.raises(ValidationError):
        allowance(words=pattern)


@pytest.mark.parametrize("weight", [0.0, -0.5, 1.1, float("nan")])
def test_a_cue_speaks_for_its_label(weight: float) -> None:
    with pytest.raises(ValidationError):
        cue(weight=weight)
