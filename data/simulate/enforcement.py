"""What the platform does with submissions (治理): decisions, reviews, interceptions, appeals."""

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final, NamedTuple

from data.feedback import Appeal
from data.listing import Listing
from data.simulate.agenda import Agenda
from data.simulate.cases import Case
from data.simulate.desk import Desk
from data.simulate.dice import Dice
from data.simulate.events import Cause, Decision, Event, Review, Stage
from data.simulate.fashion import Fashion
from data.simulate.incumbent import Incumbent, Sight
from data.simulate.market import Market
from data.simulate.offers import Offer
from data.simulate.policy import BatchPolicy, Policy, Ruling, rulings
from data.simulate.register import Register
from data.simulate.reviewers import CASES_A_DAY, Reviewer, found_by
from data.simulate.shelf import Shelf
from data.simulate.tally import Tally
from data.verdict import Suggestion

# Hours until a case is decided, medians and log-spreads, and the most. All assumed.
_REVIEW_HOURS: Final = (5.0, 0.8)
_LONGEST_REVIEW: Final = 72.0
_APPEAL_HOURS: Final = (20, 0.5)
_LONGEST_APPEAL: Final = 96
_QUEUE_SHARE: Final = 0.75
"""Share of a desk's day that the incumbent fills; the rest is for complaints. Assumed."""

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


class Submission(NamedTuple):
    """An offer handed in, its record, why it is looked at, and when it came."""

    offer: Offer
    listing: Listing
    cause: Cause
    at: datetime


class Platform:
    """The platform's policy and its reviewers, the first of whom decides on appeals.

    Without a ``desk`` the incumbent decides on each submission as it comes, and a reviewer takes
    some hours whatever there is to do. With one, ``policy``, at first the incumbent, decides on a
    day's submissions together, and cases wait their turn. ``voices`` draws the words of appeals;
    ``intercepted`` is told of each interception.
    """

    def __init__(
        self,
        agenda: Agenda,
        register: Register,
        shelf: Shelf,
        market: Market,
        fashion: Fashion,
        tally: Tally,
        dice: Dice,
        voices: Dice,
        *,
        reviewers: list[Reviewer],
        desk: Desk | None,
        intercepted: Intercepted,
    ) -> None:
        self.reviewers = reviewers
        self.incumbent = Incumbent(self._sight, _for_the_queue(reviewers, desk), dice)
        self.policy: Policy | BatchPolicy = self.incumbent
        self._agenda = agenda
        self._register = register
        self._shelf = shelf
        self._market = market
        self._fashion = fashion
        self._tally = tally
        self._dice = dice
        self._voices = voices
        self._desk = desk
        self._then = intercepted
        self._received: dict[str, Submission] = {}

    @property
    def waiting(self) -> int:
        """How many cases wait at the desk."""
        return 0 if self._desk is None else len(self._desk)

    def begin_day(self) -> None:
        """A day begins."""
        self.incumbent.begin_day()

    def receive(self, submission: Submission) -> Iterator[Event]:
        """A submission comes in."""
        self._received[submission.listing.data_id] = submission
        if self._desk is None:
            ruling = self.incumbent.judge(submission.listing, submission.at)
            self._received.clear()
            yield from self._rule(submission, ruling)

    def decide(self) -> Iterator[Event]:
        """Decide on what was received: on sale it goes, to a reviewer, or away."""
        received = sorted(self._received.values(), key=lambda each: each.at)
        asked = [(each.listing, each.at) for each in received]
        ruled = rulings(self.policy, asked, self._agenda.midnight)
        self._received.clear()
        for submission, ruling in zip(received, ruled, strict=True):
            yield from self._rule(submission, ruling)

    def review(self) -> Iterator[Event]:
        """Let reviewers decide on as much of what waits at the desk as they can today."""
        if self._desk is not None:
            for case, reviewer, at in self._desk.work(self._agenda.midnight):
                yield from self._reviewed(case, reviewer, at)

    def look_again(self, offer: Offer, cause: Cause) -> Iterator[Event]:
        """After complaints, a failed test or a notice the platform looks again."""
        if offer not in self._shelf:
            return
        at = self._agenda.moment(self._dice.about("look", offer.key, self._agenda.day))
        decision_id = self._agenda.decision_id(told=offer.told)
        blocks = cause != "after_sale"
        if offer.told:
            yield _decision(decision_id, offer, cause, "block" if blocks else "review", at)
        if blocks:
            self._shelf.take_down(offer)
            self._intercept(offer, decision_id, offer.codes or ["inferior_quality"])
        else:
            self._ask(Case(offer, decision_id, "after_sale", 1.0), at)

    def appeal(self, offer: Offer, decision_id: str, points: float) -> Iterator[Event]:
        """A merchant appeals; a senior will decide."""
        dice = self._dice.about("appeal", offer.key, self._agenda.day)
        at = self._agenda.moment(dice)
        if offer.told:
            yield Appeal(
                appeal_id=self._agenda.new_id("a"),
                decision_id=decision_id,
                statement=self._voices.pick(_STATEMENTS),
                evidence=self._voices.some(_EVIDENCE, self._voices.number(0, 2)),
                submitted_at=at,
            )
        codes = self._found_by_senior(offer, dice)
        hours = min(dice.log_normal(*_APPEAL_HOURS), _LONGEST_APPEAL)
        decided = _whole(at + timedelta(hours=hours))
        what = partial(self._appealed, offer, decision_id, points, codes, decided)
        self._agenda.put_off_until(decided, what)

    def _rule(self, submission: Submission, ruling: Ruling) -> Iterator[Event]:
        offer = submission.offer
        dice = self._dice.about("decide", offer.key)
        decided = submission.at + timedelta(seconds=dice.number(1, 20))
        decision_id = self._agenda.decision_id(told=offer.told)
        if offer.told:
            yield _decision(decision_id, offer, submission.cause, ruling.suggestion, decided)
        self._carry_out(offer, decision_id, ruling, decided)

    def _carry_out(self, offer: Offer, decision_id: str, ruling: Ruling, decided: datetime) -> None:
        if ruling.looked_at:
            stage: Stage = "random" if ruling.at_random else "queue"
            chance, held = ruling.selection_probability, not ruling.on_sale
            case = Case(offer, decision_id, stage, chance, held, ruling.probability)
            self._ask(case, decided)
        if ruling.on_sale:
            self._shelf.put(offer)
        elif not ruling.looked_at:
            self._intercept(offer, decision_id, offer.codes or ["unlicensed_product"])

    def _ask(self, case: Case, since: datetime) -> None:
        if self._desk is not None:
            self._desk.add(case, since)
            return
        hours = min(self._dice.log_normal(*_REVIEW_HOURS), _LONGEST_REVIEW)
        at = _whole(since + timedelta(hours=hours))
        reviewer = self._dice.pick(self.reviewers[1:])
        self._agenda.put_off_until(at, partial(self._reviewed, case, reviewer, at))

    def _reviewed(self, case: Case, reviewer: Reviewer, at: datetime) -> Iterator[Event]:
        offer = case.offer
        codes = found_by(
            reviewer,
            offer.codes,
            shows=offer.shows,
            disguised=offer.mechanism is not None,
            complaints=case.stage == "after_sale",
            dice=self._dice.about("review", offer.key, case.stage),
        )
        self._tally.reviewed(offer, case.stage)
        if offer.told:
            yield self._review(case, reviewer, at, codes)
        if codes:
            self._shelf.take_down(offer)
            self._intercept(offer, case.decision_id, codes)
        elif case.held:
            self._shelf.put(offer)

    def _found_by_senior(self, offer: Offer, dice: Dice) -> list[str]:
        """The codes that an appeal leaves standing."""
        senior = self.reviewers[0]
        found = found_by(
            senior, offer.codes, shows=True, disguised=False, complaints=True, dice=dice
        )
        upheld = bool(found) or (not offer.codes and dice.chance(_LETS_STAND))
        return (found or ["unlicensed_product"]) if upheld else []

    def _appealed(
        self, offer: Offer, decision_id: str, points: float, codes: list[str], at: datetime
    ) -> Iterator[Event]:
        self._tally.reviewed(offer, "appeal")
        if offer.told:
            case = Case(offer, decision_id, "appeal", 1.0)
            yield self._review(case, self.reviewers[0], at, codes)
        if not codes:
            self._register.pardon(offer.shop, points)
            if offer.shop.closed is None:
                self._shelf.put(offer)

    def _review(self, case: Case, reviewer: Reviewer, at: datetime, codes: list[str]) -> Review:
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
        if not offer.intercepted:
            self._tally.intercepted(offer)
        offer.intercepted = True
        points = self._register.punish(offer.shop, codes)
        if offer.mechanism is not None:
            self._fashion.found_out(offer.mechanism)
        self._then(offer, decision_id, points)

    def _sight(self, data_id: str) -> Sight:
        offer = self._received[data_id].offer
        reads = 1.0 if offer.mechanism is None else self._fashion.known(offer.mechanism)
        return Sight(reads, self._market.usual(offer.brand, offer.goods))


def _for_the_queue(reviewers: list[Reviewer], desk: Desk | None) -> int:
    """How many flagged listings a day the incumbent sends to reviewers."""
    if desk is None:
        return (len(reviewers) - 1) * CASES_A_DAY
    return int(_QUEUE_SHARE * desk.capacity)


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
