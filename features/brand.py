"""Brand mentions (品牌词), told apart from the ordinary words that look like them."""

import re
from collections.abc import Iterable, Set
from dataclasses import dataclass
from typing import Final, NamedTuple

from ahocorasick_rs import AhoCorasick, MatchKind

from data.brands import AliasKind, Brand
from data.listing import Merchant
from features.normalise import normalise

_SUITS: Final = re.compile(
    r"适用于?|适配|兼容|匹配|通用于|可用于|专用于|配套|(?<![a-z])for(?![a-z])"
)
_SCOPE_END: Final = re.compile(r"[。|‖]")
_SCOPE_LENGTH: Final = 48
_ACCESSORY: Final = re.compile(
    r"[^。]{0,14}?(?:通用(?!于)|手机壳|保护壳|保护套|手机套|皮套|钢化膜|贴膜|保护膜|屏幕膜|表带"
    r"|支架|滤芯|滤网|刷头|替换头|收纳盒|挂绳)"
)
_OWN_BRAND_TYPES: Final = frozenset({"flagship", "authorised"})
_SEPARATORS: Final = re.compile(r"[/|,，;。()（）]")


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
        self.patterns = list(table.values())
        self.id_of = {text: entry.brand.brand_id for text, entry in table.items() if entry.brand}
        self.automaton = AhoCorasick(list(table), matchkind=MatchKind.LeftmostLongest)

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
    found = []
    doubtful = []
    for which, start, end in brands.automaton.find_matches_as_indexes(text):
        entry = brands.patterns[which]
        if entry.brand is None or not _stands_alone(text, start, end, entry):
            continue
        scope = _is_accessory(text, start, end)
        mention = Mention(entry.brand.brand_id, entry.kind, start, end, text[start:end], scope)
        if entry.ordinary and not (category and _is_at_home(entry.brand, category)):
            doubtful.append(mention)
        else:
            found.append(mention)
    named = {mention.brand_id for mention in found}
    supported = [mention for mention in doubtful if mention.brand_id in named]
    return sorted(found + supported, key=lambda mention: mention.start) if supported else found


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


def authorised(brand_id: str, merchant: Merchant | None, brands: BrandIndex) -> bool | None:
    """Whether the merchant may sell the brand; None when nothing is known about it.

    A non-empty list of authorised brands decides alone. Without one a flagship (旗舰店) or
    exclusive shop (专卖店) is taken at its word; an empty list denies it to all others.

    >>> from data.brands import load_brands
    >>> index = BrandIndex(load_brands())
    >>> authorised("nike", Merchant(merchant_id="m1", authorised_brands=["Nike/耐克"]), index)
    True
    >>> authorised("nike", Merchant(merchant_id="m1"), index) is None
    True
    """
    return authorisations({brand_id}, merchant, brands)[brand_id]


def authorisations(
    brand_ids: Set[str], merchant: Merchant | None, brands: BrandIndex
) -> dict[str, bool | None]:
    """What ``authorised`` says of each brand, with the merchant's list read once."""
    names = merchant.authorised_brands if merchant and brand_ids else None
    if names:
        listed = {brands.resolve(name) for name in names}.union(names)
        return {brand_id: brand_id in listed for brand_id in brand_ids}
    answer = None if names is None else False
    if merchant is not None and merchant.type in _OWN_BRAND_TYPES:
        answer = True
    return dict.fromkeys(brand_ids, answer)
