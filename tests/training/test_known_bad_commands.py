"""Confirmed bad listings, remembered by command and cited by the scorer."""

import json
from datetime import datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

from data.known_bad import open_known_bad
from data.listing import Listing
from data.verdict import Verdict
from models.scorer import load_scorer
from training.known_bad_commands import known_bad

AT = datetime.fromisoformat("2026-02-01T08:00:00+08:00")
TITLE = "手工黄花梨木雕弥勒佛摆件客厅玄关招财装饰品乔迁送礼"
COPY = "手 工 黄 花 梨 木 雕 弥 勒 佛 摆件 客厅玄关招财装饰品 乔迁送礼"


def row(**fields: object) -> dict[str, object]:
    plain = {"data_id": "bad-1", "title": TITLE, "category": "工艺品/摆件", "price": 128.0}
    shop = {"submitted_at": "2026-01-01T08:00:00+08:00", "merchant": {"merchant_id": "first"}}
    confirmed = {"codes": ["spec_mismatch"], "confirmed_at": "2026-01-05T08:00:00+08:00"}
    return plain | shop | confirmed | fields


def remember(home: Path, *rows: dict[str, object]) -> int:
    source = home / "confirmed.jsonl"
    source.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    return CliRunner().invoke(known_bad, ["import", str(source), "--home", str(home)]).exit_code


def copy_of_it(artifact: Path, home: Path, submitted_at: str) -> Verdict:
    scorer = load_scorer(artifact, known_bad=open_known_bad(home))
    shop = {"submitted_at": submitted_at, "merchant": {"merchant_id": "second"}}
    fields = {"data_id": "new", "title": COPY, "category": "工艺品/摆件", "price": 128.0, **shop}
    return scorer.score(Listing.model_validate(fields, strict=False), AT)


def test_a_copy_under_another_shop_is_reviewed_with_the_earlier_case(
    listings_artifact: Path, tmp_path: Path
) -> None:
    assert remember(tmp_path, row()) == 0

    verdict = copy_of_it(listings_artifact, tmp_path, "2026-01-20T08:00:00+08:00")

    assert verdict.suggestion == "review"
    assert any("bad-1" in hit.cue for label in verdict.labels for hit in label.hits)


@pytest.mark.parametrize(
    "submitted_at",
    [
        pytest.param("2025-12-01T08:00:00+08:00", id="whoever had the text first"),
        pytest.param("2026-01-03T08:00:00+08:00", id="before the case was confirmed"),
    ],
)
def test_who_could_not_have_copied_a_known_case_is_not_punished(
    listings_artifact: Path, tmp_path: Path, submitted_at: str
) -> None:
    remember(tmp_path, row())

    verdict = copy_of_it(listings_artifact, tmp_path, submitted_at)

    assert not any("bad-1" in hit.cue for label in verdict.labels for hit in label.hits)


def test_a_withdrawn_case_is_cited_no_more(listings_artifact: Path, tmp_path: Path) -> None:
    remember(tmp_path, row())
    done = CliRunner().invoke(known_bad, ["withdraw", "bad-1", "--home", str(tmp_path)])

    verdict = copy_of_it(listings_artifact, tmp_path, "2026-01-20T08:00:00+08:00")

    assert done.exit_code == 0
    assert not any("bad-1" in hit.cue for label in verdict.labels for hit in label.hits)


def test_rows_that_cannot_be_remembered_are_kept_with_their_reason(tmp_path: Path) -> None:
    short = row(data_id="short", title="茶杯")
    unknown = row(data_id="unknown", codes=["no such code"])

    assert remember(tmp_path, short, unknown, row()) == 3

    [kept] = tmp_path.rglob("*.rejects.jsonl")
    reasons = [json.loads(line)["reason"] for line in kept.read_text("utf-8").splitlines()]
    assert ["short" in reason for reason in reasons] == [True, False]
    assert "no such code" in reasons[1]
    memory = open_known_bad(tmp_path)
    assert memory is not None
    assert len(memory) == 1
