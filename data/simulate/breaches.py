"""What merchants do wrong (违规), and whether their listing shows it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from data.brands import AliasKind, Brand
from data.simulate.catalogue import CATALOGUE
from data.simulate.dice import Dice
from data.simulate.disguises import Mechanism
from data.simulate.drafts import Draft, alias, claim
from data.simulate.market import Market
from data.simulate.merchants import BAD, Kind, Shop
from data.simulate.numbers import false_number
from data.simulate.overclaims import CONTENT, EFFICACIOUS, EFFICACY, ON_THE_PICTURE, overclaim
from data.simulate.slips import POOR_HINTS, slip, stuffing

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
_POOR = (
    "库存布清仓不退不换",
    "换过屏当全新发",
    "退货二次包装特价",
    "日期重新喷过便宜处理",
    "瑕疵品混发拍下默认接受",
)
_THREE_NOS = ("散装无厂名厂址", "无中文标代购", "作坊自制无证", "无3C特价", "没什么证但料真")
_BAIT_SKUS = ("定金勿拍", "样品勿拍", "补差价专用", "体验款(无货)", "邮费专拍", "备用勿拍")
_TITLES_OF_ABUSE = ("补差价专用链接 拍多少补多少", "邮费专拍 联系客服改价", "福利专拍 虚拟商品勿拍")
_DISGUISED_BRAND: Final = 0.55
_DISGUISED_CLAIM: Final = 0.5


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
    more = EFFICACY if draft.goods.licence in EFFICACIOUS else 1.0
    if dice.chance(CONTENT[kind] * more):
        _overclaim(draft, dice)
    if code is None:
        slip(draft, dice)
    if kind in BAD and draft.codes and dice.chance(_DISGUISED_CLAIM):
        draft.mechanism = mechanism


def wronged_share(shop: Shop, codes: Sequence[str]) -> float:
    """The share of buyers who will be wronged by a listing that deserves these codes."""
    worst = max((WRONGED.get(code, WRONGED_BY_A_CLAIM) for code in codes), default=0.0)
    return min(0.9, shop.wronged + worst)


_Break = Callable[[Draft, Market, int, Dice], None]


def _mismatch(draft: Draft, market: Market, year: int, dice: Dice) -> None:
    if draft.goods.truths:
        truth = dice.pick(draft.goods.truths)
        claim(draft, truth, truth.false, dice)
    else:
        draft.sentences.append("颜色和规格随机发，不退不换，实际以收到的为准")


def _silent_mismatch(draft: Draft, market: Market, year: int, dice: Dice) -> None:
    """The page agrees with itself; only the goods do not."""
    if draft.goods.truths:
        truth = dice.pick(draft.goods.truths)
        claim(draft, truth, truth.honest, dice)


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
            draft.words += stuffing(draft, dice.number(2, 5), dice)
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


def _fake(draft: Draft, market: Market, dice: Dice) -> list[Brand]:
    branded = market.branded(draft.goods)
    usual = dice.log_normal(draft.goods.price * market.level, draft.goods.spread)
    if branded:
        draft.brand = dice.pick(branded)
        draft.brand_text = alias(draft.brand, "canonical", dice) or draft.brand.name
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
        draft.brand_text = alias(draft.brand, hidden, dice) or draft.brand_text
    if not branded or dice.chance(0.6):
        draft.words += dice.some(market.slang.jargon, dice.number(1, 3))


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
    imitation = alias(dice.pick(branded), "lookalike", dice) if branded else None
    if imitation and dice.chance(0.6):
        draft.brand, draft.brand_text = None, imitation
    else:
        draft.words += dice.some(market.slang.confusing, dice.number(1, 2))


def _inferior(draft: Draft, market: Market, year: int, dice: Dice) -> None:
    draft.price *= 0.7
    words = dice.pick(_POOR) if dice.chance(0.5) else dice.pick(POOR_HINTS)
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
    if not dice.chance(ON_THE_PICTURE):
        draft.sentences.insert(len(draft.sentences) // 2, sentence)
    elif not draft.codes:
        draft.shows = False
    draft.codes.extend(code for code in codes if code not in draft.codes)
