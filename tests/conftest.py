"""What tests of several packages share: the real data sets, and a model trained on the seeds."""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import settings

from data.verdict import Kind
from models.store import artifacts
from training.build import Report
from training.train import Request, Trained, train_claims, train_listings

_BESIDE = Path(__file__).resolve().parents[1].parent / "shared" / "datasets"

_SIMULATED = 1_500

# How long an example takes says how busy the machine is: benchmarks time, tests do not.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin where both models are needed: one process trains them while others do the rest."""
    items.sort(key=lambda item: "end_to_end/test_bento" not in item.nodeid)


@pytest.fixture(scope="session")
def datasets() -> Path:
    """The directory of real data; a test that needs it is skipped where it is absent."""
    directory = Path(os.environ.get("MINGCHA_DATASETS") or _BESIDE)
    if not directory.is_dir():
        pytest.skip(f"no real data at {directory}; MINGCHA_DATASETS names another directory")
    return directory


@pytest.fixture(scope="session")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory that all processes of one test run see."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


@pytest.fixture(scope="session")
def claims_artifact(workshop: Path) -> Path:
    """The artefact of a claim model that was trained on the seeds, once for all tests."""
    request = Request(home=workshop / "trained", registered=False)
    return _trained("claims", request, train_claims)


@pytest.fixture(scope="session")
def listings_artifact(workshop: Path) -> Path:
    """The artefact of a listing model that saw a fraction of the usual simulation."""
    request = Request(home=workshop / "trained", registered=False, simulated=_SIMULATED)
    return _trained("listings", request, train_listings)


def _trained(
    kind: Kind, request: Request, train: Callable[[Request, datetime, Report], Trained]
) -> Path:
    """The artefact that whichever process comes first trains, while the others wait."""
    shelf = artifacts(request.home, kind)
    shelf.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{shelf}.lock"):
        for directory in shelf.iterdir():
            return directory
        return train(request, datetime(2026, 1, 1, tzinfo=UTC), lambda _: None).directory
