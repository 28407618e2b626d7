from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.listing import Listing
from data.place import CASE_SECONDS
from data.segment import LiveSegment
from data.verdict import Hit, LabelVerdict, Suggestion, Verdict
from models.rooms import RoomCase, room_cases

AT = datetime(2026, 3, 1, tzinfo=UTC)
Judged = tuple[LiveSegment, Verdict]

ROOMS = st.sampled_from([{}, {"room_id": "1"}, {"room_id": "2"}, {"channel": "1"}])
PRODUCTS = st.sampled_from([{}, {"category": "食品/保健食品"}, {"category": "美妆/护肤"}])
TIMES = st.none() | st.integers(0, 3_000).map(float)


def judged(
    data_id: str,
    probability: float = 0.7,
    suggestion: Suggestion = "review",
    cited: str | None = None,
    code: str = "medical_claim",
    **where: object,
) -> Judged:
    segment = LiveSegment.model_validate(
        {"data_id": data_id, "text": f"说了{data_id}", "room_id": "8123", "start_s": 0.0} | where
    )
    words = cited or segment.text
    hit = Hit(field="text", start=0, end=len(words), text=words, cue="model")
    label = LabelVerdict(
        code=code,
        name_zh="医疗宣称",
        probability=probability,
        suggestion=suggestion,
        severity=3,
        source="model",
        basis=[],
        hits=[hit],
    )
    return segment, Verdict(
        data_id=data_id,
        decision_id=f"d-{data_id}",
        suggestion=suggestion,
        risk_level="none" if suggestion == "pass" else "medium",
        probability=probability,
        labels=[] if suggestion == "pass" else [label],
        evasion_probability=0.0,
        model_version=None,
        policy_version="p",
        lexicon_version="l",
        feature_as_of=AT,
        filled_from_ledger=[],
        degraded=False,
        previous_decision_id=None,
        latency_ms=0.0,
    )


@st.composite
def windows(draw: st.DrawFn) -> list[Judged]:
    number = draw(st.integers(0, 12))
    return [
        judged(
            f"w{n}",
            draw(st.floats(0, 1)),
            draw(st.sampled_from(["pass", "review", "block"])),
            draw(st.sampled_from(["降血糖", "降血糖！", "七天美白", None])),
            **{"room_id": None, "start_s": draw(TIMES), **draw(ROOMS), **draw(PRODUCTS)},  # type: ignore[arg-type]
        )
        for n in range(number)
    ]


def members(cases: list[RoomCase]) -> list[list[str]]:
    return [case.windows for case in cases]


def test_flags_of_one_product_within_ten_minutes_are_one_case() -> None:
    cases = room_cases(
        [judged("a", start_s=0.0), judged("b", start_s=300.0), judged("c", start_s=600.0)]
    )

    assert members(cases) == [["a", "b", "c"]]
    assert (cases[0].first_s, cases[0].last_s, cases[0].count) == (0.0, 600.0, 3)


def test_a_room_that_never_stops_gets_a_new_case_after_ten_minutes() -> None:
    cases = room_cases([judged(f"w{n}", start_s=300.0 * n) for n in range(5)])

    assert members(cases) == [["w0", "w1", "w2"], ["w3", "w4"]]


def test_a_case_keeps_its_id_while_windows_join_it() -> None:
    first, second, later = judged("a"), judged("b", start_s=10.0), judged("c", start_s=900.0)

    [early] = room_cases([first])
    grown, other = room_cases([first, second, later])

    assert grown.case_id == early.case_id
    assert other.case_id != early.case_id


LISTING = Listing(data_id="sku-1", title="面膜", category="美妆/护肤/面膜", price=9.9)


@pytest.mark.parametrize(
    ("one", "other", "cases"),
    [
        ({"room_id": "1"}, {"room_id": "2"}, 2),
        ({"platform": "甲"}, {"platform": "乙"}, 2),
        ({"platform": ""}, {"platform": None}, 1),
        ({"category": "食品"}, {"category": "美妆"}, 2),
        ({"category": "食品"}, {}, 2),
        ({"listing": LISTING, "category": "美妆"}, {"listing": LISTING}, 1),
        ({"room_id": None, "channel": "某店"}, {"room_id": None, "channel": "某店"}, 1),
        ({"room_id": None, "channel": "某店"}, {"room_id": "某店"}, 2),
        ({"room_id": None, "host_id": "h"}, {"room_id": None, "host_id": "h"}, 1),
        ({"room_id": None}, {"room_id": None}, 2),
        ({"start_s": None}, {"start_s": None}, 2),
        ({"start_s": None}, {}, 2),
    ],
)
def test_what_makes_a_case(one: dict[str, object], other: dict[str, object], cases: int) -> None:
    assert len(room_cases([judged("a", **one), judged("b", **other)])) == cases  # type: ignore[arg-type]


def test_a_case_says_what_is_worst_in_it() -> None:
    [case] = room_cases(
        [
            judged("a", 0.6, code="medical_claim"),
            judged("b", 0.8, "block", code="absolute_claim"),
            judged("c", 0.9, code="medical_claim"),
        ]
    )

    assert case.suggestion == "block"
    assert case.worst_window == "b"
    assert case.labels == {"medical_claim": 2, "absolute_claim": 1}


def test_a_script_that_is_repeated_does_not_raise_the_score() -> None:
    once = room_cases([judged("a", 0.6, cited="七天降血糖")])
    often = room_cases([judged(f"w{n}", 0.6, cited="七天，降血糖！") for n in range(8)])

    assert often[0].score == pytest.approx(once[0].score) == pytest.approx(0.6)


def test_another_claim_raises_the_score() -> None:
    [case] = room_cases([judged("a", 0.6, cited="降血糖"), judged("b", 0.5, cited="美白")])

    assert 0.6 < case.score < 1 - 0.4 * 0.5


def test_a_window_that_was_sent_twice_counts_once() -> None:
    [case] = room_cases([judged("a"), judged("a")])

    assert case.count == 1


@given(windows(), st.randoms(use_true_random=False))
def test_the_order_of_windows_does_not_matter(given_: list[Judged], chance: object) -> None:
    shuffled = sorted(given_, key=lambda _: chance.random())  # type: ignore[attr-defined]

    assert room_cases(shuffled) == room_cases(given_)


@given(windows())
def test_every_flagged_window_is_in_one_case_and_no_other_window_is(given_: list[Judged]) -> None:
    cases = room_cases(given_)

    flagged = sorted(segment.data_id for segment, v in given_ if v.suggestion != "pass")
    assert sorted(window for case in cases for window in case.windows) == flagged
    assert len({case.case_id for case in cases}) == len(cases)


@given(windows())
def test_a_case_is_of_one_room_and_product_and_spans_ten_minutes_at_most(
    given_: list[Judged],
) -> None:
    where = {s.data_id: (s.platform, s.room_id, s.channel, s.category) for s, _ in given_}
    probability = {v.data_id: v.probability for _, v in given_}
    for case in room_cases(given_):
        assert len({where[window] for window in case.windows}) == 1
        assert max(probability[window] for window in case.windows) <= case.score <= 1
        if case.first_s is not None and case.last_s is not None:
            assert case.last_s - case.first_s <= CASE_SECONDS


@given(st.lists(st.tuples(st.floats(0, 1), st.sets(st.sampled_from("甲乙丙丁"), min_size=1))))
def test_one_window_more_never_lowers_the_score(
    found: list[tuple[float, set[str]]],
) -> None:
    scores = []
    for n in range(1, len(found) + 1):
        [case] = room_cases(_citing(*window, name=str(i)) for i, window in enumerate(found[:n]))
        scores.append(case.score)

    assert scores == sorted(scores)


@given(
    st.lists(st.sets(st.sampled_from("甲乙丙丁"), min_size=1), min_size=1),
    st.lists(st.floats(0, 1), min_size=2, max_size=2).map(sorted),
    st.floats(0, 1),
)
def test_a_likelier_window_never_lowers_the_score(
    cited: list[set[str]], pair: list[float], other: float
) -> None:
    rest = [_citing(other, words, name=str(n)) for n, words in enumerate(cited)][1:]

    low, high = (room_cases([_citing(p, cited[0], name="x"), *rest])[0].score for p in pair)

    assert low <= high


def _citing(probability: float, words: set[str], name: str) -> Judged:
    segment, verdict = judged(name, probability)
    [label] = verdict.labels
    hits = [label.hits[0].model_copy(update={"text": word}) for word in sorted(words)]
    return segment, verdict.model_copy(update={"labels": [label.model_copy(update={"hits": hits})]})
