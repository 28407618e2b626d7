"""Training rows from the ledger as of an instant (时点组装), and the block that judges a model.

What was decided up to ``judged_from`` trains; what was decided after it judges, once, and trains
from the next retraining on. Only what was observed by ``at`` is known of either.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final, Generic, NamedTuple, TypeVar

from data.ledger import Decision, Ledger
from data.ledger.history import Stratum, known_contents, strata
from data.listing import Listing
from data.place import place
from data.review import LabelSource
from data.segment import LiveSegment
from data.split import script_groups
from data.verdict import Kind
from training.assemble import ClaimDoc
from training.listings import ListingDoc
from training.truth import Truth, truth_of

FROM_LEDGER: Final = "ledger"
"""The source of rows that the ledger knows."""

_BY_PEOPLE: Final[frozenset[LabelSource]] = frozenset(
    {"appeal", "adjudicator", "laboratory", "second_reviewer", "reviewer"}
)
_NEWEST: Final = 0.5
"""The share of rows, the newest, that judge where nothing was judged before."""

Doc = TypeVar("Doc", bound=ClaimDoc | ListingDoc)


class Lesson(NamedTuple, Generic[Doc]):
    """A row of the ledger: the item as it was judged, and the label that stands."""

    doc: Doc
    decision: Decision
    truth: Truth


class Judged(NamedTuple, Generic[Doc]):
    """A row that judges, and how likely it came to be labelled."""

    lesson: Lesson[Doc]
    selection_probability: float


class Assembled(NamedTuple, Generic[Doc]):
    """What the ledger knew at an instant, split in time.

    ``counts`` are rows by source of their label; ``data_hash`` (64 hexadecimal digits) changes
    with any row, label or weight of either part. ``reopened`` are decisions whose clean label is
    outranked by evidence that came later.
    """

    lessons: list[Lesson[Doc]]
    block: list[Judged[Doc]]
    judged_from: datetime | None
    counts: dict[str, int]
    data_hash: str
    reopened: list[str]

    def docs(self) -> list[Doc]:
        """The rows that train."""
        return [lesson.doc for lesson in self.lessons]

    def judging(self) -> list[Doc]:
        """The rows that judge."""
        return [judged.lesson.doc for judged in self.block]


def assemble_claims(
    ledger: Ledger, at: datetime, judged_from: datetime | None
) -> Assembled[ClaimDoc]:
    """The windows of speech that the ledger has a label for as of ``at``."""
    known = list(_known(ledger, "claims", at))
    texts = [_segment(decision).text for decision, _ in known]
    scripts = script_groups(texts)
    lessons = [
        Lesson(_claim_doc(_segment(decision), truth, f"script-{script}"), decision, truth)
        for (decision, truth), script in zip(known, scripts, strict=True)
    ]
    return _split(ledger, "claims", lessons, at, judged_from)


def assemble_listings(
    ledger: Ledger, at: datetime, judged_from: datetime | None
) -> Assembled[ListingDoc]:
    """The listings that the ledger has a label for as of ``at``."""
    lessons = [
        Lesson(_listing_doc(decision, truth), decision, truth)
        for decision, truth in _known(ledger, "listings", at)
    ]
    return _split(ledger, "listings", lessons, at, judged_from)


def _known(ledger: Ledger, kind: Kind, at: datetime) -> Iterator[tuple[Decision, Truth]]:
    for content in known_contents(ledger, kind, at):
        truth = truth_of(content, at)
        if truth is not None:
            # The first decision is what the item was judged as; later ones are of other versions.
            yield content.decisions[0], truth


def _segment(decision: Decision) -> LiveSegment:
    return LiveSegment.model_validate(decision.judged())


def _claim_doc(segment: LiveSegment, truth: Truth, group: str) -> ClaimDoc:
    where = place(segment)
    return ClaimDoc(
        text=segment.text,
        violation=truth.label.outcome == "violation",
        codes=tuple(truth.label.codes),
        quotes=(),
        group=f"room-{where.platform}-{where.room}" if where.room else group,
        source=FROM_LEDGER,
        complete=False,
        segment=segment,
    )


def _listing_doc(decision: Decision, truth: Truth) -> ListingDoc:
    listing = Listing.model_validate(decision.judged())
    merchant = listing.merchant.merchant_id if listing.merchant else decision.data_id
    return ListingDoc(
        listing=listing,
        codes=tuple(truth.label.codes),
        at=decision.verdict().feature_as_of,
        group=f"merchant-{merchant}",
        source=FROM_LEDGER,
        weight=truth.weight,
    )


def _split(
    ledger: Ledger,
    kind: Kind,
    lessons: list[Lesson[Doc]],
    at: datetime,
    judged_from: datetime | None,
) -> Assembled[Doc]:
    ordered = sorted(lessons, key=lambda one: (one.decision.decided_at, one.decision.decision_id))
    since = judged_from
    if since is None and ordered:
        since = ordered[int(len(ordered) * (1 - _NEWEST)) - 1].decision.decided_at
    before = [one for one in ordered if since is None or one.decision.decided_at <= since]
    after = [one for one in ordered if since is not None and one.decision.decided_at > since]
    block = weighed(ledger, kind, after, since, at) if since is not None else []
    return Assembled(
        lessons=before,
        block=block,
        judged_from=since,
        counts=dict(Counter(one.truth.label.source for one in ordered)),
        data_hash=_hash(ordered),
        reopened=[one.decision.decision_id for one in ordered if one.truth.reopened],
    )


def weighed(
    ledger: Ledger, kind: Kind, rows: Sequence[Lesson[Doc]], since: datetime, until: datetime
) -> list[Judged[Doc]]:
    """The rows that a person judged, each with the probability that one would.

    ``rows`` are all those that were decided after ``since`` and up to ``until``.
    Rows that came before a person because of what was learnt later, complaints or an appeal
    against a take-down, are no part of the sample: nobody knows how likely that was. They train.

    Of what was picked for review only a part may have been reviewed yet: within a stratum each is
    taken to have been as likely as another, so that its share stands for the probability.
    """
    chosen = [
        one for one in rows if one.truth.label.source in _BY_PEOPLE and _was_sampled(one.decision)
    ]
    decided = strata(ledger, kind, since, until)
    reviewed = Counter(_stratum(one.decision) for one in chosen)
    judged = []
    for one in chosen:
        stratum = _stratum(one.decision)
        share = reviewed[stratum] / max(decided.get(stratum, 0), reviewed[stratum])
        chance = one.decision.selection_probability or 1.0
        judged.append(Judged(one, chance * share))
    return judged


def _was_sampled(decision: Decision) -> bool:
    """Whether the decision itself brought the item before a person, with a known probability."""
    is_for_a_person = decision.flagged or decision.selected_for is not None
    return is_for_a_person and bool(decision.selection_probability)


def _stratum(decision: Decision) -> Stratum:
    return Stratum(decision.suggestion, decision.selected_for)


def _hash(lessons: Sequence[Lesson[Doc]]) -> str:
    digest = hashlib.sha256()
    for lesson in lessons:
        truth = lesson.truth.label.model_dump(mode="json")
        row = [lesson.decision.decision_id, lesson.decision.content_hash, truth, lesson.doc.group]
        digest.update(json.dumps(row, sort_keys=True).encode() + b"\n")
    return digest.hexdigest()
