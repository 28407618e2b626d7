import pytest

from tests.features.evasion.spoken import found, plain


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("这把枸杞独无二", "这把枸杞独一无二"),
        ("卖了六年无前例", "卖了六年史无前例"),
        ("老痴呆的都认得人了", "老年痴呆的都认得人了"),
        ("五好评带三张图", "五星好评带三张图"),
    ],
)
def test_a_long_word_without_a_character_is_spelt_out(said: str, meant: str) -> None:
    assert plain(said) == meant
    assert [disguise.mechanism for disguise in found(said)] == ["clipping"]


@pytest.mark.parametrize(
    "text",
    [
        "史无前例的好价",
        "心血管的朋友",
        "胶原白是什么",
        "乳双歧杆菌的专利",
        "检测了一下报告",
    ],
)
def test_what_is_whole_or_shortened_every_day_stays(text: str) -> None:
    assert plain(text) == text
