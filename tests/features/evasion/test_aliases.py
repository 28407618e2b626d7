import pytest

from tests.features.evasion.spoken import found, plain


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("保护心灵之窗", "保护眼睛"),
        ("保护心内痔疮", "保护眼睛"),
        ("保护心灵痔疮", "保护眼睛"),
        ("问问白大褂", "问问医生"),
        ("问问白挂挂", "问问医生"),
        ("加绿泡泡", "加微信"),
        ("喝点八加一", "喝点酒"),
        ("啥啥都高的人", "三高的人"),
    ],
)
def test_a_code_phrase_is_understood_however_it_is_misheard(said: str, meant: str) -> None:
    assert plain(said) == meant
    assert [disguise.mechanism for disguise in found(said)] == ["circumlocution"]


@pytest.mark.parametrize(
    ("said", "meant", "mechanism"),
    [
        ("我们的免力差", "我们的免疫力差", "mask"),
        ("压高的人", "血压高的人", "clipping"),
        ("老是阿秋阿q", "老是感冒", "latin"),
        ("提高免某e", "提高免疫力", "mask"),
    ],
)
def test_clippings_and_letters_for_sounds_are_spelt_out(
    said: str, meant: str, mechanism: str
) -> None:
    assert plain(said) == meant
    assert [disguise.mechanism for disguise in found(said)] == [mechanism]


@pytest.mark.parametrize(
    "text",
    [
        "穿着白大褂拍照",
        "心灵之美",
        "心灵支撑",
        "心里之中",
        "这是什么桥",
        "值什么价",
        "运行费用很低",
        "我弟一个人",
        "刷睫毛时注意",
        "血迹斑斑",
        "绿色那个是二号",
        "家里的窗户",
        "含糖高的水果",
        "低压高压都正常",
        "面膜力荐",
        "大母蟹两只",
    ],
)
def test_what_looks_like_a_code_phrase_stays(text: str) -> None:
    assert plain(text) == text
