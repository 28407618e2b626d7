"""What an evaluation measured, and on what."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Self

from data.record import Instant, Record
from data.verdict import Kind
from data.version import __version__
from models.artifact import Manifest


class About(Record):
    """What was measured on what. ``files`` are names without their directories.

    Either a model, whose manifest gives the ``model_`` fields, or the recipe: in ``folds``, or on
    what is ``since`` an instant by what was before.
    ``simulated`` says that the model learnt from simulated rows.
    """

    kind: Kind
    files: list[str]
    data_hash: str
    measured_at: Instant
    code_version: str = __version__
    model_version: str | None = None
    model_created_at: Instant | None = None
    model_data_hash: str | None = None
    model_base_rate: float | None = None
    folds: int | None = None
    since: Instant | None = None
    seeds: bool | None = None
    simulated: bool = False

    @classmethod
    def of_artifact(
        cls, manifest: Manifest, files: Sequence[Path], data_hash: str, at: datetime
    ) -> Self:
        """An artefact measured on files."""
        return cls(
            kind=manifest.kind,
            files=[path.name for path in files],
            data_hash=data_hash,
            measured_at=at,
            model_version=manifest.model_version,
            model_created_at=manifest.created_at,
            model_data_hash=manifest.data_hash,
            model_base_rate=manifest.base_rate,
            simulated=manifest.simulated,
        )

    @classmethod
    def of_recipe(
        cls,
        kind: Kind,
        files: Sequence[Path],
        data_hash: str,
        at: datetime,
        *,
        seeds: bool,
        folds: int | None = None,
        since: datetime | None = None,
    ) -> Self:
        """The recipe measured by grouped folds of files, or by time."""
        return cls(
            kind=kind,
            files=[path.name for path in files],
            data_hash=data_hash,
            measured_at=at,
            folds=folds,
            since=since,
            seeds=seeds,
        )

    def title(self) -> str:
        """One line: the version of the model, or how the rows were split."""
        if self.since is not None:
            return f"{self.kind}, from {self.since.isoformat()} on"
        return self.model_version or f"{self.kind}, {self.folds} folds"

    def parameters(self) -> dict[str, object]:
        """The facts that a run is logged with; what is not known is left out."""
        facts = self.model_dump(mode="json", exclude_none=True)
        return {**facts, "files": ", ".join(self.files)}
