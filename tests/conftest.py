"""What tests of several packages share: the real data sets, and a model trained on the seeds."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import settings

from training.train import Request, train_claims, train_listings

_BESIDE = Path(__file__).resolve().parents[1].parent / "shared" / "datasets"

_SIMULATED = 1_500

# How long an example takes says how busy the machine is: benchmarks time, tests do not.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def datasets() -> Path:
    """The directory of real data; a test that needs it is skipped where it is absent."""
    directory = Path(os.environ.get("MINGCHA_DATASETS") or _BESIDE)
    if not directory.is_dir():
        pytest.skip(f"no real data at {directory}; MINGCHA_DATASETS names another directory")
    return directory


@pytest.fixture(scope="session")
def claims_artifact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The artefact of a claim model that was trained on the seeds, once for all tests."""
    home = tmp_path_factory.mktemp("home")
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return train_claims(Request(home=home, registered=False), at, lambda _: None).directory


@pytest.fixture(scope="session")
def listings_artifact(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The artefact of a listing model that saw a fraction of the usual simulation."""
    request = Request(
        home=tmp_path_factory.mktemp("listings"), registered=False, simulated=_SIMULATED
    )
    at = datetime(2026, 1, 1, tzinfo=UTC)
    return train_listings(request, at, lambda _: None).directory
