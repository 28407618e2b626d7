import pytest

from data.lexicon import RiskWord
from features.evasion.completion import Completion
from features.evasion.letters import Letters
from tests.features.evasion.spoken import found, plain


@pytest.mark.parametrize(
    ("written", "meant", "mechanism"),
    [
        ("全天下dywe的枸杞", "全天下独一无二的枸杞", "pinyin"),
        ("专治hzj的药水", "专治灰指甲的药水", "pinyin"),
        ("吃了没有任何fzy", "吃了没有任何副作用", "pinyin"),
        ("这个能根z", "这个能根治", "pinyin"),
        ("大牌尾d在这里", "大牌尾单在这里", "pinyin"),
        ("独e无二的配方", "独一无二的配方", "latin"),
        ("专抗i的软糖", "专抗癌的软糖", "latin"),
    ],
)
def test_letters_that_can_be_one_word_only_are_that_word(
    written: str, meant: str, mechanism: str
) -> None:
    assert plain(written) == meant
    assert [disguise.mechanism for disguise in found(written)] == [mechanism]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("zj都在吃", "专家都在吃"),
        ("五星hp返现十块", "五星好评返现十块"),
    ],
)
def test_two_letters_are_the_word_that_completes_a_phrase(written: str, meant: str) -> None:
    assert plain(written) == meant


def test_two_words_in_letters_side_by_side_make_each_other_likely() -> None:
    assert plain("管好血s和xt") == "管好血栓和血糖"
    assert plain("管好xt") == "管好xt"


@pytest.mark.parametrize(
    "text",
    [
        "zj那边说了",
        "维生素c天然提取",
        "维b一维b二都有",
        "v一的含量很高",
        "这是c位出道",
        "b站有测评",
        "t恤五十九",
        "s码到xl码都有",
        "usb接口带led灯",
        "spf五十的防晒",
        "联系dhl发货",
        "小米k70 pro 12gb",
        "lip balm 5ml",
        "发货走sf或者yt快递",
        "sf包邮zt也可以",
        "gz仓sz仓都发",
        "bj和sh都有现货",
        "zy和zx两个颜色",
        "看好评zj返现",
    ],
)
def test_letters_that_are_written_every_day_stay(text: str) -> None:
    assert plain(text) == text


def test_a_risk_word_with_a_digit_in_it_has_no_initials() -> None:
    word = RiskWord(word="3无产品", code=None, weight=0.9, note="")

    assert Letters([word], (), Completion(())).find("这个wcp不行") == []
