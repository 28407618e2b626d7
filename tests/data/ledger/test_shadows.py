"""What shadows answered, beside the decisions that count."""

from datetime import datetime

from data.ledger import Decision, Ledger, erase_before, verify
from data.ledger.shadows import (
    Course,
    ShadowAnswer,
    Stretch,
    count_answered,
    courses,
    keep_shadows,
    note_started,
    note_stopped,
    shadowed,
)
from tests.data.ledger.records import DAY, NOON, listing

STRETCH = Stretch("listings", "m2", NOON - DAY, NOON + DAY)


def answer(decision: Decision, version: str = "m2") -> ShadowAnswer:
    """A shadow that would have let the item pass."""
    verdict = decision.verdict().model_copy(
        update={"suggestion": "pass", "probability": 0.1, "model_version": version}
    )
    return ShadowAnswer(
        decision_id=decision.decision_id,
        model_version=version,
        kind=decision.kind,
        suggestion="pass",
        probability=0.1,
        answer=verdict.model_dump_json(ensure_ascii=True),
        latency_ms=1.5,
        champion_ms=None,
        decided_at=decision.decided_at,
    )


def answered(ledger: Ledger, name: str, at: datetime = NOON) -> Decision:
    """A decision that a shadow answered, too."""
    decision = listing(name, data_id=f"goods-{name}", at=at)
    ledger.record([decision])
    keep_shadows(ledger, [answer(decision)])
    return decision


def test_an_answer_stands_beside_its_decision(ledger: Ledger) -> None:
    decision = answered(ledger, "d1")
    ledger.record([listing("d2", data_id="goods-2")])

    (pair,) = shadowed(ledger, STRETCH, str(decision.model_version))

    assert pair.decision == decision
    assert pair.shadow == answer(decision)
    assert pair.shadow.verdict().suggestion == "pass"
    assert count_answered(ledger, STRETCH, str(decision.model_version)) == 2


def test_an_answer_that_is_there_already_stays(ledger: Ledger) -> None:
    decision = answered(ledger, "d1")
    later = answer(decision).model_copy(update={"latency_ms": 9.0})

    keep_shadows(ledger, [later, later, answer(decision, "m3")])

    (pair,) = shadowed(ledger, STRETCH, str(decision.model_version))
    assert pair.shadow.latency_ms == 1.5
    assert courses(ledger, "listings") == [Course(v, 1, NOON, NOON) for v in ("m2", "m3")]


def test_answers_about_another_champion_or_time_are_no_comparison(ledger: Ledger) -> None:
    decision = answered(ledger, "d1", at=NOON + 2 * DAY)
    answered(ledger, "d2")

    assert not list(shadowed(ledger, STRETCH, "m0"))
    pairs = shadowed(ledger, STRETCH, str(decision.model_version))
    assert [pair.decision.decision_id for pair in pairs] == ["d2"]


def test_a_shadow_makes_no_case_and_leaves_the_trail_as_it_is(ledger: Ledger) -> None:
    decision = listing("d1", suggestion="pass")
    ledger.record([decision])
    before = verify(ledger)

    keep_shadows(ledger, [answer(decision)])

    assert verify(ledger) == before
    assert before.problems == []


def test_answers_are_erased_with_their_time(ledger: Ledger) -> None:
    answered(ledger, "d1")
    answered(ledger, "d2", at=NOON + 9 * DAY)

    counts = erase_before(ledger, NOON + DAY, "operator", NOON + 10 * DAY)

    assert counts["shadows"] == 1
    assert verify(ledger).problems == []


def test_who_started_and_stopped_a_shadow_is_on_the_trail(ledger: Ledger) -> None:
    with ledger.acting("wang", NOON) as transaction:
        note_started(transaction, "listings", "m2", None)
        note_stopped(transaction, "listings", "m2")

    found = verify(ledger)
    assert (found.rows, found.problems) == (2, [])
