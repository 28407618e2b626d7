"""Which API keys open the service, as last read from the ledger."""

import asyncio
import time
from collections.abc import Callable

from data.ledger import ApiKey, Keys, LedgerError, holder
from serving import journal

_FRESH_SECONDS = 2.0
_FRESH_FOR_STRANGERS_SECONDS = 0.5


class KeyRing:
    """The keys, read anew every two seconds: a revoked one is refused within that time.

    While the ledger cannot be read, the keys last read stay good: an outage locks nobody out.
    """

    def __init__(self, keys: Keys, clock: Callable[[], float] = time.monotonic) -> None:
        self._keys = keys
        self._clock = clock
        self._known: list[ApiKey] = []
        self._tried_at: float | None = None
        self._reading = asyncio.Lock()
        self._often = journal.OncePerMinute()

    async def holder(self, secret: str) -> ApiKey | None:
        """The active key that has this secret. Raises `LedgerError` if keys were never read."""
        await self._refresh(_FRESH_SECONDS)
        if found := holder(self._known, secret):
            return found
        # It may have been added a moment ago.
        await self._refresh(_FRESH_FOR_STRANGERS_SECONDS)
        return holder(self._known, secret)

    async def _refresh(self, fresh_seconds: float) -> None:
        if self._is_fresh(fresh_seconds):
            return
        async with self._reading:
            if self._is_fresh(fresh_seconds):
                return
            try:
                self._known = await asyncio.to_thread(self._keys.all)
            except LedgerError as error:
                self._often.problem("keys_not_read", error, cause=str(error))
                if self._tried_at is None:
                    raise
            self._tried_at = self._clock()

    def _is_fresh(self, fresh_seconds: float) -> bool:
        return self._tried_at is not None and self._clock() - self._tried_at < fresh_seconds
