"""Where the current artefact of each kind stands: one small pointer file, replaced atomically.

The registry's alias says the same; serving reads the pointer, since importing the registry
costs seconds.
"""

import json
import re
from pathlib import Path
from typing import Final

from data.durable import replace_file
from data.problem import quoted
from data.verdict import Kind
from models.artifact import ArtifactError

_VERSION: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*")


def artifacts(home: Path, kind: Kind) -> Path:
    """The directory that holds the artefacts of a kind, one directory a version."""
    return home / "artifacts" / kind


def champion(home: Path, kind: Kind) -> Path | None:
    """The directory of the champion (当前模型), or None where nothing was promoted yet.

    Raises ArtifactError when the pointer cannot be understood.
    """
    pointer = _pointer(home, kind)
    try:
        version = json.loads(pointer.read_text("utf-8"))["model_version"]
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ArtifactError(
            f'{pointer}: cannot be read as {{"model_version": …}}; promote a version anew'
        ) from error
    if not isinstance(version, str) or not _VERSION.fullmatch(version):
        raise ArtifactError(f"{pointer}: model_version is not the name of a version")
    return artifacts(home, kind) / version


def artifact_of(home: Path, kind: Kind, model_version: str) -> Path:
    """The directory of a version that a decision names, whether or not it is champion now.

    Raises ArtifactError when the home does not have it.
    """
    directory = artifacts(home, kind)
    if not _VERSION.fullmatch(model_version) or not (directory / model_version).is_dir():
        raise ArtifactError(f"{directory}: has no artefact {quoted(model_version)}")
    return directory / model_version


def promote(home: Path, kind: Kind, model_version: str) -> None:
    """Point to a version as the champion; a reader sees the old one or the new one, never neither.

    Raises FileError when that cannot be written.
    """
    replace_file(
        _pointer(home, kind), (json.dumps({"model_version": model_version}) + "\n").encode()
    )


def _pointer(home: Path, kind: Kind) -> Path:
    return home / "champions" / f"{kind}.json"
