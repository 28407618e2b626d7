"""What a listing does with other people's brands (商标): hides, imitates, borrows or sells them."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from typing import Final, NamedTuple

from data.listing import Listing
from data.registry import Notice
from features.brand import (
    OWN_BRAND_TYPES,
    BrandIndex,
    Mention,
    brand_mentions,
    is_category_of,
)
from features.finding import Finding, is_denied
from features.lookalike import CERTAINTY, Change, is_head
from features.normalise import normalise

_OF_LIST_PRICE: Final = 0.3
"""Below this share of its own list price, a brand's goods need the brand's authorisation."""

CHEAP_NEW: Final = 0.35
"""Below this share of what the brand costs in the category, new goods are hardly genuine."""

_EDUCATION: Final = re.compile(r"辨别|鉴别|识别|分辨|教你|拒绝|抵制|绕道|曝光|打假")
_NEARBY: Final = 10
_LIKENESS: Final = re.compile(
    r"(?<!男女)(?<!情侣)(?<!亲子)同款|风格|平替|代工|同厂|同工厂|同模具|同源|同料|同线|类似|媲美"
)
# 耐克代工厂, 同耐克一条线: said of the brand itself, right beside its name.
_SAME_MAKER: Final = re.compile(
    r"\s{0,2}(?:的|家|品牌)?\s{0,2}(?:代工|原工厂|工厂货|同厂|同工厂|同源|同料|同线|一条线|尾单|原单|追单"
    r"|平替|同模具|高仿|复刻|同款(?![^，。]{0,2}(?:联名|授权)))"
)
# 足力健老人鞋同楦, 与花家妙而舒同产线: said a few words after the brand.
_SAME_AS: Final = re.compile(
    r"[^，。！；]{0,8}?(?:同(?:一?条|一个?)?(?:产线|生产线|线(?:[产灌生]|$|[^上下路索条])|楦|芯体|织机|克重|工厂|代工|模具"
    r"|皮料供应|供应商|厂(?!家|商|房|址)|原料商|供应链|料同|版师)|级(?!别|数|品|版|鸭|羊|大|的|或|和)(?=可|[金黄红绿]|$))"
)
_RECIPE: Final = re.compile(
    r"(?:配方|编号|批号|卷号|成分表)[^，。]{0,8}(?:与|和|跟|同)[^，。]{0,4}$"
)
_SAME_RECIPE: Final = re.compile(r"[^，。]{0,8}(?:一致|一样|相同|同)")
_MADE_FOR: Final = re.compile(r"(?:一直|常年)?[给为替帮]$")
_THEIR_MAKER: Final = re.compile(r"(?:家|品牌)?(?:贴牌|代工|供货|做货)")
# What only sellers of replicas write, and only of goods with a brand. Each begins with a plain
# character, which is what makes the search fast: n厂 is read from its end.
_REPLICA: Final = re.compile(
    r"[厂廠](?:(?<=[cnvz].)(?<![a-z0-9][a-z].)|(?<=3k.)|(?<=(?:vs|zf|gm|ar|ew).)|(?<=(?:vsf|ppf|bbf|gmf).)"
    r"|(?<=(?:apsf|noob).)|(?<=clean.))(?!家|商|房|址)"
    r"|p[tu]顶|过得了?[毒物]|厂版(?!权)|柜版(?!权)|原版开模|骨架刺绣[^。]{0,8}(?:吊牌|芯片)"
    r"|吊牌[^，。]{0,6}(?:可扫|扫得出|手机可读|rfid)|芯片[^，。]{0,6}(?:可扫|扫得出|手机可读)"
    r"|rfid芯片配齐|扫码出真|扫出来跳官网|说明书[^，。]{0,2}(?:同版|翻印)|盒[^，。]{0,5}逐字对应"
    r"|原样彩盒|东莞版|莆田|不接受鉴定|工厂流出|专柜版本|扫码有记录|同件数|过nfc"
    r"|喷码可选|飘带整套"
)
# One of these stands in each; where none does, nothing need be searched for.
_REPLICA_SIGN: Final = re.compile("[厂廠顶得柜模骨吊芯齐扫说盒样莞莆鉴件过喷飘]")
_SIGNED: Final = re.compile("[监授委出]|品牌[方运]")
_SUPERVISED: Final = re.compile(
    r"(?:监制|授权|出品|总监制|品牌方|委托方?|品牌运营)(?:商|方|单位|公司)?[:\s]{0,3}"
    r"([^，。:\s]{2,24})"
)
_SHELL: Final = re.compile(
    r"[(（]?(?:香港|港|德国|美国|法国|英国|意大利|日本|瑞士)[)）]?[^，。]{0,4}(?:国际|集团|控股|实业|股份|有限)"
    r"|国际(?:集团|控股|[(（])"
)
_NO_BRAND: Final = frozenset({"无", "无品牌", "其他", "其它", "other", "无牌", "nobrand"})
_MANY_BRANDS: Final = 2
_MAY_CLAIM: Final = re.compile("[同级致样贴代供做]")
_GENUINE_DEALING: Final = re.compile(
    r"回收|鉴定|保养|清洗|清洁|维修|改装|教程|图书|传记|海报|贴纸|联名|收纳|防尘|展示"
)
_CODED: Final = re.compile(r"家$|牌$|包$|^[a-z]\s?[一-龥]|[一-龥][a-z]$|某|[^\w\s]")
_TRADEMARK: Final = ("商标法 第57条", "电子商务法 第45条")
_CONFUSION: Final = ("反不正当竞争法 第7条", "商标法 第57条")
_LEAST: Final = 0.3
_BORROWED: Final = "brand borrowed"
_REPLICA_TOLD: Final = 0.75
_LISTED: Final = 0.85
_INSIDE: Final = 0.8
_SUSPICIOUS: Final = 0.1
_OWN_WORDS: Final = 0.7
# What lends a name the credit of another: 专柜正品, 与大牌同厂.
_PRETENCE: Final = re.compile(r"同厂|同工厂|专柜|代工|同款|大牌|平替|原厂")
_IN_WORDS: Final[Mapping[Change, str]] = {
    "shape": "一字之差，字形相近",
    "sound": "一字之差，读音相同",
    "near sound": "一字之差，读音相近",
    "order": "只是字序不同",
    "length": "只多或少一字",
    "character": "只差一字",
    "letter": "只差一两个字母",
    "both names": "中英文名称各差一字",
}


_BRAND_KEYS: Final = ("品牌", "商标", "品牌名", "品牌名称")


class Dealing(NamedTuple):
    """A listing's brand mentions, and what is known about its right to them.

    ``body`` is the normalised detail page; ``hidden`` are the mentions in it that hide or imitate
    a brand. ``allowed`` says of each brand whether the merchant may sell it, ``ratio`` is the
    price over what the brand costs in the category (NaN where unknown). ``notices`` stand.
    ``named`` are the brands that the detail page names plainly.
    """

    title: str
    body: str
    category: str
    mentions: list[Mention]
    hidden: list[Mention]
    allowed: Mapping[str, bool | None]
    ratio: float
    notices: tuple[Notice, ...] = ()
    named: tuple[Mention, ...] = ()


def brand_findings(listing: Listing, dealing: Dealing, brands: BrandIndex) -> Iterator[Finding]:
    """What the mentions of brands show, at most once for each brand and way of writing it."""
    is_silent = not (dealing.mentions or dealing.hidden or dealing.named)
    if is_silent and not listing.brand and not listing.attributes:
        if dealing.body or _SIGNED.search(dealing.title):
            yield from _supervised(listing, dealing, None, brands)
        yield from _noticed(listing, dealing.notices)
        return
    seen: set[tuple[str, str]] = set()
    borrows = False
    plainly = {m.brand_id for m in dealing.mentions if m.kind == "canonical"}
    declared = brands.resolve(listing.brand) if listing.brand else None
    named = brands.named(listing.brand) if listing.brand else None
    for field, text, mention in _places(listing, dealing):
        if (mention.brand_id, mention.kind) in seen or mention.accessory_scope:
            continue
        if mention.kind == "nickname" and mention.brand_id in plainly | {named}:
            continue
        if is_denied(text, mention.start) or _is_educational(text, mention):
            continue
        finding = _finding(listing, field, text, mention, dealing, brands)
        if finding is not None:
            seen.add((mention.brand_id, mention.kind))
            borrows = borrows or finding.cue == _BORROWED
            yield finding
    imitated = {brand for brand, kind in seen if kind == "lookalike"}
    yield from _declared(listing, dealing, imitated, brands)
    details = listing.attributes or dealing.body
    if not borrows and (details or _MAY_CLAIM.search(dealing.title)):
        yield from _borrowed(listing, dealing, declared, brands)
    if details or _SIGNED.search(dealing.title):
        yield from _supervised(listing, dealing, declared, brands)
    if declared and all(mention.brand_id != declared for mention in dealing.mentions):
        yield from _slashed(listing, dealing, declared, brands)
    if listing.brand or listing.attributes:
        yield from _hijacked(listing, dealing, brands)
    yield from _noticed(listing, dealing.notices)


def _places(listing: Listing, dealing: Dealing) -> Iterator[tuple[str, str, Mention]]:
    for mention in dealing.mentions:
        yield "title", dealing.title, mention
    for mention in dealing.hidden:
        yield _shown_in(listing, mention.text), dealing.body, mention
    fond = [m for m in dealing.named if m.kind == "nickname"] if dealing.named else ()
    if fond and _is_replica(listing, dealing):
        for mention in fond:
            yield _shown_in(listing, mention.text), dealing.body, mention


def _shown_in(listing: Listing, words: str) -> str:
    """Which field of the detail page has the words: the text, or the text on its pictures."""
    if not listing.ocr_text or (
        listing.description and words in normalise(listing.description).text
    ):
        return "description"
    return "ocr_text"


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
    allowed = dealing.allowed.get(mention.brand_id)
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
            if is_home and certainty < _REPLICA_TOLD and _is_replica(listing, dealing):
                certainty = _REPLICA_TOLD
        case "canonical":
            return _plain_name(listing, field, text, mention, allowed, dealing, brands)
    if certainty != _REPLICA_TOLD and _LIKENESS.search(text):
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
        if change == "both names":
            return None
    else:
        # Whose goods they are is said: a processor or a scent misspelt is a slip.
        is_slip = not is_first and bool(plainly or declared)
    # Words read off a picture are full of wrong characters, though seldom in both names at once.
    if change != "both names" and (is_slip or field != "title"):
        return None
    own = _is_own(listing, mention.text)
    certainty = _weighed(CERTAINTY[change] * (1.0 if is_first else _INSIDE), dealing, is_own=own)
    return _imitation(listing, field, mention.text, change, brands, mention.brand_id, certainty)


def _declared(
    listing: Listing, dealing: Dealing, imitated: Set[str], brands: BrandIndex
) -> Iterator[Finding]:
    """A declared brand (品牌) that imitates one, unless the title shows it already."""
    for field, name in _stated(listing):
        found = brands.imitated(name, dealing.category)
        if found is None:
            continue
        words, (brand, change) = found
        is_fitted = any(m.accessory_scope for m in dealing.mentions if m.brand_id == brand.brand_id)
        if brand.brand_id in imitated or is_fitted:
            return
        if _is_cleared(listing, brand.brand_id, words, dealing, brands):
            return
        own = _is_own(listing, words)
        certainty = _weighed(CERTAINTY[change] if change else _LISTED, dealing, is_own=own)
        yield _imitation(listing, field, words, change, brands, brand.brand_id, certainty)
        return


def _stated(listing: Listing) -> Iterator[tuple[str, str]]:
    """The brand as it is declared, and as the attributes give it."""
    if listing.brand:
        yield "brand", listing.brand
    if listing.attributes:
        for key in _BRAND_KEYS:
            if name := listing.attributes.get(key):
                yield f"attributes.{key}", name


def _is_cleared(
    listing: Listing, brand_id: str, words: str, dealing: Dealing, brands: BrandIndex
) -> bool:
    """Whether the shop may sell the brand.

    A shop's type does not tell: an imitator has a flagship shop of his own.
    """
    merchant = listing.merchant
    if merchant is None:
        return False
    if dealing.allowed.get(brand_id) and merchant.type not in OWN_BRAND_TYPES:
        return True
    listed = merchant.authorised_brands or ()
    return any(brands.resolve(name) == brand_id for name in listed)


def _is_own(listing: Listing, words: str) -> bool:
    """Whether the shop is authorised for a brand of these very words."""
    listed = (listing.merchant and listing.merchant.authorised_brands) or ()
    return any(words in normalise(name).text for name in listed)


def _weighed(certainty: float, dealing: Dealing, *, is_own: bool) -> float:
    """More certain where the price is far below the brand's or the words borrow its credit.

    Less so where the platform knows a brand of these very words: it is the shop's own, and may
    be too near another's all the same.
    """
    if is_own:
        return certainty * _OWN_WORDS
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
    listing: Listing,
    field: str,
    text: str,
    mention: Mention,
    allowed: bool | None,
    dealing: Dealing,
    brands: BrandIndex,
) -> Finding | None:
    ratio = dealing.ratio
    if _SAME_MAKER.match(text, mention.end) and not _GENUINE_DEALING.search(text):
        cue, reason = _BORROWED, f"以与“{mention.text}”同厂、同款招揽"
        return _made(listing, "brand_confusion", field, mention.text, cue, _CONFUSION, 0.7, reason)
    is_replica = not allowed and _is_replica(listing, dealing)
    if is_replica and is_category_of(mention.brand_id, dealing.category, brands):
        cue, reason = "brand of a replica", f"“{mention.text}”与仿品行话同时出现"
        return _made(
            listing, "counterfeit_brand", field, mention.text, cue, _TRADEMARK, 0.7, reason
        )
    if allowed is not False:
        return None
    # Whoever bought the genuine article may sell it on: without a price it proves little.
    is_cheap = ratio < CHEAP_NEW
    reason = f"没有“{mention.text}”的授权"
    certainty = _LEAST
    if is_cheap:
        reason += f"，价格只有同品牌同类目的{ratio:.0%}"
        certainty = 0.93
    elif _is_slashed(listing) and mention.brand_id == _stated_brand(listing, brands):
        reason += f"，价格只有划线价的{listing.price / (listing.list_price or 1):.0%}"
        certainty = _SLASHED
    cue = "brand without authorisation"
    return _made(
        listing, "counterfeit_brand", field, mention.text, cue, _TRADEMARK, certainty, reason
    )


_SLASHED: Final = 0.6


def _slashed(
    listing: Listing, dealing: Dealing, declared: str, brands: BrandIndex
) -> Iterator[Finding]:
    """A brand that only its field names, without authorisation, far below its own list price."""
    if dealing.allowed.get(declared) is False and _is_slashed(listing):
        name = brands.brands[declared].name
        reason = (
            f"没有“{name}”的授权，价格只有划线价的{listing.price / (listing.list_price or 1):.0%}"
        )
        cue, words = "brand without authorisation", normalise(listing.brand or "").text
        yield _made(listing, "counterfeit_brand", "brand", words, cue, _TRADEMARK, _SLASHED, reason)


def _is_slashed(listing: Listing) -> bool:
    return bool(listing.list_price) and listing.price < _OF_LIST_PRICE * (listing.list_price or 0)


def _stated_brand(listing: Listing, brands: BrandIndex) -> str | None:
    return brands.resolve(listing.brand) if listing.brand else None


def _is_replica(listing: Listing, dealing: Dealing) -> bool:
    """Whether anything in the listing is said as only of replicas."""
    if _tells_replica(dealing.title) or (dealing.body and _tells_replica(dealing.body)):
        return True
    if not listing.skus and not listing.attributes:
        return False
    details = [sku.name for sku in listing.skus or ()][:_MOST_DETAILS]
    details += [*(listing.attributes or {}).values()][:_MOST_DETAILS]
    return _tells_replica(normalise("。".join(details)[:_MOST_TEXT]).text)


def _tells_replica(text: str) -> bool:
    return _REPLICA_SIGN.search(text) is not None and _REPLICA.search(text) is not None


_MOST_DETAILS: Final = 40
_MOST_TEXT: Final = 2_000


def _borrowed(
    listing: Listing, dealing: Dealing, declared: str | None, brands: BrandIndex
) -> Iterator[Finding]:
    """Goods said to come from a brand's line, last, recipe or supplier, and to be without it."""
    places: list[tuple[str, str, Sequence[Mention]]] = [
        ("title", dealing.title, dealing.mentions),
        ("", dealing.body, dealing.named),
    ]
    for name, value in (listing.attributes or {}).items():
        if _MAY_CLAIM.search(value):
            text = normalise(value).text
            found = brand_mentions(text, brands, dealing.category)
            places.append((f"attributes.{name}", text, found))
    for where, text, mentions in places:
        for mention in mentions if mentions and _MAY_CLAIM.search(text) else ():
            if mention.kind == "lookalike" or mention.accessory_scope:
                continue
            if mention.brand_id == declared:
                continue
            if _claims_sameness(text, mention) and is_category_of(
                mention.brand_id, dealing.category, brands
            ):
                if _may_sell(listing, mention.brand_id, dealing):
                    continue
                reason = f"以与“{mention.text}”同厂、同线招揽"
                cue, words = _BORROWED, mention.text
                field = where or _shown_in(listing, words)
                yield _made(listing, "brand_confusion", field, words, cue, _CONFUSION, 0.65, reason)
                return


def _may_sell(listing: Listing, brand_id: str, dealing: Dealing) -> bool:
    """Whether the shop may sell a brand that it does not declare.

    A shop that is taken at its word (旗舰店) for the brand it declares is so for no other.
    """
    merchant = listing.merchant
    if not dealing.allowed.get(brand_id):
        return False
    is_of_another = bool(listing.brand) and merchant is not None and not merchant.authorised_brands
    return not (is_of_another and merchant is not None and merchant.type in OWN_BRAND_TYPES)


def _claims_sameness(text: str, mention: Mention) -> bool:
    if not _says_sameness(text, mention) or _GENUINE_DEALING.search(text):
        return False
    return not (is_denied(text, mention.start) or _is_educational(text, mention))


def _says_sameness(text: str, mention: Mention) -> bool:
    if _SAME_AS.match(text, mention.end):
        return True
    # Of a plain name these are weighed where it stands.
    if mention.kind == "nickname" and _SAME_MAKER.match(text, mention.end):
        return True
    before = text[max(0, mention.start - 16) : mention.start]
    if _RECIPE.search(before) and _SAME_RECIPE.match(text, mention.end):
        return True
    return bool(_MADE_FOR.search(before) and _THEIR_MAKER.match(text, mention.end))


def _supervised(
    listing: Listing, dealing: Dealing, declared: str | None, brands: BrandIndex
) -> Iterator[Finding]:
    """Supervision (监制) or licence by a company that is named like a brand and seated abroad."""
    for field, text in _signed(listing, dealing):
        named = {m.brand_id for m in dealing.mentions if m.kind == "canonical"} | {declared}
        for match in _SUPERVISED.finditer(text):
            if not _SHELL.search(match[1]):
                continue
            for mention in brand_mentions(match[1], brands, dealing.category):
                if mention.brand_id in named or _may_sell(listing, mention.brand_id, dealing):
                    continue
                if not is_category_of(mention.brand_id, dealing.category, brands):
                    continue
                name = brands.brands[mention.brand_id].name
                reason = f"“{match[1]}”借用品牌“{name}”的名称监制或授权"
                cue = "brand in a supervisor's name"
                where = field or _shown_in(listing, match[1])
                yield _made(
                    listing, "brand_confusion", where, match[1], cue, _CONFUSION, 0.65, reason
                )
                return


def _is_abroad(text: str) -> bool:
    return "国际" in text or "集团" in text or "控股" in text or "香港" in text


def _signed(listing: Listing, dealing: Dealing) -> Iterator[tuple[str, str]]:
    """Where a supervisor may be named, with the word for it before the name."""
    if _is_abroad(dealing.title):
        yield "title", dealing.title
    if _is_abroad(dealing.body):
        yield "", dealing.body
    for name, value in (listing.attributes or {}).items():
        if _is_abroad(value):
            yield f"attributes.{name}", normalise(f"{name}:{value}").text


def _hijacked(listing: Listing, dealing: Dealing, brands: BrandIndex) -> Iterator[Finding]:
    """Goods of no brand, whose title names several of the category's."""
    stated = [name for _, name in _stated(listing)]
    if not stated or not all(name.strip().lower() in _NO_BRAND for name in stated):
        return
    plain = {
        m.brand_id: m.text
        for m in dealing.mentions
        if m.kind == "canonical"
        and not m.accessory_scope
        and not dealing.allowed.get(m.brand_id)
        and is_category_of(m.brand_id, dealing.category, brands)
    }
    if len(plain) >= _MANY_BRANDS:
        words = next(iter(plain.values()))
        reason = "无品牌商品在标题中借用多个品牌名"
        cue = "brands of others on goods without one"
        yield _made(listing, "brand_confusion", "title", words, cue, _CONFUSION, 0.6, reason)


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
