"""Amounts: battery and storage capacity, net weight, pieces (数量)."""

import re
from collections.abc import Iterator
from typing import Final

from features.contradiction.conflict import conflict
from features.contradiction.stated import SKU, Stated
from features.contradiction.units import value_of
from features.finding import Finding


def amount_findings(title: str, facts: list[Stated]) -> Iterator[Finding]:
    """Amounts that fall short of the title."""
    for rule in (_capacity, _storage, _net_weight) if _DIGIT.search(title) else ():
        yield from rule(title, facts)
    yield from _pieces(title, facts)


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


_DIGIT: Final = re.compile(r"\d")
_ENERGY_NAMES: Final = re.compile(r"能量|容量|电量")
_ENERGY: Final = re.compile(r"(?<![\d.])(\d{1,4}(?:\.\d{1,2})?) ?wh(?![a-z])")
_CELL_VOLTS: Final = 3.7
_NOMINAL_NAMES: Final = re.compile(r"^(?:电池|标称|电芯|总)?容量$|电池容量|标称容量|电芯容量")


def _capacity(title: str, facts: list[Stated]) -> Iterator[Finding]:
    nominal = _milliampere_hours(title)
    if nominal is None:
        return
    for fact in facts:
        energy = _ENERGY.search(fact.value) if _ENERGY_NAMES.search(fact.name) else None
        if energy:
            # A cell gives 3.7 V: what holds 20,000 mAh holds 74 Wh.
            amount: float | None = float(energy[1]) * 1_000.0 / _CELL_VOLTS
        elif "额定容量" in fact.name:
            amount = _milliampere_hours(fact.value) or _number(fact.value)
        elif _NOMINAL_NAMES.search(fact.name):
            amount = max(_all_milliampere_hours(fact.value), default=None)
        else:
            continue
        # Rated at 5 V a cell gives 0.55 to 0.7 of what it holds at 3.7 V; less is no physics.
        if amount and amount < 0.5 * nominal:
            match = _CAPACITY.search(title)
            yield conflict("battery capacity", match.group() if match else "", fact, 0.9)
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
# Whatever weight agrees, the title may mean: with its packing, of its filling, of all packs.
_WEIGHT_NAMES: Final = re.compile(r"重|净含量|填充|充绒|规格")
_FAR_MORE: Final = 20.0
_PACKS: Final = re.compile(
    r"[*x×+]|\d\s*[袋包盒瓶罐箱件份组条提桶枚个只]|[两二三四五六八十双多]\s*[袋包盒瓶罐箱件份]|"
    r"组合|共|套装|送"
)
_PER_PACK: Final = frozenset({100.0, 250.0, 500.0, 1000.0})


_OTHER_WEIGHTS: Final = re.compile(
    r"毛重|带箱|可选|任选|斤/|kg/|冰衣|含冰|去冰|承重|体重|载重|称重|克重|拉力|适合|适用"
)


def _net_weight(title: str, facts: list[Stated]) -> Iterator[Finding]:
    claimed = set(_weights(title))
    if len(claimed) != 1 or _OTHER_WEIGHTS.search(title):
        return
    grams = claimed.pop()
    told = [f for f in facts if f.name == SKU or _WEIGHT_NAMES.search(f.name)]
    if any(
        0.95 * grams <= weight <= _FAR_MORE * grams for f in told for weight in _weights(f.value)
    ):
        return
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
        yield conflict("net weight", _weight_words(title), fact, certainty)
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
            yield conflict("storage capacity", f"{amount}{unit}", fact, 0.9)
            return


_COUNTED: Final = (
    "包片抽支瓶枚条粒袋盒卷双册本张键颗只根块节件套色孔档层速头串芯格针轴门缸听桶把页对副贴朵页杯尾"
)
_PIECES: Final = re.compile(
    rf"(?<![\d.])(\d{{1,5}}|[一二两三四五六七八九十百]{{1,4}}|[单双]) ?(课时|"
    rf"[{_COUNTED}])(?!邮|皮|烘|色拼|肌|人)"
)
_PIECE_NAMES: Final = re.compile(
    r"^(?:商品|包装|产品|总|内含|单包|含)?(?:数量|总数|"
    r"[包片支盒粒件册本张键颗只根块节套色孔层速头串芯格针页瓶袋抽卷双条枚杯把]数)$"
    r"|键盘|册数|张数|课时|层数|杯身|结构层|玻璃层|页数|节数|档位|变速|轴承|琴键|抽数"
)
_LISTED_NAMES: Final = re.compile(
    r"规格|清单|内含|包含|包装内|配置|组成|装箱|套装内容|含量|包装|发货|套餐|数量"
)
_SEVERAL: Final = re.compile(
    r"(?<![a-z])x(?![a-z])|[×*+/送赠]|每[包盒袋]|\d[包盒袋卷提箱].{0,3}(?:装|共)\d|可选|任选|多规格|买|拍\d"
)
# 25ml×5片 is five sheets, not a number of packs.
_OF_A_SIZE: Final = re.compile(
    rf"[\d.]{{1,6}} ?(?:ml|g|克|毫升|cm|厘米) ?[x×*] ?\d{{1,4}} ?[{_COUNTED}]"
)
_PAIRS: Final = {"单": 1.0, "双": 2.0}


def _pieces(title: str, facts: list[Stated]) -> Iterator[Finding]:
    """Fewer pieces than the title says; titles that multiply or give away are left alone."""
    if _SEVERAL.search(title):
        return
    claimed = [(_count(number), unit, number) for number, unit in _PIECES.findall(title)]
    units = [unit for _, unit, _ in claimed]
    if not units:
        return
    for fact in facts:
        if fact.name == SKU:
            continue
        of_a_size = _OF_A_SIZE.fullmatch(fact.value)
        if _LISTED_NAMES.search(fact.name) and _SEVERAL.search(fact.value) and not of_a_size:
            continue
        if of_a_size and _PACKS.search(title):
            continue
        is_count = _PIECE_NAMES.search(fact.name) is not None
        if not is_count and not _LISTED_NAMES.search(fact.name):
            continue
        given = _pieces_of(fact)
        if len(given) != 1 or units.count(given[0][1]) != 1:
            continue
        stated_count, unit = given[0]
        count, _, words = next(each for each in claimed if each[1] == unit)
        if count is None or stated_count is None or stated_count >= count:
            continue
        if unit in "层" or not _has_variant(facts, count, unit):
            certainty = 0.88 if is_count and stated_count < 0.8 * count else 0.75
            yield conflict("number of pieces", f"{words}{unit}", fact, certainty)
            return


def _pieces_of(fact: Stated) -> list[tuple[float | None, str]]:
    """The counts of an attribute; a bare number counts what its name names."""
    value = fact.value[:80]
    given = [(_count(number), unit) for number, unit in _PIECES.findall(value)]
    if not given and value.strip().isdecimal() and len(value.strip()) <= 5:
        unit = re.search(rf"(课时|[{_COUNTED}])数", fact.name)
        return [(float(value), unit[1])] if unit else []
    return given


def _count(number: str) -> float | None:
    return _PAIRS.get(number) or value_of(number)


def _has_variant(facts: list[Stated], count: float, unit: str) -> bool:
    """Whether a variant holds as many as the title says."""
    return any(
        given_unit == unit and (given or 0) >= count
        for fact in facts
        if fact.name == SKU
        for given, given_unit in _pieces_of(fact)
    )
