"""The OpenAPI 3.1 document, made from the records that the service really reads and writes."""

from functools import cache
from typing import Any

from pydantic.json_schema import models_json_schema

from data.limits import MAX_BODY_BYTES, MAX_CHARACTERS, MAX_ITEMS
from data.listing import Listing
from data.segment import LiveSegment
from data.verdict import Verdict
from data.version import __version__
from serving.answer import ItemError
from serving.evidence import Evidence

_REF = "#/components/schemas/{model}"

_STATUSES = {
    "400": "Not JSON, or not the object that is expected: `invalid_json`, `invalid_request`, "
    "`unknown_field`.",
    "401": "No active API key: `unauthorised`.",
    "404": "No decision of that name: `unknown_decision`.",
    "413": f"More than {MAX_ITEMS} items (`too_many_items`), {MAX_CHARACTERS} characters over all "
    f"texts (`too_many_characters`) or {MAX_BODY_BYTES} bytes (`body_too_large`).",
    "503": "`not_ready`, `overloaded`, `timeout`, or `ledger_unavailable`: no item could be "
    "answered. Send the request again after `Retry-After` seconds.",
}


@cache
def document() -> dict[str, Any]:
    """The document. Treat it as read-only."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Mingcha 明察",
            "version": __version__,
            "description": "Scores live speech and listings: `pass`, `review` or `block`, with "
            "evidence. `start` and `end` of a hit are Unicode code points of the field as sent, "
            "end exclusive. The same item gets the same `decision_id` until a version changes.",
        },
        "security": [{"bearer": []}, {"header": []}],
        "paths": {
            "/v1/claims/score": _scoring("Score windows of live speech (直播话术)", "LiveSegment"),
            "/v1/listings/score": _scoring("Score listings (商品)", "Listing"),
            "/v1/decisions/{decision_id}": _decision(),
            "/v1/openapi.json": _open("This document"),
            "/livez": _open("Whether the process runs"),
            "/readyz": _open(
                "Whether requests can be answered; 503 until models are loaded", "503"
            ),
            "/metrics": _open("Counters in Prometheus's text format", media="text/plain"),
        },
        "components": {
            "schemas": _schemas(),
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "header": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
            },
        },
    }


def _scoring(summary: str, item: str) -> dict[str, Any]:
    body = {
        "type": "object",
        "required": ["items"],
        "additionalProperties": False,
        "properties": {
            "items": {"type": "array", "minItems": 1, "maxItems": MAX_ITEMS, "items": _ref(item)}
        },
    }
    return {
        "post": {
            "summary": summary,
            "description": f"At most {MAX_ITEMS} items and {MAX_CHARACTERS} characters. Results "
            "are in the order of the items; one that cannot be scored gets an error in its place.",
            "requestBody": {"required": True, "content": {"application/json": {"schema": body}}},
            "responses": {
                "200": _response("An answer or an error for each item.", _ref("ScoreResponse")),
                **_errors("400", "401", "413", "503"),
            },
        }
    }


def _decision() -> dict[str, Any]:
    name = {"name": "decision_id", "in": "path", "required": True, "schema": {"type": "string"}}
    return {
        "get": {
            "summary": "The evidence pack (证据包) of a decision",
            "parameters": [name],
            "responses": {
                "200": _response("The pack.", _ref("Evidence")),
                **_errors("401", "404", "503"),
            },
        }
    }


def _open(summary: str, *errors: str, media: str = "application/json") -> dict[str, Any]:
    schema = {"type": "string"} if media.startswith("text") else {"type": "object"}
    response = _response(summary, schema, media)
    return {
        "get": {
            "summary": summary,
            "security": [],
            "responses": {"200": response, **_errors(*errors)},
        }
    }


def _errors(*statuses: str) -> dict[str, Any]:
    return {status: _response(_STATUSES[status], _ref("Error")) for status in statuses}


def _response(
    description: str, schema: dict[str, Any], media: str = "application/json"
) -> dict[str, Any]:
    return {"description": description, "content": {media: {"schema": schema}}}


def _ref(model: str) -> dict[str, str]:
    return {"$ref": _REF.format(model=model)}


def _schemas() -> dict[str, Any]:
    _, read = models_json_schema(
        [(LiveSegment, "validation"), (Listing, "validation")], ref_template=_REF
    )
    _, written = models_json_schema(
        [(Verdict, "serialization"), (ItemError, "serialization"), (Evidence, "serialization")],
        ref_template=_REF,
    )
    result = {"anyOf": [_ref("Verdict"), _ref("ItemError")]}
    return {
        **read["$defs"],
        **written["$defs"],
        "ScoreResponse": {
            "type": "object",
            "required": ["request_id", "results"],
            "properties": {
                "request_id": {"type": "string"},
                "results": {"type": "array", "items": result},
            },
        },
        "Error": {
            "type": "object",
            "required": ["error"],
            "properties": {
                "error": {
                    "type": "object",
                    "required": ["code", "message"],
                    "properties": {
                        "code": {"type": "string"},
                        "message": {"type": "string"},
                        "limit": {"type": "integer"},
                    },
                }
            },
        },
    }
