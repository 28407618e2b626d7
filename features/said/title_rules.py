"""The rules that hold a title against attributes, read over what is said instead (同标题规则)."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Final

from features.contradiction import Stated, contradictions
from features.finding import Finding
from features.said.finding import Aspect, SaidFinding
from features.said.listed import Listed
from features.said.material import is_material_claim
from features.said.speech import Spoken

_ASPECTS: Final[dict[str, Aspect]] = {
    "protected origin": "origin",
    "steel grade": "material",
    "fibre content": "material",
    "fibre share": "material",
    "silver": "material",
    "gold": "material",
}
_DIGIT: Final = re.compile("[0-9]")
# Speech has rules of its own for these.
_OWN: Final = frozenset({"imported or not", "origin", "dispatch", "net weight", "number of pieces"})
_CLAUSE: Final = re.compile("[^，。]+")
_SPEECH: Final = 0.9
"""A recogniser hears wrong, and a host's words have more meanings than a title's."""

_ON_TITLE: Final = re.compile(
    r"(?<![a-z])pu(?![a-z])|超纤|人造革|仿皮|仿真|聚酯|涤纶|腈纶|密度板|颗粒板|合金|镀[金银]"
)

# What every rule over titles looks for holds one of these.
_TOUCHED: Final = re.compile(
    "[棉皮绒丝麻玉翠银金木胶珠碳铜榨粮坤油蜜基钢石芯安新湖常南龙宁苏洛勒阳洱锦山台瑞盘卡存固k纯im]"
)

_REPEATS: Final = 3
"""How often the same clause is held against the listing: what is said again says no more."""


def title_rule_findings(spoken: Spoken, listed: Listed) -> Iterator[SaidFinding]:
    """Materials, protected origins and capacities that the listing belies, each once."""
    facts = [*listed.facts, *_of_title(listed)]
    if not facts or not _TOUCHED.search(spoken.text):
        return
    seen: set[str] = set()
    heard: Counter[str] = Counter()
    for clause in _CLAUSE.finditer(spoken.arabic.text):
        heard[clause[0]] += 1
        if heard[clause[0]] > _REPEATS:
            continue
        for finding in contradictions(clause[0], facts):
            at = clause[0].find(finding.text) if finding.text else -1
            if finding.cue in _OWN or finding.cue in seen or at < 0:
                continue
            begin = clause.start() + at
            place = spoken.arabic.span(begin, begin + len(finding.text))
            if is_material_claim(spoken, *place):
                seen.add(finding.cue)
                yield _finding(spoken, listed, facts, finding, place)


def _of_title(listed: Listed) -> Iterator[Stated]:
    """A title that names a substitute is itself a statement of the material."""
    if _ON_TITLE.search(listed.title):
        yield Stated("title", "材质", listed.title)


def _finding(
    spoken: Spoken,
    listed: Listed,
    facts: list[Stated],
    finding: Finding,
    place: tuple[int, int],
) -> SaidFinding:
    reason = finding.reason_zh.replace("标题写", "口播称", 1)
    return spoken.finding(
        place,
        code=finding.code,
        aspect=_aspect(finding),
        cue=finding.cue,
        listed=listed.cite(_fact(facts, finding)),
        basis=finding.basis,
        certainty=round(min(finding.certainty, 0.95) * _SPEECH, 2),
        reason_zh=reason,
    )


def _fact(facts: list[Stated], finding: Finding) -> Stated:
    """The fact behind a finding: of several in one field, the one that its reason quotes."""
    of_field = [fact for fact in facts if fact.field == finding.field]
    quoted = (fact for fact in of_field if fact.value[:40] in finding.reason_zh)
    return next(quoted, of_field[0])


def _aspect(finding: Finding) -> Aspect:
    """What the rule is about; words with a number, unless it is one of a material, are amounts."""
    amount: Aspect = "quantity" if _DIGIT.search(finding.text) else "material"
    return _ASPECTS.get(finding.cue, amount)
