"""What a listing states outside its title (标题以外的陈述)."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from data.listing import Listing
from features.normalise import normalise

DISPATCH: Final = "发货地"
SKU: Final = "sku"
"""The name of facts that are variants: no attribute, and true of one variant only."""

_MOST_SKUS: Final = 30
_PAGE: Final = 4_000
"""Characters of a detail page, or of the text in its pictures, in which pairs are looked for."""

_MOST_PAIRS: Final = 40
_BEFORE_COLON: Final = re.compile("([一-龥]{2,8}) ?$")
_LONGEST_NAME: Final = 9
_VALUE: Final = re.compile(r" ?([^。|‖;；:]{1,80})")
_PAIR: Final = re.compile(
    r"(面料(?:成分|材质)?|里料|成分(?:含量)?|材质(?:成分)?|填充物|填充材料|填充|鞋面材质|主石|"
    r"额定容量|净含量|净重"
    r"|检验结论|检测结论|鉴定结论|鉴定结果|电池容量|商品成色|成色|原产国|原产地|产地|配料表?|"
    r"工艺|等级)"
    r" ?[为是 ] ?(?![否不])([^。|‖\n:]{1,60})"
)


class Stated(NamedTuple):
    """What a listing states outside its title: field path, name and normalised value."""

    field: str
    name: str
    value: str


def stated(listing: Listing) -> list[Stated]:
    """Attributes, origin, place of dispatch, ``名称：值`` pairs of the detail page, and variants.

    Of the variants the first 30; their facts are named ``sku``.

    >>> listing = Listing(
    ...     data_id="a", title="T恤", category="服装", price=9.9, attributes={"面料": "棉 60%"}
    ... )
    >>> stated(listing)
    [Stated(field='attributes.面料', name='面料', value='棉 60%')]
    """
    found = [
        Stated(f"attributes.{name}", normalise(name).text, normalise(value).text)
        for name, value in (listing.attributes or {}).items()
    ]
    if listing.origin:
        found.append(Stated("origin", "产地", normalise(listing.origin).text))
    if listing.ships_from:
        found.append(Stated("ships_from", DISPATCH, normalise(listing.ships_from).text))
    for field, text in (("description", listing.description), ("ocr_text", listing.ocr_text)):
        if text:
            found.extend(_pairs(field, normalise(text[:_PAGE]).text))
    skus = enumerate((listing.skus or [])[:_MOST_SKUS])
    found.extend(Stated(f"skus[{n}].name", SKU, normalise(sku.name).text) for n, sku in skus)
    return found


def _pairs(field: str, text: str) -> Iterator[Stated]:
    at = text.find(":")
    for _ in range(_MOST_PAIRS):
        if at < 0:
            break
        name = _BEFORE_COLON.search(text[max(0, at - _LONGEST_NAME) : at])
        value = _VALUE.match(text, at + 1)
        if name and value:
            yield Stated(field, name[1], _until_next(value[1], text[value.end() : value.end() + 1]))
        at = text.find(":", at + 1)
    for match in list(_PAIR.finditer(text))[:_MOST_PAIRS]:
        yield Stated(field, match[1], match[2])


def _until_next(value: str, end: str) -> str:
    """The value without the name of the next pair, which stands before the next colon."""
    if end != ":":
        return value
    comma = max(value.rfind("，"), value.rfind(" "))
    return value[:comma] if comma > 0 else value
