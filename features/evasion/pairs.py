"""Words of two characters spelt by sound: 雪算 for 血栓, 专嫁 for 专家 (双字谐音).

So little is left of them that most of what sounds alike is ordinary speech. What makes a pair
one is that its characters belong to no word where they stand, and that the word behind it
completes a phrase of the lexicon, or is not the only one nearby.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

from data.lexicon import Lexicon, RiskWord
from features.borders import Borders
from features.evasion.completion import Completion, Guess, Settled, among_others
from features.evasion.disguise import Disguise
from features.evasion.shapes import Dictionary
from features.evasion.sounds import same_syllable, sounds

_SIZE: Final = 2

_SURE: Final = 0.7
_SERIOUS: Final = 0.5
"""The weight from which an odd pair needs only be a cue by itself."""

_DISEASE: Final = 0.9
"""The weight of medical words from which they name a disease, and need nothing beside them."""

_MOST_ANSWERS: Final = 20_000

# Words of one character, which stand beside each other without being one.
_ALONE: Final = frozenset(
    "的了是在有和就都也要不一到个去上下大小多少来说看给拿拍买卖用吃喝放打开做把被让叫还又再才只很太"
    "最更会能可以想我你他她它们这那哪谁咱您啊呀呢吗吧嘛哦哈嗯啦哎哟两三四五六七八九十百千万几半零二"
    "点号元块斤克瓶盒包袋片粒支件条双套张本次种样年月天日时分秒里外前后中间内边面头家人手心对从向比"
    "跟为于与及或但而且所之其此该每各另将已经过没无非别真好坏新旧高低长短快慢早晚远近轻重干湿冷热软"
    "硬红黄蓝白黑绿紫水油米面肉菜茶酒烟糖盐醋蛋鱼虾花草树木金银铜铁土石火电光声色味香甜酸苦辣麻咸穿"
    "戴洗刷擦抹涂喷扫推拉提抱带走跑跳坐站躺睡起住进出回等试换退送发收领抢秒扣关停止切剪煮蒸炒炸烤泡"
    "加减乘除先像如若因由按照据当使令请求找问答讲听读写画字书报装直升省没维今己冰位升拼期场含剂立全"
)


class _Answer(NamedTuple):
    """What a pair of characters may stand for; ``is_odd`` where nobody says it by accident."""

    readings: tuple[RiskWord, ...]
    is_odd: bool


_NOTHING: Final = _Answer((), False)


class Pairs:
    """Reads pairs of characters as the risk words that they sound like."""

    def __init__(self, lexicon: Lexicon, dictionary: Dictionary, completion: Completion) -> None:
        self._dictionary = dictionary
        self._completion = completion
        self._known = {*lexicon.ordinary, *(word.word for word in lexicon.risk_words)}
        self.by_sound: dict[str, list[RiskWord]] = {}
        for word in lexicon.risk_words:
            if len(word.word) == _SIZE:
                for heard in sounds().of_word(word.word):
                    self.by_sound.setdefault(heard, []).append(word)
        self._answers: dict[str, _Answer] = {}

    def find(self, text: str, places: Iterable[int], borders: Borders) -> list[Disguise]:
        """Disguised pairs among those at ``places``, in order, which sound like a risk word."""
        guesses: list[Guess] = []
        odd: set[int] = set()
        known = self._answers.get
        for start in places:
            pair = text[start : start + _SIZE]
            answer = known(pair) or self._answer(pair)
            if answer is _NOTHING or (guesses and start < guesses[-1].end):
                continue
            if not answer.is_odd and self._joins_neighbours(text, start):
                continue
            if borders.in_a_word(start) or borders.in_a_word(start + 1):
                continue
            guesses.append(Guess(start, start + _SIZE, answer.readings))
            if answer.is_odd:
                odd.add(start)
        if not guesses:
            return []
        settled = self._completion.settle(text, guesses)
        return [
            Disguise(
                one.start,
                one.end,
                one.word.word,
                round(one.word.weight * _SURE, 3),
                "homophone",
                one.word.code,
            )
            for number, one in enumerate(settled)
            if _holds(number, settled, odd)
        ]

    def _answer(self, pair: str) -> _Answer:
        if len(self._answers) >= _MOST_ANSWERS:
            self._answers.clear()
        answer = self._answers[pair] = self._new_answer(pair)
        return answer

    def _new_answer(self, pair: str) -> _Answer:
        if pair in self._known or pair[0] == pair[1] or self._dictionary.knows(pair):
            return _NOTHING
        words = self.by_sound.get(sounds().of(pair), ())
        readings = [word for word in words if _slurred(pair, word.word) == 0]
        is_odd = bool(readings) and _is_odd(pair, readings)
        if not readings:
            readings = [
                word for word in words if _slurred(pair, word.word) == 1 and _is_odd(pair, [word])
            ]
        if not is_odd:
            readings = [word for word in readings if self._completion.may_hold(word.word)]
        heaviest = sorted(readings, key=lambda word: -word.weight)
        return _Answer(tuple(heaviest), is_odd) if heaviest else _NOTHING

    def _joins_neighbours(self, text: str, start: int) -> bool:
        """Whether the pair may be of two words: cheaper to ask than where words begin and end."""
        end = start + _SIZE
        knows = self._dictionary.knows
        return (start > 0 and knows(text[start - 1 : start + 1])) or knows(text[end - 1 : end + 1])


def _slurred(pair: str, word: str) -> int:
    """How many characters are nearly the same syllable only (s for sh, an for ang)."""
    return sum(not same_syllable(said, meant) for said, meant in zip(pair, word, strict=True))


def _is_odd(pair: str, readings: Iterable[RiskWord]) -> bool:
    """Whether no character that differs from a reading is a word by itself."""
    return all(
        said == meant or said not in _ALONE
        for word in readings
        for said, meant in zip(pair, word.word, strict=True)
    )


def _holds(number: int, settled: list[Settled], odd: set[int]) -> bool:
    one = settled[number]
    if one.beyond > 0:
        return True
    if one.start not in odd:
        return False
    if one.beyond == 0 and one.word.weight >= _SERIOUS:
        return True
    if one.word.code == "medical_claim" and one.word.weight >= _DISEASE:
        return True
    return any(other.start in odd for other in among_others(number, settled))
