"""What can go wrong, in words that its reader can act on."""

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from data.record import DataId, Record

MAX_ECHO: Final = 80
"""Characters of a merchant's own text that a message may repeat."""

_MAX_KEY: Final = 40


class MingchaError(Exception):
    """A mistake that its reader can mend: the message says what was found and what is allowed."""

    exit_code: ClassVar[int] = 1


class UsageError(MingchaError):
    """The command was called in a way that it does not understand."""

    exit_code: ClassVar[int] = 2


class FileError(MingchaError):
    """A file cannot be used as a whole. The message begins with its path."""


class Problem(Record):
    """Why an item or a row was not accepted.

    ``code`` is stable and made for programs: ``required``, ``unknown_field``, ``wrong_type``,
    ``out_of_range``, ``too_long``, ``too_short``, ``not_allowed``, ``malformed``, ``invalid``.
    ``field`` is a path such as ``skus[2].price``; null when the item as a whole is at fault.
    """

    code: str
    message: str
    field: str | None = None

    def __str__(self) -> str:
        return f"{self.field}: {self.message}" if self.field else self.message


def printable(text: str, limit: int = MAX_ECHO) -> str:
    r"""The first ``limit`` characters, with every character escaped that a terminal would obey.

    >>> printable("原价\x1b[31m99")
    '原价\\x1b[31m99'
    >>> printable("abcdef", limit=3)
    'abc…'
    """
    shown = "".join(
        character if character.isprintable() else character.encode("unicode_escape").decode()
        for character in text[:limit]
    )
    return shown + "…" if len(text) > limit else shown


def quoted(value: object) -> str:
    """How a message repeats what was found: short, on one line, harmless to print.

    >>> quoted("一折"), quoted(-1), quoted(["a"])
    ('"一折"', '-1', 'a list')
    """
    if isinstance(value, str):
        return f'"{printable(value)}"'
    if value is None:
        return "null"
    if isinstance(value, Mapping):
        return "an object"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int) and value.bit_length() > 256:
        return "a number of more than 77 digits"
    return printable(str(value))


def explain(error: ValidationError) -> list[Problem]:
    """Pydantic's complaints as problems: what is allowed and what was found.

    >>> from data.listing import Sku
    >>> try:
    ...     Sku.model_validate({"name": "30ml", "price": -1})
    ... except ValidationError as error:
    ...     print(explain(error)[0])
    price: must be ≥ 0, found -1
    """
    return [_problem(details) for details in error.errors(include_url=False)]


def reason(problems: list[Problem], limit: int = 3) -> str:
    """The problems of one row in one line; those beyond ``limit`` are counted."""
    said = [str(problem) for problem in problems[:limit]]
    if len(problems) > limit:
        said.append(f"and {len(problems) - limit} more")
    return "; ".join(said)


def _problem(details: ErrorDetails) -> Problem:
    code, message = _say(details["type"], details.get("ctx", {}), details["input"], details["msg"])
    return Problem(code=code, message=message, field=_path(details["loc"]))


def _path(location: tuple[int | str, ...]) -> str | None:
    path = ""
    for step in location:
        if isinstance(step, int):
            path += f"[{step}]"
        elif step != "[key]":
            path += ("." if path else "") + printable(step, _MAX_KEY)
    return path or None


_BOUNDS: Final = {
    "greater_than_equal": ("≥", "ge"),
    "greater_than": (">", "gt"),
    "less_than_equal": ("≤", "le"),
    "less_than": ("<", "lt"),
}
_TYPES: Final = {
    "string": "text",
    "float": "a number",
    "int": "a whole number",
    "bool": "true or false",
    "dict": "an object",
    "model": "an object",
    "list": "a list",
    "datetime": "an instant such as 2026-02-01T08:00:00+08:00",
}
_ID_PATTERN: Final = DataId.__metadata__[0].pattern  # type: ignore[attr-defined]


def _say(kind: str, context: Mapping[str, Any], found: object, fallback: str) -> tuple[str, str]:
    if kind in _BOUNDS:
        sign, key = _BOUNDS[kind]
        return "out_of_range", f"must be {sign} {_plain(context[key])}, found {quoted(found)}"
    match kind:
        case "missing":
            return "required", "is required, and missing"
        case "extra_forbidden":
            return "unknown_field", "is no field of this record"
        case "string_too_long":
            return "too_long", _at_most(context["max_length"], "characters", found)
        case "too_long":
            return "too_long", _at_most(context["max_length"], "entries", found)
        case "string_too_short" | "too_short":
            return "too_short", f"must hold at least {context['min_length']}, found {quoted(found)}"
        case "string_pattern_mismatch":
            return "malformed", f"must be {_form(context['pattern'])}, found {quoted(found)}"
        case "string_unicode":
            return "malformed", "holds half a character (a lone surrogate); must be Unicode text"
        case "literal_error":
            allowed = str(context["expected"]).replace("'", "")
            return "not_allowed", f"must be {allowed}, found {quoted(found)}"
        case "finite_number":
            return "out_of_range", f"must be a finite number, found {quoted(found)}"
        case "value_error":
            return "invalid", str(context["error"])
    wanted = _TYPES.get(kind.split("_")[0])
    if wanted:
        return "wrong_type", f"must be {wanted}, found {quoted(found)}"
    return "invalid", printable(fallback, 200)


def _plain(number: float) -> str:
    return str(int(number)) if number == int(number) else str(number)


def _at_most(limit: int, of_what: str, found: object) -> str:
    size = f", found {len(found)}" if isinstance(found, str | list | dict) else ""
    return f"must hold at most {limit} {of_what}{size}"


def _form(pattern: str) -> str:
    return "1 to 128 of A-Z a-z 0-9 _ . -" if pattern == _ID_PATTERN else f"of the form {pattern}"
