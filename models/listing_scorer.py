"""Verdicts on listings."""

import copy
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple, Self

import numpy as np

from data.listing import Listing
from data.record import Record
from data.snapshot import Snapshot
from data.taxonomy import Taxonomy
from data.verdict import Hit, Kind, LabelVerdict, Source, Verdict
from features.cues import CueReader
from features.finding import Finding
from models.artifact import Thresholds
from models.calibrated import probability_of, sigmoid
from models.claim import FIRES, Read, disguise_certainty
from models.explain import MOST_HITS, RESCORED, UNIT_SPEAKS
from models.judgement import NOTHING, Chances, Judgement, Opinion
from models.listing import ANY, ListingAssessment, ListingModel, prose, row_names
from models.policy import (
    BLOCK_AT,
    CERTAIN,
    CRITICAL,
    EXPLICIT_PROBABILITY,
    EXPLICIT_WEIGHT,
    LIKELY,
    PLAIN_WEIGHT,
)
from models.relisted import KnownCases, Noted, relisted_findings
from models.texts import item_texts
from models.verdicts import Versions, label_verdict, verdict

_EPOCH: Final = datetime(2026, 1, 1, tzinfo=UTC)
_REASONS: Final = 2

# The facts that trees weigh stand in fields of the listing; a reviewer looks there.
_FIELD_OF: Final[tuple[tuple[str, str], ...]] = (
    ("price", "price"),
    ("category_price", "price"),
    ("discount", "list_price"),
    ("sku", "skus"),
    ("bait", "skus"),
    ("title", "title"),
    ("brand", "title"),
    ("licence", "licences"),
    ("category_fit", "category"),
    ("contradiction", "attributes"),
    ("capacity", "attributes"),
    ("origin", "origin"),
    ("used", "condition"),
    ("refurbished", "condition"),
    ("edits", "edits_7d"),
    ("description", "description"),
    ("tenure", "merchant.tenure_days"),
    ("burst_of_new_shop", "merchant.tenure_days"),
    ("merchant_type", "merchant.type"),
    ("deposit", "merchant.deposit_ratio"),
    ("orders", "merchant.orders_30d"),
    ("quality_return", "merchant.quality_return_rate_30d"),
    ("negative_review", "merchant.negative_review_rate_30d"),
    ("fake_mention", "merchant.fake_mention_rate_30d"),
    ("dispute", "merchant.dispute_rate_30d"),
    ("late_shipment", "merchant.ship_48h_rate_30d"),
    ("refund_share", "merchant.refunds_30d"),
    ("violation_points", "merchant.violation_points_365d"),
    ("linked", "merchant.linked_sanctioned_shops"),
    ("ip_notices", "merchant.ip_notices"),
    ("sales_burst", "merchant.sales_burst"),
)


class _Cited(NamedTuple):
    field: str
    start: int | None
    end: int | None
    text: str
    cue: str
    resolved: str | None


class ListingScorer:
    """Verdicts on listings from a listing model at one operating point."""

    kind: Kind = "listings"

    def __init__(
        self,
        model: ListingModel,
        thresholds: Thresholds,
        versions: Versions,
        taxonomy: Taxonomy,
        known_bad: KnownCases | None = None,
    ) -> None:
        self.model = model
        self.thresholds = thresholds
        self.versions = versions
        self.taxonomy = taxonomy
        self.known_bad = known_bad
        self.model_version = versions.model
        self.policy_version = versions.policy
        self.lexicon_version = versions.lexicon
        self._plain_weight = PLAIN_WEIGHT[self.kind]
        self._names = row_names(model.heads, model.whole_heads)

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
        """Score one listing, so that every table has been touched."""
        self.score(Listing(data_id="warm", title="纯棉T恤 1:1", category="女装", price=9.9), _EPOCH)

    def score(self, item: Record, at: datetime) -> Verdict:
        """The verdict on one ``Listing``, as of its ``submitted_at`` or else ``at``."""
        return self.judge(item, at).verdict

    def judge(
        self,
        item: Record,
        at: datetime,
        filled: Mapping[str, object] = NOTHING,
        first_submitted: datetime | None = None,
    ) -> Judgement:
        """The verdict, and what it rests on; ``filled`` are fields that the ledger knows.

        ``first_submitted`` is given for a listing that is judged again, as of ``at``.
        """
        if not isinstance(item, Listing):
            raise TypeError(f"{type(item).__name__} is no Listing; this scorer judges listings")
        noted = Noted(self.known_bad)
        instant = at if first_submitted else item.submitted_at or at
        answer, opinion = self._noting(noted)._judged(item, instant, filled, first_submitted)
        snapshot = Snapshot(
            at=at,
            first_submitted=first_submitted,
            item=dict(filled),
            registry=self.versions.registry,
            earlier=noted.found(),
        )
        return Judgement(answer, snapshot, opinion)

    def chances(self, item: Listing, at: datetime) -> Chances:
        """What the scorer thinks of a listing before any threshold; cites nothing, so is quick."""
        assessment = self.assess(item, item.submitted_at or at)
        labels = self._label_chances(assessment)
        certain = {f.code for f in assessment.read.facts.findings if f.certainty >= CERTAIN}
        certain.update(self._explicit(assessment))
        certain.update(code for code, chance in labels.items() if chance >= BLOCK_AT)
        return Chances(
            self._unfloored(assessment),
            labels,
            settled=bool(self._plain(assessment)),
            blocks=any(self.taxonomy[code].default_action == "block" for code in certain),
        )

    def _noting(self, noted: Noted) -> "ListingScorer":
        """This scorer for one listing: what it looks up of earlier cases is noted down."""
        if self.known_bad is None:
            return self
        noting = copy.copy(self)
        noting.known_bad = noted
        return noting

    def _judged(
        self,
        sent: Listing,
        at: datetime,
        filled: Mapping[str, object],
        first_submitted: datetime | None,
    ) -> tuple[Verdict, Opinion]:
        item = sent.model_copy(update=filled) if filled else sent
        assessment = self.assess(item, at, first_submitted=first_submitted)
        probability = self._probability(assessment)
        labels = self._labels(item, at, assessment, probability)
        evasion = max(
            (disguise_certainty(read.reading) for read in assessment.read.texts.values()),
            default=0.0,
        )
        answer = verdict(
            self.kind, sent, sent.data_id, self.versions, at, probability, labels, evasion,
            filled=filled, again=first_submitted is not None,
        )  # fmt: skip
        return answer, self._opinion(assessment)

    def _opinion(self, assessment: ListingAssessment) -> Opinion:
        weight = max(assessment.read.weights.values(), default=0.0) / self._plain_weight
        certainty = max((f.certainty for f in _likely(assessment)), default=0.0)
        return Opinion(
            self.thresholds.flag,
            model=probability_of(assessment.logit),
            rules=min(1.0, max(weight, certainty / self.thresholds.flag)),
        )

    def assess(
        self,
        item: Listing,
        at: datetime,
        known: Mapping[str, Read] | None = None,
        first_submitted: datetime | None = None,
    ) -> ListingAssessment:
        """What the model says, and what earlier cases say of a relisted copy (重新上架).

        ``known`` are texts of it that have been read already, by field. Whoever had the text
        first copied it from nobody: ``first_submitted``, by default as the listing says.
        """
        assessment = self.model.assess(item, at, known)
        if self.known_bad is None:
            return assessment
        read = assessment.read
        earlier = relisted_findings(
            item, read.texts, self.known_bad, self.taxonomy, at, first_submitted
        )
        facts = read.facts._replace(findings=[*read.facts.findings, *earlier])
        return assessment._replace(read=read._replace(facts=facts))

    def _probability(self, assessment: ListingAssessment) -> float:
        """Model, lexicon and rules together: a likely finding outweighs a doubtful model."""
        plain = self.thresholds.flag if self._plain(assessment) else 0.0
        return max(self._unfloored(assessment), plain)

    def _unfloored(self, assessment: ListingAssessment) -> float:
        """The probability without what the lexicon alone lifts to the threshold."""
        certain = max((f.certainty for f in _likely(assessment)), default=0.0)
        explicit = EXPLICIT_PROBABILITY if self._explicit(assessment) else 0.0
        return max(probability_of(assessment.logit), certain, explicit)

    def _plain(self, assessment: ListingAssessment) -> list[str]:
        """The labels that the lexicon alone sends to review."""
        return [
            code for code, weight in assessment.read.weights.items() if weight >= self._plain_weight
        ]

    def _explicit(self, assessment: ListingAssessment) -> list[str]:
        weights = assessment.read.weights
        return [
            code
            for code, weight in weights.items()
            if weight >= EXPLICIT_WEIGHT and self.taxonomy[code].severity == CRITICAL
        ]

    def label_probabilities(self, assessment: ListingAssessment) -> dict[str, float]:
        """The probability of each label by model, rules and lexicon; 0 where none has a word."""
        found = self._label_chances(assessment)
        for code in self._plain(assessment):
            found[code] = max(found[code], self.thresholds.flag)
        return {**found, **dict.fromkeys(self._explicit(assessment), EXPLICIT_PROBABILITY)}

    def _label_chances(self, assessment: ListingAssessment) -> dict[str, float]:
        """The same without what the lexicon alone lifts to the threshold."""
        found = dict.fromkeys(self.model.codes, 0.0)
        logits = self.model.label_logits(assessment)
        found.update((code, probability_of(logit)) for code, logit in logits.items())
        for finding in _likely(assessment):
            found[finding.code] = max(found[finding.code], finding.certainty)
        for code, weight in assessment.read.weights.items():
            if weight >= FIRES and code not in logits:
                found[code] = max(found[code], probability_of(assessment.logit))
        return {**found, **dict.fromkeys(self._explicit(assessment), EXPLICIT_PROBABILITY)}

    def _labels(
        self, item: Listing, at: datetime, assessment: ListingAssessment, probability: float
    ) -> list[LabelVerdict]:
        if probability < self.thresholds.flag and not self.thresholds.labels:
            return []
        found = self.label_probabilities(assessment)
        reached = self.thresholds.reached_by(found)
        if probability < self.thresholds.flag and not reached:
            return []
        sure = {*self._plain(assessment), *reached}
        listed = {
            code: p for code, p in found.items() if p >= self.thresholds.label or code in sure
        }
        if not listed:
            likeliest = max(found, key=found.__getitem__)
            listed = {likeliest: found[likeliest]}
        ranked = sorted(listed, key=lambda code: (-listed[code], code))
        cited = {code: self._cited(item, assessment, code) for code in ranked}
        hits = self._hits(item, at, cited, assessment.read.texts)
        return [self._label(assessment, code, listed[code], hits[code]) for code in ranked]

    def _label(
        self, assessment: ListingAssessment, code: str, probability: float, hits: list[Hit]
    ) -> LabelVerdict:
        findings = [f for f in assessment.read.facts.findings if f.code == code]
        certain = any(f.certainty >= CERTAIN for f in findings)
        explicit = code in self._explicit(assessment)
        by_lexicon = assessment.read.weights.get(code, 0.0) >= FIRES
        source: Source = (
            "rule" if certain or explicit or findings else "lexicon" if by_lexicon else "model"
        )
        return label_verdict(
            self.taxonomy, code, probability, hits, source, deterministic=certain or explicit
        )

    def _cited(self, item: Listing, assessment: ListingAssessment, code: str) -> list[_Cited]:
        """Findings, cues, then the likeliest words; where no words speak, the weightiest facts."""
        findings = [f for f in assessment.read.facts.findings if f.code == code]
        cited = [_of_finding(item, assessment.read.texts, finding) for finding in findings]
        if assessment.read.weights.get(code, 0.0) >= FIRES:
            cited += _of_lexicon(item, assessment.read.texts, code)
        if not cited:
            cited = self._of_units(item, assessment, code, UNIT_SPEAKS)
        if not cited:
            cited = self._of_facts(item, assessment, code)
        if not cited:
            cited = self._of_units(item, assessment, code, 0.0)
        return _apart(cited)

    def _of_units(
        self, item: Listing, assessment: ListingAssessment, code: str, least: float
    ) -> list[_Cited]:
        """The words that the label's text head finds likeliest, if it finds them so."""
        if not len(assessment.units):
            return []
        column = 1 + self.model.heads.index(code) if code in self.model.heads else 0
        scores = sigmoid(assessment.units[:, column]).tolist()
        places = [
            (field, read, unit)
            for field, read in prose(assessment.read).items()
            for unit in read.units
        ]
        best = max(range(len(scores)), key=scores.__getitem__)
        if scores[best] < least:
            return []
        field, read, unit = places[best]
        start, end = read.normalised.span(unit.start, unit.end)
        return [_Cited(field, start, end, _text_at(item, field)[start:end], "model", None)]

    def _of_facts(self, item: Listing, assessment: ListingAssessment, code: str) -> list[_Cited]:
        """The fields whose known values add most to the log-odds; missing or zero is no reason."""
        head = self.model.boosted.get(code) or self.model.boosted[ANY]
        added = head.trees.contributions(assessment.row)
        cited: list[_Cited] = []
        for index in np.argsort(-added).tolist():
            field = _field_of(self._names[index])
            if added[index] <= 0 or len(cited) == _REASONS:
                break
            value = assessment.row[index]
            if (
                field
                and value
                and not np.isnan(value)
                and field not in {each.field for each in cited}
            ):
                cue = f"model: {self._names[index]}"
                cited.append(_Cited(field, None, None, _shown(item, field), cue, None))
        return cited

    def _hits(
        self,
        item: Listing,
        at: datetime,
        cited: Mapping[str, list[_Cited]],
        texts: Mapping[str, Read],
    ) -> dict[str, list[Hit]]:
        """Hits of each label; ``score_without`` for as many spans as ``RESCORED`` allows."""
        spans = [each for of_label in cited.values() for each in of_label if each.start is not None]
        size = sum(len(text) for _, text in item_texts(item))
        affordable = list(dict.fromkeys(spans))[: RESCORED // max(size, 1)]
        without = {each: self._without(item, at, each, texts) for each in affordable}
        return {
            code: [Hit(**each._asdict(), score_without=without.get(each)) for each in of_label]
            for code, of_label in cited.items()
        }

    def _without(
        self, item: Listing, at: datetime, cited: _Cited, texts: Mapping[str, Read]
    ) -> float:
        """The probability of the listing with the cited span cut out; only its field is read."""
        text = _text_at(item, cited.field)
        shorter = _with_text(item, cited.field, text[: cited.start] + text[cited.end :])
        kept = {field: read for field, read in texts.items() if field != cited.field}
        return self._probability(self.assess(shorter, at, kept))


def _likely(assessment: ListingAssessment) -> list[Finding]:
    return [each for each in assessment.read.facts.findings if each.certainty >= LIKELY]


def _of_finding(item: Listing, texts: Mapping[str, Read], finding: Finding) -> _Cited:
    """A finding where its words stand; a fact without words has no place."""
    read = texts.get(finding.field)
    at = read.normalised.text.find(finding.text) if read and finding.text else -1
    if read is None or at < 0:
        return _Cited(finding.field, None, None, finding.text, finding.cue, None)
    start, end = read.normalised.span(at, at + len(finding.text))
    words = _text_at(item, finding.field)[start:end]
    return _Cited(finding.field, start, end, words, finding.cue, None)


def _of_lexicon(item: Listing, texts: Mapping[str, Read], code: str) -> list[_Cited]:
    """The places of a label's cues, strongest first."""
    hits = [
        (hit, field, read)
        for field, read in texts.items()
        for hit in read.reading.hits
        if hit.code == code
    ]
    cited = []
    for hit, field, read in sorted(hits, key=lambda each: -each[0].weight):
        start, end = read.normalised.span(hit.start, hit.end)
        words = _text_at(item, field)[start:end]
        cited.append(_Cited(field, start, end, words, hit.cue, hit.resolved))
    return cited


def _apart(cited: Sequence[_Cited]) -> list[_Cited]:
    """The first ``MOST_HITS`` places, without those that overlap one before them."""
    chosen: list[_Cited] = []
    for each in cited:
        if not any(_overlap(each, other) for other in chosen):
            chosen.append(each)
        if len(chosen) == MOST_HITS:
            break
    return chosen


def _overlap(one: _Cited, other: _Cited) -> bool:
    if one.field != other.field:
        return False
    if one.start is None or one.end is None or other.start is None or other.end is None:
        return one.cue == other.cue and one.text == other.text
    return one.start < other.end and other.start < one.end


def _field_of(feature: str) -> str | None:
    return next((field for prefix, field in _FIELD_OF if feature.startswith(prefix)), None)


def _shown(item: Listing, field: str) -> str:
    """The value of a field as a short text."""
    value: Any = item
    for part in field.split("."):
        value = getattr(value, part, None)
    return "" if value is None or isinstance(value, list | dict) else str(value)[:80]


def _text_at(item: Listing, field: str) -> str:
    if field.startswith("attributes."):
        return (item.attributes or {})[field.removeprefix("attributes.")]
    if field.startswith("skus["):
        return (item.skus or [])[_sku_number(field)].name
    return str(getattr(item, field))


def _with_text(item: Listing, field: str, text: str) -> Listing:
    if field.startswith("attributes."):
        changed = {**(item.attributes or {}), field.removeprefix("attributes."): text}
        return item.model_copy(update={"attributes": changed})
    if field.startswith("skus["):
        skus = list(item.skus or [])
        number = _sku_number(field)
        skus[number] = skus[number].model_copy(update={"name": text})
        return item.model_copy(update={"skus": skus})
    return item.model_copy(update={field: text})


def _sku_number(field: str) -> int:
    return int(field.removeprefix("skus[").removesuffix("].name"))
