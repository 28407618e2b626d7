"""Licences (证照) against category and claims: missing, malformed, impossible or exceeded."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta, timezone
from typing import Final

from data.licences import LicenceFormat, LicenceRules, Requirement, checks_out, fold_number
from features.finding import Finding, is_denied
from features.normalise import normalise

_CHINA: Final = timezone(timedelta(hours=8))
_TRUST: Final = {"read": 1.0, "secondary": 0.97, "verify": 0.5}
_PLACEHOLDER: Final = re.compile(r"123456\d{0,4}$|(\d)\1{6,}|X{4,}|\*{3,}")
_NOTHING: Final = frozenset(
    {"", "无", "暂无", "没有", "不适用", "办理中", "NONE", "NULL", "NA", "N/A", "-", "/"}
)
_EXCLUDED_CLASSES: Final = frozenset({"27", "28", "29"})
_CARE: Final = ("化妆品监督管理条例 第16条", "化妆品监督管理条例 第17条")
_HEALTH: Final = ("食品安全法 第73条", "食品安全法 第75条")


def licence_findings(
    category: str,
    licences: Mapping[str, str] | None,
    claims_text: str,
    at: datetime,
    rules: LicenceRules,
) -> list[Finding]:
    """What is wrong with the licences of a listing of this category at the instant ``at``.

    ``claims_text`` is all the listing says, normalised. None means that the licences are
    unknown, so that nothing is found; an empty mapping states that there are none.

    >>> from data.licences import load_licence_rules
    >>> at = datetime.fromisoformat("2026-02-01T08:00:00+08:00")
    >>> found = licence_findings("食品/零食", {}, "手工辣条", at, load_licence_rules())
    >>> [(finding.code, finding.field, finding.cue) for finding in found]
    [('unlicensed_product', 'licences', 'licence missing: prepackaged_food')]
    """
    if licences is None:
        return []
    given = _recognise(licences, rules)
    requirement = rules.requirement(normalise(category).text)
    found = [finding for key, number in given for finding in _number(key, number, at, rules)]
    keys = {entry.key for key, _ in given if (entry := rules.format(key))}
    if requirement is not None:
        found.extend(_missing(requirement, keys, len(given) > len(keys), claims_text))
        found.extend(_wrong_class(requirement, given, keys, rules))
        found.extend(_exceeded(requirement, keys, claims_text, rules))
        found.extend(_origin(keys, claims_text))
    return found


def _recognise(licences: Mapping[str, str], rules: LicenceRules) -> list[tuple[str, str]]:
    """Key and folded number of what was submitted; a key of another system is told by its form."""
    given = []
    for key, raw in licences.items():
        number = fold_number(raw)
        if number in _NOTHING:
            continue
        entry = rules.format(key) or _by_form(number, rules)
        given.append((entry.key if entry else key, number))
    return given


def _by_form(number: str, rules: LicenceRules) -> LicenceFormat | None:
    if number[:1].isdigit():
        return None
    tellable = (entry for entry in rules.formats if entry.key not in {"gem_cert", "uscc"})
    return next((entry for entry in tellable if entry.compiled.fullmatch(number)), None)


def _number(key: str, number: str, at: datetime, rules: LicenceRules) -> Iterator[Finding]:
    entry = rules.format(key)
    if entry is None:
        return
    fault = _fault(entry, number, at, rules)
    if fault is not None:
        cue, certainty, reason = fault
        yield Finding(
            code="unlicensed_product",
            field=f"licences.{key}",
            text=number,
            cue=f"{cue}: {key}",
            basis=entry.basis,
            certainty=round(certainty * _TRUST[entry.status], 3),
            reason_zh=f"{entry.name_zh}{reason}",
        )


def _fault(
    entry: LicenceFormat, number: str, at: datetime, rules: LicenceRules
) -> tuple[str, float, str] | None:
    """The worst that can be said about one number: cue, certainty and reason; None if nothing."""
    if _PLACEHOLDER.search(number):
        return "licence placeholder", 0.95, "编号像是随手填的占位号"
    match = entry.compiled.fullmatch(number)
    if match is None:
        return "licence malformed", 0.93, "编号的格式不对"
    if not checks_out(number, entry.check):
        # Some genuine early credit codes fail their check, so it is worth a look and no more.
        return "licence check digit", 0.5 if entry.check == "uscc" else 0.93, "编号的校验位不对"
    return _impossible(match.groupdict(), entry, at, rules)


def _impossible(
    parts: Mapping[str, str | None], entry: LicenceFormat, at: datetime, rules: LicenceRules
) -> tuple[str, float, str] | None:
    today = at.astimezone(_CHINA)
    year = parts.get("year") or parts.get("year2")
    if year and not entry.first_year <= int(year) <= today.year:
        return "licence year", 0.97, f"编号的年份{year}不可能"
    if (expiry := parts.get("expiry")) and expiry < today.strftime("%y%m%d"):
        return "licence expired", 0.97, "已过有效期"
    if (division := parts.get("division")) and division not in rules.divisions:
        return "licence division", 0.95, f"编号的行政区划{division}不存在"
    if parts.get("level") and _wrong_level(parts):
        return "licence class digit", 0.97, "的审批机关与管理类别不可能同时成立"
    return None


def _wrong_level(parts: Mapping[str, str | None]) -> bool:
    """A province registers domestic class II, the state domestic class III and all imports."""
    if parts["authority"] != "国":
        return parts["level"] != "2" or parts["kind"] != "准"
    return parts["kind"] == "准" and parts["level"] != "3"


def _missing(
    requirement: Requirement, keys: set[str], unknown: bool, claims: str
) -> Iterator[Finding]:
    if not requirement.mandatory or keys & set(requirement.any_of):
        return
    if any(word in claims for word in requirement.waived_by):
        return
    # A licence under a key that is not known may well be the one that is asked for.
    certainty = 0.5 if unknown else 0.95
    yield Finding(
        code="unlicensed_product",
        field="licences",
        text="",
        cue=f"licence missing: {requirement.name}",
        basis=requirement.basis,
        certainty=round(certainty * _TRUST[requirement.status], 3),
        reason_zh=f"{requirement.name_zh}应有的证照没有提交",
    )


def _wrong_class(
    requirement: Requirement, given: list[tuple[str, str]], keys: set[str], rules: LicenceRules
) -> Iterator[Finding]:
    number = dict(given).get("food_sc", "")
    entry = rules.format("food_sc")
    match = entry.compiled.fullmatch(number) if entry else None
    if match is None or requirement.group not in {"food", "health_food"}:
        return
    sc_class = match["class"]
    wanted = requirement.sc_classes
    if sc_class in wanted or (not wanted and sc_class not in _EXCLUDED_CLASSES):
        return
    # The number names the first of a maker's classes only; others may stand in the certificate.
    yield Finding(
        code="unlicensed_product",
        field="licences.food_sc",
        text=number,
        cue="licence class against category",
        basis=("食品生产许可管理办法",),
        certainty=0.55 if wanted else 0.3,
        reason_zh=f"食品类别{sc_class}与类目{requirement.name_zh}不符",
    )


def _exceeded(
    requirement: Requirement, keys: set[str], claims: str, rules: LicenceRules
) -> Iterator[Finding]:
    if requirement.group == "cosmetic":
        special = any(key.startswith("cosmetic_special") for key in keys)
        if special or (requirement.name == "cosmetic_special" and not keys):
            return
        if words := _claimed(rules.special_pattern, claims):
            yield _overclaim("cosmetic_overclaim", words, "special cosmetic function", _CARE)
            if requirement.name != "cosmetic_special":
                yield _overclaim("unlicensed_product", words, "special cosmetic function", _CARE)
    elif requirement.group in {"food", "health_food"}:
        if any(key.startswith("health_") and key != "health_ad" for key in keys):
            return
        if words := _claimed(rules.health_pattern, claims):
            yield _overclaim("health_food_overclaim", words, "health function", _HEALTH)


def _claimed(pattern: re.Pattern[str], claims: str) -> str | None:
    for match in pattern.finditer(claims):
        if not is_denied(claims, match.start()):
            return match.group()
    return None


def _overclaim(code: str, words: str, function: str, basis: tuple[str, ...]) -> Finding:
    return Finding(
        code=code,
        field="licences",
        text=words,
        cue=f"{function} without its licence",
        basis=basis,
        certainty=0.9,
        reason_zh=f"宣称“{words}”，提交的证照不允许",
    )


_IMPORTED: Final = re.compile(r"(?:原装|原瓶|原罐|海外)进口|进口(?:食品|零食|化妆品|护肤品)")


def _origin(keys: set[str], claims: str) -> Iterator[Finding]:
    domestic = sorted(keys & {"food_sc", "cosmetic_ordinary_domestic", "cosmetic_special_domestic"})
    imported = keys & {"cosmetic_ordinary_import", "cosmetic_special_import"}
    match = _IMPORTED.search(claims)
    if not domestic or imported or match is None or is_denied(claims, match.start()):
        return
    yield Finding(
        code="spec_mismatch",
        field=f"licences.{domestic[0]}",
        text=match.group(),
        cue="imported goods with a domestic licence",
        basis=("产品质量法 第37条", "消费者权益保护法 第20条"),
        certainty=0.6,
        reason_zh=f"称“{match.group()}”，提交的却是国产证照",
    )
