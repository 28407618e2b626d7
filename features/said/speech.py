"""A window of speech, and whether a place in it speaks of the product on screen (话术所指)."""

import re
from bisect import bisect_left
from functools import cached_property
from typing import Final, Protocol

from features.evasion.resolver import Resolution
from features.finding import is_denied
from features.normalise import Normalised, normalise
from features.said.finding import Aspect, Cited, SaidFinding
from features.said.numbers import Arabic, Number, arabic, numbers

_LINK: Final = re.compile(
    r"(?P<number>[0-9]{1,3}|[一二两三四五六七八九十]{1,3})号(?:链接?|连接|键|街|节|姐|接|款|品"
    r"|商品|宝贝)"
)
_ELSEWHERE: Final = re.compile(
    r"上一?个(?:链接|品|款|产品|宝贝)|下一?个(?:链接|品|款|产品|宝贝)|刚[刚才](?:那|讲的|说的"
    r"|卖的|上的|下的)"
    r"|另外一?[款个]|另一[款个]|那[一个]?款|那个(?:链接|品|产品)|[其它]他(?:家|牌子|直播间"
    r"|品牌|主播|链接)"
    r"|其它(?:家|牌子|直播间|品牌|主播|链接)|别的(?:家|牌子|直播间|平台|品|链接|主播|款)"
    r"|别人?家|人家|隔壁|同行"
    r"|外面|市面上|市场上|商场|专柜|实体店|线下|门店|超市|药店|免税店|代购|某[宝东多猫]|友商"
    r"|大牌|山寨|老款|上一?代"
    r"|搭配的?那|待会|等一?下要?上|等会[上儿要]|明天上|昨天(?:卖|上|那)"
)
_HERE: Final = re.compile(
    r"这[一个]?款|这[一]?[盒瓶件双套箱罐支条包]|我们?[这家]|咱们?[这家今现]|咱家|我家|我们今天"
    r"|今天(?!的?另)|现在|本品|我们直播间|主播这"
    r"|(?<!其他)(?<!别的)(?<!其它)(?<!别人)(?<!个)直播间|给大家|给你们|给到|一号链接?"
)
_REACH: Final = 60
"""Characters: what was named farther back, even in the same sentence, is forgotten."""

_AFTER: Final = 12
_NOUN_REACH: Final = 30
_NOUN_AFTER: Final = 6

_STOPS: Final = "。"
_WEAK: Final = "，。 "

# 像真皮, 媲美羊绒, 号称纯棉, 想要真皮的: the thing is named, not claimed.
_NAMED_BEFORE: Final = re.compile(
    r"(?:像|好像|跟|仿|似|类似|媲美|堪比|不输|赛过?|接近|好比|如同|相当于|比起?|不比|以为|号称"
    r"|冒充|充当|当成|所谓|想要|如果|要是|要的?是"
    r"|假如|喜欢|有没有|是不是|是否|问|哪怕|除了|很多|好多|那些|有些|有的|一般|普通|真正的?"
    r"|认准|学会看|要看|看看有没有|避开|什么叫|什么是|如何|怎么[看辨区分]+|会说"
    r"|说是|不同于|区别于|对标|以前|之前|曾经|打着|吹)(?:[这那它一个的]|咱们?|我们?|大家|到"
    r"|那种){0,4}$"
)
_NAMED_AFTER: Final = re.compile(
    r"[^，。 ]{0,3}?(?:一样|似的|般|同款|质感|手感|触感|风格?|味[道儿]?|既视感|吗|么(?!好)"
    r"|的话|还[贵要]|都要|没法比|那种|和[^，。 ]{1,6}的区别)"
)

_PART_BEFORE: Final = re.compile(
    r"(?:内里|里料|里子|里衬|内衬|衬里|里布|鞋垫|鞋底|包装|盒子|手柄|把手|领口|袖口|毛领|领子"
    r"|帽子|腰头|拼接|点缀"
    r"|装饰|[包滚]边|扣子|吊牌|搭配|配的|送的|外层|表层|镶)[^，。]{0,4}$"
)


class Product(Protocol):
    """What is sold, as far as a listing names it."""

    def is_other(self, near: str) -> bool:
        """Whether the words name goods that are not sold here."""
        ...


class Spoken:
    """One text of a segment in its plain reading, with the way back to the text as sent.

    ``text`` is folded and its disguises are undone.
    """

    def __init__(
        self,
        field: str,
        raw: str,
        folded: Normalised,
        plain: Resolution,
        product: Product | None = None,
    ) -> None:
        self.field = field
        self.raw = raw
        self.text = plain.text
        self._folded = folded
        self._plain = plain
        self._product = product

    @classmethod
    def of_plain(cls, field: str, raw: str, folded: Normalised) -> "Spoken":
        """A text whose disguises were not looked for."""
        return cls(field, raw, folded, Resolution(folded.text, None, None, ()))

    def of_product(self, product: Product) -> "Spoken":
        """The same text, spoken of goods that are known."""
        return Spoken(self.field, self.raw, self._folded, self._plain, product)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The code points as sent behind ``text[start:end]``, end exclusive."""
        return self._folded.span(*self._plain.span(start, end))

    @cached_property
    def numbers(self) -> list[Number]:
        """Every spoken number of the text."""
        return numbers(self.text)

    @cached_property
    def arabic(self) -> Arabic:
        """The text with its spoken numbers in digits."""
        return arabic(self.text, self.numbers)

    @cached_property
    def links(self) -> list[tuple[int, str]]:
        """The numbered links (几号链接) that the host names, by place."""
        return [(match.start(), match["number"]) for match in _LINK.finditer(self.text)]

    @cached_property
    def _names_several_links(self) -> bool:
        return len({number for _, number in self.links}) > 1

    @cached_property
    def _marks(self) -> list[tuple[int, bool]]:
        elsewhere = [(match.start(), False) for match in _ELSEWHERE.finditer(self.text)]
        here = [(match.start(), True) for match in _HERE.finditer(self.text)]
        return sorted([*elsewhere, *here])

    def clause(self, start: int, end: int) -> tuple[int, int]:
        """The bounds of the clause around ``[start, end)``: marks of punctuation, within reach."""
        first, last = max(0, start - _REACH), min(len(self.text), end + _REACH)
        begin = max(first, *(self.text.rfind(mark, first, start) + 1 for mark in _WEAK))
        ends = (self.text.find(mark, end, last) for mark in _WEAK)
        return begin, min((found for found in ends if found >= 0), default=last)

    def about_product(self, start: int, end: int) -> bool:
        """Whether what stands here is said of the product on screen, as far as can be told.

        It is not where the host has turned to another link, another shop or the next item, nor
        anywhere near a numbered link in a window that names several.
        """
        if self._names_several_links:
            return self.links[0][0] >= end
        first = max(0, start - _REACH)
        begin = max(self.text.rfind(_STOPS, first, start) + 1, first)
        last = bisect_left(self._marks, (end, False)) - 1
        if last >= 0 and self._marks[last][0] >= begin and not self._marks[last][1]:
            return False
        finish = self.clause(start, end)[1]
        if _ELSEWHERE.search(self.text, end, min(finish, end + _AFTER)):
            return False
        near = self.text[max(begin, start - _NOUN_REACH) : min(finish, end + _NOUN_AFTER)]
        return self._product is None or not self._product.is_other(near)

    def of_a_part(self, start: int, end: int) -> bool:
        """Whether the words are said of a lining, a sole, a box: not of what is listed."""
        before = self.text[max(self.clause(start, end)[0], start - 10) : start]
        return _PART_BEFORE.search(before) is not None

    def asserted(self, start: int, end: int) -> bool:
        """Whether the words are claimed: not denied, asked, compared with or merely wished for."""
        begin, finish = self.clause(start, end)
        before = self.text[max(begin, start - 10) : start]
        if is_denied(self.text, start) or _NAMED_BEFORE.search(before):
            return False
        return _NAMED_AFTER.match(self.text[end : min(finish, end + 14)]) is None

    def cite(self, start: int, end: int) -> Cited:
        """The words as they were sent."""
        begin, finish = self.span(start, end)
        return Cited(field=self.field, start=begin, end=finish, text=self.raw[begin:finish])

    def finding(
        self,
        place: tuple[int, int],
        *,
        code: str,
        aspect: Aspect,
        cue: str,
        listed: Cited,
        basis: tuple[str, ...],
        certainty: float,
        reason_zh: str,
    ) -> SaidFinding:
        """The contradiction between the words at ``place`` and what is listed."""
        said = self.cite(*place)
        plain = self.text[slice(*place)]
        hidden = normalise(said.text).text != plain
        return SaidFinding(
            code=code,
            aspect=aspect,
            cue=cue,
            said=said,
            resolved=plain if hidden else None,
            listed=listed,
            basis=basis,
            certainty=certainty,
            reason_zh=reason_zh,
        )
