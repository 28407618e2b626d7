"""Licences that a host invokes and that were not submitted (口播资质与证照不符)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from data.licences import LicenceRules, read_licences
from data.said import SaidLicence
from data.segment import LiveSegment
from features.licence import sound_licences
from features.prefilter import Prefiltered
from features.said.finding import Cited, SaidFinding
from features.said.speech import Spoken

_BASIS: Final = ("广告法 第11条", "广告法 第28条(二)", "电子商务法 第27条")
_MOST: Final = 0.85
_EMPTY: Final = 0.05
"""What it adds to the certainty that the listing states it has no licence at all."""

_DOUBTFUL: Final = 0.3
"""What it takes off that a licence was submitted under a key that is not known."""

_FAULTY: Final = 0.15
"""What it takes off that such a licence was submitted, though one that is not sound."""

# 没有蓝帽的就是普通食品, 别家是械字号: taught or told of others, not claimed.
_TAUGHT: Final = re.compile(
    r"(?:学会|教你|教大家|要看|看看|记得看|查|查询|查一下|认准|认清|分辨|区分|辨别|区别|不像"
    r"|不属于|属于不了|申请|正在办|还没|需要|才有|才能叫|必须|都要|都得有|得有|要有|去找|去买"
    r"|找)[^，。]{0,8}$"
)
_TAUGHT_AFTER: Final = re.compile(
    r"[^，。 ]{0,6}(?:的产品才|不叫|不是|不等于|不能|才是|才能|才叫|的才|的区别|吗|是什么|的话"
    r"|怎么看|没有)"
)


class SaidLicences:
    """The table of licences as they are said, compiled once."""

    def __init__(self, rows: Sequence[SaidLicence]) -> None:
        self.rows = tuple(rows)
        self.said = Prefiltered([re.compile(row.said) for row in rows])


def submitted(segment: LiveSegment) -> tuple[str, Mapping[str, str]] | None:
    """The licences of the product on screen and the path of their field; None if unknown."""
    if segment.licences is not None:
        return "licences", segment.licences
    if segment.listing is not None and segment.listing.licences is not None:
        return "listing.licences", segment.listing.licences
    return None


def licence_said_findings(
    spoken: Spoken,
    segment: LiveSegment,
    said: SaidLicences,
    rules: LicenceRules,
    at: datetime,
) -> Iterator[SaidFinding]:
    """A licence that is invoked where the licences submitted hold none of its kind."""
    known = submitted(segment)
    if known is None:
        return
    path, licences = known
    seen: set[int] = set()
    for index, start, end in said.said.matches(spoken.text):
        if index in seen or not _is_claim(spoken, start, end):
            continue
        seen.add(index)
        row = said.rows[index]
        certainty = _certainty(row, licences, rules, at)
        if certainty is not None:
            words = spoken.text[start:end]
            yield spoken.finding(
                (start, end),
                code=row.code,
                aspect="licence",
                cue=f"licence said: {row.cue}",
                listed=Cited(field=path, start=None, end=None, text="，".join(sorted(licences))),
                basis=_BASIS,
                certainty=certainty,
                reason_zh=f"口播称有“{words}”，提交的证照里没有有效的{row.name_zh}",
            )


def _is_claim(spoken: Spoken, start: int, end: int) -> bool:
    before = spoken.text[max(spoken.clause(start, end)[0], start - 12) : start]
    if _TAUGHT.search(before) or _TAUGHT_AFTER.match(spoken.text, end):
        return False
    return spoken.asserted(start, end) and spoken.about_product(start, end)


def _certainty(
    row: SaidLicence, licences: Mapping[str, str], rules: LicenceRules, at: datetime
) -> float | None:
    """How sure it is that there is no such licence; None where there is a sound one."""
    given = read_licences(licences, rules)
    held = {one.key for one in given if one.key.startswith(row.keys)}
    if held & sound_licences(licences, at, rules):
        return None
    certainty = row.certainty
    if held:
        certainty -= _FAULTY
    elif not given:
        certainty = min(certainty + _EMPTY, _MOST)
    elif any(rules.format(one.key) is None for one in given):
        certainty -= _DOUBTFUL
    return round(certainty, 2)
