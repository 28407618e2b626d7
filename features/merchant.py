"""The merchant's history (商家信号) as numbers; what is unknown is NaN, never zero."""

from math import log, log1p, nan
from typing import Final

from data.listing import MERCHANT_TYPES, Merchant

_PRIOR: Final = (1.0, 30.0)
MERCHANT_FEATURES: Final[tuple[str, ...]] = (
    "tenure_log_days",
    "merchant_type",
    "deposit_ratio",
    "orders_log",
    "quality_return_rate",
    "negative_review_rate",
    "fake_mention_rate",
    "dispute_rate",
    "late_shipment_rate",
    "refund_share",
    "violation_points_log",
    "linked_sanctioned_shops",
    "ip_notices",
    "sales_burst_log",
    "burst_of_new_shop",
    "worst_rate_log_odds",
    "bad_figures",
)
"""Names of ``merchant_values``, in its order. Rates are shrunk, ``_log`` is log(1 + x)."""


_USUAL: Final = {
    "quality_return": (4.0, 196.0),
    "negative_review": (4.0, 196.0),
    "fake_mention": (1.0, 499.0),
    "dispute": (1.0, 249.0),
    "late": (10.0, 190.0),
    "refund": (20.0, 180.0),
}
"""Cases of (bad, fine) that stand for what is usual of each figure, with a margin above the
means that signals.md gives good shops."""

_BAD: Final = log(3.0)
"""A figure is bad when its shrunk odds are three times the usual ones."""


def shrunk_rate(
    rate: float | None, count: int | None, prior: tuple[float, float] = _PRIOR
) -> float | None:
    """The raw ``rate`` of ``count`` cases, drawn to the prior's mean where cases are few.

    ``prior`` is (a, b): a cases of a + b, seen beforehand. None if rate or count is unknown.

    >>> shrunk_rate(1.0, 1), shrunk_rate(0.0, 0) == 1 / 31
    (0.0625, True)
    >>> shrunk_rate(0.1, None) is None
    True
    """
    if rate is None or count is None:
        return None
    a, b = prior
    return (rate * count + a) / (count + a + b)


def merchant_values(merchant: Merchant | None) -> tuple[float, ...]:
    """The values of ``MERCHANT_FEATURES``.

    >>> merchant_values(None)[0]
    nan
    >>> dict(zip(MERCHANT_FEATURES, merchant_values(Merchant(merchant_id="m", ip_notices=2))))[
    ...     "ip_notices"
    ... ]
    2.0
    """
    if merchant is None:
        return (nan,) * len(MERCHANT_FEATURES)
    paid = merchant.orders_30d
    delivered = merchant.delivered_30d if merchant.delivered_30d is not None else paid
    reviews = merchant.reviews_30d
    on_time = merchant.ship_48h_rate_30d
    return (
        _log(merchant.tenure_days),
        float(MERCHANT_TYPES.index(merchant.type)) if merchant.type else nan,
        _value(merchant.deposit_ratio),
        _log(paid),
        _value(shrunk_rate(merchant.quality_return_rate_30d, delivered)),
        _value(shrunk_rate(merchant.negative_review_rate_30d, reviews)),
        _value(shrunk_rate(merchant.fake_mention_rate_30d, reviews)),
        _value(shrunk_rate(merchant.dispute_rate_30d, paid)),
        _value(shrunk_rate(None if on_time is None else 1.0 - on_time, paid)),
        _value(_refund_share(merchant.refunds_30d, paid)),
        _log(merchant.violation_points_365d),
        _value(merchant.linked_sanctioned_shops),
        _value(merchant.ip_notices),
        _log(merchant.sales_burst),
        _burst_of_new_shop(merchant),
        *_against_usual(merchant),
    )


def _against_usual(merchant: Merchant) -> tuple[float, float]:
    """How far the worst rate lies above what is usual, in log-odds, and how many figures are bad.

    Few cases move a rate little: one return of three orders is no bad figure.
    """
    paid, reviews = merchant.orders_30d, merchant.reviews_30d
    delivered = merchant.delivered_30d if merchant.delivered_30d is not None else paid
    on_time = merchant.ship_48h_rate_30d
    refunds = merchant.refunds_30d
    rates = {
        "quality_return": (merchant.quality_return_rate_30d, delivered),
        "negative_review": (merchant.negative_review_rate_30d, reviews),
        "fake_mention": (merchant.fake_mention_rate_30d, reviews),
        "dispute": (merchant.dispute_rate_30d, paid),
        "late": (None if on_time is None else 1.0 - on_time, paid),
        "refund": (min(1.0, refunds / paid) if refunds is not None and paid else None, paid),
    }
    above = [
        _log_odds(shrunk) - log(prior[0] / prior[1])
        for name, prior in _USUAL.items()
        if (shrunk := shrunk_rate(*rates[name], prior)) is not None
    ]
    if not above:
        return nan, nan
    return max(above), float(sum(each >= _BAD for each in above))


def _log_odds(rate: float) -> float:
    return log(rate / (1.0 - rate))


def _refund_share(refunds: int | None, paid: int | None) -> float | None:
    if refunds is None or not paid:
        return None
    return shrunk_rate(min(1.0, refunds / paid), paid)


def _burst_of_new_shop(merchant: Merchant) -> float:
    """Sales burst for each day of tenure: the mark of a shop that hits and runs."""
    if merchant.sales_burst is None or merchant.tenure_days is None:
        return nan
    return log1p(merchant.sales_burst) / log1p(merchant.tenure_days + 1.0)


def _value(number: float | None) -> float:
    return nan if number is None else float(number)


def _log(number: float | None) -> float:
    return nan if number is None else log1p(number)
