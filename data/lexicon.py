"""What hosts and sellers say: cues (线索词), disguises (伪装) and words for the tokeniser."""

import re
import unicodedata
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from data.characters import Characters, load_characters
from data.mechanism import Mechanism
from data.record import Record, RequiredText
from data.seeds import (
    SeedError,
    content_version,
    one_of,
    read_lines,
    read_record,
    read_tsv,
    seed_path,
)
from data.taxonomy import load_taxonomy

Kind = Literal["literal", "regex"]

Surface = Literal["literal", "regex", "sound"]
"""How an alias is recognised: to the letter, by a pattern, or however it is misspelt by ear."""

# A merchant's 20,000 characters must not make a pattern run away.
_UNBOUNDED = re.compile(r"(?<!\\)[.)\]][*+]")
_COMMAS = str.maketrans(",、", "，，")


class Cue(Record):
    """A pattern that speaks for a label, or against it when ``weight`` is negative.

    It is matched in folded text: NFKC for each character, lower-case, ``,`` and ``、`` as ``，``.
    """

    code: str
    pattern: RequiredText
    kind: Kind
    weight: Annotated[float, Field(ge=-1, le=1)]
    note: str

    def compiled(self) -> re.Pattern[str]:
        """The pattern as a regular expression, whichever its kind."""
        return _compile(self.pattern, self.kind)


class Alias(Record):
    """A disguised word and what it means: every match of ``surface`` stands for ``resolved``.

    ``weight`` is how sure the match is a deliberate disguise, from 0 to 1; ``code`` the label it
    points to, or None.
    """

    surface: RequiredText
    kind: Surface
    resolved: RequiredText
    code: str | None
    weight: Annotated[float, Field(ge=0, le=1)]
    mechanism: Mechanism
    note: str

    def compiled(self) -> re.Pattern[str]:
        """The surface as a regular expression; of one that goes by sound, its own spelling."""
        return _compile(self.surface, "regex" if self.kind == "regex" else "literal")


class RiskWord(Record):
    """A word that hosts disguise (敏感词): 免疫力 becomes 免某力, 关节 关某节.

    ``weight`` is how sure its disguised form is a deliberate claim, from 0 to 1: near 0 for
    words such as 关注, whose disguise is a habit. ``code`` is the label that the disguised form
    points to, or None. The plain word is no hit: that is what cues are for.
    """

    word: Annotated[str, Field(pattern=r"^\S{2,12}$")]
    code: str | None
    weight: Annotated[float, Field(ge=0, le=1)]
    note: str


class Word(Record):
    """A word the tokeniser should keep whole, with its frequency (词频)."""

    word: RequiredText
    frequency: Annotated[int, Field(ge=1, le=1_000_000)]


class Lexicon(Record):
    """Cues, aliases, words and tables of characters; ``version`` changes with any file of them.

    ``ordinary`` are pairs of characters and letters that sound like a risk word or could be its
    initials and are said every day (手速 is no 手术), though no dictionary has them.
    """

    cues: tuple[Cue, ...]
    aliases: tuple[Alias, ...]
    version: str
    words: tuple[Word, ...] = ()
    risk_words: tuple[RiskWord, ...] = ()
    ordinary: tuple[str, ...] = ()
    characters: Characters = Characters()


def load_lexicon(directory: Path | None = None) -> Lexicon:
    """Read cues, aliases, risk words, words, what is ordinary, and the tables of characters.

    They stand in ``directory``, or else in the seeds.

    Raises SeedError for an unknown code, a pattern that does not compile or could not match
    folded text, or a row that stands there twice.
    """
    directory = directory or seed_path("lexicon")
    codes = load_taxonomy().codes
    return Lexicon(
        cues=_read_cues(directory / "cues.tsv", codes),
        aliases=_read_aliases(directory / "aliases.tsv", codes),
        words=_read_words(directory / "words.txt"),
        risk_words=_read_risk_words(directory / "risk_words.tsv", codes),
        ordinary=_read_ordinary(directory / "ordinary.txt"),
        characters=load_characters(directory / "characters"),
        version=content_version(directory),
    )


def _read_cues(path: Path, codes: tuple[str, ...]) -> tuple[Cue, ...]:
    cues: dict[tuple[str, str], Cue] = {}
    for line, row in read_tsv(path):
        values = {"pattern" if column == "cue" else column: cell for column, cell in row.items()}
        cue = read_record(Cue, values, path, line)
        one_of(cue.code, codes, "code", path, line)
        _check_pattern(cue.pattern, cue.kind, path, line)
        if (cue.code, cue.pattern) in cues:
            raise SeedError.at(path, line, f"second cue {cue.pattern!r}", "one for each code")
        cues[cue.code, cue.pattern] = cue
    return tuple(cues.values())


def _read_aliases(path: Path, codes: tuple[str, ...]) -> tuple[Alias, ...]:
    aliases: dict[str, Alias] = {}
    for line, row in read_tsv(path):
        alias = read_record(Alias, {**row, "code": row.get("code") or None}, path, line)
        if alias.code is not None:
            one_of(alias.code, codes, "code", path, line)
        if alias.kind == "sound" and len(alias.surface) < 3:
            found = f"surface {alias.surface!r} of kind sound"
            raise SeedError.at(path, line, found, "three characters or more: two sound like much")
        _check_pattern(alias.surface, "regex" if alias.kind == "regex" else "literal", path, line)
        if alias.surface in aliases:
            raise SeedError.at(path, line, f"second alias {alias.surface!r}", "one meaning each")
        aliases[alias.surface] = alias
    return tuple(aliases.values())


def _read_risk_words(path: Path, codes: tuple[str, ...]) -> tuple[RiskWord, ...]:
    words: dict[str, RiskWord] = {}
    for line, row in read_tsv(path):
        word = read_record(RiskWord, {**row, "code": row.get("code") or None}, path, line)
        if word.code is not None:
            one_of(word.code, codes, "code", path, line)
        _check_folded(word.word, "literal", path, line)
        if word.word in words:
            raise SeedError.at(path, line, f"second risk word {word.word!r}", "each word once")
        words[word.word] = word
    return tuple(words.values())


def _read_words(path: Path) -> tuple[Word, ...]:
    words: dict[str, Word] = {}
    for line, text in read_lines(path):
        cells = text.split(" ")
        if len(cells) != 2:
            raise SeedError.at(path, line, f"{text!r}", "a word, one space, its frequency")
        word = read_record(Word, {"word": cells[0], "frequency": cells[1]}, path, line)
        if word.word in words:
            raise SeedError.at(path, line, f"second {word.word!r}", "each word once")
        words[word.word] = word
    return tuple(words.values())


def _read_ordinary(path: Path) -> tuple[str, ...]:
    ordinary: dict[str, None] = {}
    for line, text in read_lines(path):
        _check_folded(text, "literal", path, line)
        if text in ordinary:
            raise SeedError.at(path, line, f"second {text!r}", "each once")
        ordinary[text] = None
    return tuple(ordinary)


def _check_pattern(pattern: str, kind: Kind, path: Path, line: int) -> None:
    try:
        compiled = _compile(pattern, kind)
    except re.error as error:
        found = f"pattern {pattern!r} ({error})"
        raise SeedError.at(path, line, found, "a Python regular expression") from error
    if kind == "regex" and _UNBOUNDED.search(pattern):
        raise SeedError.at(path, line, f"unbounded repeat in {pattern!r}", "one such as {0,20}")
    if compiled.search(""):
        raise SeedError.at(path, line, f"pattern {pattern!r} that matches nothing", "some text")
    _check_folded(pattern, kind, path, line)


def _check_folded(pattern: str, kind: Kind, path: Path, line: int) -> None:
    char = folded_away(_matched_characters(pattern, kind))
    if char is not None:
        found = f"{char!r} in {pattern!r}, which folding removes or changes"
        raise SeedError.at(path, line, found, "lower-case, half-width letters; ， for commas")


def folded_away(text: str) -> str | None:
    """The first character that cannot stand in folded text, such as a capital; else None.

    >>> folded_away("Vx号"), folded_away("vx号")
    ('V', None)
    """
    return next((char for char in text if _is_folded_away(char)), None)


@cache
def _compile(pattern: str, kind: Kind) -> re.Pattern[str]:
    return re.compile(pattern if kind == "regex" else re.escape(pattern))


def _matched_characters(pattern: str, kind: Kind) -> str:
    """The characters of a pattern that stand for text, not for syntax such as ``\\D``."""
    return pattern if kind == "literal" else re.sub(r"\\.|\{\d*,?\d*\}", "", pattern)


def _is_folded_away(char: str) -> bool:
    folded = unicodedata.normalize("NFKC", char).lower().translate(_COMMAS)
    return folded != char or unicodedata.category(char) in {"Cf", "Mn", "Me"}
