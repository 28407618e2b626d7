"""Licences (证照) against category and claims: missing, malformed, impossible or exceeded."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from datetime import datetime, timedelta, timezone
from typing import Final, NamedTuple

from data.licences import (
    LicenceFormat,
    LicenceRules,
    Reading,
    Requirement,
    Submitted,
    checks_out,
    fold_number,
    read_licences,
)
from features.finding import Finding, is_denied
from features.normalise import normalise

SHARED_DAYS: Final = 180
"""How far back the use of a number by other shops counts."""

_CHINA: Final = timezone(timedelta(hours=8))
_TRUST: Final = {"read": 1.0, "secondary": 0.97, "verify": 0.5}
_DOUBT: Final = 0.5
_PLACEHOLDER: Final = re.compile(r"123456\d{0,4}$|(\d)\1{6,}|X{4,}|\*{3,}", re.ASCII)
# Not 012345, which is the 12,345th number given out.
_RUNS: Final = ("12345678901234567890", "98765432109876543210", "654321")
_LETTERS_FOR_DIGITS: Final = str.maketrans("OIL", "011")
_EXCLUDED_CLASSES: Final = frozenset({"27", "28", "29"})
_DISINFECTANTS: Final = frozenset({"disinfect"})
_TREATS: Final = frozenset({"drug", "drug_import", "device_reg", "device_class1"})
_CARE: Final = ("化妆品监督管理条例 第16条", "化妆品监督管理条例 第17条")
_HEALTH: Final = ("食品安全法 第73条", "食品安全法 第75条")
_DISINFECTING: Final = ("消毒管理办法 第31条", "广告法 第17条")
_FOOD_CLASS: Final = ("食品生产许可管理办法", "食品安全法 第35条")
_DEVICE_CLASS: Final = ("医疗器械监督管理条例 第13条", "医疗器械注册与备案管理办法 第115条")
_CCC_CLASS: Final = ("强制性产品认证管理规定", "产品质量法 第27条")
_ORDINARY: Final = ("食品安全法 第75条", "食品安全法 第78条")
_BORROWED: Final = ("电子商务法 第27条", "电子商务法 第38条")

# A credit code names one merchant. The number of a good that many shops resell is theirs by right.
_SHARED: Final[Mapping[str, tuple[int, float]]] = {
    "merchant": (2, 0.6),
    "product": (3, 0.3),
    "maker": (3, 0.2),
}


class LicenceUse(NamedTuple):
    """A number that a shop submitted, and when it was seen."""

    number: str
    merchant_id: str
    seen_at: datetime


class SharedNumbers(NamedTuple):
    """Which shops used a number in the ``SHARED_DAYS`` before the instant ``as_of``."""

    as_of: datetime
    shops: Mapping[str, frozenset[str]]

    def others(self, number: str, merchant_id: str | None) -> int:
        """How many shops other than ``merchant_id`` used the number, however it is typed."""
        return len(self.shops.get(fold_number(number), frozenset()) - {merchant_id})


def shared_numbers(uses: Iterable[LicenceUse], as_of: datetime) -> SharedNumbers:
    """The table of numbers used by more than one shop, of what was seen before ``as_of``.

    Shops that are known to belong together, such as the outlets of one company, should be given
    one ``merchant_id``.

    >>> at = datetime.fromisoformat("2026-02-01T08:00:00+08:00")
    >>> seen = [LicenceUse("国妆特字20221111", shop, at - timedelta(days=1)) for shop in "abc"]
    >>> shared_numbers(seen, at).others("国妆特字 2022 1111", "a")
    2
    """
    shops: dict[str, set[str]] = {}
    since = as_of - timedelta(days=SHARED_DAYS)
    for use in uses:
        if since <= use.seen_at < as_of and (number := fold_number(use.number)):
            shops.setdefault(number, set()).add(use.merchant_id)
    several = {number: frozenset(who) for number, who in shops.items() if len(who) > 1}
    return SharedNumbers(as_of, several)


def licence_findings(
    category: str,
    licences: Mapping[str, str] | None,
    claims_text: str,
    at: datetime,
    rules: LicenceRules,
    *,
    shared: SharedNumbers | None = None,
    merchant_id: str | None = None,
) -> list[Finding]:
    """What is wrong with the licences of a listing of this category at the instant ``at``.

    ``claims_text`` is all the listing says, normalised. None means that the licences are
    unknown, so that nothing is found; an empty mapping states that there are none. ``shared``
    tells which other shops used the numbers; it must have been observed by ``at``, or
    ValueError is raised.

    >>> from data.licences import load_licence_rules
    >>> at = datetime.fromisoformat("2026-02-01T08:00:00+08:00")
    >>> found = licence_findings("食品/零食", {}, "手工辣条", at, load_licence_rules())
    >>> [(finding.code, finding.field, finding.cue) for finding in found]
    [('unlicensed_product', 'licences', 'licence missing: prepackaged_food')]
    """
    if shared is not None and shared.as_of > at:
        raise ValueError(f"shared numbers as of {shared.as_of} are later than {at}")
    if licences is None:
        return []
    given = read_licences(licences, rules)
    requirement = rules.requirement(normalise(category).text)
    keys = {one.key for one in given if rules.format(one.key)}
    found = [finding for one in given for finding in _number(one, at, rules)]
    if shared is not None:
        found.extend(_borrowed(given, shared, merchant_id, rules))
    found.extend(_treats(keys, claims_text, rules))
    if requirement is not None:
        found.extend(_missing(requirement, keys, len({one.key for one in given}), claims_text))
        found.extend(_wrong_class(requirement, given, keys, rules))
        found.extend(_too_high(requirement, given, category))
        found.extend(_exceeded(requirement, keys, claims_text, rules))
        found.extend(_origin(keys, claims_text))
    return found


def sound_licences(
    licences: Mapping[str, str], at: datetime, rules: LicenceRules
) -> frozenset[str]:
    """The keys of the licences whose every number is well-formed and valid at ``at``.

    >>> from data.licences import load_licence_rules
    >>> at = datetime.fromisoformat("2026-02-01T08:00:00+08:00")
    >>> given = {"drug": "国药准字Ｈ20203011", "food_sc": "SC1"}
    >>> sorted(sound_licences(given, at, load_licence_rules()))
    ['drug']
    """
    given = [one for one in read_licences(licences, rules) if rules.format(one.key)]
    faulty = {one.key for one in given if any(_number(one, at, rules))}
    return frozenset(one.key for one in given) - faulty


def _number(one: Submitted, at: datetime, rules: LicenceRules) -> Iterator[Finding]:
    entry = rules.format(one.key)
    if entry is None:
        return
    if fault := _fault(entry, one.number, at, rules):
        cue, certainty, reason = fault
        certainty *= _TRUST[entry.status]
        yield _of_number(entry, one, cue, certainty if entry.certain else _DOUBT, reason)
    elif fault := _out_of_time(one, at):
        yield _of_number(entry, one, *fault)


def _of_number(
    entry: LicenceFormat, one: Submitted, cue: str, certainty: float, reason: str
) -> Finding:
    return Finding(
        code=entry.code,
        field=f"licences.{entry.key}",
        text=one.number,
        cue=f"{cue}: {entry.key}",
        basis=entry.basis,
        certainty=round(certainty, 3),
        reason_zh=f"{entry.name_zh}{reason}",
    )


def _fault(
    entry: LicenceFormat, number: str, at: datetime, rules: LicenceRules
) -> tuple[str, float, str] | None:
    """The worst that can be said about one number: cue, certainty and reason; None if nothing."""
    reading = entry.read(number)
    if reading is None or not checks_out(number, reading.form.check):
        if _PLACEHOLDER.search(number):
            return "licence placeholder", 0.95, "编号像是随手填的占位号"
        if reading is not None:
            return "licence check digit", 0.93, "编号的校验位不对"
        return "licence malformed", 0.93, f"编号的格式不对{_suggestion(entry, number)}"
    if _is_placeholder(reading.parts.get("serial") or number):
        return "licence placeholder", 0.95, "编号像是随手填的占位号"
    return _impossible(reading, at, rules)


def _suggestion(entry: LicenceFormat, number: str) -> str:
    reading = entry.read(number.translate(_LETTERS_FOR_DIGITS))
    return "，疑似把数字0、1写成了字母O、I" if reading else ""


def _is_placeholder(serial: str) -> bool:
    digits = "".join(char for char in serial if char.isdigit())
    if len(digits) >= 3 and not digits.strip("0"):
        return True
    same = len(set(digits)) == 1
    return len(digits) >= 6 and (same or any(run.startswith(digits) for run in _RUNS))


def _impossible(
    reading: Reading, at: datetime, rules: LicenceRules
) -> tuple[str, float, str] | None:
    parts, form, today = reading.parts, reading.form, at.astimezone(_CHINA)
    year = _year(parts)
    if year and not form.first_year <= year <= min(today.year, form.last_year):
        return "licence year", 0.97, f"编号的年份{year}不可能"
    if year and form.term_years is not None and year + form.term_years < today.year:
        return "licence expired", 0.6, f"的年份是{year}，已过保护或有效期"
    if expiry := parts.get("expiry"):
        if not _is_day(expiry):
            return "licence malformed", 0.93, f"编号里的有效期{expiry}不是日期"
        if expiry < today.strftime("%y%m%d"):
            return "licence expired", 0.97, "已过有效期"
    if (division := parts.get("division")) and division not in rules.divisions:
        return "licence division", 0.95, f"编号的行政区划{division}不存在"
    if parts.get("level") and _wrong_level(parts):
        return "licence class digit", 0.97, "的审批机关与管理类别不可能同时成立"
    if form.out_of_use is not None and form.out_of_use <= today.date():
        # Goods made before that day may still be on sale.
        return "licence out of use", 0.5, f"的这种编号自{form.out_of_use.year}年起不再有效"
    return None


def _year(parts: Mapping[str, str]) -> int | None:
    if "year" in parts:
        return int(parts["year"])
    if "yy" in parts:
        short = int(parts["yy"])
        return short + (1900 if short >= 80 else 2000)
    return None


def _is_day(expiry: str) -> bool:
    try:
        datetime.strptime(expiry, "%y%m%d").replace(tzinfo=_CHINA)
    except ValueError:
        return False
    return True


def _out_of_time(one: Submitted, at: datetime) -> tuple[str, float, str] | None:
    """A licence is valid from its first to its last day, by the calendar in China."""
    today = at.astimezone(_CHINA).date()
    if one.valid_until is not None and one.valid_until < today:
        return "licence expired", 0.97, f"的有效期已于{one.valid_until}届满"
    if one.valid_from is not None and one.valid_from > today:
        return "licence not yet valid", 0.85, f"自{one.valid_from}起才有效"
    return None


def _wrong_level(parts: Mapping[str, str]) -> bool:
    """The state registers domestic class III and all imports, a province domestic class II.

    Class I is filed, not registered; before 2014 a city registered it.
    """
    level, domestic = parts["level"], parts["kind"] == "准"
    if parts["authority"] != "国":
        return not domestic or level == "3"
    return domestic and level != "3"


def _borrowed(
    given: Sequence[Submitted],
    shared: SharedNumbers,
    merchant_id: str | None,
    rules: LicenceRules,
) -> Iterator[Finding]:
    for one in given:
        entry = rules.format(one.key)
        if entry is None or entry.scope not in _SHARED:
            continue
        least, certainty = _SHARED[entry.scope]
        others = shared.others(one.number, merchant_id)
        if others >= least:
            reason = f"编号近{SHARED_DAYS}天还被另外{others}家店铺使用"
            finding = _of_number(entry, one, "licence shared", certainty, reason)
            yield finding.model_copy(update={"basis": (*entry.basis, *_BORROWED)})


def _treats(keys: Set[str], claims: str, rules: LicenceRules) -> Iterator[Finding]:
    if not keys & _DISINFECTANTS or keys & _TREATS:
        return
    if words := _claimed(rules.treatment_pattern, claims):
        yield _overclaim("medical_claim", words, "treatment", _DISINFECTING)


def _missing(
    requirement: Requirement, keys: Set[str], submitted: int, claims: str
) -> Iterator[Finding]:
    if not requirement.mandatory or keys & set(requirement.any_of):
        return
    if any(word in claims for word in requirement.waived_by):
        return
    # A licence under a key that is not known may well be the one that is asked for.
    doubtful = submitted > len(keys) or keys & set(requirement.waived_if)
    certainty = _DOUBT if doubtful else 0.95
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
    requirement: Requirement, given: Sequence[Submitted], keys: Set[str], rules: LicenceRules
) -> Iterator[Finding]:
    for one in given:
        entry = rules.format(one.key)
        reading = entry.read(one.number) if entry else None
        if reading is None:
            continue
        match one.key:
            case "food_sc" if requirement.group in {"food", "health_food"}:
                fault = _food_class(requirement, reading.parts, keys)
                basis = _FOOD_CLASS
            case "device_reg":
                fault = _device_class(requirement, reading.parts)
                basis = _DEVICE_CLASS
            case "ccc":
                fault = _ccc_class(requirement, reading.parts)
                basis = _CCC_CLASS
            case _:
                continue
        if fault is not None:
            certainty, reason = fault
            yield _class_finding(one, basis, certainty, reason)


def _too_high(
    requirement: Requirement, given: Sequence[Submitted], category: str
) -> Iterator[Finding]:
    """A health food's number for what its category says is plain food: misplaced or borrowed."""
    leaf = normalise(category).text.rsplit("/", maxsplit=1)[-1]
    if not any(word in leaf for word in requirement.ordinary):
        return
    for one in given:
        if _has_health_number({one.key}):
            yield _class_finding(one, _ORDINARY, 0.4, "保健食品的批准文号用在普通食品的类目上")


def _class_finding(
    one: Submitted, basis: tuple[str, ...], certainty: float, reason: str
) -> Finding:
    return Finding(
        code="unlicensed_product",
        field=f"licences.{one.key}",
        text=one.number,
        cue="licence class against category",
        basis=basis,
        certainty=certainty,
        reason_zh=reason,
    )


def _food_class(
    requirement: Requirement, parts: Mapping[str, str], keys: Set[str]
) -> tuple[float, str] | None:
    if "additive" in parts:
        return 0.55, f"食品添加剂的生产许可与类目{requirement.name_zh}不符"
    sc_class, wanted = parts["class"], requirement.sc_classes
    if not wanted and _has_health_number(keys):
        wanted = ("27",)
    if sc_class in wanted or (not wanted and sc_class not in _EXCLUDED_CLASSES):
        return None
    # The number names the first of a maker's classes only; others may stand in the certificate.
    return (0.55 if wanted else 0.3), f"食品类别{sc_class}与类目{requirement.name_zh}不符"


def _device_class(requirement: Requirement, parts: Mapping[str, str]) -> tuple[float, str] | None:
    level = parts["level"]
    if requirement.group != "device" or not requirement.levels or level in requirement.levels:
        return None
    return 0.93, f"注册证是第{level}类，{requirement.name_zh}的类目须为第{requirement.levels[0]}类"


def _ccc_class(requirement: Requirement, parts: Mapping[str, str]) -> tuple[float, str] | None:
    if not requirement.ccc_classes or parts["class"] in requirement.ccc_classes:
        return None
    return 0.5, f"3C证书的产品大类{parts['class']}与类目{requirement.name_zh}不符"


def _has_health_number(keys: Set[str]) -> bool:
    return any(key.startswith("health_") and key != "health_ad" for key in keys)


def _exceeded(
    requirement: Requirement, keys: Set[str], claims: str, rules: LicenceRules
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
        if _has_health_number(keys):
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


def _origin(keys: Set[str], claims: str) -> Iterator[Finding]:
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
