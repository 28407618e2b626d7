"""Verdicts on windows of speech."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from data.record import Record
from data.segment import LiveSegment
from data.taxonomy import Taxonomy
from data.verdict import Hit, LabelVerdict, Source, Verdict
from features.cues import label_weights
from models.artifact import Kind, Thresholds
from models.calibrated import sigmoid
from models.claim import Assessment, ClaimModel, evasion_probability
from models.explain import Span, cited, with_scores
from models.policy import CRITICAL, EXPLICIT_PROBABILITY, EXPLICIT_WEIGHT, ClaimContext
from models.verdicts import Versions, label_verdict, verdict

_EPOCH: Final = datetime(2026, 1, 1, tzinfo=UTC)


class ClaimScorer:
    """Verdicts on windows of speech from a claim model at one operating point."""

    kind: Kind = "claims"

    def __init__(
        self,
        model: ClaimModel,
        thresholds: Thresholds,
        versions: Versions,
        taxonomy: Taxonomy,
        context: ClaimContext,
    ) -> None:
        self.model = model
        self.thresholds = thresholds
        self.versions = versions
        self.taxonomy = taxonomy
        self.context = context
        self.model_version = versions.model
        self.policy_version = versions.policy
        self.lexicon_version = versions.lexicon

    def warm(self) -> None:
        """Score one window, so that every table has been touched."""
        self.score(LiveSegment(data_id="warm", text="家人们，吃一个月血糖就下来了。"), _EPOCH)

    def score(self, item: Record, at: datetime) -> Verdict:
        """The verdict on one ``LiveSegment``; a text without a letter is clean."""
        if not isinstance(item, LiveSegment):
            raise TypeError(f"{type(item).__name__} is no LiveSegment; this scorer judges speech")
        assessment = self.model.assess(item.text)
        shifts = self.context.shifts(item, at)
        probability = self._probability(assessment, shifts)
        labels = self._labels(item, assessment, shifts, probability)
        return verdict(
            self.kind, item, item.data_id, self.versions, at, probability, labels,
            evasion_probability(assessment.read.reading),
        )  # fmt: skip

    def _probability(self, assessment: Assessment, shifts: Mapping[str, float]) -> float:
        """Model and lexicon together; context moves it as far as it moves the likeliest label.

        After the move another label may be the likeliest: a licence that allows one claim does
        not excuse the next.
        """
        if not assessment.read.units:
            return 0.0
        shifted = assessment.labels + [shifts.get(code, 0.0) for code in self.model.codes]
        moved = float(shifted.max() - assessment.labels.max())
        probability = float(sigmoid(assessment.logit + moved))
        explicit = self._explicit(assessment, shifts)
        return max(probability, EXPLICIT_PROBABILITY) if explicit else probability

    def _explicit(self, assessment: Assessment, shifts: Mapping[str, float]) -> list[str]:
        if not assessment.read.units:
            return []
        weights = label_weights(assessment.read.reading.hits)
        return [
            code
            for code, weight in weights.items()
            if weight >= EXPLICIT_WEIGHT
            and self.taxonomy[code].severity == CRITICAL
            and shifts.get(code, 0.0) >= 0
        ]

    def _labels(
        self,
        item: LiveSegment,
        assessment: Assessment,
        shifts: Mapping[str, float],
        probability: float,
    ) -> list[LabelVerdict]:
        explicit = self._explicit(assessment, shifts)
        if probability < self.thresholds.flag and not explicit:
            return []
        found = self._label_probabilities(assessment, shifts, probability, explicit)
        listed = {c: p for c, p in found.items() if p >= self.thresholds.label or c in explicit}
        if not listed:
            likeliest = max(found, key=found.__getitem__)
            listed = {likeliest: found[likeliest]}
        spans = {code: cited(self.model, assessment, code) for code in listed}
        hits = self._hits(item, spans, shifts)
        verdicts = [
            self._label(code, p, hits[code], code in explicit) for code, p in listed.items()
        ]
        return sorted(verdicts, key=lambda label: (-label.probability, label.code))

    def _label_probabilities(
        self,
        assessment: Assessment,
        shifts: Mapping[str, float],
        probability: float,
        explicit: Sequence[str],
    ) -> dict[str, float]:
        logits = [
            float(logit) + shifts.get(code, 0.0)
            for code, logit in zip(self.model.codes, assessment.labels, strict=True)
        ]
        found = {
            code: min(float(sigmoid(logit)), probability)
            for code, logit in zip(self.model.codes, logits, strict=True)
        }
        return {**found, **dict.fromkeys(explicit, probability)}

    def _hits(
        self, item: LiveSegment, spans: Mapping[str, list[Span]], shifts: Mapping[str, float]
    ) -> dict[str, list[Hit]]:
        """Hits of each label; a span that two labels cite is taken out and scored once."""
        distinct = list(dict.fromkeys(span for cited_ in spans.values() for span in cited_))

        def score(texts: list[str]) -> list[float]:
            return [self._probability(a, shifts) for a in self.model.assess_all(texts)]

        scored = dict(zip(distinct, with_scores("text", item.text, distinct, score), strict=True))
        return {code: [scored[span] for span in cited_] for code, cited_ in spans.items()}

    def _label(self, code: str, probability: float, hits: list[Hit], rule: bool) -> LabelVerdict:
        by_lexicon = any(hit.cue != "model" for hit in hits)
        source: Source = "rule" if rule else "lexicon" if by_lexicon else "model"
        return label_verdict(self.taxonomy, code, probability, hits, source, deterministic=rule)
