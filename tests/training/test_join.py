import json
from pathlib import Path

import pytest

from data.problem import FileError
from training.join import join, text_id

TEXTS = "channel,text\n甲,面料是百分之六十的棉\n乙,吃一个月血糖就下来了\n乙,没有人标过这一句\n"


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    path = tmp_path / "texts.csv"
    path.write_text(TEXTS, encoding="utf-8")
    return path


@pytest.fixture
def annotations(tmp_path: Path) -> Path:
    rows = [
        {"id": text_id("吃一个月血糖就下来了"), "violation": 1, "codes": ["medical_claim"]},
        {"id": text_id("面料是百分之六十的棉"), "violation": 0, "codes": []},
    ]
    path = tmp_path / "annotations.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def test_texts_find_their_annotation_by_content_and_the_rest_are_counted(
    texts: Path, annotations: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "joined.jsonl"

    join(texts, annotations, out, group="channel")

    rows = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert [(row["text"], row["violation"], row["group"]) for row in rows] == [
        ("面料是百分之六十的棉", 0, "甲"),
        ("吃一个月血糖就下来了", 1, "乙"),
    ]
    assert "2 joined, 1 texts without annotation" in capsys.readouterr().err


def test_columns_of_the_texts_are_carried_over_and_an_annotation_stands_before_them(
    tmp_path: Path,
) -> None:
    texts, annotations, out = (tmp_path / f"{name}.jsonl" for name in ("a", "b", "c"))
    texts.write_text('{"text": "你好", "platform": "抖音", "room": 7, "violation": 0}\n', "utf-8")
    annotations.write_text(json.dumps({"id": text_id("你好"), "violation": 1}) + "\n")

    join(texts, annotations, out, keep=["platform", "room", "violation"])

    row = json.loads(out.read_text("utf-8"))
    assert row == {"text": "你好", "platform": "抖音", "room": 7, "violation": 1}


def test_a_column_to_keep_that_is_not_there_is_named(
    texts: Path, annotations: Path, tmp_path: Path
) -> None:
    with pytest.raises(FileError, match="no column 'platform'"):
        join(texts, annotations, tmp_path / "joined.jsonl", keep=["platform"])


def test_a_group_column_that_is_not_there_is_named(
    texts: Path, annotations: Path, tmp_path: Path
) -> None:
    with pytest.raises(FileError, match="no column 'room'; columns are channel, text"):
        join(texts, annotations, tmp_path / "joined.jsonl", group="room")


def test_all_real_segments_find_their_labels(datasets: Path, tmp_path: Path) -> None:
    directory = datasets / "transcripts"
    out = tmp_path / "joined.jsonl"

    join(
        directory / "live_segments.csv",
        directory / "live_segments_labels.jsonl",
        out,
        group="channel",
    )

    rows = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert len(rows) == 1089
    assert all(evidence["quote"] in row["text"] for row in rows for evidence in row["evidence"])
