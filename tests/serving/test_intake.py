"""Feedback and appeals by the API, and what the evidence pack tells of them."""

import json
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from data.ledger import Docket, verify
from data.ledger.tables import audit, feedback
from data.limits import MAX_BODY_BYTES, MAX_FEEDBACK_ITEMS, MAX_ITEMS, MAX_TEXT
from data.review import Review
from tests.serving.conftest import Service, Shelf, appeal, refund, speech
from tests.serving.test_outages import full_disk, locked


@pytest.fixture
def decision_id(service: Service) -> str:
    """A flagged window."""
    (result,) = service.score(speech("根治"))
    name: str = result["decision_id"]
    return name


def report(service: Service, *items: object) -> list[dict[str, Any]]:
    """The statuses of feedback that is answered."""
    response = service.client.post("/v1/feedback", json={"items": list(items)})
    assert response.status_code == 200, response.text
    results: list[dict[str, Any]] = response.json()["results"]
    return results


def object_to(service: Service, body: object) -> Any:
    return service.client.post("/v1/appeals", json=body)


def rows(service: Service) -> int:
    with service.runtime.ledger.reading() as connection:
        return len(connection.execute(feedback.select()).all())


def test_each_event_has_its_status_in_its_place(service: Service, decision_id: str) -> None:
    results = report(
        service,
        refund("a", decision_id=decision_id),
        refund("b", decision_id="unknown"),
        refund("c", data_id="seg-1"),
        refund("a", decision_id=decision_id),
        refund("a", decision_id=decision_id, reason="质量"),
    )

    assert [(one["feedback_id"], one["status"]) for one in results] == [
        ("a", "recorded"),
        ("b", "refused"),
        ("c", "recorded"),
        ("a", "repeated"),
        ("a", "corrected"),
    ]
    assert results[1]["error"]["code"] == "unknown_decision"
    assert results[1]["error"]["field"] == "decision_id"
    assert "error" not in results[0]


@pytest.mark.parametrize(
    ("item", "code", "field"),
    [
        (7, "invalid_item", None),
        (None, "invalid_item", None),
        ({}, "required", "feedback_id"),
        ({**refund(data_id="a"), "label": 1}, "unknown_field", "label"),
        (refund(data_id="a", rating=6), "out_of_range", "rating"),
        (refund(data_id="a", rating="5"), "wrong_type", "rating"),
        (refund(data_id="a", rating=True), "wrong_type", "rating"),
        (refund(data_id="a", kind="praise"), "not_allowed", "kind"),
        (refund(data_id="a", text="好" * (MAX_TEXT + 1)), "too_long", "text"),
        (refund(data_id="a", event_at="2026-01-02"), "invalid", "event_at"),
        (refund(data_id="a", event_at="9999-12-31T23:59:59Z"), "out_of_range", "event_at"),
        (refund(data_id="a", observed_at="9999-12-31T23:59:59Z"), "out_of_range", "observed_at"),
        (refund(data_id="a'; DROP TABLE feedback; --"), "malformed", "data_id"),
        (refund("x\x00", data_id="a"), "malformed", "feedback_id"),
        (refund("x\n", data_id="a"), "malformed", "feedback_id"),
        (refund(data_id=["a"]), "wrong_type", "data_id"),
        (refund(), "invalid", None),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_a_bad_event_is_refused_and_no_other(
    service: Service, item: object, code: str, field: str | None
) -> None:
    good, bad, also_good = report(service, refund("a", data_id="a"), item, refund("b", data_id="a"))

    assert (good["status"], bad["status"], also_good["status"]) == (
        "recorded",
        "refused",
        "recorded",
    )
    assert (bad["error"]["code"], bad["error"]["field"]) == (code, field)


@pytest.mark.parametrize(
    "item",
    [
        '{"feedback_id": "\\ud800", "kind": "refund"}',
        '{"\\ud800": 1}',
        '{"feedback_id": "a", "text": ' + "[" * 400 + "]" * 400 + "}",
        '{"feedback_id": "a", "rating": 1e999}',
        '{"feedback_id": "a", "rating": ' + "9" * 400 + "}",
        "{" + ",".join(f'"f{n}": 0' for n in range(50_000)) + "}",
    ],
    ids=lambda value: value[:40],
)
def test_hostile_json_is_refused_in_its_place(service: Service, item: str) -> None:
    response = service.client.post("/v1/feedback", content='{"items": [' + item + "]}")

    assert response.status_code == 200
    assert response.json()["results"][0]["status"] == "refused"


def test_words_that_a_database_refuses_are_kept(service: Service, decision_id: str) -> None:
    text = "不好\x00🎈'; --"
    event = refund(decision_id=decision_id, text=text, reason=text, host_id=text)

    assert report(service, event)[0]["status"] == "recorded"
    assert object_to(service, appeal(decision_id, statement=text)).status_code == 200
    pack = service.client.get(f"/v1/decisions/{decision_id}").json()
    assert pack["appeals"][0]["statement"] == text


@pytest.mark.parametrize(
    ("path", "most"), [("/v1/feedback", MAX_FEEDBACK_ITEMS), ("/v1/appeals", MAX_ITEMS)]
)
def test_the_limit_of_items_is_named(service: Service, path: str, most: int) -> None:
    allowed = service.client.post(path, json={"items": [{}] * most})
    refused = service.client.post(path, json={"items": [{}] * (most + 1)})

    assert (allowed.status_code, len(allowed.json()["results"])) == (200, most)
    assert refused.status_code == 413
    assert (refused.json()["error"]["code"], refused.json()["error"]["limit"]) == (
        "too_many_items",
        most,
    )


@pytest.mark.parametrize("path", ["/v1/feedback", "/v1/appeals"])
@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"{", 400, "invalid_json"),
        (b"[" * 100_000, 400, "invalid_json"),
        (b'{"items": {}}', 400, "invalid_request"),
        (b'{"items": []}', 400, "invalid_request"),
        (b'{"items": [{}], "x": 1}', 400, "unknown_field"),
        (b" " * (MAX_BODY_BYTES + 1), 413, "body_too_large"),
    ],
    ids=["broken", "deep", "no-list", "none", "field", "large"],
)
def test_a_request_that_cannot_be_read_is_refused(
    service: Service, path: str, body: bytes, status: int, code: str
) -> None:
    response = service.client.post(path, content=body)

    assert (response.status_code, response.json()["error"]["code"]) == (status, code)


@pytest.mark.parametrize("path", ["/v1/feedback", "/v1/appeals"])
def test_without_a_key_nothing_is_taken_in(service: Service, path: str) -> None:
    body = {"items": [refund(data_id="a")]}
    response = service.client.post(path, json=body, headers={"authorization": "Bearer mc_x"})

    assert response.status_code == 401
    assert rows(service) == 0


def test_the_audit_trail_names_the_key(service: Service, decision_id: str) -> None:
    report(service, refund(decision_id=decision_id))
    object_to(service, appeal(decision_id))

    with service.runtime.ledger.reading() as connection:
        acts = {row.act: row.actor for row in connection.execute(audit.select())}
    assert acts["feedback.recorded"] == acts["appeal.recorded"] == f"key:{service.key_id}"
    assert verify(service.runtime.ledger).problems == []


def test_feedback_is_never_a_label(service: Service, decision_id: str) -> None:
    for kind in ("false_positive", "false_negative", "laboratory", "dispute", "complaint"):
        report(service, refund(kind, decision_id=decision_id, kind=kind, outcome="fail"))

    assert Docket(service.runtime.ledger).labels_of(decision_id) == []
    assert service.client.get(f"/v1/decisions/{decision_id}").json()["current_label"] is None


def test_what_was_answered_a_moment_ago_can_be_spoken_of(service: Service) -> None:
    (passed,) = service.score(speech("你好", "fresh"))
    (other,) = service.score(speech("早", "new"))

    by_decision, by_item = report(
        service,
        refund("a", decision_id=passed["decision_id"]),
        refund("b", data_id="new", kind="false_negative"),
    )

    assert (by_decision["status"], by_item["status"]) == ("recorded", "recorded")
    (case,) = Docket(service.runtime.ledger).open_cases()
    assert (case.data_id, case.source) == ("new", "report")
    assert service.client.get(f"/v1/decisions/{other['decision_id']}").status_code == 200


def test_an_appeal_is_recorded_and_opens_a_case(service: Service, decision_id: str) -> None:
    response = object_to(service, appeal(decision_id, evidence=["https://example.com/批文.jpg"]))
    again = object_to(service, appeal(decision_id, evidence=["https://example.com/批文.jpg"]))

    assert (response.status_code, response.json()["status"]) == (200, "recorded")
    assert response.json()["appeal_id"] == "ap-1"
    assert (again.status_code, again.json()["status"]) == (200, "repeated")
    (case,) = Docket(service.runtime.ledger).open_cases()
    assert case.source == "appeal"


@pytest.mark.parametrize(
    ("body", "status", "code", "field"),
    [
        (appeal("unknown", "ap-2"), 404, "unknown_decision", "decision_id"),
        (appeal("DECISION", statement="另有理由"), 409, "conflict", "appeal_id"),
        (appeal("DECISION", "ap-2", statement=" "), 400, "invalid", "statement"),
        (appeal("DECISION", "ap-2", statement=7), 400, "wrong_type", "statement"),
        (appeal("DECISION", "ap-2", evidence=["好"] * 51), 400, "too_long", "evidence"),
        (appeal("DECISION", "ap-2", oops=1), 400, "unknown_field", "oops"),
        (appeal("' OR 1=1 --"), 400, "malformed", "decision_id"),
        (
            appeal("DECISION", "ap-2", submitted_at="9999-01-01T00:00:00Z"),
            400,
            "out_of_range",
            "submitted_at",
        ),
        ({}, 400, "required", "appeal_id"),
        ([], 400, "invalid_item", None),
        ("appeal", 400, "invalid_item", None),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_the_refusal_of_one_appeal_is_that_of_the_request(
    service: Service, decision_id: str, body: Any, status: int, code: str, field: str | None
) -> None:
    object_to(service, appeal(decision_id))
    if isinstance(body, dict) and body.get("decision_id") == "DECISION":
        body = {**body, "decision_id": decision_id}

    response = object_to(service, body)

    assert (response.status_code, response.json()["error"]["code"]) == (status, code)
    assert response.json()["error"].get("field") == field
    pack = service.client.get(f"/v1/decisions/{decision_id}").json()
    assert [one["appeal_id"] for one in pack["appeals"]] == ["ap-1"]


def test_of_several_appeals_each_has_its_status(service: Service, decision_id: str) -> None:
    response = object_to(
        service,
        {"items": [appeal(decision_id), appeal("unknown", "ap-2"), appeal(decision_id), 7]},
    )

    statuses = [
        (one["appeal_id"], one["status"], one.get("error", {}).get("code"))
        for one in response.json()["results"]
    ]
    assert response.status_code == 200
    assert statuses == [
        ("ap-1", "recorded", None),
        ("ap-2", "refused", "unknown_decision"),
        ("ap-1", "repeated", None),
        (None, "refused", "invalid_item"),
    ]


@pytest.mark.parametrize("outage", [locked, full_disk])
def test_in_an_outage_nothing_is_half_written(
    service: Service, decision_id: str, outage: Any
) -> None:
    events = [refund(f"fb{n}", decision_id=decision_id, text="坏" * 10_000) for n in range(10)]
    with outage(service):
        responses = [
            service.client.post("/v1/feedback", json={"items": events}),
            object_to(service, appeal(decision_id, statement="有批文" * 5_000)),
        ]
        alive = service.client.get("/livez")

    for response in responses:
        assert (response.status_code, response.headers["retry-after"]) == (503, "1")
        assert response.json()["error"]["code"] == "ledger_unavailable"
    assert alive.status_code == 200
    assert rows(service) == 0
    assert {one["status"] for one in report(service, *events)} == {"recorded"}
    assert verify(service.runtime.ledger).problems == []


def test_the_service_lives_while_it_waits_for_the_ledger(service: Service) -> None:
    waiting = threading.Thread(
        target=service.client.post,
        args=("/v1/feedback",),
        kwargs={"json": {"items": [refund(data_id="a")]}},
    )
    with locked(service):
        waiting.start()
        alive = service.client.get("/livez")
        still = waiting.is_alive()
    waiting.join()

    assert alive.status_code == 200
    assert still


def test_too_much_at_once_is_an_overload(tmp_path: Path, shelf: Shelf) -> None:
    impatient = {"MINGCHA_REQUEST_SECONDS": "0.3", "MINGCHA_SCORING_SECONDS": "0.2"}
    codes: list[str] = []
    with Service(tmp_path, shelf, impatient) as service:

        def send() -> None:
            answer = service.client.post("/v1/feedback", json={"items": [refund(data_id="a")]})
            codes.append(answer.json()["error"]["code"])

        with locked(service):
            threads = [threading.Thread(target=send) for _ in range(20)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()

    assert set(codes) <= {"overloaded", "timeout"}
    assert codes.count("overloaded") == 20 - 16


def test_the_evidence_pack_tells_what_became_of_a_decision(
    service: Service, decision_id: str
) -> None:
    object_to(service, appeal(decision_id))
    (edited,) = service.score(speech("根治了"))
    (waiting,) = service.score(speech("你好"))
    docket, now = Docket(service.runtime.ledger), datetime.now(UTC)
    first: dict[str, Any] = {
        "decision_id": decision_id,
        "reviewer": "wang.li",
        "decided_at": now,
    }
    docket.decide(
        [
            Review(
                review_id="r1",
                outcome="violation",
                codes=["medical_claim"],
                note="王丽：老客户",
                **first,
            ),
            Review(review_id="r2", stage="appeal", appeal_id="ap-1", outcome="clean", **first),
        ],
        now,
    )

    pack = service.client.get(f"/v1/decisions/{decision_id}").json()

    assert [(one["role"], one["outcome"]) for one in pack["reviews"]] == [
        ("reviewer", "violation"),
        ("appeal", "clean"),
    ]
    assert (pack["appeals"][0]["appeal_id"], pack["appeals"][0]["outcome"]) == ("ap-1", "clean")
    assert (pack["current_label"]["source"], pack["current_label"]["outcome"]) == (
        "appeal",
        "clean",
    )
    later = [(one["decision_id"], one["suggestion"]) for one in pack["later_decisions"]]
    assert later == [(edited["decision_id"], "block"), (waiting["decision_id"], "pass")]
    assert "wang.li" not in json.dumps(pack)
    assert "王丽" not in json.dumps(pack, ensure_ascii=False)


def test_of_a_review_that_was_taken_back_the_pack_says_so(
    service: Service, decision_id: str
) -> None:
    now = datetime.now(UTC)
    given: dict[str, Any] = {"decision_id": decision_id, "reviewer": "li", "decided_at": now}
    Docket(service.runtime.ledger).decide(
        [
            Review(review_id="r1", outcome="violation", codes=["medical_claim"], **given),
            Review(review_id="r2", outcome="clean", reverses="r1", **given),
        ],
        now,
    )

    pack = service.client.get(f"/v1/decisions/{decision_id}").json()

    assert [one["taken_back"] for one in pack["reviews"]] == [True, False]
    assert pack["current_label"]["outcome"] == "clean"


def test_what_is_taken_in_is_counted(service: Service, decision_id: str) -> None:
    report(service, refund(decision_id=decision_id), {})

    assert service.metric("mingcha_taken_in_total", kind="feedback", status="recorded") == 1
    assert service.metric("mingcha_taken_in_total", kind="feedback", status="refused") == 1


def test_no_word_of_a_merchant_is_logged(
    service: Service, decision_id: str, caplog: pytest.LogCaptureFixture
) -> None:
    with locked(service):
        report_body = {"items": [refund(decision_id=decision_id, text="买家的话")]}
        service.client.post("/v1/feedback", json=report_body)
    object_to(service, appeal("unknown", statement="买家的话"))

    assert "买家的话" not in caplog.text
