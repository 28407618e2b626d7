"""What the goods are said to be made of, or free of, against what is listed (材质、成分不符)."""

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from data.said import Exclusion, Fibre
from features.contradiction import Stated, fibre_share
from features.prefilter import Prefiltered
from features.said.finding import SaidFinding
from features.said.listed import Listed
from features.said.speech import Spoken

_BASIS: Final = ("产品质量法 第39条", "消费者权益保护法 第20条", "广告法 第28条(二)")
_COMPOSITION: Final = re.compile(r"面料|成分|材质|材料|质地|填充|填料|内胆|枕芯|内芯")
_OTHER_PART: Final = re.compile(
    r"里料|里布|衬里|内衬|内里|辅料|包装|配件|外壳|鞋底|鞋垫|脚|腿|套|瓶|杯盖"
)
_VALUE: Final = 300
"""Characters of a value that are looked at: a list of ingredients is no longer."""

_CARE_AFTER: Final = re.compile(r"[^，。]{0,4}(?:护理|清洁|保养|清洗|专用|洗涤)")
# 真皮层, 亚麻酸, 黄金比例, 薅羊毛: the word has another sense.
_SENSE_AFTER: Final = re.compile(
    r"层|胶原|组织|细胞|酸|籽|比例|时间|时期|搭档|三角|期|周|档|成分|浆|油|奶|耐受"
)
_SENSE_BEFORE: Final = re.compile(r"[薅褥撸]$|来自于?$")
_SLACK: Final = 5.0
"""Percentage points by which a said share may exceed the listed one: hosts round."""


class Exclusions:
    """The table of exclusions, compiled once."""

    def __init__(self, rows: Sequence[Exclusion]) -> None:
        self.rows = tuple(rows)
        self.said = Prefiltered([re.compile(row.said) for row in rows])
        self.attributes = [re.compile(row.attributes) for row in rows]
        self.belied = [re.compile(row.belied) for row in rows]
        self.borne_out = [re.compile(row.borne_out) for row in rows]


class Fibres:
    """The table of fibres: one pattern of shares as said, and the names in compositions."""

    def __init__(self, rows: Sequence[Fibre]) -> None:
        names = "|".join(f"(?P<f{n}>{row.said})" for n, row in enumerate(rows))
        again = "|".join(f"(?P<g{n}>{row.said})" for n, row in enumerate(rows))
        self.rows = tuple(rows)
        self.listed = [re.compile(row.listed) for row in rows]
        self.said = re.compile(
            rf"(?P<share>[0-9]{{1,3}}(?:\.[0-9])?)%的?(?:新疆|长绒|天然|澳洲)?(?:{names})"
            rf"|(?:{again})的?(?:含量|成分|占比?|比例)?(?:是|有|达到|高达|占|到了|做到|在)?"
            r"(?:了|到)?(?P<after>[0-9]{1,3}(?:\.[0-9])?)%"
        )

    def claim(self, match: re.Match[str]) -> tuple[int, float]:
        """The row and the share in per cent of one match."""
        groups = match.groupdict()
        row = next(n for n in range(len(self.rows)) if groups[f"f{n}"] or groups[f"g{n}"])
        return row, float(match["share"] or match["after"])


class _Claim(NamedTuple):
    place: tuple[int, int]
    words: str
    cue: str
    certainty: float


def exclusion_findings(
    spoken: Spoken, listed: Listed, exclusions: Exclusions
) -> Iterator[SaidFinding]:
    """Materials and ingredients, or their absence, that an attribute excludes."""
    if not listed.facts:
        return
    seen: set[int] = set()
    for index, start, end in exclusions.said.matches(spoken.text):
        if index in seen or not is_material_claim(spoken, start, end):
            continue
        seen.add(index)
        row = exclusions.rows[index]
        for fact in listed.named(exclusions.attributes[index]):
            value = fact.value[:_VALUE]
            if _OTHER_PART.search(fact.name) or exclusions.borne_out[index].search(value):
                continue
            if exclusions.belied[index].search(value):
                words = spoken.text[start:end]
                claim = _Claim((start, end), words, row.cue, row.certainty)
                yield _finding(spoken, listed, fact, claim)
                break


def share_findings(spoken: Spoken, listed: Listed, fibres: Fibres) -> Iterator[SaidFinding]:
    """A share of a fibre that is said higher than the composition has it."""
    if not listed.facts or not any(mark in spoken.text for mark in ("%", "百分之")):
        return
    said = spoken.arabic
    highest: dict[int, float] = {}
    for match in fibres.said.finditer(said.text):
        row, share = fibres.claim(match)
        place = said.span(*match.span())
        if not highest.get(row, 0.0) < share <= 100 or not is_material_claim(spoken, *place):
            continue
        highest[row] = share
        for fact in listed.named(_COMPOSITION):
            stated = None
            if not _OTHER_PART.search(fact.name):
                stated = fibre_share(fact.value, fibres.listed[row])
            if stated is not None and share > stated + _SLACK:
                certainty = 0.85 if share > 1.3 * stated else 0.7
                words = spoken.text[slice(*place)]
                claim = _Claim(place, words, "fibre share", certainty)
                yield _finding(spoken, listed, fact, claim)
                return


def is_material_claim(spoken: Spoken, start: int, end: int) -> bool:
    """Whether the words claim of what the goods themselves are made."""
    text = spoken.text
    if _CARE_AFTER.match(text, end) or _SENSE_AFTER.match(text, end):
        return False
    if spoken.of_a_part(start, end) or _SENSE_BEFORE.search(text, max(0, start - 3), start):
        return False
    return spoken.asserted(start, end) and spoken.about_product(start, end)


def _finding(spoken: Spoken, listed: Listed, fact: Stated, claim: _Claim) -> SaidFinding:
    return spoken.finding(
        claim.place,
        code="spec_mismatch",
        aspect="material",
        cue=claim.cue,
        listed=listed.cite(fact),
        basis=_BASIS,
        certainty=claim.certainty,
        reason_zh=f"口播称“{claim.words}”，商品{fact.name}是“{fact.value[:40]}”",
    )
