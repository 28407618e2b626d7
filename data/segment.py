"""A window of livestream speech (直播话术片段)."""

from typing import Annotated

from pydantic import Field

from data.limits import MAX_ATTRIBUTES
from data.listing import Licences, Listing, MerchantType
from data.record import DataId, Name, Record, Text


class LiveSegment(Record):
    """Recognised speech of one window, as the recogniser gave it.

    ``category``, ``licences`` and ``merchant_type`` are of the product on screen: they decide
    whether a claim is allowed. Absent is unknown.
    """

    data_id: DataId
    text: Text
    platform: Name | None = None
    room_id: Name | None = None
    host_id: Name | None = None
    channel: Name | None = None
    start_s: Annotated[float, Field(ge=0, le=1e9)] | None = None
    end_s: Annotated[float, Field(ge=0, le=1e9)] | None = None
    category: Name | None = None
    licences: Annotated[Licences, Field(max_length=MAX_ATTRIBUTES)] | None = None
    merchant_type: MerchantType | None = None
    listing: Listing | None = None
    ocr_text: Text | None = None
