"""Fibres of the outer cloth: what a title names against the composition (纤维含量)."""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from features.contradiction.conflict import claimed_words, conflict
from features.contradiction.stated import Stated
from features.finding import Finding, is_denied


class _Fibre(NamedTuple):
    """A fibre, how a title names it, and the least share in per cent that bears the name out."""

    claimed: re.Pattern[str]
    fibre: re.Pattern[str]
    least: float


_FIBRES: Final = (
    _Fibre(
        re.compile(
            r"(?<![裆里像比衬仿胜])(?:纯棉|全棉|(?:100%|百分之百)(?:新疆|长绒|"
            r"精梳)?棉)(?![内里裆底感质般衬])"
        ),
        re.compile(r"(?<!丝)(?<!丝光)(?<!腈纶)(?<!聚酯)(?<!涤纶)(?<!人造)棉|cotton"),
        90.0,
    ),
    _Fibre(
        re.compile(r"(?:纯|全|100%)(?:绵|澳洲|美利奴)?羊毛(?![卷毡刷])"),
        re.compile(r"羊毛|羊绒|wool"),
        90.0,
    ),
    _Fibre(
        re.compile(r"(?<!仿)(?<!类)(?<!人造)(?<!纯)(?<!全)(?<!%)羊毛(?![卷毡刷感洗护])"),
        re.compile(r"羊毛|羊绒|wool|绵羊"),
        30.0,
    ),
    _Fibre(
        re.compile(r"(?<!仿)(?<!类)(?<!人造)(?:山)?羊绒(?![感洗护])"),
        re.compile(r"羊绒|cashmere"),
        30.0,
    ),
    _Fibre(
        re.compile(r"(?<!仿)(?<!类)(?:真丝|桑蚕丝)(?![感般绣质])"),
        re.compile(r"蚕丝|真丝|桑丝|silk"),
        30.0,
    ),
    _Fibre(
        re.compile(r"(?<!仿)(?<!类)(?<!棉)亚麻(?![色籽灰棕感风油纹质仁黄金])"),
        re.compile(r"麻|linen|flax"),
        30.0,
    ),
    _Fibre(
        re.compile(r"(?<!仿)(?:驼绒|牦牛绒|马海毛|兔[毛绒]|牦牛毛)(?![感洗护])"),
        re.compile(r"驼|牦牛|马海|兔|mohair|yak"),
        10.0,
    ),
    _Fibre(
        re.compile(r"(?<!仿)苎麻(?![色籽灰棕感风纹])"),
        re.compile(r"麻|ramie|linen"),
        30.0,
    ),
    _Fibre(
        re.compile(r"(?<!仿)(?:新疆(?:长绒)?|长绒|匹马|精梳)棉(?![花签感质])"),
        re.compile(r"(?<!丝)(?<!腈纶)(?<!聚酯)(?<!涤纶)(?<!人造)棉|cotton"),
        20.0,
    ),
)
_NAMES_FIBRE: Final = re.compile("[棉毛绒丝麻]")
_CLOTH: Final = re.compile(r"面料|成分|材质|材料|质地")
_NOT_OUTSIDE: Final = re.compile(r"里|衬|辅|填充|鞋底|大底|配件|包装|装饰|胆|帽")
LINING: Final = re.compile(
    r"(?:里料|里布|衬里|内衬|内里|里子|里\s*:|辅料|帽里).*?(?=面料|大身|面\s*:|$)"
)
# A composition is short; what is longer is no composition, and slow to look through.
COMPOSITION_LENGTH: Final = 200
_MOST_CLOTHS: Final = 8
_SHARE: Final = re.compile(r"([一-龥a-z]+)[\s:(含量]*(\d{1,3}(?:\.\d+)?)\s*%")
_SHARE_FIRST: Final = re.compile(r"(\d{1,3}(?:\.\d+)?)\s*%\s*([一-龥a-z]+)")
_SYNTHETIC: Final = re.compile(r"聚酯|涤纶|腈纶|锦纶|尼龙|化纤|再生纤维|粘纤|粘胶|雪纺|polyester")


def _shares(value: str) -> list[tuple[str, float]]:
    if re.match(r"\s*\d", value):
        return [(name, float(share)) for share, name in _SHARE_FIRST.findall(value)]
    return [(name, float(share)) for name, share in _SHARE.findall(value)]


def fibre_share(value: str, fibre: re.Pattern[str]) -> float | None:
    """The share in per cent of a fibre in the outer cloth; None when the text does not tell.

    >>> fibre_share("羊毛70% 聚酯纤维30% 里料:聚酯纤维100%", re.compile("聚酯"))
    30.0
    """
    outside = LINING.sub("", value[:COMPOSITION_LENGTH])
    shares = _shares(outside)
    if sum(share for _, share in shares) >= 50.0:
        return min(100.0, sum(share for name, share in shares if fibre.search(name)))
    if not shares and _SYNTHETIC.search(outside) and not fibre.search(outside):
        return 0.0
    return None


# A title that owns up to a blend: 羊毛混纺, 含羊毛15%, 棉涤.
_BLENDED: Final = re.compile(
    r"混纺|混织|交织|拼接|(?:含|加)[一-龥]{0,3}\d{1,2}%|\d{1,2}%[一-龥]{0,4}\s?\d{1,2}%|棉涤|涤棉|毛涤|毛腈|棉氨"
)
_LEAST_OF_A_BLEND: Final = 5.0


def fibre_findings(title: str, facts: list[Stated]) -> Iterator[Finding]:
    """Fibres that the title names and the composition has too little of."""
    if not _NAMES_FIBRE.search(title):
        return
    cloths = [f for f in facts if _CLOTH.search(f.name) and not _NOT_OUTSIDE.search(f.name)]
    if not cloths:
        return
    del cloths[_MOST_CLOTHS:]
    for claimed, fibre, least in _FIBRES:
        words = claimed_words(claimed, title)
        if words is None:
            continue
        for fact in cloths:
            share = fibre_share(fact.value, fibre)
            # Cotton socks hold a fifth of other fibres, or they would not stay up.
            enough = min(least, 70.0) if "袜" in title else least
            if _BLENDED.search(title):
                enough = min(enough, _LEAST_OF_A_BLEND)
            if share is not None and share < enough:
                certainty = 0.95 if share < least / 2 else 0.75
                yield conflict("fibre content", words, fact, certainty)
                break
    yield from _shares_said(title, cloths)


_SAID_SHARE: Final = re.compile(
    r"(?<![\d.])(?P<share>\d{2,3}(?:\.\d)?)% ?的?(?:新疆|澳洲|美利奴|绵|山|长绒|精梳|桑|天然)?"
    r"(?P<fibre>羊绒|羊毛|蚕丝|真丝|亚麻|棉)(?![花签感质])"
)
_SAID_FIBRES: Final = {
    "羊绒": re.compile(r"羊绒|cashmere"),
    "羊毛": re.compile(r"羊毛|羊绒|wool"),
    "蚕丝": re.compile(r"蚕丝|真丝|silk"),
    "真丝": re.compile(r"蚕丝|真丝|silk"),
    "亚麻": re.compile(r"麻|linen|flax"),
    "棉": re.compile(r"(?<!丝)(?<!丝光)(?<!腈纶)(?<!聚酯)(?<!涤纶)(?<!人造)棉|cotton"),
}
_ROUNDING: Final = 5.0
"""Percentage points: GB/T 29862 lets a composition differ so much from its label."""


def _shares_said(title: str, cloths: list[Stated]) -> Iterator[Finding]:
    """A share that the title states, and a smaller one in the composition."""
    match = _SAID_SHARE.search(title)
    if match is None or is_denied(title, match.start()):
        return
    said = float(match["share"])
    for fact in cloths:
        share = fibre_share(fact.value, _SAID_FIBRES[match["fibre"]])
        if share is not None and share < said - _ROUNDING <= 95.0:
            certainty = 0.93 if share < 0.8 * said else 0.85
            yield conflict("fibre share", match.group(), fact, certainty)
            return


_PAGE_LENGTH: Final = 2_000
_PURE: Final = (
    r"(?:100%|百分之百|纯|全)(?:新疆|长绒|精梳)?(?:棉|羊毛|羊绒|桑蚕丝|亚麻)|真皮|头层牛皮"
)
_INSIDE: Final = r"(?![^，。]{0,4}(?:里|内|衬|裆|底|标|边|纹|质感|触感|鞋垫))"
_OUTER_CLOTH: Final = re.compile(
    rf"(?:采用|选用|使用|甄选|优选|本款|面料[:是为]?|"
    rf"本品)[^，。里内衬]{{0,6}}?(?P<said>{_PURE}){_INSIDE}"
    rf"|(?<![里内衬])(?P<cloth>{_PURE})(?=的?(?:面料|材质|布料|制作|制成))"
)


_LINED: Final = re.compile(r"里|内|衬|胆|底|辅料|鞋垫")


def outer_cloth(body: str) -> str | None:
    """What the detail page calls the outer material, unless it denies it or speaks of a lining.

    >>> outer_cloth("本款采用头层牛皮"), outer_cloth("里料采用纯棉")
    ('头层牛皮', None)
    """
    match = _OUTER_CLOTH.search(body[:_PAGE_LENGTH])
    if match is None or is_denied(body, match.start()):
        return None
    if _LINED.search(re.split(r"[，。 ]", body[: match.start()])[-1]):
        return None
    return str(match["said"] or match["cloth"])
