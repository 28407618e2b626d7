from collections.abc import Callable
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.drift import DriftReport, Movement
from tests.training.traffic import UNTIL, traffic
from training.drift import DriftRules, drift_report, holm
from training.observation import Observation, Outcome, Seen
from training.shift import stability_index

RULES = DriftRules()


def report(seen: Seen, rules: DriftRules = RULES) -> DriftReport:
    return drift_report("listings", seen, UNTIL, rules, np.random.default_rng(0))


def of(found: DriftReport, quantity: str) -> Movement:
    (movement,) = (each for each in found.movements if each.quantity == quantity)
    return movement


def in_share(
    seen: float, change: Callable[[Observation], Observation]
) -> Callable[..., Observation]:
    """Changes so many of the merchants' items."""
    return lambda o: change(o) if int(o.group[1:]) % 100 < seen * 100 else o


def test_traffic_like_before_raises_no_alarm() -> None:
    reports = [report(traffic(seed)) for seed in range(3)]

    assert [each.alarms for each in reports] == [[], [], []]
    assert of(reports[0], "category").state == "steady"


@pytest.mark.parametrize(
    ("quantity", "change"),
    [
        ("category", lambda o: o._replace(category="手机") if o.length % 2 else o),
        ("platform", lambda o: o._replace(platform="新平台") if o.length % 2 else o),
        ("length", lambda o: o._replace(length=o.length + 20)),
        ("unknown_words", lambda o: o._replace(unknown_share=min(1, o.unknown_share + 0.2))),
        ("price_level", lambda o: o._replace(price=o.price * 0.5)),
        ("tenure", lambda o: o._replace(tenure_days=o.tenure_days / 4)),
        ("tenure_missing", lambda o: o._replace(tenure_days=None) if o.length % 2 else o),
        ("score", lambda o: o._replace(probability=o.probability**0.5)),
        ("evasion", lambda o: o._replace(evasion_probability=o.evasion_probability**0.5)),
        ("flag_rate", lambda o: o._replace(suggestion="review") if o.length % 4 == 0 else o),
        ("block_rate", lambda o: o._replace(suggestion="block") if o.length % 9 == 0 else o),
        ("labels", lambda o: o._replace(labels=o.labels and ("counterfeit_brand",))),
        ("disguise_rate", lambda o: o._replace(disguises=1) if o.length % 9 == 0 else o),
        ("degraded_rate", lambda o: o._replace(degraded=o.length % 9 == 0)),
    ],
)
def test_a_change_raises_the_alarm_of_its_quantity(
    quantity: str, change: Callable[[Observation], Observation]
) -> None:
    found = of(report(traffic(now=change, merchants=100, daily=50)), quantity)

    assert found.state == "alarm", found


def test_an_alarm_tells_the_numbers_in_both_languages() -> None:
    found = report(traffic(now=in_share(0.3, lambda o: o._replace(category="手机"))))

    alarm = of(found, "category")
    moved = next(each for each in alarm.shares if each.name == "手机")
    assert moved.before == 0
    for sentence in (alarm.sentence_zh, alarm.sentence_en):
        assert f"手机 0.0% → {moved.now:.1%}" in sentence
        assert f"{alarm.distance:.2f}" in sentence
        assert f"{alarm.rows_now}" in sentence
    assert "变了" in alarm.sentence_zh
    assert "moved" in alarm.sentence_en


def test_one_merchant_who_floods_the_platform_is_no_drift() -> None:
    def flood(o: Observation) -> Observation:
        return o._replace(group="m0", category="手机") if o.length % 4 == 0 else o

    found = of(report(traffic(now=flood)), "category")

    assert found.distance is not None
    assert found.distance > 0.2
    assert found.state == "steady"


def test_one_odd_day_is_no_drift() -> None:
    def odd(o: Observation) -> Observation:
        return o._replace(category="手机") if o.instant > UNTIL - timedelta(days=1) else o

    assert of(report(traffic(now=odd)), "category").state == "steady"


def test_a_trifle_is_no_alarm_however_sure_it_is() -> None:
    def trifle(o: Observation) -> Observation:
        return o._replace(platform="新平台") if o.length % 20 == 0 else o

    found = of(report(traffic(now=trifle)), "platform")

    assert found.p_value is not None
    assert found.p_value <= 0.01
    assert found.state == "steady"


@pytest.mark.parametrize(
    ("seen", "because"),
    [
        (Seen([], [], 1.0), "0 values before and 0 now, 50 of each are needed"),
        (traffic(daily=5), "35 now, 50 of each are needed"),
        (traffic(merchants=5), "merchants or rooms before"),
        (traffic(days=14), "days of one weekday can be exchanged in 128 ways"),
    ],
)
def test_too_little_is_not_judged_and_says_why(seen: Seen, because: str) -> None:
    found = report(seen)

    assert not found.alarms
    assert {each.state for each in found.movements} == {"not_judged"}
    assert because in of(found, "length").sentence_en
    assert of(found, "length").adjusted is None


def test_what_nobody_states_is_not_judged() -> None:
    found = of(report(traffic()), "platform")

    assert found.state == "not_judged"
    assert "全部缺失" in found.sentence_zh


def test_after_a_promotion_scores_wait_for_a_reference_and_inputs_do_not() -> None:
    promoted = report(traffic(now=lambda o: o._replace(versions="m2 p1 l1", probability=0.9)))

    assert promoted.versions == "m2 p1 l1"
    assert of(promoted, "score").state == "not_judged"
    assert of(promoted, "category").state == "steady"


def test_scores_are_compared_from_the_promotion_on() -> None:
    seen = traffic(daily=60, now=lambda o: o._replace(probability=o.probability**0.3))
    promotion = UNTIL - timedelta(days=28)
    mended = [
        o if o.instant > promotion else o._replace(versions="m0 p0 l0", probability=0.99)
        for o in seen.observations
    ]

    found = of(report(seen._replace(observations=mended)), "score")

    assert found.state == "alarm"
    assert found.before is not None
    assert found.before < 0.5


@pytest.mark.parametrize("kind", ["confirmed", "overturned", "complained"])
def test_a_rate_of_outcomes_that_rises_is_an_alarm(kind: str) -> None:
    seen = traffic()
    outcomes = [
        Outcome(o.instant, o.group, kind, o.length % (2 if _is_current(o) else 10) == 0)  # type: ignore[arg-type]
        for o in seen.observations
    ]

    found = of(report(seen._replace(outcomes=outcomes)), kind)

    assert found.state == "alarm"
    assert found.before == pytest.approx(0.1, abs=0.05)


def test_what_lies_outside_the_windows_does_not_count() -> None:
    short = DriftRules(days=7, reference_days=21)
    seen = traffic(days=60, current=60)
    strange = [
        o if o.instant > UNTIL - timedelta(days=28) else o._replace(category="手机")
        for o in seen.observations
    ]

    found = report(seen._replace(observations=strange), short)

    assert of(found, "category").state == "steady"
    assert "手机" not in {each.name for each in of(found, "category").shares}


def test_a_report_says_the_same_each_time() -> None:
    seen = traffic()

    assert report(seen) == report(seen)


@given(st.lists(st.floats(0, 1), max_size=20))
def test_corrected_p_values_are_never_smaller_and_keep_their_order(p_values: list[float]) -> None:
    adjusted = holm(p_values)

    assert all(p <= after <= 1 for p, after in zip(p_values, adjusted, strict=True))
    by_p = [after for _, after in sorted(zip(p_values, adjusted, strict=True))]
    assert by_p == sorted(by_p)


@given(st.lists(st.integers(0, 50), min_size=2, max_size=8), st.integers(1, 9))
def test_windows_of_equal_shares_are_stable(counts: list[int], times: int) -> None:
    before = np.array(counts, dtype=np.float64) * 1_000

    assert stability_index(before, before * times) == pytest.approx(0, abs=0.02)


def _is_current(o: Observation) -> bool:
    return o.instant > UNTIL - timedelta(days=7)
