import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from data.command import main
from models.store import champion

pytestmark = [
    pytest.mark.slow,
    # MLflow runs here and not in a process of its own; what it does to SQLAlchemy is its own.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]

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


class Printed(NamedTuple):
    """What a command has printed."""

    out: str
    err: str


Run = Callable[..., Printed]


def process(home: Path, *arguments: str | Path, code: int = 0) -> Printed:
    """What a command prints until it ends with ``code``, in a process of its own."""
    program = [sys.executable, "-c", "from data.command import main; main()", *map(str, arguments)]
    environ = {**os.environ, "MINGCHA_HOME": str(home), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(program, capture_output=True, text=True, env=environ, check=False)
    assert done.returncode == code, done.stderr
    return Printed(done.stdout, done.stderr)


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Does what ``process`` does in this process, which loads the libraries but once."""

    def call(home: Path, *arguments: str | Path, code: int = 0) -> Printed:
        monkeypatch.setenv("MINGCHA_HOME", str(home))
        monkeypatch.setattr(sys, "argv", ["mingcha", *map(str, arguments)])
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        printed = Printed(*capfd.readouterr())
        assert (ended.value.code or 0) == code, printed.err
        return printed

    return call


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
            "confidence": 2 + number % 2,
        }
        for number in range(8)
        for text in (*CLAIMS, *CLEAN)
    ]
    path = home / "rows.jsonl"
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return path


@pytest.fixture(scope="module")
def trained(home: Path, data: Path) -> Printed:
    return process(home, "train", "claims", "--data", data, "--no-seeds")


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
def test_the_first_model_is_champion_and_the_next_one_waits(
    run: Run, home: Path, data: Path
) -> None:
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
    assert of == {"champion": first.name, "challenger": second.out.split("\t")[0]}
    assert of["champion"] != of["challenger"]
    assert "challenger" in second.err


def test_training_says_where_the_artefact_is(trained: Printed, home: Path) -> None:
    version, directory = trained.out.strip().split("\t")

    assert Path(directory) == champion(home, "claims")
    assert Path(directory).name == version
    assert "registered as version 1, champion" in trained.err


@pytest.mark.usefixtures("trained")
def test_an_evaluation_has_the_keys_of_the_contract(run: Run, home: Path, data: Path) -> None:
    report = json.loads(run(home, "evaluate", "claims", data, "--json").out)

    assert report.keys() >= REPORT
    assert report["n"] == 48
    assert report["base_rate"] == 0.5
    assert report["labels"]["medical_claim"]["positives"] == 24
    assert report["intervals"]["pr_auc"][0] <= report["pr_auc"] <= report["intervals"]["pr_auc"][1]


@pytest.mark.usefixtures("trained")
def test_an_evaluation_is_logged_with_its_page_beside_the_training_runs(
    run: Run, home: Path, data: Path, tmp_path: Path
) -> None:
    page = tmp_path / "report.html"

    done = run(home, "evaluate", "claims", data, "--report", page)

    with closing(sqlite3.connect(home / "mlflow.sqlite")) as store:
        ((run_id,),) = store.execute(
            "select t.run_uuid from tags t join metrics m on t.run_uuid = m.run_uuid"
            " where t.key = 'stage' and t.value = 'evaluation' and m.key = 'pr_auc'"
            " order by m.timestamp desc limit 1"
        )
        figures = dict(
            store.execute("select key, value from metrics where run_uuid = ?", (run_id,))
        )
    logged = {path.name: path for path in (home / "mlruns" / "claims" / run_id).rglob("*.*")}
    assert logged.keys() >= {"evaluation.html", "evaluation.json", "precision_recall.png"}
    assert logged["evaluation.html"].read_bytes() == page.read_bytes()
    assert figures["slices.confidence.2-3.recall"] == figures["recall"]
    assert "话术模型评测报告" in page.read_text("utf-8")
    assert "not logged" not in done.err
    assert "reliability" in done.out
    assert "medical_claim" in done.out


@pytest.mark.usefixtures("trained")
def test_an_evaluation_that_cannot_be_logged_is_measured_all_the_same(
    run: Run, home: Path, data: Path, tmp_path: Path
) -> None:
    model = champion(home, "claims")
    assert model is not None
    command = ("evaluate", "claims", data, "--model", model, "--json")

    told = run(tmp_path, *command)
    quiet = process(tmp_path, *command, "--no-log")

    assert "not logged" in told.err
    assert quiet.err == ""
    assert json.loads(told.out)["n"] == json.loads(quiet.out)["n"] == 48
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("trained")
def test_a_page_that_cannot_be_written_is_named(
    run: Run, home: Path, data: Path, tmp_path: Path
) -> None:
    page = tmp_path / "nowhere" / "report.html"

    done = run(home, "evaluate", "claims", data, "--no-log", "--report", page, code=1)

    assert f"{page}: cannot be written" in done.err


@pytest.mark.usefixtures("trained")
def test_a_file_without_rows_cannot_be_measured(run: Run, home: Path, tmp_path: Path) -> None:
    path = tmp_path / "none.csv"
    path.write_text("text,violation\n", "utf-8")

    done = run(home, "evaluate", "claims", path, code=1)

    assert f"{path}: no rows; labelled rows are needed" in done.err


@pytest.mark.usefixtures("trained")
def test_clean_rows_alone_give_null_where_nothing_can_be_said(
    run: Run, home: Path, tmp_path: Path
) -> None:
    path = tmp_path / "clean.csv"
    path.write_text("text,violation\n" + "".join(f"{text},0\n" for text in CLEAN), "utf-8")

    out = run(home, "evaluate", "claims", path, "--json").out

    assert "NaN" not in out
    assert json.loads(out)["pr_auc"] is None


@pytest.mark.usefixtures("trained")
def test_scoring_answers_in_order_and_keeps_what_it_cannot_read(
    run: Run, home: Path, speech: Path, tmp_path: Path
) -> None:
    out = tmp_path / "answers.jsonl"

    done = run(home, "score", "claims", speech, "--out", out, code=3)

    answers = lines(out)
    assert [answer["data_id"] for answer in answers] == ["b", "a", "c"]
    assert [answer["suggestion"] for answer in answers] == ["block", "pass", "pass"]
    assert [row["line"] for row in lines(tmp_path / "answers.jsonl.rejects.jsonl")] == [3, 4]
    assert "3 answered" in done.err
    assert "2 rejected" in done.err


@pytest.mark.usefixtures("trained")
def test_scoring_twice_gives_the_same_answers(
    run: Run, home: Path, speech: Path, tmp_path: Path
) -> None:
    first, second = tmp_path / "first.jsonl", tmp_path / "second.jsonl"
    command = ("score", "claims", speech, "--as-of", "2026-02-01T08:00:00+08:00", "--out")

    run(home, *command, first, code=3)
    process(home, *command, second, code=3)

    one, two = ([{**answer, "latency_ms": 0} for answer in lines(out)] for out in (first, second))

    assert json.dumps(one) == json.dumps(two)


def test_the_directory_named_by_out_is_the_artefact_that_model_takes(
    run: Run, data: Path, speech: Path, tmp_path: Path
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
def test_answers_never_replace_their_input(
    run: Run, home: Path, speech: Path, tmp_path: Path
) -> None:
    before = speech.read_bytes()
    rejects = tmp_path / "answers.jsonl.rejects.jsonl"
    rejects.write_bytes(before)

    same = run(home, "score", "claims", speech, "--out", speech, code=1)
    again = run(home, "score", "claims", rejects, "--out", tmp_path / "answers.jsonl", code=1)

    assert "would be replaced by its answers; give another --out" in same.err
    assert str(rejects) in again.err
    assert speech.read_bytes() == rejects.read_bytes() == before


def test_without_a_model_scoring_says_how_to_get_one(
    run: Run, speech: Path, tmp_path: Path
) -> None:
    done = run(tmp_path, "score", "claims", speech, "--out", tmp_path / "out.jsonl", code=1)

    assert "run `mingcha train claims`, or give --model DIR" in done.err
    assert not (tmp_path / "out.jsonl").exists()


def test_a_training_row_that_is_wrong_is_named(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("text,violation\n你好,0\n根治,也许\n", "utf-8")

    done = run(tmp_path, "train", "claims", path, code=1)

    assert f'{path}:3: violation is "也许"; a number is needed' in done.err
