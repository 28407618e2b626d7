import pytest

from data.ledger import Docket, DocketError, Intake, Ledger, verify
from data.review import RELIABILITY, Label, Stage, foremost, standing
from tests.data.ledger.records import DAY, NOON, appeal, listing, review


@pytest.fixture
def docket(ledger: Ledger) -> Docket:
    ledger.record([listing(), listing("d2", data_id="goods-2")])
    return Docket(ledger)


def current(docket: Docket, days: float = 10) -> Label | None:
    return foremost(standing(docket.labels_of("d1"), NOON + days * DAY))


@pytest.mark.parametrize(
    ("stage", "source"),
    [("queue", "reviewer"), ("second", "second_reviewer"), ("adjudicator", "adjudicator")],
)
def test_a_decision_of_a_person_is_a_label_of_their_stage(
    docket: Docket, stage: Stage, source: str
) -> None:
    (label,) = docket.decide([review(stage=stage, selection_probability=0.5)], NOON + DAY)

    assert docket.labels_of("d1") == [label]
    assert (label.source, label.outcome, label.codes) == (source, "violation", ["medical_claim"])
    assert (label.event_at, label.observed_at) == (NOON, NOON + DAY)
    assert label.reliability == RELIABILITY[label.source]
    assert label.selection_probability == 0.5


def test_deciding_closes_the_case_and_no_other(docket: Docket) -> None:
    first, other = sorted(docket.open_cases(), key=lambda case: case.data_id)

    docket.decide([review(case_id=first.case_id)], NOON)

    closed = docket.find(first.case_id)
    assert closed is not None
    assert (closed.state, closed.claimed_by) == ("closed", None)
    assert [case.case_id for case in docket.open_cases()] == [other.case_id]


def test_handing_a_case_on_decides_nothing(docket: Docket) -> None:
    case = min(docket.open_cases(), key=lambda case: case.data_id)

    labels = docket.decide([review(case_id=case.case_id, outcome=None)], NOON)

    assert labels == []
    assert docket.count_open() == 2
    assert [one.outcome for one in docket.reviews_of("d1")] == [None]


def test_a_review_sent_twice_is_recorded_once(docket: Docket) -> None:
    docket.decide([review()], NOON)

    assert docket.decide([review(outcome="clean")], NOON + DAY) == []
    assert [label.outcome for label in docket.labels_of("d1")] == ["violation"]


def test_a_label_that_was_taken_back_stays_on_record_and_counts_no_more(docket: Docket) -> None:
    docket.decide([review("r1", stage="second")], NOON)
    docket.decide([review("r2", outcome="clean", reverses="r1")], NOON + DAY)

    before, after = current(docket, days=0.5), current(docket, days=2)
    assert before is not None
    assert after is not None
    assert (before.outcome, before.source) == ("violation", "second_reviewer")
    assert (after.outcome, after.source) == ("clean", "reviewer")
    assert len(docket.labels_of("d1")) == 2


def test_an_appeal_that_was_upheld_outranks_all_reviews(ledger: Ledger, docket: Docket) -> None:
    Intake(ledger, "key:1").appeal(appeal(), NOON)
    docket.decide([review("r1", stage="adjudicator")], NOON)
    docket.decide([review("r2", stage="appeal", appeal_id="ap1", outcome="clean")], NOON + DAY)
    docket.decide([review("r3")], NOON + 2 * DAY)

    label = current(docket)
    assert label is not None
    assert (label.source, label.outcome) == ("appeal", "clean")


def test_reviews_with_long_names_make_a_label_each(docket: Docket) -> None:
    name = "r" * 127

    assert len(docket.decide([review(name + "1"), review(name + "2")], NOON)) == 2


@pytest.mark.parametrize(
    "unknown",
    [
        review("bad", decision_id="nothing"),
        review("bad", case_id="c-nothing"),
        review("bad", stage="appeal", appeal_id="ap-nothing"),
        review("bad", reverses="r-nothing"),
    ],
    ids=["decision", "case", "appeal", "review"],
)
def test_of_reviews_one_of_which_is_about_nothing_none_is_recorded(
    ledger: Ledger, docket: Docket, unknown: object
) -> None:
    with pytest.raises(DocketError, match="there is no"):
        docket.decide([review("good"), unknown], NOON)  # type: ignore[list-item]

    assert docket.reviews_of("d1") == []
    assert docket.labels_of("d1") == []
    assert verify(ledger).problems == []


def test_a_review_cannot_answer_take_back_or_close_what_is_about_another_decision(
    ledger: Ledger, docket: Docket
) -> None:
    Intake(ledger, "key:1").appeal(appeal(decision_id="d1"), NOON)
    docket.decide([review("r1", "d1")], NOON)
    case = min(docket.open_cases(), key=lambda case: case.data_id)

    for fields in (
        {"stage": "appeal", "appeal_id": "ap1"},
        {"reverses": "r1"},
        {"case_id": case.case_id},
    ):
        with pytest.raises(DocketError, match="that is about decision d2"):
            docket.decide([review("r2", "d2", outcome="clean", **fields)], NOON)

    assert docket.count_open() == 2
    assert docket.labels_of("d2") == []


def test_a_note_with_what_a_database_refuses_is_kept(docket: Docket) -> None:
    docket.decide([review(note="见\x00图")], NOON)

    assert [one.note for one in docket.reviews_of("d1")] == ["见\x00图"]
