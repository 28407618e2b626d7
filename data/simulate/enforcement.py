"""What the platform does with submissions (治理): decisions, reviews, interceptions, appeals."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final, NamedTuple

from data.feedback import Appeal
from data.listing import Merchant
from data.simulate.agenda import Agenda
from data.simulate.dice import Dice
from data.simulate.events import Cause, Decision, Event, Review, Stage
from data.simulate.fashion import Fashion
from data.simulate.market import Market
from data.simulate.offers import Offer
from data.simulate.register import Register
from data.simulate.reviewers import Incumbent, Judged, Reviewer, found_by, hire
from data.simulate.shelf import Shelf
from data.verdict import Suggestion

# Hours until a case is decided, medians and log-spreads, and the most. All assumed.
_REVIEW_HOURS: Final = (5.0, 0.8)
_LONGEST_REVIEW: Final = 72.0
_APPEAL_HOURS: Final = (20, 0.5)
_LONGEST_APPEAL: Final = 96
_MERCHANTS_A_REVIEWER: Final = 300
_LETS_STAND: Final = 0.25
"""Share of wrong interceptions that a senior who doubts lets stand. Assumed."""

_STATEMENTS: Final = (
    "我们是正规经营，资质齐全，请复核。",
    "编号输入时打错了一位，已经改好，请重新审核。",
    "这是自有品牌，没有傍名牌，附上商标注册证。",
    "页面描述和实物一致，可以提供检测报告。",
    "只是促销文案，没有夸大，请人工看一下。",
)
_EVIDENCE: Final = ("检测报告扫描件", "品牌授权书", "商标注册证", "进货发票", "实物照片")

Intercepted = Callable[[Offer, str, float], None]
"""Called with what was intercepted, the decision, and the points that its merchant got."""


class _Case(NamedTuple):
    """An offer that a reviewer is to look at, and the probability with which it was chosen."""

    offer: Offer
    decision_id: str
    stage: Stage
    probability: float


class Platform:
    """The platform's policy and its reviewers.

    ``voices`` draws the words of appeals; ``intercepted`` is told of each interception.
    """

    def __init__(
        self,
        agenda: Agenda,
        register: Register,
        shelf: Shelf,
        market: Market,
        fashion: Fashion,
        dice: Dice,
        voices: Dice,
        *,
        merchants: int,
        intercepted: Intercepted,
    ) -> None:
        self.reviewers = hire(max(3, merchants // _MERCHANTS_A_REVIEWER), dice)
        self._incumbent = Incumbent(fashion, len(self.reviewers) - 1)
        self._agenda = agenda
        self._register = register
        self._shelf = shelf
        self._market = market
        self._fashion = fashion
        self._dice = dice
        self._voices = voices
        self._then = intercepted

    def begin_day(self) -> None:
        """A day begins."""
        self._incumbent.begin_day()

    def judge(
        self, offer: Offer, merchant: Merchant, cause: Cause, at: datetime
    ) -> Iterator[Event]:
        """Decide at once on a submission: on sale it goes, to a reviewer, or away."""
        usual = self._market.usual(offer.brand, offer.goods)
        judged = self._incumbent.judge(offer.fields, merchant, offer.mechanism, usual, self._dice)
        decided = at + timedelta(seconds=self._dice.number(1, 20))
        decision_id = self._agenda.decision_id(told=offer.told)
        if offer.told:
            yield _decision(decision_id, offer, cause, judged.suggestion, decided)
        self._carry_out(offer, decision_id, judged, decided)

    def look_again(self, offer: Offer, cause: Cause) -> Iterator[Event]:
        """After complaints, a failed test or a notice the platform looks again."""
        if offer not in self._shelf:
            return
        at = self._agenda.moment(self._dice)
        decision_id = self._agenda.decision_id(told=offer.told)
        blocks = cause != "after_sale"
        if offer.told:
            yield _decision(decision_id, offer, cause, "block" if blocks else "review", at)
        if blocks:
            self._shelf.take_down(offer)
            self._intercept(offer, decision_id, offer.codes or ["inferior_quality"])
        else:
            self._ask(_Case(offer, decision_id, "after_sale", 1.0), at)

    def appeal(self, offer: Offer, decision_id: str, points: float) -> Iterator[Event]:
        """A merchant appeals; a senior will decide."""
        at = self._agenda.moment(self._dice)
        if offer.told:
            yield Appeal(
                appeal_id=self._agenda.new_id("a"),
                decision_id=decision_id,
                statement=self._voices.pick(_STATEMENTS),
                evidence=self._voices.some(_EVIDENCE, self._voices.number(0, 2)),
                submitted_at=at,
            )
        codes = self._found_by_senior(offer)
        hours = min(self._dice.log_normal(*_APPEAL_HOURS), _LONGEST_APPEAL)
        decided = _whole(at + timedelta(hours=hours))
        what = partial(self._appealed, offer, decision_id, points, codes, decided)
        self._agenda.put_off_until(decided, what)

    def _carry_out(self, offer: Offer, decision_id: str, judged: Judged, decided: datetime) -> None:
        if judged.suggestion == "review":
            stage: Stage = "random" if judged.at_random else "queue"
            self._ask(_Case(offer, decision_id, stage, judged.selection_probability), decided)
        if judged.suggestion == "block":
            self._intercept(offer, decision_id, offer.codes or ["unlicensed_product"])
        elif judged.suggestion == "pass" or judged.at_random:
            self._shelf.put(offer)

    def _ask(self, case: _Case, since: datetime) -> None:
        hours = min(self._dice.log_normal(*_REVIEW_HOURS), _LONGEST_REVIEW)
        at = _whole(since + timedelta(hours=hours))
        reviewer = self._dice.pick(self.reviewers[1:])
        self._agenda.put_off_until(at, partial(self._reviewed, case, reviewer, at))

    def _reviewed(self, case: _Case, reviewer: Reviewer, at: datetime) -> Iterator[Event]:
        offer = case.offer
        codes = found_by(
            reviewer,
            offer.codes,
            shows=offer.shows,
            disguised=offer.mechanism is not None,
            complaints=case.stage == "after_sale",
            dice=self._dice,
        )
        if offer.told:
            yield self._review(case, reviewer, at, codes)
        if codes:
            self._shelf.take_down(offer)
            self._intercept(offer, case.decision_id, codes)
        elif case.stage == "queue":
            self._shelf.put(offer)

    def _found_by_senior(self, offer: Offer) -> list[str]:
        """The codes that an appeal leaves standing."""
        senior = self.reviewers[0]
        found = found_by(
            senior, offer.codes, shows=True, disguised=False, complaints=True, dice=self._dice
        )
        upheld = bool(found) or (not offer.codes and self._dice.chance(_LETS_STAND))
        return (found or ["unlicensed_product"]) if upheld else []

    def _appealed(
        self, offer: Offer, decision_id: str, points: float, codes: list[str], at: datetime
    ) -> Iterator[Event]:
        if offer.told:
            case = _Case(offer, decision_id, "appeal", 1.0)
            yield self._review(case, self.reviewers[0], at, codes)
        if not codes:
            self._register.pardon(offer.shop, points)
            if offer.shop.closed is None:
                self._shelf.put(offer)

    def _review(self, case: _Case, reviewer: Reviewer, at: datetime, codes: list[str]) -> Review:
        return Review(
            review_id=self._agenda.new_id("r"),
            decision_id=case.decision_id,
            data_id=case.offer.data_id,
            reviewer_id=reviewer.reviewer_id,
            stage=case.stage,
            selection_probability=case.probability,
            outcome="violation" if codes else "clean",
            codes=codes,
            decided_at=at,
        )

    def _intercept(self, offer: Offer, decision_id: str, codes: Sequence[str]) -> None:
        points = self._register.punish(offer.shop, codes)
        if offer.mechanism is not None:
            self._fashion.found_out(offer.mechanism)
        self._then(offer, decision_id, points)


def _decision(
    decision_id: str, offer: Offer, cause: Cause, suggestion: Suggestion, at: datetime
) -> Decision:
    return Decision(
        decision_id=decision_id,
        data_id=offer.data_id,
        cause=cause,
        suggestion=suggestion,
        decided_at=at,
    )


def _whole(at: datetime) -> datetime:
    return at.replace(microsecond=0)
