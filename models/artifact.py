"""The artefact: one immutable directory that holds a model, with a manifest of every file.

Loading checks each file's SHA-256 first, so that a truncated or edited artefact is refused
before a number is computed from it.
"""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import Field, ValidationError

from data.problem import MingchaError
from data.record import Instant, Record
from data.verdict import Kind

MANIFEST: Final = "manifest.json"
FORMAT: Final = 4
"""Goes up when files or features change their meaning: 2 counts a repeated cue once."""


class ArtifactError(MingchaError):
    """The artefact is missing, damaged, or made for another code or tokeniser."""


class FileEntry(Record):
    """Size and SHA-256 (hexadecimal) of one file."""

    bytes: int
    sha256: str


class Thresholds(Record):
    """One operating point: the item probability that flags, the label's that lists it.

    ``labels`` are probabilities of labels from which each flags the item by itself, whatever the
    item's; a label that has none there flags nothing alone.
    """

    flag: float
    label: float
    labels: dict[str, float] = Field(default_factory=dict)

    def reached_by(self, chances: Mapping[str, float]) -> list[str]:
        """The labels whose own threshold their probability reaches.

        >>> point = Thresholds(flag=0.8, label=0.5, labels={"medical_claim": 0.2})
        >>> point.reached_by({"medical_claim": 0.3, "absolute_claim": 0.7})
        ['medical_claim']
        """
        return [code for code, least in self.labels.items() if chances.get(code, 0.0) >= least]

    def facts(self) -> dict[str, Any]:
        """The point as a manifest holds it; without thresholds of labels as it always did."""
        return self.model_dump(exclude_defaults=True)


class Tokenisation(Record):
    """The tokeniser a model was made with: engine, its version, hash of the domain words."""

    engine: str
    version: str
    words: str


class Manifest(Record):
    """What an artefact is: files, origin, measures, operating points.

    ``base_rate`` is the share of violating items at which probabilities are calibrated.
    ``tokeniser`` is null for a model that reads characters alone.
    """

    format: int
    kind: Kind
    model_version: str
    created_at: Instant
    code_version: str
    seeds_version: str
    data_hash: str
    tokeniser: Tokenisation | None
    base_rate: float
    thresholds: dict[str, Thresholds]
    metrics: dict[str, Any]
    simulated: bool
    files: dict[str, FileEntry]


def write_artifact(parent: Path, files: Mapping[str, bytes], facts: Mapping[str, Any]) -> Path:
    """Write files and manifest into ``parent/<model_version>``; what stands there is kept.

    The version is the hash of the files and facts: the same model has the same version. The
    directory appears whole or not at all. Raises ArtifactError when a damaged one stands there.
    """
    target = parent / _version(_entries(files), facts)
    if target.exists():
        read_files(target, read_manifest(target))
        return target
    _appear(_staged(target.parent, files, facts), target)
    return target


def place_artifact(target: Path, files: Mapping[str, bytes], facts: Mapping[str, Any]) -> Path:
    """Write an artefact as the directory ``target``, in place of one that stands there.

    The old one goes when the new one is written. Raises ArtifactError when the directory holds
    anything else.
    """
    if target.exists() and not target.is_dir():
        raise ArtifactError(f"{target}: is a file; an artefact is a directory")
    if target.exists() and any(target.iterdir()) and not (target / MANIFEST).is_file():
        raise ArtifactError(f"{target}: holds other files; name a new or empty directory")
    staging = _staged(target.parent, files, facts)
    if target.exists():
        shutil.rmtree(target)
    _appear(staging, target)
    return target


def _staged(parent: Path, files: Mapping[str, bytes], facts: Mapping[str, Any]) -> Path:
    """The artefact, complete and on disk, under a temporary name in ``parent``."""
    entries = _entries(files)
    manifest = {
        "format": FORMAT,
        "model_version": _version(entries, facts),
        "files": entries,
        **facts,
    }
    text = json.dumps(manifest, ensure_ascii=False, indent=1, default=str) + "\n"
    Manifest.model_validate_json(text)
    try:
        parent.mkdir(parents=True, exist_ok=True)
        staging = Path(tempfile.mkdtemp(prefix=".staging-", dir=parent))
    except OSError as error:
        raise ArtifactError(f"{parent}: cannot be written: {error.strerror}") from error
    try:
        for name, content in {**files, MANIFEST: text.encode()}.items():
            _write_durably(staging / name, content)
        staging.chmod(0o755)
    except OSError as error:
        shutil.rmtree(staging, ignore_errors=True)
        raise ArtifactError(f"{parent}: cannot be written: {error.strerror}") from error
    return staging


def _appear(staging: Path, target: Path) -> None:
    try:
        os.replace(staging, target)
    except OSError as error:
        shutil.rmtree(staging, ignore_errors=True)
        raise ArtifactError(f"{target}: cannot be written: {error.strerror}") from error


def _entries(files: Mapping[str, bytes]) -> dict[str, dict[str, Any]]:
    return {name: _entry(content) for name, content in sorted(files.items())}


def read_manifest(directory: Path) -> Manifest:
    """The manifest of an artefact, or ArtifactError."""
    path = directory / MANIFEST
    try:
        content = path.read_bytes()
        manifest = Manifest.model_validate_json(content)
    except OSError as error:
        raise ArtifactError(f"{path}: cannot be read; an artefact has a {MANIFEST}") from error
    except ValidationError as error:
        problem = error.errors()[0]
        where = ".".join(map(str, problem["loc"])) or "the whole"
        raise ArtifactError(f"{path}: {where}: {problem['msg']}; train the model anew") from error
    if manifest.format != FORMAT:
        raise ArtifactError(f"{path}: format {manifest.format}; this code reads {FORMAT}")
    facts = json.loads(content)
    entries = facts.pop("files")
    named = facts.pop("model_version")
    del facts["format"]
    if _version(entries, facts) != named:
        raise ArtifactError(f"{path}: differs from what was written; train the model anew")
    return manifest


def read_files(directory: Path, manifest: Manifest) -> dict[str, bytes]:
    """Every file of the artefact, checked against the manifest."""
    contents = {}
    for name, entry in manifest.files.items():
        path = directory / name
        if "/" in name or name.startswith("."):
            raise ArtifactError(f"{path}: an artefact is flat; its files are plain names")
        try:
            content = path.read_bytes()
        except OSError as error:
            raise ArtifactError(f"{path}: named in the manifest, but cannot be read") from error
        if _entry(content) != entry.model_dump():
            raise ArtifactError(
                f"{path}: {len(content)} bytes that differ from the {entry.bytes} of the manifest; "
                "the artefact was truncated or edited: train the model anew"
            )
        contents[name] = content
    return contents


def _version(entries: Mapping[str, Any], facts: Mapping[str, Any]) -> str:
    stable = {key: value for key, value in facts.items() if key != "created_at"}
    identity = json.dumps([entries, stable], sort_keys=True, default=str).encode()
    return f"{facts['kind']}-{hashlib.sha256(identity).hexdigest()[:12]}"


def _entry(content: bytes) -> dict[str, Any]:
    return {"bytes": len(content), "sha256": hashlib.sha256(content).hexdigest()}


def _write_durably(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
