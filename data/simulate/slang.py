"""Code words between sellers and buyers of what is not genuine (暗语)."""

from collections.abc import Sequence
from typing import Final

from data.simulate.dice import Dice

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
"""By which sellers of fakes let buyers know, at first."""

CONFUSING: Final = (
    "大牌平替",
    "同厂同料",
    "某大牌代工厂",
    "专柜同款",
    "一条生产线",
    "大牌同款",
)
"""Which borrow a brand's name without saying it, at first."""


class Slang:
    """The code words of the day, ``jargon`` for fakes and ``confusing`` ones.

    >>> slang = Slang()
    >>> slang.change(["绿盒版"], [])
    >>> slang.renewed("手袋 纯原", Dice(0))
    '手袋 绿盒版'
    """

    def __init__(self) -> None:
        self.jargon: Sequence[str] = JARGON
        self.confusing: Sequence[str] = CONFUSING
        self._replaced: dict[str, Sequence[str]] = {}

    def change(self, jargon: Sequence[str], confusing: Sequence[str]) -> None:
        """From now on use these words; what is empty stays as it was."""
        for before, now in ((self.jargon, jargon), (self.confusing, confusing)):
            if now:
                outdated = [old for old, by in self._replaced.items() if by is before]
                self._replaced |= dict.fromkeys([*outdated, *before], now)
        self._replaced = {old: now for old, now in self._replaced.items() if old not in now}
        self.jargon, self.confusing = jargon or self.jargon, confusing or self.confusing

    def renewed(self, text: str, dice: Dice) -> str:
        """The text in the words of the day."""
        for old, now in self._replaced.items():
            if old in text:
                text = text.replace(old, dice.pick(now))
        return text
