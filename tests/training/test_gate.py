from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.benchmarks.gate_power import CHALLENGERS, Design, verdicts
from training.gate import (
    Answers,
    Block,
    Check,
    Facts,
    GateError,
    GateEvidence,
    GateRules,
    GateVerdict,
    Latency,
    Regression,
    judge,
)

Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]

ROWS = 1_500
SINCE = datetime(2026, 1, 1, tzinfo=UTC)
RULES = GateRules(resamples=200)
HEADLINES = ("macro_f1", "pr_auc", "recall")
Change = Callable[[GateEvidence], GateEvidence]


def answers(scores: Floats) -> Answers:
    return Answers(scores, scores >= 0.5, scores >= 0.97)


def facts(version: str, trained_until: datetime = SINCE) -> Facts:
    return Facts(kind="listings", version=version, trained_until=trained_until)


def block(rows: int, rng: np.random.Generator) -> tuple[Block, Floats]:
    """Judged listings of two goods and all tenures, and calibrated scores of them."""
    scores = rng.beta(0.3, 0.9, rows)
    truth = rng.random(rows) < scores
    numbers = np.arange(rows)
    made = Block(
        truth=truth,
        probability=np.where(scores >= 0.5, 1.0, 0.5),
        groups=[f"merchant-{number // 3}" for number in numbers],
        since=SINCE,
        facets={
            "category": ["美妆" if number % 6 < 3 else "食品" for number in numbers],
            "tenure": ["0-13" if number % 15 < 3 else "365+" for number in numbers],
        },
        codes=[("counterfeit_brand",) if violates else () for violates in truth.tolist()],
    )
    return made, scores


def evidence(rows: int = ROWS, seed: int = 0) -> GateEvidence:
    """A challenger that answers what the champion does."""
    made, scores = block(rows, np.random.default_rng(seed))
    corpus = Regression(
        rows=90, champion_wrong=frozenset({"云感面膜"}), challenger_wrong=frozenset()
    )
    return GateEvidence(
        block=made,
        champion=answers(scores),
        challenger=answers(scores),
        champion_facts=facts("champion"),
        challenger_facts=facts("challenger"),
        corpora={"must_pass": corpus, "must_catch": corpus},
        latency=Latency(champion_ms=2.0, challenger_ms=2.0),
    )


SAME = evidence()


def check(verdict: GateVerdict, name: str) -> Check:
    return next(each for each in verdict.checks if each.name == name)


def failed(verdict: GateVerdict) -> set[str]:
    return {each.name for each in verdict.checks if each.state == "failed"}


def scoring(scores: Floats) -> GateEvidence:
    return replace(SAME, challenger=answers(scores))


def test_a_challenger_that_answers_as_the_champion_is_promoted() -> None:
    verdict = judge(SAME, RULES)

    assert verdict.promote
    assert {each.state for each in verdict.checks} == {"passed"}
    assert verdict.reasons == ()


def test_an_equal_challenger_with_slightly_different_scores_is_promoted() -> None:
    noise = np.random.default_rng(1).normal(0.0, 0.01, ROWS)

    assert judge(scoring(np.clip(SAME.champion.scores + noise, 0, 1)), RULES).promote


def test_a_better_challenger_is_promoted() -> None:
    better = 0.7 * SAME.champion.scores + 0.3 * SAME.block.truth

    assert judge(scoring(better), GateRules(resamples=200, calibration_margin=0.2)).promote


def test_a_poisoned_challenger_is_refused() -> None:
    """Half of its violating rows were labelled clean, so that it learnt to pass them."""
    silenced = np.random.default_rng(1).random(ROWS) < 0.5
    scores = np.where(SAME.block.truth & silenced, 0.05, SAME.champion.scores)

    verdict = judge(scoring(scores), RULES)

    assert not verdict.promote
    assert failed(verdict) >= {*HEADLINES, "slices"}


def test_a_challenger_worse_on_one_slice_is_refused_though_it_is_better_on_the_whole() -> None:
    food = np.array(SAME.block.facets["category"]) == "食品"
    truth, scores = SAME.block.truth, SAME.champion.scores
    better = np.where(truth, np.maximum(scores, 0.9), np.minimum(scores, 0.1))
    worse = np.where(truth & (np.random.default_rng(1).random(ROWS) < 0.3), 0.1, scores)

    verdict = judge(scoring(np.where(food, worse, better)), RULES)

    assert not verdict.promote
    assert check(verdict, "macro_f1").state == "passed"
    worst = check(verdict, "slices").slices[0]
    assert (worst.facet, worst.value) == ("category", "食品")
    assert worst.p_value <= RULES.error
    assert any("category=食品" in reason.en for reason in verdict.reasons)


def test_a_slice_with_few_violations_is_not_judged() -> None:
    verdict = judge(SAME, RULES)

    assert {each.positives >= 50 for each in check(verdict, "slices").slices} == {True}
    assert (
        check(judge(SAME, GateRules(slice_positives=ROWS, resamples=200)), "slices").state
        == "not_judged"
    )


def test_losing_items_that_were_drawn_with_small_probability_weighs_as_much_as_they_stand_for() -> (
    None
):
    caught = np.flatnonzero(SAME.block.truth & SAME.champion.flagged)[:20]
    scores = SAME.champion.scores.copy()
    scores[caught] = 0.4
    rare = SAME.block.probability.copy()
    rare[caught] = 0.01

    reviewed = scoring(scores)
    drawn = replace(reviewed, block=replace(SAME.block, probability=rare))

    lost = [check(judge(each, RULES), "recall").figures["difference"] for each in (reviewed, drawn)]
    assert lost[1] < 10 * lost[0] < 0


def without(corpus: str) -> Change:
    return lambda of: replace(
        of, corpora={name: each for name, each in of.corpora.items() if name != corpus}
    )


@pytest.mark.parametrize(
    ("change", "name"),
    [
        (without("must_pass"), "must_pass"),
        (without("must_catch"), "must_catch"),
        (lambda of: replace(of, latency=None), "latency"),
        (lambda of: replace(of, block=replace(of.block, facets={})), "new_merchants"),
        (
            lambda of: replace(of, champion_facts=facts("champion", SINCE + timedelta(seconds=1))),
            "unseen",
        ),
    ],
    ids=["must_pass", "must_catch", "latency", "new merchants", "champion knows the block"],
)
def test_what_cannot_be_judged_refuses_unless_the_rules_say_it_may_lack(
    change: Change, name: str
) -> None:
    lacking = change(SAME)
    refused = judge(lacking, RULES)
    allowed = judge(lacking, RULES.model_copy(update={"may_lack": frozenset({name})}))

    assert check(refused, name).state == "not_judged"
    assert not refused.promote
    assert allowed.promote
    # Even where it is allowed it is told.
    assert [reason.en.split()[0] for reason in allowed.reasons] == [name]


def test_a_regression_row_that_is_newly_wrong_refuses_and_one_that_always_was_does_not() -> None:
    old = Regression(rows=9, champion_wrong=frozenset("ab"), challenger_wrong=frozenset("b"))
    new = Regression(rows=9, champion_wrong=frozenset("ab"), challenger_wrong=frozenset("bc"))

    kept = judge(replace(SAME, corpora={"must_pass": old, "must_catch": old}), RULES)
    lost = judge(replace(SAME, corpora={"must_pass": old, "must_catch": new}), RULES)

    assert kept.promote
    assert not lost.promote
    assert check(lost, "must_catch").named == ("c",)


@pytest.mark.parametrize(
    ("change", "name"),
    [
        (
            lambda of: replace(
                of, challenger_facts=facts("challenger", SINCE + timedelta(seconds=1))
            ),
            "unseen",
        ),
        (
            lambda of: replace(
                of,
                challenger_facts=facts("challenger").model_copy(
                    update={"problems": ("another dictionary",)}
                ),
            ),
            "artifact",
        ),
        (
            lambda of: replace(of, latency=Latency(champion_ms=2.0, challenger_ms=2.6)),
            "latency",
        ),
        (
            lambda of: replace(of, challenger=answers(np.sqrt(of.champion.scores))),
            "calibration",
        ),
        (
            lambda of: replace(
                of, challenger=replace(of.challenger, blocked=of.champion.scores > 0.6)
            ),
            "clean_blocked",
        ),
    ],
    ids=["learnt from the block", "does not load", "slow", "not calibrated", "blocks the clean"],
)
def test_a_challenger_is_refused_by_each_check_that_it_fails(change: Change, name: str) -> None:
    verdict = judge(change(SAME), RULES)

    assert name in failed(verdict)
    assert not verdict.promote


def test_blocking_clean_goods_of_new_merchants_alone_is_refused() -> None:
    new = np.array(SAME.block.facets["tenure"]) == "0-13"
    blocked = SAME.champion.blocked | (new & (np.arange(ROWS) % 9 == 0))
    harsh = replace(SAME, challenger=replace(SAME.challenger, blocked=blocked))

    verdict = judge(harsh, GateRules(resamples=200, blocked_margin=0.5))

    assert failed(verdict) == {"new_merchants"}


def test_a_score_that_the_challenger_could_not_give_refuses() -> None:
    scores = SAME.champion.scores.copy()
    scores[7] = np.nan

    verdict = judge(scoring(scores), RULES)

    assert failed(verdict) == {"answers"}
    assert not judge(scoring(np.full(ROWS, np.nan)), RULES).promote


def test_a_block_that_is_too_small_promotes_nobody() -> None:
    assert "size" in failed(judge(evidence(rows=200), RULES))


def test_flagged_items_alone_promote_nobody_who_flags_everything() -> None:
    """Where the champion flagged all that was reviewed, nothing shows what flagging more costs."""
    everything = np.ones(ROWS, dtype=np.bool_)
    flagged_only = replace(
        SAME,
        champion=replace(SAME.champion, flagged=everything),
        challenger=replace(SAME.challenger, flagged=everything),
    )

    verdict = judge(flagged_only, RULES)

    assert failed(verdict) == {"size"}
    assert check(verdict, "size").figures["passed"] == 0


def test_a_few_items_that_stand_for_many_are_a_small_block() -> None:
    rare = np.where(SAME.block.truth, 1.0, 0.5)
    rare[np.flatnonzero(SAME.block.truth)[:5]] = 0.001

    verdict = judge(replace(SAME, block=replace(SAME.block, probability=rare)), RULES)

    assert "size" in failed(verdict)
    assert check(verdict, "size").figures["positives"] < 50


def test_speech_may_lack_tenure_and_goods_may_not() -> None:
    assert "new_merchants" in GateRules.usual("claims").may_lack
    assert "new_merchants" not in GateRules.usual("listings").may_lack
    assert not GateRules.usual("listings").may_lack & {"must_pass", "must_catch"}


def test_a_verdict_goes_to_json_and_back_and_names_its_checks_in_tags() -> None:
    verdict = judge(without("must_pass")(SAME), RULES)

    assert GateVerdict.model_validate_json(verdict.model_dump_json()) == verdict
    assert verdict.tags()["gate"] == "refused"
    assert verdict.tags()["gate.must_pass"] == "not_judged"
    assert verdict.tags()["gate.recall"] == "passed"


def test_names_of_a_hostile_slice_cannot_reach_a_terminal() -> None:
    goods = ["\x1b[31m美妆"] * ROWS
    hostile = replace(SAME, block=replace(SAME.block, facets={"category": goods}))
    silenced = np.where(SAME.block.truth, 0.1, SAME.champion.scores)

    verdict = judge(replace(hostile, challenger=answers(silenced)), RULES)

    assert "slices" in failed(verdict)
    assert "\x1b" not in "".join(reason.zh + reason.en for reason in verdict.reasons)


def test_evidence_of_another_length_or_kind_is_refused() -> None:
    short = answers(SAME.champion.scores[1:])
    with pytest.raises(GateError, match="1499"):
        replace(SAME, challenger=short)
    with pytest.raises(GateError, match="a champion of listings and a challenger of claims"):
        replace(
            SAME,
            challenger_facts=Facts(kind="claims", version="challenger", trained_until=SINCE),
        )


def shuffled(of: GateEvidence, order: NDArray[np.intp]) -> GateEvidence:
    def rows(side: Answers) -> Answers:
        return Answers(side.scores[order], side.flagged[order], side.blocked[order])

    made = of.block
    moved = replace(
        made,
        truth=made.truth[order],
        probability=made.probability[order],
        groups=[made.groups[at] for at in order],
        facets={name: [values[at] for at in order] for name, values in made.facets.items()},
        codes=[made.codes[at] for at in order],
    )
    return replace(of, block=moved, champion=rows(of.champion), challenger=rows(of.challenger))


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_the_order_of_the_rows_changes_nothing(seed: int) -> None:
    rng = np.random.default_rng(seed)
    small = evidence(rows=400, seed=seed)
    # Rounded scores, so that many are equal.
    noisy = small.champion.scores + rng.normal(0.0, 0.1, 400)
    scores = np.clip(noisy, 0.0, 1.0).round(1)
    one = replace(small, challenger=answers(scores))

    assert judge(shuffled(one, rng.permutation(400)), RULES) == judge(one, RULES)


@settings(max_examples=10, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    rows=st.integers(2, 400),
    flagged=st.floats(0, 1),
    p=st.floats(0.01, 1),
)
def test_the_champion_itself_is_never_refused_for_a_difference(
    seed: int, rows: int, flagged: float, p: float
) -> None:
    any_block = evidence(rows, seed)
    scores = any_block.champion.scores
    said = Answers(scores, scores >= flagged, scores >= flagged)
    probability = np.where(said.flagged, 1.0, p)
    same = replace(
        any_block,
        block=replace(any_block.block, probability=probability),
        champion=said,
        challenger=said,
    )

    verdict = judge(same, RULES.model_copy(update={"calibration_ceiling": 1.0}))

    assert failed(verdict) <= {"size"}


def test_on_a_simulated_block_the_champion_itself_is_promoted_and_a_poisoned_one_refused() -> None:
    named = {each.name: each for each in CHALLENGERS}
    design = Design(items=40_000, near=0.2)

    (same,) = verdicts(named["the champion itself"], design, 1)
    (poisoned,) = verdicts(named["poisoned"], design, 1)

    assert same.promote
    assert failed(poisoned) >= {*HEADLINES, "slices"}


def test_the_more_a_challenger_loses_the_lower_the_bound() -> None:
    caught = np.flatnonzero(SAME.block.truth & SAME.champion.flagged)
    bounds = []
    for lost in (0, 5, 40):
        scores = SAME.champion.scores.copy()
        scores[caught[:lost]] = 0.4
        bounds.append(check(judge(scoring(scores), RULES), "recall").figures["low"])

    assert all(before > after for before, after in pairwise(bounds))
