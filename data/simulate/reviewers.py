"""Reviewers (审核员) of the simulation, who err, and the simple policy they stand behind."""

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from data.licences import LicenceRules, Requirement, checks_out, fold_number, load_licence_rules
from data.listing import Merchant
from data.simulate.dice import Dice
from data.simulate.disguises import Mechanism
from data.simulate.fashion import Fashion
from data.simulate.telltale import CONFUSING, JARGON, RISKY_WORDS
from data.verdict import Suggestion

# Error rates are a beta's a and b: means 15 % and 5 %, which with the shares below make two
# reviewers agree about as well as a kappa of 0.7 (TAXONOMY.md §7, assumed there).
_OVERLOOKS: Final = (6.0, 34.0)
_IMAGINES: Final = (2.0, 38.0)
_SENIOR: Final = (0.06, 0.02)

SEEN_THOUGH_HIDDEN: Final = 0.12
"""How likely a reviewer finds what the listing does not show: pictures, a feeling. Assumed."""

SEEN_WITH_COMPLAINTS: Final = 0.75
"""How likely, when the case holds several buyers' complaints. Assumed."""

_DISGUISE_COSTS: Final = 0.15
_MISNAMED: Final = 0.06
_NEIGHBOURS: Final[Mapping[str, str]] = {
    "counterfeit_brand": "brand_confusion",
    "brand_confusion": "counterfeit_brand",
    "inferior_quality": "spec_mismatch",
    "spec_mismatch": "inferior_quality",
    "health_food_overclaim": "medical_claim",
    "cosmetic_overclaim": "exaggerated_effect",
}


class Reviewer(NamedTuple):
    """A reviewer, with the shares of violations overlooked and of clean items condemned."""

    reviewer_id: str
    overlooks: float
    imagines: float


def hire(count: int, dice: Dice) -> list[Reviewer]:
    """This many reviewers, each with errors of their own; the first is a senior who errs less."""
    senior = Reviewer("sim-r00", *_SENIOR)
    return [
        senior,
        *(
            Reviewer(f"sim-r{n:02d}", round(dice.beta(*_OVERLOOKS), 4), _alarm(dice))
            for n in range(1, count)
        ),
    ]


def _alarm(dice: Dice) -> float:
    return round(dice.beta(*_IMAGINES), 4)


def found_by(
    reviewer: Reviewer,
    codes: Sequence[str],
    *,
    shows: bool,
    disguised: bool,
    complaints: bool,
    dice: Dice,
) -> list[str]:
    """The codes that a reviewer gives a listing that deserves ``codes``."""
    if not codes:
        return ["listing_abuse"] if dice.chance(reviewer.imagines) else []
    seen = 1.0 - reviewer.overlooks - (_DISGUISE_COSTS if disguised else 0.0)
    if not shows:
        seen = SEEN_THOUGH_HIDDEN
    if complaints:
        seen = max(seen, SEEN_WITH_COMPLAINTS)
    found = [code for code in codes if dice.chance(seen)]
    return [_NEIGHBOURS.get(code, code) if dice.chance(_MISNAMED) else code for code in found]


RANDOM_SHARE: Final = 0.015
"""Share of passed submissions that go to review at random (1-2 %, signals.md §6)."""

CASES_A_DAY: Final = 8
"""Flagged listings that a reviewer takes on a day. Assumed, and small as the world is."""

_REVIEW_AT: Final = 2.0


class Judged(NamedTuple):
    """What the policy suggests, and how likely it was that a person would look at the item."""

    suggestion: Suggestion
    at_random: bool
    selection_probability: float


class Incumbent:
    """The policy in force in the simulated world: a word list, licence checks, a few figures.

    It is the platform's old one, simple on purpose, and its interceptions are what censors the
    records. All weights are assumed.
    """

    def __init__(self, fashion: Fashion, reviewers: int) -> None:
        self._fashion = fashion
        self._capacity = reviewers * CASES_A_DAY
        self._flagged_yesterday = 0
        self._flagged_today = 0
        self._rules: LicenceRules = load_licence_rules()
        self._requirements: dict[str, Requirement | None] = {}
        self._sound: dict[tuple[str, str], bool] = {}

    def begin_day(self) -> None:
        """A day begins: how much was flagged the day before sets how much of it is looked at."""
        self._flagged_yesterday, self._flagged_today = self._flagged_today, 0
        self._sound.clear()

    def judge(
        self,
        fields: Mapping[str, Any],
        merchant: Merchant,
        mechanism: Mechanism | None,
        usual: float,
        dice: Dice,
    ) -> Judged:
        """What to do with a submission; ``usual`` is what such goods cost, in yuan."""
        seen = mechanism is None or dice.chance(self._fashion.known(mechanism))
        text = fields["title"] + fields["description"] if seen else ""
        if any(word in text for word in JARGON) or not self._licensed(fields):
            return Judged("block", False, 1.0)
        risk = 2.0 * any(word in text for word in (*CONFUSING, *RISKY_WORDS))
        risk += 1.5 * (fields["price"] < 0.3 * usual)
        risk += _history(merchant)
        if risk >= _REVIEW_AT:
            self._flagged_today += 1
            chance = min(1.0, self._capacity / max(1, self._flagged_yesterday))
            if dice.chance(chance):
                return Judged("review", False, round(chance, 6))
            return Judged("pass", False, round(chance, 6))
        at_random = dice.chance(RANDOM_SHARE)
        return Judged("review" if at_random else "pass", at_random, RANDOM_SHARE)

    def _licensed(self, fields: Mapping[str, Any]) -> bool:
        category, licences = fields["category"], fields["licences"]
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
