"""Amounts of a title that no variant reaches (规格都达不到标题)."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from features.contradiction.conflict import conflict
from features.contradiction.stated import SKU, Stated
from features.contradiction.units import UNIT_NUMBER, base_amount
from features.finding import Finding

_NUMERAL: Final = re.compile("[0-9一二两三四五六七八九十百]")
_NUMBER: Final = re.compile(r"(?<![\d.])(\d{1,3})(?![\d.])|[两双]")
# The title counts all, multiplies, or offers sizes; or its number is of something else.
_SPEAKS_OF_MORE: Final = re.compile(
    r"[x×*+/~]|[\d一二三四五六七八九十][-到至][\d一二三四五六七八九十]|送|赠|买|拍|可选|任选|自选|多规格|起|多种|每|第|满|减|共|总|"
    r"毛重|带箱|承重|载重|体重|限重|承载|适用|适合|可装|能装|可洗|克重|平方|净水|通量|分辨|等效|相当|"
    r"内存|运存|水深|防水|身高|充绒|距离|射程|码|岁|款|色|容[纳积]|水箱|洗|烘|锅|煲|箱|包包|背包|桶|杯|壶"
)
_PLAIN: Final = frozenset({"weight", "volume", "charge", *"片册支张只枚包抽瓶袋盒卷颗粒"})
_LEAST: Final = 0.8
_MOST_TIMES: Final = 200.0
_GIGABYTES: Final = {"g": 1.0, "gb": 1.0, "t": 1000.0, "tb": 1000.0}
_STORAGE: Final = re.compile(r"(?<![\d.a-z+/])(\d{1,4}) ?(tb|gb|t|g)(?![a-z0-9])")
_OF_A_VARIANT: Final = re.compile(r"(?<![\d.a-z])(\d{1,4}) ?(tb|gb|t|g)(?![a-z0-9])")
_STORES: Final = re.compile(r"固态|硬盘|[u优]盘|内存卡|存储卡|闪存|(?:tf|sd)卡")
_HALF: Final = 0.6
_MOST_VARIANTS: Final = 30


def variant_findings(title: str, facts: Sequence[Stated]) -> Iterator[Finding]:
    """The one amount of the title that is more than any variant holds, if all state theirs."""
    skus = [fact for fact in facts if fact.name == SKU][:_MOST_VARIANTS]
    if not skus or not _NUMERAL.search(title):
        return
    if _STORES.search(title):
        yield from _storage(title, skus)
        return
    found = [*_of_contents(title, skus), *_rated(title, skus)]
    if found or _SPEAKS_OF_MORE.search(title):
        yield from found[:1]
        return
    claimed = _amounts(title)
    for kind, sizes in claimed.items():
        if len(sizes) != 1 or kind not in _PLAIN:
            continue
        (size, words), *_ = sizes.items()
        most = [_most(sku.value, kind) for sku in skus]
        if all(most) and max(most) < _LEAST * size:
            biggest = skus[most.index(max(most))]
            yield conflict("amount of no variant", words, biggest, 0.65)
            return


# 500g（含礼盒，肉220g）: what the variant holds of the goods themselves.
_CONTENTS: Final = re.compile(
    r"(?:肉|净重|净含量?|实重|实际|果肉|米|茶叶|茶|料|干货|去壳)(?:约|只有|仅|为|:)? ?$"
)
_GROSS: Final = re.compile(r"毛重|带箱|含箱|连箱|带皮|带壳|含水|冰衣|含冰")
_MOSTLY: Final = 0.7


def _of_contents(title: str, skus: Sequence[Stated]) -> Iterator[Finding]:
    """A variant that owns that most of its amount is not the goods."""
    if _GROSS.search(title):
        return
    for sku in skus:
        whole = 0.0
        for match in UNIT_NUMBER.finditer(sku.value):
            amount = base_amount(match)
            if amount is None or amount[1] != "weight":
                continue
            is_part = _CONTENTS.search(sku.value[max(0, match.start() - 6) : match.start()])
            if is_part and amount[0] < _MOSTLY * whole and not _GROSS.search(sku.value):
                yield conflict("weight of contents", f"{whole:g}克", sku, 0.7)
                return
            whole = whole if is_part else max(whole, amount[0])


_RATED: Final = re.compile(r"(?<![\d.])(\d{1,5}(?:\.\d)?) ?(ah|kw|wh|hz|v|w|匹|流明)(?![a-z]{2})")
_NOT_RATED: Final = re.compile(
    r"等效|相当|替代|峰值|最大|适用|适配|通用|兼容|可选|[\d][-~/至到]\d|/"
)


def _rated(title: str, skus: Sequence[Stated]) -> Iterator[Finding]:
    """A rating (72V32Ah) that no variant has."""
    if _NOT_RATED.search(title):
        return
    claimed: dict[str, set[float]] = {}
    for number, unit in _RATED.findall(title):
        claimed.setdefault(unit, set()).add(float(number))
    for unit, sizes in claimed.items():
        given = [[float(n) for n, u in _RATED.findall(sku.value) if u == unit] for sku in skus]
        if len(sizes) == 1 and all(given):
            most = [max(each) for each in given]
            size = max(sizes)
            if max(most) < _LEAST * size:
                yield conflict(
                    "amount of no variant", f"{size:g}{unit}", skus[most.index(max(most))], 0.75
                )
                return


def _amounts(text: str) -> dict[str, dict[float, str]]:
    found: dict[str, dict[float, str]] = {}
    for match in UNIT_NUMBER.finditer(text):
        amount = base_amount(match)
        if amount and amount[0] > 1.0:
            found.setdefault(amount[1], {})[amount[0]] = match.group()
    return found


def _most(name: str, kind: str) -> float:
    """The most that a variant may hold of a kind: its amount times what else it counts; or 0."""
    spans = [
        (match, amount[0])
        for match in UNIT_NUMBER.finditer(name)
        if (amount := base_amount(match)) and amount[1] == kind
    ]
    if not spans:
        return 0.0
    sizes = [size for _, size in spans]
    rest = name
    for match, _ in spans:
        rest = rest.replace(match.group(), " ", 1)
    times = max((float(n) if n else 2.0 for n in _NUMBER.findall(rest)), default=1.0)
    return max(sum(sizes), max(sizes) * max(times, 1.0)) if times <= _MOST_TIMES else 0.0


def _storage(title: str, skus: Sequence[Stated]) -> Iterator[Finding]:
    claimed = {float(n) * _GIGABYTES[unit] for n, unit in _STORAGE.findall(title)}
    if len(claimed) != 1:
        return
    size = claimed.pop()
    most = [
        max((float(n) * _GIGABYTES[u] for n, u in _OF_A_VARIANT.findall(sku.value)), default=0.0)
        for sku in skus
    ]
    if all(most) and max(most) < _HALF * size:
        match = _STORAGE.search(title)
        biggest = skus[most.index(max(most))]
        yield conflict("amount of no variant", match.group() if match else "", biggest, 0.75)
