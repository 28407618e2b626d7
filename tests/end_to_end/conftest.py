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

_SIMULATED = 800


@pytest.fixture
def home(tmp_path: Path, claims_artifact: Path, listings_artifact: Path) -> Path:
    """A home in which both models are champions, and which has no key and no ledger yet."""
    place(tmp_path, "claims", claims_artifact)
    place(tmp_path, "listings", listings_artifact)
    return tmp_path


def live_speech(datasets: Path, count: int) -> list[dict[str, Any]]:
    """The first real windows, as a caller sends them."""

    def refuse(row: Rejected) -> None:
        pytest.fail(f"line {row.line}: {row.reason}")

    rows = read_records(
        datasets / "transcripts" / "live_segments.csv", LiveSegment, on_reject=refuse
    )
    return [row.model_dump(mode="json", exclude_unset=True) for _, row in islice(rows, count)]


def place(home: Path, kind: Kind, artifact: Path) -> None:
    """Make a copy of an artefact the champion of ``home``."""
    shutil.copytree(artifact, artifacts(home, kind) / artifact.name)
    promote(home, kind, artifact.name)
