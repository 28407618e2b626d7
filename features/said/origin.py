"""An origin that is said and another that is listed (产地不符)."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from ahocorasick_rs import AhoCorasick, MatchKind

from data.said import Place
from features.contradiction import Stated
from features.said.finding import SaidFinding
from features.said.listed import Listed
from features.said.speech import Spoken

_BASIS: Final = ("产品质量法 第37条", "消费者权益保护法 第20条", "广告法 第28条(二)")
_STATED: Final = re.compile(r"产地|原产国|原产地|产区|生产国|进口/国产|是否进口|国产/进口")
_MATERIAL_STATED: Final = re.compile(r"原料|奶源|面料|种源|成分|皮料|机芯|材质")
_DOMESTIC: Final = re.compile(r"国产|中国(?!台湾|香港|澳门)|^否$|非进口")
_PACKED_HERE: Final = re.compile(
    r"(?:国内|中国|保税区?)(?:分装|灌装|罐装|加工|包装|组装)|分装|国内大厂"
)
_CHINA: Final = "中国"

# What is imported is a part of the goods, or only the manner.
_OF_A_PART: Final = re.compile(
    r"(?:原料|奶源|面料|成分|原材料|料子|皮料|皮子|皮|机芯|芯片|电机|压缩机|设备|生产线|技术"
    r"|工艺|配方|种子|种苗|果苗|品种|香精|麦芽|小麦|菌种|菌株|乳清|原浆|木浆|辅料|填充|乳胶|胶"
    r"|轴承|镜片|五金|拉链|刀头|发酵罐|橡木桶"
    r"|模具|机器|用的|选用|采用|甄选自?|取自|引进|提取物?|添加了?|毫克|精选了?|配比了?|搭配上?"
    r"|包括说?|含有?|加入了?|加了|做了)[^，。]{0,6}$"
)
_MANNER_AFTER: Final = re.compile(
    r"的?(?:那种|那边的?|一个|一些)?(?:沟|工艺|风味|风情|口味|味|风格?|款|式|同款|设备|技术"
    r"|原料|原材料|面料|奶源|乳源|机芯|电机|配方|设计|菌种|菌株|品种|种|品质|标准|机器|生产线"
    r"|级|牛皮|羊毛|乳胶|芯|感|调|研发|团队|专利|认证|牌子|品牌|时尚|街头|人[都也]?|留学|旅游"
    r"|餐厅|米其林"
    r"|的?(?:姐妹|宝宝|朋友|家人|粉丝|老铁|兄弟|大哥|哥|姐|宝贝|老板|客户|阿姨|叔叔|妈妈|大姐"
    r"|同学))"
)
_BROUGHT: Final = re.compile(
    r"(?:省|市|县)?(?:那边|本地|当地|产区)?(?:原装|原瓶|原罐|整罐|整装|纯)?(?:进口|原产|产的"
    r"|直采|空运|海运|运过来|运回来|捞[的上]|特产|生产的|制造|种的|长的|养的|发酵的?货|货源"
    r"|源头)"
)
_GOING: Final = re.compile(
    r"(?:产自于?|来自于?|原产地?[是于自]?|产地[是在就]{0,2}|出自|产于|生产地是?)(?:的是)?(?:中国)?$"
)
_TAKEN: Final = re.compile(r"[^，。]{0,4}(?:进口|空运|海运|运[过回]来|捞|直采|采|摘)")
_IMPORTED: Final = re.compile(
    r"(?:原装|原瓶|原罐|整罐|纯|全|百分之百|真正)进口|进口的(?!原料|面料|那种|技术|设备)|(?:是"
    r"|都是|属于)进口"
)

# 新西兰进口的浓缩乳清蛋白: what is imported goes into the goods.
_INGREDIENT_AFTER: Final = re.compile(
    r"[^，。]{0,8}(?:乳清|蛋白|肽|提取|成分|益生菌|菌种|原料|原浆|酵母|精油|植物油|酶|dha|添加)"
)


class Places:
    """The table of places, which lies in which, and where a text names one as an origin."""

    def __init__(self, places: Sequence[Place]) -> None:
        names = {name: p.place for p in places for name in (p.place, *p.aliases)}
        self._places = list(names.values())
        self._within = {place.place: place.within for place in places}
        self._automaton = AhoCorasick(list(names), matchkind=MatchKind.LeftmostLongest)

    def _found(self, text: str) -> Iterator[tuple[str, int, int]]:
        for index, start, end in self._automaton.find_matches_as_indexes(text):
            yield self._places[index], start, end

    def named(self, text: str) -> list[str]:
        """The places that a text names, by their first name."""
        return [place for place, _, _ in self._found(text)]

    def origins(self, text: str) -> list[tuple[str, int, int]]:
        """The places that a text names as where something comes from, with the words that say so.

        >>> Places([Place(place="智利", within="", aliases=())]).origins("这是智利进口的车厘子")
        [('智利', 2, 6)]
        """
        found = []
        for place, start, end in self._found(text):
            before = _GOING.search(text, max(0, start - 8), start)
            brought = _BROUGHT.match(text, end)
            taken = _TAKEN.match(text, end) if text.startswith("从", max(0, start - 1)) else None
            if before or brought or taken:
                begin = before.start() if before else start
                finish = next((each.end() for each in (brought, taken) if each), end)
                found.append((place, begin, finish))
        return found

    def country(self, place: str) -> str:
        """The country or province-less root that a place lies in."""
        while above := self._within.get(place, ""):
            place = above
        return place

    def agree(self, one: str, other: str) -> bool:
        """Whether one place is the other, or lies in it."""
        return one in self._chain(other) or other in self._chain(one)

    def _chain(self, place: str) -> list[str]:
        chain = [place]
        while above := self._within.get(chain[-1], ""):
            chain.append(above)
        return chain


def origin_findings(spoken: Spoken, listed: Listed, places: Places) -> Iterator[SaidFinding]:
    """An origin claimed for the goods that no stated origin bears out."""
    origins = places.origins(spoken.text)
    if not origins and "进口" not in spoken.text:
        return
    stated = _stated(listed, places)
    if not stated or _PACKED_HERE.search(spoken.text) or _PACKED_HERE.search(listed.everything):
        return
    found = next(_named(spoken, listed, places, origins, stated), None)
    if found is None:
        found = next(_imported(spoken, listed, places, stated), None)
    if found is not None:
        yield found


def _stated(listed: Listed, places: Places) -> list[tuple[Stated, list[str]]]:
    """The origins that the listing states, each with the places it names."""
    found = []
    for fact in listed.named(_STATED):
        if _MATERIAL_STATED.search(fact.name):
            continue
        named = places.named(fact.value)
        if not named and _DOMESTIC.search(fact.value):
            named = [_CHINA]
        if named:
            found.append((fact, named))
    return found


def _named(
    spoken: Spoken,
    listed: Listed,
    places: Places,
    origins: list[tuple[str, int, int]],
    stated: list[tuple[Stated, list[str]]],
) -> Iterator[SaidFinding]:
    for said, start, end in origins:
        if said == _CHINA or not _is_claim(spoken, start, end):
            continue
        if any(places.agree(said, place) for _, named in stated for place in named):
            continue
        if _is_of_material(said, listed, places):
            continue
        fact, named = stated[0]
        abroad = places.country(said) != places.country(named[0])
        yield _finding(spoken, listed, (start, end), fact, 0.8 if abroad else 0.72)


def _imported(
    spoken: Spoken, listed: Listed, places: Places, stated: list[tuple[Stated, list[str]]]
) -> Iterator[SaidFinding]:
    for match in _IMPORTED.finditer(spoken.text):
        at_home = all(places.country(p) == _CHINA for _, named in stated for p in named)
        if at_home and _is_claim(spoken, *match.span()):
            yield _finding(spoken, listed, match.span(), stated[0][0], 0.75)


def _is_claim(spoken: Spoken, start: int, end: int) -> bool:
    """Whether the goods themselves are said to come from there."""
    before = spoken.text[max(spoken.clause(start, end)[0], start - 12) : start]
    after = (_MANNER_AFTER, _INGREDIENT_AFTER)
    if _OF_A_PART.search(before) or any(each.match(spoken.text, end) for each in after):
        return False
    return spoken.asserted(start, end) and spoken.about_product(start, end)


def _is_of_material(said: str, listed: Listed, places: Places) -> bool:
    """Whether the listing names the place as that of its material."""
    facts = (fact for fact in listed.facts if _MATERIAL_STATED.search(fact.name))
    return any(places.agree(said, place) for fact in facts for place in places.named(fact.value))


def _finding(
    spoken: Spoken, listed: Listed, place: tuple[int, int], fact: Stated, certainty: float
) -> SaidFinding:
    words = spoken.text[slice(*place)]
    return spoken.finding(
        place,
        code="spec_mismatch",
        aspect="origin",
        cue="origin said against listed",
        listed=listed.cite(fact),
        basis=_BASIS,
        certainty=certainty,
        reason_zh=f"口播称“{words}”，商品{fact.name}是“{fact.value[:40]}”",
    )
