"""Where run-time state lives: SQLite files, registry, artefacts, logs (运行目录)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

VARIABLE: Final = "MINGCHA_HOME"
DEFAULT: Final = Path("var")


def home(environ: Mapping[str, str]) -> Path:
    """The directory that ``MINGCHA_HOME`` names, ``./var`` by default.

    >>> home({"MINGCHA_HOME": "/srv/mingcha"}).as_posix()
    '/srv/mingcha'
    """
    return Path(environ.get(VARIABLE) or DEFAULT)
