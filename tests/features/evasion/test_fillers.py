import pytest

from features.evasion.fillers import find_infixes
from features.evasion.shapes import Dictionary
from features.tokenise import Tokeniser
from tests.features.evasion.spoken import found, plain


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("养护我们的关某节", "养护我们的关节"),
        ("专门祛什么斑的", "专门祛斑的"),
        ("吃够一个周和期", "吃够一个周期"),
        ("不用去做手某术", "不用去做手术"),
        ("可以预抹防", "可以预防"),
        ("帮助吸盒收", "帮助吸收"),
        ("好某吸某收", "好吸收"),
        ("血某某糖高的", "血糖高的"),
        ("抗母衰母老", "抗衰老"),
        ("补充银和氧", "补充营养"),
        ("肖某花不好", "消化不好"),
        ("要抗母摔老", "要抗衰老"),
        ("西某盖不舒服", "膝盖不舒服"),
        ("问过专过家", "问过专家"),
    ],
)
def test_a_syllable_dropped_into_a_word_is_taken_out(said: str, meant: str) -> None:
    assert plain(said) == meant
    assert "filler" in {disguise.mechanism for disguise in found(said)}


@pytest.mark.parametrize(
    "text",
    [
        "什么时候发货",
        "某天我去医院",
        "在某个地方",
        "某些人消化不好",
        "有什么效果",
        "和面的时候加水",
        "父母亲都能用",
        "羊毛衫起球",
        "眉毛画得好看",
        "有毛病可以退",
        "肠和胃都舒服",
        "质和量都有保证",
        "陈某说他退货了",
        "我们都关心节日",
        "毛孔清洁",
        "黄褐斑",
        "吃过药才来",
        "做个手术",
        "截个图",
    ],
)
def test_ordinary_words_around_such_a_syllable_stay(text: str) -> None:
    assert plain(text) == text


def test_a_homophone_with_a_filler_is_less_sure_than_the_exact_word() -> None:
    (exact,) = found("消某化")
    (misspelt,) = found("肖某化")

    assert exact.resolved == misspelt.resolved == "消化"
    assert exact.weight > misspelt.weight


@pytest.mark.parametrize(
    ("said", "meant"), [("里面含某量很高", ["含量"]), ("要进某口的", ["进口"]), ("某个人说", [])]
)
def test_any_dictionary_word_with_the_syllable_inside_is_found(said: str, meant: list[str]) -> None:
    infixes = find_infixes(said, Dictionary(Tokeniser({})))

    assert [infix.resolved for infix in infixes] == meant


def test_a_run_of_fillers_is_taken_out_even_if_the_words_stay_dark() -> None:
    assert plain("没有某化某学的") == "没有化学的"
