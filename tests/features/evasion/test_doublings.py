import pytest

from tests.features.evasion.spoken import found, plain


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("总是便便秘秘的", "总是便秘的"),
        ("脸上红丝丝", "脸上红血丝"),
        ("肠肠道道不好", "肠道不好"),
        ("敏敏肌可用", "敏感肌可用"),
    ],
)
def test_doubled_characters_are_said_once(said: str, meant: str) -> None:
    assert plain(said) == meant
    assert [disguise.mechanism for disguise in found(said)] == ["reduplication"]


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("点个小关小注", "点个关注"),
        ("小关小猪点一下", "关注点一下"),
        ("日常小调小理", "日常调理"),
        ("有小问小题找客服", "有问题找客服"),
        ("这些小问和小题", "这些问题"),
    ],
)
def test_a_softened_word_is_said_plainly(said: str, meant: str) -> None:
    assert plain(said) == meant
    assert [disguise.mechanism for disguise in found(said)] == ["softener"]


@pytest.mark.parametrize(
    "text",
    [
        "天天喝",
        "妈妈和宝宝们",
        "多多少少",
        "小心小心",
        "轻轻松松带回家",
        "小猫小狗都能用",
        "腰腰腿腿",
        "牛奶奶香味",
        "洗洗脸看看书",
        "今天价格格外好",
        "问问题题库",
        "小方小圆",
    ],
)
def test_what_is_always_said_twice_stays(text: str) -> None:
    assert plain(text) == text
