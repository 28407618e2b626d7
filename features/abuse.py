"""Titles stuffed with words or brands, brands off their category, variants that are bait."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from data.listing import Listing, Sku
from features.brand import BrandIndex, Mention, is_category_of
from features.finding import Finding
from features.normalise import normalise

BAIT: Final = re.compile(r"定金|订金|样品|勿拍|体验|补差|差价|邮费|备用|无货|占位|链接")
"""Words of variants that are not the goods; how often they stand there is a feature."""

_ABUSE: Final = ("电子商务法 第17条", "明码标价和禁止价格欺诈规定 第20条")
_IDEOGRAPHS: Final = re.compile(r"[一-龥]+")

# Nothing can be had for it, whatever else the variant says.
_NO_GOODS: Final = re.compile(
    r"勿拍|别拍|不发货|无货|没货|抢光|占位|补差|差价|补尾款|补运费|邮费|运费|拍下联系|联系客服|改价"
    r"|专用链接|引流|备用"
)
_SMALL_GOODS: Final = re.compile(r"样品|小样|体验|试用|试吃|尝鲜")
_AMOUNT: Final = re.compile(r"\d\s*(?:g|克|ml|毫升|片|粒|支|包|袋|条|颗|次|枚|小?时|天|[*x×]\d)")
_DEPOSIT: Final = re.compile(r"定金|订金")
_MADE_TO_ORDER: Final = re.compile(r"定制|订制|定做|预订|尾款|预售")
_SAMPLE_BY_POST: Final = re.compile(r"寄样|色卡|色板|小块|布样|料样")
_PART: Final = re.compile(
    r"^(?:单)?(?:表带|表链|贴膜|钢化膜|保护膜|手机壳|保护套|吊牌|包装盒|礼品袋|手提袋|赠品|配件|螺丝"
    r"|说明书|数据线|挂绳|收纳袋|鞋带|鞋盒|空(?:包装)?盒子?|手提(?:纸)?袋|行李牌|拨片|除尘贴|批头"
    r"|(?:刻字|加工|安装|手工|咨询|服务)费|目录|封面)(?:\S{0,5})$"
)
_CHEAP: Final = 0.1
_FRONT: Final = 1.05

# Hardly a brand of clothes, phones or watches sells these.
_FAR: Final = re.compile(
    r"生鲜|粮油|大米|水果|蔬菜|肉类|水产|纸品|抽纸|洗脸巾|卫生巾|猫粮|狗粮|垃圾袋"
)
_FAR_BRANDS: Final = re.compile(r"鞋|服装|箱包|手机|数码|电脑|手表|珠宝|家电")
_JOINT: Final = re.compile(r"联名|授权|ip款|周边|同款颜色|色系")


def repetition(title: str) -> float:
    """How often the most frequent ideograph stands in the title; 0 without any.

    >>> repetition("裙子长裙短裙")
    3.0
    """
    letters = "".join(_IDEOGRAPHS.findall(title))
    return float(max(map(letters.count, set(letters)), default=0))


def abuse_findings(
    listing: Listing,
    title: str,
    category: str,
    mentions: list[Mention],
    allowed: Mapping[str, bool | None],
    brands: BrandIndex,
) -> Iterator[Finding]:
    """Stuffing, foreign brands and bait; ``title`` and ``category`` are normalised."""
    repeated = repetition(title)
    if repeated >= 6 and repeated >= 0.12 * len(title):
        yield _abuse("title", title, "keyword stuffing", 0.6, "标题重复堆砌同一个词")
    foreign = _foreign(listing, mentions, allowed, brands)
    if len(foreign) >= 3:
        yield _abuse("title", title, "brand stuffing", 0.6, "标题堆砌多个互不相关的品牌")
    yield from _off_category(title, category, foreign, brands)
    yield from _no_goods(title)
    yield from _bait(listing)


# The listing is no goods, or its price is none: 补差价专拍, 标价非售价.
_PLACEHOLDER: Final = re.compile(
    r"(?<!无需)(?<!不用)(?<!免)补差(?:价|额)?(?:专拍|专用|链接)|差额补|差(?:几元|多少|几块)[^，。]{0,2}[拍补]"
    r"|报多少拍|拍几件|标价(?:非|不是)售价|标价(?:是|仅)?占位|勿自助下单|本页不发货|换标题第"
    r"|(?:邮费|运费|改价)(?:专拍|专用链接|补拍)"
)


def _no_goods(title: str) -> Iterator[Finding]:
    match = _PLACEHOLDER.search(title)
    if match:
        reason = "链接没有实际商品或标价不是售价"
        yield _abuse("title", match.group(), "placeholder listing", 0.65, reason)


def _foreign(
    listing: Listing,
    mentions: list[Mention],
    allowed: Mapping[str, bool | None],
    brands: BrandIndex,
) -> dict[str, Mention]:
    """The brands that are neither declared nor authorised nor merely fitted."""
    declared = brands.resolve(listing.brand) if listing.brand else None
    return {
        mention.brand_id: mention
        for mention in mentions
        if not mention.accessory_scope
        and not allowed.get(mention.brand_id)
        and mention.brand_id != declared
    }


def _off_category(
    title: str, category: str, foreign: Mapping[str, Mention], brands: BrandIndex
) -> Iterator[Finding]:
    """Brands in a title of goods that they never make (蹭品牌词)."""
    if _JOINT.search(title):
        return
    off = [m for m in foreign.values() if not is_category_of(m.brand_id, category, brands)]
    is_far = _FAR.search(category) and any(
        _FAR_BRANDS.search("|".join(brands.brands[m.brand_id].categories)) for m in off
    )
    if len(off) >= 2 or (off and is_far):
        reason = f"“{off[0].text}”不经营本类目，疑似蹭品牌词"
        yield _abuse("title", off[0].text, "brand off its category", 0.55, reason)


def _bait(listing: Listing) -> Iterator[Finding]:
    skus = listing.skus or []
    amounts = [sku.price for sku in skus if sku.price > 0]
    if not amounts:
        return
    title = normalise(listing.title).text
    for number, sku in enumerate(skus):
        if sku.price > _CHEAP * max(amounts):
            continue
        name = normalise(sku.name).text
        certainty = _bait_certainty(name, title, sku, skus, listing.price)
        if certainty:
            reason = "以不发货或不是本品的低价规格引流"
            yield _abuse(f"skus[{number}].name", name, "bait variant", certainty, reason)
            return


def _bait_certainty(name: str, title: str, sku: Sku, skus: list[Sku], price: float) -> float:
    """How sure it is that a cheap variant is bait; 0 for trial sizes, samples and deposits."""
    is_front = price <= _FRONT * sku.price
    everything = title + "".join(each.name for each in skus)
    if _SAMPLE_BY_POST.search(name):
        return 0.0
    if _DEPOSIT.search(name) and _MADE_TO_ORDER.search(everything) and not _NO_GOODS.search(name):
        return 0.0
    if _NO_GOODS.search(name):
        return 0.7
    if _DEPOSIT.search(name):
        return 0.7
    if _SMALL_GOODS.search(name):
        is_told = _AMOUNT.search(name) or _SMALL_GOODS.search(title)
        return 0.0 if is_told else (0.65 if is_front else 0.55)
    if is_front and _PART.search(name) and not _PART.search(title) and not _is_part(title):
        return 0.6
    return 0.0


def _is_part(title: str) -> bool:
    return re.search(r"表带|膜|壳|套|配件|袋|数据线|盒|绳", title) is not None


def _abuse(field: str, words: str, cue: str, certainty: float, reason: str) -> Finding:
    return Finding(
        code="listing_abuse",
        field=field,
        text=words,
        cue=cue,
        basis=_ABUSE,
        certainty=certainty,
        reason_zh=reason,
    )
