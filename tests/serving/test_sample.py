"""Passed items that are drawn for review, and what the ledger fills in."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from data.ledger import Decision, Docket, Ledger
from data.snapshot import Snapshot
from data.verdict import Kind
from models.judgement import Opinion
from serving.sampling import KEY
from tests.serving.conftest import Service, Shelf, listing, speech

OFTEN = {"MINGCHA_EXPLORATION_SHARE": "0.5", "MINGCHA_REVIEW_SAMPLE_SHARE": "0.5"}


def kept(service: Service, decision_id: str) -> Decision:
    """The decision, once it is written."""
    found = None
    while found is None:
        found = service.runtime.ledger.find(decision_id)
    return found


def scored(service: Service, *items: object, kind: Kind = "claims") -> list[Decision]:
    answers = service.score(*items, kind=kind)
    return [kept(service, answer["decision_id"]) for answer in answers]


def test_a_passed_item_that_is_drawn_becomes_a_case_and_stays_passed(
    tmp_path: Path, shelf: Shelf
) -> None:
    items = [speech("你好", f"a{n}") for n in range(40)]
    with Service(tmp_path, shelf, OFTEN) as service:
        decisions = scored(service, *items)
        cases = Docket(service.runtime.ledger).open_cases()

    drawn = {one.data_id for one in decisions if one.selected_for}
    assert {one.suggestion for one in decisions} == {"pass"}
    assert {one.selection_probability for one in decisions} == {0.5}
    assert 0 < len(drawn) < 40
    assert {(case.data_id, case.source) for case in cases} == {
        (name, "exploration") for name in drawn
    }


def test_an_item_that_model_and_rules_differ_on_is_drawn_for_it(
    tmp_path: Path, shelf: Shelf
) -> None:
    with Service(tmp_path, shelf, {"MINGCHA_REVIEW_SAMPLE_SHARE": "1"}) as service:
        shelf.scorers["claims", "v1"].opinion = Opinion(threshold=0.5, model=0.8, rules=0.0)
        (decision,) = scored(service, speech("你好"))

    assert (decision.suggestion, decision.selected_for) == ("pass", "disagreement")
    assert decision.selection_probability == 1.0


def test_a_flagged_item_comes_before_a_person_for_certain(service: Service) -> None:
    (decision,) = scored(service, speech("根治"))

    assert (decision.selection_probability, decision.selected_for) == (1.0, None)


def test_a_degraded_pass_is_explored(tmp_path: Path, shelf: Shelf) -> None:
    shelf.current["claims"] = None
    with Service(tmp_path, shelf, {"MINGCHA_DEGRADED_CLAIMS": "pass", **OFTEN}) as service:
        (decision,) = scored(service, speech("你好"))

    assert decision.selection_probability == 0.5


def test_draws_are_the_same_after_a_restart_and_others_elsewhere(
    tmp_path: Path, shelf: Shelf
) -> None:
    items = [speech("你好", f"a{n}") for n in range(40)]

    def drawn(home: str, ledger: str, **settings: str) -> list[str | None]:
        url = {"MINGCHA_LEDGER_URL": f"sqlite:///{tmp_path}/{ledger}.sqlite"}
        with Service(tmp_path / home, shelf, OFTEN | url | settings) as service:
            return [one.selected_for for one in scored(service, *items)]

    first = drawn("one", "a")

    assert drawn("one", "b") == first
    assert drawn("two", "c") != first
    seeded = {"MINGCHA_EXPLORATION_SEED": "of this platform"}
    assert drawn("three", "d", **seeded) == drawn("four", "e", **seeded)
    assert (tmp_path / "one" / KEY).stat().st_mode & 0o077 == 0


def test_a_key_that_cannot_be_read_stops_no_answer(tmp_path: Path, shelf: Shelf) -> None:
    (tmp_path / KEY).write_bytes(b"cut")
    with Service(tmp_path, shelf, {}) as service:
        (decision,) = scored(service, speech("你好"))

    assert decision.selection_probability == pytest.approx(0.01)


def test_edits_of_a_listing_are_filled_from_the_ledger(service: Service) -> None:
    first, changed = (
        service.score(listing(title=title), kind="listings")[0] for title in ("羽绒服", "保暖服")
    )
    decision = kept(service, changed["decision_id"])

    assert (first["filled_from_ledger"], changed["filled_from_ledger"]) == ([], ["edits_7d"])
    assert decision.judged()["edits_7d"] == 1
    assert "edits_7d" not in decision.item()


def test_edits_that_the_caller_sends_are_not_replaced(service: Service) -> None:
    service.score(listing(), kind="listings")
    (result,) = service.score(listing(title="保暖服", edits_7d=0), kind="listings")

    assert result["filled_from_ledger"] == []


def test_what_was_decided_before_something_was_filled_in_is_still_the_same_item(
    service: Service,
) -> None:
    (first,) = service.score(listing(), kind="listings")
    (again,) = service.score(listing(), kind="listings")

    assert {**again, "latency_ms": 0} == {**first, "latency_ms": 0}


def test_a_ledger_beyond_the_network_fills_in_alike(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Ledger, "is_embedded", False)
    scored(service, listing(), kind="listings")
    (result,) = service.score(listing(title="保暖服"), kind="listings")

    assert result["filled_from_ledger"] == ["edits_7d"]


def test_a_ledger_that_cannot_be_read_fills_nothing_and_holds_flags_back(service: Service) -> None:
    scored(service, listing(), kind="listings")
    with unreadable(service):
        clean, flagged = service.score(
            listing(title="保暖服"), listing(data_id="b", title="根治"), kind="listings"
        )

    assert (clean["suggestion"], clean["filled_from_ledger"]) == ("pass", [])
    assert flagged["error"]["code"] == "ledger_unavailable"


def test_a_decision_keeps_the_instant_of_its_request(service: Service) -> None:
    (decision,) = scored(service, speech("你好"))

    snapshot = Snapshot.model_validate_json(decision.snapshot or "")
    assert snapshot.at == decision.decided_at == decision.verdict().feature_as_of


@contextmanager
def unreadable(service: Service) -> Iterator[None]:
    with service.runtime.ledger.writing() as connection:
        connection.exec_driver_sql("ALTER TABLE decisions RENAME TO hidden")
    yield
    with service.runtime.ledger.writing() as connection:
        connection.exec_driver_sql("ALTER TABLE hidden RENAME TO decisions")
