"""One title that names two materials of which goods are but one (标题自相矛盾)."""

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from data.mismatch import Exclusive
from features.contradiction.conflict import BASIS, claimed_words, is_denied_in_title
from features.contradiction.units import UNIT_NUMBER, base_amount
from features.finding import Finding
from features.prefilter import Prefiltered


class _Row(NamedTuple):
    """One pair, compiled."""

    pair: Exclusive
    one: re.Pattern[str]
    other: re.Pattern[str]
    honest: re.Pattern[str]


class Exclusives:
    """The table of pairs, compiled once."""

    def __init__(self, pairs: Sequence[Exclusive]) -> None:
        self._rows = [
            _Row(pair, *map(re.compile, (pair.one, pair.other, pair.honest))) for pair in pairs
        ]
        self._prefilter = Prefiltered([row.other for row in self._rows])

    def findings(self, title: str) -> Iterator[Finding]:
        """Each pair of which the title names both, and does not say that it sells either."""
        for index in self._prefilter.candidates(title):
            row = self._rows[index]
            words = claimed_words(row.one, title)
            if words is None or row.honest.search(title):
                continue
            other = claimed_words(row.other, title.replace(words, "‖"))
            if other:
                reason = f"标题既写“{words}”又写“{other}”"
                yield _within(row.pair.cue, other, row.pair.certainty, reason)


# What one package holds in truth, beside a bigger number: 实为7.5ml, 净重3斤, 额定2800mah.
_TRULY: Final = re.compile(
    r"(?:实为|实际|实发|实重|实标|实含|净重|净含量?|果重|到手|额定(?:容量)?)"
    r"(?:约|只有|仅|为|是|:)? ?$"
)
_GROSS: Final = re.compile(r"毛重|带箱|含箱|连箱|带皮|带泥|含水|冰衣|约发|虚标|不虚标|峰值|最大")
# Fruit and sea food lose a part to box and ice: of these only what is far less.
_FAR_LESS: Final = {"weight": 0.7, "charge": 0.5, "volume": 0.8}
_LOSES_A_PART: Final = re.compile(r"果重|净重|到手|额定")
_STATED: Final = 0.9
_LESS: Final = 0.8
_BEFORE: Final = 9
_DIGIT: Final = re.compile(r"\d")


def amounts_within(title: str) -> Iterator[Finding]:
    """An amount that the title itself takes back: 正装30ml 实为7.5ml."""
    if "实" not in title and "净" not in title and "额定" not in title and "到手" not in title:
        return
    if not _DIGIT.search(title) or _GROSS.search(title):
        return
    claimed: dict[str, float] = {}
    for match in UNIT_NUMBER.finditer(title):
        amount = base_amount(match)
        if amount is None:
            continue
        size, kind = amount
        is_true = _TRULY.search(title[max(0, match.start() - _BEFORE) : match.start()])
        if not is_true:
            claimed[kind] = max(size, claimed.get(kind, 0.0))
        elif size < _share(is_true.group(), kind) * claimed.get(kind, 0.0):
            if is_denied_in_title(title, match.start()):
                continue
            reason = f"标题先写大数，又写“{is_true.group()}{match.group()}”"
            yield _within("amount taken back", match.group(), 0.65, reason)
            return


def _share(words: str, kind: str) -> float:
    """What share of the bigger amount is still the same amount."""
    if kind == "weight" and not _LOSES_A_PART.search(words):
        return _STATED
    return _FAR_LESS.get(kind, _LESS)


def _within(cue: str, words: str, certainty: float, reason: str) -> Finding:
    return Finding(
        code="spec_mismatch",
        field="title",
        text=words,
        cue=cue,
        basis=BASIS,
        certainty=certainty,
        reason_zh=reason,
    )
