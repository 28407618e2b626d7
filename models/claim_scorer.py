"""Verdicts on windows of speech."""

import copy
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final, NamedTuple, Self

from data.record import Record
from data.segment import LiveSegment
from data.snapshot import Snapshot
from data.verdict import Hit, Kind, LabelVerdict, Source, Verdict
from features.cues import CueReader
from features.said.comparison import said_findings
from features.said.finding import SaidFinding
from features.said.speech import Spoken
from models.artifact import Thresholds
from models.calibrated import probability_of, sigmoid
from models.claim import Assessment, ClaimModel
from models.explain import cited, with_scores
from models.judgement import NOTHING, Chances, Judgement, Opinion
from models.knowledge import Knowledge
from models.policy import (
    BLOCK_AT,
    CRITICAL,
    EXPLICIT_PROBABILITY,
    EXPLICIT_WEIGHT,
    PLAIN_WEIGHT,
    ClaimContext,
)
from models.texts import item_texts
from models.verdicts import Versions, label_verdict, verdict

CONFLICT: Final = 0.5
"""The certainty from which a contradiction between speech and listing goes to a reviewer."""

MOST_CONFLICTS: Final = 3
"""The contradictions that a label cites; each has two sides."""

_EPOCH: Final = datetime(2026, 1, 1, tzinfo=UTC)


Shifts = Mapping[str, float]


class _Field(NamedTuple):
    """One text of a segment, judged.

    ``explicit`` are the labels that a rule settles, ``plain`` those that the lexicon alone sends
    to review.
    """

    name: str
    text: str
    assessment: Assessment
    probability: float
    explicit: list[str]
    plain: list[str]


class ClaimScorer:
    """Verdicts on windows of speech from a claim model at one operating point."""

    kind: Kind = "claims"

    def __init__(
        self,
        model: ClaimModel,
        thresholds: Thresholds,
        versions: Versions,
        knowledge: Knowledge,
    ) -> None:
        self.model = model
        self.thresholds = thresholds
        self.versions = versions
        self.knowledge = knowledge
        self.taxonomy = knowledge.taxonomy
        self.context = ClaimContext(knowledge.licences)
        self.model_version = versions.model
        self.policy_version = versions.policy
        self.lexicon_version = versions.lexicon

    @property
    def reader(self) -> CueReader:
        """What reads texts for the model."""
        return self.model.reader

    def reading_with(self, reader: CueReader, lexicon_version: str) -> Self:
        """The same scorer with another reader of cues, whose version its answers name."""
        other = copy.copy(self)
        other.model = replace(self.model, reader=reader)
        other.versions = self.versions.model_copy(update={"lexicon": lexicon_version})
        other.lexicon_version = lexicon_version
        return other

    def warm(self) -> None:
        """Score one window, so that every table has been touched."""
        self.score(LiveSegment(data_id="warm", text="家人们，吃一个月血糖就下来了。"), _EPOCH)

    def score(self, item: Record, at: datetime) -> Verdict:
        """The verdict on one ``LiveSegment``: on what is said and on the text on screen.

        What they say is held against the listing, if it is known. A text without a letter is
        clean.
        """
        return self.judge(item, at).verdict

    def judge(
        self,
        item: Record,
        at: datetime,
        filled: Mapping[str, object] = NOTHING,
        first_submitted: datetime | None = None,
    ) -> Judgement:
        """The verdict, and what it rests on; nothing of a segment is filled in yet."""
        if not isinstance(item, LiveSegment):
            raise TypeError(f"{type(item).__name__} is no LiveSegment; this scorer judges speech")
        shifts = self.context.shifts(item, at)
        fields = [self._judge(name, text, shifts) for name, text in item_texts(item)]
        evasions = [probability_of(field.assessment.evasion) for field in fields]
        conflicts = self._conflicts(item, fields, at)
        chances = [
            *(field.probability for field in fields),
            *(conflict.certainty for conflict in conflicts),
        ]
        answer = verdict(
            self.kind,
            item,
            item.data_id,
            self.versions,
            at,
            max(chances, default=0.0),
            self._with_conflicts(self._labels(fields, shifts), conflicts),
            max(evasions, default=0.0),
            again=first_submitted is not None,
        )
        snapshot = Snapshot(at=at, first_submitted=first_submitted, registry=self.versions.registry)
        return Judgement(answer, snapshot, self._opinion(fields))

    def chances(self, item: LiveSegment, at: datetime) -> Chances:
        """What the scorer thinks of a segment before any threshold; cites nothing, so is quick."""
        shifts = self.context.shifts(item, at)
        fields = [self._judge(name, text, shifts) for name, text in item_texts(item)]
        labels = dict.fromkeys(self.model.codes, 0.0)
        probability = 0.0
        for field in fields:
            modelled = self._modelled(field.assessment, shifts)
            modelled = max(modelled, EXPLICIT_PROBABILITY if field.explicit else 0.0)
            probability = max(probability, modelled)
            for code, chance in self._label_chances(field.assessment, modelled, shifts).items():
                labels[code] = max(labels[code], chance)
        certain = {
            code for code, chance in labels.items()
            if chance >= BLOCK_AT and shifts.get(code, 0.0) >= 0
        }  # fmt: skip
        certain.update(code for field in fields for code in field.explicit)
        return Chances(
            probability,
            labels,
            settled=any(field.plain for field in fields) or bool(self._conflicts(item, fields, at)),
            blocks=any(self.taxonomy[code].default_action == "block" for code in certain),
        )

    def _opinion(self, fields: Sequence[_Field]) -> Opinion:
        spoken = [field.assessment for field in fields if field.assessment.read.units]
        weights = [weight for each in spoken for weight in each.weights.values()]
        return Opinion(
            self.thresholds.flag,
            model=max((probability_of(each.logit) for each in spoken), default=0.0),
            rules=min(1.0, max(weights, default=0.0) / PLAIN_WEIGHT[self.kind]),
        )

    def _conflicts(
        self, item: LiveSegment, fields: Sequence[_Field], at: datetime
    ) -> list[SaidFinding]:
        """What is said and contradicted by the listing, surely enough for a reviewer (货不对板)."""
        if item.listing is None and item.licences is None:
            return []
        found: list[SaidFinding] = []
        for field in fields:
            read = field.assessment.read
            spoken = Spoken(field.name, field.text, read.normalised, read.reading.plain)
            found.extend(said_findings(item, spoken, self.knowledge.said, at))
        return [one for one in found if one.certainty >= CONFLICT]

    def _with_conflicts(
        self, labels: list[LabelVerdict], conflicts: Sequence[SaidFinding]
    ) -> list[LabelVerdict]:
        """The labels with those of contradictions, each of which cites both sides.

        Recognisers mishear, so a contradiction is for a reviewer: it blocks nothing by itself.
        """
        by_code = {label.code: label for label in labels}
        for code in dict.fromkeys(conflict.code for conflict in conflicts):
            of_code = [conflict for conflict in conflicts if conflict.code == code]
            hits = [hit for conflict in of_code[:MOST_CONFLICTS] for hit in conflict.hits()]
            sureness = max(conflict.certainty for conflict in of_code)
            known = by_code.get(code)
            by_code[code] = (
                label_verdict(self.taxonomy, code, sureness, hits, "rule")
                if known is None
                else known.model_copy(
                    update={
                        "probability": max(known.probability, sureness),
                        "hits": [*known.hits, *hits],
                    }
                )
            )
        return sorted(by_code.values(), key=lambda label: (-label.probability, label.code))

    def _judge(self, name: str, text: str, shifts: Shifts) -> _Field:
        assessment = self.model.assess(text)
        probability = self._probability(assessment, shifts)
        plain = self._plain(assessment, shifts)
        explicit = [code for code in plain if self._settles(assessment, code)]
        return _Field(name, text, assessment, probability, explicit, plain)

    def _probability(self, assessment: Assessment, shifts: Shifts) -> float:
        """Model and lexicon together; context moves it as far as it moves the likeliest label.

        After the move another label may be the likeliest: a licence that allows one claim does
        not excuse the next.
        """
        if not assessment.read.units:
            return 0.0
        return max(self._modelled(assessment, shifts), self._floor(assessment, shifts))

    def _modelled(self, assessment: Assessment, shifts: Shifts) -> float:
        """What the model says, moved by the context; 0 of a text without a letter."""
        if not assessment.read.units:
            return 0.0
        shifted = assessment.labels + [shifts.get(code, 0.0) for code in self.model.codes]
        moved = float(shifted.max() - assessment.labels.max())
        return probability_of(assessment.logit + moved)

    def _floor(self, assessment: Assessment, shifts: Shifts) -> float:
        """What the lexicon alone is enough for: a block, a review, nothing."""
        plain = self._plain(assessment, shifts)
        if any(self._settles(assessment, code) for code in plain):
            return EXPLICIT_PROBABILITY
        return self.thresholds.flag if plain else 0.0

    def _plain(self, assessment: Assessment, shifts: Shifts) -> list[str]:
        if not assessment.read.units:
            return []
        return [
            code
            for code, weight in assessment.weights.items()
            if weight >= PLAIN_WEIGHT[self.kind] and shifts.get(code, 0.0) >= 0
        ]

    def _settles(self, assessment: Assessment, code: str) -> bool:
        critical = self.taxonomy[code].severity == CRITICAL
        return critical and assessment.weights[code] >= EXPLICIT_WEIGHT

    def _labels(self, fields: Sequence[_Field], shifts: Shifts) -> list[LabelVerdict]:
        """The labels of every field that is flagged; one that two fields show is listed once."""
        hits: dict[str, list[Hit]] = {}
        chances: dict[str, float] = {}
        explicit: set[str] = set()
        for field in fields:
            if not self._is_flagged(field, shifts):
                continue
            listed = self._listed(field, shifts)
            elsewhere = max((f.probability for f in fields if f is not field), default=0.0)
            for code, found in self._hits(field, listed, shifts, elsewhere).items():
                hits.setdefault(code, []).extend(found)
                chances[code] = max(chances.get(code, 0.0), listed[code])
            explicit.update(field.explicit)
        labels = [
            self._label(code, chance, hits[code], code in explicit, shifts.get(code, 0.0) < 0)
            for code, chance in chances.items()
        ]
        return sorted(labels, key=lambda label: (-label.probability, label.code))

    def _is_flagged(self, field: _Field, shifts: Shifts) -> bool:
        """By its probability, by the lexicon alone, or by a label at its own threshold."""
        if field.probability >= self.thresholds.flag or field.plain:
            return True
        if not self.thresholds.labels:
            return False
        chances = self._label_chances(field.assessment, field.probability, shifts)
        return bool(self.thresholds.reached_by(chances))

    def _label_chances(
        self, assessment: Assessment, probability: float, shifts: Shifts
    ) -> dict[str, float]:
        """The probability of each label, none above that of the text."""
        codes = self.model.codes
        shifted = assessment.labels + [shifts.get(code, 0.0) for code in codes]
        return {
            code: min(alone, probability)
            for code, alone in zip(codes, sigmoid(shifted).tolist(), strict=True)
        }

    def _listed(self, field: _Field, shifts: Shifts) -> dict[str, float]:
        """The labels to list, with their probability: those likely enough, or the likeliest."""
        found = self._label_chances(field.assessment, field.probability, shifts)
        found.update(dict.fromkeys(field.plain, field.probability))
        ranked = sorted(found, key=lambda code: -found[code])
        sure = {*field.plain, *self.thresholds.reached_by(found)}
        likely = [code for code in ranked if found[code] >= self.thresholds.label or code in sure]
        return {code: found[code] for code in likely or ranked[:1]}

    def _hits(
        self, field: _Field, codes: Iterable[str], shifts: Shifts, elsewhere: float
    ) -> dict[str, list[Hit]]:
        """Hits of each label; a span that two labels cite is taken out and scored once.

        ``elsewhere`` is the probability that the item's other texts keep up.
        """
        spans = {code: cited(self.model, field.assessment, code) for code in codes}
        distinct = list(dict.fromkeys(span for cited_ in spans.values() for span in cited_))

        def score(texts: list[str]) -> list[float]:
            variants = self.model.assess_all(texts, field.assessment)
            return [max(self._probability(each, shifts), elsewhere) for each in variants]

        hits = with_scores(field.name, field.text, distinct, score)
        scored = dict(zip(distinct, hits, strict=True))
        return {code: [scored[span] for span in cited_] for code, cited_ in spans.items()}

    def _label(
        self, code: str, probability: float, hits: list[Hit], rule: bool, allowed: bool
    ) -> LabelVerdict:
        by_lexicon = any(hit.cue != "model" for hit in hits)
        source: Source = "rule" if rule else "lexicon" if by_lexicon else "model"
        return label_verdict(
            self.taxonomy, code, probability, hits, source, deterministic=rule, allowed=allowed
        )
