"""The page of a draft (商品页): the fields that its listing has."""

from collections.abc import Mapping, Sequence
from typing import Final

from data.simulate.dice import Dice
from data.simulate.drafts import Draft
from data.simulate.market import Fields
from data.simulate.merchants import Kind
from data.simulate.telltale import disguised

_PROVINCES = ("浙江", "广东", "江苏", "山东", "福建", "河南", "四川", "安徽", "湖南", "云南")
_FROM_THE_SOURCE: Final = "产地直发"
_PROVINCE_OF: Final[Mapping[str, str]] = {"阳澄湖": "江苏"}
_WORN: Final[Mapping[str, Sequence[str]]] = {
    "used": ("闲置", "9成新", "二手", "95新", "自用出", "吃灰转让"),
    "refurbished": ("官翻", "官方翻新", "翻新"),
}
_DISCOUNTS: Final[Mapping[Kind, tuple[float, float]]] = {
    "good": (4, 8),
    "careless": (4, 7),
    "inferior": (6, 5),
    "counterfeit": (7, 4),
}


def finish(draft: Draft, dice: Dice) -> Fields:
    """The fields that a listing of this draft has on a platform that asks for all of them."""
    price = draft.price if draft.price < 5 else round(draft.price) - 0.1
    price = round(max(0.01, price), 2)
    origin = draft.origin or draft.attributes.get("产地") or dice.pick(_PROVINCES)
    fields: Fields = {
        "title": _title(draft, dice),
        "category": draft.category,
        "price": price,
        "condition": draft.condition,
        "description": "。".join(draft.sentences) + ("。" if draft.sentences else ""),
        "attributes": {n: v for n, v in draft.attributes.items() if v and dice.chance(0.9)},
        "skus": _skus(draft, price, dice),
        "licences": dict(draft.licences),
        "ships_from": _dispatch(draft, origin, dice),
        "origin": origin,
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


def _dispatch(draft: Draft, origin: str, dice: Dice) -> str:
    """Where parcels come from: where the goods grow, if the title says so, else any warehouse."""
    if any(_FROM_THE_SOURCE in word for word in draft.words):
        return _PROVINCE_OF.get(origin, origin[:2])
    return dice.pick(_PROVINCES)


def _title(draft: Draft, dice: Dice) -> str:
    if draft.title is not None:
        return draft.title
    words = [word for word in draft.words if word]
    if dice.chance(0.3):
        words = dice.shuffled(words)
    cut = dice.number(0, len(words))
    parts = [draft.brand_text, *words[:cut], draft.noun, *words[cut:]]
    if draft.condition != "new" and dice.chance(0.8):
        parts.insert(0, dice.pick(_WORN[draft.condition]))
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
        skus = [(name, price * (1 + spread * i)) for i, name in enumerate(_variants(draft, dice))]
    return [{"name": name, "price": max(0.01, round(amount, 2))} for name, amount in skus]


def _variants(draft: Draft, dice: Dice) -> list[str]:
    """Names of variants (规格) of such goods, among them one that is what the title says."""
    traits, goods = draft.goods.traits, draft.goods
    possible = traits.fitting(goods.skus, [draft.noun])
    agreeing = traits.fitting(possible, draft.title_words)
    if not agreeing:
        return [_specified(draft, possible)]
    names = dice.some(possible, dice.number(1, 5))
    return names if any(name in agreeing for name in names) else [dice.pick(agreeing), *names]


def _specified(draft: Draft, variants: Sequence[str]) -> str:
    """The words of the title that no usual variant agrees with."""
    traits = draft.goods.traits
    words = [word for word in draft.words if variants and not traits.fitting(variants, [word])]
    return " ".join(words) or draft.noun
