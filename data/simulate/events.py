"""What happens in the simulated world: records that a platform would see, and the truth apart.

No field of the truth has the name of a field that a platform sees, so that a join cannot mix
them up: ``item`` is a ``data_id``, ``shop`` a ``merchant_id``, ``window`` a segment's ``data_id``.
"""

from datetime import UTC, datetime
from typing import Final, Literal, NamedTuple

from data.feedback import Appeal, Feedback
from data.listing import Listing
from data.record import Instant, Record
from data.segment import LiveSegment
from data.simulate.merchants import Kind
from data.verdict import Suggestion

Cause = Literal["submission", "edit", "after_sale", "laboratory", "rights_holder"]
"""Why the platform looked at a listing."""

Stage = Literal["queue", "random", "after_sale", "appeal"]
"""Why a reviewer saw it: flagged, drawn at random, taken up after complaints, appealed."""


class Decision(Record):
    """What the incumbent policy did with a listing, at once and without a person."""

    decision_id: str
    data_id: str
    cause: Cause
    suggestion: Suggestion
    decided_at: Instant


class Review(Record):
    """What a reviewer decided. ``selection_probability`` is that with which the item was chosen.

    ``codes`` is empty when the reviewer found nothing wrong. Reviewers err.
    """

    review_id: str
    decision_id: str
    data_id: str
    reviewer_id: str
    stage: Stage
    selection_probability: float
    outcome: Literal["violation", "clean"]
    codes: list[str]
    decided_at: Instant


class ListingTruth(Record):
    """The truth about one listing.

    ``true_codes`` are the labels it deserves; ``shows`` whether it tells them; ``hidden_by`` the
    disguise of its words; ``wronged_share`` the share of its buyers who get what they did not pay
    for. ``version_of`` is the submission that it edits, ``relisted_from`` the intercepted one
    that it brings back, ``copied_from`` the stranger's listing whose text it took: any of them
    may be from before the first day that is told.
    """

    item: str
    shop: str
    operator: str
    latent_kind: Kind
    true_codes: list[str]
    shows: bool
    hidden_by: str | None
    wronged_share: float
    version_of: str | None
    relisted_from: str | None
    copied_from: str | None


class ShopTruth(Record):
    """What a merchant is, and the kind that it behaves like."""

    shop: str
    operator: str
    latent_kind: Kind
    dress: Kind
    opened_on: str


class ReviewerTruth(Record):
    """How often a reviewer overlooks what can be seen, and sees what is not there."""

    reviewer: str
    overlooks: float
    imagines: float


class WrongedBuyer(Record):
    """A buyer who got what was not paid for, and how this was let known: perhaps not at all."""

    item: str
    bought_at: Instant
    spoke_by: list[str]


class WindowTruth(Record):
    """The labels that a window of speech deserves, and the listing that it sells."""

    window: str
    item: str
    true_codes: list[str]


class Submitted(NamedTuple):
    """A listing was submitted."""

    listing: Listing
    truth: ListingTruth


class Aired(NamedTuple):
    """A window of a live room that sells a listing."""

    segment: LiveSegment
    truth: WindowTruth


Event = (
    Submitted
    | Aired
    | Decision
    | Review
    | Feedback
    | Appeal
    | ShopTruth
    | ReviewerTruth
    | WrongedBuyer
)

_BEGINNING: Final = datetime.min.replace(tzinfo=UTC)


def known_at(event: Event) -> datetime:
    """When an event becomes known; the truth stands at the beginning of its day."""
    match event:
        case Submitted():
            at = event.listing.submitted_at
        case Decision() | Review():
            at = event.decided_at
        case Appeal():
            at = event.submitted_at
        case _:
            at = getattr(event, "observed_at", None)
    return _BEGINNING if at is None else at
