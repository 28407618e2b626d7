"""What a listing does with other people's brands (商标): hides, imitates, borrows or sells them."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from data.listing import Listing
from data.registry import Notice
from features.brand import BrandIndex, Mention, is_category_of
from features.finding import Finding, is_denied

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
        is_home = is_category_of(mention.brand_id, dealing.category, brands)
        finding = _finding(listing, field, text, mention, dealing, is_home)
        if finding is not None:
            seen.add((mention.brand_id, mention.kind))
            yield finding
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
    listing: Listing, field: str, text: str, mention: Mention, dealing: Dealing, is_home: bool
) -> Finding | None:
    allowed = dealing.allowed[mention.brand_id]
    if allowed and mention.kind != "lookalike":
        return None
    code, basis, cue = "counterfeit_brand", _TRADEMARK, f"brand {mention.kind}"
    match mention.kind:
        case "lookalike":
            code, basis, certainty = "brand_confusion", _CONFUSION, 0.85
            reason = f"“{mention.text}”与知名品牌的名称近似"
        case "disguise":
            certainty = 0.8
            reason = f"“{mention.text}”以变体写法指向品牌"
        case "nickname":
            certainty = _of_nickname(mention, allowed, is_home)
            reason = f"“{mention.text}”以俗称指向品牌"
        case "canonical":
            return _plain_name(listing, field, text, mention, allowed, dealing.ratio)
    if _LIKENESS.search(text):
        # 某森同款 says that it is like the brand, not that it is the brand.
        code, basis = "brand_confusion", _CONFUSION
    return _made(listing, code, field, mention.text, cue, basis, certainty, reason)


def _of_nickname(mention: Mention, allowed: bool | None, is_home: bool) -> float:
    """A coded name (驴牌, L家) hides the brand; a fond one (绿水鬼) may be a product's own."""
    if allowed is False:
        return 0.7 if is_home else 0.6
    return 0.6 if is_home and _CODED.search(mention.text) else 0.4


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
