"""Brand mentions (品牌词), told apart from the ordinary words that look like them."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Final, Literal, NamedTuple

from ahocorasick_rs import AhoCorasick, MatchKind
from pypinyin import lazy_pinyin

from data.brands import AliasKind, Brand
from data.listing import Merchant
from data.registry import BrandRegistry, Notice
from features.lookalike import Change, Lookalikes, bare_name, is_at_home, is_head
from features.normalise import normalise

_SUITS: Final = re.compile(
    r"适用于?|适配|兼容|匹配|通用于|通用(?!于)|可用于|专用于|配套|(?<![a-z])for(?![a-z])"
)
_SCOPE_END: Final = re.compile(r"[。|‖]")
_SCOPE_LENGTH: Final = 48
_ACCESSORY: Final = re.compile(
    r"通用(?!于)|手机壳|保护壳|保护套|手机套|皮套|钢化膜|贴膜|保护膜|屏幕膜|表带"
    r"|支架|滤芯|滤网|刷头|替换头|收纳盒|收纳包|挂绳|配件|耗材|滤袋|尘袋|墨盒|硒鼓|边刷|滚刷|拖布"
    r"|内胆包|鞋带|镜头盖|键盘膜|机身贴|防尘塞"
)
_ACCESSORY_WITHIN: Final = 14
_ACCESSORY_LENGTH: Final = 3
OWN_BRAND_TYPES: Final = frozenset({"flagship", "authorised"})
"""Shops that are taken at their word to be the brand's (旗舰店, 专卖店)."""

_SEPARATORS: Final = re.compile(r"[/|,，;。()（）]")


class Mention(NamedTuple):
    """A brand at ``text[start:end]``; ``accessory_scope`` if the goods merely fit it (适用于).

    ``change`` is what makes a look-alike out of the brand's name, where no list has it.
    """

    brand_id: str
    kind: AliasKind
    start: int
    end: int
    text: str
    accessory_scope: bool
    change: Change | None = None


class Imitated(NamedTuple):
    """The brand that a declared name imitates; ``change`` is None for a name that is listed."""

    brand: Brand
    change: Change | None


@dataclass(frozen=True, slots=True)
class _Pattern:
    """One alias, or an ordinary word that holds one (``brand`` is None)."""

    brand: Brand | None
    kind: AliasKind
    ordinary: bool
    latin_start: bool
    latin_end: bool
    digits_may_follow: bool
    change: Change | None = None


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
        names = {
            text: e.brand for text, e in table.items() if e.brand and _is_chinese_name(text, e)
        }
        for text, entry in list(table.items()):
            for written in _written_halfway(text, entry):
                # Two characters, one of them in letters (大yi), need the category's support.
                kind: AliasKind = "disguise"
                _add(table, written, entry.brand, kind, ordinary=len(text) < 3)
        self.patterns = list(table.values())
        self.known = frozenset(table)
        self.latin = _latin_names(table)
        self.own_names = {
            text: entry.brand.brand_id
            for text, entry in table.items()
            if entry.brand and entry.kind == "canonical"
        }
        self.id_of = {text: entry.brand.brand_id for text, entry in table.items() if entry.brand}
        self.automaton = AhoCorasick(list(table), matchkind=MatchKind.LeftmostLongest)
        self.imitations = {
            text: entry.brand
            for text, entry in table.items()
            if entry.brand and entry.kind == "lookalike"
        }
        self.lookalikes = Lookalikes(names, self.known)
        self.chinese: dict[str, list[str]] = {}
        for text, brand in names.items():
            self.chinese.setdefault(brand.brand_id, []).append(text)
        self.likenesses = _Likenesses(self.latin, self.known)

    def named(self, declared: str) -> str | None:
        """The brand whose own name a declared name is or holds; None for one that imitates it."""
        names = self.own_names
        return next((names[word] for word in _words(declared) if word in names), None)

    def imitated(self, declared: str, category: str) -> tuple[str, Imitated] | None:
        """The words of a declared brand that imitate a brand of the category, and which.

        None if the declared name holds a brand's own name too, as 耐克/Nlke does.

        >>> from data.brands import load_brands
        >>> index = BrandIndex(load_brands())
        >>> words, imitated = index.imitated("雷碧", "食品/饮料")
        >>> words, imitated.brand.name
        ('雷碧', '雪碧')
        >>> index.imitated("雪碧/雷碧", "食品/饮料") is None
        True
        """
        words = _words(declared)
        if any(word in self.id_of and word not in self.imitations for word in words):
            return None
        for shaped in _shaped(words[0], self, category) if words else ():
            if shaped.entry.brand and shaped.entry.change == "both names":
                return words[0], Imitated(shaped.entry.brand, "both names")
        found = ((word, self._imitated(word, category)) for word in words)
        return next(((word, imitated) for word, imitated in found if imitated), None)

    def _imitated(self, word: str, category: str) -> Imitated | None:
        if (brand := self.imitations.get(word)) is not None:
            return Imitated(brand, None) if is_at_home(brand, category) else None
        for name in dict.fromkeys((word, bare_name(word))):
            if (likeness := self.lookalikes.of(name, category, declared=True)) is not None:
                return Imitated(likeness.brand, likeness.change)
        feigned = _feigned(word, self)
        for latin in (*self.likenesses[_joined(word)], *filter(None, [feigned])):
            is_home = is_at_home(latin.brand, category)
            if latin.needs == "nothing" or (is_home and latin.needs != "pair"):
                return Imitated(latin.brand, latin.change)
        return None

    def resolve(self, name: str) -> str | None:
        """The brand behind a declared name such as ``Nike/耐克``, or None if it is not known."""
        return next((self.id_of[word] for word in _words(name) if word in self.id_of), None)


_MOST_NAMES: Final = 1_000
# Latin and Chinese names that stand together; shorter runs are parts of names: 三m, a家.
_SCRIPTS: Final = re.compile(r"[a-z][a-z0-9 .'&-]{2,}|[一-龥]{2,}")


@lru_cache(_MOST_NAMES)
def _words(name: str) -> tuple[str, ...]:
    """A declared name as it is, then its parts: ``Nike/耐克``, ``HONQR荣曜``."""
    folded = normalise(name).text.strip()
    parts = [part.strip() for part in _SEPARATORS.split(folded)]
    scripts = [run.strip() for part in parts for run in _SCRIPTS.findall(part)]
    return tuple(dict.fromkeys(part for part in (folded, *parts, *scripts) if part))


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
_NEARLY: Final = 5
_LONG: Final = 6
_MOST_WORDS: Final = 10_000

# Cyrillic and Greek letters by the Latin ones they are printed like.
_PRINTED_ALIKE: Final = str.maketrans(
    "авекмнорстухіјѕԁӏԛԝαβεικμνορτυχζη", "abekmhopctyxijsdlqwabeikmvoptuxzn"
)
_STROKED: Final = str.maketrans("ıłøđħŧ", "ilodht")
_FOREIGN: Final = re.compile(r"[\u00c0-\u024f\u0370-\u03ff\u0400-\u052f\u1e00-\u1eff]")
_FOREIGN_WORD: Final = re.compile(
    r"[a-z0-9\u00c0-\u024f\u0370-\u03ff\u0400-\u052f\u1e00-\u1eff]{3,24}"
)


Need = Literal["nothing", "home", "head", "pair"]
"""What else it takes before a Latin word imitates a brand.

A category of the brand's; the title's brand position as well; or the brand's Chinese name beside
it, imitated in its turn.
"""


class _LatinLikeness(NamedTuple):
    """The ``brand`` that a word looks like, by its own ``name``."""

    brand: Brand
    kind: AliasKind
    needs: Need
    change: Change | None = None


def _joined(name: str) -> str:
    """A name of several words as one: ``royal canin``, ``the north face``."""
    return re.sub(r"[ .'&-]", "", name.removeprefix("the ")) if name.isascii() else name


def _shape(word: str) -> str:
    """What a Latin word looks like from afar: ``huavvei`` as ``huawei``, ``g00d`` as ``good``."""
    return word.replace("vv", "w").replace("rn", "m").translate(_SHAPES)


def _in_latin(word: str) -> str:
    """A word as it is printed, in plain Latin letters: ``ріllips`` as ``pillips``."""
    parts = unicodedata.normalize("NFD", word.translate(_PRINTED_ALIKE))
    return "".join(char for char in parts if not unicodedata.combining(char)).translate(_STROKED)


_MANY: Final = 9


def _squeezed(word: str) -> str:
    """A word's shape with doubled letters single: ``lac0stte`` as ``lacoste``."""
    return re.sub(r"(.)\1+", r"\1", _shape(word))


class _LatinNames(NamedTuple):
    """The brands' own Latin names by their shape, and by what each deletion leaves of it."""

    shapes: dict[str, tuple[str, Brand]]
    nearby: dict[str, tuple[tuple[str, Brand], ...]]


def _latin_names(table: dict[str, _Pattern]) -> _LatinNames:
    """Two letters are left out of names of nine and more; the words of a name are joined."""
    names = _LatinNames({}, {})
    for text, entry in table.items():
        name = _joined(text)
        if entry.brand is None or entry.kind != "canonical" or not _is_latin_name(name):
            continue
        if text.isalpha():
            names.shapes.setdefault(_shape(text), (text, entry.brand))
        for key in _left_out(_squeezed(name), 2 if len(name) >= _MANY else 1):
            names.nearby[key] = (*names.nearby.get(key, ()), (name, entry.brand))
    return names


def _left_out(word: str, most: int) -> set[str]:
    """What is left of a word without so many letters, or fewer."""
    keys = _deletions(word)
    return keys if most < 2 else keys.union(*map(_deletions, keys))


def _is_latin_name(name: str) -> bool:
    return name.isascii() and name.isalpha() and len(name) >= _SHAPED


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
    plain = _plainly(text, brands)
    if not hidden and not plain:
        return []
    if hidden:
        plain = [found for found in plain if not _is_within(found, hidden)]
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
        words = text[start:end]
        mention = Mention(entry.brand.brand_id, entry.kind, start, end, words, scope, entry.change)
        if _is_doubtful(entry, words, category):
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
    if entry.brand is None or (category and is_at_home(entry.brand, category)):
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


# No sign that could fill a name: letters, digits, and what punctuates titles.
_MAY_BE_FILLED: Final = re.compile(
    r"(?:[*·•~^_#&×丶満-]|[^\w\s!-~，。、！？…—“”‘’「」【】《》（）：；￥])[一-龥]|^[一-龥]。[一-龥]"
)


def _filled(text: str, brands: BrandIndex) -> Iterator[_Found]:
    """Chinese names with a sign between their characters: 古*驰, 香✨奈✨儿."""
    if not _MAY_BE_FILLED.search(text):
        return
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
    known = brands.likenesses
    before, begun, ended = "", 0, -1
    for match in _LATIN_WORD.finditer(text):
        word = match[0]
        start, end = match.span()
        if known[word]:
            yield from _placed(known[word], text, start, end, brands, category)
        # The words of one name: royal conin.
        if start == ended + 1 and text[ended] == " " and known[before + word]:
            yield from _placed(known[before + word], text, begun, end, brands, category)
        before, begun, ended = word, start, end
    if not text.isascii() and _FOREIGN.search(text):
        yield from _foreign(text, brands)


def _placed(
    likenesses: tuple[_LatinLikeness, ...],
    text: str,
    start: int,
    end: int,
    brands: BrandIndex,
    category: str | None,
) -> Iterator[_Found]:
    """The first likeness that makes an imitation where it stands, and beside what it stands."""
    for likeness in likenesses:
        is_home = category is not None and is_at_home(likeness.brand, category)
        if likeness.needs == "nothing" or (is_home and likeness.needs == "home"):
            yield _Found(_imitating(likeness), start, end)
            return
        if not is_home:
            continue
        if beside := _beside(text, start, end, likeness.brand, brands):
            both = _imitating(likeness._replace(change="both names", kind="lookalike"))
            yield _Found(both, min(start, beside[0]), max(end, beside[1]))
            return
        if likeness.needs == "head" and is_head(text, start):
            yield _Found(_imitating(likeness), start, end)
            return


_BESIDE: Final = 8


def _beside(
    text: str, start: int, end: int, brand: Brand, brands: BrandIndex
) -> tuple[int, int] | None:
    """Where the brand's Chinese name stands beside a Latin one with one character changed."""
    first = max(0, start - _BESIDE)
    for name in brands.chinese.get(brand.brand_id, ()):
        for at in range(first, min(len(text), end + _BESIDE) - len(name) + 1):
            word = text[at : at + len(name)]
            if at < end and start < at + len(name):
                continue
            same = sum(one == other for one, other in zip(word, name, strict=True))
            changed = word not in brands.known and all(map(_is_ideograph, word))
            if same and same == len(name) - 1 and changed:
                return at, at + len(name)
    return None


def _foreign(text: str, brands: BrandIndex) -> Iterator[_Found]:
    """Latin names with letters of other alphabets: аdidаs with Cyrillic а, Níke."""
    for match in _FOREIGN_WORD.finditer(text):
        if (likeness := _feigned(match.group(), brands)) is not None:
            yield _Found(_imitating(likeness), *match.span())


def _feigned(word: str, brands: BrandIndex) -> _LatinLikeness | None:
    """The brand whose Latin name is printed like a word of other letters."""
    if word in brands.known or not _FOREIGN.search(word):
        return None
    same = brands.latin.shapes.get(_shape(_in_latin(word)))
    if same is None or len(same[0]) != len(word):
        return None
    return _LatinLikeness(same[1], "lookalike", "nothing")


def _imitating(likeness: _LatinLikeness) -> _Pattern:
    return _Pattern(likeness.brand, likeness.kind, False, True, True, False, likeness.change)


_NEEDS: Final[Mapping[Need, int]] = {"nothing": 0, "home": 1, "head": 2, "pair": 3}


class _Likenesses(dict[str, tuple[_LatinLikeness, ...]]):
    """The brands that each Latin word looks like; kept, since titles repeat their words."""

    def __init__(self, names: _LatinNames, known: Set[str]) -> None:
        super().__init__()
        self._names = names
        self._known = known

    def __missing__(self, word: str) -> tuple[_LatinLikeness, ...]:
        found = () if word in self._known else tuple(_likenesses(word, self._names))
        if len(self) >= _MOST_WORDS:
            self.clear()
        self[word] = found
        return found


# A digit among letters, as in lac0ste; models have theirs at an end.
_WITH_DIGITS: Final = re.compile(r"[a-z]+[0135][a-z]+$")


def _likenesses(word: str, names: _LatinNames) -> Iterator[_LatinLikeness]:
    """The brands that a word looks like, and how; the surest first."""
    if not word.isascii() or sum(map(str.isalpha, word)) * 2 <= len(word):
        return
    if same := names.shapes.get(_shape(word)):
        name, brand = same
        if name != word:
            kind: AliasKind = "lookalike" if word.isalpha() else "disguise"
            yield _LatinLikeness(brand, kind, "nothing" if len(name) >= _LONG else "home")
        return
    if len(word) < _SHAPED or not (word.isalpha() or _WITH_DIGITS.match(word)):
        return
    shape = _squeezed(word)
    near = {
        (name, brand.brand_id): brand
        for key in _left_out(shape, 2 if len(word) >= _MANY - 1 else 1)
        for name, brand in names.nearby.get(key, ())
    }
    found = (_nearly(word, shape, key[0], near[key]) for key in sorted(near))
    yield from sorted(filter(None, found), key=lambda likeness: _NEEDS[likeness.needs])


def _nearly(word: str, shape: str, name: str, brand: Brand) -> _LatinLikeness | None:
    """Whether a word is a brand's name but for a letter, or for two in a long one."""
    # Plurals and models (iphonex) are no imitations.
    if word.startswith(name):
        return None
    if word.isalpha() and len(word) >= _NEARLY and len(name) >= _NEARLY and _one_off(word, name):
        is_long = min(len(word), len(name)) >= _LONG
        change: Change = "letter" if is_long else "character"
        return _LatinLikeness(brand, "lookalike", "home" if is_long else "head", change)
    if name.startswith(word) or abs(len(word) - len(name)) > 2:
        return None
    edits = _edits(shape, _squeezed(name))
    if len(name) >= _LONG and edits <= (2 if len(name) >= _MANY else 1):
        return _LatinLikeness(brand, "lookalike", "head", "letter")
    if edits > 1:
        return None
    is_mixed = len(name) == _NEARLY and not word.isalpha()
    return _LatinLikeness(brand, "lookalike", "head" if is_mixed else "pair", "character")


def _one_off(word: str, name: str) -> bool:
    """Whether one letter is changed, added, left out, or two neighbours are swapped."""
    return abs(len(word) - len(name)) <= 1 and _edits(word, name) == 1


def _edits(word: str, name: str) -> int:
    """Letters changed, added or left out, and neighbours swapped, from one word to the other."""
    before: list[int] = []
    row = list(range(len(name) + 1))
    for at, char in enumerate(word, 1):
        last, before, row = before, row, [at]
        for to, meant in enumerate(name, 1):
            cost = min(before[to] + 1, row[to - 1] + 1, before[to - 1] + (char != meant))
            if at > 1 and to > 1 and char == name[to - 2] and word[at - 2] == meant:
                cost = min(cost, last[to - 2] + 1)
            row.append(cost)
    return row[-1]


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


def _is_chinese_name(text: str, entry: _Pattern) -> bool:
    return entry.kind == "canonical" and all(map(_is_ideograph, text))


def _misspelt(text: str, brands: BrandIndex, category: str | None) -> Iterator[_Found]:
    """Chinese names that are one small change away from a brand's, in its categories only."""
    if category:
        for start, end, likeness in brands.lookalikes.within(text, category):
            entry = _Pattern(
                likeness.brand, "lookalike", False, False, False, False, likeness.change
            )
            yield _Found(entry, start, end)


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
    limit = end + _ACCESSORY_WITHIN
    word = _ACCESSORY.search(text, end, limit + _ACCESSORY_LENGTH)
    return word is not None and word.start() <= limit and "。" not in text[end : word.start()]


def is_category_of(brand_id: str, category: str, brands: BrandIndex) -> bool:
    """Whether the brand is known to sell in this category path."""
    return is_at_home(brands.brands[brand_id], category)


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
    if merchant is not None and merchant.type in OWN_BRAND_TYPES:
        answer = True
    return dict.fromkeys(brand_ids, answer)
