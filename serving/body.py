"""Reading a request: bytes to JSON to items, each step with its limit and its error."""

import json
from collections.abc import Iterable
from typing import NoReturn

from starlette.requests import Request

from data.limits import MAX_BODY_BYTES, MAX_CHARACTERS, MAX_ITEMS
from serving.refusal import RequestError


async def read_body(request: Request) -> bytes:
    """The body, read no further than the limit."""
    declared = request.headers.get("content-length", "0")
    if declared.isdecimal() and int(declared[:20]) > MAX_BODY_BYTES:
        raise _too_large()
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise _too_large()
    return bytes(body)


def _too_large() -> RequestError:
    message = f"the body is larger than {MAX_BODY_BYTES} bytes"
    return RequestError(413, "body_too_large", message, MAX_BODY_BYTES, {"Connection": "close"})


def parse_json(body: bytes) -> object:
    """The JSON value, by RFC 8259: no NaN, no name twice, UTF-8 only."""
    try:
        return json.loads(
            body.decode("utf-8-sig"), object_pairs_hook=_unique, parse_constant=_refuse_constant
        )
    except RecursionError as error:
        raise RequestError(400, "invalid_json", "the JSON is nested too deeply") from error
    except UnicodeDecodeError as error:
        message = f"the body is not UTF-8: byte {error.start} cannot be read"
        raise RequestError(400, "invalid_json", message) from error
    except json.JSONDecodeError as error:
        message = f"the body is not JSON: {error.msg} at line {error.lineno} column {error.colno}"
        raise RequestError(400, "invalid_json", message) from error
    except ValueError as error:  # an integer of more digits than Python reads
        raise RequestError(
            400, "invalid_json", "the JSON has a number of too many digits"
        ) from error


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise RequestError(400, "invalid_json", "the JSON has an object that gives a name twice")
    return fields


def _refuse_constant(constant: str) -> NoReturn:
    raise RequestError(
        400, "invalid_json", f"{constant} is not JSON; leave the field out if unknown"
    )


def read_items(value: object, most: int) -> list[object]:
    """The items of a request body ``{"items": [...]}``, at least one and at most ``most``."""
    if not isinstance(value, dict):
        raise RequestError(400, "invalid_request", 'the body must be an object: {"items": [...]}')
    if unknown := sorted(value.keys() - {"items"}):
        name = json.dumps(unknown[0][:100])
        raise RequestError(400, "unknown_field", f"unknown field {name}; only 'items' is allowed")
    items = value.get("items")
    if not isinstance(items, list) or not items:
        message = f"'items' must be a list of 1 to {most} items"
        raise RequestError(400, "invalid_request", message)
    if len(items) > most:
        message = f"{len(items)} items; at most {most} are allowed in one request"
        raise RequestError(413, "too_many_items", message, most)
    return items


def read_scored_items(value: object) -> list[object]:
    """The items of a scoring request, whose texts together are limited, too."""
    items = read_items(value, MAX_ITEMS)
    if (found := characters(items)) > MAX_CHARACTERS:
        message = f"{found} characters; at most {MAX_CHARACTERS} are allowed in one request"
        raise RequestError(413, "too_many_characters", message, MAX_CHARACTERS)
    return items


def characters(items: Iterable[object]) -> int:
    """Unicode code points over all texts, at any depth.

    >>> characters([{"text": "你好", "licences": {"蓝帽": "1"}}])
    3
    """
    total = 0
    waiting = list(items)
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            total += len(value)
        elif isinstance(value, dict):
            waiting.extend(value.values())
        elif isinstance(value, list):
            waiting.extend(value)
    return total
