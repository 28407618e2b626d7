"""Lexicon hits in normalised text, aware of word borders, negation and disclaimers (词典命中)."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from typing import Final, NamedTuple

from ahocorasick_rs import AhoCorasick

from data.lexicon import Alias, Lexicon
from features.anchors import anchors
from features.sentences import scopes
from features.tokenise import Tokeniser

SHORT: Final = 4
"""Characters: a longer match does not come about by accident across word borders."""

DISCLAIMER_REACH: Final = 40
"""Characters: a disclaimer farther from a claim, even in the same sentence, does not excuse it."""

# 不能治病, 没有任何治疗作用, 别信什么根治: a negator, then only words that say nothing themselves.
_NEGATED: Final = re.compile(
    r"(?:(?<!能)(?<!不是)不能|(?<!可以)不可以?|(?<!会)不会|(?<!是)不是|(?<!有)没有?|没法|无法|(?<![特级])别|不要|请勿|勿|禁止|不得|并非|绝非|从不|拒绝"
    r"|不做|不卖|不代表|不等于|不敢|不承诺|不保证|不搞|不存在|未经?|谨防|小心|警惕)"
    r"(?:[是说讲信叫用来去拿它会能做卖有任何什么所谓那种这个直播间里的之类声称宣随便轻]{0,8})$"
    r"|(?<!不得)(?<!不是)(?<!能)(?<!会)不[是能会用说]?$"
)
_NEGATION_REACH: Final = 14


class CueHit(NamedTuple):
    """A cue at ``[start, end)`` of normalised text. ``resolved`` is the word behind a disguise."""

    code: str
    start: int
    end: int
    weight: float
    cue: str
    resolved: str | None


class Disguise(NamedTuple):
    """A disguised word at ``[start, end)``; ``weight`` is how sure the disguise is deliberate."""

    start: int
    end: int
    resolved: str
    weight: float


class Reading(NamedTuple):
    """What the lexicon finds in a text: hits that count, mitigations left out, and disguises."""

    hits: tuple[CueHit, ...]
    disguises: tuple[Disguise, ...]


class _Pattern(NamedTuple):
    code: str | None
    regex: re.Pattern[str]
    weight: float
    cue: str
    resolved: str | None
    is_alias: bool


class CueReader:
    """Finds cues and disguises of a lexicon. Reading has no state: threads may share one."""

    def __init__(self, lexicon: Lexicon, tokeniser: Tokeniser) -> None:
        self.tokeniser = tokeniser
        self._patterns = [*_cue_patterns(lexicon), *map(_alias_pattern, lexicon.aliases)]
        self._always: list[int] = []
        owners: dict[str, list[int]] = {}
        for index, pattern in enumerate(self._patterns):
            found = anchors(pattern.regex.pattern)
            if found is None:
                self._always.append(index)
            for anchor in found or ():
                owners.setdefault(anchor, []).append(index)
        self._owners = list(owners.values())
        self._automaton = AhoCorasick(list(owners))

    def read(self, text: str) -> Reading:
        """Hits and disguises in normalised text, ordered by place.

        A short hit counts only when neither of its ends splits a dictionary word (路口交通 has no
        口交). A negated one does not count (不能治病), and a disclaimer near it takes its own
        weight off; what has none left is dropped.
        """
        if not (matches := self._matches(text)):
            return Reading((), ())
        borders = _Borders(self.tokeniser, text)
        mitigations: list[CueHit] = []
        hits: list[CueHit] = []
        disguises: list[Disguise] = []
        for pattern, start, end in matches:
            mitigates = pattern.weight < 0
            if not mitigates and end - start <= SHORT and borders.split_a_word(start, end):
                continue
            if pattern.resolved is not None:
                disguises.append(Disguise(start, end, pattern.resolved, pattern.weight))
            if pattern.code is None:
                continue
            hit = CueHit(pattern.code, start, end, pattern.weight, pattern.cue, pattern.resolved)
            if mitigates:
                mitigations.append(hit)
            elif pattern.weight > 0 and not _negated(text, start):
                hits.append(hit)
        kept = _unmitigated(hits, mitigations, scopes(text)) if hits else []
        return Reading(tuple(sorted(kept, key=_place)), tuple(sorted(disguises)))

    def _matches(self, text: str) -> list[tuple[_Pattern, int, int]]:
        found = self._automaton.find_matches_as_indexes(text, overlapping=True)
        candidates = set(self._always)
        for anchor in {index for index, _, _ in found}:
            candidates.update(self._owners[anchor])
        return [
            (self._patterns[index], *match.span())
            for index in sorted(candidates)
            for match in self._patterns[index].regex.finditer(text)
            if match.end() > match.start()
        ]


def label_weights(hits: Sequence[CueHit]) -> dict[str, float]:
    """The summed weight of each label's cues; of cues that overlap, only the strongest counts.

    A cue counts once however often it is said: who sells blood pressure meters (血压计) names
    the disease in every other sentence and claims nothing.
    """
    taken: dict[str, list[tuple[int, int]]] = {}
    weights: dict[str, float] = {}
    counted: set[tuple[str, str]] = set()
    for hit in sorted(hits, key=lambda hit: -hit.weight):
        if (hit.code, hit.cue) in counted:
            continue
        of_label = taken.setdefault(hit.code, [])
        # Spans that are taken do not overlap, so only the two around the hit can be in its way.
        place = bisect_left(of_label, (hit.start, hit.end))
        is_free = place == len(of_label) or hit.end <= of_label[place][0]
        if is_free and (place == 0 or of_label[place - 1][1] <= hit.start):
            of_label.insert(place, (hit.start, hit.end))
            counted.add((hit.code, hit.cue))
            weights[hit.code] = weights.get(hit.code, 0.0) + hit.weight
    return weights


class _Borders:
    """Word borders, cut only around what is asked for: most texts are asked little."""

    def __init__(self, tokeniser: Tokeniser, text: str) -> None:
        self._tokeniser = tokeniser
        self._text = text
        self._cut: dict[int, set[int]] = {}

    def split_a_word(self, start: int, end: int) -> bool:
        return start in self._inside(start) or end in self._inside(end)

    def _inside(self, position: int) -> set[int]:
        """Positions strictly inside dictionary words of the clause around ``position``."""
        begin = max(self._text.rfind(mark, 0, position) for mark in "，。 ") + 1
        if begin not in self._cut:
            ends = (self._text.find(mark, position) for mark in "，。 ")
            end = min((found for found in ends if found >= 0), default=len(self._text))
            self._cut[begin] = self._tokeniser.inside_words(self._text, begin, end)
        return self._cut[begin]


def _cue_patterns(lexicon: Lexicon) -> list[_Pattern]:
    return [
        _Pattern(cue.code, cue.compiled(), cue.weight, cue.pattern, None, False)
        for cue in lexicon.cues
    ]


def _alias_pattern(alias: Alias) -> _Pattern:
    return _Pattern(alias.code, alias.compiled(), alias.weight, alias.surface, alias.resolved, True)


def _negated(text: str, start: int) -> bool:
    before = text[max(0, start - _NEGATION_REACH) : start]
    clause = re.split(r"[，。]", before)[-1]
    return _NEGATED.search(clause) is not None


def _unmitigated(
    hits: list[CueHit], mitigations: list[CueHit], spans: list[tuple[int, int]]
) -> list[CueHit]:
    if not mitigations:
        return hits
    of_label: dict[str, list[CueHit]] = {}
    for mitigation in sorted(mitigations, key=_place):
        of_label.setdefault(mitigation.code, []).append(mitigation)
    starts = [start for start, _ in spans]
    lowered = (_mitigated(hit, of_label.get(hit.code, []), starts) for hit in hits)
    return [hit for hit in lowered if hit.weight > 0]


def _mitigated(hit: CueHit, mitigations: list[CueHit], starts: list[int]) -> CueHit:
    """The hit less the disclaimers, ordered by place, of its sentence that reach it."""
    sentence = bisect_right(starts, hit.start)
    # A disclaimer is itself no longer than the reach.
    first = bisect_left(mitigations, hit.start - 2 * DISCLAIMER_REACH, key=_start)
    last = bisect_right(mitigations, hit.end + DISCLAIMER_REACH, key=_start)
    near = [
        m.weight
        for m in mitigations[first:last]
        if _gap(m, hit) <= DISCLAIMER_REACH and bisect_right(starts, m.start) == sentence
    ]
    return hit._replace(weight=round(hit.weight + sum(near), 6)) if near else hit


def _gap(one: CueHit, other: CueHit) -> int:
    return max(one.start - other.end, other.start - one.end, 0)


def _start(hit: CueHit) -> int:
    return hit.start


def _place(hit: CueHit) -> tuple[int, int, str]:
    return hit.start, hit.end, hit.cue
