import csv
import gzip
import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from data.problem import FileError, UsageError
from data.read import Rejected, read_rows
from data.verdict import Hit, LabelVerdict, Verdict
from data.write import RejectsFile, flat_verdict, without_formula, write_answers, write_verdicts

FLAT = {
    "data_id": "row-2",
    "suggestion": "block",
    "risk_level": "high",
    "probability": 0.97,
    "codes": "absolute_term;health_efficacy",
    "evidence": "全网最低 | 包治百病",
    "model_version": None,
}


def label(code: str, *cited: str) -> LabelVerdict:
    hits = [Hit(field="text", start=0, end=len(text), text=text, cue=text) for text in cited]
    return LabelVerdict(
        code=code,
        name_zh=code,
        probability=0.9,
        suggestion="block",
        severity=3,
        source="lexicon",
        basis=[],
        hits=hits,
    )


def verdict(*labels: LabelVerdict, data_id: str = "row-2") -> Verdict:
    return Verdict(
        data_id=data_id,
        decision_id="d1",
        suggestion="block",
        risk_level="high",
        probability=0.97,
        labels=list(labels),
        evasion_probability=0.1,
        model_version=None,
        policy_version="p1",
        lexicon_version="l1",
        feature_as_of=datetime(2026, 2, 1, tzinfo=UTC),
        filled_from_ledger=[],
        degraded=False,
        previous_decision_id=None,
        latency_ms=1.5,
    )


FLAGGED = verdict(
    label("absolute_term", "全网最低"), label("health_efficacy", "包治百病", "全网最低")
)


def unpacked(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


@pytest.mark.parametrize("name", ["out.jsonl", "out.jsonl.gz"])
def test_jsonl_holds_the_answer_of_the_api(tmp_path: Path, name: str) -> None:
    assert write_verdicts(tmp_path / name, [FLAGGED, FLAGGED]) == 2

    lines = unpacked(tmp_path / name).decode().splitlines()
    assert [json.loads(line) for line in lines] == [FLAGGED.model_dump(mode="json")] * 2


@pytest.mark.parametrize(
    ("name", "delimiter"), [("out.csv", ","), ("out.csv.gz", ","), ("out.tsv", "\t")]
)
def test_csv_is_flat(tmp_path: Path, name: str, delimiter: str) -> None:
    write_verdicts(tmp_path / name, [FLAGGED])

    text = unpacked(tmp_path / name).decode()
    [row] = csv.DictReader(io.StringIO(text), delimiter=delimiter)
    assert row == {**FLAT, "probability": "0.97", "model_version": ""}


@pytest.mark.parametrize("name", ["out.parquet", "out.parquet.gz"])
def test_parquet_is_flat_and_typed(tmp_path: Path, name: str) -> None:
    write_verdicts(tmp_path / name, [FLAGGED] * 1_500)

    table = pq.read_table(io.BytesIO(unpacked(tmp_path / name)))
    assert table.num_rows == 1_500
    assert table.slice(0, 1).to_pylist() == [FLAT]


@pytest.mark.parametrize("name", ["out.csv", "out.jsonl", "out.parquet", "out.parquet.gz"])
def test_no_answers_still_make_a_file(tmp_path: Path, name: str) -> None:
    assert write_verdicts(tmp_path / name, []) == 0
    assert (tmp_path / name).exists()


@pytest.mark.parametrize("name", ["out.csv.gz", "out.jsonl.gz"])
def test_the_same_answers_give_the_same_bytes(tmp_path: Path, name: str) -> None:
    for directory in ("a", "b"):
        (tmp_path / directory).mkdir()
        write_verdicts(tmp_path / directory / name, [FLAGGED])

    assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()


def test_answers_of_another_kind_have_columns_of_their_own(tmp_path: Path) -> None:
    hit = Hit(field="text", start=3, end=5, text="最低", cue="最低")

    write_answers(
        tmp_path / "out.csv",
        [hit],
        {"text": "text", "start": "whole"},
        lambda hit: {"text": hit.text, "start": hit.start},
    )

    assert (tmp_path / "out.csv").read_bytes() == "text,start\r\n最低,3\r\n".encode()


def test_facts_without_a_text_are_no_evidence() -> None:
    fact = Hit(field="licences", start=None, end=None, text="", cue="licence_missing")
    found = label("licence_missing").model_copy(update={"hits": [fact]})

    assert flat_verdict(verdict(found))["evidence"] == ""


@pytest.mark.parametrize(
    "text", ["=HYPERLINK(1)", "+1+1", "-2+3", "@SUM(A1)", "＝1+1", "\t=1", "\r=1", "-", "+86 138"]
)
def test_a_cited_formula_is_shown_and_not_run(tmp_path: Path, text: str) -> None:
    write_verdicts(tmp_path / "out.csv", [verdict(label("x", text))])

    with (tmp_path / "out.csv").open(encoding="utf-8", newline="") as file:
        [row] = csv.DictReader(file)
    assert row["evidence"] == f"'{text}"


@pytest.mark.parametrize("text", ["-1", "+0.5", "-1.5e-7", "全网最低", "1=1", ""])
def test_numbers_and_plain_text_stay_as_they_are(text: str) -> None:
    assert without_formula(text) == text


def test_an_id_comes_back_as_it_went_in(tmp_path: Path) -> None:
    write_verdicts(tmp_path / "out.csv", [verdict(data_id="-sku-7")])

    [row] = read_rows(tmp_path / "out.csv")
    assert isinstance(row, tuple)
    assert not isinstance(row, Rejected)
    assert row.values["data_id"] == "-sku-7"


@pytest.mark.parametrize(
    "name", ["out.csv", "out.csv.gz", "out.jsonl", "out.jsonl.gz", "out.parquet", "out.parquet.gz"]
)
def test_a_failed_run_leaves_the_earlier_file_and_nothing_else(tmp_path: Path, name: str) -> None:
    def failing() -> Iterator[Verdict]:
        yield FLAGGED
        raise RuntimeError("the model broke")

    (tmp_path / name).write_text("earlier", encoding="utf-8")

    with pytest.raises(RuntimeError, match="the model broke"):
        write_verdicts(tmp_path / name, failing())

    assert [path.name for path in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text(encoding="utf-8") == "earlier"


def test_another_suffix_is_a_usage_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"\.csv, \.tsv, \.jsonl, \.parquet"):
        write_verdicts(tmp_path / "out.txt", [])


def test_a_directory_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r"no/out\.csv: cannot be written: No such file"):
        write_verdicts(tmp_path / "no" / "out.csv", [])


def test_a_directory_cannot_be_overwritten(tmp_path: Path) -> None:
    (tmp_path / "out.csv").mkdir()

    with pytest.raises(FileError, match=r"out\.csv: cannot be written"):
        write_verdicts(tmp_path / "out.csv", [])

    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]


def test_rejects_stand_beside_the_output_with_line_and_reason(tmp_path: Path) -> None:
    with RejectsFile(tmp_path / "out.csv") as rejects:
        rejects.add(Rejected(3, "has 1 cells", "原" * 9_000))

    [entry] = (tmp_path / "out.csv.rejects.jsonl").read_text(encoding="utf-8").splitlines()
    assert json.loads(entry) == {"line": 3, "reason": "has 1 cells", "raw": "原" * 500}
    assert rejects.count == 1


def test_half_a_character_in_a_reject_is_written_escaped(tmp_path: Path) -> None:
    with RejectsFile(tmp_path / "out.csv") as rejects:
        rejects.add(Rejected(3, "bad", "\ud800"))

    [entry] = rejects.path.read_text(encoding="utf-8").splitlines()
    assert json.loads(entry)["raw"] == "\ud800"


def test_a_run_without_rejects_removes_those_of_an_earlier_one(tmp_path: Path) -> None:
    for reasons in (["bad"], []):
        with RejectsFile(tmp_path / "out.csv") as rejects:
            for reason in reasons:
                rejects.add(Rejected(1, reason, ""))

    assert list(tmp_path.iterdir()) == []


def test_a_failed_run_changes_no_rejects(tmp_path: Path) -> None:
    def fail() -> None:
        with RejectsFile(tmp_path / "out.csv") as rejects:
            rejects.add(Rejected(2, "later", ""))
            raise RuntimeError

    with RejectsFile(tmp_path / "out.csv") as rejects:
        rejects.add(Rejected(1, "earlier", ""))

    with pytest.raises(RuntimeError):
        fail()

    assert "earlier" in rejects.path.read_text(encoding="utf-8")
    assert len(list(tmp_path.iterdir())) == 1
