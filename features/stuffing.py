"""Titles stuffed with goods, names of others, audiences and seasons (标题堆砌)."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from typing import Final, NamedTuple

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from data.listing import Listing
from data.stuffing import Crowd, load_stuffing
from features.finding import Finding
from features.normalise import normalise
from features.prefilter import Prefiltered

_BASIS: Final = ("电子商务法 第17条", "明码标价和禁止价格欺诈规定 第20条")
_MOST_CATEGORIES: Final = 1_000
_MOST_SKUS: Final = 40
_CERTAINTY: Final = {"varieties": 0.55, "names": 0.6}
_REASON: Final = {"varieties": "标题并列多种商品：", "names": "标题堆砌他人名称："}


class _Named(NamedTuple):
    """One row of what a title names of which it sells but one."""

    kind: str
    names: re.Pattern[str]
    most: int
    category: re.Pattern[str]
    honest: re.Pattern[str]


class _Crowds:
    """The words of all crowds, found in one pass."""

    def __init__(self, crowds: Sequence[Crowd]) -> None:
        words = {word: crowd.crowd for crowd in crowds for word in crowd.words}
        self.free = {crowd.crowd: crowd.free for crowd in crowds}
        self._words = list(words)
        self._crowd_of = list(words.values())
        self._automaton = AhoCorasick(
            self._words, matchkind=MatchKind.LeftmostLongest, implementation=Implementation.DFA
        )

    def found(self, title: str) -> list[tuple[str, str]]:
        """Each word of a crowd in the title, with its crowd."""
        return [
            (self._words[which], self._crowd_of[which])
            for which, _, _ in self._automaton.find_matches_as_indexes(title)
        ]

    def goods(self, title: str) -> list[str]:
        """The nouns for goods in a title."""
        return [word for word, crowd in self.found(title) if crowd == "goods"]


class _Tables(NamedTuple):
    named: tuple[_Named, ...]
    crowds: _Crowds


@cache
def _tables() -> _Tables:
    seeds = load_stuffing()
    named = tuple(
        _Named(
            row.kind,
            re.compile(row.names),
            row.most,
            re.compile(row.category),
            re.compile(row.honest),
        )
        for row in seeds.named
    )
    return _Tables(named, _Crowds(seeds.crowds))


def stuffing_findings(
    listing: Listing, title: str, category: str, repeated: float
) -> Iterator[Finding]:
    """What a title names beyond what one listing sells; ``repeated`` is its ``repetition``."""
    named = list(_named(title, category))
    words = _tables().crowds.found(title)
    found = [*named, *_many_goods(title, listing, words)]
    yield from found or _crowded(title, repeated, words)


@lru_cache(_MOST_CATEGORIES)
def _rows_of(category: str) -> tuple[tuple[_Named, ...], Prefiltered]:
    rows = tuple(row for row in _tables().named if row.category.search(category))
    return rows, Prefiltered([row.names for row in rows])


def _named(title: str, category: str) -> Iterator[Finding]:
    """Many goods, makers or stars of which one listing can sell but one."""
    told: set[str] = set()
    rows, prefilter = _rows_of(category)
    for index in prefilter.candidates(title):
        row = rows[index]
        named = set(row.names.findall(title))
        if len(named) < row.most or row.kind in told or row.honest.search(title):
            continue
        told.add(row.kind)
        words = "、".join(sorted(named, key=title.find))
        yield _stuffed(
            title, f"{row.kind} stuffed", _CERTAINTY[row.kind], _REASON[row.kind] + words
        )


_MOST_GOODS: Final = 5
_SOLD_TOGETHER: Final = re.compile(
    r"套餐|组合|混|全套|自选|任选|可选|拼|礼盒|套装|件套|随机|福袋|多款|其他|其它"
)


def _many_goods(
    title: str, listing: Listing, words: Sequence[tuple[str, str]]
) -> Iterator[Finding]:
    """Many goods in the title, and variants that all sell one and the same of them."""
    named = {word for word, crowd in words if crowd == "goods"}
    if len(named) < _MOST_GOODS or not listing.skus:
        return
    skus = [normalise(sku.name).text for sku in listing.skus[:_MOST_SKUS]]
    if any(map(_SOLD_TOGETHER.search, skus)):
        return
    sold = [frozenset(_tables().crowds.goods(name)) for name in skus]
    if len(set(sold)) == 1 and len(sold[0]) == 1:
        only = next(iter(sold[0]))
        reason = f"标题并列{len(named)}种商品，规格只卖“{only}”"
        yield _stuffed(title, "goods stuffed", 0.6, reason)


# Each sort of words beyond its share is a step; a word said over again is one for each time.
_LEAST_LETTERS: Final = 20
_LEAST_WORDS: Final = 5
_STEPS: Final = 4
_MANY_STEPS: Final = 6
_MOST_PER_CROWD: Final = 3
_NOUNS: Final = 5
"""Nouns for goods, the same one counted again, that an honest title may hold."""

_WORD: Final = re.compile("[一-龥]{2,}")
_COUNTING: Final = re.compile("[一二三四五六七八九十百千两多个件只包斤克装片支瓶款色码号型送]")
_TOGETHER: Final = re.compile(
    r"套装|件套|组合|礼包|礼盒|全套|大全|可选|任选|自选|混装|合集|清单|处理|转让|打包|闲置|教程|书|课|册|\+"
)


def _crowded(title: str, repeated: float, words: Sequence[tuple[str, str]]) -> Iterator[Finding]:
    """A title that heaps sorts of words, each more than its goods can be."""
    if len(title) < _LEAST_LETTERS or len(words) < _LEAST_WORDS or _TOGETHER.search(title):
        return
    word, times = _said_over(title) if repeated >= 3 else ("", 0)
    crowds: dict[str, list[str]] = {}
    for each, crowd in words:
        crowds.setdefault(crowd, []).append(each)
    free = _tables().crowds.free
    over = {crowd: len(set(said)) - free[crowd] for crowd, said in crowds.items()}
    heaped = [crowd for crowd, count in over.items() if count > 0]
    nouns = len(crowds.get("goods", ())) - _NOUNS
    steps = max(0, times - 2) * 2 + max(0, int(repeated) - 4) + 2 * max(0, nouns)
    steps += sum(min(over[crowd], _MOST_PER_CROWD) for crowd in heaped)
    if steps < _STEPS or len(heaped) + (times > 2) + (nouns > 0) < 2:
        return
    said = [word] if times > 2 else []
    shown = "、".join([*said, *(w for c in heaped for w in dict.fromkeys(crowds[c]))][:8])
    certainty = 0.6 if steps >= _MANY_STEPS else 0.5
    yield _stuffed(title, "title crowded", certainty, f"标题堆砌关键词：{shown}")


def _said_over(title: str) -> tuple[str, int]:
    """The pair of ideographs that stands most often in the title, and how often."""
    runs = _WORD.findall(title)
    pairs = Counter(run[at : at + 2] for run in runs for at in range(len(run) - 1))
    word, times = max(pairs.items(), key=lambda pair: pair[1], default=("", 0))
    return ("", 0) if _COUNTING.search(word) else (word, times)


def _stuffed(title: str, cue: str, certainty: float, reason: str) -> Finding:
    return Finding(
        code="listing_abuse",
        field="title",
        text=title,
        cue=cue,
        basis=_BASIS,
        certainty=certainty,
        reason_zh=reason,
    )
