"""What looks like a violation and is none (手误): slips, fans' nicknames, deposits."""

from typing import Final

from data.simulate.dice import Dice
from data.simulate.drafts import Draft, alias, claim

# How often a seller slips who breaks no rule, and how much oftener a careless one. All assumed.
_SLOPPY: Final = 4.0
_MISSTATED: Final = 0.003
"""An attribute belies the title, of goods that have a claim of ``truths``."""

_MISTYPED_LICENCE: Final = 0.006
_STUFFED: Final = 0.05
_MISTYPED_NOUN: Final = 0.2

POOR_HINTS = ("特价处理", "工厂清仓", "清库存", "")
_STUFFING = ("爆款", "网红", "明星同款", "清仓", "批发", "代发", "ins", "潮")


def slip(draft: Draft, dice: Dice) -> None:
    """Let an honest listing look like a violation now and then."""
    sloppy = _SLOPPY if draft.shop.kind == "careless" else 1.0
    _name_fondly(draft, dice)
    if draft.licences and dice.chance(_MISTYPED_LICENCE * sloppy):
        key, number = next(iter(draft.licences.items()))
        draft.licences[key] = number[:-2] + number[-1] + number[-2]
    if draft.goods.truths and dice.chance(_MISSTATED * sloppy):
        truth = dice.pick(draft.goods.truths)
        claim(draft, truth, truth.false, dice)
    if dice.chance(_STUFFED * sloppy):
        draft.words += stuffing(draft, dice.number(1, 3), dice)
    if dice.chance(0.01):
        draft.skus = [("定制定金", draft.price * 0.2), ("定制尾款", draft.price * 0.8)]
        draft.sentences.append("定制商品先付定金，尾款按图纸报价")
    if dice.chance(0.03):
        draft.words.append(dice.pick(POOR_HINTS))
        draft.price *= 0.7
    if sloppy > 1 and dice.chance(_MISTYPED_NOUN):
        draft.noun = _mistyped(draft.noun, dice)


def _name_fondly(draft: Draft, dice: Dice) -> None:
    if draft.brand and draft.condition == "used" and dice.chance(0.15):
        draft.brand_text = alias(draft.brand, "nickname", dice) or draft.brand_text
    if draft.brand and dice.chance(0.1):
        draft.words.append("正品")


def _mistyped(word: str, dice: Dice) -> str:
    at = dice.number(0, max(0, len(word) - 2))
    return word[:at] + word[at + 1 : at + 2] + word[at : at + 1] + word[at + 2 :]


def stuffing(draft: Draft, times: int, dice: Dice) -> list[str]:
    """The noun over and over, each time with another word that buyers search for."""
    tail = draft.noun[-2:]
    searched = [*draft.fitting(draft.goods.selling), *_STUFFING]
    return [f"{word}{tail}" for word in dice.some(searched, times)]
