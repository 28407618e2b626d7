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


# 合成乳胶, 再生羊毛, 羊肉味, 真丝质感: words that own up to the lesser truth beside the claim.
_OWNED_BEFORE: Final = re.compile(
    r"(?:仿真?|人造|合成|复合|再生|再造|压制|调理|调和|重组|(?<![a-z0-9])类)$"
)
_OWNED_AFTER: Final = re.compile(
    r"(?:风味|口味|味(?!道)|质感|手感|触感|平替|仿制|复合|调和|拼接|拼配|再造)"
)


def is_owned(title: str, start: int, end: int) -> bool:
    """Whether the words at ``title[start:end]`` stand beside one that says they are no such thing.

    >>> is_owned("合成乳胶枕", 2, 4), is_owned("羊肉味薯片", 0, 2), is_owned("天然乳胶枕", 2, 4)
    (True, True, False)
    """
    before = title[max(0, start - 2) : start]
    return bool(_OWNED_BEFORE.search(before) or _OWNED_AFTER.match(title, end))


def claimed_words(pattern: re.Pattern[str], title: str) -> str | None:
    """The first words in the title that match, are not denied and not owned up to as less."""
    for match in pattern.finditer(title):
        if not match.group() or is_owned(title, *match.span()):
            continue
        if not is_denied_in_title(title, match.start()):
            return match.group()
    return None
