"""Scales, years, degrees, and numbers beside an attribute's name (比例、年份、温度)."""

import re
from collections.abc import Iterator
from typing import Final

from features.contradiction.conflict import conflict, is_denied_in_title
from features.contradiction.stated import SKU, Stated
from features.contradiction.units import NUMBER, value_of
from features.finding import Finding

_DIGIT: Final = re.compile("[0-9]")


def figure_findings(title: str, facts: list[Stated]) -> Iterator[Finding]:
    """Figures of the title that differ from an attribute's."""
    if not _DIGIT.search(title):
        return
    for rule in (_scale, _years, _degrees, _named, _flux, _cell_weight):
        yield from rule(title, facts)


_SCALE: Final = re.compile(r"(?<!\d)1 ?[:比/] ?(\d{1,3})(?![\d:比/.])")


def _scale(title: str, facts: list[Stated]) -> Iterator[Finding]:
    """1:18 in the title of a model, and another scale in its attributes."""
    claimed = set(_SCALE.findall(title))
    if len(claimed) != 1:
        return
    for fact in facts:
        given = set(_SCALE.findall(fact.value[:80])) if "比例" in fact.name else set()
        if given and claimed.isdisjoint(given):
            match = _SCALE.search(title)
            yield conflict("scale", match.group() if match else "", fact, 0.93)
            return


_YEAR: Final = re.compile(
    r"(?<!\d)((?:19[5-9]|20[0-4])\d) ?年?(?!\d)(?!新?款|秋冬|春夏|夏季|冬季|春季|秋季|版|考|"
    r"最新|升级)"
)
_VINTAGE: Final = re.compile(
    r"茶|普洱|陈皮|酒|窖|饼|老|古|新米|新茶|新货|年产|蜂蜜|核桃|花生|红枣|大米|苹果|当季|出厂|枸杞"
)
_YEAR_NAMES: Final = re.compile(
    r"年份|生产年|采摘|酿造|出厂|灌装|装瓶|收获|产季|采收|制作日期|生产日期"
)
_SEASONAL: Final = re.compile(r"上市|季节|款式|发行|适用")


def _years(title: str, facts: list[Stated]) -> Iterator[Finding]:
    """The year of a harvest or vintage, and another in the attributes."""
    claimed = set(_YEAR.findall(title))
    if len(claimed) != 1 or not _VINTAGE.search(title):
        return
    year = claimed.pop()
    for fact in facts:
        if not _YEAR_NAMES.search(fact.name) or _SEASONAL.search(fact.name):
            continue
        given = re.findall(r"(?<!\d)((?:19[5-9]|20[0-4])\d)(?!\d)", fact.value[:80])
        # What was made years ago may have been packed since: only newer goods sold as old.
        packed = "日期" in fact.name or "装" in fact.name
        if given and year not in given and not (packed and int(max(given)) > int(year)):
            yield conflict("year", year, fact, 0.7 if packed else 0.9)
            return


_COLD: Final = re.compile(r"(?:零下|[-—负])(\d{1,3}) ?(?:度|°|c)")
_HOT: Final = re.compile(r"(?:耐(?:高|热)?温?|高温|耐热)(?:达|到|可达)?(\d{2,4}) ?(?:度|°|c)")
_TEMPERATURE_NAMES: Final = re.compile(
    r"冰点|凝点|倾点|耐寒|防冻|耐低温|低温|温标|适用温度|使用温度|舒适温度|极限温度|温度范围|"
    r"耐温|沸点"
)
_HEAT_NAMES: Final = re.compile(r"耐温|耐热|耐高温|最高温度|使用温度|温度范围|适用温度")
_SIGNED: Final = re.compile(r"(零下|[-—负])?(\d{1,4})(?: ?(?:度|°|c)|(?=[~至到])|$)")
_DEGREES_APART: Final = 4.0


def _degrees(title: str, facts: list[Stated]) -> Iterator[Finding]:
    """Cold or heat that the goods are said to stand, beyond what an attribute allows."""
    cold, hot = _COLD.search(title), _HOT.search(title)
    if cold is None and hot is None:
        return
    for fact in facts:
        given = [float(n) * (-1 if sign else 1) for sign, n in _SIGNED.findall(fact.value[:60])]
        if not given:
            continue
        is_colder = cold and min(given) > -float(cold[1]) + _DEGREES_APART
        if cold and is_colder and _TEMPERATURE_NAMES.search(fact.name) and "沸" not in fact.name:
            yield conflict("degrees of cold", cold.group(), fact, 0.9)
            return
        if hot and _HEAT_NAMES.search(fact.name) and max(given) < 0.9 * float(hot[1]):
            yield conflict("degrees of heat", hot.group(), fact, 0.9)
            return


_AMOUNT: Final = re.compile(rf"(?<![\d.])({NUMBER}) ?([a-z%°]{{1,4}}|[一-龥]{{1,2}})")
# Names so general that a number beside them need not be theirs, or with rules of their own.
_GENERAL: Final = re.compile(
    r"价|颜色|尺码|品牌|货号|型号|产地|数量|规格|材质|面料|款|年龄|适用|身高|体重|包装|重量|"
    r"净含量|日期|编号|批次|克重|功率|电压"
    r"|容量|成分|配料|工艺|标准|^[一-龥]$"
)
_AGREES: Final = 0.9


def _named(title: str, facts: list[Stated]) -> Iterator[Finding]:
    """A number beside the name of an attribute in the title, above the attribute's own."""
    for fact in facts:
        at = title.find(fact.name) if 2 <= len(fact.name) <= 5 else -1
        if at < 0 or fact.name == SKU or _GENERAL.search(fact.name):
            continue
        end = at + len(fact.name)
        match = re.compile(r"(?:高达|可达|达到?|约|为|是|[:≥>+]){0,2} ?").match(title, end)
        claimed = _AMOUNT.match(title, match.end()) if match else None
        if claimed is None or is_denied_in_title(title, at):
            continue
        number = value_of(claimed[1])
        unit = claimed[2]
        given = [
            value_of(n) or 0.0
            for n, u in _AMOUNT.findall(fact.value[:80])
            if u[:1] == unit[:1] and (u.startswith(unit) or unit.startswith(u))
        ]
        if number and given and max(given) < _AGREES * number:
            words = title[at : claimed.end()]
            yield conflict("named quantity", words, fact, 0.85)
            return


_FLUX: Final = re.compile(r"(?<![\d.])(\d{3,4}) ?(?:g(?![a-z0-9])|加仑)")
_FILTERS: Final = re.compile(r"净水|纯水|直饮|反渗透|(?<![a-z])ro(?![a-z])|通量")
_FLOW_NAMES: Final = re.compile(r"流量|出水|流速|产水|通量")
_LITRES_A_MINUTE: Final = re.compile(
    r"(\d{1,2}(?:\.\d{1,3})?) ?(?:升|l) ?(?:/|每|p) ?(?:min|m(?![a-z])|分)"
)
_FLUX_G: Final = re.compile(r"(?<![\d.])(\d{2,4}) ?(?:g(?![a-z0-9])|加仑)")
_LITRES_OF_A_GALLON_A_DAY: Final = 3.785 / 1_440.0
_FLOWS_LESS: Final = 0.75


def _flux(title: str, facts: list[Stated]) -> Iterator[Finding]:
    """Gallons a day in the title, and fewer litres a minute in the attributes: 1200G is 3.15."""
    if "水" not in title and "ro" not in title and "直饮" not in title:
        return
    claimed = set(_FLUX.findall(title)) if _FILTERS.search(title) else set()
    if len(claimed) != 1:
        return
    gallons = float(claimed.pop())
    for fact in facts:
        if fact.name == SKU or not _FLOW_NAMES.search(fact.name):
            continue
        given = [float(n) / _LITRES_OF_A_GALLON_A_DAY for n in _LITRES_A_MINUTE.findall(fact.value)]
        given += [float(n) for n in _FLUX_G.findall(fact.value)]
        if given and max(given) < _FLOWS_LESS * gallons:
            yield conflict("flow of water", f"{gallons:g}g", fact, 0.9)
            return


_CHARGE: Final = re.compile(r"(\d{1,6}(?:\.\d)?) ?(万)? ?(?:mah|毫安)")
_GRAMS: Final = re.compile(r"^[约 ]{0,2}(\d{2,4}(?:\.\d)?) ?(?:g|克)(?![a-z0-9])")
_LEAST_GRAMS: Final = 0.01
"""Of each milliampere-hour: 370 Wh to the kilogram, which no cell on sale holds."""


def _cell_weight(title: str, facts: list[Stated]) -> Iterator[Finding]:
    """A power bank lighter than the cells that its capacity takes."""
    match = _CHARGE.search(title) if "充电宝" in title or "移动电源" in title else None
    if match is None:
        return
    charge = float(match[1]) * (10_000.0 if match[2] else 1.0)
    for fact in facts:
        grams = _GRAMS.search(fact.value) if fact.name in _WEIGHT_NAMES else None
        if grams and float(grams[1]) < _LEAST_GRAMS * charge:
            yield conflict("weight of cells", match.group(), fact, 0.8)
            return


_WEIGHT_NAMES: Final = frozenset({"重量", "净重", "产品重量", "单机重量", "商品重量", "毛重"})
