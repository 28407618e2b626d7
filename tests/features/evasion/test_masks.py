import pytest

from tests.features.evasion.spoken import found, plain


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("提高免某力", "提高免疫力"),
        ("白某账老人", "白内障老人"),
        ("白什么障", "白内障"),
        ("底某力差", "抵抗力差"),
        ("糖*病人", "糖尿病人"),
        ("得了癌×", "得了癌症"),
        ("高血□的人", "高血压的人"),
        ("糖x病的人", "糖尿病的人"),
    ],
)
def test_a_masked_character_is_put_back(said: str, meant: str) -> None:
    assert plain(said) == meant
    assert {disguise.mechanism for disguise in found(said)} <= {"mask", "filler"}


@pytest.mark.parametrize(
    "text",
    [
        "面膜类目",
        "面膜*5片",
        "肤*3",
        "尺寸x码",
        "免费试用",
        "低毛利",
        "皮肤摸起来很滑",
        "有毛病",
        "抗母乳",
        "100×50厘米",
        "德国进口*天猫首发*面霜",
    ],
)
def test_what_is_no_mask_stays(text: str) -> None:
    assert plain(text) == text
