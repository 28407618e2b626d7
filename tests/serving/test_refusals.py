import json
from collections.abc import Iterator
from typing import Any

import pytest

from data.limits import MAX_BODY_BYTES, MAX_CHARACTERS, MAX_ITEMS, MAX_TEXT
from tests.serving.conftest import Service, listing, speech


def refused(service: Service, body: bytes | str, path: str = "/v1/claims/score") -> Any:
    """The status and error of a request with this body."""
    response = service.client.post(path, content=body)
    error = response.json()["error"]
    assert error["message"]
    return response.status_code, error["code"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "invalid_json"),
        (b"{", "invalid_json"),
        (b'{"items": [{"data_id": "a", "text": NaN}]}', "invalid_json"),
        (b'{"items": [{"data_id": "a", "text": -Infinity}]}', "invalid_json"),
        (b'{"items": [], "items": []}', "invalid_json"),
        (b'{"items": [{"data_id": "a", "data_id": "b", "text": ""}]}', "invalid_json"),
        (b'{"items": [' + b"9" * 5_000 + b"]}", "invalid_json"),
        (b'{"items": ' + b"[" * 100_000, "invalid_json"),
        (b'{"items": "\xff"}', "invalid_json"),
        ('{"items": []}'.encode("utf-16"), "invalid_json"),
        (b"[]", "invalid_request"),
        (b'"items"', "invalid_request"),
        (b"null", "invalid_request"),
        (b"{}", "invalid_request"),
        (b'{"items": []}', "invalid_request"),
        (b'{"items": {}}', "invalid_request"),
        (b'{"items": null}', "invalid_request"),
        (b'{"items": [{}], "policy": "mild"}', "unknown_field"),
        (b'{"items": [{}], "\\ud800": 1}', "unknown_field"),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_a_body_that_is_no_list_of_items_is_refused(
    service: Service, body: bytes, code: str
) -> None:
    assert refused(service, body) == (400, code)


def test_101_items_are_refused(service: Service) -> None:
    body = json.dumps({"items": [speech("好", f"a{n}") for n in range(MAX_ITEMS + 1)]})
    response = service.client.post("/v1/claims/score", content=body)

    assert response.status_code == 413
    assert response.json()["error"] == {
        "code": "too_many_items",
        "message": "101 items; at most 100 are allowed in one request",
        "limit": MAX_ITEMS,
    }


def test_100_items_are_answered(service: Service) -> None:
    assert len(service.score(*[speech("好", f"a{n}") for n in range(MAX_ITEMS)])) == MAX_ITEMS


def test_characters_are_counted_over_all_texts_of_the_request(service: Service) -> None:
    items = [speech("好" * MAX_TEXT, f"a{n}") for n in range(MAX_CHARACTERS // MAX_TEXT)]
    response = service.post(*items)

    assert response.status_code == 413
    assert response.json()["error"]["code"] == "too_many_characters"
    assert response.json()["error"]["limit"] == MAX_CHARACTERS


def test_a_body_over_the_limit_is_refused(service: Service) -> None:
    response = service.client.post("/v1/claims/score", content=b" " * (MAX_BODY_BYTES + 1))

    assert response.status_code == 413
    assert response.json()["error"]["limit"] == MAX_BODY_BYTES


def test_a_body_that_does_not_tell_its_length_is_limited_too(service: Service) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(MAX_BODY_BYTES // 100_000 + 1):
            yield b" " * 100_000

    response = service.client.post("/v1/claims/score", content=chunks())

    assert response.status_code == 413
    assert response.json()["error"]["code"] == "body_too_large"


@pytest.mark.parametrize(
    ("item", "code", "field"),
    [
        (7, "invalid_item", None),
        ([], "invalid_item", None),
        ({}, "required", "data_id"),
        ({"data_id": "a"}, "required", "text"),
        (speech("好", "a b"), "malformed", "data_id"),
        (speech("好", "a\x00"), "malformed", "data_id"),
        (speech("好", "a\n"), "malformed", "data_id"),
        (speech("好", "a" * 129), "malformed", "data_id"),
        (speech("好" * (MAX_TEXT + 1)), "too_long", "text"),
        ({**speech("好"), "price": 1}, "unknown_field", "price"),
        ({**speech("好"), "start_s": "1"}, "wrong_type", "start_s"),
        ({**speech("好"), "start_s": True}, "wrong_type", "start_s"),
        ({**speech("好"), "licences": []}, "wrong_type", "licences"),
        ({**speech("好"), "listing": listing(price=-1)}, "out_of_range", "listing.price"),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_speech_that_cannot_be_read_gets_an_error_in_its_place(
    service: Service, item: object, code: str, field: str | None
) -> None:
    (result,) = service.score(item)

    assert (result["error"]["code"], result["error"]["field"]) == (code, field)


@pytest.mark.parametrize(
    ("fields", "code", "field"),
    [
        ({"price": -1}, "out_of_range", "price"),
        ({"price": "9.9"}, "wrong_type", "price"),
        ({"price": True}, "wrong_type", "price"),
        ({"price": None}, "wrong_type", "price"),
        ({"edits_7d": 10**30}, "out_of_range", "edits_7d"),
        ({"edits_7d": 1.5}, "wrong_type", "edits_7d"),
        ({"category": " "}, "invalid", "category"),
        ({"condition": "好"}, "not_allowed", "condition"),
        ({"submitted_at": "2026-02-01T08:00:00"}, "invalid", "submitted_at"),
        ({"submitted_at": "0001-01-01T00:00:00+14:00"}, "invalid", "submitted_at"),
        ({"submitted_at": "9999-12-31T23:59:59-12:00"}, "invalid", "submitted_at"),
        ({"skus": [{"name": "大", "price": 1}, {"name": "小"}]}, "required", "skus[1].price"),
        ({"merchant": {"merchant_id": "m", "oops": 1}}, "unknown_field", "merchant.oops"),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_a_listing_that_cannot_be_read_gets_an_error_in_its_place(
    service: Service, fields: dict[str, object], code: str, field: str
) -> None:
    (result,) = service.score(listing(**fields), kind="listings")

    assert result["data_id"] == "goods-1"
    assert (result["error"]["code"], result["error"]["field"]) == (code, field)


@pytest.mark.parametrize(
    "item",
    [
        '{"data_id": "a", "text": "\\ud800"}',
        '{"data_id": "\\ud800", "text": "a"}',
        '{"data_id": "a", "text": "a", "\\ud800": 1}',
        '{"data_id": "a", "text": "a", "licences": {"\\udfff": "1"}}',
        '{"data_id": "a", "text": "a", "start_s": 1e999}',
        '{"data_id": "a", "text": "a", "start_s": ' + "9" * 400 + "}",
        '{"data_id": "a", "text": ' + "[" * 400 + "]" * 400 + "}",
    ],
    ids=lambda value: repr(value)[:60],
)
def test_hostile_json_gets_an_error_in_its_place(service: Service, item: str) -> None:
    response = service.client.post("/v1/claims/score", content='{"items": [' + item + "]}")

    assert response.status_code == 200
    assert response.json()["results"][0]["error"]["code"]


def test_a_text_with_a_nul_is_scored_and_kept_as_sent(service: Service) -> None:
    (result,) = service.score(speech("根治\x00"))

    pack = service.client.get(f"/v1/decisions/{result['decision_id']}").json()

    assert result["suggestion"] == "block"
    assert pack["facts"]["text"] == "根治\x00"


def test_an_id_that_is_none_is_not_repeated(service: Service) -> None:
    (result,) = service.score(speech("好", "<script>"))

    assert result["data_id"] is None


def test_json_under_another_content_type_is_read(service: Service) -> None:
    body = json.dumps({"items": [speech("好")]})
    headers = {"content-type": "text/plain"}

    assert service.client.post("/v1/claims/score", content=body, headers=headers).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/v1/claims/score", 405, "method_not_allowed"),
        ("POST", "/v1/decisions/d1", 405, "method_not_allowed"),
        ("GET", "/v1/claims/score/", 404, "not_found"),
        ("GET", "/", 404, "not_found"),
        ("GET", "/docs.json", 404, "not_found"),
        ("GET", "/schema.json", 404, "not_found"),
        ("GET", "/static_content/index.css", 404, "not_found"),
    ],
)
def test_what_is_not_there_is_refused(
    service: Service, method: str, path: str, status: int, code: str
) -> None:
    response = service.client.request(method, path)

    assert (response.status_code, response.json()["error"]["code"]) == (status, code)


def test_answers_are_utf_8_json(service: Service) -> None:
    response = service.post(speech("根治"))

    assert response.headers["content-type"] == "application/json"
    assert "非医疗品宣称治病".encode() in response.content
