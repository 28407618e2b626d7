"""Quantities that title and attributes both state, and differ (参数虚标)."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from data.mismatch import Quantity
from features.contradiction.conflict import conflict, is_denied_in_title
from features.contradiction.stated import DISPATCH, SKU, Stated
from features.contradiction.units import NUMBER, value_of
from features.finding import Finding

_NEAR: Final = 6
_VALUE: Final = 120
"""Characters of an attribute in which numbers are looked for."""

_TIMES: Final = re.compile(r" ?[^，。\d]{0,2}[x×*] ?(\d{1,3})(?![\d.])")
_TIMES_BEFORE: Final = re.compile(r"(?<![\d.])(\d{1,3}) ?[^，。\d]{0,2}[x×*] ?$")
_BARE: Final = re.compile(rf" ?({NUMBER}) ?级? ?")
_PEAK: Final = re.compile(r"峰值|瞬时|最大|最高|peak|极限")
_STEADY: Final = re.compile(r"额定|持续|标称|均值")
_PEAK_SLACK: Final = 0.3
"""A steady rating may be this share of a peak that the title names as one."""

_PER_PACK: Final = frozenset({"volume", "weight of precious metal", "length of a lead"})
"""Quantities that add up over packs: two packs of 500 ml are a litre, two of 40s no 80s."""

_FEWER_PARTS: Final = re.compile(
    r"单个|每个|单只|每只|单瓶|每瓶|单包|每包|单片|每片|单颗|单支|每支|小袋|单袋|每袋"
)


_MEASURED: Final = re.compile(r"实际|真实|实测")
_ACTUAL: Final = re.compile(r"实际|真实|实测|额定|物理")


class _Figure(NamedTuple):
    """A number with its unit at ``[start, end)``, worth ``low`` to ``high`` of the base unit."""

    low: float
    high: float
    start: int
    end: int


class _Row(NamedTuple):
    """One quantity, compiled."""

    quantity: Quantity
    attributes: re.Pattern[str]
    not_attributes: re.Pattern[str] | None
    figure: re.Pattern[str]
    worth: dict[str, float]
    near: re.Pattern[str] | None
    exempt: re.Pattern[str] | None


class Quantities:
    """The table of quantities, compiled once."""

    def __init__(self, quantities: Sequence[Quantity]) -> None:
        self._rows = [_row(quantity) for quantity in quantities]
        self.rows_of = lru_cache(4096)(self._rows_of)

    def _rows_of(self, name: str) -> tuple[int, ...]:
        if name in {SKU, DISPATCH}:
            return ()
        return tuple(
            number
            for number, row in enumerate(self._rows)
            if row.attributes.search(name)
            and not (row.not_attributes and row.not_attributes.search(name))
        )

    def findings(self, title: str, facts: Sequence[Stated]) -> Iterator[Finding]:
        """Each quantity of the title that an attribute states out of bounds, once a quantity."""
        claims: dict[int, tuple[_Figure, ...]] = {}
        found: set[int] = set()
        for fact in facts:
            for number in self.rows_of(fact.name):
                if number not in claims:
                    claims[number] = tuple(_claimed(self._rows[number], title))
                if number in found or not claims[number]:
                    continue
                finding = _compare(self._rows[number], title, claims[number], fact, facts)
                if finding:
                    found.add(number)
                    yield finding


def _row(quantity: Quantity) -> _Row:
    names = sorted((unit for unit, _ in quantity.units), key=len, reverse=True)
    units = "|".join(names)
    if all(worth for _, worth in quantity.units):
        amount = rf"(?P<low>{NUMBER})(?: ?[-~—至到] ?(?P<high>{NUMBER}))?"
        pattern = rf"(?<![\d.]){amount} ?(?P<unit>{units})(?![a-z拉])"
    else:
        # 防晒霜spf3060g is factor 30 and 60 grams: these numbers have two digits.
        pattern = rf"(?<![a-z])(?P<unit>{units})[^，。\d]{{0,3}}(?P<low>100|\d{{1,2}})(?P<high>)"
    return _Row(
        quantity,
        re.compile(quantity.attributes),
        re.compile(quantity.not_attributes) if quantity.not_attributes else None,
        re.compile(pattern),
        {unit.replace("\\", ""): worth or 1.0 for unit, worth in quantity.units},
        re.compile(quantity.near) if quantity.near else None,
        re.compile(quantity.exempt) if quantity.exempt else None,
    )


def _figures(row: _Row, text: str) -> Iterator[_Figure]:
    for match in row.figure.finditer(text):
        low = value_of(match["low"])
        high = value_of(match["high"]) if match["high"] else low
        worth = row.worth.get(match["unit"], 1.0)
        if low is not None and high is not None:
            yield _Figure(low * worth, high * worth, *match.span())


def _claimed(row: _Row, title: str) -> Iterator[_Figure]:
    for figure in _figures(row, title):
        around = title[max(0, figure.start - _NEAR) : figure.end + _NEAR]
        if row.near and not row.near.search(around):
            continue
        if row.exempt and row.exempt.search(around):
            continue
        if not is_denied_in_title(title, figure.start):
            yield figure


def _compare(
    row: _Row, title: str, claims: Sequence[_Figure], fact: Stated, facts: Sequence[Stated]
) -> Finding | None:
    values = {figure.high for figure in claims}
    if len(values) != 1:
        return None
    claim = claims[0]
    given = list(_readings(row, fact.value[:_VALUE]))
    if not given or claim.high <= 0 or _FEWER_PARTS.search(fact.name + fact.value):
        return None
    least, most = row.quantity.least, row.quantity.most
    words = title[claim.start : claim.end]
    if _PEAK.search(title[max(0, claim.start - _NEAR) : claim.end]) and _STEADY.search(fact.name):
        least = min(least, _PEAK_SLACK)
    if any(least * claim.low <= value <= most * claim.high for value in given):
        return None
    if most >= 1_000 and max(given) > claim.high:
        return None
    if not _ACTUAL.search(fact.name) and _is_told_elsewhere(row, claim, fact, facts):
        return None
    per_pack = row.quantity.cue in _PER_PACK and _packs(title, claim, max(given))
    if per_pack or (not _MEASURED.search(fact.name) and _is_of_a_variant(row, claim, facts)):
        return None
    if fact.field in {"description", "ocr_text"}:
        return conflict(row.quantity.cue, words, fact, min(row.quantity.certainty, 0.85))
    return conflict(row.quantity.cue, words, fact, row.quantity.certainty)


def _readings(row: _Row, value: str) -> Iterator[float]:
    """Each number that a value states, alone and multiplied out."""
    for figure in _figures(row, value):
        yield figure.high
        if figure.low != figure.high:
            yield figure.low
        for match in (_TIMES.match(value, figure.end), _TIMES_BEFORE.search(value[: figure.start])):
            if match:
                yield figure.high * float(match[1])
    bare = _BARE.fullmatch(value)
    number = value_of(bare[1]) if bare else None
    if number is not None:
        yield number * min(row.worth.values(), key=lambda worth: abs(worth - 1.0))


_COUNTED: Final = re.compile(
    r"[x×*] ?\d|\d ?[x×*]|[两二三四五六七八十双\d] ?[袋包盒瓶罐箱件份支卷桶条]|套装|组合"
)


def _packs(title: str, claim: _Figure, given: float) -> bool:
    """Whether the attribute may be of one pack of several that make up the title's amount."""
    if given <= 0:
        return True
    packs = claim.high / given
    whole = packs >= 1.9 and abs(packs - round(packs)) <= 0.03 * packs
    rest = title[: claim.start] + "，" + title[claim.end :]
    return whole and _COUNTED.search(rest) is not None


def _is_told_elsewhere(row: _Row, claim: _Figure, fact: Stated, facts: Sequence[Stated]) -> bool:
    """Whether another attribute of the same quantity is as the title says (总重, 峰值功率)."""
    return any(
        row.quantity.least * claim.low <= reading <= row.quantity.most * claim.high
        for other in facts
        if other.field != fact.field
        and other.name not in {SKU, DISPATCH}
        and row.attributes.search(other.name)
        for reading in _readings(row, other.value[:_VALUE])
    )


def _is_of_a_variant(row: _Row, claim: _Figure, facts: Sequence[Stated]) -> bool:
    """Whether a variant is as the title says, so that the attribute may be of another."""
    return any(
        row.quantity.least * claim.low <= figure.high
        for fact in facts
        if fact.name == SKU
        for figure in _figures(row, fact.value[:_VALUE])
    )
