"""Syllables dropped into a word: 关某节, 祛什么斑, 周和期, 某吸某收 (插字)."""

import re
from collections.abc import Iterator
from typing import Final

from features.evasion.disguise import Disguise
from features.evasion.shapes import VERBS, Dictionary, Found, Shape
from features.evasion.sounds import sounds

_SURE: Final = "某"
_MUMBLED: Final = "抹谋猛锰牡檬亩"
# 心脑, 肝肾: said with 和 between them they are two things, not one in disguise.
_PAIRS: Final = frozenset({"肠胃", "胃肠", "气血", "肝肾", "脾胃", "心脑", "质量", "问题"})
# 某 before these is a determiner: 一某人, 在某地.
_DETERMINED: Final = "个些种人天年月日处地某款位家一类方样件事公程段句国省市县校"
# 陈某说: a name withheld.
_SURNAMES: Final = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林罗郑梁谢宋唐许邓冯韩曹曾彭肖蔡潘田董袁于余"
# 某化某学, 某三母精: whatever the word is, nobody speaks so without a reason.
_LITTERED: Final = re.compile(rf"(?:{_SURE}(?![{_DETERMINED}])[\u4e00-\u9fff]){{2,}}")
_SIGN: Final = re.compile(f"[{_SURE}{_MUMBLED}]")
_INFIX: Final = re.compile(rf"(?=([\u4e00-\u9fff])([{_SURE}{_MUMBLED}])([\u4e00-\u9fff]))")

_WHAT: Final = "什么"
_BREATHS: Final = "过个啊嗯"


def shapes(word_sounds: str) -> Iterator[Shape]:
    """The sounds of a word with a syllable between its characters, or before each of them."""
    mumble, also, what = _syllables()
    size = len(word_sounds)
    breaths = sounds().of(_BREATHS)
    for gap in range(1, size):
        for filler in (mumble, also, what, mumble + mumble, *breaths):
            yield _shape(word_sounds, {gap: filler})
    if size == 2:
        for filler in (mumble, also, what):
            yield _shape(word_sounds, {0: filler, 1: filler})
    elif size <= 4:
        yield _shape(word_sounds, dict.fromkeys(range(1, size), mumble))
        yield _shape(word_sounds, dict.fromkeys(range(size), mumble))


def sureness(found: Found, dictionary: Dictionary) -> float:
    """How sure a match is deliberate, from 0 (none at all) to 1."""
    size, exact = len(found.word), found.exact
    if not exact:
        return 0.0
    added = found.added
    if dictionary.knows(found.text[found.start : found.end]) or _stutters(found):
        return 0.0
    if set(added) <= {_SURE}:
        return _some(found, exact == size, 1.0, 0.85)
    if added.startswith(_WHAT):
        if found.splits_a_word:
            return 0.0
        return 0.8 if exact == size else 0.6
    if set(added) & set("们么没名明面民"):
        return 0.0
    is_odd = not _makes_words(found, dictionary)
    if added in _BREATHS:
        is_phrase = found.word[0] in VERBS or found.splits_a_word
        return 0.7 if exact == size and is_odd and not is_phrase else 0.0
    if added[0] in "和合河盒核喝荷何":
        if found.word in _PAIRS or not is_odd:
            return 0.0
        return _some(found, exact == size, 0.75, 0.6)
    if exact == size:
        return 0.9 if is_odd else 0.7
    return 0.7 if is_odd and not found.splits_a_word else 0.0


def find_infixes(text: str, dictionary: Dictionary) -> list[Disguise]:
    """Ordinary words with 某 or a mumbled syllable inside (含某量), and words littered with 某."""
    if not _SIGN.search(text):
        return []
    found = [
        Disguise(*match.span(), match[0].replace(_SURE, ""), _INFIX_WEIGHT, "filler")
        for match in _LITTERED.finditer(text)
    ]
    for match in _INFIX.finditer(text):
        before, filler, after = match.groups()
        if filler == _SURE and after in _DETERMINED:
            continue
        if filler == _SURE and before in _SURNAMES:
            continue
        if dictionary.knows(filler + after) or dictionary.knows(before + filler):
            continue
        if dictionary.knows(before + after):
            start = match.start()
            found.append(Disguise(start, start + 3, before + after, _INFIX_WEIGHT, "filler"))
    return found


_INFIX_WEIGHT: Final = 0.35


def _some(found: Found, is_exact: bool, sure: float, likely: float) -> float:
    if is_exact:
        return sure
    return 0.0 if found.splits_a_word else likely


def _stutters(found: Found) -> bool:
    """Whether what is dropped in only repeats the word: 屏幕幕."""
    return bool(set(found.added) & set(found.word))


def _makes_words(found: Found, dictionary: Dictionary) -> bool:
    """Whether a syllable dropped in makes an ordinary word with a neighbour (毛病, 混合)."""
    for offset in found.shape.added:
        place = found.start + offset
        if dictionary.knows(found.text[place : place + 2]):
            return True
        if place and dictionary.knows(found.text[place - 1 : place + 1]):
            return True
    return False


def _syllables() -> tuple[str, str, str]:
    table = sounds()
    return table.syllable("mou"), table.syllable("he"), table.of(_WHAT)


def _shape(word_sounds: str, fillers: dict[int, str]) -> Shape:
    pieces: list[str] = []
    places: list[tuple[int, int]] = []
    added: list[int] = []
    at = 0
    for index, sound in enumerate(word_sounds):
        filler = fillers.get(index, "")
        added.extend(range(at, at + len(filler)))
        at += len(filler)
        pieces += [filler, sound]
        places.append((at, index))
        at += 1
    return Shape("filler", "".join(pieces), tuple(places), tuple(added))
