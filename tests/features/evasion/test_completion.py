from data.lexicon import Cue, RiskWord
from features.evasion.completion import Completion, Guess

CUES = [
    Cue(code="fake_engagement", pattern=pattern, kind="regex", weight=weight, note="")
    for pattern, weight in [
        ("好评[^，。]{0,6}(?:返|红包)", 0.8),
        ("返现", 0.6),
        ("好看", 0.1),
        ("小号", -0.5),
    ]
]
COMPLETION = Completion(CUES)


def word(text: str) -> RiskWord:
    return RiskWord(word=text, code=None, weight=0.5, note="")


def settled(text: str, *guesses: Guess) -> list[tuple[str, int]]:
    return [(one.word.word, one.beyond) for one in COMPLETION.settle(text, guesses)]


def test_a_guess_is_held_by_a_cue_that_goes_beyond_it() -> None:
    assert settled("给hp再返五块", Guess(1, 3, (word("好评"),))) == [("好评", 2)]


def test_a_word_that_is_a_cue_by_itself_goes_nowhere_beyond() -> None:
    assert settled("收货fx五块", Guess(2, 4, (word("返现"),))) == [("返现", 0)]


def test_a_word_of_no_cue_or_of_a_weak_or_mitigating_one_is_not_held() -> None:
    for meant in ("医生", "好看", "小号"):
        assert settled("看xx吧", Guess(1, 3, (word(meant),))) == [(meant, -1)]


def test_a_guess_in_the_gap_of_a_phrase_does_not_complete_it() -> None:
    assert settled("好评xx返五块", Guess(2, 4, (word("医生"),))) == [("医生", -1)]


def test_of_several_readings_the_one_that_completes_a_phrase_counts() -> None:
    assert settled("给hp返五块", Guess(1, 3, (word("滑片"), word("好评")))) == [("好评", 1)]


def test_guesses_complete_a_phrase_together() -> None:
    guesses = Guess(1, 3, (word("好评"),)), Guess(4, 6, (word("红包"),))

    assert settled("给hp领hb", *guesses) == [("好评", 3), ("红包", 3)]


def test_many_guesses_are_settled_each_near_its_neighbours() -> None:
    text = "给hp返，" * 50
    guesses = [Guess(5 * i + 1, 5 * i + 3, (word("好评"),)) for i in range(50)]

    assert settled(text, *guesses) == [("好评", 1)] * 50


def test_a_word_that_is_in_no_cue_may_not_be_held() -> None:
    assert COMPLETION.may_hold("好评")
    assert not COMPLETION.may_hold("医生")
