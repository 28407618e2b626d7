"""Evaluating an artefact on labelled rows, or the recipe by grouped cross-validation."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from data.segment import LiveSegment
from data.split import SplitError, grouped_folds, time_split
from data.verdict import Verdict
from models.calibrated import sigmoid
from models.claim_scorer import ClaimScorer
from models.knowledge import Knowledge
from models.listing_scorer import ListingScorer
from models.verdicts import Versions
from training.assemble import ClaimDoc
from training.build import SEED, listing_points
from training.claims import fit_claims
from training.evaluate import evaluation
from training.evidence import Cited, cited, evidence_quality
from training.facets import claim_facets, found_disguise, listing_facets
from training.guard import counted, guard
from training.listings import ListingDoc, fit_listings, reference_prices
from training.rooms import room_report
from training.thresholds import claim_points

Report = Callable[[str], None]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

_INNER_FOLDS = 3
_PLACE = {"platform", "room_id", "host_id", "channel", "start_s", "end_s", "category"}


def cross_validate(
    docs: Sequence[ClaimDoc],
    seeds: Sequence[ClaimDoc],
    knowledge: Knowledge,
    folds: int,
    at: datetime,
    report: Report,
) -> dict[str, Any]:
    """Measure the recipe on ``docs``: each is scored by a model that saw none of its group.

    It is scored as the service would, with what its row says of the goods and with the lexicon.
    ``seeds`` train in every fold and are not measured. Thresholds come from the training part
    of each fold; the one reported is their mean.
    """
    judged = _JudgedClaims.blank(len(docs), knowledge)
    for number, held_out in enumerate(grouped_folds([d.group for d in docs], folds, SEED), 1):
        report(f"fold {number} of {folds}")
        held = set(held_out.tolist())
        training = [*seeds, *(doc for index, doc in enumerate(docs) if index not in held)]
        fitted = fit_claims(
            training, knowledge.taxonomy.codes, knowledge.reader(), report, folds=_INNER_FOLDS
        )
        points = claim_points(training, fitted, knowledge)
        versions = Versions(model=None, policy="cross-validation", lexicon=knowledge.version)
        scorer = ClaimScorer(fitted.model, points["balanced"], versions, knowledge)
        judged.fill(docs, held_out, scorer, at)
    return judged.report(docs)


def evaluate_scorer(
    docs: Sequence[ClaimDoc], scorer: ClaimScorer, knowledge: Knowledge, at: datetime
) -> dict[str, Any]:
    """Measure an artefact on rows that it was not trained on; whether it was is not checked."""
    judged = _JudgedClaims.blank(len(docs), knowledge)
    judged.fill(docs, np.arange(len(docs)), scorer, at)
    return judged.report(docs) | {"regression": counted(guard(scorer))}


def cross_validate_listings(
    docs: Sequence[ListingDoc],
    always: Sequence[ListingDoc],
    knowledge: Knowledge,
    folds: int,
    at: datetime,
    report: Report,
) -> dict[str, Any]:
    """Measure the listing recipe on ``docs``, as ``cross_validate`` does for claims."""
    judged = _JudgedListings.blank(len(docs), len(knowledge.taxonomy.codes))
    for number, held_out in enumerate(grouped_folds([d.group for d in docs], folds, SEED), 1):
        report(f"fold {number} of {folds}")
        held = set(held_out.tolist())
        training = [*always, *(doc for index, doc in enumerate(docs) if index not in held)]
        judged.fill(docs, held_out, _listing_scorer(training, knowledge, at, report))
    return judged.report(docs, knowledge)


def evaluate_listings_since(
    docs: Sequence[ListingDoc],
    always: Sequence[ListingDoc],
    knowledge: Knowledge,
    since: datetime,
    report: Report,
) -> dict[str, Any]:
    """Measure the recipe on the ``docs`` submitted from ``since`` on; earlier ones train.

    So it would have been used: nothing that was submitted later is known. Raises SplitError when
    nothing stands on one of the sides.
    """
    before, after = time_split([doc.at for doc in docs], since)
    if not before.size or not after.size:
        raise SplitError(
            f"{before.size} listings before {since.isoformat()}, {after.size} from then on: "
            "there must be listings on both sides of the instant"
        )
    training = [*always, *(docs[index] for index in before.tolist())]
    scorer = _listing_scorer(training, knowledge, since, report)
    later = [docs[index] for index in after.tolist()]
    judged = _JudgedListings.blank(len(later), len(knowledge.taxonomy.codes))
    judged.fill(later, np.arange(len(later)), scorer)
    return judged.report(later, knowledge)


def _listing_scorer(
    docs: Sequence[ListingDoc], knowledge: Knowledge, at: datetime, report: Report
) -> ListingScorer:
    fitted = fit_listings(docs, knowledge, reference_prices(docs, at, knowledge), report)
    thresholds = listing_points(docs, fitted)[0]["balanced"]
    versions = Versions(model=None, policy="cross-validation", lexicon=knowledge.version)
    return ListingScorer(fitted.model, thresholds, versions, knowledge.taxonomy)


def evaluate_listing_scorer(
    docs: Sequence[ListingDoc], scorer: ListingScorer, knowledge: Knowledge
) -> dict[str, Any]:
    """Measure a listing artefact on rows that it was not trained on."""
    judged = _JudgedListings.blank(len(docs), len(knowledge.taxonomy.codes))
    judged.fill(docs, np.arange(len(docs)), scorer)
    return judged.report(docs, knowledge) | {"regression": counted(guard(scorer))}


@dataclass
class _JudgedClaims:
    """Answers to windows of speech as they come in, fold by fold."""

    codes: tuple[str, ...]
    scores: Floats
    flagged: Flags
    labels: Floats
    listed: Flags
    cited: list[Cited | None]
    cuts: list[float]

    @classmethod
    def blank(cls, n: int, knowledge: Knowledge) -> Self:
        codes = tuple(knowledge.taxonomy.codes)
        table = (n, len(codes))
        listed = np.zeros(table, dtype=bool)
        return cls(
            codes, np.zeros(n), np.zeros(n, dtype=bool), np.zeros(table), listed, [None] * n, []
        )

    def fill(
        self, docs: Sequence[ClaimDoc], rows: NDArray[np.intp], scorer: ClaimScorer, at: datetime
    ) -> None:
        self.cuts.append(scorer.thresholds.flag)
        for row in rows.tolist():
            doc = docs[row]
            segment = doc.segment or LiveSegment(data_id=f"row-{row}", text=doc.text)
            verdict = scorer.score(segment, at)
            self.scores[row] = verdict.probability
            self.flagged[row] = verdict.probability >= scorer.thresholds.flag
            self.labels[row] = self._chances(scorer, segment, verdict, at)
            self.listed[row] = np.isin(self.codes, [label.code for label in verdict.labels])
            if self.flagged[row] and doc.violation:
                self.cited[row] = cited(doc, verdict)

    def report(self, docs: Sequence[ClaimDoc]) -> dict[str, Any]:
        known = np.array([doc.codes is not None for doc in docs], dtype=bool)
        truth = np.array([[code in (doc.codes or ()) for code in self.codes] for doc in docs])
        spoken = {
            code: column
            for column, code in enumerate(self.codes)
            if truth[known, column].any() or self.listed[known, column].any()
        }
        violation = np.array([doc.violation for doc in docs])
        groups = [doc.group for doc in docs]
        report = evaluation(
            violation,
            self.scores,
            self.flagged,
            float(np.mean(self.cuts)),
            groups,
            labels={
                code: (truth[known, at], self.labels[known, at]) for code, at in spoken.items()
            },
            known=known,
            listed={code: self.listed[known, at] for code, at in spoken.items()},
            facets=claim_facets(docs),
        )
        places = [_place(doc) for doc in docs]
        return report | {
            "evidence": evidence_quality(self.cited, groups),
            "rooms": room_report(places, self.flagged.tolist(), violation.tolist(), groups),
        }

    def _chances(
        self, scorer: ClaimScorer, segment: LiveSegment, verdict: Verdict, at: datetime
    ) -> Floats:
        """How likely each label is: as listed, else as the model and the goods have it."""
        shifts = scorer.context.shifts(segment, at)
        alone = scorer.model.assess(segment.text).labels
        chances = sigmoid(alone + [shifts.get(code, 0.0) for code in self.codes])
        listed = {label.code: label.probability for label in verdict.labels}
        return np.array(
            [
                listed.get(code, min(chance, verdict.probability))
                for code, chance in zip(self.codes, chances.tolist(), strict=True)
            ]
        )


@dataclass
class _JudgedListings:
    """Scores of listings as they come in, fold by fold."""

    scores: Floats
    flagged: Flags
    blocked: Flags
    disguised: Floats
    labels: Floats
    listed: Flags
    cuts: list[float]

    @classmethod
    def blank(cls, n: int, codes: int) -> Self:
        none = np.zeros(n, dtype=bool)
        listed = np.zeros((n, codes), dtype=bool)
        table = np.zeros((n, codes))
        return cls(np.zeros(n), none, none.copy(), np.zeros(n), table, listed, [])

    def fill(
        self, docs: Sequence[ListingDoc], rows: NDArray[np.intp], scorer: ListingScorer
    ) -> None:
        self.cuts.append(scorer.thresholds.flag)
        for row in rows.tolist():
            doc = docs[row]
            verdict = scorer.score(doc.listing, doc.at)
            self.scores[row] = verdict.probability
            self.flagged[row] = self.scores[row] >= scorer.thresholds.flag
            self.blocked[row] = verdict.suggestion == "block"
            self.disguised[row] = verdict.evasion_probability
            chances = scorer.label_probabilities(scorer.assess(doc.listing, doc.at))
            self.labels[row] = [chances.get(code, 0.0) for code in scorer.model.codes]
            named = [label.code for label in verdict.labels]
            self.listed[row] = np.isin(scorer.model.codes, named)

    def report(self, docs: Sequence[ListingDoc], knowledge: Knowledge) -> dict[str, Any]:
        truth = {
            code: np.array([code in doc.codes for doc in docs]) for code in knowledge.taxonomy.codes
        }
        spoken = {
            code: column
            for column, (code, of) in enumerate(truth.items())
            if of.any() or self.listed[:, column].any()
        }
        return evaluation(
            np.array([bool(doc.codes) for doc in docs]),
            self.scores,
            self.flagged,
            float(np.mean(self.cuts)),
            [doc.group for doc in docs],
            labels={code: (truth[code], self.labels[:, at]) for code, at in spoken.items()},
            listed={code: self.listed[:, at] for code, at in spoken.items()},
            facets=listing_facets(docs) | {"disguise": found_disguise(self.disguised.tolist())},
            blocked=self.blocked,
        )


def _place(doc: ClaimDoc) -> dict[str, object]:
    """Where and when a window was said, as far as its row tells."""
    said = {} if doc.segment is None else doc.segment.model_dump(include=_PLACE, exclude_none=True)
    return said if doc.clip_name is None else {**said, "clip_name": doc.clip_name}
