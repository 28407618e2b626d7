import csv
import json
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from data.problem import FileError, UsageError
from data.read import Layout
from models.knowledge import load_knowledge
from models.lexicon_scorer import LexiconScorer
from training.offline import score_file
from training.rooms import parse_clip, room_report

AT = datetime(2026, 3, 1, tzinfo=UTC)


def clips(count: int, name: str = "某店", platform: str = "抖音") -> list[dict[str, object]]:
    where: dict[str, object] = {"platform": platform, "channel": name}
    return [where | {"clip_name": f"{name}_2025-04-02_20-00-00_{n:03}.mp4"} for n in range(count)]


def flags(count: int, *at: int) -> list[bool]:
    return [n in at for n in range(count)]


def test_an_hour_of_clean_speech_with_two_distant_flags_has_two_false_cases() -> None:
    report = room_report(clips(60), flags(60, 0, 1, 30), flags(60), ["某店"] * 60)

    assert report["hours"] == pytest.approx(1.0)
    assert report["windows_per_hour"] == pytest.approx(3.0)
    assert report["cases_per_hour"] == pytest.approx(2.0)


def test_a_case_with_one_violating_window_is_no_false_case() -> None:
    report = room_report(clips(60), flags(60, 0, 1, 30), flags(60, 1), ["某店"] * 60)

    assert (report["cases"], report["false_cases"], report["clean_flagged"]) == (2, 1, 2)


def test_violating_speech_does_not_thin_the_rate_per_clean_hour() -> None:
    violating = range(30, 60)

    report = room_report(clips(60), flags(60, 0), flags(60, *violating), ["某店"] * 60)

    assert report["windows_per_hour"] == pytest.approx(1.0)
    assert report["windows_per_clean_hour"] == pytest.approx(2.0)


def test_overlapping_windows_are_observed_once() -> None:
    sliding = [{"room_id": "1", "start_s": 10.0 * n, "end_s": 10.0 * n + 60} for n in range(10)]

    report = room_report(sliding, flags(10), flags(10), ["1"] * 10)

    assert report["hours"] == pytest.approx(150 / 3_600)


def test_rooms_of_one_name_on_two_platforms_are_two_rooms() -> None:
    platforms = [*clips(3), *clips(3, platform="快手")]

    report = room_report(platforms, flags(6, 0, 3), flags(6), ["某店"] * 6)

    assert (report["rooms"], report["cases"]) == (2, 2)


def test_intervals_come_from_whole_groups() -> None:
    channels = [*clips(30, "甲"), *clips(30, "乙")]
    groups = ["甲"] * 30 + ["乙"] * 30

    report = room_report(channels, flags(60, *range(30)), flags(60), groups)

    assert report["windows_per_hour"] == pytest.approx(30.0)
    assert report["intervals"]["windows_per_hour"] == [0.0, 60.0]


def test_windows_without_room_or_time_are_counted_apart() -> None:
    rows: list[dict[str, object]] = [
        *clips(2),
        {"text": "没有时间"},
        {"room_id": "1", "start_s": 5.0},
    ]

    report = room_report(rows, [True] * 4, [False] * 4, ["a"] * 4)

    assert (report["unplaced"], report["flagged"]) == (2, 2)


def test_without_any_time_there_is_nothing_to_report() -> None:
    assert room_report([{}], [True], [False], ["a"]) == {}


def test_violating_speech_alone_has_no_rate_per_clean_hour() -> None:
    report = room_report(clips(2), [True] * 2, [True] * 2, ["a"] * 2)

    assert report["windows_per_hour"] == 0
    assert np.isnan(report["windows_per_clean_hour"])


def test_a_time_that_cannot_be_is_refused() -> None:
    with pytest.raises(FileError, match="start_s"):
        room_report([{"room_id": "1", "start_s": -5.0}], [True], [False], ["a"])


@pytest.mark.parametrize("name", ["clip.mp4", "某店_2025-13-40_20-00-00_000.mp4", "某店_000.mp4"])
def test_a_clip_name_of_another_form_tells_nothing(name: str) -> None:
    assert parse_clip(name) is None


def test_scoring_writes_the_cases_beside_the_answers(tmp_path: Path) -> None:
    source, cases = tmp_path / "in.csv", tmp_path / "cases.jsonl"
    source.write_text(
        "data_id,text,room_id,start_s\n"
        "a,一个疗程根治糖尿病,8123,0\nb,今天降温了,8123,60\nc,彻底根治高血压,8123,120\n",
        encoding="utf-8",
    )
    scorer = LexiconScorer("claims", "pass", load_knowledge())

    score_file(scorer, source, tmp_path / "out.jsonl", Layout(), AT, lambda _: None, cases=cases)

    [case] = [json.loads(line) for line in cases.read_text("utf-8").splitlines()]
    assert case["windows"] == ["a", "c"]
    assert (case["room"], case["room_by"], case["last_s"]) == ("8123", "room_id", 120.0)


@pytest.mark.parametrize("cases", ["in.csv", "out.jsonl", "out.jsonl.rejects.jsonl", "cases.csv"])
def test_cases_replace_no_other_file(tmp_path: Path, cases: str) -> None:
    source = tmp_path / "in.csv"
    source.write_text("text\n今天降温了\n", encoding="utf-8")
    scorer = LexiconScorer("claims", "pass", load_knowledge())

    with pytest.raises((FileError, UsageError), match=cases):
        score_file(
            scorer, source, tmp_path / "out.jsonl", Layout(), AT, print, cases=tmp_path / cases
        )

    assert source.read_text("utf-8").startswith("text")


def test_all_real_clips_tell_room_and_time(datasets: Path) -> None:
    path = datasets / "transcripts" / "live_segments.csv"
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    n = len(rows)

    report = room_report(rows, [True] * n, [False] * n, [row["channel"] for row in rows])

    assert (report["unplaced"], report["flagged"], report["rooms"]) == (0, 1_089, 42)
    assert report["hours"] == pytest.approx(1_089 / 60)
