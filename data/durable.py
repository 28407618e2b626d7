"""Files that outlive a power cut, and work that one process does at a time (原子写, 文件锁)."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from data.problem import FileError


def replace_file(target: Path, content: bytes) -> None:
    """Write durably; whoever reads meanwhile sees the old file or the new one, never half.

    Raises FileError when it cannot be written; the old one is then still there.
    """
    staging = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with staging.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(staging, target)
        # The new name is durable only once its directory is.
        descriptor = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
    except OSError as error:
        staging.unlink(missing_ok=True)
        raise FileError(f"{target}: cannot be written: {error.strerror}") from error


@contextmanager
def held(path: Path, *, busy: str | None = None) -> Iterator[None]:
    """Hold the lock file ``path``, until the block or the process ends, however it ends.

    Waits for whoever holds it; with ``busy`` raises FileError of these words at once instead.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock = path.open("a")
    except OSError as error:
        raise FileError(f"{path}: cannot be used: {error.strerror}") from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | (0 if busy is None else fcntl.LOCK_NB))
        except BlockingIOError as error:
            raise FileError(f"{path}: {busy}") from error
        yield
