"""How seed files are found, read and named when they are wrong."""

import hashlib
from collections.abc import Collection, Iterator, Mapping
from importlib import resources
from pathlib import Path
from typing import Self, TypeVar

from pydantic import ValidationError

from data.problem import MingchaError
from data.record import Record

SomeRecord = TypeVar("SomeRecord", bound=Record)

_SEED_SUFFIXES = {".toml", ".tsv", ".jsonl", ".txt"}


class SeedError(MingchaError):
    """A seed row that cannot be used. Reads ``file:line: what was found; what is allowed``."""

    @classmethod
    def at(cls, path: Path, line: int, found: str, allowed: str) -> Self:
        """The error for one line of one file; lines count from 1.

        >>> str(SeedError.at(Path("cues.tsv"), 7, "weight 'x'", "a number from -1 to 1"))
        "cues.tsv:7: weight 'x'; allowed: a number from -1 to 1"
        """
        return cls(f"{path}:{line}: {found}; allowed: {allowed}")


def seed_path(name: str) -> Path:
    """Where a seed file or directory lies, such as ``taxonomy.toml`` or ``lexicon``.

    Raises SeedError when the package holds no such file.
    """
    path = Path(str(resources.files("seeds"))) / name
    if not path.exists():
        raise SeedError(f"{path}: no such seed file; the package seeds should hold it")
    return path


def read_text(path: Path) -> str:
    """The text of a seed file. Raises SeedError unless it can be read as UTF-8."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise SeedError(f"{path}: byte {error.start} is not UTF-8; allowed: UTF-8") from error
    except OSError as error:
        raise SeedError(f"{path}: cannot be read ({error.strerror}); a file is expected") from error


def read_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Each line with its number from 1, without empty lines."""
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        if line.strip():
            yield number, line.removesuffix("\r")


def read_tsv(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Each row under the header line, with its line number. Cells are neither quoted nor trimmed.

    Raises SeedError when a row has more or fewer cells than the header.
    """
    lines = read_lines(path)
    number, header = next(lines, (1, ""))
    columns = header.split("\t")
    if not header or len(set(columns)) != len(columns):
        raise SeedError.at(path, number, f"header {header!r}", "distinct column names")
    for number, line in lines:
        cells = line.split("\t")
        if len(cells) != len(columns):
            names = ", ".join(columns)
            raise SeedError.at(path, number, f"{len(cells)} cells", f"{len(columns)} ({names})")
        yield number, dict(zip(columns, cells, strict=True))


def read_record(
    model: type[SomeRecord], values: Mapping[str, object], path: Path, line: int
) -> SomeRecord:
    """Make a record of one row, whose numbers may still be strings.

    Raises SeedError that names the first wrong field and what it may hold.
    """
    try:
        return model.model_validate(dict(values), strict=False)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"]) or model.__name__
        found = f"{field} {str(first['input'])[:60]!r}"
        raise SeedError.at(path, line, found, first["msg"]) from error


def one_of(value: str, allowed: tuple[str, ...], what: str, path: Path, line: int) -> str:
    """Return ``value`` if it is one of ``allowed``, else raise SeedError that lists them."""
    if value not in allowed:
        raise SeedError.at(path, line, f"unknown {what} {value!r}", ", ".join(allowed))
    return value


def content_version(directory: Path, without: Collection[str] = ()) -> str:
    """Twelve hexadecimal digits that change when any seed file below ``directory`` does.

    The directories in it that are called as in ``without`` are left out.
    """
    digest = hashlib.sha256()
    files = [
        path
        for path in directory.rglob("*")
        if path.suffix in _SEED_SUFFIXES and path.relative_to(directory).parts[0] not in without
    ]
    for path in sorted(files, key=lambda path: path.relative_to(directory).as_posix()):
        name = path.relative_to(directory).as_posix().encode()
        content = path.read_bytes()
        digest.update(b"%d:%s%d:%s" % (len(name), name, len(content), content))
    return digest.hexdigest()[:12]


def knowledge_version() -> str:
    """The version of the seeds that answers depend on: all but examples and regression rows."""
    return content_version(seed_path(""), without=("examples", "regression"))


def seeds_version() -> str:
    """The version of all seeds together: file names and bytes, in order."""
    return content_version(seed_path(""))
