"""The review sample (抽样复核) of this service, and the key of its draws."""

import os
import secrets
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from data.problem import FileError
from data.selection import Selection
from data.verdict import Kind, Verdict
from models.selection import Sampler, Shares
from serving import journal

if TYPE_CHECKING:
    from models.judgement import Opinion

KEY: Final = "exploration.key"
"""The file of the home that keeps the key where no seed is set."""

_BYTES: Final = 32


class Sample:
    """Draws passed items for a person to see. Until it is open its key is of this process."""

    def __init__(self, home: Path, seed: str, shares: Shares) -> None:
        self._home = home
        self._seed = seed
        self._sampler = Sampler(secrets.token_bytes(_BYTES), shares)

    def open(self) -> None:
        """Take the key that the seed gives, or else the home's; other workers take the same."""
        try:
            key = self._seed.encode() or kept_key(self._home)
        except (OSError, FileError) as error:
            # Draws stay as random as before, but differ from those of the next process.
            journal.problem("exploration_key_not_kept", error, cause=str(error))
            return
        self._sampler = Sampler(key, self._sampler.shares)

    def select(self, kind: Kind, verdict: Verdict, opinion: "Opinion | None") -> Selection:
        """How likely a person sees the item, and why if it was drawn."""
        return self._sampler.select(kind, verdict, opinion)


def kept_key(home: Path) -> bytes:
    """The key of a home, made when first asked for; of several who make one, the first counts.

    Raises OSError when the home cannot be used, `FileError` when the file is damaged.
    """
    path = home / KEY
    if not path.exists():
        home.mkdir(parents=True, exist_ok=True)
        descriptor, staging = tempfile.mkstemp(dir=home, prefix=f".{KEY}-")
        try:
            with open(descriptor, "wb") as file:
                file.write(secrets.token_bytes(_BYTES))
                file.flush()
                os.fsync(descriptor)
            os.link(staging, path)
        except FileExistsError:
            pass
        finally:
            os.unlink(staging)
    key = path.read_bytes()
    if len(key) != _BYTES:
        raise FileError(f"{path}: holds {len(key)} bytes, not {_BYTES}; remove it for a new key")
    return key
