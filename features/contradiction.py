"""Where a title says one thing and the rest of the listing another (货不对板)."""

import re
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from data.listing import Listing
from features.finding import Finding, is_denied
from features.normalise import normalise

_BASIS: Final = ("产品质量法 第39条", "消费者权益保护法 第20条", "广告法 第28条(二)")

_TRIGGERS: Final = re.compile(
    r"棉|皮|羊毛|羊绒|丝|绒|麻|玉|翡翠|籽料|银|金|实木|原木|乳胶|蓝宝石|瑞士|珍珠|[金白]珠|碳|铜|压榨|转基因|纯粮|固态|坤沙|油|蜜|4k|i[579]|纯正|30[04]|316|全新|直邮|直发|特产|产自"
    r"|进口|智利|新西兰|澳洲|泰国|日本|韩国|德国|法国|意大利|美国|阳澄湖|五常|赣南|西湖龙井|宁夏"
    r"|阿克苏|洛川|库尔勒|信阳毛尖|普洱|盘锦|文山|中宁|烟台|\d\s*(?:mah|毫安|斤|kg|公斤|千克|g|克|tb?)"
    r"|万毫安|\d[包片抽支瓶只枚条粒袋盒卷双]"
)
_PAIR: Final = re.compile(
    r"(面料(?:成分|材质)?|里料|成分(?:含量)?|材质(?:成分)?|填充物|填充材料|填充|鞋面材质|主石|额定容量|净含量|净重"
    r"|检验结论|检测结论|鉴定结论|鉴定结果|电池容量|商品成色|成色|原产国|原产地|产地)\s*[:为是]\s*([^。|‖\n]{1,60})"
)


_DISPATCH: Final = "发货地"


class Stated(NamedTuple):
    """What a listing states outside its title: field path, name and normalised value."""

    field: str
    name: str
    value: str


def stated(listing: Listing) -> list[Stated]:
    """The attributes, origin, place of dispatch, and ``名称：值`` pairs of the detail page.

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
    if listing.ships_from:
        found.append(Stated("ships_from", _DISPATCH, normalise(listing.ships_from).text))
    for field, text in (("description", listing.description), ("ocr_text", listing.ocr_text)):
        if text:
            pairs = _PAIR.findall(normalise(text).text)
            found.extend(Stated(field, name, value) for name, value in pairs)
    return found


def contradictions(title: str, facts: list[Stated], body: str = "") -> list[Finding]:
    """What the normalised ``title`` says against ``facts``; disclosed blends and linings are none.

    What the detail page ``body`` says of the cloth is held against attributes too, where the
    title says nothing of it.

    >>> fact = Stated("attributes.成分", "成分", "涤纶95%")
    >>> [finding.field for finding in contradictions("100%纯棉t恤", [fact])]
    ['attributes.成分']
    >>> [finding.cue for finding in contradictions("t恤", [fact], "采用100%纯棉面料")]
    ['fibre content']
    """
    found = []
    if facts and _TRIGGERS.search(title):
        found = [finding for rule in _RULES for finding in rule(title, facts)]
    cited = {finding.field for finding in found}
    on_page = [*_page(body, facts), *_worn_page(title, body)] if body else []
    return found + [finding for finding in on_page if finding.field not in cited]


_PAGE_LENGTH: Final = 2_000
_PURE: Final = (
    r"(?:100%|百分之百|纯|全)(?:新疆|长绒|精梳)?(?:棉|羊毛|羊绒|桑蚕丝|亚麻)|真皮|头层牛皮"
)
_INSIDE: Final = r"(?![^，。]{0,4}(?:里|内|衬|裆|底|标|边|纹|质感|触感|鞋垫))"
_OUTER_CLOTH: Final = re.compile(
    rf"(?:采用|选用|使用|甄选|优选|本款|面料[:是为]?|本品)[^，。里内衬]{{0,6}}?(?P<said>{_PURE}){_INSIDE}"
    rf"|(?<![里内衬])(?P<cloth>{_PURE})(?=的?(?:面料|材质|布料|制作|制成))"
)


_LINED: Final = re.compile(r"里|内|衬|胆|底|辅料|鞋垫")


def _page(body: str, facts: list[Stated]) -> list[Finding]:
    match = _OUTER_CLOTH.search(body[:_PAGE_LENGTH])
    if match is None or is_denied(body, match.start()):
        return []
    if _LINED.search(re.split(r"[，。 ]", body[: match.start()])[-1]):
        return []
    attributes = [fact for fact in facts if fact.field.startswith("attributes.")]
    said = match["said"] or match["cloth"]
    found = [*_fibres(said, attributes), *_substitutes(said, attributes)]
    return [
        finding.model_copy(
            update={
                "certainty": min(finding.certainty, 0.85),
                "reason_zh": finding.reason_zh.replace("标题写", "详情写", 1),
            }
        )
        for finding in found
    ]


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
    _Fibre(
        re.compile(r"(?<!仿)(?<!类)(?<!棉)亚麻(?![色籽灰棕感风油纹质仁黄金])"),
        re.compile(r"麻|linen|flax"),
        30.0,
    ),
    _Fibre(
        re.compile(r"(?<!仿)(?:新疆(?:长绒)?|长绒|匹马|精梳)棉(?![花签感质])"),
        re.compile(r"(?<!丝)(?<!腈纶)(?<!聚酯)(?<!涤纶)(?<!人造)棉|cotton"),
        20.0,
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
            # Cotton socks hold a fifth of other fibres, or they would not stay up.
            enough = min(least, 70.0) if "袜" in title else least
            if share is not None and share < enough:
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
            r"(?<!仿)(?<!超纤)(?<!人造)(?<!类)(?<!pu)(?:真皮|头层(?:牛|羊)?皮|牛皮|小?羊皮|全皮)(?![纸糖癣感纹质席菜油胶])"
            r"(?![^，。]{0,2}(?:里|内|垫))(?![^，。]{0,6}(?:护理|清洁|保养|修复|去污|上光|清洗|防护))"
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
        re.compile(r"材质|主石|宝石|玉石|质地|材料|鉴定|检[验测](?:结论|结果)"),
        re.compile(r"石英岩|玻璃|岫玉|大理石|阿富汗玉|树脂|水沫|马来玉|东陵玉|塑料|亚克力"),
        re.compile(r"和田玉|翡翠|透闪石|硬玉"),
    ),
    _Substitute(
        "silver",
        re.compile(r"(?<!仿)(?:纯银|足银|s?925银|银925)"),
        re.compile(r"材质|材料|质地|主材"),
        re.compile(r"合金|铜|锌|不锈钢|钛钢"),
        re.compile(r"(?<!镀)(?<!仿)(?<!锡)银"),
    ),
    _Substitute(
        "gold",
        re.compile(r"(?<!仿)(?<!镀)(?:千?足金|18k金|黄金(?![色比甲搭虾时季豆奶]))"),
        re.compile(r"材质|材料|质地|主材"),
        re.compile(r"合金|铜|锌|镀金|沙金|不锈钢"),
        re.compile(r"足金|(?<!镀)18k金|(?<!镀)(?<!沙)黄金"),
    ),
    _Substitute(
        "silk filling",
        re.compile(r"(?<!仿)(?<!类)(?:桑)?蚕丝(?:被|填充|[^，。]{0,4}被)(?!套|罩|面料)"),
        re.compile(r"填充|填料|内胆"),
        re.compile(r"聚酯|化纤|涤纶|中空|羽丝"),
        re.compile(r"蚕丝|桑丝"),
    ),
    _Substitute(
        "latex",
        re.compile(
            r"(?<!仿)(?<!类)(?<!含)乳胶(?=枕|床垫|坐垫|垫|靠垫)(?!枕套|枕罩|床垫套|垫套|枕巾)"
        ),
        re.compile(r"填充|填料|内芯|内胆|材质|枕芯|材料"),
        re.compile(r"聚氨酯|海绵|记忆棉|慢回弹|聚酯|pu|化纤"),
        re.compile(r"乳胶"),
    ),
    _Substitute(
        "solid wood",
        re.compile(
            r"(?<!仿)(?<!类)(?:纯|全)?实木(?!贴|颗粒|多层|脚|腿|边|框|色|纹|风|复合|指接|皮|生态|线条|护理)"
        ),
        re.compile(r"材质|材料|板材|主材|基材|面板"),
        re.compile(r"密度板|颗粒板|刨花板|纤维板|中纤|三聚氰胺|人造板|免漆板|欧松板"),
        re.compile(
            r"实木(?!颗粒|贴皮|复合)|原木|橡胶木|松木|橡木|胡桃木|榉木|白蜡木|樱桃木|桦木|水曲柳"
        ),
    ),
    _Substitute(
        "steel grade",
        re.compile(r"(?:sus)?(?:304|316l?)(?=不锈钢|食品级|医用级|内胆|钢|[^0-9]{0,4}不锈钢)"),
        re.compile(r"材质|材料|内胆|钢材|主材"),
        re.compile(r"(?<!\d)20[12](?!\d)"),
        re.compile(r"304|316"),
    ),
    _Substitute(
        "watch glass",
        re.compile(r"(?<!仿)蓝宝石(?=镜|玻璃|表镜|水晶)"),
        re.compile(r"镜面|表镜|玻璃|表蒙"),
        re.compile(r"普通|矿物|亚克力|有机玻璃|塑料"),
        re.compile(r"蓝宝石"),
    ),
    _Substitute(
        "movement",
        re.compile(r"瑞士(?:进口)?机芯"),
        re.compile(r"机芯"),
        re.compile(r"日本|国产|广州|天津|上海"),
        re.compile(r"瑞士"),
    ),
    _Substitute(
        "pearl",
        re.compile(
            r"(?<!仿)(?:海水|天然|淡水|南洋|akoya)[^，。]{0,4}(?:珍珠|金珠|白珠|黑珍珠)|南洋(?:金|白)珠"
        ),
        re.compile(r"材质|主石|材料"),
        re.compile(r"贝珠|贝宝珠|玻璃|树脂|塑料|仿珍珠|亚克力"),
        re.compile(r"(?<!仿)珍珠"),
    ),
    _Substitute(
        "carbon fibre",
        re.compile(r"(?<!仿)(?:全碳素?|碳纤维|全碳纤维)(?![纹贴色布])"),
        re.compile(r"材质|材料|主材"),
        re.compile(r"铝|铁|钢|塑料|abs"),
        re.compile(r"碳"),
    ),
    _Substitute(
        "brass",
        re.compile(r"(?<!仿)(?:全|纯)铜"),
        re.compile(r"材质|材料|主材|灯体"),
        re.compile(r"铁艺|锌合金|仿铜|镀铜|塑料|不锈钢"),
        re.compile(r"(?<!仿)(?<!镀)(?:黄|纯|全|紫)铜"),
    ),
    _Substitute(
        "pressed oil",
        re.compile(r"(?<!非)压榨"),
        re.compile(r"工艺|加工|制油"),
        re.compile(r"浸出"),
        re.compile(r"压榨"),
    ),
    _Substitute(
        "genetically modified",
        re.compile(r"非转基因"),
        re.compile(r"配料|原料|成分|转基因"),
        re.compile(r"(?<!非)(?<!不含)(?<!无)转基因"),
        re.compile(r"非转基因|不含转基因"),
    ),
    _Substitute(
        "pure grain spirit",
        re.compile(r"纯粮(?!液)|固态(?:法|发酵|坤沙|酿造|纯粮)|坤沙"),
        re.compile(r"配料|原料|工艺|成分"),
        re.compile(r"食用酒精|食用香[料精]|固液法|液态法"),
        re.compile(r"$^"),
    ),
    _Substitute(
        "oil of its name",
        re.compile(
            r"(?<!含)(?<!添加)(?<!%)(?:山茶油|茶籽油|橄榄油|核桃油|亚麻籽油|花生油|芝麻油|牛油果油|椰子油)"
            r"(?![^，。]{0,6}(?:调和|风味|口味|味|皂|护|面霜|洗|香波))"
        ),
        re.compile(r"配料|原料"),
        re.compile(r"大豆油|玉米油|棕榈油|葵花籽?油|菜籽油"),
        re.compile(r"$^"),
    ),
    _Substitute(
        "honey",
        re.compile(
            r"(?:纯|土|天然|百花|洋槐|枣花|椴树|荆条|野生)蜂?蜜(?![柚饯桔瓜桃色语茶枣粉唇糖])|纯正天然"
        ),
        re.compile(r"配料|原料|成分"),
        re.compile(r"果葡糖浆|麦芽糖浆|白砂糖|蔗糖|淀粉糖|饴糖"),
        re.compile(r"$^"),
    ),
    _Substitute(
        "resolution",
        re.compile(r"(?<![\da-z])4k(?![a-z0-9]|投屏|片源|解码|播放|输入)"),
        re.compile(r"分辨率"),
        re.compile(r"1920|1280|1366|1080p?|720p?"),
        re.compile(r"3840|4096|4k(?!投|解)|2160|3200"),
    ),
    _Substitute(
        "processor",
        re.compile(r"(?<![a-z0-9])i[579](?:级|-?\d{4,5}[a-z]{0,2})?(?![a-z0-9])"),
        re.compile(r"处理器|cpu"),
        re.compile(r"赛扬|奔腾|凌动|celeron|(?<![a-z0-9])[nj]\d{3,4}(?!\d)"),
        re.compile(r"i[3579]|酷睿"),
    ),
)


_OTHER_PART: Final = re.compile(r"里(?!面)|底|衬|包装|外壳|杯盖|配件|背板|床板|抽屉|脚|腿|套|面布")


def _substitutes(title: str, facts: list[Stated]) -> Iterator[Finding]:
    for cue, claimed, names, substitute, genuine in _SUBSTITUTES:
        words = _said(claimed, title)
        if words is None:
            continue
        for fact in facts:
            if not names.search(fact.name) or _OTHER_PART.search(fact.name):
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
    r"|(?:日本|韩国|德国|法国|意大利|美国)(?:原装|原产|产|进口)(?!进口|面料|芯|原料|设备|电机|材料|品质|工艺"
    r"|机芯|牛皮|羊毛|技术|级|同款|种|奶源|配方|压缩机|钢材|轴承|品)"
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
    "烟台苹果": (r"烟台|栖霞|蓬莱|招远|莱阳|海阳", "山东"),
    "烟台樱桃": (r"烟台|福山|栖霞|蓬莱|莱山", "山东"),
    "烟台大樱桃": (r"烟台|福山|栖霞|蓬莱|莱山", "山东"),
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


_NOMINAL_NAMES: Final = re.compile(r"^(?:电池|标称|电芯|总)?容量$|电池容量|标称容量|电芯容量")


def _capacity(title: str, facts: list[Stated]) -> Iterator[Finding]:
    nominal = _milliampere_hours(title)
    if nominal is None:
        return
    for fact in facts:
        if "额定容量" in fact.name:
            amount = _milliampere_hours(fact.value) or _number(fact.value)
        elif _NOMINAL_NAMES.search(fact.name):
            amount = max(_all_milliampere_hours(fact.value), default=None)
        else:
            continue
        # Rated at 5 V a cell gives 0.55 to 0.7 of what it holds at 3.7 V; less is no physics.
        if amount and amount < 0.5 * nominal:
            match = _CAPACITY.search(title)
            yield _finding("battery capacity", match.group() if match else "", fact, 0.9)
            return


_CAPACITY: Final = re.compile(r"(\d+(?:\.\d+)?)\s*(万)?\s*(?:mah|毫安时?)")
_FIRST_NUMBER: Final = re.compile(r"\d+(?:\.\d+)?")


def _all_milliampere_hours(text: str) -> list[float]:
    return [
        float(amount) * (10_000 if ten_thousands else 1)
        for amount, ten_thousands in _CAPACITY.findall(text)
    ]


def _milliampere_hours(text: str) -> float | None:
    found = _all_milliampere_hours(text)
    return (found[0] or None) if found else None


def _number(text: str) -> float | None:
    match = _FIRST_NUMBER.search(text)
    return float(match.group()) if match else None


_GRAMS: Final = {"斤": 500.0, "公斤": 1000.0, "千克": 1000.0, "kg": 1000.0, "g": 1.0, "克": 1.0}
_WEIGHT: Final = re.compile(
    r"(?<![\d.a-z])(\d{1,5}(?:\.\d+)?)\s*(公斤|千克|斤|kg|克|g)(?![a-z0-9])(?:\s*(\d)两)?"
    r"(?:\s*[*x×]\s*(\d{1,3}))?(?!\s*(?:[^，。\d\s]{0,3}纸|重|/|每?平|面料|拉力|装饰|砝码))"
)


def _weights(text: str) -> list[float]:
    """Weights in grams, multiplied out: ``500g*5`` is 2500."""
    return [
        (float(amount) * _GRAMS[unit] + float(tael or 0) * 50.0) * float(times or 1)
        for amount, unit, tael, times in _WEIGHT.findall(text)
    ]


_NET: Final = re.compile(r"净含量|净重")
_OF_A_PACK: Final = re.compile(r"规格|重量")
_PACKS: Final = re.compile(
    r"[*x×+]|\d\s*[袋包盒瓶罐箱件份组条提桶枚个只]|[两二三四五六八十双多]\s*[袋包盒瓶罐箱件份]|组合|共|套装|送"
)
_PER_PACK: Final = frozenset({100.0, 250.0, 500.0, 1000.0})


def _net_weight(title: str, facts: list[Stated]) -> Iterator[Finding]:
    if re.search(r"毛重|带箱|冰衣|含冰|去冰|承重|体重|载重|称重|克重|拉力|适合|适用", title):
        return
    claimed = set(_weights(title))
    if len(claimed) != 1:
        return
    grams = claimed.pop()
    in_packs = _PACKS.search(title) is not None
    for fact in facts:
        if not _NET.search(fact.name) and not _OF_A_PACK.search(fact.name):
            continue
        net = set(_weights(fact.value))
        if len(net) != 1 or not _falls_short(amount := net.pop(), grams, in_packs):
            continue
        certainty = 0.9 if amount < 0.8 * grams else 0.7
        if _OF_A_PACK.search(fact.name) or _is_a_share(amount, grams):
            certainty = 0.6
        yield _finding("net weight", _weight_words(title), fact, certainty)
        return


def _falls_short(net: float, claimed: float, in_packs: bool) -> bool:
    """Whether less is stated than claimed, and not as the weight of one of several packs.

    Many shops state a jin or a kilogram whatever they sell, and some one pack of several.
    """
    if net <= 0 or net >= 0.95 * claimed:
        return False
    return not (_is_a_share(net, claimed) and (in_packs or net in _PER_PACK or net < 500.0))


def _is_a_share(net: float, claimed: float) -> bool:
    packs = claimed / net
    return packs >= 1.9 and abs(packs - round(packs)) <= 0.03 * packs


def _weight_words(title: str) -> str:
    match = _WEIGHT.search(title)
    return match.group() if match else ""


_GIGABYTES: Final = {"g": 1.0, "gb": 1.0, "t": 1000.0, "tb": 1000.0}
_STORAGE: Final = re.compile(r"(?<![\d.a-z+/])(\d{1,4})\s*(tb|gb|t|g)(?![a-z0-9])")
_STORES: Final = re.compile(r"固态|硬盘|[u优]盘|内存卡|存储卡|闪存|(?:tf|sd)卡")


def _storage(title: str, facts: list[Stated]) -> Iterator[Finding]:
    claimed = set(_STORAGE.findall(title)) if _STORES.search(title) else set()
    if len(claimed) != 1:
        return
    amount, unit = claimed.pop()
    for fact in facts:
        given = set(_STORAGE.findall(fact.value)) if "容量" in fact.name else set()
        if len(given) != 1:
            continue
        stated_amount, stated_unit = given.pop()
        if float(stated_amount) * _GIGABYTES[stated_unit] < 0.8 * float(amount) * _GIGABYTES[unit]:
            yield _finding("storage capacity", f"{amount}{unit}", fact, 0.9)
            return


_PIECES: Final = re.compile(r"(?<![\d.])(\d{1,4})\s*([包片抽支瓶枚条粒袋盒卷双])(?!邮)")
_PIECE_NAMES: Final = re.compile(
    r"^(?:商品|包装|产品)?(?:数量|总数|包数|片数|支数|盒数|粒数|件数)$"
)


def _pieces(title: str, facts: list[Stated]) -> Iterator[Finding]:
    """Fewer pieces than the title says; titles that multiply or give away are left alone."""
    if re.search(r"[*x×+/送赠]|每[包盒袋]|\d[包盒袋卷提箱].{0,3}(?:装|共)\d", title):
        return
    claimed = _PIECES.findall(title)
    units = [unit for _, unit in claimed]
    for fact in facts:
        given = _PIECES.findall(fact.value) if _PIECE_NAMES.search(fact.name) else []
        if len(given) != 1 or units.count(given[0][1]) != 1:
            continue
        amount, unit = next(pair for pair in claimed if pair[1] == given[0][1])
        if int(given[0][0]) < int(amount):
            yield _finding("number of pieces", f"{amount}{unit}", fact, 0.75)
            return


_NEW: Final = re.compile(
    r"全新(?!升级|设计|包装|体验|配方|工艺|系列|改版|风格|上市|电池|一代|款|外观|壳|出发|原料)"
)
_NOT_NEW: Final = re.compile(
    r"(?<!\d)[6-9]\d?\s*(?:成|%)?\s*新|[六七八九]成[一-九]?新|二手|(?:官方?)?翻新|官翻|展示机|样机"
)
_GRADE_NAMES: Final = re.compile(r"成色|新旧|商品状态|货品状态")


def _condition(title: str, facts: list[Stated]) -> Iterator[Finding]:
    words = _said(_NEW, title)
    if words is None or _NOT_NEW.search(title):
        return
    for fact in facts:
        if not _GRADE_NAMES.search(fact.name):
            continue
        worn = _NOT_NEW.search(fact.value)
        if worn and not is_denied(fact.value, worn.start()):
            found = _finding("new or not", words, fact, 0.9)
            yield found.model_copy(update={"code": "inferior_quality", "basis": _WORN_BASIS})
            return


_WORN_PAGE: Final = re.compile(
    r"(?:本机|此机|该机|这台|本品|本商品|机器)(?:器)?(?:为|是|属于?|系|成色)?[^，。不非没无]{0,4}"
    r"(?P<worn>官方?翻新|官翻|翻新机?|二手|样机|展示机|[6-9]\d?成?新)"
)


def _worn_page(title: str, body: str) -> Iterator[Finding]:
    words = _said(_NEW, title)
    match = _WORN_PAGE.search(body[:_PAGE_LENGTH])
    if words is None or match is None or _NOT_NEW.search(title) or is_denied(body, match.start()):
        return
    fact = Stated("description", "详情", match["worn"])
    found = _finding("new or not", words, fact, 0.85)
    yield found.model_copy(update={"code": "inferior_quality", "basis": _WORN_BASIS})


_WORN_BASIS: Final = ("产品质量法 第39条", "消费者权益保护法 第55条")

_FROM_THE_SOURCE: Final = re.compile(
    r"(?:原?产地|源头|果园|基地|农户|产区)(?:直发|直供发货|现摘现发|发货)|(?:海外|境外|国外)直邮"
)
_HERE: Final = re.compile(_PROVINCE)
_BONDED: Final = re.compile(r"保税|自贸|综保|跨境")
_PRODUCED: Final = re.compile(
    rf"(?P<before>{_PROVINCE})(?:省|自治区)?(?:原?产地|特产|原产|本地产|农家自产)"
    rf"|(?:产自|原产于?|产地)(?P<after>{_PROVINCE})"
)


def _dispatch(title: str, facts: list[Stated]) -> Iterator[Finding]:
    """Goods said to come straight from where they grow or from abroad, sent from elsewhere."""
    words = _said(_FROM_THE_SOURCE, title)
    sent = next((fact for fact in facts if fact.name == _DISPATCH), None)
    here = _HERE.search(sent.value) if sent else None
    if words is None or sent is None or here is None or _BONDED.search(title + sent.value):
        return
    if "直邮" in words:
        yield _finding("dispatch", words, sent, 0.8)
        return
    grown = {place for place in (_province_said(title), _province_stated(facts)) if place}
    if len(grown) == 1 and here.group() not in grown:
        yield _finding("dispatch", words, sent, 0.75)


def _province_said(title: str) -> str | None:
    """The one province that the title names, if it names one."""
    named = set(_HERE.findall(title))
    return named.pop() if len(named) == 1 else None


def _province_stated(facts: list[Stated]) -> str | None:
    found = (_HERE.search(fact.value) for fact in facts if _ORIGIN_NAMES.search(fact.name))
    return next((place.group() for place in found if place), None)


def _produced(title: str, facts: list[Stated]) -> Iterator[Finding]:
    """A province that the title names as the origin, and another that is stated."""
    match = _PRODUCED.search(title)
    if match is None or is_denied(title, match.start()):
        return
    claimed = match["before"] or match["after"]
    for fact in facts:
        places = set(_HERE.findall(fact.value)) if _ORIGIN_NAMES.search(fact.name) else set()
        if places and claimed not in places:
            yield _finding("origin", match.group(), fact, 0.85)
            return


_RULES: Final[tuple[Callable[[str, list[Stated]], Iterator[Finding]], ...]] = (
    _fibres,
    _substitutes,
    _imported,
    _protected,
    _produced,
    _dispatch,
    _capacity,
    _storage,
    _net_weight,
    _pieces,
    _condition,
)
