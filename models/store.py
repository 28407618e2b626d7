"""Where the current artefact of each kind stands: one small pointer file, replaced atomically.

The registry's alias says the same; serving reads the pointer, since importing the registry
costs seconds. A second pointer names the shadow, which answers beside the champion unheard.
"""

import json
import re
from pathlib import Path
from typing import Final

from data.durable import replace_file
from data.problem import FileError, quoted
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
    return _pointed(home, kind, _champion(home, kind), "promote a version anew")


def shadow(home: Path, kind: Kind) -> Path | None:
    """The directory of the shadow (影子模型), or None where none runs.

    Raises ArtifactError when the pointer cannot be understood.
    """
    return _pointed(home, kind, _shadow(home, kind), "start or stop the shadow anew")


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
    _point(_champion(home, kind), model_version)


def set_shadow(home: Path, kind: Kind, model_version: str) -> None:
    """Point to a version as the shadow, in place of another. Raises FileError as `promote`."""
    _point(_shadow(home, kind), model_version)


def clear_shadow(home: Path, kind: Kind) -> None:
    """Have no shadow. Raises FileError when the pointer cannot be taken away."""
    pointer = _shadow(home, kind)
    try:
        pointer.unlink(missing_ok=True)
    except OSError as error:
        raise FileError(f"{pointer}: cannot be removed: {error.strerror}") from error


def _champion(home: Path, kind: Kind) -> Path:
    return home / "champions" / f"{kind}.json"


def _shadow(home: Path, kind: Kind) -> Path:
    return home / "champions" / f"{kind}.shadow.json"


def _point(pointer: Path, model_version: str) -> None:
    replace_file(pointer, (json.dumps({"model_version": model_version}) + "\n").encode())


def _pointed(home: Path, kind: Kind, pointer: Path, advice: str) -> Path | None:
    try:
        version = json.loads(pointer.read_text("utf-8"))["model_version"]
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ArtifactError(
            f'{pointer}: cannot be read as {{"model_version": …}}; {advice}'
        ) from error
    if not isinstance(version, str) or not _VERSION.fullmatch(version):
        raise ArtifactError(f"{pointer}: model_version is not the name of a version")
    return artifacts(home, kind) / version
