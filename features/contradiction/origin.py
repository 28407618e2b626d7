"""Origins: what a title names against what is stated (产地不符)."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from data.mismatch import ProtectedOrigin
from data.said import Place
from features.contradiction.conflict import BASIS, claimed_words, conflict, is_denied_in_title
from features.contradiction.stated import DISPATCH, Stated
from features.finding import Finding
from features.prefilter import Prefiltered

_ORIGIN_NAMES: Final = re.compile(r"产地|原产|产区")
_PROVINCE: Final = (
    r"北京|天津|河北|山西|内蒙古|辽宁|吉林|黑龙江|上海|江苏|浙江|安徽|福建|江西|山东|河南|湖北|湖南"
    r"|广东|广西|海南|重庆|四川|贵州|云南|西藏|陕西|甘肃|青海|宁夏|新疆"
)
_PLACE: Final = re.compile(
    rf"{_PROVINCE}|中国|[一-龥]{{2,3}}[省市县州区镇]|盐城|兴化|高邮|泗洪|洪泽|烟台|大连"
)
_DOMESTIC: Final = re.compile(
    rf"{_PROVINCE}|中国(?!香港|澳门|台湾)|国产|烟台|大连|广州|深圳|义乌|杭州"
)
_ABROAD: Final = re.compile(
    r"(?:原装|原瓶|原罐)?进口(?!面料|芯|原料|设备|电机|材料|品质|工艺|机芯|牛皮|羊毛|技术|级|"
    r"同款|种|奶源)"
    r"|(?:智利|新西兰|澳洲|澳大利亚|泰国|越南|厄瓜多尔|秘鲁|挪威|俄罗斯)(?:进口|原装|产|直采)?"
    r"(?=车厘子|樱桃|苹果|奇异果|牛肉|牛排|羊肉|榴莲|香蕉|蓝莓|三文鱼|帝王蟹|山竹|椰青|蜂蜜|奶粉)"
    r"|(?:日本|韩国|德国|法国|意大利|美国)(?:原装|原产|产|进口)(?!进口|面料|芯|原料|设备|电机|"
    r"材料|品质|工艺"
    r"|机芯|牛皮|羊毛|技术|级|同款|种|奶源|配方|压缩机|钢材|轴承|品)"
)


def _imported(title: str, facts: Sequence[Stated]) -> Iterator[Finding]:
    words = claimed_words(_ABROAD, title)
    if words is None:
        return
    for fact in facts:
        if _ORIGIN_NAMES.search(fact.name) and _DOMESTIC.search(fact.value):
            yield conflict("imported or not", words, fact, 0.9)
            return


class Origins:
    """The table of protected names, compiled once."""

    def __init__(self, origins: Sequence[ProtectedOrigin]) -> None:
        self._rows = [(re.compile(o.name), re.compile(o.borne_out), o.coarse) for o in origins]
        self._prefilter = Prefiltered([name for name, _, _ in self._rows])

    def findings(self, title: str, facts: Sequence[Stated]) -> Iterator[Finding]:
        """The first protected name of the title that the stated origin excludes."""
        for index in self._prefilter.candidates(title):
            name, fine, coarse = self._rows[index]
            words = claimed_words(name, title)
            found = words and (
                _excluded(words, fine, coarse, facts) or _elsewhere(title, words, fine, coarse)
            )
            if found:
                yield found
                return


_SHORT_NAMES: Final = {
    **{"川": "四川", "蜀": "四川", "滇": "云南", "黔": "贵州", "闽": "福建", "浙": "浙江"},
    **{"苏": "江苏", "皖": "安徽", "湘": "湖南", "鄂": "湖北", "赣": "江西", "粤": "广东"},
    **{"桂": "广西", "鲁": "山东", "豫": "河南", "冀": "河北", "晋": "山西", "陕": "陕西"},
    **{"疆": "新疆", "蒙": "内蒙古", "渝": "重庆", "琼": "海南", "辽": "辽宁", "吉": "吉林"},
}
_GROWN_IN: Final = re.compile(
    rf"(?P<full>{_PROVINCE})(?:省)?(?:本地)?(?:产(?![品业地区后量出生妇科])|原料|种植|养殖|引种|货源|基地)"
    r"|(?<![一-龥])(?P<short>[川蜀滇黔闽浙苏皖湘鄂赣粤桂鲁豫冀晋陕疆蒙渝琼辽吉])产"
    r"(?![品业地区后量出生妇科])"
)


def _elsewhere(title: str, words: str, fine: re.Pattern[str], coarse: str) -> Finding | None:
    """A title that says itself that the goods grow in another province than their name's."""
    match = _GROWN_IN.search(title) if coarse else None
    if match is None or is_denied_in_title(title, match.start()):
        return None
    place = match["full"] or _SHORT_NAMES[match["short"]]
    if place == coarse or fine.search(place):
        return None
    return Finding(
        code="spec_mismatch",
        field="title",
        text=match.group(),
        cue="protected origin",
        basis=BASIS,
        certainty=0.8,
        reason_zh=f"标题写“{words}”，又写“{match.group()}”",
    )


def _excluded(
    words: str, fine: re.Pattern[str], coarse: str, facts: Sequence[Stated]
) -> Finding | None:
    for fact in facts:
        if not _ORIGIN_NAMES.search(fact.name) or not _PLACE.search(fact.value):
            continue
        value = _NO_PLACE.sub("", fact.value)
        if value not in {"", coarse} and not fine.search(fact.value):
            return conflict("protected origin", words, fact, 0.93)
    return None


_NO_PLACE: Final = re.compile(r"中国(?:大陆)?|[ 省市/\-]|自治区|国产|维吾尔|回族|壮族")


_FROM_THE_SOURCE: Final = re.compile(
    r"(?:原?产地|源头|果园|基地|农户|产区)(?:直发|直供发货|现摘现发|发货)|(?:海外|境外|国外)直邮"
)
_HERE: Final = re.compile(_PROVINCE)
_BONDED: Final = re.compile(r"保税|自贸|综保|跨境")
_PRODUCED: Final = re.compile(
    rf"(?P<before>{_PROVINCE})(?:省|自治区)?(?:原?产地|特产|原产|本地产|农家自产)"
    rf"|(?:产自|原产于?|产地)(?P<after>{_PROVINCE})"
)


def _dispatch(title: str, facts: Sequence[Stated]) -> Iterator[Finding]:
    """Goods said to come straight from where they grow or from abroad, sent from elsewhere."""
    words = claimed_words(_FROM_THE_SOURCE, title)
    sent = next((fact for fact in facts if fact.name == DISPATCH), None)
    here = _HERE.search(sent.value) if sent else None
    if words is None or sent is None or here is None or _BONDED.search(title + sent.value):
        return
    if "直邮" in words:
        yield conflict("dispatch", words, sent, 0.8)
        return
    grown = {place for place in (_provinceclaimed_words(title), _province_stated(facts)) if place}
    if len(grown) == 1 and here.group() not in grown:
        yield conflict("dispatch", words, sent, 0.75)


def _provinceclaimed_words(title: str) -> str | None:
    """The one province that the title names, if it names one."""
    named = set(_HERE.findall(title))
    return named.pop() if len(named) == 1 else None


def _province_stated(facts: Sequence[Stated]) -> str | None:
    found = (_HERE.search(fact.value) for fact in facts if _ORIGIN_NAMES.search(fact.name))
    return next((place.group() for place in found if place), None)


def _produced(title: str, facts: Sequence[Stated]) -> Iterator[Finding]:
    """A province that the title names as the origin, and another that is stated."""
    match = _PRODUCED.search(title)
    if match is None or is_denied_in_title(title, match.start()):
        return
    claimed = match["before"] or match["after"]
    for fact in facts:
        places = set(_HERE.findall(fact.value)) if _ORIGIN_NAMES.search(fact.name) else set()
        if places and claimed not in places:
            yield conflict("origin", match.group(), fact, 0.85)
            return


_GROWN: Final = (
    r"苹果|梨|桃|橙|柑|橘|桔|柚|枣|葡萄|樱桃|草莓|蓝莓|猕猴桃|芒果|荔枝|龙眼|桂圆|石榴|杏|李子|"
    r"瓜|山楂|柠檬|榴莲|香蕉|核桃"
    r"|大米|小米|黑米|香米|面粉|杂粮|红薯|土豆|山药|百合|莲藕|藕|大蒜|生姜|木耳|香菇|银耳|松茸|"
    r"竹荪|花椒|辣椒|枸杞|人参"
    r"|黄芪|当归|三七|天麻|茶|红茶|绿茶|白茶|蜂蜜|羊肉|牛肉|牛排|羊排|牛腱|猪肉|三文鱼|帝王蟹|"
    r"车厘子|奇异果|榴莲|山竹|椰青|椰子|奶粉|鸡蛋|火腿|腊肉|带鱼|大黄鱼|海参|虾|蟹|鲍鱼|生蚝|"
    r"扇贝|紫菜|海带"
)


class Grown:
    """Places that a title names before what grows there, against the stated origin."""

    def __init__(self, places: Sequence[Place]) -> None:
        self._place_of = {n: p.place for p in places for n in (p.place, *p.aliases)}
        self._within = {place.place: place.within for place in places}
        names = "|".join(sorted(self._place_of, key=len, reverse=True))
        # 云南白药, 北京烤鸭, 兰州拉面: only what grows, and at once after the place.
        self._claimed = re.compile(
            rf"(?P<place>{names})(?:省|市|县|本地|正宗|产|特产|农家|高山|有机|新鲜|现摘|深山|"
            rf"野生|原产){{0,3}}(?:(?!风|味|式|款|设计|品牌|配方|"
            rf"技术)[一-龥]){{0,3}}?(?P<thing>{_GROWN})"
            r"(?!味|口味|香型|种|苗|树|风味|色|醋|酒|刀|具|杯|盘|包装|罐|桌|几)"
        )
        self._named = re.compile(names)

    def findings(self, title: str, facts: Sequence[Stated]) -> Iterator[Finding]:
        """The place of what grows, where the stated origin is another."""
        origins = [fact for fact in facts if _ORIGIN_NAMES.search(fact.name)]
        if not origins:
            return
        match = self._claimed.search(title)
        if match is None or is_denied_in_title(title, match.start()):
            return
        before = title[max(0, match.start() - 3) : match.start()]
        if re.search(r"种|引|仿|像|如|比|胜$", before):
            return
        claimed = self._place_of[match["place"]]
        for fact in origins:
            stated = [self._place_of[name] for name in self._named.findall(fact.value[:80])]
            if not stated or any(self._agree(claimed, place) for place in stated):
                continue
            certainty = 0.75 if self._within.get(claimed) in map(self._within.get, stated) else 0.88
            yield conflict("origin", match.group(), fact, certainty)
            return

    def _agree(self, one: str, other: str) -> bool:
        return one in self._chain(other) or other in self._chain(one)

    def _chain(self, place: str) -> list[str]:
        chain = [place]
        while above := self._within.get(chain[-1], ""):
            chain.append(above)
        return chain


_RULES: Final = (_imported, _produced, _dispatch)
_CLAIMED: Final = Prefiltered((_ABROAD, _PRODUCED, _FROM_THE_SOURCE))


def origin_findings(title: str, facts: Sequence[Stated]) -> Iterator[Finding]:
    """Imported, produced in a province, or sent from the source, and not so by the facts."""
    for index in _CLAIMED.candidates(title):
        yield from _RULES[index](title, facts)
