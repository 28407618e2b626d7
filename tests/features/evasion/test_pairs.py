import pytest

from tests.features.evasion.spoken import found, plain


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("先给五星号评返现", "先给五星好评返现"),
        ("全球一百位专嫁联名推荐", "全球一百位专家联名推荐"),
        ("清华大学识炎室出来的配方", "清华大学实验室出来的配方"),
    ],
)
def test_a_pair_of_characters_is_read_as_the_word_that_completes_a_phrase(
    said: str, meant: str
) -> None:
    assert plain(said) == meant
    assert [disguise.mechanism for disguise in found(said)] == ["homophone"]


def test_pairs_may_complete_a_phrase_together() -> None:
    assert plain("先收货再给号评贩象五块") == "先收货再给好评返现五块"


def test_two_odd_pairs_side_by_side_make_each_other_likely() -> None:
    assert plain("保护汝县和辛赃") == "保护乳腺和心脏"
    assert plain("保护辛赃") == "保护辛赃"


def test_a_grave_word_needs_nothing_beside_it() -> None:
    (disguise,) = found("治好了至窗")

    assert (disguise.resolved, disguise.code) == ("痔疮", "medical_claim")


@pytest.mark.parametrize(
    "text",
    [
        "大家抓紧手速拍",
        "里面添加了益生元，益生元喂好菌",
        "工厂直发没有中间商",
        "每一单都是正装送正装",
        "给新人打个样",
        "口干口苦的朋友",
        "主播今天是新号开播",
        "颜颜宝贝欢迎你",
        "家里养了一只猫",
    ],
)
def test_pairs_that_only_sound_like_a_word_stay(text: str) -> None:
    assert plain(text) == text
