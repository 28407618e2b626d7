"""What merchants do (商家行为): submit, edit, promote, mend, and bring back what was stopped."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Final, NamedTuple

import numpy as np

from data.listing import Listing
from data.simulate.agenda import Agenda
from data.simulate.breaches import VIOLATIONS, break_rules, wronged_share
from data.simulate.dice import Dice
from data.simulate.drafts import Draft, honest_draft
from data.simulate.enforcement import Platform, Submission
from data.simulate.events import Cause, Event, ListingTruth, Submitted
from data.simulate.fashion import Fashion
from data.simulate.market import Fields, Market
from data.simulate.merchants import BAD, Kind, Shop
from data.simulate.numbers import licence_number
from data.simulate.offers import Offer
from data.simulate.overclaims import overclaim
from data.simulate.pages import finish
from data.simulate.register import Register, operator_id
from data.simulate.schedule import festival
from data.simulate.shelf import Shelf
from data.simulate.tally import Tally
from data.simulate.telltale import respelt, without

# All assumed unless a source is named.
_COPIES: Final = 0.15
"""Share of bad merchants' listings whose text is an honest one's; resellers' is a third of it."""

_FESTIVAL_PACE: Final = 1.3
_MOST_ORDERS: Final = 40.0
_RELISTS: Final = 0.65
_RELISTED_AT_MOST: Final = 4
_PRICE_MOVES: Final = 0.003
_FESTIVAL_MOVES: Final = 3.0
_APPEALS: Final[Mapping[Kind, float]] = {
    "good": 0.35,
    "careless": 0.2,
    "inferior": 0.08,
    "counterfeit": 0.06,
}
"""Share of interceptions that a merchant appeals: about 10 % in all (TAXONOMY.md §7, assumed)."""


class _Origins(NamedTuple):
    """Why a listing is submitted, and the listing that it edits, brings back or copies."""

    cause: Cause = "submission"
    version_of: str | None = None
    relisted_from: str | None = None
    copied_from: str | None = None


class Sellers:
    """All merchants of a world at their work."""

    def __init__(
        self,
        agenda: Agenda,
        register: Register,
        shelf: Shelf,
        platform: Platform,
        market: Market,
        fashion: Fashion,
        tally: Tally,
        dice: Dice,
    ) -> None:
        self._agenda = agenda
        self._register = register
        self._shelf = shelf
        self._platform = platform
        self._market = market
        self._fashion = fashion
        self._tally = tally
        self._dice = dice

    def submit(self) -> Iterator[Event]:
        """The new listings of a day."""
        shops = self._register.open_shops()
        level = _FESTIVAL_PACE if festival(self._agenda.midnight.date()) else 1.0
        today = self._agenda.day
        draws = self._dice.each(shops, "submit", today)
        counts = draws.poisson(np.array([shop.pace * level for shop in shops]))
        for shop, count in zip(shops, counts.tolist(), strict=True):
            for number in range(count):
                yield from self._new_listing(shop, f"{shop.key}/{today}.{number}")

    def move_prices(self, on_sale: list[Offer]) -> None:
        """Some prices move today, more of them at festivals."""
        share = _PRICE_MOVES
        if festival(self._agenda.midnight.date()):
            share *= _FESTIVAL_MOVES
        for offer in self._dice.share_of(on_sale, share, "prices", self._agenda.day):
            self._agenda.put_off(0, partial(self._reprice, offer))

    def on_sale(self, offer: Offer) -> None:
        """A listing goes on sale: some will be edited once they are approved."""
        dice = self._dice.about("edits", offer.key)
        if dice.chance(offer.shop.manner.edits):
            self._agenda.put_off(dice.number(1, 6), partial(self._edit, offer))

    def intercepted(self, offer: Offer, decision_id: str, points: float) -> None:
        """The merchant appeals, tries again elsewhere, mends, or gives up."""
        wronged = not offer.codes
        dice = self._dice.about("intercepted", offer.key)
        if dice.chance(_APPEALS[offer.kind] * (1.0 if wronged else 0.5)):
            appeal = partial(self._platform.appeal, offer, decision_id, points)
            self._agenda.put_off(dice.number(1, 4), appeal)
        elif offer.kind in BAD and offer.codes:
            if offer.generation < _RELISTED_AT_MOST and dice.chance(_RELISTS):
                self._agenda.put_off(dice.number(1, 8), partial(self._relist, offer))
        elif offer.goods.licence not in offer.fields["licences"] or wronged:
            self._agenda.put_off(dice.number(1, 5), partial(self._mend, offer))

    def _new_listing(self, shop: Shop, key: str) -> Iterator[Event]:
        year, dice = self._agenda.midnight.year, self._dice.about("listing", key)
        draft = honest_draft(shop, self._market, year, dice)
        copied = None
        if dice.chance(_COPIES if shop.kind in BAD else _COPIES / 3):
            copied = self._market.copied(draft.number, dice)
        if copied is None:
            mechanism = self._fashion.choose(dice)
            break_rules(draft, self._market, year, mechanism, dice)
            fields = finish(draft, dice)
        else:
            fields = _copy(draft, copied[1], dice)
        offer = self._offer(draft, fields, key, dice)
        if not draft.codes and copied is None:
            self._market.note_honest(draft.number, offer.data_id, fields)
        origins = _Origins(copied_from=copied[0] if copied else None)
        yield from self._hand_in(offer, origins, dice)

    def _offer(self, draft: Draft, fields: Fields, key: str, dice: Dice) -> Offer:
        return Offer(
            data_id=self._new_id(),
            shop=draft.shop,
            number=draft.number,
            goods=draft.goods,
            noun=draft.noun,
            fields=fields,
            codes=draft.codes,
            shows=draft.shows,
            mechanism=draft.mechanism,
            wronged=wronged_share(draft.shop, draft.codes),
            rate=min(_MOST_ORDERS, draft.shop.demand * dice.log_normal(1.0, 0.7)),
            told=self._agenda.told,
            key=key,
            brand=draft.brand.brand_id if draft.brand else None,
        )

    def _again(self, offer: Offer, fields: Fields, codes: list[str], shop: Shop, key: str) -> Offer:
        """The same goods once more, with other fields."""
        return Offer(
            data_id=self._new_id(),
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
            told=self._agenda.told,
            key=key,
            generation=offer.generation,
            edited=list(offer.edited),
            brand=offer.brand,
        )

    def _new_id(self) -> str:
        return self._agenda.new_id("" if self._agenda.told else "w")

    def _hand_in(self, offer: Offer, origins: _Origins, dice: Dice) -> Iterator[Event]:
        """Submit: the record goes out, and the platform judges it."""
        at = self._agenda.moment(dice)
        brand = self._market.brands.get(offer.brand or "")
        merchant = self._register.merchant(offer.shop, brand)
        record = {"data_id": offer.data_id, **offer.fields}
        record |= {"submitted_at": at, "merchant": merchant}
        offer.record = Listing.model_validate(record)
        self._tally.submitted(offer, origins.version_of)
        if offer.told:
            yield Submitted(offer.record, _truth(offer, origins))
        yield from self._platform.receive(Submission(offer, offer.record, origins.cause, at))

    def _relist(self, offer: Offer) -> Iterator[Event]:
        """The intercepted goods come back under another shop, disguised as is the fashion."""
        others = self._register.open_shops_of(offer.shop.operator)
        if not others:
            return
        elsewhere = [shop for shop in others if shop is not offer.shop]
        key = f"{offer.key}r"
        dice = self._dice.about("listing", key)
        shop = dice.pick(elsewhere or others)
        mechanism = self._fashion.choose(dice)
        fields = respelt(offer.fields, mechanism, dice, self._market.slang)
        again = self._again(offer, fields, offer.codes, shop, key)
        again.mechanism, again.generation = mechanism, offer.generation + 1
        # Many drop what gave them away and keep only the goods.
        if dice.chance(0.4):
            again.shows = False
            again.fields = without(again.fields, self._market.slang.jargon)
        again.edited = []
        yield from self._hand_in(again, _Origins(relisted_from=offer.data_id), dice)

    def _mend(self, offer: Offer) -> Iterator[Event]:
        """An honest merchant hands in again what was missing."""
        if offer.shop.closed is not None or offer.generation >= _RELISTED_AT_MOST:
            return
        fields = dict(offer.fields)
        codes = offer.codes
        key = f"{offer.key}m"
        dice = self._dice.about("listing", key)
        licence = offer.goods.licence
        if licence is not None:
            year = self._agenda.midnight.year - 1
            number = licence_number(licence, year, dice, offer.goods.sc_class)
            fields["licences"] = {licence: number}
            codes = [code for code in codes if code != "unlicensed_product"]
        mended = self._again(offer, fields, codes, offer.shop, key)
        mended.generation = offer.generation + 1
        yield from self._hand_in(mended, _Origins(version_of=offer.data_id), dice)

    def _edit(self, offer: Offer) -> Iterator[Event]:
        """A material edit after approval; of a bad merchant, bait and switch (先审后改)."""
        if offer not in self._shelf:
            return
        fields, codes = dict(offer.fields), list(offer.codes)
        key = f"{offer.key}e"
        dice = self._dice.about("listing", key)
        if offer.kind in BAD and not codes and dice.chance(0.35):
            sentence, *broken = overclaim(offer.goods, dice)
            fields["description"] += sentence + "。"
            codes += broken
        elif dice.chance(0.5):
            fields["title"] += dice.pick(("现货", "包邮", "新款", "升级款"))
        else:
            fields["description"] += "尺寸和颜色见最后一张图。"
        offer.edited.append(self._agenda.day)
        fields["edits_7d"] = sum(day > self._agenda.day - 7 for day in offer.edited)
        yield from self._replace(offer, self._again(offer, fields, codes, offer.shop, key), dice)

    def _reprice(self, offer: Offer) -> Iterator[Event]:
        """A promotion: cheaper than before, or a price that was raised before to be crossed out."""
        if offer not in self._shelf:
            return
        fields, codes = dict(offer.fields), list(offer.codes)
        price = fields["price"]
        key = f"{offer.key}p"
        dice = self._dice.about("listing", key)
        if dice.chance(0.35 if offer.kind in BAD else 0.012):
            fields["list_price"] = round(price * (1.3 + 2 * dice.share()), 2)
            codes += [] if "false_price_promo" in codes else ["false_price_promo"]
        else:
            fields["list_price"] = price
            fields["price"] = round(max(0.01, price * (0.7 + 0.25 * dice.share())), 2)
        yield from self._replace(offer, self._again(offer, fields, codes, offer.shop, key), dice)

    def _replace(self, offer: Offer, changed: Offer, dice: Dice) -> Iterator[Event]:
        """A new version of a listing on sale; the old one can no longer be bought."""
        if changed.codes != offer.codes:
            changed.shows = True
        self._shelf.take_down(offer)
        yield from self._hand_in(changed, _Origins("edit", version_of=offer.data_id), dice)


def _copy(draft: Draft, fields: Fields, dice: Dice) -> Fields:
    """The stranger's page word for word; what is wrong, if anything, is the goods alone."""
    code = dice.weighted(VIOLATIONS[draft.shop.kind])
    if code == "counterfeit_brand" and draft.brand is None:
        code = "inferior_quality"
    draft.codes = [code] if code else []
    draft.shows = not draft.codes
    copy = dict(fields)
    if dice.chance(0.4):
        copy["price"] = round(max(0.01, fields["price"] * dice.log_normal(0.9, 0.1)), 2)
    return copy


def _truth(offer: Offer, origins: _Origins) -> ListingTruth:
    return ListingTruth(
        item=offer.data_id,
        shop=offer.shop.merchant_id,
        operator=operator_id(offer.shop),
        latent_kind=offer.shop.kind,
        true_codes=list(offer.codes),
        shows=offer.shows,
        hidden_by=offer.mechanism,
        wronged_share=round(offer.wronged, 4),
        version_of=origins.version_of,
        relisted_from=origins.relisted_from,
        copied_from=origins.copied_from,
    )
