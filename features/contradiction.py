"""Where a title says one thing and the rest of the listing another (货不对板)."""

import re
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from data.listing import Listing
from features.finding import Finding, is_denied
from features.normalise import normalise

_BASIS: Final = ("产品质量法 第39条", "消费者权益保护法 第20条", "广告法 第28条(二)")

_TRIGGERS: Final = re.compile(
    r"棉|皮|羊毛|羊绒|丝|绒|玉|翡翠|籽料|银|金|进口|智利|新西兰|澳洲|泰国|日本|韩国|德国|法国|意大利"
    r"|美国|阳澄湖|五常|赣南|西湖龙井|宁夏|阿克苏|洛川|库尔勒|信阳毛尖|普洱|盘锦|文山|中宁"
    r"|\d(?:mah|毫安|斤|kg|公斤|千克|g|克)|万毫安"
)
_PAIR: Final = re.compile(
    r"(面料(?:成分|材质)?|里料|成分(?:含量)?|材质(?:成分)?|填充物|填充材料|填充|鞋面材质|主石|额定容量|净含量|净重"
    r"|原产国|原产地|产地)\s*[:为是]\s*([^。|‖\n]{1,60})"
)


class Stated(NamedTuple):
    """What a listing states outside its title: field path, name and normalised value."""

    field: str
    name: str
    value: str


def stated(listing: Listing) -> list[Stated]:
    """The attributes, the claimed origin, and ``名称：值`` pairs of the detail page.

    >>> listing = Listing(
    ...     data_id="a", title="T恤", category="服装", price=9.9, attributes={"面料": "棉 60%"}
    ... )
    >>> stated(listing)
    [Stated(field='attributes.面料', name='面料', value='棉 60%')]
    """
    found = [
        Stated(f"attributes.{name}", normalise(name).text, normalise(value).text)
        for name, value in (listing.attributes or {}).items()
    ]
    if listing.origin:
        found.append(Stated("origin", "产地", normalise(listing.origin).text))
    for field, text in (("description", listing.description), ("ocr_text", listing.ocr_text)):
        if text:
            pairs = _PAIR.findall(normalise(text).text)
            found.extend(Stated(field, name, value) for name, value in pairs)
    return found


def contradictions(title: str, facts: list[Stated]) -> list[Finding]:
    """What the normalised ``title`` says against ``facts``; disclosed blends and linings are none.

    >>> fact = Stated("attributes.成分", "成分", "涤纶95%")
    >>> [finding.field for finding in contradictions("100%纯棉t恤", [fact])]
    ['attributes.成分']
    """
    if not facts or not _TRIGGERS.search(title):
        return []
    return [finding for rule in _RULES for finding in rule(title, facts)]


def capacity_ratio(title: str, facts: list[Stated]) -> float | None:
    """Rated over nominal battery capacity: 0.55 to 0.7 is physics, below 0.5 is inflated.

    >>> capacity_ratio("20000mah充电宝", [Stated("attributes.额定容量", "额定容量", "12000mah")])
    0.6
    """
    nominal = _milliampere_hours(title)
    rated = next((fact.value for fact in facts if "额定容量" in fact.name), None)
    if nominal is None or rated is None:
        return None
    amount = _milliampere_hours(rated) or _number(rated)
    return amount / nominal if amount else None


def _finding(cue: str, words: str, fact: Stated, certainty: float) -> Finding:
    return Finding(
        code="spec_mismatch",
        field=fact.field,
        text=words,
        cue=cue,
        basis=_BASIS,
        certainty=certainty,
        reason_zh=f"标题写“{words}”，{fact.name}却是“{fact.value[:40]}”",
    )


def _said(pattern: re.Pattern[str], title: str) -> str | None:
    """The first words in the title that match and are not denied."""
    for match in pattern.finditer(title):
        if not is_denied(title, match.start()):
            return match.group()
    return None


class _Fibre(NamedTuple):
    """A fibre, how a title names it, and the least share in per cent that bears the name out."""

    claimed: re.Pattern[str]
    fibre: re.Pattern[str]
    least: float


_FIBRES: Final = (
    _Fibre(
        re.compile(
            r"(?<![裆里像比衬仿胜])(?:纯棉|全棉|(?:100%|百分之百)(?:新疆|长绒|精梳)?棉)(?![内里裆底感质般衬])"
        ),
        re.compile(r"(?<!丝)(?<!丝光)(?<!腈纶)(?<!聚酯)(?<!涤纶)(?<!人造)棉|cotton"),
        90.0,
    ),
    _Fibre(
        re.compile(r"(?:纯|全|100%)(?:绵|澳洲|美利奴)?羊毛(?![卷毡刷])"),
        re.compile(r"羊毛|羊绒|wool"),
        90.0,
    ),
    _Fibre(
        re.compile(r"(?<!仿)(?<!类)(?<!人造)(?<!纯)(?<!全)(?<!%)羊毛(?![卷毡刷感洗护])"),
        re.compile(r"羊毛|羊绒|wool|绵羊"),
        30.0,
    ),
    _Fibre(
        re.compile(r"(?<!仿)(?<!类)(?<!人造)(?:山)?羊绒(?![感洗护])"),
        re.compile(r"羊绒|cashmere"),
        30.0,
    ),
    _Fibre(
        re.compile(r"(?<!仿)(?<!类)(?:真丝|桑蚕丝)(?![感般绣质])"),
        re.compile(r"蚕丝|真丝|桑丝|silk"),
        30.0,
    ),
)
_CLOTH: Final = re.compile(r"面料|成分|材质|材料|质地")
_NOT_OUTSIDE: Final = re.compile(r"里|衬|辅|填充|鞋底|大底|配件|包装|装饰|胆|帽")
_LINING: Final = re.compile(
    r"(?:里料|里布|衬里|内衬|内里|里子|里\s*:|辅料|帽里).*?(?=面料|大身|面\s*:|$)"
)
# A composition is short; what is longer is no composition, and slow to look through.
_COMPOSITION_LENGTH: Final = 200
_MOST_CLOTHS: Final = 8
_SHARE: Final = re.compile(r"([一-龥a-z]+)[\s:(含量]*(\d{1,3}(?:\.\d+)?)\s*%")
_SHARE_FIRST: Final = re.compile(r"(\d{1,3}(?:\.\d+)?)\s*%\s*([一-龥a-z]+)")
_SYNTHETIC: Final = re.compile(r"聚酯|涤纶|腈纶|锦纶|尼龙|化纤|再生纤维|粘纤|粘胶|雪纺|polyester")


def _shares(value: str) -> list[tuple[str, float]]:
    if re.match(r"\s*\d", value):
        return [(name, float(share)) for share, name in _SHARE_FIRST.findall(value)]
    return [(name, float(share)) for name, share in _SHARE.findall(value)]


def fibre_share(value: str, fibre: re.Pattern[str]) -> float | None:
    """The share in per cent of a fibre in the outer cloth; None when the text does not tell.

    >>> fibre_share("羊毛70% 聚酯纤维30% 里料:聚酯纤维100%", re.compile("聚酯"))
    30.0
    """
    outside = _LINING.sub("", value[:_COMPOSITION_LENGTH])
    shares = _shares(outside)
    if sum(share for _, share in shares) >= 50.0:
        return min(100.0, sum(share for name, share in shares if fibre.search(name)))
    if not shares and _SYNTHETIC.search(outside) and not fibre.search(outside):
        return 0.0
    return None


def _fibres(title: str, facts: list[Stated]) -> Iterator[Finding]:
    cloths = [f for f in facts if _CLOTH.search(f.name) and not _NOT_OUTSIDE.search(f.name)]
    if not cloths:
        return
    del cloths[_MOST_CLOTHS:]
    for claimed, fibre, least in _FIBRES:
        words = _said(claimed, title)
        if words is None:
            continue
        for fact in cloths:
            share = fibre_share(fact.value, fibre)
            if share is not None and share < least:
                certainty = 0.95 if share < least / 2 else 0.75
                yield _finding("fibre content", words, fact, certainty)
                break


class _Substitute(NamedTuple):
    """A material that a title claims and what is passed off as it."""

    cue: str
    claimed: re.Pattern[str]
    names: re.Pattern[str]
    substitute: re.Pattern[str]
    genuine: re.Pattern[str]


_SUBSTITUTES: Final = (
    _Substitute(
        "leather",
        re.compile(
            r"(?<!仿)(?<!超纤)(?<!人造)(?<!类)(?<!pu)(?:真皮|头层(?:牛|羊)?皮|牛皮|小?羊皮|全皮)(?![纸糖癣感纹质席菜油])"
        ),
        re.compile(r"材质|面料|质地|皮质|鞋面|材料"),
        re.compile(r"(?<![a-z])pu(?![a-z])|pvc|人造革|超纤|仿皮|合成革|西皮|环保皮"),
        re.compile(r"真皮|牛皮|羊皮|头层|二层|猪皮"),
    ),
    _Substitute(
        "top-grain leather",
        re.compile(r"头层"),
        re.compile(r"材质|面料|质地|皮质|鞋面|材料"),
        re.compile(r"二层|剖层|贴膜皮"),
        re.compile(r"头层"),
    ),
    _Substitute(
        "down filling",
        re.compile(r"(?<!仿)(?<!类)(?<!似)(?:羽绒|鹅绒|鸭绒)(?!棉|服?(?:收纳|清洗|洗|专用|袋|护))"),
        re.compile(r"填充|充绒|填料|内胆"),
        re.compile(r"聚酯|丝[绵棉]|中空|化纤|棉|仿"),
        re.compile(r"绒"),
    ),
    _Substitute(
        "goose down",
        re.compile(r"(?<!仿)鹅绒"),
        re.compile(r"填充|充绒|填料|内胆"),
        re.compile(r"鸭绒"),
        re.compile(r"鹅绒"),
    ),
    _Substitute(
        "jade",
        re.compile(r"(?<!仿)(?:和田玉|羊脂(?:白)?玉|翡翠|籽料)(?![绿色蓝同])"),
        re.compile(r"材质|主石|宝石|玉石|质地|材料|鉴定"),
        re.compile(r"石英岩|玻璃|岫玉|大理石|阿富汗玉|树脂|水沫|马来玉|东陵玉|塑料|亚克力"),
        re.compile(r"和田玉|翡翠|透闪石|硬玉"),
    ),
    _Substitute(
        "silver",
        re.compile(r"(?<!仿)(?:纯银|足银|s?925银|银925)"),
        re.compile(r"材质|材料|质地|主材"),
        re.compile(r"合金|铜|锌|不锈钢|钛钢"),
        re.compile(r"银"),
    ),
    _Substitute(
        "gold",
        re.compile(r"(?<!仿)(?<!镀)(?:千?足金|18k金|黄金(?![色比甲搭虾时季豆奶]))"),
        re.compile(r"材质|材料|质地|主材"),
        re.compile(r"合金|铜|锌|镀金|沙金|不锈钢"),
        re.compile(r"足金|18k金|(?<!镀)(?<!沙)黄金"),
    ),
)


def _substitutes(title: str, facts: list[Stated]) -> Iterator[Finding]:
    for cue, claimed, names, substitute, genuine in _SUBSTITUTES:
        words = _said(claimed, title)
        if words is None:
            continue
        for fact in facts:
            if not names.search(fact.name) or re.search(r"里|底|衬|包装", fact.name):
                continue
            value = _LINING.sub("", fact.value[:_COMPOSITION_LENGTH])
            if substitute.search(value) and not genuine.search(value):
                yield _finding(cue, words, fact, 0.93)
                break


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
    r"(?:原装|原瓶|原罐)?进口(?!面料|芯|原料|设备|电机|材料|品质|工艺|机芯|牛皮|羊毛|技术|级|同款|种|奶源)"
    r"|(?:智利|新西兰|澳洲|澳大利亚|泰国|越南|厄瓜多尔|秘鲁|挪威|俄罗斯)(?:进口|原装|产|直采)?"
    r"(?=车厘子|樱桃|苹果|奇异果|牛肉|牛排|羊肉|榴莲|香蕉|蓝莓|三文鱼|帝王蟹|山竹|椰青|蜂蜜|奶粉)"
    r"|(?:日本|韩国|德国|法国|意大利|美国)(?:进口|原装|原产|产)"
)


def _imported(title: str, facts: list[Stated]) -> Iterator[Finding]:
    words = _said(_ABROAD, title)
    if words is None:
        return
    for fact in facts:
        if _ORIGIN_NAMES.search(fact.name) and _DOMESTIC.search(fact.value):
            yield _finding("imported or not", words, fact, 0.9)
            return


# Name that is protected or sells: (places that bear it out, coarser answers that leave it open).
_PROTECTED: Final[dict[str, tuple[str, str]]] = {
    "阳澄湖": (r"阳澄湖|苏州|昆山|常熟|相城|工业园", "江苏"),
    "五常": (r"五常|哈尔滨", "黑龙江"),
    "赣南": (r"赣南|赣州|信丰|寻乌|安远", "江西"),
    "西湖龙井": (r"西湖|杭州", "浙江"),
    "信阳毛尖": (r"信阳", "河南"),
    "中宁": (r"中宁|中卫", "宁夏"),
    "宁夏": (r"宁夏|中宁|中卫|银川", "宁夏"),
    "阿克苏": (r"阿克苏|温宿|红旗坡", "新疆"),
    "库尔勒": (r"库尔勒|巴音|巴州", "新疆"),
    "洛川": (r"洛川|延安", "陕西"),
    "盘锦": (r"盘锦|盘山", "辽宁"),
    "文山": (r"文山", "云南"),
    "普洱": (r"普洱|西双版纳|勐海|临沧|云南", "云南"),
}
_PROTECTED_NAME: Final = re.compile("|".join(sorted(_PROTECTED, key=len, reverse=True)))


def _protected(title: str, facts: list[Stated]) -> Iterator[Finding]:
    name = _said(_PROTECTED_NAME, title)
    if name is None:
        return
    fine, coarse = _PROTECTED[name]
    for fact in facts:
        if not _ORIGIN_NAMES.search(fact.name) or not _PLACE.search(fact.value):
            continue
        value = re.sub(r"中国(?:大陆)?|[\s省市/\-]|自治区|国产", "", fact.value)
        if value not in {"", coarse} and not re.search(fine, value):
            yield _finding("protected origin", name, fact, 0.93)
            return


def _capacity(title: str, facts: list[Stated]) -> Iterator[Finding]:
    ratio = capacity_ratio(title, facts)
    if ratio is not None and ratio < 0.5:
        match = _CAPACITY.search(title)
        fact = next(fact for fact in facts if "额定容量" in fact.name)
        yield _finding("battery capacity", match.group() if match else "", fact, 0.9)


_CAPACITY: Final = re.compile(r"(\d+(?:\.\d+)?)\s*(万)?\s*(?:mah|毫安时?)")
_FIRST_NUMBER: Final = re.compile(r"\d+(?:\.\d+)?")


def _milliampere_hours(text: str) -> float | None:
    match = _CAPACITY.search(text)
    if match is None:
        return None
    return (float(match[1]) * (10_000 if match[2] else 1)) or None


def _number(text: str) -> float | None:
    match = _FIRST_NUMBER.search(text)
    return float(match.group()) if match else None


_GRAMS: Final = {"斤": 500.0, "公斤": 1000.0, "千克": 1000.0, "kg": 1000.0, "g": 1.0, "克": 1.0}
_WEIGHT: Final = re.compile(
    r"(?<![\d.a-z])(\d{1,5}(?:\.\d+)?)\s*(公斤|千克|斤|kg|克|g)(?![a-z0-9])(?:\s*(\d)两)?"
    r"(?:\s*[*x×]\s*(\d{1,3}))?"
)


def _weights(text: str) -> list[float]:
    """Weights in grams, multiplied out: ``500g*5`` is 2500."""
    return [
        (float(amount) * _GRAMS[unit] + float(tael or 0) * 50.0) * float(times or 1)
        for amount, unit, tael, times in _WEIGHT.findall(text)
    ]


def _net_weight(title: str, facts: list[Stated]) -> Iterator[Finding]:
    if re.search(r"毛重|带箱|承重|体重", title):
        return
    claimed = set(_weights(title))
    if len(claimed) != 1:
        return
    grams = claimed.pop()
    for fact in facts:
        net = set(_weights(fact.value)) if re.search(r"净含量|净重", fact.name) else set()
        if len(net) == 1 and _falls_short(amount := net.pop(), grams):
            certainty = 0.9 if amount < 0.8 * grams else 0.7
            yield _finding("net weight", _weight_words(title), fact, certainty)
            return


def _falls_short(net: float, claimed: float) -> bool:
    """Whether less is stated than claimed, and not as the weight of one of several packs."""
    if net <= 0 or net >= 0.95 * claimed:
        return False
    packs = claimed / net
    return packs < 1.9 or abs(packs - round(packs)) > 0.03 * packs


def _weight_words(title: str) -> str:
    match = _WEIGHT.search(title)
    return match.group() if match else ""


_RULES: Final[tuple[Callable[[str, list[Stated]], Iterator[Finding]], ...]] = (
    _fibres,
    _substitutes,
    _imported,
    _protected,
    _capacity,
    _net_weight,
)
