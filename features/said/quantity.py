"""Amounts that are said larger than listed: pieces, weight, measures, gifts (数量规格不符)."""

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from data.said import Measure
from features.contradiction import Stated
from features.prefilter import Prefiltered
from features.said.finding import Cited, SaidFinding
from features.said.listed import Listed
from features.said.numbers import Arabic
from features.said.speech import Spoken

_BASIS: Final = ("产品质量法 第39条", "消费者权益保护法 第20条", "广告法 第8条")
_GIFT_BASIS: Final = ("明码标价和禁止价格欺诈规定 第18条", "广告法 第8条")
_COUNTER: Final = "[盒瓶包袋罐支片粒颗条枚双件桶提箱卷贴板根]"
_AMOUNT: Final = r"(?<![0-9.])(?P<{name}>[0-9]{{1,4}}) ?(?P<{unit}>" + _COUNTER + ")"


def _amount(name: str, unit: str) -> str:
    return _AMOUNT.format(name=name, unit=unit)


# How many there are in all: 一共五瓶, 到手八盒, 拍一发五瓶, 五瓶装, 一盒里面有二十片.
_SAID: Final = re.compile(
    rf"(?P<total>(?:一共|总共|合计|加起来|到手|到家|发你|给你发|发给你|发)(?:一共|总共|就?是"
    rf"|有|的是|足足|整整|直接){{0,2}}{_amount('n1', 'u1')})"
    rf"|(?P<pack>{_amount('n2', 'u2')}(?:独立)?(?:装|1箱|1大箱|1盒|1套|1组|整箱))"
    rf"|(?P<each>(?:1|每)[小大整]?(?P<outer>[盒箱袋包瓶罐桶套提板件])(?:里面|里头|里边"
    rf"|里)?(?:就?是|有|装了?|一共|总共|足足|整整|给你){{1,3}}(?:有|了)?{_amount('n3', 'u3')})"
)
_GIVEN: Final = re.compile(
    rf"(?:再送|还送|加送|多送|赠送|加赠|送|赠)(?:你们?|给?大家|给你们?|您|一共|整整|到"
    rf"|出){{0,2}}{_amount('n', 'u')}"
)
_GIFT_WORDS: Final = re.compile(r"送|赠|[买拍][0-9]{1,2} ?[单盒瓶件份]?，?我?给?你?[得发]")
_SEVERAL: Final = re.compile(
    r"(?:拍|买|下|囤|带|选)(?P<n>[2-9]|1[0-9]) ?(?:单|套|份|件|组|盒|瓶|包|袋)|(?P<m>[2-9]"
    r"|1[0-9]) ?(?:单|套|份)"
)
_LISTED: Final = re.compile(rf"(?<![0-9.a-z])([0-9]{{1,4}}) ?({_COUNTER})")
# 10片*5盒 names its boxes, and so multiplies by them once.
_TIMES: Final = re.compile(
    rf"[*x×] ?([0-9]{{1,3}})(?![0-9.]*(?:cm|mm|m|厘米|米|寸))(?![0-9]| ?{_COUNTER})"
)
_OUTERS: Final = frozenset("盒瓶包袋罐桶提箱件板")
_MOST_PACKS: Final = 60
_AMOUNT_NAMES: Final = re.compile(
    r"标题|规格|数量|净含量|包装|件数|含量|套餐|片数|粒数|支数|包数|盒数|瓶数|装|重量|净重|容量"
)

_GRAMS: Final = {
    "斤": 500.0,
    "公斤": 1000.0,
    "千克": 1000.0,
    "kg": 1000.0,
    "克": 1.0,
    "g": 1.0,
    "升": 1000.0,
    "l": 1000.0,
    "毫升": 1.0,
    "ml": 1.0,
}
_VOLUME: Final = frozenset({"升", "l", "毫升", "ml"})
_WEIGHT: Final = (
    r"(?<![0-9.])(?P<{name}>[0-9]{{1,5}}(?:\.[0-9]{{1,2}})?) ?(?P<{unit}>公斤|千克|毫升|斤|kg"
    r"|克|g(?![a-z])|ml|升|l(?![a-z]))(?P<{half}>半)?"
)


def _weight(name: str) -> str:
    return _WEIGHT.format(name=name, unit=f"{name}u", half=f"{name}h")


_SAID_WEIGHT: Final = re.compile(
    rf"{_weight('a')}(?:的)?(?:装|1箱|1袋|1桶|1盒|1大?包|整箱|大桶|大袋|带回家|到家|包邮|到手)"
    rf"|(?:净含量|净重|净果|实重|足斤足两|足足|整整|实打实)(?:的|就?是|有|都是|给你|给大家|发"
    rf"|到){{0,3}}{_weight('b')}"
    rf"|(?:1|每|整)[大小整]?(?:箱|袋|桶|盒|包|瓶|罐|份|提)(?:里面|里)?(?:就?是|有|足足|整整"
    rf"|给你|给大家|都是|装了?){{1,3}}{_weight('c')}"
    rf"|(?:到手|发|发你|给你发|给大家发)(?:的|就?是|都是|整整|足足){{0,2}}{_weight('d')}"
)
_LISTED_WEIGHT: Final = re.compile(
    r"(?<![0-9.a-z])([0-9]{1,5}(?:\.[0-9]{1,2})?) ?(公斤|千克|毫升|斤|kg|克|g(?![a-z])|ml|升"
    r"|l(?![a-z]))"
)
_BOXED: Final = re.compile(
    r"毛重|带箱|连箱|含箱|带皮|左右|差不多|上下|大概|大约|多一点|连壳|含冰|带冰|带水"
)
_BODY: Final = re.compile(
    r"体重|体型|身材|穿|以内|以下|瘦|胖|减|承重|载重|拉力|掉秤|每天|一天|一顿|相当于|等于|蛋白"
    r"|每100|吃了?|买$"
)
_SLACK: Final = 1.05


class _Said(NamedTuple):
    """An amount as said: its place, how many of what, and how sure it is of the whole."""

    place: tuple[int, int]
    amount: float
    unit: str
    words: str
    certainty: float


class _Most(NamedTuple):
    """The most of a unit that the listing can be read to hold, and the fact that says so."""

    amount: float
    fact: Stated


def piece_findings(spoken: Spoken, listed: Listed) -> Iterator[SaidFinding]:
    """More pieces said than any reading of title, variants and attributes allows."""
    if not any(_LISTED.search(fact.value) for fact in listed.texts):
        return
    unknown = listed.listing.skus is None
    known: dict[str, _Most | None] = {}
    for said in _pieces_said(spoken, are_variants_unknown=unknown):
        if said.unit not in known:
            known[said.unit] = _most_pieces(listed, said.unit)
        most = known[said.unit]
        if most is None or said.amount <= most.amount:
            continue
        reason = f"口播称“{said.words}”，商品写的是“{most.fact.value[:40]}”"
        yield _finding(spoken, listed.cite(most.fact), said, "number of pieces", reason)
        return


def _pieces_said(spoken: Spoken, *, are_variants_unknown: bool) -> Iterator[_Said]:
    said = spoken.arabic
    for match in _SAID.finditer(said.text):
        place = said.span(*match.span())
        if not _is_claim(spoken, *place):
            continue
        kind = _kind(match)
        number = next(match[name] for name in ("n1", "n2", "n3") if match[name])
        unit = next(match[name] for name in ("u1", "u2", "u3") if match[name])
        count = float(number)
        certainty = 0.72
        if kind == "total":
            count /= _times_bought(said.text, match.start())
            certainty = 0.5 if _GIFT_WORDS.search(_sentence(said, match)) else 0.72
        elif kind == "pack":
            certainty = 0.6 if are_variants_unknown else 0.72
        yield _Said(place, count, unit, spoken.text[slice(*place)], certainty)


def _kind(match: re.Match[str]) -> str:
    return next(name for name in ("total", "pack", "each") if match[name])


def _sentence(said: Arabic, match: re.Match[str]) -> str:
    before = said.text[max(0, match.start() - 40) : match.start()].rpartition("。")[2]
    return before + said.text[match.start() : match.end() + 30].partition("。")[0]


def _times_bought(text: str, start: int) -> float:
    """How many orders the total is of: 拍两单到手六瓶."""
    found = list(_SEVERAL.finditer(text, max(0, start - 20), start))
    return float(found[-1]["n"] or found[-1]["m"]) if found else 1.0


def _most_pieces(listed: Listed, unit: str) -> _Most | None:
    """The most pieces of ``unit``: 20片*5盒 is 100片, and so is 20片 where 5盒 stands elsewhere."""
    counts: list[tuple[float, Stated]] = []
    outer = 1.0
    for fact in listed.texts:
        if not _AMOUNT_NAMES.search(fact.name):
            continue
        times = [float(n) for n in _TIMES.findall(fact.value)]
        here = 1.0
        for number, counted in _LISTED.findall(fact.value):
            if counted == unit:
                counts.append((float(number), fact))
            elif counted in _OUTERS:
                here *= max(float(number), 1.0)
        for number_of_times in times:
            here *= max(number_of_times, 1.0)
        outer = max(outer, min(here, _MOST_PACKS))
    if not counts:
        return None
    count, fact = max(counts, key=lambda pair: pair[0])
    gifts = sum(number for number, other in counts if other is fact) - count
    return _Most((count + gifts) * outer, fact)


def weight_findings(spoken: Spoken, listed: Listed) -> Iterator[SaidFinding]:
    """A net weight or volume said above what the listing can be read to hold."""
    if not any(_LISTED_WEIGHT.search(fact.value) for fact in listed.texts):
        return
    known = {kind: _most_weight(listed, kind) for kind in ("g", "ml")}
    for said in _weights_said(spoken):
        most = known[said.unit]
        if most is None or said.amount <= _SLACK * most.amount:
            continue
        reason = f"口播称“{said.words}”，商品写的是“{most.fact.value[:40]}”"
        yield _finding(spoken, listed.cite(most.fact), said, "net weight", reason)
        return


def _weights_said(spoken: Spoken) -> Iterator[_Said]:
    if not re.search("[斤克升gl]", spoken.text):
        return
    said = spoken.arabic
    for match in _SAID_WEIGHT.finditer(said.text):
        name = next(name for name in "abcd" if match[name])
        place = said.span(*match.span())
        clause = said.text[max(0, match.start() - 14) : match.end() + 8]
        if _BOXED.search(clause) or _BODY.search(clause) or not _is_claim(spoken, *place):
            continue
        unit = match[f"{name}u"]
        grams = (float(match[name]) + 0.5 * bool(match[f"{name}h"])) * _GRAMS[unit]
        grams /= _times_bought(said.text, match.start())
        kind = "ml" if unit in _VOLUME else "g"
        yield _Said(place, grams, kind, spoken.text[slice(*place)], 0.7)


def _most_weight(listed: Listed, kind: str) -> _Most | None:
    best: tuple[float, Stated] | None = None
    packs = 1.0
    for fact in listed.texts:
        if not _AMOUNT_NAMES.search(fact.name):
            continue
        for number, unit in _LISTED_WEIGHT.findall(fact.value):
            weight = float(number) * _GRAMS[unit]
            is_kind = (unit in _VOLUME) == (kind == "ml")
            if is_kind and (best is None or weight > best[0]):
                best = weight, fact
        counts = [float(n) for n, _ in _LISTED.findall(fact.value)]
        counts += [float(n) for n in _TIMES.findall(fact.value)]
        packs = max(packs, *(count for count in counts if count <= _MOST_PACKS), 1.0)
    return None if best is None else _Most(best[0] * packs, best[1])


def gift_findings(spoken: Spoken, listed: Listed) -> Iterator[SaidFinding]:
    """More gifts of a kind said than the listing says; gifts that it does not name say nothing."""
    if "送" not in spoken.text and "赠" not in spoken.text:
        return
    if not any(_GIVEN.search(fact.value) for fact in listed.texts):
        return
    said = spoken.arabic
    most = _most_given(listed)
    for match in _GIVEN.finditer(said.text):
        place = said.span(*match.span())
        if match["u"] not in most or not _is_claim(spoken, *place):
            continue
        count, fact = most[match["u"]]
        if float(match["n"]) / _times_bought(said.text, match.start()) > count:
            words = spoken.text[slice(*place)]
            one = _Said(place, count, match["u"], words, 0.6)
            reason = f"口播称“{words}”，商品写的是“{fact.value[:40]}”"
            found = _finding(spoken, listed.cite(fact), one, "gifts", reason)
            yield found.model_copy(update={"basis": _GIFT_BASIS})
            return


_NUMBER: Final = r"(?<![0-9.])(?P<value>[0-9]{1,7}(?:\.[0-9]{1,2})?)"
_BETWEEN: Final = r"(?:的|是|有|高达|达到|做到|能|可以|给到|到了|就|值|都){0,3} ?"


class _Measured(NamedTuple):
    """One measure: how it is said, the attributes that state it, and a number with its unit."""

    row: Measure
    said: re.Pattern[str]
    attributes: re.Pattern[str]
    stated: re.Pattern[str]


def _most_given(listed: Listed) -> dict[str, tuple[float, Stated]]:
    """The most gifts of each unit that the listing names."""
    most: dict[str, tuple[float, Stated]] = {}
    for fact in listed.texts:
        for match in _GIVEN.finditer(fact.value):
            count = float(match["n"])
            if count > most.get(match["u"], (0.0, fact))[0]:
                most[match["u"]] = count, fact
    return most


class Measures:
    """The table of measures, compiled once."""

    def __init__(self, rows: Sequence[Measure]) -> None:
        self.rows = [_measured(row) for row in rows]
        self.said = Prefiltered([each.said for each in self.rows])


def _measured(row: Measure) -> _Measured:
    named = f"(?:{row.named}){_BETWEEN}" if row.named else ""
    unit = f" ?(?:{row.unit})" if row.unit else "(?![0-9.])"
    optional = "?" if row.named and row.unit else ""
    return _Measured(
        row,
        re.compile(f"{named}{_NUMBER}(?:{unit}){optional}"),
        re.compile(row.attributes),
        re.compile(_NUMBER + unit),
    )


def measure_findings(spoken: Spoken, listed: Listed, measures: Measures) -> Iterator[SaidFinding]:
    """A boasted number above the one that the listing has: 含绒量九十五 against 80%."""
    if not listed.facts and not re.search("[0-9]", listed.title):
        return
    said = spoken.arabic
    seen: set[int] = set()
    known: dict[int, tuple[float, Stated] | None] = {}
    for index, start, end in measures.said.matches(said.text):
        measure = measures.rows[index]
        if index not in known:
            known[index] = _stated_value(listed, measure)
        stated = known[index]
        match = measure.said.match(said.text, start, end)
        if index in seen or stated is None or match is None:
            continue
        value, place = float(match["value"]), said.span(start, end)
        if not stated[0] * _SLACK < value <= measure.row.most or not _is_claim(spoken, *place):
            continue
        seen.add(index)
        words = spoken.text[slice(*place)]
        one = _Said(place, value, "", words, 0.75)
        fact = stated[1]
        reason = f"口播称“{words}”，商品{fact.name}是“{fact.value[:40]}”"
        yield _finding(spoken, listed.cite(fact), one, measure.row.name_zh, reason)


def _stated_value(listed: Listed, measure: _Measured) -> tuple[float, Stated] | None:
    """The largest number that the attributes, or the title in the words said, give the measure."""
    found = [
        (float(match["value"]), Stated("title", "标题", listed.title))
        for match in measure.said.finditer(listed.title)
    ]
    for fact in listed.named(measure.attributes):
        values = [float(match["value"]) for match in measure.stated.finditer(fact.value)]
        if not values and fact.value.strip().replace(".", "", 1).isdecimal():
            values = [float(fact.value)]
        found.extend((value, fact) for value in values)
    return max(found, key=lambda pair: pair[0], default=None)


def _is_claim(spoken: Spoken, start: int, end: int) -> bool:
    return spoken.asserted(start, end) and spoken.about_product(start, end)


def _finding(spoken: Spoken, listed: Cited, said: _Said, cue: str, reason: str) -> SaidFinding:
    return spoken.finding(
        said.place,
        code="spec_mismatch",
        aspect="quantity",
        cue=cue,
        listed=listed,
        basis=_BASIS,
        certainty=said.certainty,
        reason_zh=reason,
    )
