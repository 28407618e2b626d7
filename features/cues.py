"""Lexicon hits in normalised text, aware of word borders, negation and disclaimers (词典命中)."""

import copy
import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from data.lexicon import Cue, Lexicon
from features.allowed import Allowed, AllowedWords
from features.borders import Borders
from features.evasion.aliases import SHORT
from features.evasion.disguise import Disguise
from features.evasion.resolver import Resolution, Resolver
from features.normalise import Normalised
from features.prefilter import Extended, Patterns
from features.sentences import scopes
from features.tokenise import Tokeniser

DISCLAIMER_REACH: Final = 40
"""Characters: a disclaimer farther from a claim, even in the same sentence, does not excuse it."""

_CUE_REACH: Final = 40
"""Characters: no cue, with what it looks at around it, is longer."""

# 不能治病, 没有任何治疗作用, 别信什么根治: a negator, then only words that say nothing themselves.
_NEGATED: Final = re.compile(
    r"(?:(?<!能)(?<!不是)不能|(?<!可以)不可以?|(?<!会)不会|(?<!是)不是|(?<!有)没有?|没法|无法|(?<![特级])别|不要|请勿|勿|禁止|不得|并非|绝非|从不|拒绝"
    r"|不做|不卖|不代表|不等于|不敢|不承诺|不保证|不搞|不存在|未经?|谨防|小心|警惕)"
    r"(?:[是说讲信叫用来去拿它会能做卖有任何什么所谓那种这个直播间里的之类声称宣随便轻]{0,8})$"
    r"|(?<!不得)(?<!不是)(?<!能)(?<!会)不[是能会用说]?$"
)
_NEGATION_REACH: Final = 14

# Variants and attributes of one shop are those of the next: 均码, 纯棉, 6岁以上.
_BRIEF: Final = 16
_MOST_BRIEF: Final = 2_000


class CueHit(NamedTuple):
    """A cue at ``[start, end)`` of normalised text. ``resolved`` is the word behind a disguise."""

    code: str
    start: int
    end: int
    weight: float
    cue: str
    resolved: str | None


class Reading(NamedTuple):
    """What the lexicon finds in a text: hits that count, mitigations left out, and disguises.

    ``plain`` is the text with its disguises undone, which leads back to the text.
    """

    hits: tuple[CueHit, ...]
    disguises: tuple[Disguise, ...]
    plain: Resolution


class CueReader:
    """Finds cues and disguises of a lexicon. Remembers answers only: threads may share one."""

    def __init__(self, lexicon: Lexicon, tokeniser: Tokeniser) -> None:
        self.tokeniser = tokeniser
        self.resolver = Resolver(lexicon, tokeniser)
        self.cues = lexicon.cues
        self.prefiltered: Patterns = self.resolver.completion.prefiltered
        self._brief = lru_cache(_MOST_BRIEF)(self._read)
        self._allowed: Allowed | None = None

    def extended(self, cues: Sequence[Cue]) -> "CueReader":
        """A reader that knows these cues too, made within milliseconds: it shares all the rest.

        They count as the lexicon's own do, in text as said and in its plain reading; what tells
        disguises apart by the phrases that they would complete knows the lexicon's own only.
        """
        reader = copy.copy(self)
        reader.cues = (*self.cues, *cues)
        more = [cue.compiled() for cue in cues]
        reader.prefiltered = Extended(self.prefiltered, len(self.cues), more)
        reader._brief = lru_cache(_MOST_BRIEF)(reader._read)
        return reader

    def allowing(self, allowed: Sequence[AllowedWords]) -> "CueReader":
        """A reader for which a hit does not count where these words, as said, hold all of it.

        A disguise of them is not allowed by that, nor a cue that goes beyond them.
        """
        reader = copy.copy(self)
        reader._allowed = Allowed(allowed)
        return reader

    def read(self, folded: Normalised, raw: str) -> Reading:
        """Hits and disguises of a text, at their places in the folded text and ordered by them.

        Cues are looked for in the text as said and in its plain reading, and a disguised word
        that speaks for a label is itself a hit. A short hit counts only when neither of its ends
        splits a dictionary word (路口交通 has no 口交). A negated one does not count (不能治病),
        and a disclaimer near it takes its own weight off; what has none left is dropped.
        """
        found = self._brief(folded, raw) if len(raw) <= _BRIEF else self._read(folded, raw)
        if self._allowed is None or not found.hits:
            return found
        places = self._allowed.places(folded.text)
        counting = (hit for hit in found.hits if not places.covers(hit.code, hit.start, hit.end))
        return found._replace(hits=tuple(counting))

    def _read(self, folded: Normalised, raw: str) -> Reading:
        text = folded.text
        plain = self.resolver.resolve(text, self.resolver.hidden(raw, folded))
        said = self._cues(text, None)
        meant = self._meant(plain, said)
        disguised = [
            CueHit(one.code, one.start, one.end, one.weight, one.resolved, one.resolved)
            for one in plain.disguises
            if one.code is not None and one.weight > 0 and not _negated(text, one.start)
        ]
        found = [*said, *meant, *disguised]
        if not found:
            return Reading((), plain.disguises, plain)
        mitigations = [hit for hit in found if hit.weight < 0]
        hits = [hit for hit in found if hit.weight > 0]
        kept = _unmitigated(hits, mitigations, scopes(text)) if mitigations else hits
        return Reading(tuple(sorted(kept, key=_place)), plain.disguises, plain)

    def _cues(self, text: str, spans: list[tuple[int, int]] | None) -> list[CueHit]:
        """Cues that hold, the mitigating ones among them, within the spans if there are any."""
        matches = self.prefiltered.matches(text, spans)
        if not matches:
            return []
        borders = Borders(self.tokeniser, text)
        hits: list[CueHit] = []
        for index, start, end in matches:
            cue = self.cues[index]
            if cue.weight > 0 and (
                (end - start <= SHORT and borders.split_a_word(start, end)) or _negated(text, start)
            ):
                continue
            hits.append(CueHit(cue.code, start, end, cue.weight, cue.pattern, None))
        return hits

    def _meant(self, plain: Resolution, said: list[CueHit]) -> list[CueHit]:
        """The cues that only the plain reading shows, at their places in the text as said."""
        changes = plain.changes()
        if not changes:
            return []
        known = {(hit.cue, hit.start, hit.end) for hit in said}
        hits = []
        for hit in self._cues(plain.text, _around(changes, len(plain.text))):
            if all(hit.end < start or end < hit.start for start, end in changes):
                continue
            start, end = plain.span(hit.start, hit.end)
            if (hit.cue, start, end) not in known:
                meaning = plain.text[hit.start : hit.end]
                hits.append(hit._replace(start=start, end=end, resolved=meaning))
        return hits


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


def _around(changes: list[tuple[int, int]], size: int) -> list[tuple[int, int]]:
    """The spans in which a cue can touch a change; those that meet are one."""
    spans: list[tuple[int, int]] = []
    for start, end in changes:
        start, end = max(0, start - _CUE_REACH), min(size, end + _CUE_REACH)
        if spans and start <= spans[-1][1]:
            start = spans.pop()[0]
        spans.append((start, end))
    return spans


def _negated(text: str, start: int) -> bool:
    before = text[max(0, start - _NEGATION_REACH) : start]
    clause = re.split(r"[，。]", before)[-1]
    return _NEGATED.search(clause) is not None


def _unmitigated(
    hits: list[CueHit], mitigations: list[CueHit], spans: list[tuple[int, int]]
) -> list[CueHit]:
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
