import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from data.ledger import Keys, Ledger
from tests.serving.conftest import Service, Shelf, listing, speech


def test_results_stand_in_the_order_of_the_items(service: Service) -> None:
    results = service.score(speech("根治", "a"), speech("你好", "b"), speech("最好", "c"))

    assert [result["data_id"] for result in results] == ["a", "b", "c"]
    assert [result["suggestion"] for result in results] == ["block", "pass", "review"]


def test_one_bad_item_fails_no_other(service: Service) -> None:
    bad, good = service.score({"data_id": "a", "text": 7}, speech("根治", "b"))

    assert bad == {
        "data_id": "a",
        "error": {"code": "wrong_type", "message": "must be text, found 7", "field": "text"},
    }
    assert good["suggestion"] == "block"


def test_listings_are_scored(service: Service) -> None:
    (result,) = service.score(listing(title="根治杯"), kind="listings")

    assert result["suggestion"] == "block"


@pytest.mark.parametrize("text", ["你好", "根治"])
def test_the_same_item_gets_the_same_answer(service: Service, text: str) -> None:
    (first,) = service.score(speech(text))
    (second,) = service.score(speech(text))

    assert {**second, "latency_ms": 0} == {**first, "latency_ms": 0}


def test_an_item_twice_in_a_request_is_decided_once(service: Service) -> None:
    first, second = service.score(speech("根治"), speech("根治"))

    assert first == second
    assert first["previous_decision_id"] is None


def test_a_changed_item_names_the_decision_before(service: Service) -> None:
    (first,) = service.score(speech("根治"))
    (second,) = service.score(speech("你好"))
    (third,) = service.score(speech("最好"))

    assert second["previous_decision_id"] == first["decision_id"]
    assert third["previous_decision_id"] == second["decision_id"]


def test_kinds_do_not_share_decisions(service: Service) -> None:
    service.score(speech("根治", "same"))
    (result,) = service.score(listing(data_id="same"), kind="listings")

    assert result["previous_decision_id"] is None


def test_a_new_champion_takes_over_and_decides_anew(service: Service, shelf: Shelf) -> None:
    (first,) = service.score(speech("根治"))
    shelf.current["claims"] = "v2"
    service.runtime.champions.reload()

    (second,) = service.score(speech("根治"))

    assert (first["model_version"], second["model_version"]) == ("v1", "v2")
    assert second["previous_decision_id"] == first["decision_id"]


def test_a_new_brand_registry_is_taken_over(service: Service, shelf: Shelf) -> None:
    loads = service.runtime.metrics.loads.labels("listings", "loaded")
    before = loads._value.get()
    shelf.known = "a brand registry"
    service.runtime.champions.reload()

    assert loads._value.get() == before + 1


def test_a_broken_new_champion_leaves_the_old_one_in_place(service: Service, shelf: Shelf) -> None:
    shelf.current["claims"] = "broken"
    service.runtime.champions.reload()

    (result,) = service.score(speech("你好"))

    assert result["model_version"] == "v1"
    assert not result["degraded"]


@pytest.mark.parametrize("current", [None, "broken"])
def test_without_a_usable_champion_nothing_passes_silently(
    tmp_path: Path, shelf: Shelf, current: str | None
) -> None:
    shelf.current["claims"] = current
    with Service(tmp_path, shelf, {}) as service:
        clean, harmful = service.score(speech("你好", "a"), speech("根治", "b"))
        readiness = service.client.get("/readyz").json()

    assert (clean["suggestion"], clean["degraded"]) == ("review", True)
    assert (harmful["suggestion"], harmful["degraded"]) == ("block", True)
    assert clean["model_version"] is None
    assert readiness["degraded"]


def test_degraded_answers_may_pass_where_the_settings_say_so(tmp_path: Path, shelf: Shelf) -> None:
    shelf.current["claims"] = None
    with Service(tmp_path, shelf, {"MINGCHA_DEGRADED_CLAIMS": "pass"}) as service:
        (result,) = service.score(speech("你好"))

    assert (result["suggestion"], result["degraded"]) == ("pass", True)


@pytest.mark.parametrize("text", ["故障", "崩溃"])
def test_an_item_that_the_model_fails_on_is_degraded_and_no_other(
    service: Service, text: str
) -> None:
    failed, scored = service.score(speech(text, "a"), speech("你好", "b"))

    assert (failed["degraded"], failed["suggestion"]) == (True, "review")
    assert (scored["degraded"], scored["suggestion"]) == (False, "pass")


def test_a_degraded_answer_is_remembered_like_any_other(tmp_path: Path, shelf: Shelf) -> None:
    shelf.current["claims"] = None
    with Service(tmp_path, shelf, {}) as service:
        (first,) = service.score(speech("你好"))
        (again,) = service.score(speech("你好"))
        (changed,) = service.score(speech("早"))

    assert again["decision_id"] == first["decision_id"]
    assert changed["previous_decision_id"] == first["decision_id"]


def test_a_ledger_beyond_the_network_is_remembered_alike(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Ledger, "is_embedded", False)
    (first,) = service.score(speech("根治"))
    (again,) = service.score(speech("根治"))
    (changed,) = service.score(speech("你好"))

    assert again["decision_id"] == first["decision_id"]
    assert changed["previous_decision_id"] == first["decision_id"]


def test_what_a_slow_model_finished_in_time_is_kept_and_remembered(
    tmp_path: Path, shelf: Shelf
) -> None:
    with Service(tmp_path, shelf, {"MINGCHA_SCORING_SECONDS": "0.5"}) as service:
        (first,) = service.score(speech("根治", "a"))
        pauses = iter((0.0, 1.0))
        shelf.scorers["claims", "v1"].before_scoring = lambda: time.sleep(next(pauses))
        again, slow = service.score(speech("根治", "a"), speech("你好", "b"))

    assert {**again, "latency_ms": 0} == {**first, "latency_ms": 0}
    assert slow["degraded"]


def test_a_slow_model_is_replaced_by_the_degraded_answer(tmp_path: Path, shelf: Shelf) -> None:
    with Service(tmp_path, shelf, {"MINGCHA_SCORING_SECONDS": "0.05"}) as service:
        shelf.scorers["claims", "v1"].before_scoring = lambda: time.sleep(0.3)
        (slow,) = service.score(speech("你好"))
        (while_stuck,) = service.score(speech("早", "seg-2"))

    assert (slow["degraded"], slow["suggestion"]) == (True, "review")
    assert while_stuck["degraded"]


def test_a_listing_that_takes_too_long_does_not_degrade_live_speech(
    tmp_path: Path, shelf: Shelf
) -> None:
    go_on = threading.Event()
    with Service(tmp_path, shelf, {"MINGCHA_SCORING_SECONDS": "0.5"}) as service:
        shelf.scorers["listings", "v1"].before_scoring = lambda: _wait(go_on)
        (slow,) = service.score(listing(), kind="listings")
        (speech_meanwhile,) = service.score(speech("你好"))
        go_on.set()

    assert slow["degraded"]
    assert not speech_meanwhile["degraded"]


def _wait(event: threading.Event) -> None:
    event.wait(20)


def test_the_evidence_pack_explains_a_decision(service: Service) -> None:
    item = speech("这茶根治百病")
    (result,) = service.score(item)

    pack = service.client.get(f"/v1/decisions/{result['decision_id']}").json()

    assert pack["facts"] == item
    assert pack["answer"] == {**result, "latency_ms": pack["answer"]["latency_ms"]}
    assert pack["reasons"][0]["reason"] == (
        "“根治”，涉嫌非医疗品宣称治病，依据广告法 第17条，建议拦截。"
    )
    assert pack["reasons"][0]["legal_basis"] == ["广告法 第17条"]
    assert pack["versions"] == {"model": "v1", "policy": "p1", "lexicon": "l1"}
    assert "申诉" in pack["appeal_channel"]


def test_a_pass_has_an_evidence_pack_at_once(service: Service) -> None:
    (result,) = service.score(speech("你好"))

    pack = service.client.get(f"/v1/decisions/{result['decision_id']}").json()

    assert pack["summary"] == "未发现违规，建议放行。"


@pytest.mark.parametrize("name", ["d0", "%00", "a" * 500, "..%2f..", "';drop table decisions;--"])
def test_an_unknown_decision_is_404(service: Service, name: str) -> None:
    response = service.client.get(f"/v1/decisions/{name}")

    assert response.status_code == 404
    assert set(response.json()["error"]) == {"code", "message"}


@pytest.mark.parametrize(
    "headers",
    [
        {"authorization": ""},
        {"authorization": "Bearer"},
        {"authorization": "Bearer mc_wrong"},
        {"authorization": "Basic bWM6"},
        {"authorization": "", "x-api-key": "mc_wrong"},
    ],
)
@pytest.mark.parametrize("path", ["/v1/claims/score", "/v1/listings/score", "/v1/decisions/d1"])
def test_without_a_key_there_is_no_answer(
    service: Service, path: str, headers: dict[str, str]
) -> None:
    method = "GET" if "decisions" in path else "POST"
    response = service.client.request(method, path, headers=headers)

    assert response.status_code == 401
    assert response.json()["error"]["code"] == "unauthorised"
    assert response.headers["www-authenticate"] == "Bearer"


def test_a_key_may_stand_in_its_own_header(service: Service) -> None:
    secret = service.client.headers["authorization"].split()[1]
    headers = {"authorization": "", "x-api-key": secret}
    body = {"items": [speech("你好")]}

    assert service.client.post("/v1/claims/score", json=body, headers=headers).status_code == 200


def test_a_revoked_key_stops_opening_a_running_service(service: Service) -> None:
    service.score(speech("你好"))
    ring = service.runtime.keyring
    Keys(service.runtime.ledger).revoke(service.key_id, datetime.now(UTC))

    ring._clock = lambda: time.monotonic() + 5

    assert service.post(speech("你好")).status_code == 401


def test_counters_have_bounded_labels(service: Service) -> None:
    service.score(speech("根治"))
    for path in ("/nothing", "/v1/decisions/d1", "/v1/decisions/d2", "/secret?x=1"):
        service.client.get(path)

    text = service.client.get("/metrics").text

    assert 'mingcha_requests_total{route="/v1/decisions/{decision_id}",status="4xx"} 2.0' in text
    assert 'mingcha_requests_total{route="other",status="4xx"} 2.0' in text
    assert 'mingcha_items_total{degraded="false",kind="claims",suggestion="block"} 1.0' in text
    assert "secret" not in text


def test_callers_who_come_first_and_together_are_all_let_in(service: Service) -> None:
    with ThreadPoolExecutor(8) as callers:
        responses = list(callers.map(lambda n: service.post(speech("你好", f"a{n}")), range(16)))

    assert {response.status_code for response in responses} == {200}
