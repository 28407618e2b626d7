"""Simulated listings (商品) with the truth about them, for want of public labelled ones.

Everything here is made up. A number measured on these listings is about the simulation only.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from math import ceil
from typing import Any, Final, NamedTuple

from data.brands import Brand
from data.listing import Listing
from data.simulate.dice import Dice
from data.simulate.events import Submitted
from data.simulate.merchants import shares
from data.simulate.world import simulate_world

DAYS: Final = 60
"""Days before the instant over which the listings were submitted."""

_LISTINGS_A_MERCHANT: Final = 12.5


class Simulated(NamedTuple):
    """A made-up listing; ``codes`` is the truth about it, ``latent`` about its merchant.

    ``operator`` names who stands behind the merchant: listings of one operator may be copies of
    each other, so no split should part them.
    """

    listing: Listing
    codes: list[str]
    latent: str
    operator: str


def simulate_listings(
    n: int,
    seed: int,
    at: datetime,
    *,
    bad_share: float | None = None,
    brands: Sequence[Brand] | None = None,
) -> Iterator[Simulated]:
    """``n`` simulated listings submitted within the 60 days before ``at``, in order of time.

    They come out of a simulated marketplace, so that a merchant's figures are what its earlier
    listings led to. Merchants are those at intake unless ``bad_share`` says how many are bad.
    Fields are left out at random, as platforms send them, whatever the truth: then the truth may
    be invisible. The same arguments give the same listings.

    >>> at = datetime.fromisoformat("2026-02-01T08:00:00+08:00")
    >>> [item.listing.submitted_at < at for item in simulate_listings(2, seed=1, at=at)]
    [True, True]
    """
    if n < 0:
        raise ValueError(f"n is {n}; the number of listings is 0 or more")
    mix = shares(bad_share)
    dice = Dice(seed)
    merchants = ceil(n / _LISTINGS_A_MERCHANT) + 8
    start = at - timedelta(days=DAYS)
    found: list[Submitted] = []
    while len(found) < n or not found:
        events = simulate_world(
            merchants, DAYS, seed, start, mix=mix, brands=brands, listings_only=True
        )
        found = [event for event in events if isinstance(event, Submitted)]
        merchants = ceil(1.3 * merchants)
    for index in sorted(dice.some(range(len(found)), n)):
        listing, truth = found[index]
        sent = _partly(listing, dice)
        yield Simulated(sent, list(truth.true_codes), truth.latent_kind, truth.operator)


def _partly(listing: Listing, dice: Dice) -> Listing:
    """The listing as a platform sends it that asks for less; chosen without regard to the truth."""
    sent = _sent(dice)
    kept: dict[str, Any] = {
        name: getattr(listing, name)
        for name in sorted(listing.model_fields_set)
        if name in _ALWAYS or dice.chance(sent.get(name, 0.0))
    }
    if "merchant" in kept and dice.chance(0.5):
        merchant = kept["merchant"]
        left_out = [
            name
            for name in sorted(merchant.model_fields_set - {"merchant_id"})
            if dice.chance(0.35)
        ]
        kept["merchant"] = merchant.model_copy(update=dict.fromkeys(left_out))
    return Listing.model_construct(**kept)


_ALWAYS: Final = frozenset({"data_id", "title", "category", "price", "condition", "submitted_at"})


def _sent(dice: Dice) -> Mapping[str, float]:
    """How likely a platform sends which field."""
    if dice.chance(0.3):
        return {}
    rich = 0.85 if dice.chance(0.5) else 0.3
    return {
        "list_price": rich,
        "description": rich,
        "brand": rich,
        "attributes": rich,
        "skus": 0.7 * rich,
        "licences": 0.8 * rich,
        "origin": 0.5 * rich,
        "ships_from": 0.5 * rich,
        "edits_7d": 0.5 * rich,
        "merchant": 0.9 * rich,
    }
