import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from data.brand_commands import brands
from data.problem import FileError
from data.registry_store import load_registry

HEADER = (
    "entry,brand,merchant_id,shop,listing_id,categories,valid_from,valid_to,kind,date,reference\n"
)
ROWS = (
    "authorisation,耐克,m1,,,鞋;服装,2026-01-01,2026-12-31,,,A-1\n"
    "notice,Nike,m2,,x9,,,,counterfeit,2026-01-05,N-1\n"
    "complete,nike,,,,,2026-01-01,,,,L-1\n"
)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(brands, ["import", *arguments], catch_exceptions=False)


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_an_import_says_what_was_taken_and_keeps_it(tmp_path: Path) -> None:
    source = write(tmp_path / "a.csv", HEADER + ROWS)

    answer = run(str(source), "--home", str(tmp_path / "home"))

    registry = load_registry(tmp_path / "home")
    assert answer.exit_code == 0
    assert answer.stdout.split("\t")[0] == registry.version
    assert "3 rows taken: 3 entries new, 0 changed, 0 as before; 0 rows rejected" in answer.stderr
    assert {entry.brand for entry in registry.entries} == {"nike"}


def test_an_import_again_changes_nothing(tmp_path: Path) -> None:
    source = write(tmp_path / "a.csv", HEADER + ROWS)
    first = run(str(source), "--home", str(tmp_path))
    again = run(str(source), "--home", str(tmp_path))

    assert again.stdout == first.stdout
    assert "0 entries new, 0 changed, 3 as before" in again.stderr


def test_rejected_rows_are_kept_with_line_and_reason_and_the_rest_is_taken(tmp_path: Path) -> None:
    broken = "authorisation,耐克,m3,,,,2026-05-01,2026-01-01,,,A-9\n"
    source = write(tmp_path / "a.csv", HEADER + broken + ROWS)

    answer = run(str(source), "--home", str(tmp_path))

    (kept,) = (tmp_path / "brands").glob("*.rejects.jsonl")
    entry = json.loads(kept.read_text("utf-8"))
    assert answer.exit_code == 3
    assert entry["line"] == 2
    assert "is not after valid_from" in entry["reason"]
    assert len(load_registry(tmp_path).entries) == 3


def test_json_lines_and_other_column_names_are_read(tmp_path: Path) -> None:
    record = {"品牌": "耐克", "商家": "m1", "valid_from": "2026-01-01", "valid_to": "2026-12-31"}
    source = write(tmp_path / "a.jsonl", json.dumps(record, ensure_ascii=False) + "\n")
    options = ["--map", "brand=品牌", "--map", "merchant_id=商家", "--set", "reference=A-1"]

    answer = run(str(source), "--home", str(tmp_path), *options)

    assert answer.exit_code == 0
    assert len(load_registry(tmp_path).entries) == 1


def test_a_brand_that_the_seeds_do_not_know_is_taken_and_named(tmp_path: Path) -> None:
    row = "authorisation,某小众牌,m1,,,,2026-01-01,2026-12-31,,,A-1\n"
    answer = run(str(write(tmp_path / "a.csv", HEADER + row)), "--home", str(tmp_path))

    assert answer.exit_code == 0
    assert "某小众牌" in answer.stderr


def test_the_home_is_that_of_the_environment_unless_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINGCHA_HOME", str(tmp_path / "there"))
    run(str(write(tmp_path / "a.csv", HEADER + ROWS)))

    assert len(load_registry(tmp_path / "there").entries) == 3


def test_a_file_that_cannot_be_read_changes_nothing(tmp_path: Path) -> None:
    with pytest.raises(FileError, match="cannot be read"):
        run(str(tmp_path / "none.csv"), "--home", str(tmp_path))
    assert load_registry(tmp_path).entries == ()
