"""Scorers with urgent entries beside their lexicon, as of the instant of scoring."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from data.listing import Listing
from data.overlay import NO_OVERLAY, Allowance, Overlay, Urgent, UrgentCue
from data.record import Record
from data.segment import LiveSegment
from data.verdict import Kind, Verdict
from models.scorer import Scorer, degraded_scorer, load_scorer

NOON = datetime(2026, 2, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
SAID = "回家贴一贴就叮咚归零"
SPEECH = LiveSegment(data_id="a", text=SAID)
LISTING = Listing(data_id="a", title=f"玻璃水杯 {SAID}", category="家居/杯", price=19.0)

CUE = UrgentCue(
    code="medical_claim",
    pattern="叮咚归零",
    weight=1.0,
    reason="新话术",
    added_at=NOON,
    expires=NOON + DAY,
)


def allowance(words: str, code: str, category: str | None = None) -> Allowance:
    return Allowance(
        code=code, words=words, category=category, reason="误报", added_at=NOON, expires=NOON + DAY
    )


def degraded(kind: Kind, *entries: Urgent) -> Scorer:
    return degraded_scorer(kind, "pass", Overlay(entries))


def cited(verdict: Verdict) -> list[str]:
    return [hit.text for label in verdict.labels for hit in label.hits]


@pytest.mark.parametrize(("kind", "item"), [("claims", SPEECH), ("listings", LISTING)])
def test_without_a_model_too_a_cue_counts_while_it_is_in_force(kind: Kind, item: Record) -> None:
    plain, scorer = degraded(kind), degraded(kind, CUE)

    before = scorer.score(item, NOON - DAY)
    while_in_force = scorer.score(item, NOON)
    after = scorer.score(item, NOON + DAY)

    assert before == plain.score(item, NOON - DAY)
    assert while_in_force.suggestion != "pass"
    assert cited(while_in_force) == ["叮咚归零"]
    assert while_in_force.lexicon_version.startswith(f"{before.lexicon_version}+")
    assert while_in_force.decision_id != before.decision_id
    assert after == plain.score(item, NOON + DAY)


def test_the_speech_model_reviews_what_an_urgent_cue_names(claims_artifact: Path) -> None:
    plain = load_scorer(claims_artifact)
    scorer = load_scorer(claims_artifact, overlay=Overlay([CUE]))

    verdict = scorer.score(SPEECH, NOON)

    assert verdict.suggestion != "pass"
    assert "叮咚归零" in cited(verdict)
    assert verdict.probability >= plain.score(SPEECH, NOON).probability
    assert scorer.score(SPEECH, NOON + DAY) == plain.score(SPEECH, NOON + DAY)


def test_the_listing_model_reviews_what_an_urgent_cue_names(listings_artifact: Path) -> None:
    scorer = load_scorer(listings_artifact, overlay=Overlay([CUE]))

    verdict = scorer.score(LISTING, NOON)

    assert "medical_claim" in [label.code for label in verdict.labels]
    assert "叮咚归零" in cited(verdict)


def test_the_instant_of_scoring_counts_and_not_that_of_submission() -> None:
    late = LISTING.model_copy(update={"submitted_at": NOON - 7 * DAY})

    assert degraded("listings", CUE).score(late, NOON).suggestion != "pass"


def test_allowed_words_take_a_cue_back_within_their_scope() -> None:
    scorer = degraded("listings", CUE, allowance("叮咚归零", "medical_claim", "家居"))
    elsewhere = LISTING.model_copy(update={"category": "医药保健/贴膏"})

    assert "叮咚归零" not in cited(scorer.score(LISTING, NOON))
    assert "叮咚归零" in cited(scorer.score(elsewhere, NOON))
    assert scorer.score(LISTING, NOON).lexicon_version == (
        scorer.score(elsewhere, NOON).lexicon_version
    )


def test_allowed_words_take_a_cue_of_the_seeds_back() -> None:
    said = LiveSegment(data_id="a", text="这个贴三天根治十年的老毛病")
    plain = degraded("claims").score(said, NOON)
    [label] = plain.labels

    allowed = [allowance(hit.text, label.code) for hit in label.hits]
    verdict = degraded("claims", *allowed).score(said, NOON)

    assert plain.suggestion != "pass"
    assert verdict.suggestion == "pass"


def test_a_missing_licence_is_not_lifted_by_allowed_words() -> None:
    snack = Listing(
        data_id="a", title="每日坚果礼盒", category="食品/零食", price=19.0, licences={}
    )
    found = degraded("listings").score(snack, NOON)

    allowing = degraded("listings", allowance("每日坚果礼盒", "unlicensed_product"))

    assert "unlicensed_product" in [label.code for label in found.labels]
    assert allowing.score(snack, NOON).labels == found.labels


def test_an_empty_overlay_changes_nothing() -> None:
    scorer = degraded_scorer("claims", "pass", NO_OVERLAY)

    assert scorer.score(SPEECH, NOON).lexicon_version == scorer.lexicon_version
