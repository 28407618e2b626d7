from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from data.feedback import Feedback
from data.ledger import Decision, Docket, Intake, Ledger
from data.ledger.window import Window
from data.review import Review
from data.verdict import Suggestion
from features.tokenise import Tokeniser
from features.unknown import unknown_share
from tests.training.answered import answered
from tests.training.traffic import UNTIL
from training.observation import Observation, Outcome, Seen, group_of, observations, observed

WINDOW = Window("listings", UNTIL - timedelta(days=7), UNTIL)
TOKENISER = Tokeniser({})


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with closing(Ledger(f"sqlite:///{tmp_path}/ledger.sqlite")) as ledger:
        yield ledger


def listing(
    name: str, at: datetime, suggestion: Suggestion = "pass", **changes: object
) -> Decision:
    sent = {"data_id": "goods", "title": "玻璃杯子", "category": "家居/杯", "price": 9.9}
    return answered("listings", {**sent, **changes}, name, at, suggestion)


def days_ago(days: float) -> datetime:
    return UNTIL - timedelta(days=days)


def seen_of(ledger: Ledger) -> Seen:
    return observations(ledger, WINDOW, TOKENISER)


def outcomes_of(ledger: Ledger) -> list[tuple[str, bool]]:
    return [(each.kind, each.happened) for each in seen_of(ledger).outcomes]


def review(name: str, decision: str, at: datetime, **fields: object) -> Review:
    said = {"outcome": "violation", "codes": ["absolute_claim"], **fields}
    return Review.model_validate(
        {"review_id": name, "decision_id": decision, "reviewer": "r1", "decided_at": at, **said}
    )


def complaint(name: str, decision: str, at: datetime, kind: str = "complaint") -> Feedback:
    return Feedback.model_validate(
        {"feedback_id": name, "kind": kind, "decision_id": decision, "event_at": at}
    )


def test_a_decision_is_read_as_the_item_was_judged() -> None:
    merchant = {"merchant_id": "m1", "tenure_days": 12.0}
    decision = listing("d1", UNTIL, "review", merchant=merchant, title="玻.璃杯子")

    o = observed(decision, TOKENISER)

    assert (o.instant, o.group) == (UNTIL, "merchant/m1")
    assert (o.category, o.price, o.tenure_days, o.length) == ("家居/杯", 9.9, 12.0, 5)
    assert (o.suggestion, o.labels, o.disguises) == ("review", ("absolute_claim",), 1)
    assert o.unknown_share == 0.5


def test_windows_of_one_room_belong_together_and_a_lone_item_to_itself() -> None:
    said = {"data_id": "w1", "text": "你好", "platform": "抖音", "room_id": "r7"}
    window = answered("claims", said, "d1", UNTIL)

    assert group_of(window) == "room/抖音/r7"
    assert group_of(listing("d2", UNTIL)) == "item/goods"
    assert observed(window, TOKENISER).price is None


def test_only_what_was_decided_in_the_window_is_seen(ledger: Ledger) -> None:
    ledger.record(
        [
            listing("before", days_ago(7), data_id="a"),
            listing("first", days_ago(6.9), data_id="b"),
            listing("last", UNTIL, data_id="c"),
            listing("after", days_ago(-0.1), data_id="d"),
            answered("claims", {"data_id": "e", "text": "好"}, "other", days_ago(1)),
        ]
    )

    assert [o.group for o in seen_of(ledger).observations] == ["item/b", "item/c"]


def test_goods_that_are_scored_anew_are_no_new_traffic_and_edited_ones_are(ledger: Ledger) -> None:
    ledger.record([listing("d1", days_ago(3))])
    ledger.record([listing("d2", days_ago(2)), listing("d3", days_ago(1), price=5.0)])

    assert [o.price for o in seen_of(ledger).observations] == [9.9, 5.0]


def test_of_much_traffic_a_share_is_read_and_told(ledger: Ledger) -> None:
    ledger.record([listing(f"d{n}", days_ago(1), data_id=f"g{n}") for n in range(200)])

    seen = observations(ledger, WINDOW, TOKENISER, most=100)

    assert seen.share == 0.5
    assert 60 < len(seen.observations) < 140


def test_reviews_and_appeals_are_outcomes_of_flags(ledger: Ledger) -> None:
    ledger.record([listing("d1", days_ago(9), "review"), listing("d2", days_ago(9), data_id="b")])
    clean = {"outcome": "clean", "codes": []}
    made = [
        review("r1", "d1", days_ago(3)),
        review("r2", "d2", days_ago(3), **clean),
        review("r3", "d1", days_ago(2), stage="adjudicator"),
    ]
    Docket(ledger).decide(made, days_ago(2))

    assert outcomes_of(ledger)[0] == ("confirmed", True)
    assert [kind for kind, _ in outcomes_of(ledger)].count("confirmed") == 1


def test_a_review_that_was_taken_back_is_no_outcome_once_that_is_known(ledger: Ledger) -> None:
    ledger.record([listing("d1", days_ago(2), "review")])
    Docket(ledger).decide([review("r1", "d1", days_ago(1))], days_ago(1))
    undone = review("r2", "d1", days_ago(-1), outcome="clean", codes=[], reverses="r1")
    Docket(ledger).decide([undone], days_ago(-1))
    later = WINDOW._replace(until=days_ago(-2))

    assert outcomes_of(ledger) == [("confirmed", True)]
    found = observations(ledger, later, TOKENISER).outcomes
    assert [each for each in found if each.kind == "confirmed"] == [
        Outcome(days_ago(-1), "item/goods", "confirmed", False)
    ]


def test_passed_goods_are_judged_by_their_buyers_once_all_had_the_same_time(
    ledger: Ledger,
) -> None:
    ledger.record(
        [
            listing("bad", days_ago(10), data_id="a"),
            listing("good", days_ago(10), data_id="b"),
            listing("late", days_ago(10), data_id="c"),
            listing("young", days_ago(2), data_id="d"),
            listing("held", days_ago(10), "block", data_id="e"),
        ]
    )
    heard = [
        complaint("f1", "bad", days_ago(5)),
        complaint("f2", "good", days_ago(5), kind="review"),
        complaint("f3", "late", days_ago(1)),
        complaint("f4", "young", days_ago(1)),
        complaint("f5", "held", days_ago(5)),
    ]
    for each in heard:
        Intake(ledger, "test").feedback([each], each.event_at)

    assert sorted(outcomes_of(ledger)) == [
        ("complained", False),
        ("complained", False),
        ("complained", True),
    ]


def test_what_is_learnt_after_the_window_does_not_change_what_was_seen(ledger: Ledger) -> None:
    ledger.record([listing("d1", days_ago(9)), listing("d2", days_ago(1), "review", data_id="b")])
    before = seen_of(ledger)

    ledger.record([listing("d3", days_ago(-1), data_id="c")])
    Intake(ledger, "test").feedback([complaint("f1", "d1", days_ago(-1))], days_ago(-1))
    Docket(ledger).decide([review("r1", "d2", days_ago(-1))], days_ago(-1))

    assert seen_of(ledger) == before


@pytest.mark.parametrize(
    ("text", "share"), [("路口交通", 0.0), ("路.口交通", 0.5), ("iPhone 15", None)]
)
def test_the_share_of_unknown_words_is_of_chinese_characters(
    text: str, share: float | None
) -> None:
    assert unknown_share(text, TOKENISER) == share


def test_a_degraded_answer_is_of_no_version() -> None:
    sent = {"data_id": "a", "text": "好"}
    degraded: Observation = observed(
        answered("claims", sent, "d1", UNTIL, degraded=True), TOKENISER
    )

    assert degraded.versions is None
    assert degraded.degraded
