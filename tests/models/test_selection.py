"""The review sample: how likely a passed item is drawn, and that what is logged is what happens."""

from datetime import UTC, datetime
from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.selection import Reason
from data.verdict import Suggestion, Verdict
from models.judgement import Opinion
from models.selection import Sampler, Shares, inclusion, reason_chances

SHARES = Shares()
IDS = 20_000
PLAIN = Opinion(threshold=0.4, model=0.02, rules=0.0)
DOUBTFUL = Opinion(threshold=0.4, model=0.39, rules=0.0)
EXCUSED = Opinion(threshold=0.4, model=0.9, rules=0.0)
QUESTIONED = Opinion(threshold=0.4, model=0.3, rules=0.9)

opinions = st.builds(
    Opinion, threshold=st.floats(0.01, 0.99), model=st.floats(0, 1), rules=st.floats(0, 1)
)


def verdict(
    decision_id: str = "d1", probability: float = 0.02, suggestion: Suggestion = "pass"
) -> Verdict:
    return Verdict(
        data_id="a",
        decision_id=decision_id,
        suggestion=suggestion,
        risk_level="none",
        probability=probability,
        labels=[],
        evasion_probability=0.0,
        model_version="m1",
        policy_version="p1",
        lexicon_version="l1",
        feature_as_of=datetime(2026, 2, 1, tzinfo=UTC),
        filled_from_ledger=[],
        degraded=False,
        previous_decision_id=None,
        latency_ms=0.0,
    )


@pytest.mark.parametrize("opinion", [None, PLAIN, DOUBTFUL, EXCUSED, QUESTIONED])
def test_as_many_are_drawn_as_the_logged_probability_says(opinion: Opinion | None) -> None:
    sampler = Sampler(b"secret", SHARES)
    of_all = [sampler.select("claims", _passing(f"d{n}", opinion), opinion) for n in range(IDS)]

    (chance,) = {selection.probability for selection in of_all}
    drawn = sum(selection.reason is not None for selection in of_all) / IDS

    assert abs(drawn - chance) < 4 * sqrt(chance * (1 - chance) / IDS)


def test_reasons_draw_independently_and_the_first_is_recorded() -> None:
    shares = Shares(exploration=0.3, sample=0.33)
    opinion = Opinion(threshold=0.4, model=0.4, rules=0.0)
    chances = reason_chances("claims", 0.4, opinion, shares)
    sampler = Sampler(b"secret", shares)
    drawn = [sampler.select("claims", verdict(f"d{n}", 0.4), opinion).reason for n in range(IDS)]

    left = 1.0
    order: tuple[Reason, ...] = ("disagreement", "uncertainty", "exploration")
    for reason in order:
        expected = left * chances[reason]
        assert drawn.count(reason) / IDS == pytest.approx(expected, abs=0.02)
        left *= 1 - chances[reason]


def test_the_same_decision_is_always_drawn_alike() -> None:
    names = [f"d{n}" for n in range(2_000)]
    one, same, other = (Sampler(key, Shares(0.3, 0.3)) for key in (b"a", b"a", b"b"))

    first = [one.select("claims", verdict(name), PLAIN).reason for name in names]

    assert first == [same.select("claims", verdict(name), PLAIN).reason for name in names]
    assert first != [other.select("claims", verdict(name), PLAIN).reason for name in names]


@given(opinions)
def test_what_is_flagged_comes_before_a_person_anyway(opinion: Opinion) -> None:
    selection = Sampler(b"secret").select("claims", verdict(suggestion="review"), opinion)

    assert (selection.probability, selection.reason) == (1.0, None)


def test_a_degraded_pass_is_only_explored() -> None:
    selection = Sampler(b"secret", SHARES).select("claims", verdict(probability=0.39), None)

    assert selection.probability == pytest.approx(SHARES.exploration)


@given(opinions, st.floats(0, 1), st.floats(0.001, 0.5), st.floats(0, 0.5))
def test_every_pass_may_be_drawn_and_no_reason_exceeds_its_cap(
    opinion: Opinion, probability: float, exploration: float, extra: float
) -> None:
    shares = Shares(exploration, exploration + extra)
    chances = reason_chances("claims", probability, opinion, shares)

    assert chances["exploration"] == exploration
    assert all(0 <= chances[name] <= shares.most for name in chances if name != "exploration")
    assert max(chances.values()) - 1e-12 <= inclusion(chances) <= 1


@given(opinions, st.floats(0, 0.99), st.floats(0, 0.99))
def test_nearer_to_the_threshold_is_never_less_likely(
    opinion: Opinion, one: float, other: float
) -> None:
    low, high = sorted((one, other))

    chances = [inclusion(reason_chances("claims", p, opinion, SHARES)) for p in (low, high)]

    assert chances[0] <= chances[1]


def test_without_a_wider_sample_there_is_exploration_alone() -> None:
    chances = reason_chances("claims", 0.4, EXCUSED, Shares(exploration=0.02, sample=0.02))

    assert inclusion(chances) == pytest.approx(0.02)


def _passing(decision_id: str, opinion: Opinion | None) -> Verdict:
    near = opinion is DOUBTFUL
    return verdict(decision_id, probability=0.39 if near else 0.02)
