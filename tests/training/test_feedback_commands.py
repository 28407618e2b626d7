import csv
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from data.command import main
from models.artifact import ArtifactError, read_manifest
from models.scorer import load_scorer
from models.store import champion

pytestmark = [
    pytest.mark.slow,
    # MLflow runs here and not in a process of its own; what it does to SQLAlchemy is its own.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]

REPORT = {
    "n",
    "base_rate",
    "f1",
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
ANSWER = ["data_id", "probability", "complaint", "negative_probability", "negative", "kinds"]


class Printed(NamedTuple):
    out: str
    err: str


Run = Callable[..., Printed]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], home: Path) -> Run:
    """What a command prints until it ends with ``code``."""

    def call(*arguments: str | Path, code: int = 0) -> Printed:
        monkeypatch.setenv("MINGCHA_HOME", str(home))
        monkeypatch.setattr(sys, "argv", ["mingcha", *map(str, arguments)])
        capfd.readouterr()
        with pytest.raises(SystemExit) as ended:
            main()
        printed = Printed(*capfd.readouterr())
        assert (ended.value.code or 0) == code, printed.err
        return printed

    return call


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture
def trained(run: Run, home: Path) -> Path:
    """The champion, trained on the seeds once."""
    if champion(home, "feedback") is None:
        run("train", "feedback")
    directory = champion(home, "feedback")
    assert directory is not None
    return directory


@pytest.fixture
def labelled(tmp_path: Path) -> Path:
    goods = ["鞋", "包", "灯", "锅", "书", "表"]
    rows = [
        {"text": f"{good}{words}", "complaint": bad, "group": good, "category": good}
        for good in goods
        for bad, wordings in (
            (1, ["用两天就坏了", "是假货", "一股怪味", "开胶了"]),
            (0, ["很喜欢", "是正品", "不错，没有异味", "到得很快"]),
        )
        for words in wordings
    ]
    path = tmp_path / "labelled.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture
def reviews(tmp_path: Path) -> Path:
    path = tmp_path / "reviews.jsonl"
    lines = [
        '{"data_id": "b", "text": "用两天就坏了"}',
        '{"data_id": "a", "text": "不是假货"}',
        '{"data_id": "no good", "text": "好"}',
        "no JSON",
        '{"text": "！！！"}',
    ]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def answers(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def test_the_artefact_names_its_kind_rate_and_operating_points(trained: Path) -> None:
    manifest = read_manifest(trained)

    assert manifest.kind == "feedback"
    assert manifest.tokeniser is None
    assert manifest.base_rate == pytest.approx(0.05)
    assert set(manifest.thresholds) == {"balanced", "capacity"}
    assert manifest.metrics["negative"]["pr_auc"] > 0.8


def test_readable_rows_are_answered_in_order_and_the_rest_are_kept(
    run: Run, trained: Path, reviews: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.jsonl"

    printed = run("score", "feedback", reviews, "--out", out, code=3)

    found = answers(out)
    assert [answer["data_id"] for answer in found] == ["b", "a", "row-5"]
    assert [answer["complaint"] for answer in found] == [1, 0, 0]
    assert all(list(answer) == ANSWER for answer in found)
    assert sum(found[0]["kinds"].values()) == pytest.approx(1)
    rejects = answers(tmp_path / "out.jsonl.rejects.jsonl")
    assert [reject["line"] for reject in rejects] == [3, 4]
    assert "3 answered (33.3% complaints" in printed.err


def test_a_flat_file_holds_the_same_answers(
    run: Run, trained: Path, reviews: Path, tmp_path: Path
) -> None:
    run("score", "feedback", reviews, "--out", tmp_path / "out.jsonl", code=3)
    run("score", "feedback", reviews, "--out", tmp_path / "out.csv", code=3)

    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as stream:
        flat = list(csv.DictReader(stream))
    for row, answer in zip(flat, answers(tmp_path / "out.jsonl"), strict=True):
        assert list(row) == ANSWER
        assert float(row["probability"]) == answer["probability"]
        assert json.loads(row["kinds"]) == answer["kinds"]


def test_an_artefact_is_measured_on_labelled_rows(run: Run, trained: Path, labelled: Path) -> None:
    report = json.loads(run("evaluate", "feedback", labelled, "--json").out)

    assert report.keys() >= REPORT
    assert report["measured"] == "complaint"
    assert report["intervals"]["f1"][0] <= report["f1"] <= report["intervals"]["f1"][1]
    assert report["f1"] > 0.8
    assert report["slices"]["category"]["鞋"]["too_few"]
    printed = run("evaluate", "feedback", labelled, "--no-log").out
    assert "f1 " in printed
    assert "too few" in printed


def test_the_recipe_is_measured_by_folds_of_groups_and_written_as_a_page(
    run: Run, labelled: Path, tmp_path: Path
) -> None:
    page = tmp_path / "page.html"

    printed = run(
        "evaluate", "feedback", labelled, "--cv", "2", "--report", page, "--no-log", "--json"
    )

    assert json.loads(printed.out)["n"] == 48
    assert "售后文本模型评测报告" in page.read_text("utf-8")


def test_rows_that_tell_bad_experiences_alone_are_measured_on_those(
    run: Run, trained: Path, labelled: Path
) -> None:
    report = json.loads(
        run("evaluate", "feedback", labelled, "--map", "negative=complaint", "--json").out
    )

    assert report["measured"] == "negative"


def test_a_file_of_ones_own_is_learnt_beside_the_seeds(
    run: Run, labelled: Path, tmp_path: Path
) -> None:
    out = tmp_path / "model"

    printed = run("train", "feedback", "--data", labelled, "--no-register", "--out", out)

    assert printed.out.split("\t")[0] == read_manifest(out).model_version


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["train", "feedback", "--no-seeds", "--no-register"], 1, "complaints and texts that are"),
        (["score", "feedback", "in.csv", "--out", "in.csv"], 1, "in.csv"),
        (["score", "feedback", "in.csv", "--out", "out.xls"], 2, "the suffix must be one of"),
        (["score", "feedback", "in.csv", "--out", "o.csv", "--cases", "c.jsonl"], 2, "no rooms"),
    ],
)
def test_what_cannot_be_done_says_why(
    run: Run,
    trained: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    code: int,
    message: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "in.csv").write_text("text\n好\n", "utf-8")

    assert message in run(*arguments, code=code).err


def test_rows_that_never_complain_cannot_measure(run: Run, trained: Path, tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("text,complaint\n好,0\n不错,0\n", "utf-8")

    assert "must be 1 in some and 0 in others" in run("evaluate", "feedback", path, code=1).err


def test_a_feedback_model_is_no_scorer_of_items(trained: Path) -> None:
    with pytest.raises(ArtifactError, match="a feedback model sorts buyers' texts"):
        load_scorer(trained)


def test_a_damaged_artefact_is_refused(run: Run, reviews: Path, tmp_path: Path) -> None:
    out = tmp_path / "model"
    run("train", "feedback", "--no-register", "--out", out)
    content = (out / "polarity.json").read_bytes()
    (out / "polarity.json").write_bytes(content[:-9])

    printed = run(
        "score", "feedback", reviews, "--out", tmp_path / "o.jsonl", "--model", out, code=1
    )

    assert "truncated or edited" in printed.err
