"""From probabilities to a suggestion (处置建议): operating points, context, deterministic rules."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Final, Literal

from data.licences import LicenceRules
from data.registry import EMPTY_REGISTRY
from data.segment import LiveSegment
from data.taxonomy import Label
from data.verdict import Kind, Suggestion
from features.licence import sound_licences
from features.normalise import normalise
from models.artifact import Thresholds

PolicyName = Literal["balanced", "capacity"]

BLOCK_AT: Final = 0.97
"""Calibrated probability from which a label of severity 4 is blocked without a rule."""

CRITICAL: Final = 4
"""The severity at which an explicit claim is blocked."""

CERTAIN: Final = 0.9
"""The certainty from which a rule's finding is a matter of fact."""

EXPLICIT_WEIGHT: Final = 1.3
"""Summed cue weight that makes a severity-4 claim explicit: a contact and a verb of diversion,
a disease and a verb of cure."""

LIKELY: Final = 0.5
"""The certainty from which a rule's finding on a listing sends it to review by itself. A weaker
one, such as a brand that no authorisation is known for, only stands beside what is flagged."""

PLAIN_WEIGHT: Final[Mapping[Kind, float]] = {"claims": 1.0, "listings": 0.9}
"""Summed cue weight at which the lexicon alone sends an item to review: what everybody can hear
or read is not for a model to weigh. It fires on 4.4 % of violating and 0.2 % of clean live
windows; a seller's page is shorter, and each of its words was chosen."""

EXPLICIT_PROBABILITY: Final = 0.97
"""The item probability that an explicit claim is given: the lexicon's in-sample precision."""

_APPROVED: Final = 1.0
_LICENSED: Final = 3.0
_SPECIAL: Final = 2.0
_UNLICENSED: Final = 1.0

# Claim x kind of goods x licence that covers it -> log-odds, after the table in the domain notes:
# what is a claim is not a violation until category and licence say so.
_SHIFTS: Final[Mapping[tuple[str, str, bool], float]] = {
    ("medical_claim", "drug", True): -_LICENSED,
    ("medical_claim", "device", True): -_LICENSED,
    ("health_food_overclaim", "health_food", True): -_APPROVED,
    ("health_food_overclaim", "health_food", False): _UNLICENSED,
    ("health_food_overclaim", "food", False): _UNLICENSED,
    ("health_food_overclaim", "drug", True): -_LICENSED,
    ("health_food_overclaim", "device", True): -_LICENSED,
    ("cosmetic_overclaim", "cosmetic", True): -_SPECIAL,
    ("cosmetic_overclaim", "cosmetic", False): _UNLICENSED,
}
_COVERS: Final = {
    "drug": ("drug",),
    "device": ("device_reg", "device_class1"),
    "health_food": ("health_reg", "health_file", "health_legacy"),
    "food": ("health_reg", "health_file", "health_legacy"),
    "cosmetic": ("cosmetic_special",),
}


def policy_version(
    name: str, thresholds: Thresholds, registry: str = EMPTY_REGISTRY.version
) -> str:
    """A name that changes with any number the policy decides by, and with the brand registry."""
    shifts = sorted((*key, value) for key, value in _SHIFTS.items())
    floors = [LIKELY, PLAIN_WEIGHT, EXPLICIT_WEIGHT, EXPLICIT_PROBABILITY]
    numbers = [BLOCK_AT, CERTAIN, floors, shifts]
    text = json.dumps([name, thresholds.facts(), numbers, _COVERS, registry])
    return f"{name}-{hashlib.sha256(text.encode()).hexdigest()[:10]}"


def suggest(
    label: Label, probability: float, *, rule: bool = False, allowed: bool = False
) -> Suggestion:
    """What to do about a label that is listed.

    ``block`` for severity 4 when a deterministic rule fired or the probability is at least
    ``BLOCK_AT``; else ``review``: a doubtful item is for a person, and so is a claim of a kind
    that the product's licence allows.
    """
    certain = not allowed and (rule or probability >= BLOCK_AT)
    return "block" if label.default_action == "block" and certain else "review"


class ClaimContext:
    """What the product on screen allows: shifts of log-odds for each label."""

    def __init__(self, rules: LicenceRules) -> None:
        self.rules = rules

    def shifts(self, segment: LiveSegment, at: datetime) -> dict[str, float]:
        """Log-odds to add for each label; nothing when category or licences are unknown.

        ``at`` is the instant at which the licences must be valid.
        """
        category, licences = _goods(segment)
        return self.shifts_of(category, licences, at)

    def shifts_of(
        self, category: str | None, licences: Mapping[str, str] | None, at: datetime
    ) -> dict[str, float]:
        """The same of goods in a category with these licences."""
        if category is None or licences is None:
            return {}
        requirement = self.rules.requirement(normalise(category).text)
        if requirement is None or requirement.group not in _COVERS:
            return {}
        valid = sound_licences(licences, at, self.rules)
        covered = any(
            key.startswith(_COVERS[requirement.group]) and not key.endswith("_ad") for key in valid
        )
        return {
            code: shift
            for (code, group, licensed), shift in _SHIFTS.items()
            if group == requirement.group and licensed == covered
        }


def _goods(segment: LiveSegment) -> tuple[str | None, Mapping[str, str] | None]:
    listing = segment.listing
    category = segment.category or (listing.category if listing else None)
    licences = segment.licences
    if licences is None and listing is not None:
        licences = listing.licences
    return category, licences
