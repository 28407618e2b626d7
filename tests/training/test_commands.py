import json
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from models.store import champion

pytestmark = pytest.mark.slow

CLAIMS = ["喝上一个月糖尿病就能根治了", "这个贴一贴高血压马上降下来", "吃完血糖三天就恢复正常了"]
CLEAN = ["今天给大家看一下这个玻璃杯子", "这件毛衣的袖口走线有点歪", "拍下以后四十八小时之内发货"]
REPORT = {
    "n",
    "base_rate",
    "macro_f1",
    "pr_auc",
    "roc_auc",
    "recall_at_precision_90",
    "clean_flagged",
    "ece",
    "threshold",
    "intervals",
    "labels",
    "slices",
}


def run(home: Path, *arguments: str | Path, code: int = 0) -> subprocess.CompletedProcess[str]:
    """The finished command, whose exit code must be ``code``."""
    program = [sys.executable, "-c", "from data.command import main; main()", *map(str, arguments)]
    environ = {**os.environ, "MINGCHA_HOME": str(home), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(program, capture_output=True, text=True, env=environ, check=False)
    assert done.returncode == code, done.stderr
    return done


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def data(home: Path) -> Path:
    rows = [
        {
            "text": f"{text}，{number}号链接",
            "violation": int(text in CLAIMS),
            "codes": ["medical_claim"] if text in CLAIMS else [],
            "group": f"room-{number}",
        }
        for number in range(8)
        for text in (*CLAIMS, *CLEAN)
    ]
    path = home / "rows.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return path


@pytest.fixture(scope="module")
def trained(home: Path, data: Path) -> subprocess.CompletedProcess[str]:
    return run(home, "train", "claims", "--data", data, "--no-seeds")


@pytest.fixture
def speech(tmp_path: Path) -> Path:
    path = tmp_path / "speech.jsonl"
    rows = [
        '{"data_id": "b", "text": "糖尿病吃这个根治，药可以停药"}',
        '{"data_id": "a", "text": "今天给大家看一下这个玻璃杯子"}',
        '{"data_id": "no good", "text": "你好"}',
        "not json",
        '{"data_id": "c", "text": "！！！"}',
    ]
    path.write_text("\n".join(rows) + "\n", "utf-8")
    return path


@pytest.mark.usefixtures("trained")
def test_the_first_model_is_champion_and_the_next_one_waits(home: Path, data: Path) -> None:
    first = champion(home, "claims")
    second = run(home, "train", "claims", data, data, "--no-seeds")

    with closing(sqlite3.connect(home / "mlflow.sqlite")) as store:
        of = dict(
            store.execute(
                "select alias, value from registered_model_aliases a join model_version_tags t"
                " on t.name = a.name and t.version = a.version"
                " where key = 'model_version' and a.name = 'mingcha-claims'"
            )
        )
    assert first is not None
    assert champion(home, "claims") == first
    assert of == {"champion": first.name, "challenger": second.stdout.split("\t")[0]}
    assert of["champion"] != of["challenger"]
    assert "challenger" in second.stderr


def test_training_says_where_the_artefact_is(
    trained: subprocess.CompletedProcess[str], home: Path
) -> None:
    version, directory = trained.stdout.strip().split("\t")

    assert Path(directory) == champion(home, "claims")
    assert Path(directory).name == version
    assert "registered as version 1, champion" in trained.stderr


@pytest.mark.usefixtures("trained")
def test_an_evaluation_has_the_keys_of_the_contract(home: Path, data: Path) -> None:
    report = json.loads(run(home, "evaluate", "claims", data, "--json").stdout)

    assert report.keys() >= REPORT
    assert report["n"] == 48
    assert report["base_rate"] == 0.5
    assert report["labels"]["medical_claim"]["positives"] == 24
    assert report["intervals"]["pr_auc"][0] <= report["pr_auc"] <= report["intervals"]["pr_auc"][1]


@pytest.mark.usefixtures("trained")
def test_an_evaluation_is_logged_with_its_page_beside_the_training_runs(
    home: Path, data: Path, tmp_path: Path
) -> None:
    page = tmp_path / "report.html"

    done = run(home, "evaluate", "claims", data, "--report", page)

    with closing(sqlite3.connect(home / "mlflow.sqlite")) as store:
        ((run_id,),) = store.execute(
            "select t.run_uuid from tags t join metrics m on t.run_uuid = m.run_uuid"
            " where t.key = 'stage' and t.value = 'evaluation' and m.key = 'pr_auc'"
            " order by m.timestamp desc limit 1"
        )
    logged = {path.name: path for path in (home / "mlruns" / "claims" / run_id).rglob("*.*")}
    assert logged.keys() >= {"evaluation.html", "evaluation.json", "precision_recall.png"}
    assert logged["evaluation.html"].read_bytes() == page.read_bytes()
    assert "话术模型评测报告" in page.read_text("utf-8")
    assert "not logged" not in done.stderr
    assert "reliability" in done.stdout
    assert "medical_claim" in done.stdout


@pytest.mark.usefixtures("trained")
def test_an_evaluation_that_cannot_be_logged_is_measured_all_the_same(
    home: Path, data: Path, tmp_path: Path
) -> None:
    model = champion(home, "claims")
    assert model is not None
    command = ("evaluate", "claims", data, "--model", model, "--json")

    told = run(tmp_path, *command)
    quiet = run(tmp_path, *command, "--no-log")

    assert "not logged" in told.stderr
    assert quiet.stderr == ""
    assert json.loads(told.stdout)["n"] == json.loads(quiet.stdout)["n"] == 48
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("trained")
def test_a_page_that_cannot_be_written_is_named(home: Path, data: Path, tmp_path: Path) -> None:
    page = tmp_path / "nowhere" / "report.html"

    done = run(home, "evaluate", "claims", data, "--no-log", "--report", page, code=1)

    assert f"{page}: cannot be written" in done.stderr


@pytest.mark.usefixtures("trained")
def test_a_file_without_rows_cannot_be_measured(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "none.csv"
    path.write_text("text,violation\n", "utf-8")

    done = run(home, "evaluate", "claims", path, code=1)

    assert f"{path}: no rows; labelled rows are needed" in done.stderr


@pytest.mark.usefixtures("trained")
def test_clean_rows_alone_give_null_where_nothing_can_be_said(home: Path, tmp_path: Path) -> None:
    path = tmp_path / "clean.csv"
    path.write_text("text,violation\n" + "".join(f"{text},0\n" for text in CLEAN), "utf-8")

    out = run(home, "evaluate", "claims", path, "--json").stdout

    assert "NaN" not in out
    assert json.loads(out)["pr_auc"] is None


@pytest.mark.usefixtures("trained")
def test_scoring_answers_in_order_and_keeps_what_it_cannot_read(
    home: Path, speech: Path, tmp_path: Path
) -> None:
    out = tmp_path / "answers.jsonl"

    done = run(home, "score", "claims", speech, "--out", out, code=3)

    answers = lines(out)
    assert [answer["data_id"] for answer in answers] == ["b", "a", "c"]
    assert [answer["suggestion"] for answer in answers] == ["block", "pass", "pass"]
    assert [row["line"] for row in lines(tmp_path / "answers.jsonl.rejects.jsonl")] == [3, 4]
    assert "3 answered" in done.stderr
    assert "2 rejected" in done.stderr


@pytest.mark.usefixtures("trained")
def test_scoring_twice_gives_the_same_answers(home: Path, speech: Path, tmp_path: Path) -> None:
    outs = [tmp_path / f"{number}.jsonl" for number in range(2)]
    for out in outs:
        run(
            home, "score", "claims", speech, "--out", out, "--as-of", "2026-02-01T08:00:00+08:00",
            code=3,
        )  # fmt: skip

    one, two = ([{**answer, "latency_ms": 0} for answer in lines(out)] for out in outs)

    assert json.dumps(one) == json.dumps(two)


def test_the_directory_named_by_out_is_the_artefact_that_model_takes(
    data: Path, speech: Path, tmp_path: Path
) -> None:
    model, out = tmp_path / "model", tmp_path / "answers.jsonl"
    train = ("train", "claims", "--data", data, "--no-seeds", "--no-register", "--out", model)

    run(tmp_path, *train)
    run(tmp_path, *train)
    run(tmp_path, "score", "claims", speech, "--out", out, "--model", model, code=3)

    version = json.loads((model / "manifest.json").read_text("utf-8"))["model_version"]
    assert {answer["model_version"] for answer in lines(out)} == {version}
    assert champion(tmp_path, "claims") is None


@pytest.mark.usefixtures("trained")
def test_answers_never_replace_their_input(home: Path, speech: Path, tmp_path: Path) -> None:
    before = speech.read_bytes()
    rejects = tmp_path / "answers.jsonl.rejects.jsonl"
    rejects.write_bytes(before)

    same = run(home, "score", "claims", speech, "--out", speech, code=1)
    again = run(home, "score", "claims", rejects, "--out", tmp_path / "answers.jsonl", code=1)

    assert "would be replaced by its answers; give another --out" in same.stderr
    assert str(rejects) in again.stderr
    assert speech.read_bytes() == rejects.read_bytes() == before


def test_without_a_model_scoring_says_how_to_get_one(speech: Path, tmp_path: Path) -> None:
    done = run(tmp_path, "score", "claims", speech, "--out", tmp_path / "out.jsonl", code=1)

    assert "run `mingcha train claims`, or give --model DIR" in done.stderr
    assert not (tmp_path / "out.jsonl").exists()


def test_a_training_row_that_is_wrong_is_named(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("text,violation\n你好,0\n根治,也许\n", "utf-8")

    done = run(tmp_path, "train", "claims", path, code=1)

    assert f'{path}:3: violation is "也许"; a number is needed' in done.stderr
