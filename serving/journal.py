"""The service's log: one JSON line per problem. Merchant text and keys never enter it."""

import json
import logging
import sys
import threading
import time
import traceback
from collections.abc import Callable
from datetime import UTC, datetime
from types import TracebackType

_LOGGER = logging.getLogger("mingcha.serving")


class JsonLines(logging.Formatter):
    """A record as one line of JSON; of an exception only its type and place, never its message.

    The message of a validation or database error quotes the value it is about.
    """

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info and record.exc_info[0]:
            line["exception"] = record.exc_info[0].__name__
            line["where"] = _places(record.exc_info[2])
        return json.dumps(line, ensure_ascii=False)


def _places(trace: TracebackType | None) -> list[str]:
    frames = traceback.extract_tb(trace)[-5:]
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]


def write_to_stderr() -> None:
    """Send the service's log to stderr as JSON lines, and to nowhere else."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    _LOGGER.handlers = [handler]
    _LOGGER.setLevel(logging.INFO)
    _LOGGER.propagate = False
    # BentoML and uvicorn would print an exception with the values in it.
    logging.getLogger("uvicorn.error").handlers = [handler]
    logging.getLogger("uvicorn.error").propagate = False


def note(event: str, **fields: object) -> None:
    """Log something that an operator may want to know, and that is no problem."""
    _LOGGER.info(event, extra={"fields": fields})


def problem(event: str, error: BaseException | None = None, **fields: object) -> None:
    """Log a problem; of ``error`` only the type and the place."""
    _LOGGER.error(event, exc_info=error, extra={"fields": fields})


class OncePerMinute:
    """Logs a recurring problem once a minute, with how often it was seen since the last time.

    Safe to share between threads.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seen: dict[str, int] = {}
        self._logged_at: dict[str, float] = {}
        self._counting = threading.Lock()

    def problem(self, event: str, error: BaseException | None = None, **fields: object) -> None:
        """As `problem`, but silent where the same event was logged less than a minute ago."""
        if times := self._due(event):
            problem(event, error, times=times, **fields)

    def _due(self, event: str) -> int:
        """How often the event was seen, if it is time to say so; else 0."""
        with self._counting:
            self._seen[event] = self._seen.get(event, 0) + 1
            now = self._clock()
            if now - self._logged_at.get(event, -60.0) < 60.0:
                return 0
            self._logged_at[event] = now
            return self._seen.pop(event)
