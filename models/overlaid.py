"""A scorer with urgent knowledge beside its lexicon (紧急知识), as of the instant of scoring."""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Final, Protocol, Self

from data.lexicon import Cue
from data.overlay import InForce, Overlay, Scope
from data.record import Record
from data.verdict import Kind, Verdict
from features.allowed import AllowedWords
from features.cues import CueReader
from models.judgement import NOTHING, Judgement

_STRETCHES: Final = 8
_VARIANTS: Final = 256
"""Readers that are kept: one for each stretch of time, and scopes that items lie in."""


class Overlayable(Protocol):
    """A scorer whose reader of cues can give way to another."""

    kind: Kind
    model_version: str | None
    policy_version: str
    lexicon_version: str

    @property
    def reader(self) -> CueReader:
        """What reads texts for it."""

    def reading_with(self, reader: CueReader, lexicon_version: str) -> Self:
        """The same scorer with another reader of cues, whose version its answers name."""

    def score(self, item: Record, at: datetime) -> Verdict:
        """The verdict as of the instant."""

    def judge(
        self,
        item: Record,
        at: datetime,
        filled: Mapping[str, object] = NOTHING,
        first_submitted: datetime | None = None,
    ) -> Judgement:
        """The verdict, and what it rests on; ``filled`` are fields that the ledger knows.

        ``first_submitted`` is given for an item that is judged again.
        """

    def warm(self) -> None:
        """Do once whatever the first score would otherwise wait for."""


class OverlaidScorer:
    """Answers as the scorer would whose lexicon held the entries in force, and no other.

    ``lexicon_version`` is that of the lexicon by itself; an answer names ``LEXICON+ENTRIES``
    while entries are in force for its kind. Threads may share one.
    """

    def __init__(self, scorer: Overlayable, overlay: Overlay) -> None:
        self.scorer = scorer
        self.overlay = overlay
        self.kind = scorer.kind
        self.model_version = scorer.model_version
        self.policy_version = scorer.policy_version
        self.lexicon_version = scorer.lexicon_version
        self._reader = lru_cache(_STRETCHES)(self._reader_of)
        self._variant = lru_cache(_VARIANTS)(self._variant_of)

    def lexicon_version_at(self, at: datetime) -> str:
        """The lexicon's version that an answer names at an instant."""
        return _named(self.lexicon_version, self.overlay.in_force(self.kind, at))

    def warm(self) -> None:
        """Warm what scores; what an entry adds is made within milliseconds when first asked for."""
        self.scorer.warm()

    def score(self, item: Record, at: datetime) -> Verdict:
        """The verdict with the entries in force at the instant and the allowances of the item."""
        return self.scorer_of(item, at).score(item, at)

    def judge(
        self,
        item: Record,
        at: datetime,
        filled: Mapping[str, object] = NOTHING,
        first_submitted: datetime | None = None,
    ) -> Judgement:
        """As ``score``, with what the verdict rests on."""
        return self.scorer_of(item, at).judge(item, at, filled, first_submitted)

    def scorer_of(self, item: Record, at: datetime) -> Overlayable:
        """What judges an item at an instant."""
        force = self.overlay.in_force(self.kind, at)
        return self._variant(force, force.scopes(item)) if force.version else self.scorer

    def _variant_of(self, force: InForce, scopes: tuple[Scope, ...]) -> Overlayable:
        reader = self._reader(force)
        if allowances := force.allowances(scopes):
            reader = reader.allowing([AllowedWords(one.code, one.words) for one in allowances])
        return self.scorer.reading_with(reader, _named(self.lexicon_version, force))

    def _reader_of(self, force: InForce) -> CueReader:
        cues = [
            Cue(code=one.code, pattern=one.pattern, kind="literal", weight=one.weight, note="")
            for one in force.cues
        ]
        return self.scorer.reader.extended(cues) if cues else self.scorer.reader


def _named(lexicon_version: str, force: InForce) -> str:
    return f"{lexicon_version}+{force.version}" if force.version else lexicon_version
