"""The answer when there is no model to give one: lexicon and rules alone."""

import copy
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Self

from data.listing import Listing
from data.record import Record
from data.segment import LiveSegment
from data.snapshot import Snapshot
from data.verdict import Hit, Kind, LabelVerdict, Suggestion, Verdict, harshest, risk_level
from features.cues import CueReader, label_weights
from features.listing import listing_features
from features.normalise import normalise
from models.claim import FIRES
from models.explain import MOST_HITS
from models.judgement import NOTHING, Judgement
from models.knowledge import Knowledge
from models.policy import CERTAIN, EXPLICIT_PROBABILITY, EXPLICIT_WEIGHT
from models.texts import item_texts
from models.verdicts import Versions, label_verdict, verdict


class LexiconScorer:
    """Lexicon and rules alone, for when there is no model that can be trusted to answer.

    Its answers are marked ``degraded``. ``mildest`` is the mildest suggestion it may give: with
    ``review`` whatever cannot be judged goes to a person.
    """

    model_version: str | None = None

    def __init__(self, kind: Kind, mildest: Suggestion, knowledge: Knowledge) -> None:
        self.kind = kind
        self.mildest = mildest
        self.knowledge = knowledge
        self.references = knowledge.references()
        self.reader = knowledge.reader()
        self.policy_version = f"degraded-{mildest}"
        self.lexicon_version = knowledge.version
        self.versions = Versions(
            model=None, policy=self.policy_version, lexicon=self.lexicon_version
        )

    def reading_with(self, reader: CueReader, lexicon_version: str) -> Self:
        """The same scorer with another reader of cues, whose version its answers name."""
        other = copy.copy(self)
        other.reader = reader
        other.versions = self.versions.model_copy(update={"lexicon": lexicon_version})
        other.lexicon_version = lexicon_version
        return other

    def warm(self) -> None:
        """Nothing waits: the lexicon is read when the scorer is made."""

    def score(self, item: Record, at: datetime) -> Verdict:
        """A verdict from cues in every text of the item and, for a listing, from its facts."""
        return self._answer(item, at, again=False)

    def _answer(self, item: Record, at: datetime, *, again: bool) -> Verdict:
        labels = list(self._of_lexicon(item))
        named = {label.code for label in labels}
        since = item.submitted_at if isinstance(item, Listing) and not again else None
        labels += [label for label in self._of_rules(item, since or at) if label.code not in named]
        probability = max((label.probability for label in labels), default=0.0)
        answer = verdict(
            self.kind, item, item_id(item), self.versions, at, probability, labels, 0.0,
            degraded=True, again=again,
        )  # fmt: skip
        suggestion = harshest([answer.suggestion, self.mildest])
        severities = [label.severity for label in labels] or [1]
        return answer.model_copy(
            update={
                "suggestion": suggestion,
                "risk_level": risk_level(suggestion, severities),
            }
        )

    def judge(
        self,
        item: Record,
        at: datetime,
        filled: Mapping[str, object] = NOTHING,
        first_submitted: datetime | None = None,
    ) -> Judgement:
        """The verdict on the item as it was sent; what the ledger knows of it changes no rule."""
        answer = self._answer(item, at, again=first_submitted is not None)
        return Judgement(answer, Snapshot(at=at, first_submitted=first_submitted))

    def _of_lexicon(self, item: Record) -> Iterator[LabelVerdict]:
        weights: dict[str, float] = {}
        hits: dict[str, list[Hit]] = {}
        for field, text in item_texts(item):
            normalised = normalise(text)
            reading = self.reader.read(normalised, text)
            for code, weight in label_weights(reading.hits).items():
                weights[code] = max(weights.get(code, 0.0), weight)
            for found in reading.hits:
                start, end = normalised.span(found.start, found.end)
                hit = Hit(
                    field=field,
                    start=start,
                    end=end,
                    text=text[start:end],
                    cue=found.cue,
                    resolved=found.resolved,
                )
                hits.setdefault(found.code, []).append(hit)
        for code, weight in sorted(weights.items(), key=lambda pair: -pair[1]):
            if weight >= FIRES:
                yield label_verdict(
                    self.knowledge.taxonomy,
                    code,
                    min(weight, 1.0) * EXPLICIT_PROBABILITY,
                    hits[code][:MOST_HITS],
                    "lexicon",
                    deterministic=weight >= EXPLICIT_WEIGHT,
                )

    def _of_rules(self, item: Record, instant: datetime) -> Iterator[LabelVerdict]:
        if not isinstance(item, Listing):
            return
        known = self.knowledge
        facts = listing_features(item, instant, self.references, self.reader.tokeniser)
        for code in dict.fromkeys(finding.code for finding in facts.findings):
            findings = [finding for finding in facts.findings if finding.code == code]
            certainty = max(finding.certainty for finding in findings)
            if certainty >= FIRES:
                hits = [
                    Hit(field=f.field, start=None, end=None, text=f.text, cue=f.cue)
                    for f in findings[:MOST_HITS]
                ]
                yield label_verdict(
                    known.taxonomy, code, certainty, hits, "rule",
                    deterministic=certainty >= CERTAIN,
                )  # fmt: skip


def item_id(item: Record) -> str:
    """The ``data_id`` of a listing or a segment."""
    if not isinstance(item, Listing | LiveSegment):
        raise TypeError(f"{type(item).__name__} is neither a LiveSegment nor a Listing")
    return item.data_id
