"""Merchants' trailing figures (商家近30天指标), counted from events and never drawn."""

from typing import Final, Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

Counter = Literal[
    "orders",
    "amount",
    "due",
    "on_time",
    "signed",
    "quality_of_signed",
    "refunds",
    "reviews",
    "negative",
    "fake_mentions",
    "at_fault",
]
"""What is counted a day: paid orders and their yuan; parcels due after 48 hours, and those of
them that were collected in time; parcels signed for; first quality reasons by the day that the
parcel was signed; refund applications; reviews, those of 1-2 stars, those that say fake; disputes
judged against the shop. Each on the day that the platform learns of it, but for
``quality_of_signed``."""

WINDOW: Final = 30
MATURITY: Final = 7
"""Days after which a parcel counts for the quality return rate (domain notes §3)."""

FUTURE: Final = 24
"""Days ahead that may be counted already: parcels on their way."""

_RING: Final = 64
_COUNTERS: Final[tuple[Counter, ...]] = (
    "orders",
    "amount",
    "due",
    "on_time",
    "signed",
    "quality_of_signed",
    "refunds",
    "reviews",
    "negative",
    "fake_mentions",
    "at_fault",
)
_ROW: Final = {name: row for row, name in enumerate(_COUNTERS)}
_BURST_DAYS: Final = 14
_LEAST_AMOUNT: Final = 50.0
"""Yuan a day that keep the burst of a shop without sales finite (ε of the notes). Assumed."""


class Figures(NamedTuple):
    """The figures of one shop for the 30 days before a midnight; a rate of nothing is None."""

    orders_30d: int
    delivered_30d: int
    reviews_30d: int
    refunds_30d: int
    quality_return_rate_30d: float | None
    negative_review_rate_30d: float | None
    fake_mention_rate_30d: float | None
    dispute_rate_30d: float | None
    ship_48h_rate_30d: float | None
    sales_burst: float


class History:
    """Daily counts of every shop in a ring of 64 days, so that memory does not grow with time."""

    def __init__(self, shops: int) -> None:
        self._ring = np.zeros((len(_COUNTERS), _RING, max(1, shops)), dtype=np.float32)
        self._sums = np.zeros((len(_COUNTERS) + 3, max(1, shops)), dtype=np.float32)
        self._today = 0

    def reserve(self, shops: int) -> None:
        """Make room for this many shops."""
        held = self._ring.shape[2]
        if shops > held:
            more = max(shops, 2 * held) - held
            self._ring = np.pad(self._ring, ((0, 0), (0, 0), (0, more)))
            self._sums = np.pad(self._sums, ((0, 0), (0, more)))

    def begin(self, day: int) -> None:
        """A day begins: from now on figures are as of its midnight. Days follow each other."""
        self._today = day
        self._ring[:, (day + FUTURE) % _RING] = 0.0
        self._sums = self._summed()

    def count(self, what: Counter, day: int, shop: int, number: float = 1.0) -> None:
        """Count an event of a shop on a day, at most ``FUTURE`` days ahead."""
        if self._today - _RING + FUTURE < day <= self._today + FUTURE:
            self._ring[_ROW[what], day % _RING, shop] += number

    def count_all(
        self,
        what: Counter,
        day: int,
        shops: NDArray[np.intp],
        numbers: NDArray[np.float64] | NDArray[np.int64],
    ) -> None:
        """Count one day's events of many shops; a shop may stand there more than once."""
        np.add.at(self._ring[_ROW[what], day % _RING], shops, numbers)

    def figures(self, shop: int) -> Figures:
        """The figures of a shop as of the midnight with which today began."""
        counts = dict(zip(_COUNTERS, self._sums[:, shop].tolist(), strict=False))
        matured, yesterday, before = self._sums[len(_COUNTERS) :, shop].tolist()
        return Figures(
            orders_30d=int(counts["orders"]),
            delivered_30d=int(counts["signed"]),
            reviews_30d=int(counts["reviews"]),
            refunds_30d=int(counts["refunds"]),
            quality_return_rate_30d=_rate(counts["quality_of_signed"], matured),
            negative_review_rate_30d=_rate(counts["negative"], counts["reviews"]),
            fake_mention_rate_30d=_rate(counts["fake_mentions"], counts["reviews"]),
            dispute_rate_30d=_rate(counts["at_fault"], counts["orders"]),
            ship_48h_rate_30d=_rate(counts["on_time"], counts["due"]),
            sales_burst=round(yesterday / (before / _BURST_DAYS + _LEAST_AMOUNT), 3),
        )

    def _summed(self) -> NDArray[np.float32]:
        """Sums over the window, then matured parcels, yesterday's yuan and those before it."""
        sums = self._ring[:, self._days(1, WINDOW)].sum(axis=1)
        mature = self._days(MATURITY + 1, WINDOW)
        sums[_ROW["quality_of_signed"]] = self._ring[_ROW["quality_of_signed"], mature].sum(axis=0)
        amount = self._ring[_ROW["amount"]]
        extra = [
            self._ring[_ROW["signed"], mature].sum(axis=0),
            amount[self._days(1, 1)].sum(axis=0),
            amount[self._days(2, _BURST_DAYS + 1)].sum(axis=0),
        ]
        return np.vstack([sums, *extra])

    def _days(self, nearest: int, farthest: int) -> list[int]:
        return [(self._today - back) % _RING for back in range(nearest, farthest + 1)]


def _rate(part: float, whole: float) -> float | None:
    return round(min(1.0, part / whole), 5) if whole else None
