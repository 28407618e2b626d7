"""The HTTP application: routes, keys, limits, errors. It decides nothing about an item."""

import asyncio
import json
import re
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from data.ledger import Aftermath, Decision, LedgerError, find_with_aftermath
from data.limits import MAX_FEEDBACK_ITEMS, MAX_ITEMS
from data.verdict import Kind
from serving import journal
from serving.admission import Admission
from serving.answer import Answer
from serving.body import parse_json, read_body, read_items, read_scored_items
from serving.bootstrap import Runtime
from serving.champion import KINDS
from serving.evidence import evidence, with_pending
from serving.openapi import document
from serving.reception import AppealStatus, FeedbackStatus, refusal
from serving.refusal import RequestError, try_again

_DECISION_ID = re.compile(r"[A-Za-z0-9_.:-]{1,128}")

_READY_SECONDS = 1.0
_READY_CHECKS = 50

_TAKING_IN = 16
"""Requests with feedback or appeals at once in a process."""

Handler = Callable[[Request], Awaitable[Response]]


class Json(Response):
    """A JSON answer in UTF-8."""

    media_type = "application/json"

    def render(self, content: object) -> bytes:
        """The bytes; text that is already JSON is taken as it is."""
        text = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
        # A lone surrogate has no UTF-8; its JSON escape is what this error handler writes.
        return text.encode("utf-8", "backslashreplace")


def build_app(runtime: Runtime) -> Starlette:
    """The application. Its lifespan starts and ends what ``runtime`` holds."""

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with runtime.running():
            yield

    api = _Api(runtime)
    app = Starlette(
        routes=[
            Route("/v1/claims/score", api.score("claims"), methods=["POST"]),
            Route("/v1/listings/score", api.score("listings"), methods=["POST"]),
            Route("/v1/feedback", api.feedback, methods=["POST"]),
            Route("/v1/appeals", api.appeals, methods=["POST"]),
            Route("/v1/decisions/{decision_id}", api.decision, methods=["GET"]),
            Route("/v1/openapi.json", api.openapi, methods=["GET"]),
            Route("/livez", api.alive, methods=["GET"]),
            Route("/readyz", api.ready, methods=["GET"]),
            Route("/metrics", api.metrics, methods=["GET"]),
        ],
        lifespan=lifespan,
        exception_handlers={RequestError: _refused, HTTPException: _http_error},
    )
    app.router.redirect_slashes = False
    app.add_middleware(Counted, runtime=runtime)
    return app


class _Api:
    """The handlers."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._taking_in = Admission(_TAKING_IN)

    def score(self, kind: Kind) -> Handler:
        """The handler that scores items of one kind."""

        async def answer(value: object) -> Response:
            items = read_scored_items(value)
            return Json(_results(await self._runtime.desk.answer(kind, items)))

        async def handler(request: Request) -> Response:
            await self._authorise(request)
            await self._loaded()
            with self._runtime.admission:
                return await self._in_time(request, answer)

        return handler

    async def feedback(self, request: Request) -> Response:
        """Take in what was learnt after decisions."""
        actor = await self._authorise(request)

        async def take(value: object) -> Response:
            items = read_items(value, MAX_FEEDBACK_ITEMS)
            return Json(_statuses(await self._runtime.reception.feedback(items, actor)))

        with self._taking_in:
            return await self._in_time(request, take)

    async def appeals(self, request: Request) -> Response:
        """Take in one appeal, whose refusal is the request's, or several."""
        actor = await self._authorise(request)

        async def take(value: object) -> Response:
            if isinstance(value, dict) and "items" in value:
                items = read_items(value, MAX_ITEMS)
                return Json(_statuses(await self._runtime.reception.appeals(items, actor)))
            (status,) = await self._runtime.reception.appeals([value], actor)
            if status.error:
                raise refusal(status.error)
            return Json({"request_id": uuid.uuid4().hex, **_status(status)})

        with self._taking_in:
            return await self._in_time(request, take)

    async def _in_time(
        self, request: Request, work: Callable[[object], Awaitable[Response]]
    ) -> Response:
        """What ``work`` makes of the request's JSON, within the time that a request may take."""
        try:
            async with asyncio.timeout(self._runtime.settings.request_seconds):
                return await work(parse_json(await read_body(request)))
        except TimeoutError as error:
            raise try_again("timeout", "the request took too long; try again") from error
        except ClientDisconnect as error:
            raise RequestError(400, "invalid_request", "the body ended early") from error

    async def decision(self, request: Request) -> Response:
        """The evidence pack of one decision."""
        await self._authorise(request)
        decision_id = request.path_params["decision_id"]
        found = await self._found(decision_id) if _DECISION_ID.fullmatch(decision_id) else None
        if found is None:
            raise RequestError(404, "unknown_decision", "there is no decision of that name")
        decision, after = found
        waiting = self._runtime.writer.waiting(decision.kind, decision.data_id)
        last = waiting[-1] if waiting else None
        pack = evidence(
            decision,
            with_pending(decision, after, last),
            datetime.now(UTC),
            self._runtime.settings.appeal_channel,
        )
        return Json(pack.model_dump(mode="json"))

    async def _found(self, decision_id: str) -> tuple[Decision, Aftermath] | None:
        if pending := self._runtime.writer.pending(decision_id):
            return pending, Aftermath([], [], [], [])
        try:
            return await asyncio.to_thread(find_with_aftermath, self._runtime.ledger, decision_id)
        except LedgerError as error:
            journal.problem("ledger_not_read", error, cause=str(error))
            raise try_again("ledger_unavailable", "the ledger cannot be read") from error

    async def openapi(self, _request: Request) -> Response:
        """The description of this API."""
        return Json(document())

    async def alive(self, _request: Request) -> Response:
        """Whether the process runs."""
        return Json({"alive": True})

    async def ready(self, _request: Request) -> Response:
        """Whether requests can be answered, and by which models."""
        champions = self._runtime.champions
        if not champions.is_ready:
            raise try_again("not_ready", "the models are still being loaded; try again")
        scorers = {kind: champions.scorer(kind) for kind in KINDS}
        models = {kind: scorer and scorer.model_version for kind, scorer in scorers.items()}
        return Json({"ready": True, "degraded": None in models.values(), "models": models})

    async def metrics(self, _request: Request) -> Response:
        """The counters, over all processes."""
        text = await asyncio.to_thread(self._runtime.metrics.text)
        return Response(text, media_type="text/plain; version=0.0.4; charset=utf-8")

    async def _loaded(self) -> None:
        # Of several workers one may still be loading while another already said it is ready.
        for _ in range(_READY_CHECKS):
            if self._runtime.champions.is_ready:
                return
            await asyncio.sleep(_READY_SECONDS / _READY_CHECKS)
        raise try_again("not_ready", "the models are still being loaded; try again")

    async def _authorise(self, request: Request) -> str:
        """Who sends the request, as the audit trail names them."""
        secret = _secret(request)
        try:
            key = await self._runtime.keyring.holder(secret) if secret else None
        except LedgerError as error:
            raise try_again("ledger_unavailable", "the API keys cannot be read") from error
        if key is None:
            message = "send an active API key as 'Authorization: Bearer mc_…' or 'X-API-Key: mc_…'"
            raise RequestError(401, "unauthorised", message, headers={"WWW-Authenticate": "Bearer"})
        return f"key:{key.key_id}"


def _secret(request: Request) -> str:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else request.headers.get("x-api-key", "")


def _results(answers: list[Answer]) -> str:
    results = ",".join(answer.model_dump_json() for answer in answers)
    return f'{{"request_id":"{uuid.uuid4().hex}","results":[{results}]}}'


def _statuses(statuses: Sequence[FeedbackStatus | AppealStatus]) -> dict[str, object]:
    return {"request_id": uuid.uuid4().hex, "results": [_status(status) for status in statuses]}


def _status(status: FeedbackStatus | AppealStatus) -> dict[str, object]:
    return status.model_dump(mode="json", exclude=None if status.error else {"error"})


async def _refused(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestError)
    return Json(error.body(), error.status, error.headers)


async def _http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    if error.status_code == 405:
        message = f"{request.method[:10]} is not allowed here"
        return Json(RequestError(405, "method_not_allowed", message).body(), 405, error.headers)
    refusal = RequestError(error.status_code, "not_found", "there is nothing at this path")
    return Json(refusal.body(), error.status_code, error.headers)


class Counted:
    """Counts and times each request by its route, and turns a fault into a 500 without words."""

    def __init__(self, app: ASGIApp, runtime: Runtime) -> None:
        self._app = app
        self._metrics = runtime.metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status = 0
        started = time.perf_counter()

        async def observed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, observed)
        except Exception as error:  # noqa: BLE001 - uvicorn would log the message, which may quote
            journal.problem("request_failed", error)
            if not status:
                fault = RequestError(
                    500, "internal_error", "the service failed; the fault is logged"
                )
                await Json(fault.body(), 500)(scope, receive, observed)
        finally:
            route = getattr(scope.get("route"), "path", "other")
            self._metrics.requests.labels(route, f"{status // 100}xx").inc()
            self._metrics.seconds.labels(route).observe(time.perf_counter() - started)
