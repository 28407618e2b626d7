import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.examples.speech import load_examples
from data.lexicon import load_lexicon
from features.cues import DISCLAIMER_REACH, CueReader, Reading, label_weights
from features.evasion.aliases import Phrases
from features.normalise import normalise
from features.prefilter import Prefiltered
from features.tokenise import Tokeniser

LEXICON = load_lexicon()
EXAMPLES = [example.text for example in load_examples()]
FRAGMENTS = [
    *(re.sub(r"[\\()\[\]?:^{}|<!=+*.$\d-]", "", cue.pattern) for cue in LEXICON.cues),
    *(text[i : i + 5] for text in EXAMPLES for i in range(0, len(text), 5)),
    *["不能", "没有任何", "，", "。", "\u200b", "某", "vx", "13800138000", "1", "➕"],
]


@pytest.fixture(scope="session")
def reader() -> CueReader:
    words = {word.word: word.frequency for word in LEXICON.words}
    return CueReader(LEXICON, Tokeniser(words))


def read(reader: CueReader, text: str) -> Reading:
    return reader.read(normalise(text), text)


def codes(reader: CueReader, text: str) -> set[str]:
    return {hit.code for hit in read(reader, text).hits}


@pytest.mark.parametrize(
    "text",
    [
        "前面那个路口交通比较堵",
        "换货不是什么大麻烦",
        "女装专场",
        "陆家容同学",
        "这个茶它不能治病",
        "没有任何治疗作用",
        "别信神药，那种说包好的你捂紧钱包",
        "母亲节给妈妈挑一束花",
        "什么时候发货",
        "",
        "，。！",
    ],
)
def test_harmless_speech_has_no_hit(reader: CueReader, text: str) -> None:
    assert read(reader, text).hits == ()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("吃两个疗程就根治了", "medical_claim"),
        ("这个特别能根治", "medical_claim"),
        ("医用级别的治疗", "medical_claim"),
        ("不得不说根治了", "medical_claim"),
        ("氵台疗鼻炎", "medical_claim"),
        ("飞某症的老人", "medical_claim"),
        ("想要的加我微信", "off_platform_diversion"),
        ("加V\u200bX聊", "off_platform_diversion"),
        ("加ＶＸ聊", "off_platform_diversion"),
        ("➕🛰️拿内部价", "off_platform_diversion"),
        ("全网最好的一款", "absolute_claim"),
        ("国家j品质", "absolute_claim"),
        ("祛某斑", "cosmetic_overclaim"),
    ],
)
def test_a_plain_or_disguised_claim_is_hit(reader: CueReader, text: str, code: str) -> None:
    assert code in codes(reader, text)


@pytest.mark.parametrize(
    ("text", "denied"),
    [
        ("不能根治", True),
        ("它不能说根治", True),
        ("没有什么根治的", True),
        ("没法根治", True),
        ("别信什么根治", True),
        ("禁止宣传根治", False),
        ("并非根治", True),
        ("谨防所谓的根治", True),
        ("不能。根治", False),
        ("不能，根治", False),
        ("不能喝咖啡的人喝这个根治", False),
        ("不但根治", False),
        ("不仅根治", False),
        ("特别根治", False),
        ("根治", False),
    ],
)
def test_a_negation_covers_only_words_that_say_nothing_before_the_claim(
    reader: CueReader, text: str, denied: bool
) -> None:
    assert ("medical_claim" not in codes(reader, text)) == denied


def disclaimed_weight(reader: CueReader, between: str) -> float:
    text = f"{between}".join(["喝了根治糖尿病", "本品不能代替药物"])
    return label_weights(read(reader, text).hits).get("medical_claim", 0.0)


def test_a_disclaimer_lowers_a_claim_in_its_sentence(reader: CueReader) -> None:
    assert disclaimed_weight(reader, "，") < disclaimed_weight(reader, "。")


def test_a_disclaimer_does_not_reach_far(reader: CueReader) -> None:
    far = "，" + "啦" * DISCLAIMER_REACH

    assert disclaimed_weight(reader, far) == disclaimed_weight(reader, "。")


@pytest.fixture(scope="session")
def prefilters(reader: CueReader) -> list[Prefiltered]:
    return [
        reader.resolver.completion.prefiltered,
        Phrases(LEXICON.aliases, reader.tokeniser).prefiltered,
    ]


def brute_force(prefilter: Prefiltered, text: str) -> list[tuple[int, int, int]]:
    return [
        (index, *match.span())
        for index, pattern in enumerate(prefilter.patterns)
        for match in pattern.finditer(text)
        if match.end() > match.start()
    ]


def test_the_prefilter_loses_no_match_in_examples(prefilters: list[Prefiltered]) -> None:
    texts = [normalise(text).text for text in EXAMPLES[::3]]

    for prefilter in prefilters:
        assert [t for t in texts if prefilter.matches(t) != brute_force(prefilter, t)] == []


@given(st.lists(st.sampled_from(FRAGMENTS), max_size=6).map("".join))
def test_the_prefilter_loses_no_match(prefilters: list[Prefiltered], text: str) -> None:
    text = normalise(text).text

    for prefilter in prefilters:
        assert prefilter.matches(text) == brute_force(prefilter, text)


def test_every_pattern_is_looked_for_by_an_anchor(prefilters: list[Prefiltered]) -> None:
    assert [prefilter.always for prefilter in prefilters] == [[], []]


@pytest.mark.parametrize(
    ("text", "code", "resolved"),
    [
        ("喝它增强免某力", "health_food_overclaim", "增强免疫力"),
        ("这个能根某治糖*病", "medical_claim", "根治"),
    ],
)
def test_a_cue_behind_a_disguise_is_hit_with_the_plain_words(
    reader: CueReader, text: str, code: str, resolved: str
) -> None:
    hits = [hit for hit in read(reader, text).hits if hit.code == code]

    assert any(hit.resolved is not None and resolved in hit.resolved for hit in hits)


def test_a_denied_disguise_is_no_hit(reader: CueReader) -> None:
    assert read(reader, "它不能治某疗").hits == ()
    assert "medical_claim" in codes(reader, "它能治某疗")


def test_a_disguise_of_something_harmless_is_no_hit(reader: CueReader) -> None:
    reading = read(reader, "这个能小帮小助")

    assert reading.hits == ()
    assert [disguise.resolved for disguise in reading.disguises] == ["帮助"]


@pytest.mark.parametrize(
    ("text", "resolved"),
    [("氵台疗鼻炎", "治疗"), ("血某糖高", "血糖"), ("痛某风的人", "痛风"), ("癌某", "癌症")],
)
def test_a_disguise_is_resolved_to_the_plain_word(
    reader: CueReader, text: str, resolved: str
) -> None:
    reading = read(reader, text)

    assert resolved in {disguise.resolved for disguise in reading.disguises}
    assert resolved in {hit.resolved for hit in reading.hits}


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("这个根\u200b治吧", "根\u200b治"),
        ("加我Ｖ\u00adＸ", "加我Ｖ\u00adＸ"),
        ("😀血某\ufe0f糖", "血某\ufe0f糖"),
    ],
)
def test_a_hit_leads_back_to_the_characters_as_sent(
    reader: CueReader, text: str, cited: str
) -> None:
    folded = normalise(text)
    spans = [folded.span(hit.start, hit.end) for hit in reader.read(folded, text).hits]

    assert cited in {text[start:end] for start, end in spans}


@given(st.lists(st.sampled_from(FRAGMENTS), max_size=6).map("".join))
def test_hits_are_ordered_inside_the_text_and_weigh_something(reader: CueReader, text: str) -> None:
    reading = reader.read(normalise(text), text)
    text = normalise(text).text

    assert list(reading.hits) == sorted(reading.hits, key=lambda hit: (hit.start, hit.end, hit.cue))
    assert all(0 <= hit.start < hit.end <= len(text) and hit.weight > 0 for hit in reading.hits)


def test_of_overlapping_cues_only_the_strongest_counts(reader: CueReader) -> None:
    hits = read(reader, "加我vx").hits
    strongest = max(hit.weight for hit in hits)

    assert len(hits) > 1
    assert label_weights(hits)["off_platform_diversion"] == strongest
