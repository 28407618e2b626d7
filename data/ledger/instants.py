"""How the ledger writes instants, so that text sorts as time does."""

from datetime import UTC, datetime


def instant_text(at: datetime) -> str:
    """An instant in the one form that the ledger keeps, so that text sorts as time does.

    >>> instant_text(datetime(2026, 2, 1, tzinfo=UTC))
    '2026-02-01T00:00:00.000000+00:00'
    """
    return at.astimezone(UTC).isoformat(timespec="microseconds")
