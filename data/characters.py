"""How written text disguises words (字形伪装): look-alikes, split characters, initials, symbols."""

import re
import unicodedata
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field

from data.record import Record, RequiredText
from data.seeds import SeedError, one_of, read_record, read_tsv, seed_path
from data.taxonomy import load_taxonomy

LookalikeKind = Literal["variant", "lookalike", "common", "letter"]
"""What a look-alike is: another form of the same character (variant: 眞), a rare character that
nobody else types (lookalike: 髙), an ordinary character that hides a word only inside that word
(common: 冶疗), or a letter of another alphabet (letter: Cyrillic х)."""

Joins = Literal["always", "in_word", "in_long_word"]
"""When parts are one character: always (a bare radical, 氵台), where a risk word
results (米唐尿病), or only where that word has three characters, as the parts are words
themselves (女子)."""

_SUBJECT: Final = "@"
_UNBOUNDED: Final = re.compile(r"(?<!\\)[.)\]][*+]")


class Confusable(Record):
    """A character ``surface`` that is read as ``plain`` (形近字)."""

    surface: Annotated[str, Field(min_length=1, max_length=1)]
    plain: Annotated[str, Field(min_length=1, max_length=1)]
    kind: LookalikeKind
    note: str


class Component(Record):
    """A character taken apart (拆字): ``parts`` stand for ``character``."""

    parts: Annotated[str, Field(min_length=2, max_length=4)]
    character: Annotated[str, Field(min_length=1, max_length=1)]
    joins: Joins


class Initial(Record):
    """Initials or slang in letters (缩写), and when they mean ``resolved``.

    ``context`` is a regular expression of the text around, in which ``@`` stands for the
    initials; empty when they mean it anywhere. ``weight`` is how sure that is, 0 to 1.
    """

    surface: RequiredText
    resolved: RequiredText
    code: str | None
    weight: Annotated[float, Field(ge=0, le=1)]
    context: str
    note: str


class Symbol(Record):
    """A symbol or emoji that stands for ``plain``, a word or a part of one.

    Where ``context`` (as of Initial) is empty, it does so only inside a risk word (特效💊).
    """

    symbol: RequiredText
    plain: RequiredText
    code: str | None
    weight: Annotated[float, Field(ge=0, le=1)]
    context: str
    note: str


class Characters(Record):
    """All tables of disguised characters."""

    confusables: tuple[Confusable, ...] = ()
    components: tuple[Component, ...] = ()
    initials: tuple[Initial, ...] = ()
    symbols: tuple[Symbol, ...] = ()


def load_characters(directory: Path | None = None) -> Characters:
    """Read the four tables of ``directory``, or of the seeds.

    Raises SeedError for an unknown code, a context that does not compile, a surface that folding
    would change, or a row that stands there twice.
    """
    directory = directory or seed_path("lexicon") / "characters"
    codes = load_taxonomy().codes
    return Characters(
        confusables=_read_confusables(directory / "confusables.tsv"),
        components=_read_components(directory / "components.tsv"),
        initials=_read_initials(directory / "initials.tsv", codes),
        symbols=_read_symbols(directory / "symbols.tsv", codes),
    )


def _read_confusables(path: Path) -> tuple[Confusable, ...]:
    rows: dict[str, Confusable] = {}
    lines: dict[str, int] = {}
    for line, row in read_tsv(path):
        confusable = read_record(Confusable, row, path, line)
        _check_survives(confusable.surface, path, line)
        if confusable.surface in rows:
            raise SeedError.at(path, line, f"second {confusable.surface!r}", "one meaning each")
        rows[confusable.surface] = confusable
        lines[confusable.surface] = line
    for surface, confusable in rows.items():
        if confusable.plain in rows and rows[confusable.plain].kind != "common":
            found = f"plain {confusable.plain!r}, which is itself a look-alike"
            raise SeedError.at(path, lines[surface], found, "the ordinary character")
    return tuple(rows.values())


def _read_components(path: Path) -> tuple[Component, ...]:
    rows: dict[str, Component] = {}
    for line, row in read_tsv(path):
        component = read_record(Component, row, path, line)
        _check_survives(component.parts, path, line)
        if component.parts in rows:
            raise SeedError.at(path, line, f"second {component.parts!r}", "one meaning each")
        rows[component.parts] = component
    return tuple(rows.values())


def _read_initials(path: Path, codes: tuple[str, ...]) -> tuple[Initial, ...]:
    rows: dict[tuple[str, str], Initial] = {}
    for line, row in read_tsv(path):
        initial = read_record(Initial, {**row, "code": row.get("code") or None}, path, line)
        _check_meaning(initial.surface, initial.code, initial.context, codes, path, line)
        if (initial.surface, initial.context) in rows:
            raise SeedError.at(path, line, f"second {initial.surface!r}", "one for each context")
        rows[initial.surface, initial.context] = initial
    return tuple(rows.values())


def _read_symbols(path: Path, codes: tuple[str, ...]) -> tuple[Symbol, ...]:
    rows: dict[tuple[str, str, str], Symbol] = {}
    for line, row in read_tsv(path):
        symbol = read_record(Symbol, {**row, "code": row.get("code") or None}, path, line)
        _check_meaning(symbol.symbol, symbol.code, symbol.context, codes, path, line)
        key = (symbol.symbol, symbol.plain, symbol.context)
        if key in rows:
            raise SeedError.at(path, line, f"second {symbol.symbol!r}", "one for each context")
        rows[key] = symbol
    return tuple(rows.values())


def _check_meaning(
    surface: str, code: str | None, context: str, codes: tuple[str, ...], path: Path, line: int
) -> None:
    _check_survives(surface, path, line)
    if code is not None:
        one_of(code, codes, "code", path, line)
    if context:
        _check_context(context, path, line)


def _check_context(context: str, path: Path, line: int) -> None:
    try:
        re.compile(context)
    except re.error as error:
        found = f"context {context!r} ({error})"
        raise SeedError.at(path, line, found, "a Python regular expression") from error
    if _SUBJECT not in context:
        raise SeedError.at(path, line, f"context {context!r}", f"one in which {_SUBJECT} stands")
    if _UNBOUNDED.search(context):
        raise SeedError.at(path, line, f"unbounded repeat in {context!r}", "one such as {0,9}")


def _check_survives(surface: str, path: Path, line: int) -> None:
    for char in surface:
        folded = unicodedata.normalize("NFKC", char).lower()
        if folded != char or unicodedata.category(char) in {"Cf", "Cc", "Mn", "Me"}:
            found = f"{char!r} in {surface!r}, which folding removes or changes"
            raise SeedError.at(path, line, found, "characters as normalised text has them")
