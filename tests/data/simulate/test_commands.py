import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from data.feedback import Appeal, Feedback
from data.listing import Listing
from data.problem import UsageError
from data.record import Record
from data.segment import LiveSegment
from data.simulate.commands import simulate
from data.simulate.events import Decision, Review
from data.simulate.world_files import RECORDS, TRUTH

SMALL = ("--merchants", "40", "--days", "12", "--seed", "7")


def run(*arguments: str) -> Result:
    app = typer.Typer()
    app.command()(simulate)
    return CliRunner().invoke(app, arguments, catch_exceptions=False)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("simulated") / "world"
    assert run(*SMALL, "--out", str(out)).exit_code == 0
    return out


def lines(path: Path) -> list[str]:
    return path.read_text("utf-8").splitlines()


def test_every_file_is_there_and_counted(written: Path) -> None:
    about = json.loads((written / "about.json").read_text("utf-8"))

    assert about["simulated"] is True
    assert (about["merchants"], about["days"], about["seed"]) == (40, 12, 7)
    assert set(about["lines"]) == {*RECORDS, *TRUTH}
    for name, count in about["lines"].items():
        assert len(lines(written / name)) == count


def test_records_are_those_of_the_contract(written: Path) -> None:
    sorts: dict[str, type[Record]] = {
        "listings": Listing,
        "segments": LiveSegment,
        "feedback": Feedback,
        "appeals": Appeal,
        "decisions": Decision,
        "reviews": Review,
    }
    for name, sort in sorts.items():
        for line in lines(written / f"{name}.jsonl"):
            sort.model_validate_json(line)
    assert len(lines(written / "listings.jsonl")) > 50


def test_the_truth_of_each_listing_stands_apart_in_the_same_order(written: Path) -> None:
    ids = [json.loads(line)["data_id"] for line in lines(written / "listings.jsonl")]
    items = [json.loads(line)["item"] for line in lines(written / "truth/listings.jsonl")]

    assert ids == items


def test_another_process_writes_the_same_bytes(written: Path, tmp_path: Path) -> None:
    out = tmp_path / "again"
    code = "from data.command import main; main()"
    command = [sys.executable, "-c", code, "simulate", *SMALL, "--out", str(out)]
    environment = {**os.environ, "PYTHONHASHSEED": "77"}
    subprocess.run(command, check=True, env=environment, capture_output=True)

    for name in (*RECORDS, *TRUTH, "about.json"):
        assert (out / name).read_bytes() == (written / name).read_bytes(), name


def test_a_directory_with_something_in_it_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("x", encoding="utf-8")

    with pytest.raises(UsageError, match="is not empty; name a directory"):
        run(*SMALL, "--out", str(tmp_path))
    with pytest.raises(UsageError, match="is a file"):
        run(*SMALL, "--out", str(tmp_path / "mine.txt"))
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_an_empty_directory_is_filled(tmp_path: Path) -> None:
    answer = run("--merchants", "3", "--days", "1", "--out", str(tmp_path / "new"))

    assert answer.exit_code == 0
    assert (tmp_path / "new" / "about.json").is_file()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--drift", "mix"), "--drift-day: is missing; 0 to 11 are allowed"),
        (("--drift", "mix", "--drift-day", "12"), "--drift-day: found 12; 0 to 11"),
        (("--drift-day", "3"), "--drift names no change"),
        (("--start", "tomorrow"), "--start: found 'tomorrow'; a day from 2000 to 2100"),
        (("--start", "1999-12-31"), "a day from 2000 to 2100"),
    ],
)
def test_arguments_that_do_not_fit_are_named(
    arguments: tuple[str, ...], told: str, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match=told):
        run(*SMALL, *arguments, "--out", str(tmp_path / "out"))
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "arguments", [("--merchants", "0"), ("--days", "731"), ("--drift", "war"), ("--seed", "-1")]
)
def test_numbers_out_of_range_are_usage_errors(arguments: tuple[str, ...], tmp_path: Path) -> None:
    assert run(*arguments, "--out", str(tmp_path / "out")).exit_code == 2
