import pytest

from features.evasion.sounds import Sounds
from tests.features.evasion.spoken import found, plain


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("可以去班", "可以祛斑"),
        ("日常胡肤", "日常护肤"),
        ("能置疗", "能治疗"),
        ("静卖曲张", "静脉曲张"),
        ("老汗腿的人", "老寒腿的人"),
    ],
)
def test_a_word_spelt_by_sound_is_put_right(said: str, meant: str) -> None:
    assert plain(said) == meant
    assert [disguise.mechanism for disguise in found(said)] == ["homophone"]


@pytest.mark.parametrize(
    "text",
    [
        "拼手速的时候到了",
        "孩子去班里上课",
        "工厂直发",
        "给您添加了",
        "益生元和益生菌",
        "假一赔四",
        "口干舌燥",
        "他是一位大夫",
    ],
)
def test_words_that_only_sound_alike_stay(text: str) -> None:
    assert plain(text) == text


@pytest.mark.parametrize(
    ("one", "other"),
    [("治疗", "自聊"), ("营养", "银洋"), ("南", "兰"), ("免某力", "免母力"), ("祛斑", "去班")],
)
def test_syllables_that_speakers_confuse_are_one(one: str, other: str) -> None:
    sounds = Sounds()

    assert sounds.of(one) == sounds.of(other)


def test_a_word_with_several_readings_is_found_by_each() -> None:
    assert len(Sounds().of_word("调节")) == 2
