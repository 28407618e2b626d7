"""What a buyer's judging words say, with what turns them round (褒贬与否定).

「不是假货」 is no complaint and 「不像正品」 is one; a model that counts characters learns either
only from examples enough. Each judging word becomes a mark that tells what it says here.
"""

import re
from collections.abc import Iterable
from typing import Final, NamedTuple

from ahocorasick_rs import AhoCorasick, MatchKind

from data.polarity import SAYS, PolarWord, Says

REACH: Final = 6
"""Characters before a word, in its clause and behind the last judging word, that may turn it
round."""

FEARED: Final = 9
"""Characters before a word, likewise, in which its truth may be left open."""

_MARKS: Final = 0xE000
_PRIVATE: Final = re.compile("[\ue000-\uf8ff]")
_SAID: Final = tuple(says for says in SAYS if says != "plain")
_MARK_ALONE: Final = frozenset({"fake", "genuine"})
_CLAUSE_END: Final = re.compile("[，。~…: ]")
# 没几天就坏了, 没想到是假的, 不仅好看: these turn nothing round, though they hold 不 or 没.
_NO_TURN: Final = re.compile(
    r"没想到|没想|没成想|不料|不愧|不仅|不但|不光|不只|不管|不论|不过|不得不|不知道|不知|不好意思"
    r"|忍不住|不一会|不到|不止|[没不](?:用|穿|过|戴|洗|住|吃|开|买)?(?:了|过|到)?[几两一二三半多](?:个)?"
    r"(?:天|次|回|周|月|年|分钟|小时|下|水|久|晚)|没多久|没多长|不多久|用没|穿没|是不是|有没有|好不好"
    r"|要不是|不如|动不动|不停|不断|不少|不小心|不给|不退|不换"
)
_TURN: Final = re.compile(
    r"[不没无未非莫别勿甭]|毫无|从未|并非|挑不出|看不出|找不到|谈不上|算不上|零(?=差评|瑕疵|色差)"
)
# 怕是假货, 以为会掉色: what was feared or thought, and may have come otherwise.
_THOUGHT: Final = re.compile(
    r"担心|害怕|生怕|怕|以为|怀疑|纠结|犹豫|万一|会不会|是不是|是否|不知道|不知|顾虑|如果|要是|假如"
)


class Judgement(NamedTuple):
    """A judging word at ``start`` of a folded text; ``turned`` says that it is turned round,
    ``thought`` that it was feared or asked rather than stated."""

    start: int
    word: str
    says: Says
    turned: bool
    thought: bool


class PolarityReader:
    """Finds judging words in folded text; the longest wins where one holds another."""

    def __init__(self, words: Iterable[PolarWord]) -> None:
        self.words = tuple(words)
        self._says = [word.says for word in self.words]
        self._index = AhoCorasick(
            [word.word for word in self.words], matchkind=MatchKind.LeftmostLongest
        )

    def judgements(self, text: str) -> list[Judgement]:
        """The judging words of a folded text, in order.

        >>> reader = PolarityReader([PolarWord(word="假货", says="fake")])
        >>> [(each.word, each.turned) for each in reader.judgements("不是假货，没想到是假货")]
        [('假货', True), ('假货', False)]
        """
        found, begin = [], 0
        for number, start, end in self._index.find_matches_as_indexes(text):
            says = self._says[number]
            if says != "plain":
                before = _clause(text[max(begin, start - FEARED) : start])
                turns = len(_TURN.findall(_NO_TURN.sub("", before)[-REACH:]))
                thought = _THOUGHT.search(before) is not None
                found.append(Judgement(start, text[start:end], says, turns % 2 == 1, thought))
            begin = end
        return found

    def marked(self, text: str) -> str:
        """The folded text with a mark for each judging word behind it.

        A word that is turned round, or speaks of authenticity, is left out, so that only its
        mark speaks. Marks are characters for private use, which the text itself loses.
        """
        plain = _PRIVATE.sub("", text)
        kept, marks, end = [], "", 0
        for each in self.judgements(plain):
            marks += _mark(each)
            if each.turned or each.says in _MARK_ALONE:
                kept.append(plain[end : each.start])
                end = each.start + len(each.word)
        kept.append(plain[end:])
        return " ".join(f"{''.join(kept)} {marks}".split())


def _clause(text: str) -> str:
    """What stands behind the last end of a clause."""
    return _CLAUSE_END.split(text)[-1]


def _mark(judgement: Judgement) -> str:
    variant = 2 if judgement.thought else int(judgement.turned)
    return chr(_MARKS + 3 * _SAID.index(judgement.says) + variant)
