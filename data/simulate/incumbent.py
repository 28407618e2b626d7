"""The policy in force in a simulated world before any other comes (旧策略)."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final, NamedTuple

from data.licences import LicenceRules, Requirement, checks_out, fold_number, load_licence_rules
from data.listing import Listing, Merchant
from data.simulate.dice import Dice
from data.simulate.policy import Ruling
from data.simulate.slang import CONFUSING, JARGON
from data.simulate.telltale import RISKY_WORDS

RANDOM_SHARE: Final = 0.015
"""Share of passed submissions that go to review at random (1-2 %, signals.md §6)."""

_REVIEW_AT: Final = 2.0


class Sight(NamedTuple):
    """What the incumbent makes of a listing beyond its record.

    ``reads`` is how likely it reads the words, through their disguise if there is one;
    ``usual`` what such goods cost, in yuan.
    """

    reads: float
    usual: float


class Incumbent:
    """A word list, licence checks, a few figures: the platform's old policy.

    It is simple on purpose, and its interceptions are what censors the records. All weights are
    assumed. ``sight`` is asked with the id of a listing that is being judged: how well the old
    list reads a disguise is part of the world and not of the record. ``capacity`` is how many
    flagged listings reviewers take on a day; of more, only so many are looked at.
    """

    def __init__(self, sight: Callable[[str], Sight], capacity: int, dice: Dice) -> None:
        self._sight = sight
        self._capacity = capacity
        self._dice = dice
        self._flagged_yesterday = 0
        self._flagged_today = 0
        self._rules: LicenceRules = load_licence_rules()
        self._requirements: dict[str, Requirement | None] = {}
        self._sound: dict[tuple[str, str], bool] = {}

    def begin_day(self) -> None:
        """A day begins: how much was flagged the day before sets how much of it is looked at."""
        self._flagged_yesterday, self._flagged_today = self._flagged_today, 0
        self._sound.clear()

    def judge(self, listing: Listing, at: datetime) -> Ruling:
        """What to do with a submission."""
        dice = self._dice.about("incumbent", listing.data_id)
        sight = self._sight(listing.data_id)
        read = sight.reads >= 1 or dice.chance(sight.reads)
        text = listing.title + (listing.description or "") if read else ""
        if any(word in text for word in JARGON) or not self._licensed(listing):
            return Ruling("block")
        risk = 2.0 * any(word in text for word in (*CONFUSING, *RISKY_WORDS))
        risk += 1.5 * (listing.price < 0.3 * sight.usual)
        risk += _history(listing.merchant) if listing.merchant else 0.0
        if risk >= _REVIEW_AT:
            self._flagged_today += 1
            chance = min(1.0, self._capacity / max(1, self._flagged_yesterday))
            looked_at = dice.chance(chance)
            return Ruling("review" if looked_at else "pass", looked_at, round(chance, 6))
        at_random = dice.chance(RANDOM_SHARE)
        return Ruling("review" if at_random else "pass", at_random, RANDOM_SHARE, at_random)

    def _licensed(self, listing: Listing) -> bool:
        category, licences = listing.category, listing.licences or {}
        if category not in self._requirements:
            self._requirements[category] = self._rules.requirement(category)
        requirement = self._requirements[category]
        if requirement is not None and _is_missing(requirement, licences):
            return False
        return all(self._is_sound(key, number) for key, number in licences.items())

    def _is_sound(self, key: str, number: str) -> bool:
        if (key, number) not in self._sound:
            entry, folded = self._rules.format(key), fold_number(number)
            reading = entry.read(folded) if entry else None
            sound = reading is not None and checks_out(folded, reading.form.check)
            self._sound[key, number] = sound
        return self._sound[key, number]


def _is_missing(requirement: Requirement, licences: Mapping[str, str]) -> bool:
    return requirement.mandatory and not set(licences) & set(requirement.any_of)


def _history(merchant: Merchant) -> float:
    points = merchant.violation_points_365d or 0.0
    returns = merchant.quality_return_rate_30d or 0.0
    fake = merchant.fake_mention_rate_30d or 0.0
    risk = 1.0 * (points >= 3) + 1.0 * ((merchant.linked_sanctioned_shops or 0) > 0)
    risk += 1.0 * (returns > 0.08 and (merchant.delivered_30d or 0) >= 20)
    risk += 1.0 * (fake > 0.01 and (merchant.reviews_30d or 0) >= 10)
    return risk + 0.5 * ((merchant.tenure_days or 0.0) < 14)
