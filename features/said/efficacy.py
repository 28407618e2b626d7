"""Effects that are claimed beyond what licences and listing allow (功效超出备案或详情)."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from data.licences import Function, LicenceRules
from data.segment import LiveSegment
from features.licence import licence_findings
from features.normalise import normalise
from features.prefilter import Prefiltered
from features.said.finding import Cited, SaidFinding
from features.said.licence import submitted
from features.said.listed import Listed
from features.said.speech import Spoken

_EXCEEDED: Final = "without its licence"
_STATED: Final = re.compile(r"^(?:产品|主要|适用|主打)?(?:功效|功能|保健功能|功效宣称)$")
_BASIS: Final[Mapping[str, tuple[str, ...]]] = {
    "cosmetic_overclaim": ("化妆品监督管理条例 第22条", "化妆品监督管理条例 第43条"),
    "health_food_overclaim": ("食品安全法 第78条", "广告法 第18条"),
}
_BY_LICENCE: Final = 0.75
_BY_ATTRIBUTE: Final = 0.55
_MOST: Final = 8
"""Places in a window that are looked at for one kind of effect: hosts repeat themselves."""

# 自身免疫力, 想要美白的, 美白牙齿: the effect is named, not promised.
_NAMED: Final = re.compile(
    r"(?:自身|自己的?|不好|低下?|差|想要?|需要|要是|如果|为了|涂|擦|抹|晒后|出门|做好|配合"
    r"|搭配|不[^，。]{0,2}|去找|怎么|如何|什么叫)[^，。]{0,3}$"
)

# 防晒完了, 美白之后: what was done before, with something else.
_DONE_AFTER: Final = re.compile(r"(?:完|之?后|的时候|打底|衣|帽|伞|工作|的话|针|牙|丸)")


class Functions:
    """The functions of the licence rules, looked for together."""

    def __init__(self, functions: Sequence[Function]) -> None:
        self.functions = tuple(functions)
        self.any = [re.compile("|".join(f"(?:{cue})" for cue in one.cues)) for one in functions]
        self.said = Prefiltered(self.any)

    def touch(self, text: str) -> bool:
        """Whether any of them may be named in the text."""
        return bool(self.said.candidates(text))


class Efficacies:
    """Special cosmetic functions (特殊化妆品功效) and health functions (保健功能)."""

    def __init__(self, rules: LicenceRules) -> None:
        self.rules = rules
        self.special = Functions(rules.special_functions)
        self.health = Functions(rules.health_functions)


def efficacy_findings(
    spoken: Spoken,
    segment: LiveSegment,
    listed: Listed | None,
    efficacies: Efficacies,
    at: datetime,
) -> Iterator[SaidFinding]:
    """Effects claimed for goods whose licences, or whose listed functions, do not hold them."""
    if listed is None and submitted(segment) is None:
        return
    if not (efficacies.special.touch(spoken.text) or efficacies.health.touch(spoken.text)):
        return
    category = segment.category or (segment.listing.category if segment.listing else None)
    if category is None:
        return
    requirement = efficacies.rules.requirement(normalise(category).text)
    if requirement is None:
        return
    if requirement.group == "cosmetic":
        functions, code = efficacies.special, "cosmetic_overclaim"
    elif requirement.group in {"food", "health_food"}:
        functions, code = efficacies.health, "health_food_overclaim"
    else:
        return
    claims = _claims(spoken, functions)
    if not claims:
        return
    found = next(_by_licence(spoken, segment, category, claims, efficacies.rules, at), None)
    if found is None and listed is not None:
        found = next(_by_attribute(spoken, listed, claims, functions, code), None)
    if found is not None:
        yield found


def _claims(spoken: Spoken, functions: Functions) -> list[tuple[int, int, int]]:
    found = []
    for index, start, end in functions.said.matches(spoken.text)[: _MOST * 4]:
        before = spoken.text[max(spoken.clause(start, end)[0], start - 8) : start]
        if _NAMED.search(before) or _DONE_AFTER.match(spoken.text, end):
            continue
        if spoken.asserted(start, end) and spoken.about_product(start, end):
            found.append((index, start, end))
    return found[:_MOST]


def _by_licence(
    spoken: Spoken,
    segment: LiveSegment,
    category: str,
    claims: list[tuple[int, int, int]],
    rules: LicenceRules,
    at: datetime,
) -> Iterator[SaidFinding]:
    known = submitted(segment)
    if known is None:
        return
    path, licences = known
    for _, start, end in claims:
        words = spoken.text[start:end]
        for finding in licence_findings(category, licences, words, at, rules):
            # What lacks a licence altogether is the listing's own fault, and found there.
            if not finding.cue.endswith(_EXCEEDED) or finding.code == "unlicensed_product":
                continue
            yield spoken.finding(
                (start, end),
                code=finding.code,
                aspect="efficacy",
                cue=finding.cue,
                listed=Cited(field=path, start=None, end=None, text="，".join(sorted(licences))),
                basis=finding.basis,
                certainty=_BY_LICENCE,
                reason_zh=f"口播称“{words}”，提交的证照不允许这样宣称",
            )
            return


def _by_attribute(
    spoken: Spoken,
    listed: Listed,
    claims: list[tuple[int, int, int]],
    functions: Functions,
    code: str,
) -> Iterator[SaidFinding]:
    facts = list(listed.named(_STATED))
    if not facts:
        return
    for index, start, end in claims:
        name = functions.functions[index].name_zh
        if any(functions.any[index].search(f.value) or name in f.value for f in facts):
            continue
        words = spoken.text[start:end]
        yield spoken.finding(
            (start, end),
            code=code,
            aspect="efficacy",
            cue="function beyond the listed ones",
            listed=listed.cite(facts[0]),
            basis=_BASIS[code],
            certainty=_BY_ATTRIBUTE,
            reason_zh=f"口播称“{words}”，商品{facts[0].name}是“{facts[0].value[:40]}”",
        )
        return
