"""A request that is refused as a whole: its HTTP status and what the caller reads."""

from collections.abc import Mapping

RETRY_AFTER_SECONDS = 1


class RequestError(Exception):
    """A request-level error, answered as ``{"error": {"code", "message", "limit"?, "field"?}}``."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        limit: int | None = None,
        headers: Mapping[str, str] | None = None,
        field: str | None = None,
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.message = message
        self.limit = limit
        self.field = field
        self.headers = dict(headers or {})

    def body(self) -> dict[str, object]:
        """The error as JSON."""
        error: dict[str, object] = {"code": self.code, "message": self.message}
        if self.limit is not None:
            error["limit"] = self.limit
        if self.field is not None:
            error["field"] = self.field
        return {"error": error}


def try_again(code: str, message: str) -> RequestError:
    """A 503 that asks the caller to come back shortly."""
    return RequestError(503, code, message, headers={"Retry-After": str(RETRY_AFTER_SECONDS)})


def overloaded() -> RequestError:
    """The 503 of a service that has more to do than it can."""
    return try_again("overloaded", "the service has more requests than it can answer; try again")
