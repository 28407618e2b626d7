from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.split import SplitError, grouped_folds, script_groups, time_split

SCRIPT = "家人们今天下单买一送一只有今天有"

TEXTS = st.lists(st.text("甲乙丙，。 ", max_size=30), max_size=12)
GROUPS = st.lists(st.integers(0, 9), min_size=2, max_size=60).filter(lambda g: len(set(g)) > 1)


def sequences(text: str, length: int) -> set[str]:
    """What two texts must share: every sequence, or the whole text if it is shorter."""
    plain = "".join(character for character in text if character.isalnum())
    if len(plain) <= length:
        return {plain} - {""}
    return {plain[start : start + length] for start in range(len(plain) - length + 1)}


def test_a_repeated_script_is_one_group() -> None:
    assert script_groups([f"早上好{SCRIPT}", "完全是另一回事" * 3, f"{SCRIPT}晚安"]) == [0, 1, 0]


def test_fourteen_shared_characters_are_not_enough() -> None:
    assert script_groups([f"早{SCRIPT[:14]}", f"{SCRIPT[:14]}晚"]) == [0, 1]


def test_punctuation_and_white_space_do_not_hide_a_shared_script() -> None:
    assert script_groups([SCRIPT, ", ".join(SCRIPT), "。\n".join(SCRIPT)]) == [0, 0, 0]


def test_sharing_carries_over() -> None:
    first, second = "一二三四五六七八九十百千万亿兆", "东西南北上下左右前后里外中间旁"

    assert script_groups([first, second, first + second]) == [0, 0, 0]


def test_short_texts_belong_with_their_equals_only() -> None:
    assert script_groups(["正品", "正品！", "正品保证", "", ""]) == [0, 0, 1, 2, 3]


def test_no_texts_are_no_groups() -> None:
    assert script_groups([]) == []


@given(TEXTS)
def test_groups_are_the_connected_components_of_shared_sequences(texts: list[str]) -> None:
    groups = script_groups(texts, length=4)

    numbers = list(range(len(texts)))
    for _ in texts:
        for left, mine in enumerate(texts):
            for right, other in enumerate(texts):
                if sequences(mine, 4) & sequences(other, 4):
                    numbers[left] = numbers[right] = min(numbers[left], numbers[right])
    assert [numbers.index(number) for number in numbers] == [groups.index(g) for g in groups]


@given(GROUPS, st.data(), st.integers(0, 5))
def test_folds_partition_the_rows_and_never_split_a_group(
    groups: list[int], data: st.DataObject, seed: int
) -> None:
    k = data.draw(st.integers(2, len(set(groups))))

    folds = grouped_folds(groups, k, seed)

    assert len(folds) == k
    assert sorted(row for fold in folds for row in fold.tolist()) == list(range(len(groups)))
    held = [{groups[row] for row in fold} for fold in folds]
    assert sum(map(len, held)) == len(set(groups))
    assert all(held)


@given(GROUPS)
def test_folds_differ_by_no_more_than_the_largest_group(groups: list[int]) -> None:
    sizes = [len(fold) for fold in grouped_folds(groups, 2, seed=0)]

    assert max(sizes) - min(sizes) <= max(map(groups.count, groups))


def test_the_seed_decides_the_folds() -> None:
    groups = list(range(40))
    first, again, other = (
        [fold.tolist() for fold in grouped_folds(groups, 4, seed)] for seed in (1, 1, 2)
    )

    assert first == again != other


@pytest.mark.parametrize("k", [0, 1, 3])
def test_folds_that_cannot_be_are_refused(k: int) -> None:
    with pytest.raises(SplitError, match=f"{k} folds from 2 groups"):
        grouped_folds(["a", "b", "b"], k, seed=0)


def test_an_event_at_the_instant_itself_counts_as_after() -> None:
    noon = datetime(2026, 2, 1, 12, tzinfo=UTC)
    beijing = timezone(timedelta(hours=8))
    instants = [
        noon + timedelta(hours=1),
        datetime(2026, 2, 1, 19, tzinfo=beijing),
        noon,
        noon - timedelta(days=1),
    ]

    before, after = time_split(instants, noon)

    assert (before.tolist(), after.tolist()) == ([1, 3], [0, 2])


def test_a_time_without_an_offset_is_refused() -> None:
    with pytest.raises(SplitError, match="offset"):
        time_split([datetime(2026, 2, 1)], datetime(2026, 2, 1, tzinfo=UTC))
