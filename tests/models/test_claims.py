from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.listing import Listing
from data.regression import load_regression
from data.segment import LiveSegment
from data.taxonomy import load_taxonomy
from data.verdict import Verdict
from models.artifact import Thresholds
from models.claim import pack_claims, unpack_claims
from models.claim_scorer import ClaimScorer
from models.knowledge import load_knowledge
from models.policy import policy_version, suggest
from models.scorer import load_scorer
from training.assemble import seed_docs
from training.claims import FittedClaims, fit_claims

AT = datetime(2026, 1, 15, tzinfo=UTC)
MEDICAL = "喝一个月血糖就下来了，糖尿病也能治好"
HEALTH = "这个片增强免疫力，孩子不爱生病"
DRUG = {"drug": "国药准字Z20050001"}
HARSHNESS = {"pass": 0, "review": 1, "block": 2}

SPEECH = st.lists(
    st.sampled_from(
        [
            "家人们",
            "，",
            "。",
            "根治糖尿病",
            "加我微信",
            "这个杯子很厚",
            "全网最好",
            "血某糖",
            "今天",
        ]
    ),
    max_size=12,
).map("".join)


@pytest.fixture(scope="session")
def scorer(claims_artifact: Path) -> ClaimScorer:
    loaded = load_scorer(claims_artifact)
    assert isinstance(loaded, ClaimScorer)
    return loaded


@pytest.fixture(scope="session")
def fitted() -> FittedClaims:
    knowledge = load_knowledge()
    docs = seed_docs(4, seed=1)[::4]
    return fit_claims(docs, knowledge.taxonomy.codes, knowledge.reader(), lambda _: None, folds=2)


def score(scorer: ClaimScorer, text: str, **context: object) -> Verdict:
    segment = LiveSegment.model_validate({"data_id": "seg-1", "text": text, **context})
    return scorer.score(segment, AT)


def test_the_exported_heads_are_the_fitted_ones(fitted: FittedClaims) -> None:
    texts = fitted.units.tfidf.table.texts

    exported = fitted.model.ngrams.logits(texts)
    difference = exported - fitted.units.decision(np.arange(len(texts)))

    assert np.abs(difference).max() < 1e-9


def test_a_model_that_was_packed_assesses_as_before(fitted: FittedClaims) -> None:
    unpacked = unpack_claims(pack_claims(fitted.model), fitted.model.reader)

    for text in (MEDICAL, HEALTH, "今天看杯子", "！"):
        before, after = fitted.model.assess(text), unpacked.assess(text)
        assert after.logit == before.logit
        assert after.labels.tobytes() == before.labels.tobytes()
        assert after.units.tobytes() == before.units.tobytes()


def test_no_label_is_likelier_than_a_violation_at_all(fitted: FittedClaims) -> None:
    for doc in seed_docs(2, seed=0)[::20]:
        assessment = fitted.model.assess(doc.text)
        assert (assessment.labels <= assessment.logit).all()


@given(st.lists(SPEECH, max_size=5))
def test_a_text_is_assessed_the_same_alone_and_among_others(
    scorer: ClaimScorer, texts: list[str]
) -> None:
    for text, among in zip(texts, scorer.model.assess_all(texts), strict=True):
        alone = scorer.model.assess(text)
        assert alone.logit == among.logit
        assert alone.labels.tobytes() == among.labels.tobytes()


@pytest.mark.parametrize("text", ["", "！！！", "😀➕🛰️", "。，、", " \n"])
def test_a_text_without_a_letter_is_clean(scorer: ClaimScorer, text: str) -> None:
    answer = score(scorer, text)

    assert (answer.suggestion, answer.probability, answer.labels) == ("pass", 0.0, [])


def test_the_same_item_has_the_same_decision_and_another_has_another(scorer: ClaimScorer) -> None:
    answers = [
        score(scorer, MEDICAL),
        score(scorer, MEDICAL),
        score(scorer, MEDICAL + "。"),
        score(scorer, MEDICAL, room_id="r1"),
    ]

    assert answers[0] == answers[1]
    assert len({answer.decision_id for answer in answers}) == 3


def test_another_operating_point_decides_anew(claims_artifact: Path) -> None:
    segment = LiveSegment(data_id="seg-1", text=MEDICAL)
    answers = [
        load_scorer(claims_artifact, policy).score(segment, AT)
        for policy in ("balanced", "capacity")
    ]

    assert answers[0].decision_id != answers[1].decision_id
    assert answers[0].policy_version != answers[1].policy_version


@given(SPEECH.flatmap(lambda text: st.tuples(st.just(text), st.integers(0, len(text)))))
@settings(max_examples=60)
def test_hits_are_the_words_as_sent_and_say_what_is_left_without_them(
    scorer: ClaimScorer, cut: tuple[str, int]
) -> None:
    text = cut[0][: cut[1]] + "\u200bＡ㎏" + cut[0][cut[1] :]
    hits = [hit for label in score(scorer, text).labels for hit in label.hits]

    for hit in hits:
        assert hit.start is not None
        assert hit.end is not None
        assert 0 <= hit.start < hit.end <= len(text)
        assert hit.text == text[hit.start : hit.end]
        left = score(scorer, text[: hit.start] + text[hit.end :])
        assert hit.score_without == left.probability


@given(SPEECH)
@settings(max_examples=60)
def test_the_suggestion_is_the_harshest_of_the_labels(scorer: ClaimScorer, text: str) -> None:
    answer = score(scorer, text)
    suggestions = [label.suggestion for label in answer.labels]

    assert answer.suggestion == max(suggestions, key=HARSHNESS.__getitem__, default="pass")
    assert "pass" not in suggestions
    assert (answer.suggestion == "pass") == (answer.risk_level == "none")
    assert all(label.hits and label.basis for label in answer.labels)


@given(st.lists(st.floats(0, 1), min_size=2).map(sorted), st.booleans())
def test_a_higher_probability_never_gives_a_milder_suggestion(
    probabilities: list[float], rule: bool
) -> None:
    for label in load_taxonomy().labels:
        given_ = [HARSHNESS[suggest(label, p, rule=rule)] for p in probabilities]
        assert all(low <= high for low, high in pairwise(given_))


def test_only_a_critical_label_is_blocked() -> None:
    blocked = {label.code for label in load_taxonomy().labels if suggest(label, 1.0) == "block"}

    assert blocked == {label.code for label in load_taxonomy().labels if label.severity == 4}


def test_a_higher_threshold_never_flags_more(scorer: ClaimScorer) -> None:
    texts = [row.text for row in load_regression("must_catch")]
    flagged = []
    for flag in (0.1, 0.5, 0.9):
        thresholds = Thresholds(flag=flag, label=0.5)
        strict = ClaimScorer(scorer.model, thresholds, scorer.versions, scorer.knowledge)
        flagged.append({text for text in texts if score(strict, text).suggestion != "pass"})

    assert flagged[0] >= flagged[1] >= flagged[2]


def at_threshold(scorer: ClaimScorer, flag: float) -> ClaimScorer:
    thresholds = Thresholds(flag=flag, label=flag)
    return ClaimScorer(scorer.model, thresholds, scorer.versions, scorer.knowledge)


def test_an_explicit_claim_is_blocked_however_high_the_threshold(scorer: ClaimScorer) -> None:
    answer = score(at_threshold(scorer, 1.0), "糖尿病吃这个根治，药可以停药")

    assert answer.suggestion == "block"
    assert [label.source for label in answer.labels] == ["rule"]


def test_a_licensed_drug_is_judged_milder_and_by_no_rule(scorer: ClaimScorer) -> None:
    plain = score(scorer, MEDICAL)
    licensed = score(scorer, MEDICAL, category="药品/非处方药", licences=DRUG)

    assert [label.source for label in plain.labels] == ["rule"]
    assert licensed.probability < plain.probability
    assert HARSHNESS[licensed.suggestion] <= HARSHNESS[plain.suggestion]
    assert "rule" not in {label.source for label in licensed.labels}


@pytest.mark.parametrize(
    "licences",
    [{}, {"drug": "无"}, {"drug": "国药准字"}, {"food_sc": "SC11234567890123"}, {"other": "1"}],
)
def test_a_drug_without_a_sound_licence_is_judged_as_any_goods(
    scorer: ClaimScorer, licences: dict[str, str]
) -> None:
    bare = score(scorer, MEDICAL, category="药品/非处方药", licences=licences)

    assert bare.probability == score(scorer, MEDICAL).probability


def test_a_licence_for_one_claim_does_not_excuse_another(scorer: ClaimScorer) -> None:
    both = MEDICAL + "。加我微信私下转账，加我微信拿内部价"
    licensed = score(scorer, both, category="药品/非处方药", licences=DRUG)

    assert "off_platform_diversion" in {label.code for label in licensed.labels}
    assert licensed.suggestion == "block"


def test_a_food_without_health_licence_is_judged_no_milder(scorer: ClaimScorer) -> None:
    unknown = score(scorer, HEALTH, category="食品/滋补")
    without = score(scorer, HEALTH, category="食品/滋补", licences={})

    assert without.probability > unknown.probability
    assert HARSHNESS[without.suggestion] >= HARSHNESS[unknown.suggestion]


SAID = "家人们这个床单是百分之百纯棉的，今天到手价只要九块九。"


def sheet(**fields: object) -> dict[str, object]:
    """A bed sheet that is listed; what the host says of it is ``SAID``."""
    plain = {"data_id": "l", "title": "床单单件 1.8米床", "category": "家纺/床单", "price": 9.9}
    return {"listing": Listing.model_validate(plain | fields)}


def test_what_the_listing_contradicts_goes_to_a_reviewer_with_both_sides(
    scorer: ClaimScorer,
) -> None:
    answer = score(scorer, SAID, **sheet(attributes={"面料": "聚酯纤维100%"}))

    label = next(label for label in answer.labels if label.code == "spec_mismatch")
    assert label.suggestion == "review"
    cited = [hit for hit in label.hits if hit.cue != "model"]
    assert {"text", "listing.attributes.面料"} <= {hit.field for hit in cited}
    spoken = next(hit for hit in cited if hit.field == "text")
    assert SAID[spoken.start : spoken.end] == spoken.text


def test_a_price_said_lower_than_listed_goes_to_a_reviewer(scorer: ClaimScorer) -> None:
    answer = score(scorer, SAID, **sheet(price=59.0))

    assert "listing.price" in {hit.field for label in answer.labels for hit in label.hits}


def test_a_listing_that_agrees_changes_nothing(scorer: ClaimScorer) -> None:
    agrees = sheet(attributes={"面料": "纯棉"})

    assert score(scorer, SAID, **agrees).probability == score(scorer, SAID).probability


@pytest.mark.parametrize("context", [{}, {"category": "食品/滋补"}, {"licences": {}}])
def test_half_a_context_changes_nothing(scorer: ClaimScorer, context: dict[str, object]) -> None:
    assert score(scorer, HEALTH, **context).probability == score(scorer, HEALTH).probability


def test_any_number_of_the_policy_changes_its_version() -> None:
    one = policy_version("balanced", Thresholds(flag=0.5, label=0.5))

    assert one == policy_version("balanced", Thresholds(flag=0.5, label=0.5))
    assert one != policy_version("balanced", Thresholds(flag=0.5, label=0.51))
    assert one != policy_version("capacity", Thresholds(flag=0.5, label=0.5))
    assert one != policy_version("balanced", Thresholds(flag=0.5, label=0.5), registry="a1b2")


def test_a_caught_row_mostly_names_its_label(scorer: ClaimScorer) -> None:
    rows = [row for row in load_regression("must_catch") if row.channel == "speech"]
    named = [
        row
        for row in rows
        if set(row.codes)
        & {label.code for label in score(scorer, row.text, category=row.category).labels}
    ]

    assert len(named) >= 0.85 * len(rows), (len(named), len(rows))


def test_what_the_lexicon_is_sure_of_is_reviewed_whatever_the_model_says(
    scorer: ClaimScorer,
) -> None:
    answer = score(at_threshold(scorer, 1.0), "招放单员刷单，拍一单不发货，佣金日结")

    assert answer.suggestion == "review"
    assert "fake_engagement" in {label.code for label in answer.labels}
