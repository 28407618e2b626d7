"""The detail page and what it admits against the title (详情自认)."""

import re
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from features.contradiction.conflict import claimed_words, conflict, page_conflict
from features.contradiction.stated import Stated
from features.contradiction.units import UNIT_NUMBER, base_amount
from features.finding import Finding, is_denied
from features.prefilter import Prefiltered

_LENGTH: Final = 4_000
_CLAUSE_ENDS: Final = "，。|‖"
_MOST_CLAUSE: Final = 40


class Page(NamedTuple):
    """The beginning of the normalised detail page, and where in it the text of pictures begins."""

    text: str
    pictures_at: int

    def field_at(self, place: int) -> str:
        """The field in which the character at ``place`` stands."""
        return "description" if place < self.pictures_at else "ocr_text"

    def clause(self, start: int, end: int) -> str:
        """The words from the comma before ``start`` to the one after ``end``."""
        first = max(self.text.rfind(mark, 0, start) for mark in _CLAUSE_ENDS) + 1
        last = [at for mark in _CLAUSE_ENDS if (at := self.text.find(mark, end)) >= 0]
        return self.text[max(first, start - _MOST_CLAUSE) : min([*last, end + _MOST_CLAUSE])]


def page_of(body: str, pictures_at: int | None = None) -> Page:
    """The part of a body that is read; pictures begin nowhere unless said.

    >>> page_of("里头没膜，外层防水").clause(0, 2)
    '里头没膜'
    """
    return Page(body[:_LENGTH], len(body) + 1 if pictures_at is None else pictures_at)


NO_PAGE: Final = page_of("")


_NEW: Final = re.compile(
    r"全新(?!升级|设计|包装|体验|配方|工艺|系列|改版|风格|上市|电池|一代|款|外观|壳|出发|原料)"
)
_NOT_NEW: Final = re.compile(
    r"(?<!\d)[6-9]\d? ?(?:成|%)? ?新|[六七八九]成[一-九]?新|二手|(?:官方?)?翻新|官翻|展示机|样机"
)
_GRADE_NAMES: Final = re.compile(r"成色|新旧|商品状态|货品状态")
_WORN_BASIS: Final = ("产品质量法 第39条", "消费者权益保护法 第55条")
_WORN: Final = re.compile(
    r"(?:本机|此机|该机|这台|本品|本商品|机器)(?:器)?(?:为|是|属于?|系|成色)?[^，。不非没无]{0,4}"
    r"(?P<worn>官方?翻新|官翻|翻新机?|二手|样机|展示机|[6-9]\d?成?新)"
)


def condition_findings(title: str, facts: list[Stated]) -> Iterator[Finding]:
    """Goods called new whose attributes say that they are worn."""
    words = claimed_words(_NEW, title)
    if words is None or _NOT_NEW.search(title):
        return
    for fact in facts:
        if not _GRADE_NAMES.search(fact.name):
            continue
        worn = _NOT_NEW.search(fact.value)
        if worn and not is_denied(fact.value, worn.start()):
            found = conflict("new or not", words, fact, 0.9)
            yield found.model_copy(update={"code": "inferior_quality", "basis": _WORN_BASIS})
            return


def _worn(title: str, page: Page) -> Iterator[Finding]:
    words = claimed_words(_NEW, title)
    match = _WORN.search(page.text)
    if words is None or match is None or _NOT_NEW.search(title):
        return
    if is_denied(page.text, match.start()):
        return
    field = page.field_at(match.start())
    found = page_conflict("new or not", words, field, match["worn"], 0.85)
    yield found.model_copy(update={"code": "inferior_quality", "basis": _WORN_BASIS})


_DISCLAIMED: Final = re.compile(
    r"(?P<title>(?:标题|品名|商品名称?|宝贝名称?|链接名)[^，。]{0,8}(?:为了?(?:方便)?(?:搜索|"
    r"引流|流量|好搜)"
    r"|(?:仅|只)(?:供|为|是|作)?(?:为了?)?(?:搜索|引流|参考|关键词)|不(?:代表|作数|算数|作准|"
    r"准)|与实物(?:不符|有出入|不一致)"
    r"|(?:请)?(?:忽略|勿信|别信|别当真|勿当真)|写(?:错|大|多|高)了?|是(?:蹭|乱写|随便)|虚标))"
    r"|(?P<sample>(?:主图|样品|样衣|样机|展示款|直播(?:间)?(?:样品|展示款?|身上)|模特身上|图上|"
    r"图片)[^，。]{0,8}"
    r"(?:不是(?:实发|发货|实物|发的)|(?:和|与|跟)(?:实发|发货|到手)(?:的|款|货)?(?:不同|不一样|"
    r"不一致|不是一)))"
    r"|(?P<made>(?:样衣|图片那件|图上那件|主播身上)(?!(?:穿)?的?(?:就)?是[^，。]{0,4}大货)[^。]{0,16}大货(?!按样|按图|同样|与样|和样|跟样|一样))"
    r"|(?P<random>(?:规格|款式|材质|重量|版本|年份|型号|大小|品种)[^，。]{0,3}随机(?:发|寄|配))"
)
_COLOUR: Final = re.compile(r"色差|颜色|光线|角度|批次")
_SURPRISE: Final = re.compile(r"盲盒|福袋|赠品|礼品|抽奖|混装|清仓杂款")
_DENIED_QUOTE: Final = re.compile(r"绝不|不会|没有|不存在|拒绝|假一|保证")


def _disclaimed(title: str, page: Page) -> Iterator[Finding]:
    """The page says that title or picture do not hold."""
    for match in _DISCLAIMED.finditer(page.text):
        clause = page.clause(match.start(), match.end())
        if _COLOUR.search(clause) or _DENIED_QUOTE.search(clause):
            continue
        if match["random"] and _SURPRISE.search(title + page.text):
            continue
        what = "标题" if match["title"] else "展示" if match["sample"] or match["made"] else "规格"
        field = page.field_at(match.start())
        found = page_conflict("disclaimer", what, field, match.group(), 0.75)
        yield found.model_copy(update={"reason_zh": f"详情自认{what}与实物不符：“{match.group()}”"})
        return


# What a title may sell the goods by, and a page may take back.
_FEATURES: Final = (
    "防水|防滑|防晒|防风|防蓝光|防摔|防油|防雾|防爆|防漏|防辐射|静音|降噪|蓝牙|无线充电|快充|"
    "闪充|触屏|触控|定位|心率"
    "|血氧|血压监测|nfc|公交卡|恒温|自动断电|遥控|智能|加热|加绒|夹棉|记忆功能|投屏|通话|双卡|"
    "摄像|夜视|对讲|语音控制"
    "|app控制|自动清洗|自清洁|杀菌|除菌|烘干|除螨|可折叠|可拆洗|可机洗|可调光|无极调光|防夹手|"
    "缓冲|减震|全自动|一键启动"
    "|避光|遮光|隔热|阻燃|耐高温|可微波|可进烤箱|可上明火|电磁炉|带刹车|刹车|护眼|无频闪|存酒|"
    "带盖|带锁|有盖|带轮"
    "|开发票|可开票|正规发票|上门安装|送货上楼|含主机|含电池|带电池|含证书|带证书|附证书|"
    "含鉴定|带鉴定|含税|含早|含门票"
    "|含接送|接机|含餐|钢圈支撑|三防|4g通话|插卡|自拍杆|送充电器|含充电器|红外|测温|北斗|gps|"
    "冷暖|除湿|变焦|防抖"
)
_FEATURE: Final = re.compile(f"(?:{_FEATURES})")
_NEGATION: Final = (
    r"(?:不(?:能|会|可以?|支持|具备|具有|带|含|包含|提供|开|防|配|附)?|没有?|并?无|未(?:做|配|"
    r"装|加|带)?|不是|并非|非)"
    r"(?:带|有|加|配|装|做|具备|支持|的是)?"
)
_OTHER_VERSION: Final = re.compile(
    r"基础|标准版|普通|低配|[a-z\d一二三]款|其他|其它|别家|市面|传统|部分|个别|如果|若|款式|"
    r"版本|老款|旧款|以前|偏远"
    r"|长时间|浸泡|水下|游泳|完全|绝对|百分百|100%|担心|怕|是否|有没有|吗|会不会|解决|告别|"
    r"再也|不再|害怕|拒绝"
)


def _lacking(title: str, page: Page) -> Iterator[Finding]:
    """A feature of the title that the page says the goods have not."""
    for match in _FEATURE.finditer(title):
        feature = match.group()
        bare = re.sub(r"^[可带有含附送]", "", feature) if len(feature) > 2 else feature
        if bare not in page.text or is_denied(title, match.start()):
            continue
        after_title = title[match.end() : match.end() + 2]
        if re.match(r"袋|罩|套|膜|材料|布|剂|喷", after_title):
            continue
        denied = re.search(_NEGATION + re.escape(bare), page.text)
        if (
            denied is None
            or _is_positive(page, denied)
            or _OF_OTHERS.match(page.text, denied.end())
        ):
            continue
        clause = page.clause(denied.start(), denied.end())
        if not _OTHER_VERSION.search(clause):
            field = page.field_at(denied.start())
            yield page_conflict("feature denied", feature, field, clause, 0.8)
            return


def _is_positive(page: Page, match: re.Match[str]) -> bool:
    """A denial that is none: 无不, 不仅防水, 能不能防水."""
    before = page.text[max(0, match.start() - 2) : match.start()]
    return (
        re.search(r"[能会可是有]$|[不无非]$", before) is not None or match.group()[1:2] in "仅但只"
    )


# 没有降噪功能的耳机 speaks of other goods.
_OF_OTHERS: Final = re.compile("(?:功能|效果)?的[^，。]")


_WITHOUT: Final = re.compile(
    r"(?:里头|里面|内里|夹层|中间|其实|实际上?|实物)(?:其实|根本|并|是|都|也|完全|压根){0,2}"
    r"(?:没有?|不带|不含|不是|并?无|未(?:加|带|含))(?:有|加|带|放|贴|夹|含|得|什么|"
    r"任何)?(?P<thing>[一-龥]{1,4})"
)
_SINGLE: Final = frozenset("膜绒棉芯胆层丝毛胶铜钢锌")
_NOT_THINGS: Final = re.compile(
    r"[的了其他它任何这那什么很太]|异味|味道|问题|区别|差别|破|瑕疵|痕迹|添加|多余"
)


def _without(title: str, page: Page) -> Iterator[Finding]:
    """里头没膜: what the title names is not in it."""
    for match in _WITHOUT.finditer(page.text):
        thing = match["thing"]
        if _NOT_THINGS.match(thing) or _OTHER_VERSION.search(
            page.clause(match.start(), match.end())
        ):
            continue
        word = next((thing[:size] for size in (4, 3, 2) if thing[:size] in title), None)
        if word is None or len(word) > len(thing):
            word = thing[0] if thing[0] in _SINGLE and thing[0] in title else None
        if word is None or _is_denied_word(title, word):
            continue
        field = page.field_at(match.start())
        yield page_conflict("part lacking", word, field, match.group(), 0.75)
        return


def _is_denied_word(title: str, word: str) -> bool:
    at = title.find(word)
    before = title[max(0, at - 2) : at]
    return is_denied(title, at) or re.search(r"[无免不非去零0脱]$", before) is not None


_ACTUAL: Final = re.compile(
    r"(?:实发|实际上?(?:重量|净重|净含量|发货|到手|容量|功率|数量|长度|称重|有|是|只有|约|"
    r"大约)?|实重|实测(?:容量|功率|约)?|称(?:了|重|下来|出来|得|起来|着)"
    r"|到手(?:净重|只有|仅|约|是|为)|里面(?:只有|就|仅)|只有|仅有?(?=\d)|净果|真实(?:容量|重量|"
    r"功率))"
    r"(?:一下|一称|大约|大概|约|是|为|在|仅|只|有|左右|净重|差不多|才|就|到){0,3} ?:? ?"
)
_TOTALS: Final = re.compile(r"毛重|带箱|连箱|含箱|含冰|冰衣|共|[x×*+]|送|可选|规格|多规格|[-~到至]")
_SHORT: Final = 0.87


def _admitted_amounts(title: str, page: Page) -> Iterator[Finding]:
    """写的5斤称了3斤8两: an amount of the title, and a smaller one that the page owns up to."""
    claimed = {
        amount
        for match in UNIT_NUMBER.finditer(title)
        if (amount := base_amount(match)) is not None
    }
    if not claimed or _TOTALS.search(title):
        return
    for begin in _ACTUAL.finditer(page.text):
        match = UNIT_NUMBER.match(page.text, begin.end())
        actual = base_amount(match) if match else None
        if match is None or actual is None:
            continue
        same = [value for value, kind in claimed if kind == actual[1]]
        clause = page.clause(begin.start(), match.end())
        if len(same) != 1 or re.search(r"每|单|剩|库存|如果|客户|别家|误差|皮重|箱重|差", clause):
            continue
        if 0.1 * same[0] < actual[0] < _SHORT * same[0]:
            words = next(
                m.group()
                for m in UNIT_NUMBER.finditer(title)
                if base_amount(m) == (same[0], actual[1])
            )
            field = page.field_at(begin.start())
            said = page.text[begin.start() : match.end()]
            yield page_conflict("amount admitted", words, field, said, 0.82)
            return


_STORES: Final = re.compile(r"[u优]盘|内存卡|存储卡|固态|硬盘|ssd|(?:tf|sd)卡")
_INFLATED: Final = re.compile(
    r"超(?:了|过)(?:前面|后面)?的[^，。]{0,4}(?:打不开|丢|坏)|一次别超|分批(?:拷|存)|拷大文件[^，。]{0,8}(?:出错|损坏|丢)|"
    r"(?:扩容|升级)盘|(?:存|拷)满[^，。]{0,4}(?:丢|坏|出错)"
)


def _stores_less(title: str, page: Page) -> Iterator[Finding]:
    """A drive that loses what is beyond its true size."""
    match = _INFLATED.search(page.text) if _STORES.search(title) else None
    if match is None or is_denied(page.text, match.start()):
        return
    field = page.field_at(match.start())
    said = page.clause(match.start(), match.end())
    yield page_conflict("storage inflated", "容量", field, said, 0.8)


_RULES: Final[tuple[Callable[[str, Page], Iterator[Finding]], ...]] = (
    _worn,
    _disclaimed,
    _without,
    _admitted_amounts,
    _stores_less,
)
_ADMISSIONS: Final = Prefiltered((_WORN, _DISCLAIMED, _WITHOUT, _ACTUAL, _INFLATED))


def page_findings(title: str, page: Page) -> Iterator[Finding]:
    """What the page admits, whatever the goods."""
    if not page.text:
        return
    for index in _ADMISSIONS.candidates(page.text):
        yield from _RULES[index](title, page)
    yield from _lacking(title, page)
