"""A simulated marketplace over some days (模拟市场): merchants, listings, buyers, the platform.

Everything here is made up. A number measured on it is about the simulation only. What happens is
decided by what merchants and goods are, which no record tells; merchants' figures are counted
from what happened before.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from itertools import chain
from typing import Final, Literal, NamedTuple, get_args

import numpy as np

from data.brands import Brand, load_brands
from data.feedback import Appeal
from data.listing import Listing, Merchant
from data.segment import LiveSegment
from data.simulate.aftersale import Offer, Trade
from data.simulate.catalogue import CATALOGUE
from data.simulate.dice import Dice
from data.simulate.drafts import (
    JARGON,
    VIOLATIONS,
    Draft,
    Fields,
    Market,
    break_rules,
    finish,
    honest_draft,
    overclaim,
    respelt,
    wronged_share,
)
from data.simulate.events import (
    Aired,
    Cause,
    Decision,
    Event,
    ListingTruth,
    Review,
    ReviewerTruth,
    ShopTruth,
    Stage,
    Submitted,
    WindowTruth,
)
from data.simulate.fashion import LATER, Fashion
from data.simulate.history import History
from data.simulate.merchants import BAD, GANG, Kind, Shop, kind_of, open_shop, shares
from data.simulate.numbers import licence_number
from data.simulate.reviewers import Incumbent, Reviewer, found_by, hire
from data.simulate.rooms import talk
from data.simulate.schedule import CHINA, demand, festival, moment
from data.taxonomy import load_taxonomy

DriftKind = Literal["disguise", "mix", "price"]
"""What may change: the disguises in use, how many merchants are bad, what goods cost."""

DRIFTS: Final[tuple[DriftKind, ...]] = get_args(DriftKind)

MAX_MERCHANTS: Final = 100_000
MAX_DAYS: Final = 730
WARM_UP: Final = 40
"""Days that are simulated before the first that is told, so that figures have a past."""

# Shares and rates of what merchants and the platform do. All assumed unless a source is named.
_ENTRANTS: Final = 0.002
"""New shops a day and merchant."""
_SHARES_A_WAREHOUSE: Final = 0.10
_COPIES: Final = 0.15
"""Share of bad merchants' listings whose text is an honest one's; resellers' is a third of it."""
_RELISTS: Final = 0.65
_RELISTED_AT_MOST: Final = 4
_LIFE: Final = (35.0, 0.7)
_PRICE_MOVES: Final = 0.003
_FESTIVAL_MOVES: Final = 3.0
_WINDOWS: Final = 0.15
_REVIEW_HOURS: Final = (5.0, 0.8)
_TESTS: Final = 1 / 150
"""Laboratory tests a day and merchant; the most complained-of are taken."""
_TEST_FAILS: Final = {True: 0.95, False: 0.03}
_FOUND_BY_TEST: Final = frozenset({"counterfeit_brand", "inferior_quality", "spec_mismatch"})
_COMPLAINTS_FOR_A_CASE: Final = 3
_POINTS: Final = {1: 1.0, 2: 1.0, 3: 3.0, 4: 6.0}
"""Points (扣分) by the severity of the label."""
_SANCTIONED: Final = 12.0
_CLOSED: Final = 24.0
_OPENS_ANEW: Final = 0.7
_APPEALS: Final[Mapping[Kind, float]] = {
    "good": 0.35,
    "careless": 0.2,
    "inferior": 0.08,
    "counterfeit": 0.06,
}
"""Share of interceptions that a merchant appeals: about 10 % in all (TAXONOMY.md §7, assumed)."""
_MIXED_ENTRANTS: Final = 0.10
_PRICE_DRIFT: Final = 1.35


class Drift(NamedTuple):
    """A change that begins on a day, counted from 0."""

    kind: DriftKind
    day: int


def simulate_world(
    merchants: int,
    days: int,
    seed: int,
    start: datetime,
    *,
    mix: Mapping[Kind, float] | None = None,
    drift: Drift | None = None,
    brands: Sequence[Brand] | None = None,
    listings_only: bool = False,
) -> Iterator[Event]:
    """What happens from ``start`` on for ``days`` days among so many merchants, day by day.

    ``start`` is a midnight in China, or the day in China that it falls on. ``mix`` are the
    shares of the kinds, by default those at intake. Within a day events of one sort come in the
    order of their instants. The same arguments give the same events. Memory does not grow with
    the days. ``listings_only`` leaves out all events but ``Submitted``, which is quicker; the
    rest happens all the same.

    Raises ValueError for a number of merchants or days that is not allowed.
    """
    if not 1 <= merchants <= MAX_MERCHANTS:
        raise ValueError(f"merchants is {merchants}; 1 to {MAX_MERCHANTS} are allowed")
    if not 1 <= days <= MAX_DAYS:
        raise ValueError(f"days is {days}; 1 to {MAX_DAYS} are allowed")
    if seed < 0:
        raise ValueError(f"seed is {seed}; 0 or more is allowed")
    if drift is not None and not 0 <= drift.day < days:
        raise ValueError(f"the drift begins on day {drift.day}; 0 to {days - 1} are allowed")
    midnight = start.astimezone(CHINA).replace(hour=0, minute=0, second=0, microsecond=0)
    known = load_brands() if brands is None else brands
    world = _World(merchants, seed, midnight, dict(mix or shares(None)), known, listings_only)
    return world.run(days, drift)


class _World:
    def __init__(
        self,
        merchants: int,
        seed: int,
        start: datetime,
        mix: dict[Kind, float],
        brands: Sequence[Brand],
        listings_only: bool,
    ) -> None:
        self.start = start
        self.listings_only = listings_only
        self.merchants = merchants
        self.mix = mix
        self.dice = Dice(seed)
        self.market = Market(brands)
        self.fashion = Fashion()
        self.history = History(merchants)
        self.voices = Dice(seed + 1)
        self.trade = Trade(self.history, self.dice, self.voices, start)
        self.reviewers = hire(max(3, merchants // 300), self.dice)
        self.incumbent = Incumbent(self.fashion, len(self.reviewers) - 1)
        self.severity = {label.code: label.severity for label in load_taxonomy().labels}
        self.shops: list[Shop] = []
        self.by_operator: defaultdict[int, list[Shop]] = defaultdict(list)
        self.live: dict[str, Offer] = {}
        self.agenda: defaultdict[int, list[Callable[[], Iterator[Event]]]] = defaultdict(list)
        self.day = 0
        self.told = False
        self.counts: defaultdict[str, int] = defaultdict(int)
        self.operators = 0

    def run(self, days: int, drift: Drift | None) -> Iterator[Event]:
        self._found()
        for day in range(-WARM_UP, days):
            self.day, self.told = day, day >= 0
            self.history.begin(day)
            self.incumbent.begin_day()
            if day == 0 and not self.listings_only:
                yield from self._first_truths()
            events = self._today()
            if drift is not None and day == drift.day:
                events = chain(self._drift(drift.kind), events)
            yield from self._in_order(events)

    def _first_truths(self) -> Iterator[Event]:
        for reviewer in self.reviewers:
            yield ReviewerTruth(
                reviewer=reviewer.reviewer_id,
                overlooks=reviewer.overlooks,
                imagines=reviewer.imagines,
            )
        yield from (self._truth_of(shop) for shop in self.shops)

    def _in_order(self, events: Iterator[Event]) -> list[Event]:
        if self.listings_only:
            events = (event for event in events if isinstance(event, Submitted))
        return sorted(events, key=_instant)

    def _today(self) -> Iterator[Event]:
        """One day. Goods are sold last, so that what was taken down today is not sold today."""
        yield from self._enter()
        yield from self._submit()
        for saying in self.trade.heard(self.day, self._on_complaint):
            if saying.offer.told and not self.listings_only:
                yield self.trade.record(saying)
        on_sale = self._on_sale()
        self._praise(on_sale)
        self._move_prices(on_sale)
        self._test(on_sale)
        self._notice(on_sale)
        yield from self._work()
        level = demand((self.start + timedelta(days=self.day)).date())
        for wronged in self.trade.sell(self.day, self._on_sale(), level):
            if not self.listings_only:
                yield wronged

    def _on_sale(self) -> list[Offer]:
        self.live = {
            data_id: offer
            for data_id, offer in self.live.items()
            if self.day < offer.until and offer.shop.closed is None
        }
        return [offer for offer in self.live.values() if offer.live_from <= self.day]

    def _work(self) -> Iterator[Event]:
        """What was put off until today, and what that puts off until later today."""
        while self.agenda[self.day]:
            yield from self.agenda[self.day].pop(0)()
        del self.agenda[self.day]

    def _later(self, days: int, what: Callable[[], Iterator[Event]]) -> None:
        self.agenda[self.day + max(0, days)].append(what)

    def _id(self, letter: str, width: int) -> str:
        number = self.counts[letter]
        self.counts[letter] += 1
        return f"sim-{letter}{number:0{width}d}"

    # --- merchants

    def _found(self) -> None:
        self.day = -WARM_UP
        while len(self.shops) < self.merchants:
            kind = kind_of(self.mix, self.dice)
            self._open(kind, self._operator(kind), opened=None)
        for shop in self.shops:
            # signals.md §2: now and then an honest shop shares a warehouse with a stranger.
            if self.dice.chance(_SHARES_A_WAREHOUSE):
                shop.linked = (self.dice.number(0, self.operators - 1),)

    def _operator(self, kind: Kind) -> int:
        """A new operator, or one that has a shop of the kind already: a gang (团伙)."""
        if self.shops and kind in BAD and self.dice.chance(GANG[kind]):
            last = next((s for s in reversed(self.shops[-200:]) if s.kind == kind), None)
            if last is not None and len(self.by_operator[last.operator]) < 5:
                return last.operator
        self.operators += 1
        return self.operators - 1

    def _open(self, kind: Kind, operator: int, opened: int | None) -> Shop:
        number = len(self.shops)
        shop = open_shop(number, kind, operator, opened, len(CATALOGUE), self.day, self.dice)
        self.shops.append(shop)
        self.by_operator[operator].append(shop)
        self.history.reserve(number + 1)
        return shop

    def _enter(self) -> Iterator[Event]:
        for _ in range(self.dice.poisson(_ENTRANTS * self.merchants)):
            kind = kind_of(self.mix, self.dice)
            yield from self._new_shop(kind, self._operator(kind))

    def _new_shop(self, kind: Kind, operator: int) -> Iterator[Event]:
        shop = self._open(kind, operator, opened=self.day)
        if self.told:
            yield self._truth_of(shop)

    def _truth_of(self, shop: Shop) -> ShopTruth:
        return ShopTruth(
            shop=shop.merchant_id,
            operator=f"sim-o{shop.operator:06d}",
            latent_kind=shop.kind,
            dress=shop.dress,
            opened_on=(self.start + timedelta(days=shop.opened)).date().isoformat(),
        )

    def _drift(self, kind: DriftKind) -> Iterator[Event]:
        match kind:
            case "disguise":
                self.fashion.replace(LATER)
            case "mix":
                for _ in range(round(_MIXED_ENTRANTS * self.merchants)):
                    newcomer: Kind = "counterfeit" if self.dice.chance(0.5) else "inferior"
                    yield from self._new_shop(newcomer, self._operator(newcomer))
            case "price":
                self.market.level = _PRICE_DRIFT
                self.market.fakes_priced_as_genuine = True

    def _merchant(self, shop: Shop, brand: Brand | None) -> Merchant:
        """The merchant as the platform knows it at today's midnight."""
        if brand is not None and brand.name not in shop.authorised:
            shop.authorised[brand.name] = self.dice.chance(shop.authorises)
        points = sum(p for day, p in shop.points if self.day - 365 <= day < self.day)
        operators = (shop.operator, *shop.linked) if shop.tied else shop.linked
        sanctioned = sum(
            other is not shop and other.sanctioned is not None and other.sanctioned < self.day
            for operator in operators
            for other in self.by_operator[operator]
        )
        return Merchant(
            merchant_id=shop.merchant_id,
            type=shop.type,
            tenure_days=float(self.day - shop.opened),
            deposit_ratio=shop.deposit,
            authorised_brands=[name for name, allowed in shop.authorised.items() if allowed],
            violation_points_365d=points,
            linked_sanctioned_shops=sanctioned,
            ip_notices=sum(day < self.day for day in shop.notices),
            as_of=self.start + timedelta(days=self.day),
            **self.history.figures(shop.number)._asdict(),
        )

    def _punish(self, shop: Shop, codes: Sequence[str]) -> float:
        points = max((_POINTS[self.severity[code]] for code in codes), default=0.0)
        shop.points.append((self.day, points))
        total = sum(p for day, p in shop.points if day >= self.day - 365)
        if total >= _SANCTIONED and shop.sanctioned is None:
            shop.sanctioned = self.day
        if total >= _CLOSED and shop.closed is None:
            shop.closed = self.day
            if shop.kind in BAD and self.dice.chance(_OPENS_ANEW):
                days = self.dice.number(3, 20)
                self._later(days, partial(self._new_shop, shop.kind, shop.operator))
        return points

    # --- listings

    def _submit(self) -> Iterator[Event]:
        shops = [shop for shop in self.shops if shop.closed is None]
        day = (self.start + timedelta(days=self.day)).date()
        level = 1.3 if festival(day) else 1.0
        counts = self.dice.generator.poisson([shop.pace * level for shop in shops])
        for shop, count in zip(shops, counts.tolist(), strict=True):
            for _ in range(count):
                yield from self._new_listing(shop)

    def _new_listing(self, shop: Shop) -> Iterator[Event]:
        year = (self.start + timedelta(days=self.day)).year
        draft = honest_draft(shop, self.market, year, self.dice)
        copied = None
        if self.dice.chance(_COPIES if shop.kind in BAD else _COPIES / 3):
            copied = self.market.copied(draft.number, self.dice)
        if copied is None:
            break_rules(draft, self.market, year, self.fashion.choose(self.dice), self.dice)
            fields = finish(draft, self.dice)
        else:
            fields = self._copy(draft, copied[1])
        offer = self._offer(draft, fields)
        if not draft.codes and copied is None:
            self.market.note_honest(draft.number, offer.data_id, fields)
        yield from self._hand_in(offer, draft.brand, copied=copied[0] if copied else None)

    def _copy(self, draft: Draft, fields: Fields) -> Fields:
        """The stranger's page word for word; what is wrong, if anything, is the goods alone."""
        code = self.dice.weighted(VIOLATIONS[draft.shop.kind])
        if code == "counterfeit_brand" and draft.brand is None:
            code = "inferior_quality"
        draft.codes = [code] if code else []
        draft.shows = not draft.codes
        copy = dict(fields)
        if self.dice.chance(0.4):
            copy["price"] = round(max(0.01, fields["price"] * self.dice.log_normal(0.9, 0.1)), 2)
        return copy

    def _offer(self, draft: Draft, fields: Fields) -> Offer:
        data_id = self._id("" if self.told else "w", 6)
        return Offer(
            data_id=data_id,
            shop=draft.shop,
            number=draft.number,
            goods=draft.goods,
            noun=draft.noun,
            fields=fields,
            codes=draft.codes,
            shows=draft.shows,
            mechanism=draft.mechanism,
            wronged=wronged_share(draft.shop, draft.codes),
            rate=min(40.0, draft.shop.demand * self.dice.log_normal(1.0, 0.7)),
            told=self.told,
            brand=draft.brand.brand_id if draft.brand else None,
        )

    def _hand_in(
        self,
        offer: Offer,
        brand: Brand | None,
        *,
        cause: Cause = "submission",
        version_of: str | None = None,
        relisted_from: str | None = None,
        copied: str | None = None,
    ) -> Iterator[Event]:
        """Submit: the record goes out, the policy judges, and on sale it goes or stays away."""
        at = moment(self.start + timedelta(days=self.day), self.dice)
        merchant = self._merchant(offer.shop, brand)
        if offer.told:
            record = {"data_id": offer.data_id, **offer.fields}
            record |= {"submitted_at": at, "merchant": merchant}
            offer.record = Listing.model_validate(record)
            truth = ListingTruth(
                item=offer.data_id,
                shop=offer.shop.merchant_id,
                operator=f"sim-o{offer.shop.operator:06d}",
                latent_kind=offer.shop.kind,
                true_codes=list(offer.codes),
                shows=offer.shows,
                hidden_by=offer.mechanism,
                wronged_share=round(offer.wronged, 4),
                version_of=version_of,
                relisted_from=relisted_from,
                copied_from=copied,
            )
            yield Submitted(offer.record, truth)
        usual = self.market.usual(offer.brand, offer.goods)
        judged = self.incumbent.judge(offer.fields, merchant, offer.mechanism, usual, self.dice)
        decided = at + timedelta(seconds=self.dice.number(1, 20))
        decision_id = self._id("d" if offer.told else "wd", 6)
        if offer.told:
            yield Decision(
                decision_id=decision_id,
                data_id=offer.data_id,
                cause=cause,
                suggestion=judged.suggestion,
                decided_at=decided,
            )
        if judged.suggestion == "review":
            stage: Stage = "random" if judged.at_random else "queue"
            self._ask(offer, decision_id, stage, judged.selection_probability, decided)
        if judged.suggestion == "block":
            codes = offer.codes or ["unlicensed_product"]
            self._intercepted(offer, decision_id, codes, decided)
        elif judged.suggestion == "pass" or judged.at_random:
            self._put_on_sale(offer)

    def _put_on_sale(self, offer: Offer) -> None:
        offer.live_from = self.day + 1
        offer.until = self.day + 2 + int(self.dice.log_normal(*_LIFE))
        self.live[offer.data_id] = offer
        if offer.mechanism is not None:
            self.fashion.got_through(offer.mechanism)
        if self.dice.chance(offer.shop.manner.edits):
            days = self.dice.number(1, 6)
            self._later(days, partial(self._edit, offer))
        if offer.told and not self.listings_only and self.voices.chance(_WINDOWS):
            for _ in range(self.voices.number(1, 3)):
                self._later(self.voices.number(1, 10), partial(self._air, offer))

    def _take_down(self, offer: Offer) -> None:
        self.live.pop(offer.data_id, None)

    # --- reviewers, interceptions, appeals

    def _ask(
        self, offer: Offer, decision_id: str, stage: Stage, probability: float, since: datetime
    ) -> None:
        hours = min(self.dice.log_normal(*_REVIEW_HOURS), 72.0)
        at = _whole(since + timedelta(hours=hours))
        reviewer = self.dice.pick(self.reviewers[1:])
        what = partial(self._reviewed, offer, decision_id, stage, probability, reviewer, at)
        self._later((at - self.start).days - self.day, what)

    def _reviewed(
        self,
        offer: Offer,
        decision_id: str,
        stage: Stage,
        probability: float,
        reviewer: Reviewer,
        at: datetime,
    ) -> Iterator[Event]:
        codes = found_by(
            reviewer,
            offer.codes,
            shows=offer.shows,
            disguised=offer.mechanism is not None,
            complaints=stage == "after_sale",
            dice=self.dice,
        )
        if offer.told:
            yield self._review(offer, decision_id, stage, probability, reviewer, at, codes)
        if codes:
            self._take_down(offer)
            self._intercepted(offer, decision_id, codes, at)
        elif stage == "queue":
            self._put_on_sale(offer)

    def _review(
        self,
        offer: Offer,
        decision_id: str,
        stage: Stage,
        probability: float,
        reviewer: Reviewer,
        at: datetime,
        codes: list[str],
    ) -> Review:
        return Review(
            review_id=self._id("r", 6),
            decision_id=decision_id,
            data_id=offer.data_id,
            reviewer_id=reviewer.reviewer_id,
            stage=stage,
            selection_probability=probability,
            outcome="violation" if codes else "clean",
            codes=codes,
            decided_at=at,
        )

    def _intercepted(
        self, offer: Offer, decision_id: str, codes: Sequence[str], at: datetime
    ) -> None:
        """The merchant is punished, and mends, appeals, tries again elsewhere, or gives up."""
        points = self._punish(offer.shop, codes)
        if offer.mechanism is not None:
            self.fashion.found_out(offer.mechanism)
        wronged_merchant = not offer.codes
        if self.dice.chance(_APPEALS[offer.kind] * (1.0 if wronged_merchant else 0.5)):
            self._later(self.dice.number(1, 4), partial(self._appeal, offer, decision_id, points))
        elif offer.kind in BAD and offer.codes:
            if offer.generation < _RELISTED_AT_MOST and self.dice.chance(_RELISTS):
                self._later(self.dice.number(1, 8), partial(self._relist, offer))
        elif offer.goods.licence not in offer.fields["licences"] or wronged_merchant:
            self._later(self.dice.number(1, 5), partial(self._mend, offer))

    def _appeal(self, offer: Offer, decision_id: str, points: float) -> Iterator[Event]:
        at = moment(self.start + timedelta(days=self.day), self.dice)
        senior = self.reviewers[0]
        if offer.told:
            yield Appeal(
                appeal_id=self._id("a", 6),
                decision_id=decision_id,
                statement=self.voices.pick(_STATEMENTS),
                evidence=self.voices.some(_EVIDENCE, self.voices.number(0, 2)),
                submitted_at=at,
            )
        found = found_by(
            senior, offer.codes, shows=True, disguised=False, complaints=True, dice=self.dice
        )
        # A senior who doubts lets the decision stand: 0.25 of the wrong ones, assumed.
        upheld = bool(found) or (not offer.codes and self.dice.chance(0.25))
        decided = _whole(at + timedelta(hours=min(self.dice.log_normal(20, 0.5), 96)))
        what = partial(self._appealed, offer, decision_id, points, found, upheld, decided)
        self._later((decided - self.start).days - self.day, what)

    def _appealed(
        self,
        offer: Offer,
        decision_id: str,
        points: float,
        found: list[str],
        upheld: bool,
        at: datetime,
    ) -> Iterator[Event]:
        codes = (found or ["unlicensed_product"]) if upheld else []
        if offer.told:
            yield self._review(offer, decision_id, "appeal", 1.0, self.reviewers[0], at, codes)
        if not upheld:
            offer.shop.points.append((self.day, -points))
            if offer.shop.closed is None:
                self._put_on_sale(offer)

    # --- what merchants do afterwards

    def _next(self, offer: Offer, fields: Fields, codes: list[str], shop: Shop) -> Offer:
        """The same goods once more, with other fields."""
        return Offer(
            data_id=self._id("" if self.told else "w", 6),
            shop=shop,
            number=offer.number,
            goods=offer.goods,
            noun=offer.noun,
            fields=fields,
            codes=codes,
            shows=offer.shows,
            mechanism=offer.mechanism,
            wronged=wronged_share(shop, codes),
            rate=offer.rate,
            told=self.told,
            generation=offer.generation,
            edited=list(offer.edited),
            brand=offer.brand,
        )

    def _relist(self, offer: Offer) -> Iterator[Event]:
        """The intercepted goods come back under another shop, disguised as is the fashion."""
        others = [shop for shop in self.by_operator[offer.shop.operator] if shop.closed is None]
        if not others:
            return
        elsewhere = [shop for shop in others if shop is not offer.shop]
        shop = self.dice.pick(elsewhere or others)
        mechanism = self.fashion.choose(self.dice)
        again = self._next(offer, respelt(offer.fields, mechanism, self.dice), offer.codes, shop)
        again.mechanism, again.generation = mechanism, offer.generation + 1
        # Many drop what gave them away and keep only the goods.
        if self.dice.chance(0.4):
            again.shows = False
            again.fields = _without_jargon(again.fields)
        again.edited = []
        yield from self._hand_in(again, self._brand(offer), relisted_from=offer.data_id)

    def _mend(self, offer: Offer) -> Iterator[Event]:
        """An honest merchant hands in again what was missing."""
        if offer.shop.closed is not None or offer.generation >= _RELISTED_AT_MOST:
            return
        fields = dict(offer.fields)
        codes = offer.codes
        key = offer.goods.licence
        if key is not None:
            year = (self.start + timedelta(days=self.day)).year - 1
            number = licence_number(key, year, self.dice, offer.goods.sc_class)
            fields["licences"] = {key: number}
            codes = [code for code in codes if code != "unlicensed_product"]
        mended = self._next(offer, fields, codes, offer.shop)
        mended.generation = offer.generation + 1
        yield from self._hand_in(mended, self._brand(offer), version_of=offer.data_id)

    def _edit(self, offer: Offer) -> Iterator[Event]:
        """A material edit after approval; of a bad merchant, bait and switch (先审后改)."""
        if offer.data_id not in self.live:
            return
        fields, codes = dict(offer.fields), list(offer.codes)
        if offer.kind in BAD and not codes and self.dice.chance(0.35):
            sentence, *broken = overclaim(offer.goods, self.dice)
            fields["description"] += sentence + "。"
            codes += broken
        elif self.dice.chance(0.5):
            fields["title"] += self.dice.pick(("现货", "包邮", "新款", "升级款"))
        else:
            fields["description"] += "尺寸和颜色见最后一张图。"
        offer.edited.append(self.day)
        fields["edits_7d"] = sum(day > self.day - 7 for day in offer.edited)
        yield from self._replace(offer, fields, codes)

    def _replace(self, offer: Offer, fields: Fields, codes: list[str]) -> Iterator[Event]:
        """A new version of a listing on sale; the old one can no longer be bought."""
        changed = self._next(offer, fields, codes, offer.shop)
        if codes != offer.codes:
            changed.shows = True
        self._take_down(offer)
        yield from self._hand_in(
            changed, self._brand(offer), cause="edit", version_of=offer.data_id
        )

    def _brand(self, offer: Offer) -> Brand | None:
        return self.market.brands.get(offer.brand or "")

    def _move_prices(self, on_sale: list[Offer]) -> None:
        day = (self.start + timedelta(days=self.day)).date()
        share = _PRICE_MOVES * (_FESTIVAL_MOVES if festival(day) else 1.0)
        for offer in self.dice.some(on_sale, self.dice.poisson(share * len(on_sale))):
            self._later(0, partial(self._reprice, offer))

    def _reprice(self, offer: Offer) -> Iterator[Event]:
        """A promotion: cheaper than before, or a price that was raised before to be crossed out."""
        if offer.data_id not in self.live:
            return
        fields, codes = dict(offer.fields), list(offer.codes)
        price = fields["price"]
        if self.dice.chance(0.35 if offer.kind in BAD else 0.012):
            fields["list_price"] = round(price * (1.3 + 2 * self.dice.share()), 2)
            codes += [] if "false_price_promo" in codes else ["false_price_promo"]
        else:
            fields["list_price"] = price
            fields["price"] = round(max(0.01, price * (0.7 + 0.25 * self.dice.share())), 2)
        yield from self._replace(offer, fields, codes)

    def _air(self, offer: Offer) -> Iterator[Event]:
        if offer.data_id not in self.live:
            return
        window = talk(offer.fields, offer.goods, offer.noun, offer.kind, self.voices)
        data_id = self._id("s", 6)
        segment = LiveSegment(
            data_id=data_id,
            text=window.text,
            platform="simulated",
            room_id=f"sim-room-{offer.shop.number:06d}",
            host_id=f"sim-h{offer.shop.number:06d}",
            category=offer.fields["category"],
            licences=offer.fields["licences"],
            merchant_type=offer.shop.type,
            listing=offer.record,
        )
        truth = WindowTruth(window=data_id, item=offer.data_id, true_codes=window.codes)
        yield Aired(segment, truth)

    # --- what the platform learns afterwards

    def _praise(self, on_sale: list[Offer]) -> None:
        of_shop = {offer.shop.number: offer for offer in on_sale}
        offers = list(of_shop.values())
        counts = self.dice.generator.poisson([offer.shop.manner.praise for offer in offers])
        for offer, count in zip(offers, counts.tolist(), strict=True):
            for _ in range(count):
                self.trade.praise(self.day, offer)

    def _on_complaint(self, offer: Offer) -> None:
        enough = offer.spoken_against >= _COMPLAINTS_FOR_A_CASE
        if enough and not offer.in_question and offer.data_id in self.live:
            offer.in_question = True
            self._later(self.dice.number(1, 3), partial(self._case, offer, "after_sale"))

    def _case(self, offer: Offer, cause: Cause) -> Iterator[Event]:
        """After complaints, a failed test or a notice the platform looks again."""
        if offer.data_id not in self.live:
            return
        at = moment(self.start + timedelta(days=self.day), self.dice)
        decision_id = self._id("d" if offer.told else "wd", 6)
        blocks = cause != "after_sale"
        if offer.told:
            yield Decision(
                decision_id=decision_id,
                data_id=offer.data_id,
                cause=cause,
                suggestion="block" if blocks else "review",
                decided_at=at,
            )
        if blocks:
            self._take_down(offer)
            self._intercepted(offer, decision_id, offer.codes or ["inferior_quality"], at)
        else:
            self._ask(offer, decision_id, "after_sale", 1.0, at)

    def _test(self, on_sale: list[Offer]) -> None:
        """Laboratory tests (抽检), aimed at risk: no base rate can be read off them."""
        count = self.dice.poisson(_TESTS * self.merchants)
        candidates = self.dice.some(on_sale, 60 * count)
        candidates.sort(key=lambda o: -(o.spoken_against + self.dice.share()))
        for offer in candidates[:count]:
            fails = self.dice.chance(_TEST_FAILS[not _FOUND_BY_TEST.isdisjoint(offer.codes)])
            known = self.trade.test(self.day, offer, fails)
            if fails:
                self.agenda[known].append(partial(self._case, offer, "laboratory"))

    def _notice(self, on_sale: list[Offer]) -> None:
        """Rights-holders' notices: for fakes that sell, now and then for genuine goods."""
        chances = np.fromiter((offer.notices for offer in on_sale), np.float64, len(on_sale))
        drawn = self.dice.generator.random(len(on_sale))
        for index in np.flatnonzero(drawn < chances).tolist():
            self.trade.notify(self.day + 1, on_sale[index])
            self._later(1, partial(self._noticed, on_sale[index]))

    def _noticed(self, offer: Offer) -> Iterator[Event]:
        offer.shop.notices.append(self.day)
        if self.dice.chance(0.8):
            yield from self._case(offer, "rights_holder")


_STATEMENTS: Final = (
    "我们是正规经营，资质齐全，请复核。",
    "编号输入时打错了一位，已经改好，请重新审核。",
    "这是自有品牌，没有傍名牌，附上商标注册证。",
    "页面描述和实物一致，可以提供检测报告。",
    "只是促销文案，没有夸大，请人工看一下。",
)
_EVIDENCE: Final = ("检测报告扫描件", "品牌授权书", "商标注册证", "进货发票", "实物照片")


def _without_jargon(fields: Fields) -> Fields:
    title = fields["title"]
    for word in JARGON:
        title = title.replace(word, "")
    return {**fields, "title": title.strip() or fields["title"]}


def _instant(event: Event) -> datetime:
    """When an event becomes known; the truth stands at the beginning of its day."""
    match event:
        case Submitted():
            return _known(event.listing.submitted_at)
        case Decision() | Review():
            return event.decided_at
        case Appeal():
            return _known(event.submitted_at)
        case _:
            return _known(getattr(event, "observed_at", None))


_BEGINNING: Final = datetime.min.replace(tzinfo=CHINA)


def _known(at: datetime | None) -> datetime:
    return _BEGINNING if at is None else at


def _whole(at: datetime) -> datetime:
    return at.replace(microsecond=0)
