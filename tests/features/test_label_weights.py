from hypothesis import given
from hypothesis import strategies as st

from features.cues import CueHit, label_weights


def hit(code: str, start: int, length: int, weight: float, cue: str = "cue") -> CueHit:
    return CueHit(code, start, start + length, weight, cue, None)


hits = st.lists(
    st.builds(
        hit,
        st.sampled_from(["a", "b"]),
        st.integers(0, 30),
        st.integers(1, 8),
        st.sampled_from([0.25, 0.5, 1.0]),
        st.sampled_from(["高血压", "根治", "停药"]),
    ),
    max_size=30,
)


@given(hits)
def test_of_cues_that_overlap_or_come_again_only_the_strongest_counts(
    found: list[CueHit],
) -> None:
    expected: dict[str, float] = {}
    taken: list[CueHit] = []
    for one in sorted(found, key=lambda one: -one.weight):
        rivals = [other for other in taken if other.code == one.code]
        apart = all(one.end <= other.start or other.end <= one.start for other in rivals)
        if apart and one.cue not in {other.cue for other in rivals}:
            taken.append(one)
            expected[one.code] = expected.get(one.code, 0.0) + one.weight

    assert label_weights(found) == expected


def test_cues_that_touch_both_count() -> None:
    assert label_weights([hit("a", 0, 2, 0.5, "根治"), hit("a", 2, 2, 0.25, "停药")]) == {"a": 0.75}


def test_a_word_said_three_times_weighs_no_more_than_once() -> None:
    assert label_weights([hit("a", start, 3, 0.45, "高血压") for start in (0, 9, 20)]) == {
        "a": 0.45
    }
