import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from models.artifact import (
    MANIFEST,
    ArtifactError,
    place_artifact,
    read_files,
    read_manifest,
    write_artifact,
)
from models.scorer import load_scorer

FACTS: dict[str, Any] = {
    "kind": "claims",
    "created_at": "2026-01-01T00:00:00+00:00",
    "code_version": "1",
    "seeds_version": "s",
    "data_hash": "d",
    "tokeniser": {"engine": "rjieba", "version": "0", "words": "w"},
    "base_rate": 0.1,
    "thresholds": {"balanced": {"flag": 0.5, "label": 0.5}},
    "metrics": {"macro_f1": 0.1 + 0.2},
    "simulated": False,
}

Edit = Callable[[Path], None]


@pytest.fixture
def copy(claims_artifact: Path, tmp_path: Path) -> Path:
    """An artefact of one's own to damage."""
    return Path(shutil.copytree(claims_artifact, tmp_path / claims_artifact.name))


def edited_manifest(**changes: object) -> Edit:
    def edit(directory: Path) -> None:
        path = directory / MANIFEST
        values = json.loads(path.read_text("utf-8"))
        path.write_text(json.dumps({**values, **changes}), "utf-8")

    return edit


def flipped(name: str) -> Edit:
    def edit(directory: Path) -> None:
        content = bytearray((directory / name).read_bytes())
        content[len(content) // 2] ^= 1
        (directory / name).write_bytes(content)

    return edit


def truncated(name: str) -> Edit:
    def edit(directory: Path) -> None:
        content = (directory / name).read_bytes()
        (directory / name).write_bytes(content[: len(content) // 2])

    return edit


def removed(name: str) -> Edit:
    def edit(directory: Path) -> None:
        (directory / name).unlink()

    return edit


@pytest.mark.parametrize(
    ("damage", "file", "advice"),
    [
        (flipped("units.npz"), "units.npz", "train the model anew"),
        (truncated("units.npz"), "units.npz", "train the model anew"),
        (truncated("claims.json"), "claims.json", "train the model anew"),
        (removed("words.json"), "words.json", "named in the manifest"),
        (removed(MANIFEST), MANIFEST, "an artefact has a manifest.json"),
        (truncated(MANIFEST), MANIFEST, "train the model anew"),
        (edited_manifest(format=99), MANIFEST, "this code reads 4"),
        (edited_manifest(thresholds={}), MANIFEST, "train the model anew"),
        (edited_manifest(kind="films"), MANIFEST, "'listings' or 'feedback'"),
    ],
)
def test_a_damaged_artefact_is_refused_by_name(
    copy: Path, damage: Edit, file: str, advice: str
) -> None:
    damage(copy)

    with pytest.raises(ArtifactError, match=advice) as refused:
        load_scorer(copy)
    assert str(refused.value).startswith(str(copy / file))


@pytest.mark.parametrize("name", ["../outside", "/etc/hostname", "sub/file", ".hidden"])
def test_a_file_name_that_is_a_path_is_refused(tmp_path: Path, name: str) -> None:
    directory = write_artifact(tmp_path, {"a.json": b"{}"}, FACTS)
    manifest = read_manifest(directory)
    entries = {name: manifest.files["a.json"]}

    with pytest.raises(ArtifactError, match="plain names"):
        read_files(directory, manifest.model_copy(update={"files": entries}))


def test_an_artefact_of_another_tokeniser_is_refused(claims_artifact: Path, tmp_path: Path) -> None:
    manifest = read_manifest(claims_artifact)
    files = read_files(claims_artifact, manifest)
    assert manifest.tokeniser is not None
    other = manifest.tokeniser.model_copy(update={"version": "0.0.1"})
    facts = manifest.model_copy(update={"tokeniser": other}).model_dump(
        exclude={"files", "format", "model_version"}
    )
    directory = write_artifact(tmp_path, files, facts)

    with pytest.raises(ArtifactError, match=r"made with rjieba 0\.0\.1, .* Train the model anew"):
        load_scorer(directory)


def test_an_artefact_is_written_once(tmp_path: Path) -> None:
    first = write_artifact(tmp_path, {"a.json": b"{}"}, FACTS)
    before = (first / MANIFEST).read_bytes()
    later = {**FACTS, "created_at": "2026-02-02T00:00:00+00:00"}

    second = write_artifact(tmp_path, {"a.json": b"{}"}, later)

    assert second == first
    assert (second / MANIFEST).read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == [first.name]


def test_other_content_or_thresholds_have_another_version(tmp_path: Path) -> None:
    versions = {
        write_artifact(tmp_path, {"a.json": b"{}"}, FACTS).name,
        write_artifact(tmp_path, {"a.json": b"{ }"}, FACTS).name,
        write_artifact(tmp_path, {"b.json": b"{}"}, FACTS).name,
        write_artifact(tmp_path, {"a.json": b"{}"}, {**FACTS, "thresholds": {}}).name,
    }

    assert len(versions) == 4


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    files = {"a.json": b"{}", "b.npz": bytes(range(256))}
    directory = write_artifact(tmp_path, files, FACTS)
    manifest = read_manifest(directory)

    assert read_files(directory, manifest) == files
    assert manifest.metrics == FACTS["metrics"]
    assert manifest.model_version == directory.name


def test_scoring_needs_no_training_library(claims_artifact: Path) -> None:
    program = f"""
import sys
from datetime import UTC, datetime
from pathlib import Path
from data.segment import LiveSegment
from models.scorer import load_scorer
scorer = load_scorer(Path({str(claims_artifact)!r}))
item = LiveSegment(data_id="a", text="根治糖尿病", category="食品", licences={{}})
print(scorer.score(item, datetime(2026, 1, 1, tzinfo=UTC)).suggestion)
heavy = ("sklearn", "mlflow", "pandas", "scipy", "lightgbm", "matplotlib", "training")
print([name for name in heavy if name in sys.modules])
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert done.stdout.split("\n")[:2] == ["block", "[]"]


def test_an_artefact_never_takes_the_place_of_other_files(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")

    with pytest.raises(ArtifactError, match="holds other files; name a new or empty directory"):
        place_artifact(tmp_path, {"a.txt": b"a"}, FACTS)

    assert (tmp_path / "thesis.txt").read_text() == "years of work"


def test_an_artefact_takes_the_place_of_an_older_one(tmp_path: Path) -> None:
    target = tmp_path / "model"
    place_artifact(target, {"a.txt": b"a"}, FACTS)

    place_artifact(target, {"b.txt": b"b"}, FACTS)

    assert read_files(target, read_manifest(target)) == {"b.txt": b"b"}


def test_a_damaged_artefact_is_not_taken_for_the_one_to_be_written(tmp_path: Path) -> None:
    written = write_artifact(tmp_path, {"a.txt": b"a"}, FACTS)
    (written / "a.txt").write_bytes(b"b")

    with pytest.raises(ArtifactError, match=r"a\.txt"):
        write_artifact(tmp_path, {"a.txt": b"a"}, FACTS)


def test_an_older_artefact_outlives_one_that_cannot_be_written(tmp_path: Path) -> None:
    target = tmp_path / "model"
    place_artifact(target, {"a.txt": b"a"}, FACTS)

    with pytest.raises(ArtifactError, match="cannot be written"):
        place_artifact(target, {"a" * 300: b"too long a name for a file"}, FACTS)

    assert read_files(target, read_manifest(target)) == {"a.txt": b"a"}
    assert [path.name for path in tmp_path.iterdir()] == ["model"]
