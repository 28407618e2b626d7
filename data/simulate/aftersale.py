"""What follows a sale (售后): parcels, reviews, refunds, complaints, disputes, laboratory tests."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import floor
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from data.feedback import Feedback, FeedbackKind
from data.simulate.dice import Dice
from data.simulate.events import WrongedBuyer
from data.simulate.history import History
from data.simulate.offers import Offer
from data.simulate.tally import Tally
from data.simulate.voices import (
    PLAIN_REASONS,
    QUALITY_REASONS,
    Voice,
    complaint,
    refund_reason,
    review,
    unfounded,
)

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

COMPLAINS: Final = 0.136
"""Share of wronged buyers who complain: 中消协 2020, signals.md [S18]."""

APPLIES: Final = 0.25
"""Share of wronged buyers who ask for their money back and name the goods. Assumed."""

SPEAKS_ILL: Final = 0.12
"""Share of wronged buyers who write a bad review. Assumed."""

REVIEWS: Final = 0.12
"""Share of content buyers who write a review. Assumed."""

PRETENDS: Final = 0.005
"""Share of content buyers who name the goods as the reason, to save the postage. Assumed."""

UNFOUNDED: Final = 0.0008
"""Share of content buyers who complain all the same. Assumed."""

DISPUTED: Final = 0.3
"""Share of complaints that the platform has to judge. Assumed."""

_AT_FAULT: Final = {True: 0.85, False: 0.08}
_KNOWS_A_FAKE: Final = 0.55
"""Share of those wronged by a fake who say that it is one. Assumed."""

_CONTENT_VOICES: Final[Mapping[Voice, float]] = {"pleased": 0.82, "other": 0.13, "logistics": 0.05}
_CONTENT_RATINGS: Final[Mapping[Voice, Sequence[int]]] = {
    "pleased": (5, 5, 5, 4),
    "other": (3, 4, 4),
    "logistics": (2, 3, 3, 4, 4),
}

# Days from the parcel's arrival to the event, and from the event until the platform's records
# show it: medians and log-spreads. Assumed.
_DELAYS: Final[dict[str, tuple[float, float]]] = {
    "review": (4.0, 0.8),
    "refund": (2.0, 0.8),
    "complaint": (5.0, 0.9),
}
_LONGEST: Final = 45.0
_LEARNT: Final = (0.15, 1.0)


@dataclass(slots=True, eq=False)
class _Saying:
    """What someone says of an order; times are days since the start, ``signed`` a whole one."""

    offer: Offer
    kind: FeedbackKind
    happened: float
    seen: float
    ordered: float | None = None
    signed: int = 0
    voice: Voice | None = None
    rating: int | None = None
    reason: str | None = None
    outcome: str | None = None
    code: str | None = None


class Trade:
    """Sells what is on offer and brings back, later, what buyers say of it.

    ``voices`` draws the words alone, so that leaving them out changes nothing else.
    """

    def __init__(
        self, history: History, tally: Tally, dice: Dice, voices: Dice, start: datetime
    ) -> None:
        self._history = history
        self._tally = tally
        self._dice = dice
        self._voices = voices
        self._start = start
        self._said: defaultdict[int, list[_Saying]] = defaultdict(list)
        self._count = 0

    def sell(self, day: int, live: Sequence[Offer], level: float) -> Iterator[WrongedBuyer]:
        """One day of orders; ``level`` is demand against an ordinary day."""
        if not live:
            return
        draw = self._dice.each(live, "sell", day)
        rows = np.array([offer.row for offer in live]).T
        shops, prices, rates, on_time, wronged_share, returned_share = rows
        orders = draw.poisson(rates * level)
        wronged = draw.binomial(orders, wronged_share)
        self._tally.sold(live, orders, wronged)
        content = orders - wronged
        lags = draw.integers(2, 7, len(live))
        self._count_sales(
            day, shops.astype(np.intp), prices, orders, draw.binomial(orders, on_time), lags
        )
        events = np.stack(
            [
                wronged,
                draw.binomial(content, returned_share),
                draw.binomial(content, PRETENDS),
                draw.binomial(content, REVIEWS),
                draw.binomial(content, UNFOUNDED),
            ],
            axis=1,
        )
        for index in np.flatnonzero(events.any(axis=1)).tolist():
            yield from self._outcomes(live[index], day, day + int(lags[index]), events[index])

    def pay_for_praise(self, day: int, on_sale: Sequence[Offer]) -> None:
        """The paid orders with paid reviews of a day (刷单好评): for one offer of each shop."""
        offers = list({offer.shop.number: offer for offer in on_sale}.values())
        draws = self._dice.each([offer.shop for offer in offers], "praise", day)
        counts = draws.poisson(np.array([offer.shop.manner.praise for offer in offers]))
        for index in np.flatnonzero(counts).tolist():
            dice = self._dice.about("praise", offers[index].shop.key, day)
            for _ in range(int(counts[index])):
                self._praise(day, offers[index], dice)

    def test(self, day: int, offer: Offer, fails: bool, dice: Dice) -> int:
        """Send a sample to the laboratory; the day on which the result will be known."""
        known = day + dice.number(7, 14)
        named = (offer.codes[0] if offer.codes else "inferior_quality") if fails else None
        outcome = "fail" if fails else "pass"
        self._hear(
            _Saying(offer, "laboratory", day + 0.4, known + 0.7, outcome=outcome, code=named)
        )
        return known

    def notify(self, day: int, offer: Offer, dice: Dice) -> None:
        """A rights-holder's notice (知识产权通知)."""
        when = _moment(day, dice)
        reason, code = "权利人知识产权通知", "counterfeit_brand"
        self._hear(_Saying(offer, "complaint", when, when, reason=reason, code=code))

    def heard(self, day: int, on_complaint: Callable[[Offer], None]) -> Iterator[_Saying]:
        """What the platform learns on this day, counted into the merchants' figures."""
        for saying in self._said.pop(day, ()):
            self._count_said(day, saying)
            if saying.kind == "complaint" and saying.code is None:
                if saying.voice is not None:
                    saying.offer.spoken_against += 1
                on_complaint(saying.offer)
                dice = self._dice.about("dispute", saying.offer.key, saying.seen)
                if dice.chance(DISPUTED):
                    self._dispute(day, saying, dice)
            yield saying

    def record(self, saying: _Saying) -> Feedback:
        """The record of what was said."""
        number, self._count = self._count, self._count + 1
        more: dict[str, Any] = {
            "text": self._text(saying),
            "rating": saying.rating,
            "reason": saying.reason,
            "outcome": saying.outcome,
            "code": saying.code,
            "order_at": None if saying.ordered is None else self._at(saying.ordered),
        }
        return Feedback(
            feedback_id=f"sim-f{number:07d}",
            kind=saying.kind,
            data_id=saying.offer.data_id,
            merchant_id=saying.offer.shop.merchant_id,
            event_at=self._at(saying.happened),
            observed_at=self._at(saying.seen),
            **{name: value for name, value in more.items() if value is not None},
        )

    def _praise(self, day: int, offer: Offer, dice: Dice) -> None:
        self._history.count("orders", day, offer.shop.number)
        self._history.count("amount", day, offer.shop.number, offer.fields["price"])
        self._history.count("signed", day + 2, offer.shop.number)
        ordered = _moment(day, dice)
        self._say(offer, "review", ordered, day + 2, dice, voice="paid", rating=5)

    def _text(self, saying: _Saying) -> str | None:
        noun = saying.offer.noun
        match saying.kind:
            case "review" if saying.voice is not None:
                return review(saying.voice, noun, self._voices)
            case "complaint" if saying.voice is not None:
                return complaint(saying.voice, noun, self._voices)
            case "complaint" if saying.code is None:
                return unfounded(self._voices)
        return None

    def _count_sales(
        self,
        day: int,
        shops: NDArray[np.intp],
        prices: Floats,
        orders: Whole,
        on_time: Whole,
        lags: Whole,
    ) -> None:
        history = self._history
        history.count_all("orders", day, shops, orders)
        history.count_all("amount", day, shops, orders * prices)
        history.count_all("due", day + 2, shops, orders)
        history.count_all("on_time", day + 2, shops, on_time)
        for lag in range(2, 7):
            of_lag = lags == lag
            history.count_all("signed", day + lag, shops[of_lag], orders[of_lag])

    def _outcomes(
        self, offer: Offer, day: int, signed: int, events: Whole
    ) -> Iterator[WrongedBuyer]:
        dice = self._dice.about("buyers", offer.key, day)
        wronged, returns, pretended, reviews, complaints = events.tolist()
        for _ in range(wronged):
            buyer = self._wrong(offer, day, signed, dice)
            if offer.told:
                yield buyer
        for _ in range(returns):
            reason = dice.pick(PLAIN_REASONS)
            self._say(offer, "refund", _moment(day, dice), signed, dice, reason=reason)
        for _ in range(pretended):
            when, reason = _moment(day, dice), QUALITY_REASONS[0]
            self._say(offer, "refund", when, signed, dice, reason=reason)
        for _ in range(reviews):
            self._review_well(offer, day, signed, dice)
        for _ in range(complaints):
            self._say(offer, "complaint", _moment(day, dice), signed, dice)

    def _wrong(self, offer: Offer, day: int, signed: int, dice: Dice) -> WrongedBuyer:
        ordered = _moment(day, dice)
        is_fake = "counterfeit_brand" in offer.codes
        voice: Voice = "authenticity" if is_fake and dice.chance(_KNOWS_A_FAKE) else "quality"
        spoke: list[str] = []
        if dice.chance(APPLIES):
            reason = refund_reason(voice, dice)
            self._say(offer, "refund", ordered, signed, dice, voice=voice, reason=reason)
            spoke.append("refund")
        if dice.chance(SPEAKS_ILL):
            rating = 1 if dice.chance(0.6) else 2
            self._say(offer, "review", ordered, signed, dice, voice=voice, rating=rating)
            spoke.append("review")
        if dice.chance(COMPLAINS):
            self._say(offer, "complaint", ordered, signed, dice, voice=voice)
            spoke.append("complaint")
        return WrongedBuyer.model_construct(
            item=offer.data_id, bought_at=self._at(ordered), spoke_by=spoke
        )

    def _review_well(self, offer: Offer, day: int, signed: int, dice: Dice) -> None:
        voice = dice.weighted(_CONTENT_VOICES) or "pleased"
        rating = dice.pick(_CONTENT_RATINGS[voice])
        self._say(offer, "review", _moment(day, dice), signed, dice, voice=voice, rating=rating)

    def _say(
        self,
        offer: Offer,
        kind: FeedbackKind,
        ordered: float,
        signed: int,
        dice: Dice,
        *,
        voice: Voice | None = None,
        rating: int | None = None,
        reason: str | None = None,
    ) -> None:
        """Let a buyer say something some time after the parcel of an order arrived."""
        waited = min(dice.log_normal(*_DELAYS[kind]), _LONGEST)
        # A parcel is signed for by noon, and not before it was ordered.
        happened = max(signed + 0.5, ordered + 0.5) + waited
        seen = happened + min(dice.log_normal(*_LEARNT), 5.0)
        self._hear(_Saying(offer, kind, happened, seen, ordered, signed, voice, rating, reason))

    def _hear(self, saying: _Saying) -> None:
        self._said[floor(saying.seen)].append(saying)

    def _dispute(self, day: int, saying: _Saying, dice: Dice) -> None:
        founded = saying.voice in {"quality", "authenticity"}
        at_fault = dice.chance(_AT_FAULT[founded])
        judged = day + dice.number(4, 12) + 0.6
        outcome = "seller_at_fault" if at_fault else "seller_not_at_fault"
        self._hear(
            _Saying(
                saying.offer, "dispute", saying.happened, judged, saying.ordered, outcome=outcome
            )
        )

    def _count_said(self, day: int, saying: _Saying) -> None:
        history, shop = self._history, saying.offer.shop.number
        match saying.kind:
            case "review":
                history.count("reviews", day, shop)
                if (saying.rating or 5) <= 2:
                    history.count("negative", day, shop)
                if saying.voice == "authenticity":
                    history.count("fake_mentions", day, shop)
            case "refund":
                history.count("refunds", day, shop)
                if saying.reason in QUALITY_REASONS:
                    # Under the day that the parcel was signed for: maturity counts from there.
                    history.count("quality_of_signed", saying.signed, shop)
            case "dispute" if saying.outcome == "seller_at_fault":
                history.count("at_fault", day, shop)

    def _at(self, days: float) -> datetime:
        return self._start + timedelta(seconds=int(days * 86_400))


def _moment(day: int, dice: Dice) -> float:
    return day + dice.share()
