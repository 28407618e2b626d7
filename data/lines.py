"""Physical lines of text files: cut, decoded, and those that cannot be decoded told apart."""

import codecs
import gzip
import zlib
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final, NamedTuple, cast

from data.limits import MAX_BODY_BYTES
from data.problem import FileError, UsageError, quoted

_SAMPLE_BYTES: Final = 1_000_000


class Line(NamedTuple):
    """One physical line, counted from 1. ``fault`` says why it cannot be used, if so."""

    number: int
    text: str
    fault: str | None = None


class Lines(Iterator[Line]):
    """Lines that can be put back."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self._lines = iter(lines)
        self._waiting: deque[Line] = deque()

    def __next__(self) -> Line:
        return self._waiting.popleft() if self._waiting else next(self._lines)

    def put_back(self, lines: Iterable[Line]) -> None:
        """Let these lines come next, the first of them first."""
        self._waiting.extendleft(reversed(list(lines)))

    def peek(self) -> Line | None:
        """The next line that is not blank, or ``None`` at the end."""
        for line in self:
            if line.fault or line.text.strip():
                self.put_back([line])
                return line
        return None


def open_bytes(path: Path, gzipped: bool) -> IO[bytes]:
    """The file's bytes, unpacked. Raises ``FileError`` when it cannot be opened."""
    try:
        return cast(IO[bytes], gzip.open(path, "rb") if gzipped else path.open("rb"))
    except OSError as error:
        raise FileError(f"{path}: cannot be opened: {error.strerror}") from error


def codec_name(encoding: str) -> str:
    """The codec's name. Lines are cut before they are decoded, so a line feed must be one byte."""
    try:
        name = codecs.lookup(encoding).name
        if name == "utf-8-sig":
            return "utf-8"
        cuts = "\n".encode(name) == b"\n"
    except LookupError as error:
        raise UsageError(
            f"--encoding: {quoted(encoding)} is unknown; for example utf-8, gb18030, big5"
        ) from error
    if not cuts:
        raise UsageError(f"--encoding: {name} cannot be read by lines; save the file as UTF-8")
    return name


def decoded(stream: IO[bytes], path: Path, gzipped: bool, codec: str) -> Iterator[Line]:
    """The lines of a stream. Single broken lines carry a fault.

    Raises ``FileError`` when the file as a whole is in another encoding, or no whole gzip file.
    """
    offset, good, bad = 0, 0, 0
    for number, (raw, cut) in enumerate(_cut(stream, path), start=1):
        fault = f"is longer than {MAX_BODY_BYTES} bytes" if cut else None
        try:
            text = raw.decode(codec, errors="replace" if cut else "strict")
            good += not raw.isascii()
        except UnicodeDecodeError as error:
            bad += 1
            if bad > good and not _mostly(path, gzipped, codec):
                at = offset + error.start
                raise FileError(_wrong_encoding(path, gzipped, codec, number, at)) from error
            text = raw.decode(codec, errors="backslashreplace")
            fault = f"byte {error.start + 1} of the line is no {codec}"
        if number == 1:
            text = text.removeprefix("\ufeff")
        if fault is None and "\0" in text:
            fault = "holds a NUL byte"
        yield Line(number, text, fault)
        offset += len(raw)


def _cut(stream: IO[bytes], path: Path) -> Iterator[tuple[bytes, bool]]:
    """Each line, and whether it was too long to be kept whole."""
    with _readable(path):
        while raw := stream.readline(MAX_BODY_BYTES):
            cut, rest = False, raw
            while not rest.endswith(b"\n") and (rest := stream.readline(MAX_BODY_BYTES)):
                cut = True
            yield raw, cut


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """A read that fails inside names the file and what is wrong with it."""
    try:
        yield
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise FileError(f"{path}: is no whole gzip file: {error}") from error
    except OSError as error:
        raise FileError(f"{path}: cannot be read: {error.strerror}") from error


def _sample(path: Path, gzipped: bool) -> bytes:
    with open_bytes(path, gzipped) as stream, _readable(path):
        return stream.read(_SAMPLE_BYTES)


def _mostly(path: Path, gzipped: bool, codec: str) -> bool:
    """Whether most lines beyond ASCII at the file's beginning are of the codec."""
    lines = [line for line in _sample(path, gzipped).split(b"\n") if not line.isascii()]
    return sum(_decodes(line, codec) for line in lines) * 2 > len(lines)


def _decodes(raw: bytes, codec: str) -> bool:
    try:
        raw.decode(codec)
    except UnicodeDecodeError:
        return False
    return True


def _wrong_encoding(path: Path, gzipped: bool, codec: str, line: int, offset: int) -> str:
    sample = _sample(path, gzipped)
    whole = sample[: sample.rfind(b"\n") + 1] or sample
    advice = "name its encoding with --encoding, or save the file as UTF-8"
    if sample.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        advice = "it begins like UTF-16; save the file as UTF-8"
    elif codec != "utf-8" and _decodes(whole, "utf-8"):
        advice = "it reads as UTF-8; leave --encoding out"
    elif codec != "gb18030" and _decodes(whole, "gb18030"):
        advice = "it reads as GB18030; if it is Chinese text, add --encoding gb18030"
    return f"{path}:{line}: is not {codec} (byte {offset} of the file); {advice}"
