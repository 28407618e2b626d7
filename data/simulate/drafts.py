"""One simulated listing in the making: what is sold, what it says, and what is wrong with it.

What is wrong is decided first; whether the listing shows it is decided after, and often it does
not. So the truth is no function of what can be seen.
"""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from data.brands import AliasKind, Brand
from data.simulate.catalogue import (
    CATALOGUE,
    CONTENT_SENTENCES,
    COSMETIC_CLAIMS,
    CURES,
    HEALTH_CLAIMS,
    OBLIQUE,
    PLAIN_SENTENCES,
    Goods,
    Truth,
)
from data.simulate.dice import Dice
from data.simulate.disguises import Mechanism, disguise
from data.simulate.merchants import BAD, OVERLAP, Kind, Shop
from data.simulate.numbers import false_number, licence_number

Fields = dict[str, Any]
"""The fields of a ``Listing`` but for its id, its instant and its merchant."""

SECOND_HAND: Final = 0.06
"""Share of second-hand and refurbished goods. Assumed."""

VIOLATIONS: Final[Mapping[Kind, Mapping[str, float]]] = {
    "good": {
        "spec_mismatch": 0.003,
        "unlicensed_product": 0.003,
        "listing_abuse": 0.005,
        "brand_confusion": 0.001,
        "inferior_quality": 0.001,
    },
    "careless": {
        "unlicensed_product": 0.020,
        "listing_abuse": 0.022,
        "spec_mismatch": 0.008,
        "inferior_quality": 0.004,
        "brand_confusion": 0.001,
    },
    "inferior": {
        "spec_mismatch": 0.17,
        "unlicensed_product": 0.10,
        "listing_abuse": 0.06,
        "brand_confusion": 0.03,
        "inferior_quality": 0.08,
        "counterfeit_brand": 0.01,
    },
    "counterfeit": {
        "counterfeit_brand": 0.36,
        "brand_confusion": 0.10,
        "unlicensed_product": 0.08,
        "spec_mismatch": 0.06,
        "listing_abuse": 0.03,
        "inferior_quality": 0.03,
    },
}
"""How likely a merchant of each kind breaks which rule in one listing.

At intake about 5 % of listings break one (TAXONOMY.md §7, assumed there): specification 1.5 %,
licence 1.2, abuse 1.0, counterfeit 0.6, confusion 0.4, quality 0.3. The split is assumed.
"""

CONTENT: Final[Mapping[Kind, float]] = {
    "good": 0.004,
    "careless": 0.012,
    "inferior": 0.10,
    "counterfeit": 0.07,
}
"""How likely a description makes a claim that breaks a rule. Assumed."""

_EFFICACY: Final = 4.0
"""How much likelier such a claim is for goods that are bought for an effect. Assumed: health,
cosmetic and like claims are 45 % of what breaks a rule of speech (TAXONOMY.md §7).
"""
_EFFICACIOUS: Final = frozenset({"food_sc", "health_file_domestic", "cosmetic_ordinary_domestic"})

_OBLIQUELY: Final = 0.35
_ON_THE_PICTURE: Final = 0.2
"""Shares of such claims that are made in other words, and on pictures alone. Assumed."""

HIDDEN: Final[Mapping[str, float]] = {
    "counterfeit_brand": 0.40,
    "brand_confusion": 0.35,
    "unlicensed_product": 0.30,
    "spec_mismatch": 0.45,
    "inferior_quality": 0.65,
    "listing_abuse": 0.30,
}
"""Share of violations of which the listing itself shows nothing. Assumed."""

WRONGED: Final[Mapping[str, float]] = {
    "counterfeit_brand": 0.38,
    "inferior_quality": 0.42,
    "spec_mismatch": 0.33,
    "brand_confusion": 0.15,
    "unlicensed_product": 0.12,
    "listing_abuse": 0.06,
}
"""Share of a listing's buyers who get what they did not pay for, by what is wrong. Assumed.

Content labels: 0.10. Together with who speaks up it should give the return rates of signals.md.
"""

WRONGED_BY_A_CLAIM: Final = 0.10

JARGON: Final = (
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
CONFUSING: Final = (
    "大牌平替",
    "同厂同料",
    "某大牌代工厂",
    "专柜同款",
    "一条生产线",
    "大牌同款",
)
RISKY_WORDS: Final = (
    "微信",
    "加薇",
    "私聊",
    "治好",
    "高血压",
    "血糖",
    "断根",
    "免疫力",
    "血脂",
    "睡眠",
    "减肥",
    "美白",
    "祛斑",
    "淡斑",
    "生发",
    "第一",
    "国家级",
    "最好",
    "顶级",
    "特供",
    "院士",
    "好评",
    "返现",
    "最低价",
)
"""Words of claims that a seller who fears a filter disguises."""

_PROVINCES = ("浙江", "广东", "江苏", "山东", "福建", "河南", "四川", "安徽", "湖南", "云南")
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
_DISCOUNTS: Final[Mapping[Kind, tuple[float, float]]] = {
    "good": (4, 8),
    "careless": (4, 7),
    "inferior": (6, 5),
    "counterfeit": (7, 4),
}
_DISGUISED_BRAND: Final = 0.55
_DISGUISED_CLAIM: Final = 0.5
_COPIES: Final = 40


class Market:
    """What merchants know of each other: brand prices, numbers in use, listings worth copying."""

    def __init__(self, brands: Sequence[Brand]) -> None:
        self.brands = {brand.brand_id: brand for brand in brands}
        self.level = 1.0
        """Prices against those at the beginning."""
        self.fakes_priced_as_genuine = False
        self._factors: dict[tuple[str, str], float] = {}
        self._numbers: dict[tuple[str, str], deque[str]] = {}
        self._honest: dict[int, deque[tuple[str, Fields]]] = {}

    def factor(self, brand: Brand, goods: Goods, dice: Dice) -> float:
        """How much dearer a brand is for these goods: one number for all its listings."""
        key = (brand.brand_id, goods.nouns[0])
        if key not in self._factors:
            self._factors[key] = dice.log_normal(goods.brand_factor, 0.3)
        return self._factors[key]

    def usual(self, brand: str | None, goods: Goods) -> float:
        """What such goods of such a brand usually cost, in yuan."""
        return goods.price * self.level * self._factors.get((brand or "", goods.nouns[0]), 1.0)

    def branded(self, goods: Goods) -> list[Brand]:
        """The brands that make such goods."""
        return [self.brands[brand_id] for brand_id in goods.brands if brand_id in self.brands]

    def note_number(self, key: str, sc_class: str, number: str) -> None:
        """A genuine number went public."""
        self._numbers.setdefault((key, sc_class), deque(maxlen=_COPIES)).append(number)

    def borrowed(self, key: str, sc_class: str, dice: Dice) -> str | None:
        """A genuine number that belongs to someone else."""
        numbers = self._numbers.get((key, sc_class))
        return dice.pick(numbers) if numbers else None

    def note_honest(self, goods: int, data_id: str, fields: Fields) -> None:
        """An honest listing went public; others may copy it."""
        self._honest.setdefault(goods, deque(maxlen=_COPIES)).append((data_id, fields))

    def copied(self, goods: int, dice: Dice) -> tuple[str, Fields] | None:
        """An honest listing of such goods, for a seller who copies text and pictures."""
        honest = self._honest.get(goods)
        return dice.pick(honest) if honest else None


@dataclass(slots=True)
class Draft:
    """A listing in the making. ``codes`` is the truth, ``shows`` whether the listing tells it."""

    number: int
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
    mechanism: Mechanism | None = None
    codes: list[str] = field(default_factory=list)
    shows: bool = True

    @property
    def is_fake(self) -> bool:
        """Whether the goods only pretend to be of the brand."""
        return "counterfeit_brand" in self.codes


def honest_draft(shop: Shop, market: Market, year: int, dice: Dice) -> Draft:
    """A listing without fault; licences were given out before ``year``."""
    number = dice.pick(shop.goods)
    goods = CATALOGUE[number]
    draft = Draft(
        number=number,
        goods=goods,
        shop=shop,
        category=dice.pick(goods.categories),
        noun=dice.pick(goods.nouns),
        price=dice.log_normal(goods.price * market.level, 0.7 * goods.spread),
    )
    _name_brand(draft, market, dice)
    draft.price *= _price_level(shop, dice)
    if dice.chance(SECOND_HAND):
        draft.condition = "used" if dice.chance(0.85) else "refurbished"
        draft.price *= 0.3 + 0.4 * dice.share()
    draft.words = _words(goods, dice)
    claimed = dice.some(goods.truths, 1) if dice.chance(0.5) else []
    for truth in claimed:
        _state(draft, truth, truth.honest, dice)
    for name, values in goods.plain_attributes.items():
        draft.attributes.setdefault(name, dice.pick(values))
    facts = goods.facts if claimed else goods.facts + goods.plain_facts
    draft.sentences = dice.some(facts, dice.number(0, 2))
    draft.sentences += dice.some(PLAIN_SENTENCES, dice.number(0, 3))
    if goods.licence is not None:
        number_ = licence_number(goods.licence, year - 1, dice, goods.sc_class)
        draft.licences[goods.licence] = number_
        market.note_number(goods.licence, goods.sc_class, number_)
    return draft


def break_rules(draft: Draft, market: Market, year: int, mechanism: Mechanism, dice: Dice) -> None:
    """Make the listing what a merchant of its shop's kind submits: mostly, no change at all.

    ``mechanism`` is how one disguises these days.
    """
    kind = draft.shop.kind
    code = dice.weighted(VIOLATIONS[kind])
    if code is not None:
        draft.codes.append(code)
        draft.shows = not dice.chance(HIDDEN[code])
        (_SHOWN if draft.shows else _UNSHOWN)[code](draft, market, year, dice)
    more = _EFFICACY if draft.goods.licence in _EFFICACIOUS else 1.0
    if dice.chance(CONTENT[kind] * more):
        _overclaim(draft, dice)
    if code is None:
        _slip(draft, dice)
    if kind in BAD and draft.codes and dice.chance(_DISGUISED_CLAIM):
        draft.mechanism = mechanism


def wronged_share(shop: Shop, codes: Sequence[str]) -> float:
    """The share of buyers who will be wronged by a listing that deserves these codes."""
    worst = max((WRONGED.get(code, WRONGED_BY_A_CLAIM) for code in codes), default=0.0)
    return min(0.9, shop.wronged + worst)


def finish(draft: Draft, dice: Dice) -> Fields:
    """The fields that a listing of this draft has on a platform that asks for all of them."""
    price = draft.price if draft.price < 5 else round(draft.price) - 0.1
    price = round(max(0.01, price), 2)
    fields: Fields = {
        "title": _title(draft, dice),
        "category": draft.category,
        "price": price,
        "condition": draft.condition,
        "description": "。".join(draft.sentences) + ("。" if draft.sentences else ""),
        "attributes": {n: v for n, v in draft.attributes.items() if v and dice.chance(0.9)},
        "skus": _skus(draft, price, dice),
        "licences": dict(draft.licences),
        "ships_from": dice.pick(_PROVINCES),
        "origin": draft.origin or draft.attributes.get("产地") or dice.pick(_PROVINCES),
        "edits_7d": 0,
    }
    if dice.chance(0.6):
        a, b = _DISCOUNTS[draft.shop.dress]
        fields["list_price"] = round(price / (1 - min(0.95, dice.beta(a, b))), 2)
    if (brand := _brand_name(draft, dice)) and dice.chance(0.8):
        fields["brand"] = brand
    if draft.mechanism is None:
        return fields
    changed = disguised(fields, draft.mechanism, dice)
    if changed == fields:
        draft.mechanism = None
    return changed


def disguised(fields: Fields, mechanism: Mechanism, dice: Dice) -> Fields:
    """The fields with their telling words disguised."""
    words = (*JARGON, *CONFUSING, *RISKY_WORDS)
    changed = dict(fields)
    for name in ("title", "description"):
        made = disguise(fields[name], mechanism, words, dice.generator)
        changed[name] = made.text[:500]
    return changed


def respelt(fields: Fields, mechanism: Mechanism, dice: Dice) -> Fields:
    """A relisted copy: telling words disguised, the title turned round, the price moved a little.

    Licence numbers go along: who relists has no others.
    """
    copy = disguised(fields, mechanism, dice)
    words = copy["title"].split(" ")
    if len(words) > 2:
        copy["title"] = " ".join(dice.shuffled(words))
    else:
        copy["title"] = dice.pick(("新款", "现货", "升级版")) + copy["title"]
    copy["price"] = round(max(0.01, fields["price"] * dice.log_normal(1.0, 0.06)), 2)
    copy["edits_7d"] = 0
    return copy


def _state(draft: Draft, truth: Truth, values: tuple[str, ...], dice: Dice) -> None:
    draft.words.insert(0, truth.word)
    if truth.attribute == "产地" and dice.chance(0.5):
        draft.origin = dice.pick(values)
    else:
        draft.attributes[truth.attribute] = dice.pick(values)


def _name_brand(draft: Draft, market: Market, dice: Dice) -> None:
    goods = draft.goods
    branded = market.branded(goods)
    if branded and dice.chance(0.35 if draft.shop.kind not in BAD else 0.25):
        draft.brand = dice.pick(branded)
        draft.brand_text = _alias(draft.brand, "canonical", dice) or draft.brand.name
        draft.price *= market.factor(draft.brand, goods, dice)
    elif dice.chance(0.8):
        draft.brand_text = dice.pick(goods.makers)


def _alias(brand: Brand, kind: AliasKind, dice: Dice) -> str | None:
    aliases = [alias.text for alias in brand.aliases if alias.kind == kind]
    return dice.pick(aliases) if aliases else None


def _price_level(shop: Shop, dice: Dice) -> float:
    """Price against the usual one, by the kind that a shop seems to be."""
    if dice.chance(OVERLAP):
        return dice.log_normal(0.8, 0.4)
    return dice.log_normal(*shop.manner.price)


def _words(goods: Goods, dice: Dice) -> list[str]:
    """Spec and selling words: few for a plain title, many for one written for search."""
    long = dice.chance(0.55)
    slots = goods.slots if long else goods.slots[: dice.number(0, 2)]
    words = [dice.pick(slot) for slot in slots]
    words += dice.some(goods.selling, dice.number(2, 4) if long else dice.number(0, 1))
    if long and dice.chance(0.5):
        words.append(dice.pick(_CARELESS))
    return [word for word in words if word]


def _slip(draft: Draft, dice: Dice) -> None:
    """What looks like a violation and is none: slips of the pen, fans' nicknames, deposits."""
    sloppy = 4.0 if draft.shop.kind == "careless" else 1.0
    if draft.brand and draft.condition == "used" and dice.chance(0.15):
        draft.brand_text = _alias(draft.brand, "nickname", dice) or draft.brand_text
    if draft.brand and dice.chance(0.1):
        draft.words.append("正品")
    if draft.licences and dice.chance(0.006 * sloppy):
        key, number = next(iter(draft.licences.items()))
        draft.licences[key] = number[:-2] + number[-1] + number[-2]
    if draft.goods.truths and dice.chance(0.004 * sloppy):
        _state(draft, truth := dice.pick(draft.goods.truths), truth.false, dice)
    if dice.chance(min(0.3, 0.05 * sloppy)):
        draft.words += _stuffing(draft, dice.number(1, 3), dice)
    if dice.chance(0.01):
        draft.skus = [("定制定金", draft.price * 0.2), ("定制尾款", draft.price * 0.8)]
        draft.sentences.append("定制商品先付定金，尾款按图纸报价")
    if dice.chance(0.03):
        draft.words.append(dice.pick(_POOR_HINTS))
        draft.price *= 0.7
    if sloppy > 1 and dice.chance(0.2):
        draft.noun = _mistyped(draft.noun, dice)


def _mistyped(word: str, dice: Dice) -> str:
    at = dice.number(0, max(0, len(word) - 2))
    return word[:at] + word[at + 1 : at + 2] + word[at : at + 1] + word[at + 2 :]


_Break = Callable[[Draft, Market, int, Dice], None]


def _mismatch(draft: Draft, market: Market, year: int, dice: Dice) -> None:
    if draft.goods.truths:
        truth = dice.pick(draft.goods.truths)
        _unclaim(draft)
        _state(draft, truth, truth.false, dice)
    else:
        draft.sentences.append("颜色和规格随机发，不退不换，实际以收到的为准")


def _silent_mismatch(draft: Draft, market: Market, year: int, dice: Dice) -> None:
    """The page agrees with itself; only the goods do not."""
    if draft.goods.truths:
        truth = dice.pick(draft.goods.truths)
        _unclaim(draft)
        _state(draft, truth, truth.honest, dice)


def _unclaim(draft: Draft) -> None:
    draft.words = [w for w in draft.words if all(w != t.word for t in draft.goods.truths)]
    draft.origin = None
    draft.sentences = [s for s in draft.sentences if s not in draft.goods.plain_facts]


def _no_licence(draft: Draft, market: Market, year: int, dice: Dice) -> None:
    key = draft.goods.licence
    if key is not None and dice.chance(0.5):
        draft.licences[key] = false_number(key, year - 1, dice, draft.goods.sc_class)
    else:
        draft.licences.clear()
    if key is None or dice.chance(0.35):
        draft.words.append(dice.pick(_THREE_NOS))


def _borrowed_licence(draft: Draft, market: Market, year: int, dice: Dice) -> None:
    """Another maker's number, which is in order; or goods that no licence is asked for."""
    key = draft.goods.licence
    if key is not None and (number := market.borrowed(key, draft.goods.sc_class, dice)):
        draft.licences[key] = number


def _abuse(draft: Draft, market: Market, year: int, dice: Dice) -> None:
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


def _nothing_shown(draft: Draft, market: Market, year: int, dice: Dice) -> None:
    """Listed twenty times over, or poor, or in a look-alike box: no one listing tells it."""


def _stuffing(draft: Draft, times: int, dice: Dice) -> list[str]:
    """The noun over and over, each time with another word that buyers search for."""
    tail = draft.noun[-2:]
    return [f"{word}{tail}" for word in dice.some(draft.goods.selling + _STUFFING, times)]


def _fake(draft: Draft, market: Market, dice: Dice) -> list[Brand]:
    branded = market.branded(draft.goods)
    usual = dice.log_normal(draft.goods.price * market.level, draft.goods.spread)
    if branded:
        draft.brand = dice.pick(branded)
        draft.brand_text = _alias(draft.brand, "canonical", dice) or draft.brand.name
        usual *= market.factor(draft.brand, draft.goods, dice)
    # signals.md §1: 0.6 of fakes cheap, 0.4 priced near the brand; S2 tells of dear fakes.
    cheap = dice.log_normal(0.18, 0.55) if dice.chance(0.6) else dice.log_normal(0.55, 0.25)
    if market.fakes_priced_as_genuine:
        cheap = dice.log_normal(0.9, 0.2)
    draft.price = usual * cheap
    draft.condition = "new"
    return branded


def _counterfeit(draft: Draft, market: Market, year: int, dice: Dice) -> None:
    branded = _fake(draft, market, dice)
    if draft.brand is not None and dice.chance(_DISGUISED_BRAND):
        hidden: AliasKind = "disguise" if dice.chance(0.5) else "nickname"
        draft.brand_text = _alias(draft.brand, hidden, dice) or draft.brand_text
    if not branded or dice.chance(0.6):
        draft.words += dice.some(JARGON, dice.number(1, 3))


def _silent_counterfeit(draft: Draft, market: Market, year: int, dice: Dice) -> None:
    """Sold as genuine, at nearly the genuine price, or without a word about the brand."""
    _fake(draft, market, dice)
    if draft.brand is not None and dice.chance(0.4):
        draft.brand_text = dice.pick(draft.goods.makers)
        draft.brand = None
    elif dice.chance(0.5):
        draft.price *= 2.2


def _confuse(draft: Draft, market: Market, year: int, dice: Dice) -> None:
    branded = market.branded(draft.goods)
    alias = _alias(dice.pick(branded), "lookalike", dice) if branded else None
    if alias and dice.chance(0.6):
        draft.brand, draft.brand_text = None, alias
    else:
        draft.words += dice.some(CONFUSING, dice.number(1, 2))


def _inferior(draft: Draft, market: Market, year: int, dice: Dice) -> None:
    draft.price *= 0.7
    words = dice.pick(_POOR) if dice.chance(0.5) else dice.pick(_POOR_HINTS)
    if dice.chance(0.5):
        draft.sentences.append(words or "不退不换")
    else:
        draft.words.append(words)


_SHOWN: Final[Mapping[str, _Break]] = {
    "spec_mismatch": _mismatch,
    "unlicensed_product": _no_licence,
    "listing_abuse": _abuse,
    "counterfeit_brand": _counterfeit,
    "brand_confusion": _confuse,
    "inferior_quality": _inferior,
}
_UNSHOWN: Final[Mapping[str, _Break]] = {
    "spec_mismatch": _silent_mismatch,
    "unlicensed_product": _borrowed_licence,
    "listing_abuse": _nothing_shown,
    "counterfeit_brand": _silent_counterfeit,
    "brand_confusion": _nothing_shown,
    "inferior_quality": _nothing_shown,
}


def _overclaim(draft: Draft, dice: Dice) -> None:
    """A sentence that breaks a rule of speech, fit for the goods."""
    sentence, *codes = overclaim(draft.goods, dice)
    if not dice.chance(_ON_THE_PICTURE):
        draft.sentences.insert(len(draft.sentences) // 2, sentence)
    elif not draft.codes:
        draft.shows = False
    draft.codes.extend(code for code in codes if code not in draft.codes)


def overclaim(goods: Goods, dice: Dice) -> tuple[str, ...]:
    """A sentence about the goods that breaks a rule of speech, and the codes of its rules."""
    sentence, *codes = _plain_claim(goods, dice)
    if dice.chance(_OBLIQUELY):
        sentence = dice.pick(OBLIQUE[codes[0]])
    return sentence, *codes


def _plain_claim(goods: Goods, dice: Dice) -> tuple[str, ...]:
    licence = goods.licence or ""
    if licence == "cosmetic_ordinary_domestic" and dice.chance(0.8):
        return dice.pick(COSMETIC_CLAIMS), "cosmetic_overclaim", "unlicensed_product"
    if licence == "food_sc" and dice.chance(0.55):
        return dice.pick(HEALTH_CLAIMS), "health_food_overclaim"
    if licence in {"food_sc", "health_file_domestic"} and dice.chance(0.75):
        return dice.pick(CURES), "medical_claim"
    code = dice.pick(tuple(CONTENT_SENTENCES))
    return dice.pick(CONTENT_SENTENCES[code]), code


def _title(draft: Draft, dice: Dice) -> str:
    if draft.title is not None:
        return draft.title
    words = [word for word in draft.words if word]
    if dice.chance(0.3):
        words = dice.shuffled(words)
    cut = dice.number(0, len(words))
    parts = [draft.brand_text, *words[:cut], draft.noun, *words[cut:]]
    if draft.condition != "new" and dice.chance(0.8):
        parts.insert(0, dice.pick(_USED))
    parts = [part for part in parts if part]
    if dice.chance(0.1):
        parts[0] = f"【{parts[0]}】"
    return ("" if dice.chance(0.5) else " ").join(parts)


def _brand_name(draft: Draft, dice: Dice) -> str | None:
    if draft.brand is not None and (not draft.is_fake or dice.chance(0.3 if draft.shows else 0.8)):
        return draft.brand.name
    return dice.pick((*draft.goods.makers, "其他", "无品牌")) or None


def _skus(draft: Draft, price: float, dice: Dice) -> list[dict[str, object]]:
    skus = draft.skus
    if not skus:
        spread = dice.log_normal(0.25, 0.8)
        names = dice.some(draft.goods.skus, dice.number(1, 5))
        skus = [(name, price * (1 + spread * i)) for i, name in enumerate(names)]
    return [{"name": name, "price": max(0.01, round(amount, 2))} for name, amount in skus]
