"""Scoring a file with several processes."""

import json
from datetime import UTC, datetime
from pathlib import Path

from data.read import Layout
from models.knowledge import load_knowledge
from models.lexicon_scorer import LexiconScorer
from training.offline import score_file

AT = datetime(2026, 2, 1, tzinfo=UTC)

_SAID = ["一个疗程根治糖尿病", "今天降温了，注意保暖", "加我微信，私下转账", "这件是纯棉的"]


def test_several_processes_answer_every_row_in_the_order_of_one(tmp_path: Path) -> None:
    source = tmp_path / "in.jsonl"
    rows = [{"data_id": f"r{n}", "text": _SAID[n % len(_SAID)]} for n in range(2_345)]
    lines = [json.dumps(row, ensure_ascii=False) for row in rows]
    source.write_text("\n".join([*lines[:100], "no JSON", *lines[100:]]), encoding="utf-8")
    scorer = LexiconScorer("claims", "pass", load_knowledge())

    def answers(workers: int) -> list[dict[str, object]]:
        out = tmp_path / f"{workers}.jsonl"
        tally = score_file(scorer, source, out, Layout(), AT, lambda _: None, workers=workers)
        assert (tally.answered, tally.rejected) == (len(rows), 1)
        found = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
        return [{**answer, "latency_ms": None} for answer in found]

    assert [answer["data_id"] for answer in answers(2)] == [row["data_id"] for row in rows]
    assert answers(2) == answers(1)
