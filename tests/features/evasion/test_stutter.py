import pytest

from features.evasion.stutter import find_stutters
from tests.features.evasion.spoken import found, plain


@pytest.mark.parametrize(
    ("said", "meant"),
    [("那就就是它", "那就是它"), ("我我我们家的的", "我们家的"), ("是是不是", "是不是")],
)
def test_words_of_grammar_said_twice_are_said_once(said: str, meant: str) -> None:
    assert plain(said) == meant
    assert all(stutter.weight == 0 for stutter in found(said))


@pytest.mark.parametrize("text", ["天天", "妈妈", "买买买", "看看", "慢慢来", "哈哈哈"])
def test_words_that_mean_something_twice_stay(text: str) -> None:
    assert find_stutters(text) == []


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("我们的血管管", "我们的血管"),
        ("这个价格格很好", "这个价格很好"),
        ("关关节不好", "关节不好"),
        ("有营养养", "有营养"),
    ],
)
def test_a_word_with_one_character_said_twice_is_said_once(said: str, meant: str) -> None:
    assert plain(said) == meant
    assert [(one.mechanism, one.weight) for one in found(said)] == [("stutter", 0)]


@pytest.mark.parametrize("text", ["价格格外好", "牛奶奶香", "去专柜柜台", "问问题", "补补钙"])
def test_a_character_that_belongs_to_two_words_is_no_stutter(text: str) -> None:
    assert plain(text) == text
