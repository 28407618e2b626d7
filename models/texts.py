"""The texts of an item that a claim may stand in."""

from data.listing import Listing
from data.record import Record
from data.segment import LiveSegment


def item_texts(item: Record) -> list[tuple[str, str]]:
    """Every text that is not empty, with the path of its field as an answer names it."""
    if isinstance(item, LiveSegment):
        fields = [("text", item.text), ("ocr_text", item.ocr_text)]
    elif isinstance(item, Listing):
        fields = [
            ("title", item.title),
            ("description", item.description),
            ("ocr_text", item.ocr_text),
            *((f"attributes.{key}", value) for key, value in (item.attributes or {}).items()),
            *((f"skus[{n}].name", sku.name) for n, sku in enumerate(item.skus or [])),
        ]
    else:
        raise TypeError(f"{type(item).__name__} is neither a LiveSegment nor a Listing")
    return [(field, text) for field, text in fields if text]
