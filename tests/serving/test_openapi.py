from pathlib import Path
from typing import Any

import pytest
from starlette.routing import Route

from serving.app import build_app
from serving.openapi import document
from tests.serving.conftest import Service, Shelf, appeal, refund, speech


def test_each_route_is_documented_and_no_other(service: Service) -> None:
    routes = {
        (route.path, method.lower())
        for route in build_app(service.runtime).routes
        if isinstance(route, Route)
        for method in (route.methods or set()) - {"HEAD"}
    }

    documented = {(path, method) for path, item in document()["paths"].items() for method in item}
    assert routes == documented


def statuses() -> list[tuple[str, str, str]]:
    return [
        (path, method, status)
        for path, item in document()["paths"].items()
        for method, operation in item.items()
        for status in operation["responses"]
    ]


@pytest.mark.parametrize(("path", "method", "status"), statuses())
def test_each_documented_status_is_real(
    tmp_path: Path, shelf: Shelf, path: str, method: str, status: str
) -> None:
    with Service(tmp_path, shelf, {}) as service:
        (result,) = service.score(speech("根治"))
        call: dict[str, Any] = {}
        if method == "post":
            call["json"] = _body(path, status, result["decision_id"])
        if status == "409":
            service.client.post(path, json={**call["json"], "statement": "另有理由"})
        if status != "404":
            path = path.replace("{decision_id}", result["decision_id"])
        if status == "401":
            call["headers"] = {"authorization": "Bearer mc_wrong"}
        if status == "503":
            service.runtime.champions.is_ready = False
            _break_ledger(service)

        response = service.client.request(method, path, **call)

    assert str(response.status_code) == status


def _body(path: str, status: str, decision_id: str) -> dict[str, Any]:
    if status == "400":
        return {"items": []}
    if status == "413":
        return {"items": [{}] * 1_001}
    if path == "/v1/feedback":
        return {"items": [refund(decision_id=decision_id)]}
    if path == "/v1/appeals":
        return appeal(decision_id if status != "404" else "unknown")
    return {"items": [{}]}


def _break_ledger(service: Service) -> None:
    with service.runtime.ledger.writing() as connection:
        connection.exec_driver_sql("DROP TABLE decisions")


def test_references_within_the_document_lead_somewhere() -> None:
    schemas = document()["components"]["schemas"]

    def references(value: object) -> list[str]:
        if isinstance(value, dict):
            own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
            return own + [ref for part in value.values() for ref in references(part)]
        if isinstance(value, list):
            return [ref for part in value for ref in references(part)]
        return []

    assert {ref.rpartition("/")[2] for ref in references(document())} <= schemas.keys()


def test_the_document_is_served_without_a_key(service: Service) -> None:
    response = service.client.get("/v1/openapi.json", headers={"authorization": ""})

    assert response.json()["openapi"] == "3.1.0"
