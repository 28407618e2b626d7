"""Small files that are replaced whole and survive a power cut, one writer at a time (持久替换)."""

import fcntl
import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from data.problem import FileError

_CURRENT: Final = "current"
_DIGITS: Final = 12


def replace_file(path: Path, content: bytes) -> None:
    """Write durably; whoever reads meanwhile sees the old file or the new one, never half.

    Raises FileError when it cannot be written.
    """
    staging = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with staging.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(staging, path)
        # The new name is durable only once its directory is.
        descriptor = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise FileError(f"{path}: cannot be written: {error.strerror}") from error


@contextmanager
def held(directory: Path) -> Iterator[None]:
    """The lock of a directory, which is made where it is missing: its writers take turns.

    Two at once would each forget what the other wrote. Raises FileError when it cannot be used.
    """
    try:
        directory.mkdir(parents=True, exist_ok=True)
        lock = (directory / ".lock").open("w")
    except OSError as error:
        raise FileError(f"{directory}: cannot be used: {error.strerror}") from error
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


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
        if len(version) != _DIGITS or not set(version) <= set("0123456789abcdef"):
            raise FileError(
                f"{pointer}: names no version; {_DIGITS} hexadecimal digits are expected"
            )
        return version

    def read(self, version: str) -> bytes:
        """The content of a version. Raises FileError when it is gone or damaged."""
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


def _name(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:_DIGITS]
