"""Licences (证照): the form of each number and which category requires which."""

import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated, Any, Final, Literal, NamedTuple

from pydantic import Field, StringConstraints, field_validator
from stdnum import ean, isbn
from stdnum.cn import uscc
from stdnum.iso7064 import mod_11_10

from data.record import Record, RequiredText
from data.seeds import SeedError, read_record, read_text, seed_path

Status = Literal["read", "secondary", "verify"]
Check = Literal["mod11_10", "uscc", "ean13", "isbn", "patent", "none"]
Scope = Literal["product", "maker", "merchant", "other"]
Group = Literal["food", "health_food", "cosmetic", "drug", "device", "disinfectant", "ccc", "none"]
Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,62}$")]

_SUBSTANCES: Final = frozenset({"food", "health_food", "cosmetic", "drug", "disinfectant"})
_FULL_WIDTH: Final = {0xFF01 + n: 0x21 + n for n in range(94)}
_BRACKETS: Final = str.maketrans("〔〕[]【】{}「」『』〈〉<>《》﹝﹞", "()" * 10)
_DASHES: Final = str.maketrans("‐‑‒–—―−﹣_", "-" * 9)
_COLONS: Final = str.maketrans("∶﹕", "::")
# Merchants from Hong Kong and Taiwan write the same numbers with traditional characters.
_TRADITIONAL: Final = str.maketrans(
    "國妝準註進藥證號衛備許網審視聲廣醫監遼魯閩粵滬寧雲貴陝蘇贛學聯",
    "国妆准注进药证号卫备许网审视声广医监辽鲁闽粤沪宁云贵陕苏赣学联",
)
_MARKS: Final = _BRACKETS | _DASHES | _COLONS
_FOLDS: Final = (
    {wide: _MARKS.get(half, half) for wide, half in _FULL_WIDTH.items()} | _MARKS | _TRADITIONAL
)
_NOTES: Final = re.compile(r"\((?:正本|副本|复印件|国产|进口|含?附件)\)")
_LABEL: Final = re.compile(
    r"^(?:3C|CCC|SC|QS|JY|QS/SC)?[一-龥]{0,16}?"
    r"(?:许可证?|注册证?|备案(?:凭证)?|批准|证书?|登记证?|专利|执照|条形?码|信用代码|书号)?"
    r"(?:编号|证号|文号|号码|代码|许可证|注册证|注册号|备案号|专利号|书号|条形?码|凭证|证书|执照)"
    r"[为是]?:*"
)
_DROPPED: Final = re.compile(r"[第号·•∙.:()\-]")
_PATENT_WEIGHTS: Final = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
_USCC_ALPHABET: Final = frozenset("0123456789ABCDEFGHJKLMNPQRTUWXY")
_DIGITS: Final = re.compile(r"[0-9]")
_MOST_CATEGORIES: Final = 4_000


def _plain(text: str) -> str:
    """Half width, ASCII letters upper case, one kind of bracket and dash, nothing invisible.

    Only full-width forms are folded: a circled or a superscript digit is no digit of a number.
    """
    folded = "".join(text.translate(_FOLDS).split())
    if folded.isascii():
        return folded.upper()
    visible = (char for char in folded if unicodedata.category(char) != "Cf")
    return "".join(char.upper() if char.isascii() else char for char in visible)


def fold_number(number: str) -> str:
    """The number as the patterns expect it: half width, upper case, digits and characters alone.

    Spaces, brackets, hyphens, points, 第, 号 and a label before the number go. Letters are never
    read as digits or digits as letters, and no digit is dropped: that would invent a number.

    >>> fold_number("卫食健字〔２００３〕第0123号")
    '卫食健字20030123'
    >>> fold_number("许可证编号：sc 106-4401-1100-125")
    'SC10644011100125'
    """
    plain = _NOTES.sub("", _plain(number))
    return _DROPPED.sub("", _LABEL.sub("", plain))


def patent_check_digit(number: str) -> str:
    """The check character of a patent's first 12 digits: a digit, or ``X`` for ten.

    Numbers filed before October 2003 have 8 digits before it.

    >>> patent_check_digit("201420000001")
    '1'
    """
    if len(number) not in (8, 12) or not number.isascii() or not number.isdigit():
        raise ValueError(
            f"{number!r} is no patent number without its check digit; 12 digits are, or 8"
        )
    total = sum(int(digit) * weight for digit, weight in zip(number, _PATENT_WEIGHTS, strict=False))
    return "0123456789X"[total % 11]


def _patent_is_valid(number: str) -> bool:
    body = number.removeprefix("ZL").replace(".", "")
    return len(body) in (9, 13) and patent_check_digit(body[:-1]) == body[-1]


def _uscc_is_valid(number: str) -> bool:
    # The library's own check refuses the letters N and Y that open the codes of rural bodies.
    return (
        len(number) == 18
        and set(number) <= _USCC_ALPHABET
        and uscc.calc_check_digit(number[:17]) == number[17]
    )


def checks_out(number: str, check: Check) -> bool:
    """Whether the check digit of a folded number agrees; true where the form has none.

    >>> checks_out("6901234567892", "ean13"), checks_out("6901234567893", "ean13")
    (True, False)
    """
    match check:
        case "mod11_10":
            return bool(mod_11_10.is_valid("".join(_DIGITS.findall(number))))
        case "uscc":
            return _uscc_is_valid(number)
        case "ean13":
            return bool(ean.is_valid(number))
        case "isbn":
            return bool(isbn.is_valid(number.removeprefix("ISBN")))
        case "patent":
            return _patent_is_valid(number)
        case "none":
            return True


class NumberForm(Record):
    """One way in which a kind of number has been written.

    ``first_year`` to ``last_year`` is when such numbers were given out. A number is certainly
    over ``term_years`` after its year. No valid certificate bears the form from ``out_of_use`` on.
    """

    pattern: RequiredText
    check: Check = "none"
    first_year: int = 1985
    last_year: int = 9999
    term_years: int | None = None
    out_of_use: date | None = None

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        """The pattern, to be matched against the whole folded number."""
        return re.compile(self.pattern, re.ASCII)

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, pattern: str) -> str:
        _compile(pattern)
        return pattern


class Reading(NamedTuple):
    """The form that a number has, and the named parts that it consists of."""

    form: NumberForm
    parts: Mapping[str, str]


class LicenceFormat(Record):
    """One kind of number in all its forms.

    ``status`` tells how we know them, ``scope`` whose number it is and so who may share it.
    Genuine numbers are known to fail where ``certain`` is false. ``code`` is the risk label of a
    number that is wrong.
    """

    key: Key
    name_zh: RequiredText
    aliases: tuple[RequiredText, ...] = ()
    scope: Scope
    code: RequiredText = "unlicensed_product"
    certain: bool = True
    by_form: bool = True
    forms: Annotated[tuple[NumberForm, ...], Field(min_length=1)]
    basis: Annotated[tuple[RequiredText, ...], Field(min_length=1)]
    status: Status

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        """Any of the forms, without their named parts."""
        bare = (re.sub(r"\(\?P<\w+>", "(?:", form.pattern) for form in self.forms)
        return re.compile("|".join(f"(?:{pattern})" for pattern in bare), re.ASCII)

    def read(self, number: str) -> Reading | None:
        """The form of a folded number and its parts; None if it has none of the forms.

        A form whose check digit agrees goes before one whose does not.
        """
        readings = [
            Reading(form, {name: part for name, part in match.groupdict().items() if part})
            for form in self.forms
            if (match := form.compiled.fullmatch(number))
        ]
        agreeing = (reading for reading in readings if checks_out(number, reading.form.check))
        return next(agreeing, readings[0] if readings else None)


class Requirement(Record):
    """What a category must hold: any one of ``any_of``, if ``mandatory``.

    ``words`` are looked for in the category path, ``waived_by`` in the words of the listing. A
    licence of ``waived_if`` makes the absence of the others prove little. ``sc_classes``,
    ``levels`` and ``ccc_classes`` are the classes a number may name; leaves with a word of
    ``ordinary`` are of goods that no health food is.
    """

    name: Key
    name_zh: RequiredText
    group: Group
    words: Annotated[tuple[RequiredText, ...], Field(min_length=1)]
    excluded: Annotated[tuple[RequiredText, ...], Field(alias="except")] = ()
    any_of: tuple[Key, ...]
    sc_classes: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    ccc_classes: tuple[str, ...] = ()
    ordinary: tuple[RequiredText, ...] = ()
    mandatory: bool
    waived_by: tuple[RequiredText, ...] = ()
    waived_if: tuple[Key, ...] = ()
    basis: tuple[RequiredText, ...]
    status: Status

    def applies(self, category: str) -> bool:
        """Whether the requirement is about this category path, in whatever case it is written."""
        path = category.casefold()
        return any(word.casefold() in path for word in self.words) and not any(
            word.casefold() in path for word in self.excluded
        )


class Function(Record):
    """An efficacy (功效) that only a licensed product may claim, and how it is worded."""

    name_zh: RequiredText
    cues: Annotated[tuple[RequiredText, ...], Field(min_length=1)]

    @field_validator("cues")
    @classmethod
    def _compile(cls, cues: tuple[str, ...]) -> tuple[str, ...]:
        for cue in cues:
            _compile(cue)
        return cues


class LicenceRules(Record):
    """All formats, requirements and efficacies, in the order of the file."""

    provinces: RequiredText
    divisions: frozenset[str]
    things: RequiredText = "(?!)"
    foreign_roots: tuple[RequiredText, ...] = ()
    formats: tuple[LicenceFormat, ...]
    requirements: tuple[Requirement, ...]
    special_functions: tuple[Function, ...]
    health_functions: tuple[Function, ...]
    treatments: tuple[Function, ...]

    @field_validator("things")
    @classmethod
    def _compiles(cls, things: str) -> str:
        _compile(things)
        return things

    @cached_property
    def _by_key(self) -> dict[str, LicenceFormat]:
        by_name = {_key(name): f for f in self.formats for name in (*f.aliases, f.name_zh)}
        return by_name | {entry.key: entry for entry in self.formats}

    def format(self, key: str) -> LicenceFormat | None:
        """The format behind a key, its Chinese name or an alias; None for one that is not known.

        >>> load_licence_rules().format("3C 证书编号").key
        'ccc'
        """
        return self._by_key.get(key) or self._by_key.get(_key(key))

    def requirement(self, category: str) -> Requirement | None:
        """The first requirement that is about the category, or None.

        What a thing is named after does not make it a food, a cosmetic or a drug.

        >>> rules = load_licence_rules()
        >>> rules.requirement("食品/休闲零食/坚果").name_zh
        '预包装食品'
        >>> rules.requirement("家居/茶具/茶叶罐").mandatory
        False
        >>> rules.requirement("服装/女装/连衣裙")
        """
        return self._kept_requirement(category)

    @cached_property
    def _kept_requirement(self) -> Callable[[str], Requirement | None]:
        """The requirements of the categories asked for last: shops share them."""
        return lru_cache(_MOST_CATEGORIES)(self._requirement)

    def _requirement(self, category: str) -> Requirement | None:
        thing = self._is_thing(category)
        return next(
            (
                entry
                for entry in self.requirements
                if entry.applies(category) and not (thing and entry.group in _SUBSTANCES)
            ),
            None,
        )

    def _is_thing(self, category: str) -> bool:
        segments = [part for part in re.split(r"[/>]", _plain(category)) if part]
        if not segments:
            return False
        mixed = re.search(r"美妆|护肤|个护|食品|母婴|生鲜|医药|酒", segments[0])
        foreign = segments[0].startswith(self.foreign_roots) and not mixed
        return foreign or re.search(self.things, segments[-1]) is not None

    @cached_property
    def special_pattern(self) -> re.Pattern[str]:
        """Any wording of a special cosmetic's efficacy."""
        return _any_of(self.special_functions)

    @cached_property
    def health_pattern(self) -> re.Pattern[str]:
        """Any wording of a health function."""
        return _any_of(self.health_functions)

    @cached_property
    def treatment_pattern(self) -> re.Pattern[str]:
        """Any wording of a treatment."""
        return _any_of(self.treatments)


class Submitted(NamedTuple):
    """One number as submitted: its key, the folded number, and its first and last valid day."""

    key: str
    number: str
    valid_from: date | None = None
    valid_until: date | None = None


_DAY: Final = (
    r"(?:19|20)[0-9]{2}(?:[-/.年](?:1[0-2]|0?[1-9])[-/.月](?:3[01]|[12][0-9]|0?[1-9])日?"
    r"|(?:1[0-2]|0[1-9])(?:3[01]|[12][0-9]|0[1-9]))"
)
_DAY_PARTS: Final = re.compile(
    r"([0-9]{4})(?:[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})|([0-9]{2})([0-9]{2}))"
)
_SPAN: Final = rf"(?:自|从)?(?:(?P<start>{_DAY})起?(?:至|到|-|~|止))?(?P<end>{_DAY}|长期(?:有效)?)"
_VALIDITY: Final = re.compile(
    rf"[(]?(?:有效期限?|有效日期|有效|截止日期?|到期日?|VALIDUNTIL|VALIDTO|EXPIRES)"
    rf":*(?:至|到|截至|截止|为)*:*{_SPAN}(?:为?止)?\)?|\(?长期有效\)?"
)
_VALIDITY_KEY: Final = re.compile(
    r"[_.\-]?(?:(?P<from>有效期自|生效日期?|起始日期|valid_?from)"
    r"|有效期限?[至到止]?|有效日期|截止日期?|到期日期?|expir(?:y|es|ation)(?:_?(?:date|at|on))?"
    r"|valid_?(?:until|till|to|thru|through))$"
)
_NOTHING: Final = re.compile(
    r"(?:暂?无|没有|不适用|不?需要?|无需|免|不需要|未办理?|未提供|办理中|申请中|正在办理|正在申请"
    r"|待(?:补|办|提供|上传|更新)充?|NONE|NULL|NIL|NA|N/A|NO|否|空|0|[/?？*]*)"
)
_BETWEEN: Final = re.compile(r"[;,、|]+")


def read_licences(licences: Mapping[str, str], rules: LicenceRules) -> list[Submitted]:
    """The numbers that were submitted, with the validity (有效期) that stands beside them.

    Validity is read from the words after a number, 有效期至2027-08-01, or from a key of its own,
    ``food_sc_valid_until`` or 食品生产许可证有效期. One field may hold several numbers. A number
    under a key that is not known is told by its form; a word for nothing is no number.

    >>> rules = load_licence_rules()
    >>> given = {"食品生产许可证": "SC10644011100125（有效期至2027年8月1日）", "ccc": "暂无"}
    >>> [(one.key, one.number, str(one.valid_until)) for one in read_licences(given, rules)]
    [('food_sc', 'SC10644011100125', '2027-08-01')]
    """
    spans: dict[str, tuple[date | None, date | None]] = {}
    numbers: list[Submitted] = []
    for key, raw in licences.items():
        if match := _VALIDITY_KEY.search(_key(key)):
            base = _resolved(_key(key)[: match.start()], rules)
            spans[base] = _merged(spans.get(base), _days(raw, only_from=bool(match["from"])))
            continue
        for number, start, end in _numbers(raw):
            entry = rules.format(key) or _by_form(number, rules)
            numbers.append(Submitted(entry.key if entry else key, number, start, end))
    only = spans.get("", (None, None)) if len(numbers) == 1 else (None, None)
    return [
        one._replace(valid_from=one.valid_from or start, valid_until=one.valid_until or end)
        for one in numbers
        for start, end in (spans.get(one.key, only),)
    ]


def _resolved(key: str, rules: LicenceRules) -> str:
    entry = rules.format(key)
    return entry.key if entry else key


def _numbers(raw: str) -> Iterator[tuple[str, date | None, date | None]]:
    text = _plain(raw.replace("\n", ";"))
    span = _VALIDITY.search(text)
    days = _days(span.group()) if span else (None, None)
    for part in _BETWEEN.split(_VALIDITY.sub(";", text)):
        number = fold_number(part)
        if not _NOTHING.fullmatch(number):
            yield number, *days


def _days(text: str, *, only_from: bool = False) -> tuple[date | None, date | None]:
    span = re.search(_SPAN, _plain(text))
    if span is None:
        return None, None
    start, end = _day(span["start"]), _day(span["end"])
    return (end, None) if only_from else (start, end)


def _day(text: str | None) -> date | None:
    parts = _DAY_PARTS.match(text or "")
    if parts is None:
        return None
    year, month, day = (int(part) for part in parts.groups() if part)
    try:
        return date(year, month, day)
    except ValueError:
        # 30 February says nothing that can be held against the calendar.
        return None


def _merged(
    known: tuple[date | None, date | None] | None, found: tuple[date | None, date | None]
) -> tuple[date | None, date | None]:
    start, end = known or (None, None)
    return found[0] or start, found[1] or end


def _by_form(number: str, rules: LicenceRules) -> LicenceFormat | None:
    if number[:1].isdigit():
        return None
    return next((f for f in rules.formats if f.by_form and f.compiled.fullmatch(number)), None)


def _key(key: str) -> str:
    return _plain(key).replace("-", "_").lower()


def _compile(pattern: str) -> None:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"is not a regular expression: {error}") from error


def _any_of(functions: tuple[Function, ...]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{cue})" for function in functions for cue in function.cues))


_TABLES: Mapping[str, tuple[str, type[Record]]] = {
    "format": ("formats", LicenceFormat),
    "requirement": ("requirements", Requirement),
    "special_function": ("special_functions", Function),
    "health_function": ("health_functions", Function),
    "treatment": ("treatments", Function),
}
_VALUES: Final = ("provinces", "divisions", "things", "foreign_roots")


def load_licence_rules(path: Path | None = None) -> LicenceRules:
    """Read the rules from ``path``, or from the seeds. Raises SeedError for a broken one."""
    path = path or seed_path("licences.toml")
    text = read_text(path)
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SeedError(f"{path}: is not TOML: {error}") from error
    allowed = {*_VALUES, *_TABLES}
    if unknown := sorted(document.keys() - allowed):
        raise SeedError.at(path, 1, f"table {unknown[0]!r}", ", ".join(sorted(allowed)))
    values: dict[str, object] = {name: document[name] for name in _VALUES if name in document}
    provinces = str(document.get("provinces", ""))
    for table, (field, model) in _TABLES.items():
        values[field] = tuple(_rows(path, text, document, table, model, provinces))
    rules = read_record(LicenceRules, values, path, 1)
    _check_keys(rules, path, text)
    return rules


def _rows(
    path: Path,
    text: str,
    document: dict[str, Any],
    table: str,
    model: type[Record],
    provinces: str,
) -> Iterator[Record]:
    for line, row in zip(_lines_of(text, table), document.get(table, []), strict=True):
        for form in row.get("forms", []):
            form["pattern"] = str(form.get("pattern", "")).replace("{p}", f"[{provinces}]")
        yield read_record(model, row, path, line)


def _lines_of(text: str, table: str) -> list[int]:
    header = f"[[{table}]]"
    return [n for n, line in enumerate(text.split("\n"), start=1) if line.strip() == header]


def _check_keys(rules: LicenceRules, path: Path, text: str) -> None:
    known: set[str] = set()
    names: dict[str, str] = {}
    for line, entry in zip(_lines_of(text, "format"), rules.formats, strict=True):
        if entry.key in known:
            raise SeedError.at(path, line, f"second format {entry.key!r}", "one for each key")
        known.add(entry.key)
        for name in map(_key, (*entry.aliases, entry.name_zh)):
            if (other := names.setdefault(name, entry.key)) != entry.key:
                found = f"name {name!r} of {entry.key!r}, already a name of {other!r}"
                raise SeedError.at(path, line, found, "a name for each format")
    for line, requirement in zip(_lines_of(text, "requirement"), rules.requirements, strict=True):
        for key in (*requirement.any_of, *requirement.waived_if):
            if key not in known:
                found = f"licence {key!r} in {requirement.name!r}"
                raise SeedError.at(path, line, found, ", ".join(sorted(known)))
