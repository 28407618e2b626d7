from datetime import timedelta

import pytest

from data.feedback import Feedback
from data.ledger import Docket, Intake, Ledger, Receipt, find_with_aftermath, verify
from data.ledger.history import known_contents
from tests.data.ledger.records import DAY, NOON, appeal, event, listing, review


@pytest.fixture
def intake(ledger: Ledger) -> Intake:
    ledger.record([listing(), listing("d2", "goods-2", suggestion="pass", title="新款")])
    return Intake(ledger, "key:1")


def told(receipts: list[Receipt]) -> list[str]:
    return [receipt.status for receipt in receipts]


def close(ledger: Ledger, decision_id: str, outcome: str) -> None:
    docket = Docket(ledger)
    cases = [
        case.case_id
        for case in docket.open_cases()
        if decision_id in [one.decision_id for one in docket.decisions_of(case.case_id)]
    ]
    docket.decide(
        [review(f"r-{decision_id}", decision_id, outcome=outcome, case_id=next(iter(cases), None))],
        NOON,
    )


def test_an_event_sent_again_is_recorded_once(ledger: Ledger, intake: Intake) -> None:
    first = intake.feedback([event(text="不好")], NOON + DAY)
    again = intake.feedback([event(text="不好"), event(text="不好")], NOON + 2 * DAY)

    assert told(first + again) == ["recorded", "repeated", "repeated"]
    (content,) = known_contents(ledger, "listings", NOON + 9 * DAY)
    assert [one.observed_at for one in content.feedback] == [NOON + DAY]


def test_a_correction_counts_from_when_it_was_learnt_and_the_first_stays(
    ledger: Ledger, intake: Intake
) -> None:
    intake.feedback([event(reason="质量")], NOON + DAY)
    receipts = intake.feedback([event(reason="不喜欢")], NOON + 3 * DAY)

    assert told(receipts) == ["corrected"]
    for days, reason in ((2, "质量"), (4, "不喜欢")):
        (content,) = known_contents(ledger, "listings", NOON + days * DAY)
        assert [one.reason for one in content.feedback] == [reason]


def test_a_correction_may_come_in_the_same_request(intake: Intake) -> None:
    receipts = intake.feedback([event(text="一"), event(text="二"), event(text="二")], NOON)

    assert told(receipts) == ["recorded", "corrected", "repeated"]


@pytest.mark.parametrize(
    ("wrong", "code", "field"),
    [
        (event(decision_id="nothing"), "unknown_decision", "decision_id"),
        (event(decision_id="d1", data_id="goods-2"), "not_allowed", "data_id"),
        (event(observed_at=NOON + DAY), "out_of_range", "observed_at"),
        (event(event_at=NOON + DAY), "out_of_range", "event_at"),
        (event(order_at=NOON + timedelta(hours=1)), "out_of_range", "order_at"),
    ],
    ids=["unknown", "other-item", "learnt-in-future", "future", "ordered-after"],
)
def test_an_event_that_cannot_be_is_refused_alone(
    ledger: Ledger, intake: Intake, wrong: Feedback, code: str, field: str
) -> None:
    receipts = intake.feedback([event("a"), wrong, event("b")], NOON)

    assert told(receipts) == ["recorded", "refused", "recorded"]
    assert receipts[1].problem is not None
    assert (receipts[1].problem.code, receipts[1].problem.field) == (code, field)
    assert verify(ledger).problems == []


def test_feedback_is_never_a_label(ledger: Ledger, intake: Intake) -> None:
    intake.feedback(
        [event("a", kind="false_positive"), event("b", kind="laboratory", outcome="fail")], NOON
    )

    assert Docket(ledger).labels_of("d1") == []


def test_late_feedback_is_about_what_was_ordered_and_unknown_before_it_was_learnt(
    ledger: Ledger, intake: Intake
) -> None:
    ledger.record([listing("edited", at=NOON + 5 * DAY, suggestion="pass", title="杯子")])
    late = event(data_id="goods-1", order_at=NOON + DAY, event_at=NOON + 6 * DAY)

    intake.feedback([late], NOON + 8 * DAY)

    assert list(known_contents(ledger, "listings", NOON + 7 * DAY)) == []
    (content,) = known_contents(ledger, "listings", NOON + 8 * DAY)
    assert [one.decision_id for one in content.decisions] == ["d1"]


def test_an_event_about_an_item_that_was_never_decided_is_kept(
    ledger: Ledger, intake: Intake
) -> None:
    assert told(intake.feedback([event(data_id="unheard-of")], NOON)) == ["recorded"]
    assert verify(ledger).problems == []


@pytest.mark.parametrize(
    ("about", "outcome", "source"),
    [
        (event(decision_id="d2", kind="false_negative"), None, "report"),
        (event(decision_id="d2", kind="laboratory", outcome="不合格"), None, "report"),
        (event(decision_id="d2", kind="laboratory", outcome="不合格"), "clean", "reopened"),
        (event(decision_id="d1", kind="false_positive"), "violation", "report"),
        (event(decision_id="d1", kind="laboratory", outcome="fail"), "clean", "reopened"),
        (event(decision_id="d1", kind="laboratory", outcome="fail"), "violation", None),
        (event(decision_id="d2", kind="laboratory", outcome="pass"), None, None),
        (event(decision_id="d2", kind="refund"), None, None),
    ],
    ids=lambda value: value.kind if isinstance(value, Feedback) else str(value),
)
def test_a_report_or_a_failed_test_after_a_clean_label_opens_a_case(
    ledger: Ledger, intake: Intake, about: Feedback, outcome: str | None, source: str | None
) -> None:
    for decision_id in ("d1", "d2"):
        close(ledger, decision_id, outcome or "clean") if outcome or decision_id == "d1" else None

    (receipt,) = intake.feedback([about], NOON)

    opened = [(case.case_id, case.source) for case in Docket(ledger).open_cases()]
    assert opened == ([(receipt.case_id, source)] if source else [])


def test_a_clean_label_that_was_taken_back_reopens_nothing(ledger: Ledger, intake: Intake) -> None:
    close(ledger, "d1", "clean")
    Docket(ledger).decide([review("again", "d1", reverses="r-d1")], NOON)

    (receipt,) = intake.feedback([event(kind="laboratory", outcome="fail")], NOON)

    assert receipt.case_id is None


def test_an_appeal_opens_a_case_and_stands_in_the_aftermath(ledger: Ledger, intake: Intake) -> None:
    close(ledger, "d1", "violation")

    receipt = intake.appeal(appeal(statement="有\x00批文"), NOON + DAY)

    assert receipt.status == "recorded"
    (case,) = Docket(ledger).open_cases()
    assert (case.case_id, case.source) == (receipt.case_id, "appeal")
    found = find_with_aftermath(ledger, "d1")
    assert found is not None
    assert [(one.statement, one.submitted_at) for one in found[1].appeals] == [
        ("有\x00批文", NOON + DAY)
    ]


def test_an_appeal_against_what_still_waits_for_review_joins_its_case(
    ledger: Ledger, intake: Intake
) -> None:
    (waiting,) = Docket(ledger).open_cases()

    receipt = intake.appeal(appeal(), NOON + DAY)

    (case,) = Docket(ledger).open_cases()
    assert receipt.case_id == waiting.case_id == case.case_id
    assert (case.source, case.count, case.updated_at) == ("appeal", 1, NOON + DAY)


def test_an_appeal_is_recorded_once_and_never_changed(ledger: Ledger, intake: Intake) -> None:
    first = intake.appeal(appeal(), NOON)
    again, other, unknown = intake.appeals(
        [appeal(), appeal(statement="另有理由"), appeal("ap2", "nothing")], NOON + DAY
    )

    assert told([first, again, other, unknown]) == ["recorded", "repeated", "refused", "refused"]
    assert [one.problem and one.problem.code for one in (other, unknown)] == [
        "conflict",
        "unknown_decision",
    ]
    assert verify(ledger).problems == []


def test_more_events_than_one_query_takes_are_recorded(intake: Intake) -> None:
    events = [event(f"fb{n}", data_id=f"goods-{n}") for n in range(1_000)]

    assert set(told(intake.feedback(events, NOON))) == {"recorded"}
    assert set(told(intake.feedback(events, NOON))) == {"repeated"}
