import pytest

from features.normalise import normalise
from features.said.speech import Spoken


def place(text: str, words: str) -> tuple[Spoken, int, int]:
    spoken = Spoken.of_plain("text", text, normalise(text))
    start = spoken.text.index(words)
    return spoken, start, start + len(words)


@pytest.mark.parametrize(
    "text",
    [
        "专柜里真皮的都要上千",
        "上一个链接那个真皮的已经没了",
        "下一个品是真皮的",
        "别人家都说是真皮的",
        "二号链接是真皮的，三号链接是环保皮",
        "真皮的是上一个链接",
    ],
)
def test_what_is_said_of_other_goods_is_not_of_these(text: str) -> None:
    spoken, start, end = place(text, "真皮")

    assert not spoken.about_product(start, end)


@pytest.mark.parametrize(
    "text",
    [
        "这个包是真皮的",
        "一号链接是真皮的",
        "专柜要卖好几百，咱们这个是真皮的",
        "上一个链接没了。这款是真皮的",
    ],
)
def test_a_host_comes_back_to_what_is_on_screen(text: str) -> None:
    spoken, start, end = place(text, "真皮")

    assert spoken.about_product(start, end)


@pytest.mark.parametrize(
    "text",
    [
        "这个不是真皮的",
        "是不是真皮的",
        "这是真皮吗",
        "跟真皮一样的手感",
        "媲美真皮的",
        "想要真皮的去看别的",
        "真皮质感",
        "号称真皮",
    ],
)
def test_a_thing_that_is_denied_asked_for_or_compared_with_is_not_claimed(text: str) -> None:
    spoken, start, end = place(text, "真皮")

    assert not spoken.asserted(start, end)


@pytest.mark.parametrize("text", ["它是真皮的", "真皮的啊你摸一下", "这个不错是真皮", "不仅是真皮"])
def test_a_thing_that_is_said_plainly_is_claimed(text: str) -> None:
    spoken, start, end = place(text, "真皮")

    assert spoken.asserted(start, end)
