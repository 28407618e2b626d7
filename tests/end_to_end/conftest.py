"""A home with champions of both kinds, trained on the seeds and a small simulation."""

import shutil
from itertools import islice
from pathlib import Path
from typing import Any

import pytest

from data.read import Rejected, read_records
from data.segment import LiveSegment
from data.verdict import Kind
from models.store import artifacts, promote


@pytest.fixture(scope="module")
def home(
    tmp_path_factory: pytest.TempPathFactory, claims_artifact: Path, listings_artifact: Path
) -> Path:
    """A home in which both models are champions, and which has no key and no ledger at first."""
    home = tmp_path_factory.mktemp("home")
    _place(home, "claims", claims_artifact)
    _place(home, "listings", listings_artifact)
    return home


def live_speech(datasets: Path, count: int) -> list[dict[str, Any]]:
    """The first real windows, as a caller sends them."""

    def refuse(row: Rejected) -> None:
        pytest.fail(f"line {row.line}: {row.reason}")

    rows = read_records(
        datasets / "transcripts" / "live_segments.csv", LiveSegment, on_reject=refuse
    )
    return [row.model_dump(mode="json", exclude_unset=True) for _, row in islice(rows, count)]


def _place(home: Path, kind: Kind, artifact: Path) -> None:
    """Make a copy of an artefact the champion of ``home``."""
    shutil.copytree(artifact, artifacts(home, kind) / artifact.name)
    promote(home, kind, artifact.name)
