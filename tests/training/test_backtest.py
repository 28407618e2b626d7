"""Past traffic judged again."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.ledger import Decision, Ledger
from data.ledger.traffic import traffic
from data.listing import Listing
from data.overlay import Overlay, UrgentCue
from models.scorer import Scorer, degraded_scorer
from training.backtest import BacktestReport, Span, backtest, sentences
from training.changes import share_interval

NOON = datetime(2026, 2, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)

CUE = UrgentCue(
    code="exaggerated_effect",
    pattern="叮咚归零",
    weight=1.0,
    reason="新话术",
    added_at=NOON - 9 * DAY,
    expires=NOON,
)


@pytest.fixture(scope="module")
def old() -> Scorer:
    return degraded_scorer("listings", "pass")


@pytest.fixture(scope="module")
def new() -> Scorer:
    return degraded_scorer("listings", "pass", Overlay([CUE]))


def decided(
    scorer: Scorer, number: int, title: str, merchant: str | None = None, at: datetime = NOON - DAY
) -> Decision:
    sent: dict[str, object] = {
        "data_id": f"sku-{number}",
        "title": title,
        "category": "家居/杯",
        "price": 9.9,
    }
    if merchant:
        sent["merchant"] = {"merchant_id": merchant}
    item = Listing.model_validate(sent)
    return Decision.of("listings", item, sent, scorer.score(item, at), at)


def span(total: int = 0) -> Span:
    return Span(since=NOON - 7 * DAY, until=NOON, total=total)


def judged(old: Scorer, new: Scorer, decisions: Sequence[Decision]) -> BacktestReport:
    return backtest(old, new, decisions, span(len(decisions)))


def test_it_tells_what_changes_and_who_is_hit(old: Scorer, new: Scorer) -> None:
    said = [
        ("玻璃水杯 叮咚归零", "m1"),
        ("陶瓷杯 叮咚归零", "m1"),
        ("马克杯", "m2"),
        ("保温杯 叮咚归零", None),
    ]
    decisions = [decided(old, n, title, merchant) for n, (title, merchant) in enumerate(said)]

    report = judged(old, new, decisions)

    assert report.changed == {"pass→review": 3}
    assert report.gained == {"exaggerated_effect": 3}
    assert (report.newly_flagged.count, report.newly_flagged.of) == (3, 4)
    assert (report.merchants, report.unnamed) == (1, 1)
    assert [(one.data_id, one.words) for one in report.examples] == [
        (f"sku-{n}", ["叮咚归零"]) for n in (0, 1, 3)
    ]
    text = "\n".join(sentences(report))
    assert "3 pass→review" in text
    assert "sku-0" in text


def test_the_other_way_round_flags_pass(old: Scorer, new: Scorer) -> None:
    report = judged(new, old, [decided(old, 1, "玻璃水杯 叮咚归零", "m1")])

    assert report.changed == {"review→pass": 1}
    assert report.lost == {"exaggerated_effect": 1}
    assert report.newly_passed.count == 1
    assert report.merchants == 0
    assert report.examples[0].words == ["叮咚归零"]


def test_each_item_is_judged_as_of_its_own_instant(old: Scorer, new: Scorer) -> None:
    early = decided(old, 1, "玻璃水杯 叮咚归零", at=CUE.added_at - DAY)

    assert judged(old, new, [early]).changed == {}


def test_an_item_of_another_form_is_counted_and_left_out(old: Scorer, new: Scorer) -> None:
    strange = decided(old, 1, "杯").model_copy(update={"request": '{"data_id": "a", "x": 1}'})

    report = judged(old, new, [strange])

    assert (report.judged, report.unreadable) == (0, 1)
    assert report.newly_flagged.interval is None


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=30))
def test_an_interval_holds_its_share(pairs: list[tuple[int, int]]) -> None:
    groups = [(hit, hit + missed) for hit, missed in pairs if hit + missed]
    interval = share_interval(groups)
    if not groups:
        assert interval is None
        return
    assert interval is not None
    share = sum(hit for hit, _ in groups) / sum(size for _, size in groups)

    assert 0 <= interval[0] <= share + 1e-9
    assert share - 1e-9 <= interval[1] <= 1


def test_one_merchants_items_say_less_than_many_merchants() -> None:
    of_one = share_interval([(10, 10), *[(0, 10)] * 9])
    of_many = share_interval([(1, 10)] * 10)

    assert of_one is not None
    assert of_many is not None
    assert of_one[1] > of_many[1]


def test_traffic_is_the_last_decision_on_each_content_newest_first(
    tmp_path: Path, old: Scorer
) -> None:
    ledger = Ledger(f"sqlite:///{tmp_path}/ledger.sqlite")
    hours = [decided(old, n, "杯", at=NOON - n * timedelta(hours=1)) for n in range(1, 5)]
    again = hours[3].model_copy(update={"decision_id": "d9", "decided_at": NOON - DAY})
    ledger.record([*hours, again, decided(old, 9, "杯", at=NOON)])

    every = traffic(ledger, "listings", NOON - 7 * DAY, NOON)
    some = traffic(ledger, "listings", NOON - 7 * DAY, NOON, most=2)
    ledger.close()

    assert [one.data_id for one in every.decisions] == ["sku-1", "sku-2", "sku-3", "sku-4"]
    assert every.decisions[3].decision_id == hours[3].decision_id
    assert (len(some.decisions), some.total) == (2, 4)
