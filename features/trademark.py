"""What a listing does with other people's brands (商标): hides, imitates, borrows or sells them."""

import re
from collections.abc import Iterable, Iterator, Mapping, Set
from typing import Final, NamedTuple

from data.listing import Listing
from data.registry import Notice
from features.brand import OWN_BRAND_TYPES, BrandIndex, Mention, is_category_of
from features.finding import Finding, is_denied
from features.lookalike import CERTAINTY, Change, is_head
from features.normalise import normalise

CHEAP_NEW: Final = 0.35
"""Below this share of what the brand costs in the category, new goods are hardly genuine."""

_EDUCATION: Final = re.compile(r"辨别|鉴别|识别|分辨|教你|拒绝|抵制|绕道|曝光|打假")
_NEARBY: Final = 10
_LIKENESS: Final = re.compile(r"同款|风格|平替|代工|同厂|同工厂|同模具|同源|同料|同线|类似|媲美")
# 耐克代工厂, 同耐克一条线: said of the brand itself, right beside its name.
_SAME_MAKER: Final = re.compile(
    r"\s{0,2}(?:的|家|品牌)?\s{0,2}(?:代工|原工厂|工厂货|同厂|同工厂|同源|同料|同线|一条线|尾单|原单|追单"
    r"|平替|同模具|高仿|复刻|同款(?![^，。]{0,2}(?:联名|授权)))"
)
_GENUINE_DEALING: Final = re.compile(
    r"回收|鉴定|保养|清洗|清洁|维修|改装|教程|图书|传记|海报|贴纸|联名|收纳|防尘|展示"
)
_CODED: Final = re.compile(r"家$|牌$|包$|^[a-z]\s?[一-龥]|[一-龥][a-z]$|某|[^\w\s]")
_TRADEMARK: Final = ("商标法 第57条", "电子商务法 第45条")
_CONFUSION: Final = ("反不正当竞争法 第7条", "商标法 第57条")
_LEAST: Final = 0.3
_LISTED: Final = 0.85
_INSIDE: Final = 0.8
_SUSPICIOUS: Final = 0.1
# What lends a name the credit of another: 专柜正品, 与大牌同厂.
_PRETENCE: Final = re.compile(r"同厂|同工厂|专柜|代工|同款|大牌|平替|原厂")
_IN_WORDS: Final[Mapping[Change, str]] = {
    "shape": "一字之差，字形相近",
    "sound": "一字之差，读音相同",
    "near sound": "一字之差，读音相近",
    "order": "只是字序不同",
    "length": "只多或少一字",
    "character": "只差一字",
    "letter": "只差一个字母",
}


class Dealing(NamedTuple):
    """A listing's brand mentions, and what is known about its right to them.

    ``body`` is the normalised detail page; ``hidden`` are the mentions in it that hide or imitate
    a brand. ``allowed`` says of each brand whether the merchant may sell it, ``ratio`` is the
    price over what the brand costs in the category (NaN where unknown). ``notices`` stand.
    """

    title: str
    body: str
    category: str
    mentions: list[Mention]
    hidden: list[Mention]
    allowed: Mapping[str, bool | None]
    ratio: float
    notices: tuple[Notice, ...] = ()


def brand_findings(listing: Listing, dealing: Dealing, brands: BrandIndex) -> Iterator[Finding]:
    """What the mentions of brands show, at most once for each brand and way of writing it."""
    seen: set[tuple[str, str]] = set()
    plainly = {m.brand_id for m in dealing.mentions if m.kind == "canonical"}
    declared = brands.resolve(listing.brand) if listing.brand else None
    for field, text, mention in _places(listing, dealing):
        if (mention.brand_id, mention.kind) in seen or mention.accessory_scope:
            continue
        if mention.kind == "nickname" and mention.brand_id in plainly | {declared}:
            continue
        if is_denied(text, mention.start) or _is_educational(text, mention):
            continue
        finding = _finding(listing, field, text, mention, dealing, brands)
        if finding is not None:
            seen.add((mention.brand_id, mention.kind))
            yield finding
    imitated = {brand for brand, kind in seen if kind == "lookalike"}
    yield from _declared(listing, dealing, imitated, brands)
    yield from _noticed(listing, dealing.notices)


def _places(listing: Listing, dealing: Dealing) -> Iterator[tuple[str, str, Mention]]:
    for mention in dealing.mentions:
        yield "title", dealing.title, mention
    field = "description" if listing.description else "ocr_text"
    for mention in dealing.hidden:
        yield field, dealing.body, mention


def _is_educational(text: str, mention: Mention) -> bool:
    near = text[max(0, mention.start - _NEARBY) : mention.end + _NEARBY]
    return _EDUCATION.search(near) is not None


def _finding(
    listing: Listing,
    field: str,
    text: str,
    mention: Mention,
    dealing: Dealing,
    brands: BrandIndex,
) -> Finding | None:
    allowed = dealing.allowed[mention.brand_id]
    if mention.kind == "lookalike" and mention.change is not None:
        return _lookalike(listing, field, text, mention, mention.change, dealing, brands)
    if allowed and mention.kind != "lookalike":
        return None
    code, basis, cue = "counterfeit_brand", _TRADEMARK, f"brand {mention.kind}"
    match mention.kind:
        case "lookalike":
            code, basis, certainty = "brand_confusion", _CONFUSION, _LISTED
            name = brands.brands[mention.brand_id].name
            reason = f"“{mention.text}”与品牌“{name}”的名称近似"
        case "disguise":
            certainty = 0.8
            reason = f"“{mention.text}”以变体写法指向品牌"
        case "nickname":
            is_home = is_category_of(mention.brand_id, dealing.category, brands)
            certainty = _of_nickname(mention, allowed, is_home)
            reason = f"“{mention.text}”以俗称指向品牌"
        case "canonical":
            return _plain_name(listing, field, text, mention, allowed, dealing.ratio)
    if _LIKENESS.search(text):
        # 某森同款 says that it is like the brand, not that it is the brand.
        code, basis = "brand_confusion", _CONFUSION
    return _made(listing, code, field, mention.text, cue, basis, certainty, reason)


def _lookalike(
    listing: Listing,
    field: str,
    text: str,
    mention: Mention,
    change: Change,
    dealing: Dealing,
    brands: BrandIndex,
) -> Finding | None:
    """A name one small change away from the brand's, which no list has.

    Who may sell the brand misspells it; whether a shop is known otherwise changes nothing, since
    the name is wrong, not the shop.
    """
    if _is_cleared(listing, mention.brand_id, mention.text, dealing, brands):
        return None
    is_first = is_head(text, mention.start)
    plainly = {m.brand_id for m in dealing.mentions if m.kind == "canonical"}
    declared = listing.brand and brands.named(listing.brand)
    if mention.brand_id in plainly | {declared}:
        # 联想(leonvo): next to the right name a wrong one is a slip, unless its shape is feigned.
        is_slip = change != "shape"
    else:
        # Whose goods they are is said: a processor or a scent misspelt is a slip.
        is_slip = not is_first and bool(plainly or declared)
    # Words read off a picture are full of wrong characters.
    if is_slip or field != "title":
        return None
    certainty = _weighed(CERTAINTY[change] * (1.0 if is_first else _INSIDE), dealing)
    return _imitation(listing, field, mention.text, change, brands, mention.brand_id, certainty)


def _declared(
    listing: Listing, dealing: Dealing, imitated: Set[str], brands: BrandIndex
) -> Iterator[Finding]:
    """A declared brand (品牌) that imitates one, unless the title shows it already."""
    attributes = listing.attributes or {}
    for field, name in (("brand", listing.brand), ("attributes.品牌", attributes.get("品牌"))):
        found = brands.imitated(name, dealing.category) if name else None
        if found is None:
            continue
        words, (brand, change) = found
        is_fitted = any(m.accessory_scope for m in dealing.mentions if m.brand_id == brand.brand_id)
        if brand.brand_id in imitated or is_fitted:
            return
        if _is_cleared(listing, brand.brand_id, words, dealing, brands):
            return
        certainty = _weighed(CERTAINTY[change] if change else _LISTED, dealing)
        yield _imitation(listing, field, words, change, brands, brand.brand_id, certainty)
        return


def _is_cleared(
    listing: Listing, brand_id: str, words: str, dealing: Dealing, brands: BrandIndex
) -> bool:
    """Whether the shop may sell the brand, or is authorised for a brand of these very words.

    A shop's type does not tell: an imitator has a flagship shop of his own.
    """
    merchant = listing.merchant
    if merchant is None:
        return False
    if dealing.allowed.get(brand_id) and merchant.type not in OWN_BRAND_TYPES:
        return True
    listed = merchant.authorised_brands or ()
    return any(brands.resolve(name) == brand_id or words in normalise(name).text for name in listed)


def _weighed(certainty: float, dealing: Dealing) -> float:
    """More certain where the price is far below the brand's or the words borrow its credit."""
    is_cheap = dealing.ratio < CHEAP_NEW
    borrows = _PRETENCE.search(dealing.title) is not None
    return min(0.95, certainty + _SUSPICIOUS * (is_cheap or borrows))


def _imitation(
    listing: Listing,
    field: str,
    words: str,
    change: Change | None,
    brands: BrandIndex,
    brand_id: str,
    certainty: float,
) -> Finding:
    name = brands.brands[brand_id].name
    how = _IN_WORDS[change] if change else "名称近似"
    reason = f"“{words}”与品牌“{name}”{how}"
    cue = f"brand lookalike: {name}"
    return _made(listing, "brand_confusion", field, words, cue, _CONFUSION, certainty, reason)


def _of_nickname(mention: Mention, allowed: bool | None, is_home: bool) -> float:
    """A coded name (驴牌, L家) hides the brand; a fond one (绿水鬼) genuine shops write, too."""
    if allowed is False:
        return 0.7 if is_home else 0.6
    return 0.6 if is_home and _CODED.search(mention.text) else 0.0


def _plain_name(
    listing: Listing, field: str, text: str, mention: Mention, allowed: bool | None, ratio: float
) -> Finding | None:
    if _SAME_MAKER.match(text, mention.end) and not _GENUINE_DEALING.search(text):
        cue, reason = "brand borrowed", f"以与“{mention.text}”同厂、同款招揽"
        return _made(listing, "brand_confusion", field, mention.text, cue, _CONFUSION, 0.7, reason)
    if allowed is not False:
        return None
    # Whoever bought the genuine article may sell it on: without a price it proves little.
    is_cheap = ratio < CHEAP_NEW
    reason = f"没有“{mention.text}”的授权"
    if is_cheap:
        reason += f"，价格只有同品牌同类目的{ratio:.0%}"
    certainty = 0.93 if is_cheap else _LEAST
    cue = "brand without authorisation"
    return _made(
        listing, "counterfeit_brand", field, mention.text, cue, _TRADEMARK, certainty, reason
    )


def _noticed(listing: Listing, notices: Iterable[Notice]) -> Iterator[Finding]:
    """The first notice that stands about this very listing; others weigh on the merchant."""
    for notice in notices:
        if notice.listing_id == listing.data_id and notice.kind in ("counterfeit", "trademark"):
            reason = (
                f"权利人于{notice.date:%Y-%m-%d}就本商品发出通知（{notice.reference}），尚未撤回"
            )
            yield Finding(
                code="counterfeit_brand",
                field="data_id",
                text="",
                cue="rights-holder's notice",
                basis=("电子商务法 第42条", *_TRADEMARK),
                certainty=0.8,
                reason_zh=reason,
            )
            return


def _made(
    listing: Listing,
    code: str,
    field: str,
    words: str,
    cue: str,
    basis: tuple[str, ...],
    certainty: float,
    reason: str,
) -> Finding:
    # Second-hand goods need no authorisation, and their owners use nicknames.
    return Finding(
        code=code,
        field=field,
        text=words,
        cue=cue,
        basis=basis,
        certainty=certainty * (1.0 if listing.condition == "new" else 0.5),
        reason_zh=reason,
    )
