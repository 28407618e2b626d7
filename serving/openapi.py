"""The OpenAPI 3.1 document, made from the records that the service really reads and writes."""

from functools import cache
from typing import Any

from pydantic.json_schema import models_json_schema

from data.feedback import Appeal, Feedback
from data.limits import MAX_BODY_BYTES, MAX_CHARACTERS, MAX_FEEDBACK_ITEMS, MAX_ITEMS
from data.listing import Listing
from data.segment import LiveSegment
from data.verdict import Verdict
from data.version import __version__
from serving.answer import ItemError
from serving.evidence import Evidence
from serving.reception import AppealStatus, FeedbackStatus

_REF = "#/components/schemas/{model}"

_STATUS = (
    "`recorded`; `repeated`: was sent before with the same content; `refused`: `error` says why."
)

_STATUSES = {
    "400": "Not JSON, or not the object that is expected: `invalid_json`, `invalid_request`, "
    "`unknown_field`; of a single appeal also what is wrong with a field, which `field` names.",
    "401": "No active API key: `unauthorised`.",
    "404": "No decision of that name: `unknown_decision`.",
    "409": "Another appeal was sent under this `appeal_id`: `conflict`.",
    "413": f"More items than allowed (`too_many_items`), {MAX_CHARACTERS} characters over all "
    f"texts to be scored (`too_many_characters`) or {MAX_BODY_BYTES} bytes (`body_too_large`); "
    "`limit` names the limit.",
    "503": "`not_ready`, `overloaded`, `timeout`, or `ledger_unavailable`: no item could be "
    "answered or kept. Send the request again after `Retry-After` seconds.",
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
            "evidence; takes in appeals and what is learnt after sale. `start` and `end` of a hit "
            "are Unicode code points of the field as sent, end exclusive. The same item gets the "
            "same `decision_id` until a version changes.",
        },
        "security": [{"bearer": []}, {"header": []}],
        "paths": {
            "/v1/claims/score": _scoring("Score windows of live speech (直播话术)", "LiveSegment"),
            "/v1/listings/score": _scoring("Score listings (商品)", "Listing"),
            "/v1/feedback": _feedback(),
            "/v1/appeals": _appeals(),
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
    return {
        "post": {
            "summary": summary,
            "description": f"At most {MAX_ITEMS} items and {MAX_CHARACTERS} characters. Results "
            "are in the order of the items; one that cannot be scored gets an error in its place.",
            "requestBody": _body(_items(item, MAX_ITEMS)),
            "responses": {
                "200": _response("An answer or an error for each item.", _ref("ScoreResponse")),
                **_errors("400", "401", "413", "503"),
            },
        }
    }


def _feedback() -> dict[str, Any]:
    return {
        "post": {
            "summary": "Report what was learnt after decisions (反馈): evidence, not labels",
            "description": f"At most {MAX_FEEDBACK_ITEMS} items; results are in their order. "
            f"{_STATUS} An event that was sent before with other content is `corrected`: both "
            "stay on record. All of a request is kept, or nothing (503).",
            "requestBody": _body(_items("Feedback", MAX_FEEDBACK_ITEMS)),
            "responses": {
                "200": _response("A status for each event.", _ref("FeedbackResponse")),
                **_errors("400", "401", "413", "503"),
            },
        }
    }


def _appeals() -> dict[str, Any]:
    return {
        "post": {
            "summary": "Appeal against a decision (申诉); a case is opened for it",
            "description": f"One appeal, or at most {MAX_ITEMS} as `items`, with results in their "
            f"order. {_STATUS} Of a single appeal, a refusal is that of the request; in `items` "
            "it stands in the appeal's place, with the same code.",
            "requestBody": _body({"anyOf": [_ref("Appeal"), _items("Appeal", MAX_ITEMS)]}),
            "responses": {
                "200": _response(
                    "What became of the appeal, or a status for each.",
                    {"anyOf": [_ref("AppealResponse"), _ref("AppealsResponse")]},
                ),
                **_errors("400", "401", "404", "409", "413", "503"),
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


def _items(item: str, most: int) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["items"],
        "additionalProperties": False,
        "properties": {
            "items": {"type": "array", "minItems": 1, "maxItems": most, "items": _ref(item)}
        },
    }


def _body(schema: dict[str, Any]) -> dict[str, Any]:
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def _answers(result: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["request_id", "results"],
        "properties": {
            "request_id": {"type": "string"},
            "results": {"type": "array", "items": result},
        },
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
        [(record, "validation") for record in (LiveSegment, Listing, Feedback, Appeal)],
        ref_template=_REF,
    )
    _, written = models_json_schema(
        [
            (record, "serialization")
            for record in (Verdict, ItemError, Evidence, FeedbackStatus, AppealStatus)
        ],
        ref_template=_REF,
    )
    appeal = written["$defs"]["AppealStatus"]
    named = {"request_id": {"type": "string"}, **appeal["properties"]}
    return {
        **read["$defs"],
        **written["$defs"],
        "ScoreResponse": _answers({"anyOf": [_ref("Verdict"), _ref("ItemError")]}),
        "FeedbackResponse": _answers(_ref("FeedbackStatus")),
        "AppealsResponse": _answers(_ref("AppealStatus")),
        "AppealResponse": {
            "type": "object",
            "required": ["request_id", "appeal_id", "status"],
            "properties": {name: named[name] for name in ("request_id", "appeal_id", "status")},
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
                        "field": {"type": "string"},
                    },
                }
            },
        },
    }
