"""After-sale signals (售后信号) of a listing, a merchant or a host, as of an instant.

Counts stand beside rates, and what is not known is None, never 0. Only what had been observed by
the instant counts, however long ago it happened: a figure computed later for the same instant is
the same figure.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple

from data.examples.after_sale import AfterSaleKind
from data.feedback import Feedback, FeedbackAnswer
from data.listing import Merchant

Subject = Literal["listing", "merchant", "host"]

WINDOW: Final = timedelta(days=30)
MATURITY: Final = timedelta(days=7)
"""How long ago an order must have been made before its returns are counted: complaints are late."""

PRIOR: Final = (1.0, 30.0)
"""(a, b) of the Beta prior: a cases of a + b, as if seen beforehand."""

LOW_RATING: Final = 2
"""Stars of 5 up to which a review is a bad one (差评)."""

QUALITY_REASONS: Final = (
    "质量", "描述不符", "与描述", "发错", "错发", "三无", "假冒", "假货", "破损", "瑕疵", "变质",
    "quality", "not_as_described", "wrong_item", "counterfeit", "defective",
)  # fmt: skip
"""What a refund reason holds that speaks against the goods (品退)."""

AT_FAULT: Final = frozenset(
    {"merchant_at_fault", "seller_at_fault", "商责", "商家责任", "卖家责任"}
)
"""Outcomes of a dispute (纠纷) that was judged against the merchant."""

_FIELDS: Final[dict[Subject, str]] = {
    "listing": "data_id",
    "merchant": "merchant_id",
    "host": "host_id",
}


class SortedFeedback(NamedTuple):
    """A feedback event, and what its text says by the feedback model; None without a text."""

    event: Feedback
    answer: FeedbackAnswer | None = None


class Share(NamedTuple):
    """``k`` cases among ``n``. None is unknown."""

    k: int | None
    n: int | None

    @property
    def raw(self) -> float | None:
        """The share itself, at most 1; None where it is not known, or of nothing.

        >>> Share(1, 4).raw, Share(0, 0).raw, Share(2, None).raw
        (0.25, None, None)
        """
        if self.k is None or not self.n:
            return None
        return min(1.0, self.k / self.n)

    def shrunk(self, prior: tuple[float, float] = PRIOR) -> float | None:
        """The share drawn to the prior's mean where cases are few: (k + a) / (n + a + b).

        >>> Share(0, 0).shrunk() == 1 / 31, Share(None, 9).shrunk() is None
        (True, True)
        """
        if self.k is None or self.n is None:
            return None
        a, b = prior
        return (min(self.k, self.n) + a) / (self.n + a + b)


class AfterSale(NamedTuple):
    """What buyers said and did in the window before ``at``.

    ``reviews``, ``refunds``, ``complaints`` and ``disputes`` are counts of events; None where no
    such event was ever observed of the subject, so that it is not known whether any would be.
    ``negative_reviews`` are among reviews, ``fake_mentions`` texts of any kind that doubt
    authenticity beside reviews, ``quality_returns`` refunds and ``disputes_at_fault`` lost
    disputes beside orders. Orders, and their returns, are those made in the window that ended
    ``MATURITY`` ago. ``kinds`` are texts by what they are about.
    """

    at: datetime
    reviews: int | None
    refunds: int | None
    complaints: int | None
    disputes: int | None
    negative_reviews: Share
    fake_mentions: Share
    quality_returns: Share
    disputes_at_fault: Share
    kinds: dict[AfterSaleKind, int]


def after_sale(
    feedback: Iterable[SortedFeedback],
    at: datetime,
    by: Subject,
    *,
    orders: Mapping[str, int] | None = None,
    window: timedelta = WINDOW,
    maturity: timedelta = MATURITY,
) -> dict[str, AfterSale]:
    """The signals of each listing, merchant or host that observed feedback is about.

    ``orders`` are the mature orders of each: made in the window that ended ``maturity`` before
    ``at``; without them shares of orders are unknown. Of events with the same ``feedback_id`` the
    one observed last is right. An event without ``observed_at`` counts as observed when it
    happened: who records events fills it. Events not about such a subject are left out.

    Raises ValueError when ``at`` has no offset from UTC.
    """
    if at.tzinfo is None:
        raise ValueError("at has no offset from UTC; write it as 2026-02-01T08:00:00+08:00")
    of: dict[str, list[SortedFeedback]] = {}
    for item in _as_of(feedback, at):
        subject = getattr(item.event, _FIELDS[by])
        if subject:
            of.setdefault(subject, []).append(item)
    counted = orders or {}
    return {
        subject: _signals(items, at, counted.get(subject), window, maturity)
        for subject, items in sorted(of.items())
    }


def filled(merchant: Merchant, known: AfterSale) -> tuple[Merchant, list[str]]:
    """The merchant with what the caller left out, and the names of the fields filled in.

    What the caller states stands. Rates are raw, as callers give them.
    """
    found: dict[str, int | float | None] = {
        "reviews_30d": known.reviews,
        "refunds_30d": known.refunds,
        "quality_return_rate_30d": known.quality_returns.raw,
        "negative_review_rate_30d": known.negative_reviews.raw,
        "fake_mention_rate_30d": known.fake_mentions.raw,
        "dispute_rate_30d": known.disputes_at_fault.raw,
    }
    added = {
        name: value
        for name, value in found.items()
        if value is not None and getattr(merchant, name) is None
    }
    return merchant.model_copy(update=added), list(added)


def _observed(event: Feedback) -> datetime:
    return event.observed_at or event.event_at


def _as_of(feedback: Iterable[SortedFeedback], at: datetime) -> list[SortedFeedback]:
    """What was known at the instant, each event in its last version."""
    latest: dict[str, SortedFeedback] = {}
    for item in feedback:
        if _observed(item.event) > at:
            continue
        held = latest.get(item.event.feedback_id)
        if held is None or _version(item) > _version(held):
            latest[item.event.feedback_id] = item
    return [item for item in latest.values() if item.event.event_at <= at]


def _version(item: SortedFeedback) -> tuple[datetime, str, str]:
    # Of two observed at once either may be right; the order in which they came must not decide.
    answer = item.answer.model_dump_json() if item.answer else ""
    return _observed(item.event), item.event.model_dump_json(), answer


def _signals(
    items: list[SortedFeedback],
    at: datetime,
    orders: int | None,
    window: timedelta,
    maturity: timedelta,
) -> AfterSale:
    recent = [item for item in items if at - window < item.event.event_at]
    end = at - maturity
    mature = [item for item in items if end - window < _ordered(item.event) <= end]

    def count(kind: str) -> int | None:
        if all(item.event.kind != kind for item in items):
            return None
        return sum(item.event.kind == kind for item in recent)

    reviews = count("review")
    bad = sum(item.event.kind == "review" and _is_bad(item) for item in recent)
    returns = [item for item in mature if item.event.kind == "refund"]
    lost = [i for i in mature if i.event.kind == "dispute" and i.event.outcome in AT_FAULT]
    refunds, disputes = count("refund"), count("dispute")
    return AfterSale(
        at=at,
        reviews=reviews,
        refunds=refunds,
        complaints=count("complaint"),
        disputes=disputes,
        negative_reviews=Share(None if reviews is None else bad, reviews),
        fake_mentions=Share(
            None if reviews is None else sum(map(_doubts_authenticity, recent)), reviews
        ),
        quality_returns=Share(
            None if refunds is None else sum(map(_is_quality_return, returns)), orders
        ),
        disputes_at_fault=Share(None if disputes is None else len(lost), orders),
        kinds=_kinds(recent),
    )


def _ordered(event: Feedback) -> datetime:
    """When the order was made; where that is not known, when the event shows it had been."""
    return event.order_at or event.event_at


def _is_bad(item: SortedFeedback) -> bool:
    """A review of few stars; one without stars that tells of a bad experience."""
    if item.event.rating is not None:
        return item.event.rating <= LOW_RATING
    return item.answer is not None and item.answer.negative == 1


def _doubts_authenticity(item: SortedFeedback) -> bool:
    answer = item.answer
    if answer is None or not answer.complaint:
        return False
    return answer.kinds.get("authenticity", 0.0) >= answer.kinds.get("quality", 0.0)


def _is_quality_return(item: SortedFeedback) -> bool:
    reason = (item.event.reason or "").lower()
    if any(word in reason for word in QUALITY_REASONS):
        return True
    return item.answer is not None and item.answer.complaint == 1


def _kinds(items: list[SortedFeedback]) -> dict[AfterSaleKind, int]:
    counts: dict[AfterSaleKind, int] = {}
    for item in items:
        if item.answer is not None and item.answer.kinds:
            kinds = item.answer.kinds
            # A complaint at the model's threshold is one, even if no kind is likelier than praise.
            among = [k for k in kinds if k in ("quality", "authenticity")]
            kind = max(among if item.answer.complaint and among else kinds, key=kinds.__getitem__)
            counts[kind] = counts.get(kind, 0) + 1
    return dict(sorted(counts.items()))
