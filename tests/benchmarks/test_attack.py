from datetime import UTC, datetime
from pathlib import Path

import pytest

from data.segment import LiveSegment
from data.simulate.disguises import Mechanism
from models.knowledge import load_knowledge
from models.scorer import Scorer, degraded_scorer
from tests.benchmarks.attack import (
    TOO_FEW,
    Attacked,
    Target,
    attacked,
    file_attacks,
    regression_attack,
    risky_words,
    row,
)

AT = datetime(2026, 2, 1, tzinfo=UTC)
WORDS = ("根治", "糖尿病")


@pytest.fixture(scope="module")
def scorer() -> Scorer:
    """The scorer of the lexicon alone: quick, and easy to get by."""
    return degraded_scorer("claims", "pass")


def target(text: str, *spans: tuple[int, int]) -> Target:
    return Target(LiveSegment(data_id="attack", text=text), spans or None, "room")


def attack(scorer: Scorer, *targets: Target, mechanism: Mechanism = "initials") -> list[Attacked]:
    verdicts = [scorer.score(each.segment, AT) for each in targets]
    return attacked(targets, verdicts, scorer, mechanism, WORDS, seed=0)


def test_a_disguise_that_the_scorer_cannot_read_gets_by(scorer: Scorer) -> None:
    [found] = attack(scorer, target("这个茶能根治关节", (4, 6)), mechanism="homophone")

    assert found.before
    assert not found.after
    assert found.changes
    assert found.resolved == 0


def test_one_that_folding_removes_does_not(scorer: Scorer) -> None:
    [found] = attack(scorer, target("这个茶能根治糖尿病"), mechanism="invisible")

    assert found.before
    assert found.after


def test_a_text_with_nothing_to_disguise_is_not_attacked(scorer: Scorer) -> None:
    outside = target("根治糖尿病，真的管用", (6, 10))

    assert attack(scorer, target("全网销量第一名"), outside) == []


def test_the_fall_is_in_points_with_its_interval() -> None:
    rows = [Attacked(f"room-{n}", True, n % 2 == 0, 2, 1) for n in range(40)]
    cells = [cell.strip() for cell in row("filler", rows, seed=0).strip("|").split("|")]

    assert cells[:4] == ["filler", "40", "1.000", "0.500"]
    assert cells[4].startswith("50.0 [")
    assert cells[5:] == ["2.0", "50%"]


def test_few_texts_make_no_figure() -> None:
    rows = [Attacked("room", True, False, 1, 0)] * (TOO_FEW - 1)

    assert row("mask", rows, seed=0).count("too few") == 3


def test_only_rows_known_to_hold_no_disguise_are_attacked(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text(
        '{"text": "能根治糖尿病", "violation": 1, "evasions": []}\n'
        '{"text": "能根某治", "violation": 1,'
        ' "evasions": [{"surface": "根某治", "resolved": "根治"}]}\n'
        '{"text": "包治百病", "violation": 1}\n'
        '{"text": "今天有优惠", "violation": 0, "evasions": []}\n',
        encoding="utf-8",
    )

    on_violating, on_clean = file_attacks(path, load_knowledge(), frozenset(WORDS))
    assert [each.segment.text for each in on_violating.targets] == ["能根治糖尿病"]
    assert [each.segment.text for each in on_clean.targets] == ["今天有优惠"]
    assert not on_clean.words & on_violating.words
    assert "根治" in risky_words(load_knowledge(), [path])


def test_the_regression_corpus_gives_plain_speech() -> None:
    assert len(regression_attack(frozenset(WORDS)).targets) > 100
