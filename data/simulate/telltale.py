"""Words that give a seller away, and how they are disguised."""

from collections.abc import Sequence
from typing import Final

from data.simulate.dice import Dice
from data.simulate.disguises import Mechanism, disguise
from data.simulate.market import Fields
from data.simulate.slang import CONFUSING, JARGON, Slang

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


def disguised(
    fields: Fields, mechanism: Mechanism, dice: Dice, slang: Sequence[str] = ()
) -> Fields:
    """The fields with their telling words disguised, and those of ``slang``."""
    words = (*JARGON, *CONFUSING, *RISKY_WORDS, *slang)
    changed = dict(fields)
    for name in ("title", "description"):
        made = disguise(fields[name], mechanism, words, dice.generator)
        changed[name] = made.text[:500]
    return changed


def respelt(fields: Fields, mechanism: Mechanism, dice: Dice, slang: Slang) -> Fields:
    """A relisted copy: words of the day, disguised, the title turned round, the price moved.

    Licence numbers go along: who relists has no others.
    """
    renewed = dict(fields)
    for name in ("title", "description"):
        renewed[name] = slang.renewed(fields[name], dice)
    copy = disguised(renewed, mechanism, dice, (*slang.jargon, *slang.confusing))
    words = copy["title"].split(" ")
    if len(words) > 2:
        copy["title"] = " ".join(dice.shuffled(words))
    else:
        copy["title"] = dice.pick(("新款", "现货", "升级版")) + copy["title"]
    copy["price"] = round(max(0.01, fields["price"] * dice.log_normal(1.0, 0.06)), 2)
    copy["edits_7d"] = 0
    return copy


def without(fields: Fields, words: Sequence[str]) -> Fields:
    """The fields with none of the words in the title, unless nothing else is there."""
    title = fields["title"]
    for word in words:
        title = title.replace(word, "")
    return {**fields, "title": title.strip() or fields["title"]}
