"""Brand mentions (品牌词), told apart from the ordinary words that look like them."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, NamedTuple

from ahocorasick_rs import AhoCorasick, MatchKind
from pypinyin import lazy_pinyin

from data.brands import AliasKind, Brand
from data.listing import Merchant
from data.registry import BrandRegistry, Notice
from features.normalise import normalise

_SUITS: Final = re.compile(
    r"适用于?|适配|兼容|匹配|通用于|通用(?!于)|可用于|专用于|配套|(?<![a-z])for(?![a-z])"
)
_SCOPE_END: Final = re.compile(r"[。|‖]")
_SCOPE_LENGTH: Final = 48
_ACCESSORY: Final = re.compile(
    r"[^。]{0,14}?(?:通用(?!于)|手机壳|保护壳|保护套|手机套|皮套|钢化膜|贴膜|保护膜|屏幕膜|表带"
    r"|支架|滤芯|滤网|刷头|替换头|收纳盒|收纳包|挂绳|配件|耗材|滤袋|尘袋|墨盒|硒鼓|边刷|滚刷|拖布"
    r"|内胆包|鞋带|保护套|镜头盖|键盘膜|机身贴|防尘塞)"
)
_OWN_BRAND_TYPES: Final = frozenset({"flagship", "authorised"})
_SEPARATORS: Final = re.compile(r"[/|,，;。()（）]")


_MOST_CATEGORIES: Final = 1_000


class Mention(NamedTuple):
    """A brand at ``text[start:end]``; ``accessory_scope`` if the goods merely fit it (适用于)."""

    brand_id: str
    kind: AliasKind
    start: int
    end: int
    text: str
    accessory_scope: bool


@dataclass(frozen=True, slots=True)
class _Pattern:
    """One alias, or an ordinary word that holds one (``brand`` is None)."""

    brand: Brand | None
    kind: AliasKind
    ordinary: bool
    latin_start: bool
    latin_end: bool
    digits_may_follow: bool


class BrandIndex:
    """The aliases of all brands, compiled once to be looked for at once.

    Of overlapping aliases the leftmost and longest counts.
    """

    def __init__(self, brands: Iterable[Brand]) -> None:
        self.brands = {brand.brand_id: brand for brand in brands}
        table: dict[str, _Pattern] = {}
        for brand in self.brands.values():
            for alias in brand.aliases:
                ordinary = alias.is_ordinary_word
                _add(table, alias.text, brand, alias.kind, ordinary=ordinary)
        for brand in self.brands.values():
            for alias in brand.aliases:
                for twin in alias.twins:
                    _add(table, twin, None, "canonical", ordinary=True)
        self.near = _near_names(table)
        self._nearly: dict[str, _Nearly | None] = {}
        for text, entry in list(table.items()):
            for written in _written_halfway(text, entry):
                # Two characters, one of them in letters (大yi), need the category's support.
                kind: AliasKind = "disguise"
                _add(table, written, entry.brand, kind, ordinary=len(text) < 3)
        self.patterns = list(table.values())
        self.known = frozenset(table)
        self.shapes, self.nearby = _latin_shapes(table)
        self.id_of = {text: entry.brand.brand_id for text, entry in table.items() if entry.brand}
        self.automaton = AhoCorasick(list(table), matchkind=MatchKind.LeftmostLongest)

    def nearly(self, category: str) -> "_Nearly | None":
        """The names that a misspelt one could mean in a category; kept for the next listing."""
        nearly = self._nearly
        try:
            return nearly[category]
        except KeyError:
            found = _nearly(self.near, category)
        if len(nearly) >= _MOST_CATEGORIES:
            nearly.clear()
        nearly[category] = found
        return found

    def resolve(self, name: str) -> str | None:
        """The brand behind a declared name such as ``Nike/耐克``, or None if it is not known."""
        folded = normalise(name).text.strip()
        if folded in self.id_of:
            return self.id_of[folded]
        parts = (part.strip() for part in _SEPARATORS.split(folded))
        return next((self.id_of[part] for part in parts if part in self.id_of), None)


def _add(
    table: dict[str, _Pattern], text: str, brand: Brand | None, kind: AliasKind, *, ordinary: bool
) -> None:
    folded = normalise(text).text
    if folded in table:
        return
    table[folded] = _Pattern(
        brand=brand,
        kind=kind,
        ordinary=ordinary,
        latin_start=_is_latin(folded[0]),
        latin_end=_is_latin(folded[-1]),
        digits_may_follow=len(folded) > 3 and not folded[-1].isdigit(),
    )


def _is_latin(char: str) -> bool:
    return char.isascii() and char.isalnum()


_SHAPES: Final = str.maketrans("01i5$@3", "ollssae")
_SHAPED: Final = 4
_NEARLY: Final = 6


def _shape(word: str) -> str:
    """What a Latin word looks like from afar: ``huavvei`` as ``huawei``, ``g00d`` as ``good``."""
    return word.replace("vv", "w").replace("rn", "m").translate(_SHAPES)


def _latin_shapes(
    table: dict[str, _Pattern],
) -> tuple[dict[str, tuple[str, Brand]], dict[str, tuple[str, Brand]]]:
    """The brands' own Latin names by their shape, and longer ones by each one-letter deletion."""
    shapes: dict[str, tuple[str, Brand]] = {}
    nearby: dict[str, tuple[str, Brand]] = {}
    for text, entry in table.items():
        is_word = text.isascii() and text.isalpha() and len(text) >= _SHAPED
        if entry.brand is None or entry.kind != "canonical" or not is_word:
            continue
        shapes.setdefault(_shape(text), (text, entry.brand))
        if len(text) >= _NEARLY:
            for key in _deletions(text):
                nearby.setdefault(key, (text, entry.brand))
    return shapes, nearby


def _deletions(word: str) -> set[str]:
    return {word, *(word[:i] + word[i + 1 :] for i in range(len(word)))}


def brand_mentions(text: str, brands: BrandIndex, category: str | None = None) -> list[Mention]:
    """The brands that a normalised text names, in order.

    An ordinary word (苹果, 小米) is a brand only where the category is one of the brand's, or
    where the text names the brand in another way too.

    >>> from data.brands import load_brands
    >>> index = BrandIndex(load_brands())
    >>> [m.brand_id for m in brand_mentions("小米粥 苹果醋 驴肉火烧", index, "食品/零食")]
    []
    >>> brand_mentions("手机壳 适用苹果15", index, "手机/配件")[0].accessory_scope
    True
    """
    hidden = list(_hidden(text, brands, category))
    # 阿迪打斯 is no 阿迪: what a longer imitation holds does not count for itself.
    plain = [found for found in _plainly(text, brands) if not _is_within(found, hidden)]
    hidden = [
        found
        for found in hidden
        if not any(found.start < end and start < found.end for _, start, end in plain)
    ]
    found = []
    doubtful = []
    for entry, start, end in (*plain, *hidden):
        if entry.brand is None:
            continue
        scope = _is_accessory(text, start, end)
        mention = Mention(entry.brand.brand_id, entry.kind, start, end, text[start:end], scope)
        if _is_doubtful(entry, text[start:end], category):
            doubtful.append(mention)
        else:
            found.append(mention)
    named = {mention.brand_id for mention in found}
    supported = [mention for mention in doubtful if mention.brand_id in named]
    return sorted(found + supported, key=lambda mention: mention.start)


class _Found(NamedTuple):
    entry: _Pattern
    start: int
    end: int


def _is_within(found: _Found, others: list[_Found]) -> bool:
    return any(
        other.entry.brand is found.entry.brand
        and other.start <= found.start
        and found.end <= other.end
        and other.end - other.start > found.end - found.start
        for other in others
    )


def _plainly(text: str, brands: BrandIndex) -> list[_Found]:
    """Aliases as they are written, and the ordinary words that hold them."""
    return [
        _Found(brands.patterns[which], start, end)
        for which, start, end in brands.automaton.find_matches_as_indexes(text)
        if _stands_alone(text, start, end, brands.patterns[which])
    ]


def _is_doubtful(entry: _Pattern, text: str, category: str | None) -> bool:
    """Whether it takes the category or another name of the brand to tell it from other words."""
    if entry.brand is None or (category and _is_at_home(entry.brand, category)):
        return False
    # 海儿童玩具 has 海儿, 联相机 has 联相: two characters meet by chance.
    short = len(text) == 2 and not text.isascii() and entry.kind == "lookalike"
    return entry.ordinary or (short and category is not None)


def _hidden(text: str, brands: BrandIndex, category: str | None) -> Iterator[_Found]:
    """Names whose characters are spaced out, filled up, or swapped for others of their shape."""
    taken: list[_Found] = []
    every = (
        *_spaced(text, brands),
        *_filled(text, brands),
        *_shaped(text, brands, category),
        *_misspelt(text, brands, category),
    )
    for found in every:
        if not any(found.start < other.end and other.start < found.end for other in taken):
            taken.append(found)
            yield found


_GAP: Final = r"[^\w，。|‖()/+:%]{1,3}"
_SINGLES: Final = re.compile(rf"(?<![\w%])[^\W_](?:{_GAP}[^\W_]){{1,11}}(?![\w%])")


def _spaced(text: str, brands: BrandIndex) -> Iterator[_Found]:
    """Names in characters that each stand alone: 香 奈 儿, n-i-k-e."""
    for run in _SINGLES.finditer(text):
        places = [at for at in range(*run.span()) if text[at].isalnum()]
        joined = "".join(text[at] for at in places)
        for entry, start, end in _plainly(joined, brands):
            # Two letters are sizes and grades: s m l, h p.
            if entry.brand is None or (joined[start:end].isascii() and end - start < 3):
                continue
            yield _Found(_disguised(entry), places[start], places[end - 1] + 1)


# 満 is what folding makes of the emoji 🈵; simplified Chinese writes 满.
_FILLERS: Final = frozenset("*·•~^_-#&×丶満")


def _filled(text: str, brands: BrandIndex) -> Iterator[_Found]:
    """Chinese names with a sign between their characters: 古*驰, 香✨奈✨儿."""
    places = [at for at in range(len(text)) if not _is_filler(text, at)]
    if len(places) == len(text):
        return
    joined = "".join(text[at] for at in places)
    for entry, start, end in _plainly(joined, brands):
        first, last = places[start], places[end - 1] + 1
        if entry.brand is None or last - first == end - start or joined[start:end].isascii():
            continue
        yield _Found(_disguised(entry), first, last)


def _is_filler(text: str, at: int) -> bool:
    if not 0 < at < len(text) - 1 or not _is_ideograph(text[at + 1]):
        return False
    if text[at] == "。":
        # Folding made 耐.克 of it; only at a title's beginning is it no end of a sentence.
        return at == 1 and _is_ideograph(text[0])
    if not _is_ideograph(text[at - 1]) and not _is_filler_sign(text[at - 1]):
        return False
    return _is_filler_sign(text[at])


def _is_filler_sign(char: str) -> bool:
    return char in _FILLERS or unicodedata.category(char) == "So"


def _is_ideograph(char: str) -> bool:
    return "一" <= char <= "龥"


_LATIN_WORD: Final = re.compile(r"(?<![a-z0-9@$])[a-z0-9@$]{4,24}(?![a-z0-9@$])")


def _shaped(text: str, brands: BrandIndex, category: str | None) -> Iterator[_Found]:
    """Latin names with swapped letters or digits (n1ke, huavvei), or one letter off (adidos)."""
    for match in _LATIN_WORD.finditer(text):
        word = match.group()
        if word in brands.known or sum(map(str.isalpha, word)) * 2 <= len(word):
            continue
        likeness = _likeness(word, brands)
        if likeness is None:
            continue
        brand, kind, is_sure = likeness
        if is_sure or (category is not None and _is_at_home(brand, category)):
            entry = _Pattern(brand, kind, False, True, True, False)
            yield _Found(entry, *match.span())


def _likeness(word: str, brands: BrandIndex) -> tuple[Brand, AliasKind, bool] | None:
    """The brand that a word looks like, how, and whether that is sure in any category."""
    if same := brands.shapes.get(_shape(word)):
        name, brand = same
        kind: AliasKind = "lookalike" if word.isalpha() else "disguise"
        return (brand, kind, len(name) >= _NEARLY) if name != word else None
    if not word.isalpha() or len(word) < _NEARLY:
        return None
    for key in _deletions(word):
        near = brands.nearby.get(key)
        # Plurals are no imitations.
        if near and word.removesuffix("s") != near[0] and _one_off(word, near[0]):
            return near[1], "lookalike", False
    return None


def _one_off(word: str, name: str) -> bool:
    """Whether one letter is changed, added, left out, or two neighbours are swapped."""
    if abs(len(word) - len(name)) == 1:
        longer, shorter = sorted((word, name), key=len, reverse=True)
        return shorter in _deletions(longer)
    differing = [at for at in range(len(word)) if word[at] != name[at]]
    if len(differing) == 2:
        first, second = differing
        return second - first == 1 and word[first] == name[second] and word[second] == name[first]
    return len(differing) == 1


def _is_name(text: str, entry: _Pattern) -> bool:
    return (
        entry.brand is not None
        and entry.kind == "canonical"
        and not entry.ordinary
        and all(map(_is_ideograph, text))
    )


_MASKS: Final = "某*×x"


def _written_halfway(text: str, entry: _Pattern) -> Iterator[str]:
    """A Chinese name with one character in pinyin (欧米jia) or behind a mask (欧某茄)."""
    if not _is_name(text, entry) or len(text) < 2:
        return
    for at, char in enumerate(text):
        sound = lazy_pinyin(char)[0]
        written = [sound] if len(sound) > 1 else []
        if len(text) > 2:
            written += [sound[0], *_MASKS]
        yield from (text[:at] + instead + text[at + 1 :] for instead in written)


# Characters that are taken for one another at a glance; none is a better known brand's.
_PAIRS: Final = (
    "天夭 的旳 目自 日曰 未末 士土 千干 人入 午牛 免兔 师帅 双又 荚美 料科 力カ 幸辛 洁浩 莱菜 "
    "傅博 吉古 壳亮 王壬 台合 泉皇 狠狼 抉快 殴欧 刀力 白百 乌鸟 车东 龙尤 氏民 晋普 秦泰 能熊 "
    "先光 优忧 柏拍 芙英 茅芧 茅矛 恪格 季李 宇李 尼泥 卡下 万方 威戚 雅稚 贝见 蔲蔻"
)
_ALIKE: Final = frozenset(map(frozenset, _PAIRS.split()))


class _Nearly(NamedTuple):
    """The Chinese names of brands at home in one category, each with one character left open."""

    pattern: re.Pattern[str]
    names: dict[str, Brand]


def _near_names(table: dict[str, _Pattern]) -> dict[str, Brand]:
    return {
        text: entry.brand
        for text, entry in table.items()
        if entry.brand is not None and _is_name(text, entry) and 2 <= len(text) <= 6
    }


def _nearly(names: dict[str, Brand], category: str) -> _Nearly | None:
    at_home = {text: brand for text, brand in names.items() if _is_at_home(brand, category)}
    forms = [
        ("^" if len(text) == 2 else "") + f"{text[:at]}.{text[at + 1 :]}"
        for text in at_home
        for at in range(len(text))
    ]
    # Overlapping forms are all looked at, since the pattern takes no character.
    return _Nearly(re.compile(f"(?=({'|'.join(forms)}))"), at_home) if forms else None


def _misspelt(text: str, brands: BrandIndex, category: str | None) -> Iterator[_Found]:
    """Chinese names with one character swapped for one that sounds or looks the same.

    Only in the brand's categories; names of two characters only where a title begins with one.
    """
    nearly = brands.nearly(category) if category else None
    if nearly is None:
        return
    for match in nearly.pattern.finditer(text):
        written = match[1]
        if written in brands.known:
            continue
        for name, brand in nearly.names.items():
            if _is_misspelt(written, name):
                entry = _Pattern(brand, "lookalike", False, False, False, False)
                yield _Found(entry, match.start(), match.start() + len(written))
                break


def _is_misspelt(written: str, name: str) -> bool:
    if len(written) != len(name):
        return False
    differing = [at for at in range(len(name)) if written[at] != name[at]]
    return len(differing) == 1 and _are_alike(written[differing[0]], name[differing[0]], len(name))


def _are_alike(char: str, meant: str, size: int) -> bool:
    if frozenset((char, meant)) in _ALIKE:
        return True
    same_sound = size > 2 and _is_ideograph(char) and lazy_pinyin(char) == lazy_pinyin(meant)
    return same_sound and char != meant


def _disguised(entry: _Pattern) -> _Pattern:
    return replace(entry, kind="disguise" if entry.kind == "canonical" else entry.kind)


def _stands_alone(text: str, start: int, end: int, entry: _Pattern) -> bool:
    if entry.latin_start and start and _is_latin(text[start - 1]):
        return False
    if not entry.latin_end or end == len(text):
        return True
    following = text[end]
    return not _is_latin(following) or (entry.digits_may_follow and following.isdigit())


def _is_accessory(text: str, start: int, end: int) -> bool:
    begin = max(0, start - _SCOPE_LENGTH)
    before = text[begin:start]
    cues = list(_SUITS.finditer(before))
    if cues and not _SCOPE_END.search(before, cues[-1].end()):
        return True
    return _ACCESSORY.match(text, end) is not None


def _is_at_home(brand: Brand, category: str) -> bool:
    return any(word in category for word in brand.categories)


def is_category_of(brand_id: str, category: str, brands: BrandIndex) -> bool:
    """Whether the brand is known to sell in this category path."""
    return _is_at_home(brands.brands[brand_id], category)


def authorised(
    brand_id: str,
    merchant: Merchant | None,
    brands: BrandIndex,
    registered: "Registered | None" = None,
) -> bool | None:
    """Whether the merchant may sell the brand; None when nothing is known about it.

    What the registry knows stands first. Then a non-empty list of authorised brands decides
    alone. Without one a flagship (旗舰店) or exclusive shop (专卖店) is taken at its word; an
    empty list denies it to all others.

    >>> from data.brands import load_brands
    >>> index = BrandIndex(load_brands())
    >>> authorised("nike", Merchant(merchant_id="m1", authorised_brands=["Nike/耐克"]), index)
    True
    >>> authorised("nike", Merchant(merchant_id="m1"), index) is None
    True
    """
    return authorisations({brand_id}, merchant, brands, registered)[brand_id]


class Registered(NamedTuple):
    """The registry as of an instant, for goods of one category path."""

    registry: BrandRegistry
    category: str
    at: datetime

    def allows(self, brand: str, merchant: Merchant | None) -> bool | None:
        """What the registry says of the merchant and the brand; None where it does not know."""
        if merchant is None:
            return None
        who = merchant.merchant_id, merchant.name
        return self.registry.authorised(brand, *who, self.category, self.at)

    def notices(self, merchant: Merchant | None, data_id: str) -> tuple[Notice, ...]:
        """Rights-holders' notices about the listing, then about its merchant, that stand."""
        return self.registry.notices(merchant.merchant_id if merchant else None, data_id, self.at)


def authorisations(
    brand_ids: Set[str],
    merchant: Merchant | None,
    brands: BrandIndex,
    registered: Registered | None = None,
) -> dict[str, bool | None]:
    """What ``authorised`` says of each brand, with the merchant's list read once."""
    declared = _declared(brand_ids, merchant, brands)
    if registered is None:
        return declared
    found = {brand: registered.allows(brand, merchant) for brand in brand_ids}
    return {
        brand: declared[brand] if allowed is None else allowed for brand, allowed in found.items()
    }


def _declared(
    brand_ids: Set[str], merchant: Merchant | None, brands: BrandIndex
) -> dict[str, bool | None]:
    names = merchant.authorised_brands if merchant and brand_ids else None
    if names:
        listed = {brands.resolve(name) for name in names}.union(names)
        return {brand_id: brand_id in listed for brand_id in brand_ids}
    answer = None if names is None else False
    if merchant is not None and merchant.type in _OWN_BRAND_TYPES:
        answer = True
    return dict.fromkeys(brand_ids, answer)
