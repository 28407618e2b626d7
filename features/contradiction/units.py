"""Numbers with units as titles write them: 5斤, 三斤8两, 1.5kg, 20000mah, 2万毫安 (数与单位)."""

import re
from typing import Final

_DIGIT_OF: Final = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"两": 2}
_POWERS: Final = {"十": 10, "百": 100}
NUMBER: Final = r"(?:\d{1,7}(?:\.\d{1,3})?|[一二两三四五六七八九十百]{1,4})万?"

_WORTH: Final[dict[str, tuple[str, float]]] = {
    **dict.fromkeys(("公斤", "千克", "kg"), ("weight", 1000.0)),
    **dict.fromkeys(("克", "g"), ("weight", 1.0)),
    "斤": ("weight", 500.0),
    "两": ("weight", 50.0),
    **dict.fromkeys(("毫升", "ml"), ("volume", 1.0)),
    **dict.fromkeys(("升", "l"), ("volume", 1000.0)),
    **dict.fromkeys(("毫安时", "毫安", "mah"), ("charge", 1.0)),
    **dict.fromkeys(("千瓦", "kw"), ("power", 1000.0)),
    **dict.fromkeys(("瓦", "w"), ("power", 1.0)),
    **dict.fromkeys(("厘米", "公分", "cm"), ("length", 1.0)),
    **dict.fromkeys(("米", "m"), ("length", 100.0)),
    **dict.fromkeys(("寸", "英寸"), ("inches", 1.0)),
}
_COUNTED: Final = "片册键支张只本件节颗粒枚根包抽瓶袋盒卷双条套套罐桶块课"
_UNITS: Final = "|".join(sorted(_WORTH, key=len, reverse=True))
UNIT_NUMBER: Final = re.compile(
    rf"(?<![\d.a-z])(?P<n>{NUMBER}) ?(?P<u>(?:{_UNITS})(?![a-z])(?!拉)|"
    rf"[{_COUNTED}])(?P<half>半)?(?: ?(?P<tael>[\d一二三四五六七八九])两)?"
)
_SPELT: Final = re.compile(
    "[一二两三四五六七八九]?百?(?:[一二三四五六七八九]?十)?[一二两三四五六七八九]?"
)


def value_of(text: str) -> float | None:
    """The value of a number in digits or spelt below a thousand; None when it is no number.

    >>> value_of("1.5"), value_of("2万"), value_of("三十六"), value_of("十"), value_of("十百")
    (1.5, 20000.0, 36.0, 10.0, None)
    """
    times = 10_000.0 if text.endswith("万") else 1.0
    bare = text.removesuffix("万")
    if bare[:1].isdecimal():
        return float(bare) * times
    if not bare or not _SPELT.fullmatch(bare):
        return None
    total, digit = 0, 0
    for char in bare:
        if power := _POWERS.get(char):
            total += (digit or 1) * power
            digit = 0
        else:
            digit = _DIGIT_OF[char]
    return float(total + digit) * times


def base_amount(match: re.Match[str]) -> tuple[float, str] | None:
    """The amount of a ``UNIT_NUMBER`` match in grams, ml, mAh, W, cm or pieces, and its kind.

    >>> base_amount(UNIT_NUMBER.match("3斤8两")), base_amount(UNIT_NUMBER.match("三十片"))
    ((1900.0, 'weight'), (30.0, '片'))
    """
    number = value_of(match["n"])
    if number is None:
        return None
    kind, worth = _WORTH.get(match["u"], (match["u"], 1.0))
    half = 0.5 if match["half"] else 0.0
    amount = (number + half) * worth
    if match["tael"] and kind == "weight":
        amount += (value_of(match["tael"]) or 0.0) * 50.0
    return amount, kind
