import json
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement

from data.verdict import Kind
from models.store import artifacts, promote
from serving.bento import DEPENDENCIES, BentoError, pins, stage
from serving.packed import PACKED, current

PROJECT: dict[str, Any] = tomllib.loads(
    (Path(__file__).parents[2] / "pyproject.toml").read_text("utf-8")
)["project"]


def put(home: Path, kind: Kind, version: str) -> Path:
    """A champion whose content does not matter."""
    directory = artifacts(home, kind) / version
    directory.mkdir(parents=True)
    (directory / "manifest.json").write_text(json.dumps({"model_version": version}))
    promote(home, kind, version)
    return directory


def test_code_and_champions_are_staged_and_nothing_else(tmp_path: Path) -> None:
    put(tmp_path / "home", "claims", "claims-1")
    put(tmp_path / "home", "listings", "listings-1")
    (tmp_path / "home" / "ledger.sqlite").write_text("keys")
    staging = tmp_path / "staging"
    staging.mkdir()

    assert stage(tmp_path / "home", staging) == {"claims": "claims-1", "listings": "listings-1"}

    found = current(tmp_path / "elsewhere", "claims", beside=staging)
    assert found == staging / PACKED / "artifacts" / "claims" / "claims-1"
    assert {path.name for path in staging.iterdir()} == {
        *("seeds", "data", "features", "models", "serving"),
        PACKED,
    }
    assert not list(staging.rglob("ledger.sqlite"))


def test_a_missing_champion_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    put(tmp_path / "home", "claims", "claims-1")

    with pytest.raises(BentoError, match="mingcha train listings"):
        stage(tmp_path / "home", tmp_path / "staging")


def test_a_promoted_champion_comes_before_the_packed_one(tmp_path: Path) -> None:
    put(tmp_path / PACKED, "claims", "claims-1")
    promoted = put(tmp_path / "home", "claims", "claims-2")

    assert current(tmp_path / "home", "claims", beside=tmp_path) == promoted


def test_without_any_champion_there_is_none(tmp_path: Path) -> None:
    assert current(tmp_path, "claims", beside=tmp_path) is None


def test_a_bento_needs_nothing_that_the_project_does_not_name() -> None:
    assert set(DEPENDENCIES) <= {Requirement(line).name for line in PROJECT["dependencies"]}


def test_pins_hold_what_a_dependency_needs_in_turn() -> None:
    found = pins(["pydantic"])

    assert all(re.fullmatch(r"[a-z0-9-]+==\S+", pin) for pin in found)
    assert {"pydantic", "pydantic-core", "typing-extensions"} <= {
        pin.split("==")[0] for pin in found
    }
