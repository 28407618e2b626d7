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


LEDGER_VARIABLE: Final = "MINGCHA_LEDGER_URL"


def ledger_url(environ: Mapping[str, str]) -> str:
    """The URL of the ledger (台账): as set, or SQLite in the home.

    >>> ledger_url({"MINGCHA_HOME": "/srv/mingcha"})
    'sqlite:////srv/mingcha/ledger.sqlite'
    """
    return environ.get(LEDGER_VARIABLE) or f"sqlite:///{home(environ) / 'ledger.sqlite'}"
