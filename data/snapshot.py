"""What decided an item beside the item as sent and the versions that its answer names (快照)."""

from pydantic import Field

from data.known_bad import Match
from data.record import Instant, Record
from data.registry import EMPTY_REGISTRY
from data.version import __version__


class Snapshot(Record):
    """What a decision is computed from, beside its request and versions: enough to repeat it.

    ``at`` is the instant of the request; ``first_submitted`` is known of an item that was judged
    again, as of ``at``: when it came the first time. ``item`` what the ledger filled in, by field;
    ``registry`` the version of the brand registry; ``earlier`` the known bad texts that were
    found, by the name of the signature that they are like; ``code`` the version of this project.
    """

    at: Instant
    first_submitted: Instant | None = None
    item: dict[str, object] = Field(default_factory=dict)
    registry: str = EMPTY_REGISTRY.version
    earlier: dict[str, list[Match]] = Field(default_factory=dict)
    code: str = __version__
