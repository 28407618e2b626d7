import threading
from datetime import timedelta

import pytest

from data.ledger import Decision, Docket, Ledger
from tests.data.ledger.records import DAY, LEASE, NOON, listing, review, window


def members(ledger: Ledger) -> list[list[str]]:
    """The decisions of each open case, by name."""
    docket = Docket(ledger)
    cases = docket.open_cases()
    assert len(cases) == docket.count_open()
    assert all(case.count == len(docket.decisions_of(case.case_id)) for case in cases)
    return sorted(
        sorted(one.decision_id for one in docket.decisions_of(case.case_id)) for case in cases
    )


def only_case(ledger: Ledger) -> str:
    (case,) = Docket(ledger).open_cases()
    return case.case_id


@pytest.mark.parametrize(
    ("windows", "expected"),
    [
        ([window("a", 0), window("b", 300), window("c", 600)], [["a", "b", "c"]]),
        ([window("a", 0), window("b", 601)], [["a"], ["b"]]),
        ([window("c", 600), window("a", 0)], [["a", "c"]]),
        ([window("a", 0), window("b", 1, product="食品/茶")], [["a"], ["b"]]),
        ([window("a", 0), window("b", 1, room="room-8")], [["a"], ["b"]]),
        ([window("a", 0, room=None), window("b", 1, room=None)], [["a"], ["b"]]),
        ([window("a", None), window("b", None)], [["a"], ["b"]]),
    ],
    ids=["within", "later", "late-arrival", "product", "room", "no-room", "no-time"],
)
def test_windows_of_one_room_and_product_within_ten_minutes_are_one_case(
    ledger: Ledger, windows: list[Decision], expected: list[list[str]]
) -> None:
    for one in windows:
        ledger.record([one])

    assert members(ledger) == expected


def test_a_case_tells_when_its_room_was_first_and_last_flagged(ledger: Ledger) -> None:
    ledger.record([window("b", 400), window("a", 100), window("c", 500)])

    (case,) = Docket(ledger).open_cases()
    assert (case.first_s, case.last_s, case.count) == (100, 500, 3)


def test_a_passed_item_is_a_case_only_where_it_was_drawn(ledger: Ledger) -> None:
    ledger.record(
        [
            listing("pass", data_id="a", suggestion="pass"),
            listing("drawn", data_id="b", suggestion="pass", drawn="exploration"),
        ]
    )

    (case,) = Docket(ledger).open_cases()
    assert (case.data_id, case.source, case.selection_probability) == ("b", "exploration", 0.01)


def test_an_edited_listing_joins_its_open_case(ledger: Ledger) -> None:
    ledger.record([listing("old")])
    ledger.record([listing("new", at=NOON + DAY, title="另一个杯子")])

    assert members(ledger) == [["new", "old"]]


def test_what_is_flagged_again_after_its_case_was_closed_is_another_case(ledger: Ledger) -> None:
    ledger.record([window("a", 0)])
    Docket(ledger).decide([review(decision_id="a", case_id=only_case(ledger))], NOON)

    ledger.record([window("b", 1)])

    assert members(ledger) == [["b"]]


def test_a_claimed_case_is_another_reviewers_once_the_lease_is_over(ledger: Ledger) -> None:
    ledger.record([listing()])
    docket, case = Docket(ledger), only_case(ledger)

    assert docket.claim(case, "li", NOON, LEASE)
    assert docket.claim(case, "li", NOON, LEASE)
    assert not docket.claim(case, "wang", NOON + LEASE - timedelta(seconds=1), LEASE)
    assert docket.claim(case, "wang", NOON + LEASE, LEASE)
    assert not docket.claim(case, "li", NOON + LEASE, LEASE)


def test_a_closed_case_cannot_be_claimed(ledger: Ledger) -> None:
    ledger.record([listing()])
    docket, case = Docket(ledger), only_case(ledger)
    docket.decide([review(case_id=case)], NOON)

    assert not docket.claim(case, "li", NOON, LEASE)
    assert not docket.claim("c-unknown", "li", NOON, LEASE)


def test_two_people_never_get_the_same_case(ledger: Ledger) -> None:
    ledger.record([listing(f"d{n}", data_id=f"goods-{n}") for n in range(5)])
    docket = Docket(ledger)
    names = [case.case_id for case in docket.open_cases()]
    start = threading.Barrier(4)
    got: dict[str, list[str]] = {f"reviewer-{n}": [] for n in range(4)}

    def claim_all(reviewer: str) -> None:
        start.wait()
        got[reviewer] += [name for name in names if docket.claim(name, reviewer, NOON, LEASE)]

    threads = [threading.Thread(target=claim_all, args=(reviewer,)) for reviewer in got]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(name for claimed in got.values() for name in claimed) == sorted(names)
