from dataclasses import replace

import pytest

from data.examples.speech import load_examples
from data.segment import LiveSegment
from training.assemble import ClaimDoc, seed_docs
from training.augment import HARMLESS, augmented

WORDS = ("血糖", "糖尿病", "关节", "免疫力", "根治")
VIOLATING = ClaimDoc(
    text="家人们，吃一个月血糖就下来了，糖尿病也不怕，点点关注。血糖高的拍两单",
    violation=True,
    codes=("medical_claim",),
    quotes=(("medical_claim", "吃一个月血糖就下来了，糖尿病也不怕"),),
    group="room-1",
    source="rows.jsonl",
)
CLEAN = ClaimDoc(
    text="点点关注，三号链接，到手九十九元，血糖仪在二号",
    violation=False,
    codes=(),
    quotes=(),
    group="room-2",
    source="rows.jsonl",
)


def copies(*docs: ClaimDoc, seeds: int = 20) -> list[ClaimDoc]:
    return [copy for seed in range(seeds) for copy in augmented(docs, 1.0, seed, WORDS)]


@pytest.fixture(scope="module")
def corpus() -> list[ClaimDoc]:
    return seed_docs(10, 0, load_examples()[::4])


def test_a_copy_of_a_violating_text_says_the_same_in_disguise() -> None:
    made = copies(VIOLATING)

    assert len({copy.text for copy in made}) > 10
    assert all(copy.violation and copy.codes == VIOLATING.codes for copy in made)
    assert all(copy.group == "room-1" and copy.source == "rows.jsonl/disguised" for copy in made)
    assert all(copy.disguised for copy in made)


def test_only_the_words_of_the_evidence_are_disguised() -> None:
    assert all(copy.text.endswith("，点点关注。血糖高的拍两单") for copy in copies(VIOLATING))


def test_without_evidence_they_are_disguised_anywhere() -> None:
    made = copies(replace(VIOLATING, quotes=()))

    assert any("血糖高的" not in copy.text for copy in made)


def test_of_a_clean_text_only_harmless_words_and_amounts_are_disguised() -> None:
    made = copies(CLEAN)

    assert made
    assert all("，血糖仪在二号" in copy.text for copy in made)
    assert any("九十九米" in copy.text for copy in made)
    assert any(word not in copy.text for copy in made for word in HARMLESS[:1])
    assert not any(copy.violation for copy in made)


def test_quotes_are_words_of_the_new_text(corpus: list[ClaimDoc]) -> None:
    made = augmented(corpus, 1.0, 0, WORDS)

    assert any(copy.violation for copy in made)
    assert all(quote in copy.text for copy in made for _, quote in copy.quotes)
    assert all(bool(copy.quotes) == copy.violation for copy in made)


def test_a_quote_that_stands_twice_becomes_two_where_its_disguises_differ() -> None:
    twice = replace(VIOLATING, text="降血糖，真的降血糖", quotes=(("medical_claim", "降血糖"),))
    made = [copy for copy in copies(twice) if len(copy.quotes) == 2]

    assert made
    assert all(quote in copy.text for copy in made for _, quote in copy.quotes)


def test_the_record_that_would_be_scored_has_the_new_text() -> None:
    segment = LiveSegment(data_id="row-1", text=VIOLATING.text, platform="douyin")

    for copy in copies(replace(VIOLATING, segment=segment)):
        assert copy.segment == LiveSegment(data_id="row-1", text=copy.text, platform="douyin")


def test_what_has_nothing_to_disguise_has_no_copy() -> None:
    plain = replace(CLEAN, text="这件羊毛衫有三个颜色")
    folded = replace(VIOLATING, quotes=(("medical_claim", "血糖,就下来"),))

    assert copies(plain, folded) == []


def test_a_share_of_the_documents_is_copied_and_the_seed_says_which(corpus: list[ClaimDoc]) -> None:
    some = augmented(corpus, 0.3, 1, WORDS)

    assert some == augmented(corpus, 0.3, 1, WORDS)
    assert some != augmented(corpus, 0.3, 2, WORDS)
    assert 0 < len(some) < len(augmented(corpus, 1.0, 1, WORDS))
    assert augmented(corpus, 0.0, 1, WORDS) == []


@pytest.mark.parametrize("share", [-0.1, 1.5, float("nan")])
def test_a_share_that_is_none_is_refused(share: float) -> None:
    with pytest.raises(ValueError, match="0 to 1 is possible"):
        augmented([CLEAN], share, 0, WORDS)
