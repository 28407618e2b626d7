"""Files of which every version is kept, and the name of the current one (版本文件)."""

import hashlib
from pathlib import Path
from typing import Final

from data.durable import replace_file
from data.problem import FileError, quoted

LOCK: Final = ".lock"
"""The file in the directory of versions that their writers hold: they take turns."""

_CURRENT: Final = "current"
_DIGITS: Final = 12


class Versions:
    """The versions of a file in a directory of their own, and which of them is current.

    A version is named by the first 12 hexadecimal digits of its content's SHA-256; it is never
    changed or removed, so that what a decision was made with can be read again.
    """

    def __init__(self, directory: Path, stem: str) -> None:
        self.directory = directory
        self._stem = stem

    def path(self, version: str) -> Path:
        """The file of a version."""
        return self.directory / f"{self._stem}-{version}.jsonl"

    def current(self) -> str | None:
        """The current version, at the cost of one small file; None where there never was one.

        Raises FileError when the file names none.
        """
        pointer = self.directory / _CURRENT
        try:
            version = pointer.read_text(encoding="ascii").strip()
        except FileNotFoundError:
            return None
        except (OSError, UnicodeDecodeError) as error:
            raise FileError(f"{pointer}: cannot be read: {error}") from error
        if not _is_name(version):
            raise FileError(
                f"{pointer}: names no version; {_DIGITS} hexadecimal digits are expected"
            )
        return version

    def read(self, version: str) -> bytes:
        """The content of a version. Raises FileError when it is gone or damaged, or is none."""
        if not _is_name(version):
            raise FileError(f"{self.directory}: has no version {quoted(version)}")
        path = self.path(version)
        try:
            content = path.read_bytes()
        except OSError as error:
            raise FileError(f"{path}: cannot be read: {error.strerror}") from error
        if _name(content) != version:
            raise FileError(f"{path}: is damaged: its content is not that of version {version}")
        return content

    def keep(self, content: bytes) -> str:
        """Write a version, which is not current by that; returns its name."""
        version = _name(content)
        replace_file(self.path(version), content)
        return version

    def make_current(self, version: str) -> None:
        """Have readers take a version that is kept."""
        replace_file(self.directory / _CURRENT, f"{version}\n".encode("ascii"))


def _is_name(version: str) -> bool:
    return len(version) == _DIGITS and set(version) <= set("0123456789abcdef")


def _name(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:_DIGITS]
