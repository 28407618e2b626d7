"""The champions that a Bento carries beside its code (随包模型)."""

from pathlib import Path
from typing import Final

from data.verdict import Kind
from models.store import champion

PACKED: Final = "packed"
"""Directory beside the packages; laid out as ``MINGCHA_HOME`` is, and read-only."""


def current(home: Path, kind: Kind, beside: Path = Path(__file__).parents[1]) -> Path | None:
    """The champion promoted in ``home``, or else the one that was packed with the code.

    Raises ArtifactError when a pointer cannot be understood.
    """
    return champion(home, kind) or champion(beside / PACKED, kind)
