"""Simulated listings (商品) with the truth about them, for want of public labelled ones.

Everything here is made up. A number measured on these listings is about the simulation only.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from data.brands import AliasKind, Brand, load_brands
from data.listing import Listing, Sku
from data.simulate.catalogue import (
    CATALOGUE,
    CONTENT_SENTENCES,
    COSMETIC_CLAIMS,
    CURES,
    HEALTH_CLAIMS,
    PLAIN_SENTENCES,
    Goods,
    Truth,
)
from data.simulate.dice import Dice
from data.simulate.merchants import OVERLAP, Latent, Shop, shares, simulate_shop
from data.simulate.numbers import false_number, licence_number

LISTINGS_A_SHOP: Final = 6
SECOND_HAND: Final = 0.06

VIOLATIONS: Final[dict[Latent, dict[str, float]]] = {
    "good": {
        "spec_mismatch": 0.005,
        "unlicensed_product": 0.004,
        "listing_abuse": 0.007,
        "brand_confusion": 0.001,
        "inferior_quality": 0.001,
    },
    "inferior": {
        "spec_mismatch": 0.17,
        "unlicensed_product": 0.11,
        "listing_abuse": 0.06,
        "brand_confusion": 0.02,
        "inferior_quality": 0.06,
        "counterfeit_brand": 0.01,
    },
    "counterfeit": {
        "counterfeit_brand": 0.30,
        "brand_confusion": 0.08,
        "unlicensed_product": 0.08,
        "spec_mismatch": 0.06,
        "listing_abuse": 0.03,
        "inferior_quality": 0.02,
    },
}
"""How likely a merchant of each kind breaks which rule in one listing: 5 % of all at intake."""

CONTENT: Final[dict[Latent, float]] = {"good": 0.02, "inferior": 0.14, "counterfeit": 0.10}
"""How likely a description makes a claim that breaks a rule."""

_PROVINCES = ("浙江", "广东", "江苏", "山东", "福建", "河南", "四川", "安徽", "湖南", "云南")
_JARGON = (
    "原单",
    "1:1复刻",
    "顶级版本",
    "纯原",
    "公司级",
    "支持对比",
    "专柜品质全套包装",
    "可过验",
    "懂的来",
    "zp版本",
)
_CONFUSING = ("大牌平替", "同厂同料", "某大牌代工厂", "专柜同款", "一条生产线", "大牌同款")
_POOR = (
    "库存布清仓不退不换",
    "换过屏当全新发",
    "退货二次包装特价",
    "日期重新喷过便宜处理",
    "瑕疵品混发拍下默认接受",
)
_POOR_HINTS = ("特价处理", "工厂清仓", "清库存", "")
_THREE_NOS = ("散装无厂名厂址", "无中文标代购", "作坊自制无证", "无3C特价", "没什么证但料真")
_STUFFING = ("爆款", "网红", "明星同款", "清仓", "批发", "代发", "ins", "潮")
_BAIT_SKUS = ("定金勿拍", "样品勿拍", "补差价专用", "体验款(无货)", "邮费专拍", "备用勿拍")
_TITLES_OF_ABUSE = ("补差价专用链接 拍多少补多少", "邮费专拍 联系客服改价", "福利专拍 虚拟商品勿拍")
_USED = ("闲置", "9成新", "二手", "95新", "自用出", "吃灰转让")
_CARELESS = ("正品", "包邮", "新款", "厂家直销", "官方", "现货", "清仓特价", "")


class Simulated(NamedTuple):
    """A made-up listing; ``codes`` is the truth about it, ``latent`` about its merchant."""

    listing: Listing
    codes: list[str]
    latent: str


@dataclass(slots=True)
class _Draft:
    """A listing in the making."""

    goods: Goods
    shop: Shop
    category: str
    noun: str
    price: float
    brand: Brand | None = None
    brand_text: str = ""
    words: list[str] = field(default_factory=list)
    attributes: dict[str, str] = field(default_factory=dict)
    sentences: list[str] = field(default_factory=list)
    licences: dict[str, str] = field(default_factory=dict)
    skus: list[tuple[str, float]] = field(default_factory=list)
    origin: str | None = None
    condition: str = "new"
    title: str | None = None
    codes: list[str] = field(default_factory=list)


def simulate_listings(
    n: int,
    seed: int,
    at: datetime,
    *,
    bad_share: float | None = None,
    brands: Sequence[Brand] | None = None,
) -> Iterator[Simulated]:
    """``n`` simulated listings submitted within the 60 days before ``at``.

    Merchants are 93 % good, 5 % inferior and 2 % counterfeit unless ``bad_share`` says how many
    are bad. Fields are left out at random, as platforms send them, whatever the truth: then the
    truth may be invisible. The same arguments give the same listings.

    >>> at = datetime.fromisoformat("2026-02-01T08:00:00+08:00")
    >>> [item.listing.data_id for item in simulate_listings(2, seed=1, at=at)]
    ['sim-000000', 'sim-000001']
    """
    if n < 0:
        raise ValueError(f"n is {n}; the number of listings is 0 or more")
    mix = shares(bad_share)
    dice = Dice(seed)
    known = {brand.brand_id: brand for brand in (load_brands() if brands is None else brands)}
    factors: dict[tuple[str, str], float] = {}
    shops = [
        simulate_shop(number, mix, len(CATALOGUE), at, dice)
        for number in range(n // LISTINGS_A_SHOP + 1)
    ]
    for number in range(n):
        shop = dice.pick(shops)
        draft = _honest(shop, known, factors, dice)
        _break_rules(draft, known, at.year, dice)
        submitted = at - timedelta(minutes=dice.number(1, 60 * 24 * 60))
        yield _finish(draft, number, submitted, dice)


def _honest(
    shop: Shop,
    known: dict[str, Brand],
    factors: dict[tuple[str, str], float],
    dice: Dice,
) -> _Draft:
    goods = CATALOGUE[dice.pick(shop.goods)]
    draft = _Draft(
        goods=goods,
        shop=shop,
        category=dice.pick(goods.categories),
        noun=dice.pick(goods.nouns),
        price=dice.log_normal(goods.price, 0.7 * goods.spread),
    )
    _name_brand(draft, known, factors, dice)
    draft.price *= _price_level(shop.shown, dice)
    if dice.chance(SECOND_HAND):
        draft.condition = "used" if dice.chance(0.85) else "refurbished"
        draft.price *= 0.3 + 0.4 * dice.generator.random()
    draft.words = _words(goods, dice)
    claimed = dice.some(goods.truths, 1) if dice.chance(0.5) else []
    for truth in claimed:
        _state(draft, truth, truth.honest, dice)
    for name, values in goods.plain_attributes.items():
        draft.attributes.setdefault(name, dice.pick(values))
    facts = goods.facts if claimed else goods.facts + goods.plain_facts
    draft.sentences = dice.some(facts, dice.number(0, 2))
    draft.sentences += dice.some(PLAIN_SENTENCES, dice.number(0, 3))
    return draft


def _state(draft: _Draft, truth: Truth, values: tuple[str, ...], dice: Dice) -> None:
    draft.words.insert(0, truth.word)
    if truth.attribute == "产地" and dice.chance(0.5):
        draft.origin = dice.pick(values)
    else:
        draft.attributes[truth.attribute] = dice.pick(values)


def _name_brand(
    draft: _Draft,
    known: dict[str, Brand],
    factors: dict[tuple[str, str], float],
    dice: Dice,
) -> None:
    goods = draft.goods
    branded = [known[brand_id] for brand_id in goods.brands if brand_id in known]
    if branded and dice.chance(0.35 if draft.shop.latent == "good" else 0.2):
        draft.brand = dice.pick(branded)
        draft.brand_text = _alias(draft.brand, "canonical", dice) or draft.brand.name
        draft.price *= _factor(draft, factors, dice)
    elif dice.chance(0.8):
        draft.brand_text = dice.pick(goods.makers)


def _factor(draft: _Draft, factors: dict[tuple[str, str], float], dice: Dice) -> float:
    """How much dearer a brand is in this category: one number for all its listings."""
    assert draft.brand is not None
    key = (draft.brand.brand_id, draft.goods.nouns[0])
    if key not in factors:
        factors[key] = dice.log_normal(draft.goods.brand_factor, 0.3)
    return factors[key]


def _alias(brand: Brand, kind: AliasKind, dice: Dice) -> str | None:
    aliases = [alias.text for alias in brand.aliases if alias.kind == kind]
    return dice.pick(aliases) if aliases else None


def _price_level(shown: Latent, dice: Dice) -> float:
    """Price against the usual one, by the kind that a shop seems to be."""
    if dice.chance(OVERLAP):
        return dice.log_normal(0.8, 0.4)
    if shown == "good":
        return dice.log_normal(0.95, 0.18)
    if shown == "inferior":
        return dice.log_normal(0.62, 0.30)
    return dice.log_normal(0.4, 0.55)


def _words(goods: Goods, dice: Dice) -> list[str]:
    """Spec and selling words: few for a plain title, many for one written for search."""
    long = dice.chance(0.55)
    slots = goods.slots if long else goods.slots[: dice.number(0, 2)]
    words = [dice.pick(slot) for slot in slots]
    words += dice.some(goods.selling, dice.number(2, 4) if long else dice.number(0, 1))
    if long and dice.chance(0.5):
        words.append(dice.pick(_CARELESS))
    return [word for word in words if word]


def _break_rules(draft: _Draft, known: dict[str, Brand], year: int, dice: Dice) -> None:
    latent = draft.shop.latent
    _submit_licence(draft, year, dice)
    code = dice.weighted(VIOLATIONS[latent])
    if code is not None:
        _VIOLATE[code](draft, known, year, dice)
    if dice.chance(CONTENT[latent]):
        _overclaim(draft, dice)
    if code is None:
        _slip(draft, year, dice)


def _slip(draft: _Draft, year: int, dice: Dice) -> None:
    """What looks like a violation and is none: slips of the pen, fans' nicknames, deposits."""
    if draft.brand and draft.condition == "used" and dice.chance(0.15):
        draft.brand_text = _alias(draft.brand, "nickname", dice) or draft.brand_text
    if draft.brand and dice.chance(0.1):
        draft.words.append("正品")
    if draft.licences and dice.chance(0.006):
        key, number = next(iter(draft.licences.items()))
        draft.licences[key] = number[:-2] + number[-1] + number[-2]
    if draft.goods.truths and dice.chance(0.004):
        _state(draft, truth := dice.pick(draft.goods.truths), truth.false, dice)
    if dice.chance(0.05):
        draft.words += _stuffing(draft, dice.number(1, 3), dice)
    if dice.chance(0.01):
        draft.skus = [("定制定金", draft.price * 0.2), ("定制尾款", draft.price * 0.8)]
        draft.sentences.append("定制商品先付定金，尾款按图纸报价")


def _submit_licence(draft: _Draft, year: int, dice: Dice) -> None:
    key = draft.goods.licence
    if key is not None:
        draft.licences[key] = licence_number(key, year - 1, dice, draft.goods.sc_class)


def _mismatch(draft: _Draft, known: dict[str, Brand], year: int, dice: Dice) -> None:
    draft.codes.append("spec_mismatch")
    if draft.goods.truths:
        truth = dice.pick(draft.goods.truths)
        draft.words = [w for w in draft.words if all(w != t.word for t in draft.goods.truths)]
        draft.origin = None
        _state(draft, truth, truth.false, dice)
        draft.sentences = [s for s in draft.sentences if s not in draft.goods.plain_facts]
    else:
        draft.sentences.append("颜色和规格随机发，不退不换，实际以收到的为准")


def _no_licence(draft: _Draft, known: dict[str, Brand], year: int, dice: Dice) -> None:
    draft.codes.append("unlicensed_product")
    key = draft.goods.licence
    if key is not None and dice.chance(0.5):
        draft.licences[key] = false_number(key, year, dice)
    else:
        draft.licences.clear()
    if key is None or dice.chance(0.35):
        draft.words.append(dice.pick(_THREE_NOS))


def _abuse(draft: _Draft, known: dict[str, Brand], year: int, dice: Dice) -> None:
    draft.codes.append("listing_abuse")
    match dice.number(0, 3):
        case 0:
            draft.words += _stuffing(draft, dice.number(2, 5), dice)
        case 1:
            bait = (dice.pick(_BAIT_SKUS), draft.price * dice.pick((0.001, 0.01, 0.05, 0.2)))
            draft.skus = [bait, ("正品一套", round(draft.price, 2)), ("升级款", draft.price * 1.3)]
            draft.price = bait[1]
        case 2:
            others = [goods for goods in CATALOGUE if goods is not draft.goods]
            draft.category = dice.pick(dice.pick(others).categories)
        case _:
            draft.title = dice.pick(_TITLES_OF_ABUSE)
            draft.price = dice.log_normal(8.0, 1.5)


def _stuffing(draft: _Draft, times: int, dice: Dice) -> list[str]:
    """The noun over and over, each time with another word that buyers search for."""
    tail = draft.noun[-2:]
    return [f"{word}{tail}" for word in dice.some(draft.goods.selling + _STUFFING, times)]


def _counterfeit(draft: _Draft, known: dict[str, Brand], year: int, dice: Dice) -> None:
    draft.codes.append("counterfeit_brand")
    branded = [known[brand_id] for brand_id in draft.goods.brands if brand_id in known]
    usual = dice.log_normal(draft.goods.price, draft.goods.spread) * draft.goods.brand_factor
    cheap = dice.log_normal(0.18, 0.55) if dice.chance(0.6) else dice.log_normal(0.55, 0.25)
    draft.price = usual * cheap
    draft.condition = "new"
    if branded:
        draft.brand = dice.pick(branded)
        hidden: AliasKind = "disguise" if dice.chance(0.5) else "nickname"
        plain = _alias(draft.brand, "canonical", dice) or draft.brand.name
        draft.brand_text = (
            _alias(draft.brand, hidden, dice) if dice.chance(0.6) else None
        ) or plain
    if not branded or dice.chance(0.6):
        draft.words += dice.some(_JARGON, dice.number(1, 3))


def _confuse(draft: _Draft, known: dict[str, Brand], year: int, dice: Dice) -> None:
    draft.codes.append("brand_confusion")
    branded = [known[brand_id] for brand_id in draft.goods.brands if brand_id in known]
    alias = _alias(dice.pick(branded), "lookalike", dice) if branded else None
    if alias and dice.chance(0.6):
        draft.brand, draft.brand_text = None, alias
    else:
        draft.words += dice.some(_CONFUSING, dice.number(1, 2))


def _inferior(draft: _Draft, known: dict[str, Brand], year: int, dice: Dice) -> None:
    draft.codes.append("inferior_quality")
    draft.price *= 0.6
    words = dice.pick(_POOR) if dice.chance(0.5) else dice.pick(_POOR_HINTS)
    if dice.chance(0.5):
        draft.sentences.append(words or "不退不换")
    else:
        draft.words.append(words)


_VIOLATE: Final[dict[str, Callable[[_Draft, dict[str, Brand], int, Dice], None]]] = {
    "spec_mismatch": _mismatch,
    "unlicensed_product": _no_licence,
    "listing_abuse": _abuse,
    "counterfeit_brand": _counterfeit,
    "brand_confusion": _confuse,
    "inferior_quality": _inferior,
}


def _overclaim(draft: _Draft, dice: Dice) -> None:
    """A sentence that breaks a rule of speech, fit for the goods."""
    licence = draft.goods.licence or ""
    if licence == "cosmetic_ordinary_domestic" and dice.chance(0.6):
        _say(draft, dice.pick(COSMETIC_CLAIMS), "cosmetic_overclaim", "unlicensed_product")
    elif licence == "food_sc" and dice.chance(0.6):
        _say(draft, dice.pick(HEALTH_CLAIMS), "health_food_overclaim")
    elif licence in {"food_sc", "health_file_domestic"} and dice.chance(0.6):
        _say(draft, dice.pick(CURES), "medical_claim")
    else:
        code = dice.pick(tuple(CONTENT_SENTENCES))
        _say(draft, dice.pick(CONTENT_SENTENCES[code]), code)


def _say(draft: _Draft, sentence: str, *codes: str) -> None:
    draft.sentences.insert(len(draft.sentences) // 2, sentence)
    draft.codes.extend(code for code in codes if code not in draft.codes)


def _title(draft: _Draft, dice: Dice) -> str:
    if draft.title is not None:
        return draft.title
    words = [word for word in draft.words if word]
    if dice.chance(0.3):
        words = [words[i] for i in dice.generator.permutation(len(words))]
    cut = dice.number(0, len(words))
    parts = [draft.brand_text, *words[:cut], draft.noun, *words[cut:]]
    if draft.condition != "new" and dice.chance(0.8):
        parts.insert(0, dice.pick(_USED))
    parts = [part for part in parts if part]
    if dice.chance(0.1):
        parts[0] = f"【{parts[0]}】"
    return ("" if dice.chance(0.5) else " ").join(parts)


def _finish(draft: _Draft, number: int, submitted: datetime, dice: Dice) -> Simulated:
    price = max(0.01, round(draft.price, 2) if draft.price < 5 else round(draft.price) - 0.1)
    fields: dict[str, Any] = {
        "data_id": f"sim-{number:06d}",
        "title": _title(draft, dice),
        "category": draft.category,
        "price": round(price, 2),
        "condition": draft.condition,
        "submitted_at": submitted,
    }
    for name, share in _sent(dice).items():
        if dice.chance(share):
            fields[name] = _FIELDS[name](draft, price, dice)
    return Simulated(Listing.model_validate(fields), draft.codes, draft.shop.latent)


def _sent(dice: Dice) -> dict[str, float]:
    """How likely a platform sends which field; chosen without regard to the truth."""
    if dice.chance(0.3):
        return {}
    rich = 0.85 if dice.chance(0.5) else 0.3
    return {
        "list_price": 0.6 * rich,
        "description": rich,
        "brand": 0.6 * rich,
        "attributes": rich,
        "skus": 0.7 * rich,
        "licences": 0.8 * rich,
        "origin": 0.5 * rich,
        "ships_from": 0.5 * rich,
        "edits_7d": 0.5 * rich,
        "merchant": 0.9 * rich,
    }


def _list_price(draft: _Draft, price: float, dice: Dice) -> float:
    a, b = {"good": (4, 8), "inferior": (6, 5), "counterfeit": (7, 4)}[draft.shop.shown]
    return round(price / (1 - min(0.95, dice.beta(a, b))), 2)


def _brand_name(draft: _Draft, price: float, dice: Dice) -> str | None:
    if draft.brand is not None and "counterfeit_brand" not in draft.codes:
        return draft.brand.name
    if draft.brand is not None and dice.chance(0.3):
        return draft.brand.name
    return dice.pick((*draft.goods.makers, "其他", "无品牌")) or None


def _skus(draft: _Draft, price: float, dice: Dice) -> list[Sku]:
    if not draft.skus:
        spread = dice.log_normal(0.25, 0.8)
        names = dice.some(draft.goods.skus, dice.number(1, 5))
        draft.skus = [(name, price * (1 + spread * i)) for i, name in enumerate(names)]
    return [Sku(name=name, price=max(0.01, round(amount, 2))) for name, amount in draft.skus]


def _merchant(draft: _Draft, price: float, dice: Dice) -> Any:
    """The merchant with figures left out at random, and what it may sell."""
    merchant = draft.shop.merchant
    left_out: dict[str, Any] = {}
    if dice.chance(0.5):
        names = [name for name in type(merchant).model_fields if name != "merchant_id"]
        left_out = {name: None for name in names if dice.chance(0.35)}
    if dice.chance(0.6):
        left_out["authorised_brands"] = _authorised(draft, dice)
    return merchant.model_copy(update=left_out)


def _authorised(draft: _Draft, dice: Dice) -> list[str]:
    if draft.brand is None:
        return []
    honest = "counterfeit_brand" not in draft.codes
    if dice.chance(0.97 if honest and draft.shop.latent == "good" else 0.5 if honest else 0.1):
        return [draft.brand.name]
    return []


def _attributes(draft: _Draft, price: float, dice: Dice) -> dict[str, str]:
    items = [item for item in draft.attributes.items() if dice.chance(0.9)]
    return {name: value for name, value in items if value}


def _description(draft: _Draft, price: float, dice: Dice) -> str:
    return "。".join(draft.sentences) + ("。" if draft.sentences else "")


def _origin(draft: _Draft, price: float, dice: Dice) -> str:
    return draft.origin or draft.attributes.get("产地") or dice.pick(_PROVINCES)


def _ships_from(draft: _Draft, price: float, dice: Dice) -> str:
    return dice.pick(_PROVINCES)


def _licences(draft: _Draft, price: float, dice: Dice) -> dict[str, str]:
    return dict(draft.licences)


def _edits(draft: _Draft, price: float, dice: Dice) -> int:
    return dice.poisson(draft.shop.edits)


_FIELDS: Final[dict[str, Callable[[_Draft, float, Dice], object]]] = {
    "list_price": _list_price,
    "description": _description,
    "brand": _brand_name,
    "attributes": _attributes,
    "skus": _skus,
    "licences": _licences,
    "origin": _origin,
    "ships_from": _ships_from,
    "edits_7d": _edits,
    "merchant": _merchant,
}
