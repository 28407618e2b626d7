"""Words that give a seller away (暗语), and how they are disguised."""

from typing import Final

from data.simulate.dice import Dice
from data.simulate.disguises import Mechanism, disguise
from data.simulate.market import Fields

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


def without_jargon(fields: Fields) -> Fields:
    """The fields with no jargon in the title, unless nothing else is there."""
    title = fields["title"]
    for word in JARGON:
        title = title.replace(word, "")
    return {**fields, "title": title.strip() or fields["title"]}
