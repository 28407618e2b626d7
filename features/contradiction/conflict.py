"""A finding that cites both sides of a contradiction (标题与其余不符)."""

import re
from typing import Final

from features.contradiction.stated import Stated
from features.finding import Finding, is_denied

BASIS: Final = ("产品质量法 第39条", "消费者权益保护法 第20条", "广告法 第28条(二)")
_SHOWN: Final = 40


def conflict(cue: str, words: str, fact: Stated, certainty: float) -> Finding:
    """The title's ``words`` against a fact."""
    name = "规格" if fact.field.startswith("skus[") else fact.name
    return Finding(
        code="spec_mismatch",
        field=fact.field,
        text=words,
        cue=cue,
        basis=BASIS,
        certainty=certainty,
        reason_zh=f"标题写“{words}”，{name}却是“{fact.value[:_SHOWN]}”",
    )


def page_conflict(cue: str, words: str, field: str, admitted: str, certainty: float) -> Finding:
    """The title's ``words`` against what the detail page admits; cites the page."""
    return Finding(
        code="spec_mismatch",
        field=field,
        text=admitted,
        cue=cue,
        basis=BASIS,
        certainty=certainty,
        reason_zh=f"标题写“{words}”，详情却说“{admitted[:_SHOWN]}”",
    )


# Names of materials and features that begin like a denial.
_NO_DENIAL: Final = re.compile(
    "不锈|不粘|不沾|不干胶|不倒翁|不规则|不掉|不起|不褪|不变|不伤|不挑|不漏|无线|无人|无刷|无缝|无骨|无痕|无绳"
    "|无框|无叶|无油|无烟|无尘|无糖|无钢圈|无添加|无涂层|无核|无籽|非遗|非洲|非常|未来|别墅|别针|别致|没药"
)


def is_denied_in_title(title: str, start: int) -> bool:
    """Whether a denial stands shortly before ``start``, in the same run of words of a title.

    >>> is_denied_in_title("pu皮 不是真皮", 6), is_denied_in_title("不锈钢真空杯", 3)
    (True, False)
    """
    words = title[max(0, start - 8) : start].rsplit(" ", 1)[-1]
    words = _NO_DENIAL.sub("", words)
    return is_denied(words, len(words))


def claimed_words(pattern: re.Pattern[str], title: str) -> str | None:
    """The first words in the title that match and are not denied."""
    for match in pattern.finditer(title):
        if match.group() and not is_denied_in_title(title, match.start()):
            return match.group()
    return None
