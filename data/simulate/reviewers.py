"""Reviewers (审核员) of the simulation, who err."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from data.simulate.dice import Dice

# Error rates are a beta's a and b: means 15 % and 5 %, which with the shares below make two
# reviewers agree about as well as a kappa of 0.7 (TAXONOMY.md §7, assumed there).
_OVERLOOKS: Final = (6.0, 34.0)
_IMAGINES: Final = (2.0, 38.0)
_SENIOR: Final = (0.06, 0.02)

SEEN_THOUGH_HIDDEN: Final = 0.12
"""How likely a reviewer finds what the listing does not show: pictures, a feeling. Assumed."""

SEEN_WITH_COMPLAINTS: Final = 0.75
"""How likely, when the case holds several buyers' complaints. Assumed."""

CASES_A_DAY: Final = 8
"""Flagged listings that a reviewer takes on a day. Assumed, and small as the world is."""

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
