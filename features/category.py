"""Goods under a category that never holds them (类目错放): nouns of the title against the path."""

import math
import re
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from data.goods import Domain, GoodsKnowledge, GoodsNoun
from features.borders import Borders
from features.finding import Finding

_BASIS: Final = ("电子商务法 第17条", "明码标价和禁止价格欺诈规定 第20条")
_MOST_CATEGORIES: Final = 4_000
_SHORT: Final = 2
_SCOPE_LENGTH: Final = 32
# Where merchants put what fits no other place: takes two nouns to be a matter of misplacing.
_CATCH_ALL: Final = re.compile(r"其[他它]|二手|闲置|综合|杂项|未分类|个性定制")
_LEVELS: Final = re.compile(r"[/>|\\»›]")

# A noun before one of these names what the goods are for, made of, or shaped like.
_TAIL: Final = re.compile(
    r"(?:用的|专用|适用|可用|通用|伴侣|收纳|清洁|清洗|修复|修理|维修|保护|护理|配件|零件|替换|支架|模具|模型"
    r"|图案|印花|刺绣|造型|形状|形(?!象)|元素|摆件|挂件|玩具|贴纸|材料|材质|原料|提取|成分|萃取|味|纹|绒|风格?"
    r"|色(?!号)|架|盒|袋|箱|柜|罐|套(?!装|餐|盒|组|件)|罩|垫|贴|膜|壳|刷|夹(?!克|层|棉)|钩|扣|绳|瓶|桶"
    r"|包(?!邮|臀|装|边|裹)|机|器|教程|课|券|师傅|店|厂|书|盘|碟|刀|叉|锅|秤"
    r"|摇摇杯|冲调杯|馆|班|次卡|月卡|年卡|入门|必备|神器|字(?:号|第|批)|字?批准文号|(?:在)?(?:官网)?可[查验]|水\d)"
)
# 双内存条, 内置电池: a part of the goods, told with its number or its place.
_PART_OF: Final = re.compile(r"(?:双|内置|自带|内含|标配|机身)$")
# What goods are sent in or with; on its own, at the head of a title, it is what is sold.
_PACKING: Final = re.compile(
    r"冰袋|[卡贺]片|贺卡|礼品?[盒袋]|购物袋|手提袋|赠品|快递|包装盒|泡沫箱|保温[箱袋]|纸箱|明信片|贴纸|证书"
    r"|说明书|防尘袋|丝带"
)
_HEAD: Final = 4
# Ends of paths that name an audience or a heap, and no goods.
_VAGUE: Final = re.compile(
    r"[用商产]品|配件|工具|套装|其[他它]|设备|器材|服务|系列|专区|日用|生活|儿童|男士|女士|家用|宝宝|休闲|户外"
    r"|手工|大全|综合|二手|闲置"
)
_SCOPE: Final = re.compile(
    r"(?:适用于?|适配|兼容|匹配|通用于|可用于|专用于|配套|用于|搭配|(?<![a-z])for(?![a-z]))"
    r" ?[^。，|‖ ]{0,24}$"
)
_GIFT: Final = re.compile(r"(?:[赠配]送?|送(?![男女老妈爸长朋闺父母礼人给]))[^。，|‖ ]{0,4}$")
_PARTS: Final = re.compile(r"配件|零件|替换装?芯|耗材")
# The noun may be no more than a picture, a toy or the subject of a lesson.
_SHOWN: Final = re.compile(
    r"《|仿真|模型|图案|印花|形状|造型|贴纸|周边|教程|图解|手绘|迷你|创意|摆件|挂件"
)
# What is said of wares and not of the subject of a book.
_WARES: Final = re.compile(
    r"\d+(?:\.\d+)?\s*(?:ml|毫升|kg|g|克|斤|公斤|l|升|cm|mm|厘米|米|寸|英寸|码|w|v|瓦|毫安|mah|匹|片|包|袋|瓶|支"
    r"|只|双|条|桶|箱|抽|层|孔|枚|颗|粒|键|圈口)|(?:男|女)(?:士|款|式|童|装)|(?:^|\s)[男女](?:$|\s)"
    r"|家用|加厚|加绒|防滑|防水|防摔|透气|不锈钢|纯棉|真皮|硅胶|无线|充电|全自动|电动|折叠|便携"
    r"|大容量|不粘|静音|新款|尺码|细跟|厚底|实木|布艺|乳胶|锂电|护腰|保暖|尖头|全包"
)


class Found(NamedTuple):
    """A noun at ``title[start:end]``."""

    noun: GoodsNoun
    start: int
    end: int


class Declared(NamedTuple):
    """What a category path says of its goods.

    ``own`` are the domains of the most specific part that names any, ``near`` those beside them.
    ``is_far`` if a far domain is among them, ``is_catch_all`` for paths such as 女装/其他.
    """

    own: frozenset[str]
    near: frozenset[str]
    is_far: bool
    is_catch_all: bool


class GoodsIndex:
    """Nouns, category words and signs, compiled once. Of overlapping words the longest counts."""

    def __init__(self, goods: GoodsKnowledge) -> None:
        self.domains: Mapping[str, Domain] = goods.domains
        self.nouns = goods.nouns
        self._nouns = _automaton(noun.noun for noun in goods.nouns)
        self._words, self._domains_of_words = _owned(
            (word, domain.domain) for domain in goods.domains.values() for word in domain.categories
        )
        self._signs = {
            domain.domain: re.compile("|".join(map(re.escape, domain.signs)))
            for domain in goods.domains.values()
            if domain.signs
        }
        self._category_words = _automaton(self._words)
        self._declared: dict[str, Declared | None] = {}

    def declared(self, category: str) -> Declared | None:
        """What a normalised category path says; None where no part of it is known (二手, 其他)."""
        try:
            return self._declared[category]
        except KeyError:
            declared = self._read(category)
        if len(self._declared) >= _MOST_CATEGORIES:
            self._declared.clear()
        self._declared[category] = declared
        return declared

    def found(self, title: str) -> list[Found]:
        """The nouns of a normalised title, in order, whatever they are doing there."""
        return [
            Found(self.nouns[which], start, end)
            for which, start, end in self._nouns.find_matches_as_indexes(title)
        ]

    def has_sign(self, title: str, domains: Iterable[str]) -> bool:
        """Whether a word of the title places its goods in one of the domains."""
        return any(
            domain in self._signs and self._signs[domain].search(title) is not None
            for domain in domains
        )

    def _read(self, category: str) -> Declared | None:
        parts = [self._part(part.strip()) for part in _LEVELS.split(category)]
        named = [domains for domains in reversed(parts) if domains]
        if not named:
            return None
        own, above = named[0], frozenset().union(*named[1:])
        far = {domain for domain in own | above if self.domains[domain].far}
        if far:
            # Under books everything is a book, also 图书/美食; only what is sold beside them stays.
            beside = self._neighbours(far)
            own, above = frozenset(far | (own & beside)), frozenset()
        near = (above | self._neighbours(own)) - own
        return Declared(own, near, bool(far), _CATCH_ALL.search(category) is not None)

    def _part(self, part: str) -> frozenset[str]:
        domains: set[str] = set()
        for which, start, end in self._category_words.find_matches_as_indexes(part):
            if end - start > 1 or end == len(part):
                domains |= self._domains_of_words[which]
        return frozenset(domains)

    def _neighbours(self, domains: Iterable[str]) -> frozenset[str]:
        return frozenset().union(*(self.domains[domain].neighbours for domain in domains))


def _automaton(words: Iterable[str]) -> AhoCorasick:
    return AhoCorasick(
        list(words), matchkind=MatchKind.LeftmostLongest, implementation=Implementation.DFA
    )


def _owned(pairs: Iterable[tuple[str, str]]) -> tuple[list[str], list[frozenset[str]]]:
    owners: dict[str, set[str]] = {}
    for word, domain in pairs:
        owners.setdefault(word, set()).add(domain)
    return list(owners), list(map(frozenset, owners.values()))


def category_fit(
    title: str, category: str, goods: GoodsIndex, borders: Borders | None = None
) -> float:
    """How well the goods named in a title stand in its category, both normalised.

    1.0 where a noun's domain is the declared one, 0.5 where it lies near it or a word of the
    title leads there, 0.0 where no noun stands there, NaN where nothing is known. With the
    title's ``borders`` a short noun counts against it only where it splits no word.

    >>> from data.goods import load_goods
    >>> index = GoodsIndex(load_goods())
    >>> [category_fit("不粘炒锅", category, index) for category in ("厨具/锅", "家居", "图书/教材")]
    [1.0, 0.5, 0.0]
    """
    return placing(title, category, goods, borders).fit


def category_findings(
    title: str, category: str, goods: GoodsIndex, borders: Borders | None = None
) -> list[Finding]:
    """The finding that none of a title's goods belongs in its category, if so; both normalised.

    Silent where a single noun fits, or where a word of the title leads to the category.
    ``borders`` as in ``category_fit``.

    >>> from data.goods import load_goods
    >>> index = GoodsIndex(load_goods())
    >>> [f.reason_zh for f in category_findings("不粘炒锅 32cm", "图书/教材", index)]
    ['标题里的“炒锅”属于厨具，类目却是图书音像']
    """
    return placing(title, category, goods, borders).findings


class Placing(NamedTuple):
    """What ``category_fit`` and ``category_findings`` say of one title."""

    fit: float
    findings: list[Finding]


def placing(
    title: str, category: str, goods: GoodsIndex, borders: Borders | None = None
) -> Placing:
    """How a title stands in its category, both normalised: the nouns are looked for once."""
    declared = goods.declared(category)
    nouns = goods.found(title) if declared else []
    if declared is None or not nouns:
        return Placing(math.nan, [])
    if fit := _fit(nouns, declared):
        return Placing(fit, [])
    if goods.has_sign(title, declared.own) or _names_its_leaf(title, category):
        return Placing(0.5, [])
    accusers = _accusers(title, nouns, borders)
    if not accusers:
        return Placing(math.nan, [])
    certainty = 0.0 if _PARTS.search(title) else _certainty(title, accusers, declared)
    return Placing(0.0, [_finding(_cited(accusers), declared, certainty)] if certainty else [])


def _fit(nouns: list[Found], declared: Declared) -> float:
    fit = 0.0
    for found in nouns:
        if not declared.own.isdisjoint(found.noun.domains):
            return 1.0
        if found.noun.home in declared.near:
            fit = 0.5
    return fit


def _accusers(title: str, nouns: list[Found], borders: Borders | None) -> list[Found]:
    """The nouns that say what is sold; hints only beside another noun of their domain."""
    stated = [
        found
        for found in nouns
        if not _is_aside(title, found) and not _is_by_chance(found, borders)
    ]
    if any(found.noun.role == "goods" for found in stated):
        return stated
    return [found for found in stated if any(_agree(found, other) for other in stated)]


def _is_aside(title: str, found: Found) -> bool:
    """Whether a noun says what the goods fit, are made of, look like, or come with."""
    if _TAIL.match(title, found.end):
        return True
    if _PACKING.fullmatch(found.noun.noun) and found.start > _HEAD:
        return True
    before = title[max(0, found.start - _SCOPE_LENGTH) : found.start]
    return any(each.search(before) is not None for each in (_SCOPE, _GIFT, _PART_OF))


def _names_its_leaf(title: str, category: str) -> bool:
    """Whether the last part of a path, or two characters of it, stands in the title.

    >>> _names_its_leaf("链条斜挎 磁扣", "女包/链条包"), _names_its_leaf("棉鞋", "图书/期刊")
    (True, False)
    """
    leaf = _LEVELS.split(category)[-1].strip()
    pairs = {leaf[at : at + _SHORT] for at in range(max(1, len(leaf) - 1))}
    return any(pair in title for pair in pairs if pair and not _VAGUE.fullmatch(pair))


def _is_by_chance(found: Found, borders: Borders | None) -> bool:
    """Whether a short noun begins or ends inside another word, as 花瓶 does in 桃花瓶."""
    is_short = found.end - found.start == _SHORT
    return is_short and borders is not None and borders.split_a_word(found.start, found.end)


def _agree(one: Found, other: Found) -> bool:
    return one.noun.noun != other.noun.noun and one.noun.home == other.noun.home


def _cited(accusers: list[Found]) -> Found:
    """The head noun, which in Chinese titles is mostly the last that is no hint."""
    sure = [found for found in accusers if found.noun.role == "goods"]
    return (sure or accusers)[-1]


def _certainty(title: str, accusers: list[Found], declared: Declared) -> float:
    agreed = any(_agree(one, other) for one in accusers for other in accusers)
    if declared.is_catch_all and not agreed:
        return 0.0
    if _SHOWN.search(title):
        return 0.4
    if agreed:
        return 0.75
    if declared.is_far:
        # 《手机》 and 《香水》 are novels too: a bare noun says little among books.
        return 0.75 if _WARES.search(title) else 0.4
    return 0.6


def _finding(cited: Found, declared: Declared, certainty: float) -> Finding:
    noun = cited.noun
    stands, placed = "或".join(noun.domains[:2]), "、".join(sorted(declared.own))
    return Finding(
        code="listing_abuse",
        field="title",
        text=noun.noun,
        cue="misplaced category",
        basis=_BASIS,
        certainty=certainty,
        reason_zh=f"标题里的“{noun.noun}”属于{stands}，类目却是{placed}",
    )
