"""Names made to be mistaken for a brand's (傍名牌): one small change away from it."""

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Set
from functools import cache, lru_cache
from typing import Final, Literal, NamedTuple, TypeVar

from ahocorasick_rs import AhoCorasick, Implementation
from pypinyin import lazy_pinyin

from data.brands import Brand
from features.evasion.sounds import folded_syllable
from features.tokenise import Tokeniser

_Value = TypeVar("_Value")

Change = Literal[
    "shape", "sound", "near sound", "order", "length", "character", "letter", "both names"
]
"""How a name was changed.

One character for another of its shape, its sound, or nearly its sound; two characters swapped;
one doubled, dropped in or left out; one for any other; one letter of a Latin name, or two of a
long one; the Chinese and the Latin name both, side by side.
"""

CERTAINTY: Final[Mapping[Change, float]] = {
    "shape": 0.75,
    "sound": 0.75,
    "near sound": 0.7,
    "order": 0.55,
    "length": 0.55,
    "character": 0.55,
    "letter": 0.7,
    "both names": 0.8,
}
"""How likely each change alone makes a name an imitation."""

# Characters that are taken for one another at a glance: a stroke more or less, or one part
# changed while the other stays. The last line: kana that stand in for a character.
_GROUPS: Final = (
    "师帅狮 利科 西茜 梭棱 傅博搏缚 免兔 雪雷 碧璧壁 荚美羙 天夭夫无 的旳 目自白曰日百 未末朱米 "
    "士土工仕 千干 人入八 牛午生 双又叉汉 科料抖 力刀刁 幸辛 洁浩沽 莱菜茱 吉古告右 亮壳高 台合 "
    "泉皇 狠狼浪朗 快抉块 欧殴鸥呕 乌鸟 车东乐牙 龙尤 民氏 普晋善 泰秦春奉 能熊 光先 优忧扰 "
    "柏伯拍泊珀 芙英 茅芧 矛予 恪格洛烙 季李秀 宇宁字 尼泥呢妮 卡卞下 万方力 威戚咸戍 雅稚推 "
    "贝见 蔻寇蔲 特持侍待诗 核刻 个禾介 酷醅 蓝篮 澜谰斓 康糠庸唐 奥澳懊粤 利刹刊俐莉 蒙豪檬 "
    "娃蛙哇洼 哈恰洽给 登澄蹬 波坡玻菠披 可司叮 达迖 迪油笛 斐裴 安按桉 踏蹋 跃妖 匹四 海悔诲 "
    "森淼 玛码蚂 驰池弛 香杳 奈余 雀崔 羚翎铃玲 然燃 花芲化 西酉四 薇微徽 诺若 娜挪哪 苹萍 果杲 "
    "华毕 荣菜 小少 想相 戴载 硕顽 大太犬 儿几 飞乙气 九丸 公么 克兄充兑 老考者 夫失 线钱 伊尹 "
    "巴已巳 瑞端喘 掖液夜 鹤鹳鹊 臣巨 倍陪培 健键建 泡炮抱袍 冢塚 丝絲 肤扶 佳住隹 好奴 来耒 "
    "骆络 潘播藩 多夕 伦仑论轮 芬芳汾纷 娇骄桥 倩情清晴精 莲连 由电甲申田 斯期 维唯准 侬农浓 "
    "勃渤 添舔 城诚成 金全 顿顷 器噐 魔摩磨 牧枚收 具其真 林休村材 孚浮 正止 代伐 慢曼漫蔓 "
    "慕幕墓暮 布希市 捞劳 良艮粮 品晶 铺浦捕辅 费贵责 列刘烈 红虹江汪 鱼鲁 州洲 窖窑 洋样祥详 "
    "剑创 菲非 益盖 心必 印卯 嘉喜 鹏鹂 源原沅 元无 治冶怡贻 云去 竝立竖 象像 农衣依 旺汪 友反 "
    "味昧 沃妖 劲颈 鸭鸦 煌惶 雨两 润涧 罗萝箩锣 因困固 恒桓垣 福副褔 胡湖 稻滔 仔籽子 绿缘录 "
    "箭剪 徐除 斋齐 仁仨 纺坊防 掬菊 妙沙纱莎 斑班 户护 冠寇 婷停 飘漂 蕾雷 拉位 旁傍 束柬 夸跨 "
    "敷傲 姿资 悠修 茵菌 风凤 珂坷 密蜜 玫枚 植值 钥玥 汉仅 亨享 伟纬 施旋 凌棱菱 沁泌 机玑 "
    "霍藿 思恩 富宫 戈弋 牡牧 杉衫 佐佑 鳄鳕 蜻晴 隆降 锐悦 度渡 帝蒂谛 积织 宝宲 麟鳞 邓郑 "
    "桃挑 仔囝 园圆 干于 生森 "
    "禄碌 韩朝 瓦互 佩珮 该孩 珠株 木禾术本 丹舟 居局 食良 他她地 内肉 加咖如 奇寄 茶荼 胎抬 "
    "周同 猫描锚 水永 奶仍 七匕 六穴 月用 表麦 城域 技枝 宜宣 草早 扬杨汤 蝶碟 鸿鸪 曲由 装裝 "
    "只口 鼠舅 牌碑 明朋 得碍 石右 渍清 尊遵 喜善 登豋 露路 步歩 特恃 洁浩 郎朗 兰芒 舒抒 永水 "
    "夏复 王壬玉主五 绵锦棉 适话 极级扱 家冢 亲新 "
    "力カ 口ロ 夕タ 工エ 卜ト 二ニ 三ミ 八ハ 千チ 一ー 才オ 大ナ 井丼 人イ 比ヒ 川リ 山凵 口囗"
)


def _pairs(groups: str) -> frozenset[str]:
    return frozenset(
        one + other for group in groups.split() for one in group for other in group if one != other
    )


_ALIKE: Final = _pairs(_GROUPS)
# Words of grammar that stand beside any name: 送太太了 is no 太太乐.
_GRAMMAR: Final = frozenset("的了着过吗呢吧啊和与或之是有在")
# Kinds of goods within a name, which tell nothing of whose they are: 罗莱家纺, 佛山照明.
_GENERIC: Final = re.compile(
    r"家纺|家居|家具|家私|木业|照明|电器|电工|手机|电脑|笔记本|空调|热水器|文具|办公|中性笔|钢笔|铅笔"
    r"|颜料|内衣|文胸|男装|服饰|女鞋|跑鞋|户外|运动|轮胎|滤清器|蓄电池|电瓶|机油|润滑油|钢琴|吉他"
    r"|口琴|古筝|二胡|琵琶|猫粮|狗粮|抽纸|纸巾|毛巾|牙膏|香皂|沐浴露|洗衣液|洗发水|护发素|牛奶|乳业"
    r"|食品|饺子|水饺|汤圆|酱油|香醋|苏打|奶糖|巧克力|口香糖|月饼|啤酒|干红|葡萄酒|红酒|老窖|纸尿裤"
    r"|婴儿|辅食|玩具|积木|手表|珠宝|首饰|黄金|水表|卫浴|瓷砖|漆|药业|医疗|茶业|茗茶|系列|之家"
)
_GENERIC_END: Final = re.compile(f"(?:{_GENERIC.pattern}|牌|国际)$")
_LONGEST: Final = 6
# Which characters stay where two are changed, by the length of the name.
_KEPT: Final[Mapping[int, tuple[tuple[int, ...], ...]]] = {
    3: ((0,), (1,), (2,)),
    4: ((0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)),
}
# Title words in characters; kana and signs among them may stand in for one.
_NAME: Final = re.compile(r"[^\x00-\x7f，。【】《》·]{2,7}")


class Likeness(NamedTuple):
    """The brand that a name is made to be mistaken for, its ``name``, and what was changed."""

    brand: Brand
    name: str
    change: Change

    @property
    def certainty(self) -> float:
        """How likely the change alone makes it an imitation, from 0 to 1."""
        return CERTAINTY[self.change]


class Imitation(NamedTuple):
    """A likeness at ``text[start:end]``."""

    start: int
    end: int
    likeness: Likeness


class Lookalikes:
    """Chinese names of brands, by what is left of each when one character is changed.

    ``names`` maps each name to its brand; ``known`` are names and ordinary words that imitate
    nobody, such as those of other brands.
    """

    def __init__(self, names: Mapping[str, Brand], known: Set[str]) -> None:
        self._brands = {name: brand for name, brand in names.items() if 2 <= len(name) <= _LONGEST}
        self._known = known
        self._opened: defaultdict[str, list[str]] = defaultdict(list)
        self._kept: defaultdict[str, list[str]] = defaultdict(list)
        self._places: tuple[set[str], ...] = (set(), set(), set(), set())
        self._shortened: dict[str, str] = {}
        self._begun: dict[str, int] = {}
        self._begun_apart: dict[str, int] = {}
        self._begun_later: dict[str, int] = {}
        self._sorted: dict[str, str] = {}
        self._traces: defaultdict[str, list[tuple[str, int]]] = defaultdict(list)
        self._gaps: defaultdict[str, list[str]] = defaultdict(list)
        for name in self._brands:
            self._add(name)
        self._trace_pairs, self._trace_names = _automaton(self._traces)
        self._gap_pairs, self._gap_names = _automaton(self._gaps)
        # Read now: the first title that needs a word should not wait for all of them.
        _dictionary()

    def _add(self, name: str) -> None:
        for at in range(len(name)):
            self._opened[_opened(name, at)].append(name)
        if not _GENERIC.search(name):
            if len(name) == 4:
                for char, chars in zip(name, self._places, strict=True):
                    chars.add(char)
            for kept in _KEPT.get(len(name), ()):
                self._kept[_kept(name, kept)].append(name)
        if len(name) < 3:
            return
        self._sorted.setdefault("".join(sorted(name)), name)
        one, two, three = name[0], name[1], name[2]
        together = (one + two, one + three, two + three, two + one, three + two)
        for begun, pairs in (
            (self._begun, together),
            (self._begun_apart, (one + three, one + two)),
            (self._begun_later, (two + three,)),
        ):
            begun.update((pair, max(len(name), begun.get(pair, 0))) for pair in pairs)
        self._traces[name[:2]].append((name, 0))
        self._traces[name[-2:]].append((name, len(name) - 2))
        if len(name) == 3:
            self._gaps[name[0] + name[2]].append(name)
        elif not _GENERIC.search(name):
            for at in range(len(name)):
                self._shortened.setdefault(name[:at] + name[at + 1 :], name)

    def of(self, word: str, category: str, *, declared: bool = False) -> Likeness | None:
        """What a whole name, such as a ``declared`` brand, was made to be mistaken for.

        Only brands at home in the category count: ``category`` is the normalised path.

        >>> from data.brands import load_brands
        >>> brand = next(b for b in load_brands() if b.brand_id == "masterkong")
        >>> lookalikes = Lookalikes({"康师傅": brand}, {"康师傅"})
        >>> lookalikes.of("康帅傅", "食品/方便面").change
        'shape'
        >>> lookalikes.of("康帅傅", "服装") is None
        True
        """
        if not 2 <= len(word) <= _LONGEST + 1 or word in self._known:
            return None
        likeness = (
            self._replaced(word, category, declared=declared)
            or self._rearranged(word, category)
            or self._replaced_twice(word, category, declared=declared)
        )
        return None if likeness is None or _is_word(word) else likeness

    def _replaced(self, word: str, category: str, *, declared: bool) -> Likeness | None:
        loose = None
        opened = self._opened
        for at in range(len(word)):
            for name in opened.get(f"{word[:at]} {word[at + 1 :]}", ()):
                brand = self._brands[name]
                change = _change(word[at], name[at], name)
                if change is None and declared and _is_coined(name, at):
                    change = "character"
                if change is None or not is_at_home(brand, category):
                    continue
                if change != "character":
                    return Likeness(brand, name, change)
                loose = Likeness(brand, name, change)
        return loose

    def _replaced_twice(self, word: str, category: str, *, declared: bool) -> Likeness | None:
        """Two characters changed: both for their like, or one of them in a name of four."""
        if len(word) == 3 and not declared:
            return None
        if len(word) == 4 and not self._may_be_four(word):
            return None
        for kept in _KEPT.get(len(word), ()):
            for name in self._kept.get(_kept(word, kept), ()):
                changes = [
                    _change(word[at], name[at], name) for at in range(len(word)) if at not in kept
                ]
                like = sum(change in {"shape", "sound"} for change in changes)
                brand = self._brands[name]
                if None in changes or len(changes) - like > len(name) - 3:
                    continue
                if like and is_at_home(brand, category):
                    return Likeness(brand, name, "shape" if like == 2 else "character")
        return None

    def _may_be_four(self, word: str) -> bool:
        """Whether two of the four characters stand where they do in a name of four."""
        return sum(char in chars for char, chars in zip(word, self._places, strict=True)) > 1

    def _rearranged(self, word: str, category: str) -> Likeness | None:
        if len(word) < 3:
            return None
        change: Change = "length"
        name = self._shortened.get(word)
        if name is None:
            # At the ends it is another word beside the name: 新康师傅, 海澜之家居.
            inner = (word[:at] + word[at + 1 :] for at in range(1, len(word) - 1))
            name = next(
                (shorter for shorter in inner if len(shorter) > 2 and shorter in self._brands), None
            )
        if name is None:
            name, change = self._sorted.get("".join(sorted(word))), "order"
            if name is None or sum(a != b for a, b in zip(word, name, strict=True)) != 2:
                return None
        brand = self._brands[name]
        return Likeness(brand, name, change) if is_at_home(brand, category) else None

    def within(self, text: str, category: str) -> Iterator[Imitation]:
        """Imitations in a title.

        Where it begins with a name, each change counts; elsewhere only characters of the same
        sound or shape, in names of three characters or more.
        """
        for start in _heads(text):
            if (found := self._at_head(text, start, category)) is not None:
                yield found
        for start, name in self._traced(text):
            word = text[start : start + len(name)]
            if len(word) < len(name) or word in self._known:
                continue
            likeness = self._of_trace(word, name, category)
            if likeness is not None and not _is_chance(text, start, start + len(name)):
                yield Imitation(start, start + len(name), likeness)

    def _of_trace(self, word: str, name: str, category: str) -> Likeness | None:
        differing = [at for at in range(len(name)) if word[at] != name[at]]
        if len(differing) != 1:
            return None
        (at,) = differing
        change = _change(word[at], name[at], name)
        if change not in {"shape", "sound"} or word[at] in _GRAMMAR:
            return None
        brand = self._brands[name]
        return Likeness(brand, name, change) if is_at_home(brand, category) else None

    def _traced(self, text: str) -> Iterator[tuple[int, str]]:
        """Where two characters of a name stand as far apart as in it."""
        for which, at in _pairs_in(text, self._trace_pairs):
            for name, where in self._trace_names[which]:
                if at >= where:
                    yield at - where, name
        # With every other character left out, those that stand apart stand together.
        gaps = [
            (2 * at + odd, which)
            for odd in (0, 1)
            for which, at in _pairs_in(text[odd::2], self._gap_pairs)
        ]
        for at, which in sorted(gaps):
            for name in self._gap_names[which]:
                yield at, name

    def _longest_begun(self, chars: str) -> int:
        """The length of the longest name of which two of three characters are left; 0 for none."""
        return max(
            self._begun.get(chars[:2], 0),
            self._begun_apart.get(chars[::2], 0),
            self._begun_later.get(chars[1:], 0),
        )

    def _at_head(self, text: str, start: int, category: str) -> Imitation | None:
        longest = _NAME.match(text, start)
        if longest is None:
            return None
        begun = self._longest_begun(text[start : start + 3])
        # One character more may have been dropped in.
        last = min(longest.end(), start + begun + 1) if begun else start + 2
        for end in range(last, start + 1, -1):
            word = text[start:end]
            likeness = self.of(word, category)
            if likeness is None:
                continue
            if likeness.change in {"character", "length"} and _is_phrase(word):
                continue
            if _is_whole(text, start, end, likeness.change):
                return Imitation(start, end, likeness)
        return None


def _automaton(table: Mapping[str, _Value]) -> tuple[AhoCorasick, list[_Value]]:
    automaton = AhoCorasick(list(table), implementation=Implementation.DFA)
    return automaton, list(table.values())


def _pairs_in(text: str, automaton: AhoCorasick) -> Iterator[tuple[int, int]]:
    """Which pairs of characters stand in the text, and where."""
    for which, start, _ in automaton.find_matches_as_indexes(text, overlapping=True):
        yield which, start


def is_at_home(brand: Brand, category: str) -> bool:
    """Whether the brand is known to sell in this category path."""
    return any(map(category.__contains__, brand.categories))


def bare_name(word: str) -> str:
    """A declared name without the kind of goods at its end: 立邦漆."""
    kind = _GENERIC_END.search(word)
    return word[: kind.start()] if kind and kind.start() > 1 else word


def _is_coined(name: str, at: int) -> bool:
    """Whether what stays of a name of three characters is no word by itself: 帮宝 of 帮宝适."""
    if len(name) != 3 or at == 1 or _GENERIC.search(name):
        return False
    return not _is_word(name[:2] if at else name[1:])


def _opened(name: str, at: int) -> str:
    return f"{name[:at]} {name[at + 1 :]}"


def _kept(word: str, places: tuple[int, ...]) -> str:
    return "".join([word[at] if at in places else " " for at in range(len(word))])


def _change(char: str, meant: str, name: str) -> Change | None:
    if char == meant:
        return None
    if char + meant in _ALIKE:
        return "shape"
    if not "一" <= char <= "龥":
        return None
    sound, right = _sound(char), _sound(meant)
    if sound == right:
        return "sound"
    if len(name) > 2 and folded_syllable(sound) == folded_syllable(right):
        return "near sound"
    return "character" if len(name) > 3 and not _GENERIC.search(name) else None


@lru_cache(maxsize=4096)
def _sound(char: str) -> str:
    return lazy_pinyin(char)[0]


_PRELUDE: Final = re.compile(
    r"(?:[\s，。·•~★☆♥❤]|[【\[《「（(][^】\]》」）)]{0,20}[】\]》」）)]|正品|全新|新款|新品|热卖|热销|爆款|官方|正宗"
    r"|包邮|现货|特价|特惠|促销|清仓|专柜|同厂|厂家直销|直销|批发|整箱|一箱|夏季|冬季|春季|秋季|20[12]\d年?"
    r"|法国|德国|意大利|美国|英国|纽约|巴黎|加拿大|the )+"
)


def _heads(text: str) -> tuple[int, ...]:
    """Where a title may begin with a name: at once, and after what announces it."""
    prelude = _PRELUDE.match(text)
    return (0, prelude.end()) if prelude else (0,)


def is_head(text: str, start: int) -> bool:
    """Whether a normalised title begins at ``start``, apart from what announces the goods.

    >>> is_head("【正品】康帅傅红烧牛肉面", 4), is_head("红烧康帅傅牛肉面", 2)
    (True, False)
    """
    return start in _heads(text)


@cache
def _dictionary() -> Tokeniser:
    """The words of the language; reading them takes a moment."""
    return Tokeniser({})


def _is_word(word: str) -> bool:
    tokens = _dictionary().tokens(word)
    return len(tokens) == 1 and tokens[0].known


def _is_phrase(word: str) -> bool:
    """Whether it consists of ordinary words: 三个松鼠."""
    return all(token.known and token.end - token.start > 1 for token in _dictionary().tokens(word))


_AROUND: Final = 5


def _is_whole(text: str, start: int, end: int, change: Change) -> bool:
    """Whether a name at a title's beginning is no part of other words.

    What has the brand's shape is hardly there by chance (雷碧水果味), unless a longer word holds
    it (李宇春). A sound is: 范思蓝恩 is no 范斯.
    """
    if change == "shape":
        return not _is_held(text, start, end)
    if _is_chance(text, start, end):
        return False
    return end - start > 2 or _ends_there(text, end)


def _is_held(text: str, start: int, end: int) -> bool:
    return any(
        token.known and token.start <= start and end < token.end
        for token in _dictionary().tokens(text, start, end + _AROUND)
    )


def _ends_there(text: str, end: int) -> bool:
    """Whether a name ends at ``end``: goods are named next, or something that is no character."""
    following = next(iter(_dictionary().tokens(text, end, end + _AROUND)), None)
    if following is None or not "一" <= text[following.start] <= "龥":
        return True
    return following.known and following.end - following.start > 1


def _is_chance(text: str, start: int, end: int) -> bool:
    """Whether the characters belong to ordinary words: 儿童 in 海儿童玩具."""
    begin = max(0, start - _AROUND)
    for token in _dictionary().tokens(text, begin, end + _AROUND):
        if not token.known or token.end - token.start < 2:
            continue
        crosses = token.start < start < token.end or token.start < end < token.end
        if crosses or (token.start <= start and end <= token.end):
            return True
    return False
