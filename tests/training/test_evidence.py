from datetime import UTC, datetime

import pytest

from data.verdict import Hit, LabelVerdict, Verdict
from training.assemble import ClaimDoc
from training.evidence import Cited, cited, evidence_quality, quoted_spans

TEXT = "今天这个茶，吃一个月血糖就下来了，药可以停。"


def verdict(*spans: tuple[int, int] | None, field: str = "text") -> Verdict:
    """An answer whose only label cites these spans; None is a fact that is no text."""
    hits = [
        Hit(
            field=field,
            start=None if span is None else span[0],
            end=None if span is None else span[1],
            text="",
            cue="model",
        )
        for span in spans
    ]
    label = LabelVerdict(
        code="medical_claim",
        name_zh="",
        probability=0.9,
        suggestion="review",
        severity=4,
        source="model",
        basis=[],
        hits=hits,
    )
    return Verdict(
        data_id="a",
        decision_id="d",
        suggestion="review",
        risk_level="high",
        probability=0.9,
        labels=[label, label],
        evasion_probability=0.0,
        model_version=None,
        policy_version="",
        lexicon_version="",
        feature_as_of=datetime(2026, 1, 1, tzinfo=UTC),
        filled_from_ledger=[],
        degraded=False,
        previous_decision_id=None,
        latency_ms=0.0,
    )


def doc(*quotes: str) -> ClaimDoc:
    return ClaimDoc(
        text=TEXT,
        violation=True,
        codes=("medical_claim",),
        quotes=tuple(("medical_claim", quote) for quote in quotes),
        group="a",
        source="rows",
    )


def test_a_hit_that_shares_a_character_with_a_quote_meets_it() -> None:
    start = TEXT.index("血糖")
    spans = (start - 4, start + 1), (0, 2), (start - 10, start)

    assert cited(doc("血糖就下来了"), verdict(*spans)) == Cited(covered=True, hits=3, met=1)


def test_a_span_that_two_labels_cite_counts_once_and_a_fact_does_not() -> None:
    assert cited(doc("血糖"), verdict((0, 2), None)) == Cited(covered=False, hits=1, met=0)


def test_what_is_shown_on_screen_is_not_held_against_quotes_of_speech() -> None:
    assert cited(doc("血糖"), verdict((0, 20), field="ocr_text")) == Cited(False, 0, 0)


def test_a_window_without_quotes_says_nothing_of_evidence() -> None:
    assert cited(doc(), verdict((0, 2))) is None


def test_a_quote_is_found_wherever_it_stands_and_whatever_its_width() -> None:
    assert quoted_spans("ＶＣ好，vc好", ["vc"]) == [(0, 2), (4, 6)]


def test_shares_are_of_windows_and_of_hits() -> None:
    found = [Cited(True, 3, 1), Cited(False, 1, 0), None, Cited(True, 2, 2)]
    quality = evidence_quality(found, ["a", "b", "c", "d"])

    assert (quality["windows"], quality["hits"]) == (3, 6)
    assert quality["covered"] == pytest.approx(2 / 3)
    assert quality["precise"] == pytest.approx(3 / 6)
    assert quality["intervals"] == {}


def test_with_enough_groups_both_shares_have_an_interval() -> None:
    found = [Cited(row % 3 > 0, 2, row % 2) for row in range(60)]
    quality = evidence_quality(found, [f"room-{row % 12}" for row in range(60)])

    for name in ("covered", "precise"):
        low, high = quality["intervals"][name]
        assert low <= quality[name] <= high


def test_no_flagged_window_at_all_is_not_an_error() -> None:
    quality = evidence_quality([None, None], ["a", "b"])

    assert quality["windows"] == quality["hits"] == 0
    assert quality["covered"] != quality["covered"]
