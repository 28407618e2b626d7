"""Numbers as they are spoken (口语数字): 一百三, 九十九点九, 幺六九, 两百出头, 三位数."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import Final, NamedTuple

_DIGITS: Final = {
    **dict(zip("零〇一幺二两俩三四五六七八九", (0, 0, 1, 1, 2, 2, 2, *range(3, 10)), strict=True)),
    **{str(digit): digit for digit in range(10)},
}
_UNITS: Final = {"十": 10, "百": 100, "千": 1_000, "万": 10_000}
_ONE: Final = "[一幺二两三四五六七八九]"
_ONES: Final = rf"(?:零?{_ONE}(?![十百千万]))?"
_TENS: Final = rf"(?:零?{_ONE}?十)?{_ONES}"
_HUNDREDS: Final = rf"(?:零?{_ONE}百)?{_TENS}"
_THOUSANDS: Final = rf"(?:零?{_ONE}千)?{_HUNDREDS}"
_NUMBER: Final = re.compile(
    r"(?P<arabic>[0-9]{1,9}(?:\.[0-9]{1,2})?)(?P<wan>万)?"
    rf"|(?P<said>(?:{_ONE}?十{_ONE}?|{_ONE})万{_THOUSANDS}|{_ONE}千{_HUNDREDS}|{_ONE}百{_TENS}"
    rf"|{_ONE}?十{_ONES}"
    r"|(?<=百分之)百)"
    r"|(?P<spelt>[零〇一幺二三四五六七八九]{2,4}(?![十百千万0-9零〇一幺二两三四五六七八九]))"
    r"|(?P<digit>[零一二两俩三四五六七八九](?![十百千]))"
)
_POINT: Final = re.compile("点([零一二三四五六七八九0-9]{1,2})(?![十百千])")
_MORE: Final = re.compile("多|来(?=[块元个])|出头|几(?![十百千])")
_BELOW_BEFORE: Final = re.compile("(?:不到|不超过|不足|少于|低于)$")
_BELOW_AFTER: Final = re.compile("(?:块钱|块|元)?(?:以内|以下|之内|都?还?不到)")
_FEW: Final = re.compile(
    "(?:好?几|(?P<least>[一二两三四五六七八])(?P<most>[二三四五六七八九]))(?P<unit>[十百千])"
    "|(?P<places>[个一两二三四])位数"
)
_PLACES: Final = {"个": 1, "一": 1, "两": 2, "二": 2, "三": 3, "四": 4}


class Number(NamedTuple):
    """A number at ``[start, end)`` that means at least ``low`` and at most ``high``.

    They differ for what is said vaguely: 一百多, 不到两百, 两位数.
    """

    start: int
    end: int
    low: float
    high: float

    @property
    def exact(self) -> bool:
        """Whether one value is meant."""
        return self.low == self.high


def cardinal(text: str) -> int:
    """The value of a number spelt with 十, 百, 千 and 万; 一百三 is 130, 一百零三 is 103.

    >>> cardinal("一千二"), cardinal("两百零九"), cardinal("十九"), cardinal("一万二")
    (1200, 209, 19, 12000)
    """
    total, digit, last = 0, 0, 1
    for char in text:
        if unit := _UNITS.get(char):
            if unit == 10_000:
                total = (total + digit) * unit
            else:
                total += (digit or 1) * unit
            digit, last = 0, unit
        elif digit := _DIGITS[char]:
            continue
        else:
            last = 1
    # 一百三 leaves its last unit unsaid.
    return total + digit * (last // 10 or 1)


def numbers(text: str) -> list[Number]:
    """Every number of normalised text, in order; neighbours that are no one number stay two.

    >>> [(n.low, n.high) for n in numbers("九十九一盒，幺六九，两百出头，不到一百，两位数")]
    [(99, 99), (1, 1), (169, 169), (200, 299), (0, 100), (10, 99)]
    """
    vague = [one for match in _FEW.finditer(text) if (one := _vaguely(match)) is not None]
    ends = [one.end for one in vague]
    found = list(vague)
    last = 0
    for match in _NUMBER.finditer(text):
        after = bisect_right(ends, match.start())
        if match.start() >= last and (after == len(vague) or match.end() <= vague[after].start):
            found.append(_number(text, match))
            last = found[-1].end
    return sorted(found)


def _vaguely(match: re.Match[str]) -> Number | None:
    start, end = match.span()
    if match["places"]:
        power = _PLACES[match["places"]]
        return Number(start, end, 10 ** (power - 1), 10**power - 1)
    unit = _UNITS[match["unit"]]
    if not match["least"]:
        return Number(start, end, 2 * unit, 10 * unit - 1)
    least, most = _DIGITS[match["least"]], _DIGITS[match["most"]]
    return Number(start, end, least * unit, most * unit) if most == least + 1 else None


def _number(text: str, match: re.Match[str]) -> Number:
    start, end = match.span()
    if match["spelt"] and (pair := _neighbours(match["spelt"])):
        return Number(start, end, *pair)
    value = _value(match)
    if not match["arabic"] and (point := _POINT.match(text, end)):
        digits = "".join(str(_DIGITS[char]) for char in point[1])
        value = float(f"{value}.{digits}")
        return Number(start, point.end(), value, value)
    if value >= 10 and (more := _MORE.match(text, end)):
        return Number(start, more.end(), value, value + _last_unit(value) - 1)
    if value >= 10 and _is_bound(text, start, end):
        return Number(start, end, 0, value)
    return Number(start, end, value, value)


def _value(match: re.Match[str]) -> float:
    if match["arabic"]:
        value = float(match["arabic"]) * (10_000 if match["wan"] else 1)
        return int(value) if value.is_integer() else value
    if match["said"]:
        return cardinal(match["said"])
    return int("".join(str(_DIGITS[char]) for char in match[0]))


def _neighbours(spelt: str) -> tuple[int, int] | None:
    """三四 is three or four; 九九 is 99."""
    least, most = _DIGITS[spelt[0]], _DIGITS[spelt[-1]]
    return (least, most) if len(spelt) == 2 and 0 < least == most - 1 else None


def _is_bound(text: str, start: int, end: int) -> bool:
    before = text[max(0, start - 3) : start]
    return _BELOW_BEFORE.search(before) is not None or _BELOW_AFTER.match(text, end) is not None


def _last_unit(value: float) -> int:
    """What 多 may add at most: 三十多 is below 40, 一百二多 below 130."""
    return next((unit for unit in (10_000, 1_000, 100) if value % unit == 0), 10)


class Arabic(NamedTuple):
    """A text with its spoken numbers in digits; ``places[i]`` is where its ``i``-th character
    comes from in the text before, and the last entry that text's length.
    """

    text: str
    places: tuple[int, ...]

    def span(self, start: int, end: int) -> tuple[int, int]:
        """The place of ``text[start:end]`` in the text before; a number counts as a whole."""
        after = bisect_right(self.places, self.places[end - 1])
        return self.places[start], self.places[after]


_SPOKEN: Final = re.compile("[零〇幺一二两三四五六七八九十百千万]")
_NO_NUMBER: Final = re.compile("一[样定直点下些起般切旦共整律模家边同遍会]")


def arabic(text: str, known: Sequence[Number] | None = None) -> Arabic:
    """Normalised text with its exact spoken numbers in digits, and 百分之九十 as 90%.

    ``known`` are its numbers, where they have been read already.

    >>> arabic("百分之百纯棉，三零四不锈钢，两万毫安").text
    '100%纯棉，304不锈钢，20000毫安'
    """
    if not _SPOKEN.search(text):
        return Arabic(text, tuple(range(len(text) + 1)))
    pieces: list[str] = []
    places: list[int] = []
    at = 0
    for number in numbers(text) if known is None else known:
        if not number.exact or _NO_NUMBER.match(text, number.start):
            continue
        written = f"{number.low:.2f}".rstrip("0").rstrip(".")
        start = number.start
        if text.startswith("百分之", max(start - 3, 0)) and start - 3 >= at:
            start, written = start - 3, written + "%"
        # 九十九一盒 is 99 and one box: what follows a number at once is kept apart from it.
        between = text[at:start] if start > at or not pieces else " "
        pieces += between, written
        places += [*range(at, start)] or [at] * len(between)
        places += [start] * len(written)
        at = number.end
    pieces.append(text[at:])
    places.extend(range(at, len(text) + 1))
    return Arabic("".join(pieces), tuple(places))
