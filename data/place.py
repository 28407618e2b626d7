"""Where a window of live speech belongs: its room, the product on screen, and its case (案件)."""

import hashlib
import json
from typing import Final, Literal, NamedTuple

from data.segment import LiveSegment

CASE_SECONDS: Final = 600.0
"""How long after its first window a case takes in further ones, in seconds."""

RoomBy = Literal["room_id", "channel", "host_id"]
ProductBy = Literal["listing", "category"]


class Place(NamedTuple):
    """Where a window belongs: its room and the product on screen."""

    platform: str | None
    room: str | None
    room_by: RoomBy | None
    product: str | None
    product_by: ProductBy | None


def place(segment: LiveSegment) -> Place:
    """The room and the product of a window, by the surest field that names them."""
    product: tuple[str | None, ProductBy | None] = (None, None)
    if segment.listing is not None:
        product = segment.listing.data_id, "listing"
    elif segment.category:
        product = segment.category, "category"
    return Place(segment.platform or None, *_room(segment), *product)


def stands_alone(where: Place, start_s: float | None) -> bool:
    """Whether a window is a case of its own: that it belongs with another is not known."""
    return start_s is None or where.room_by is None


def room_case_id(where: Place, start_s: float | None, decision_id: str) -> str:
    """The id of the case that begins with a window: the same however often it is made."""
    alone = stands_alone(where, start_s)
    identity = [*where, start_s, decision_id if alone else None]
    return "c" + hashlib.sha256(json.dumps(identity).encode()).hexdigest()[:31]


def _room(segment: LiveSegment) -> tuple[str | None, RoomBy | None]:
    if segment.room_id:
        return segment.room_id, "room_id"
    if segment.channel:
        return segment.channel, "channel"
    if segment.host_id:
        return segment.host_id, "host_id"
    return None, None
