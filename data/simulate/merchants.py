"""Simulated merchants (商家): good, inferior and counterfeit ones, whose figures overlap."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from data.listing import MERCHANT_TYPES, Merchant, MerchantType
from data.simulate.dice import Dice

Latent = Literal["good", "inferior", "counterfeit"]
"""What a merchant is. Nothing it shows tells for sure."""

OVERLAP: Final = 0.12
"""Share of merchants that show another kind's figures: bad luck, or figures that were bought."""

INTAKE: Final[dict[Latent, float]] = {"good": 0.93, "inferior": 0.05, "counterfeit": 0.02}


@dataclass(frozen=True, slots=True)
class _Figures:
    """Parameters of one kind: pairs of a median and spread, of a beta, or a mean count."""

    types: tuple[float, ...]
    tenure: tuple[float, float]
    deposit: tuple[float, float]
    quality_return: tuple[float, float]
    negative_review: tuple[float, float]
    fake_mention: tuple[float, float]
    dispute: tuple[float, float]
    on_time: tuple[float, float]
    points: float
    linked: float
    notices: float
    burst: tuple[float, float]
    edits: float


_FIGURES: Final[dict[Latent, _Figures]] = {
    "good": _Figures(
        types=(0.18, 0.12, 0.15, 0.35, 0.15, 0.05),
        tenure=(540, 0.9),
        deposit=(1.05, 0.1),
        quality_return=(2, 98),
        negative_review=(2, 98),
        fake_mention=(1, 999),
        dispute=(1, 399),
        on_time=(97, 3),
        points=0.4,
        linked=0.05,
        notices=0.01,
        burst=(1.1, 0.5),
        edits=0.3,
    ),
    "inferior": _Figures(
        types=(0.02, 0.03, 0.10, 0.35, 0.35, 0.15),
        tenure=(150, 1.0),
        deposit=(0.9, 0.25),
        quality_return=(9, 81),
        negative_review=(9, 91),
        fake_mention=(2, 398),
        dispute=(4, 396),
        on_time=(88, 12),
        points=3.0,
        linked=0.5,
        notices=0.05,
        burst=(2, 0.9),
        edits=1.5,
    ),
    "counterfeit": _Figures(
        types=(0.01, 0.02, 0.05, 0.22, 0.45, 0.25),
        tenure=(45, 1.0),
        deposit=(0.8, 0.3),
        quality_return=(4, 46),
        negative_review=(5, 95),
        fake_mention=(4, 96),
        dispute=(6, 394),
        on_time=(85, 15),
        points=2.0,
        linked=2.0,
        notices=0.8,
        burst=(5, 1.1),
        edits=1.8,
    ),
}

_LATENTS: Final[tuple[Latent, ...]] = ("good", "inferior", "counterfeit")


@dataclass(frozen=True, slots=True)
class Shop:
    """A merchant, what it is, and the kind whose figures it shows."""

    merchant: Merchant
    latent: Latent
    shown: Latent
    goods: tuple[int, ...]
    edits: float


def shares(bad_share: float | None) -> dict[Latent, float]:
    """Shares of the three kinds: those at intake, or with this share of bad merchants.

    >>> shares(0.35)["inferior"]
    0.25
    """
    if bad_share is None:
        return dict(INTAKE)
    if not 0 <= bad_share <= 1:
        raise ValueError(f"bad_share is {bad_share}; a share from 0 to 1 is allowed")
    inferior = round(bad_share * 5 / 7, 12)
    return {"good": 1 - bad_share, "inferior": inferior, "counterfeit": bad_share - inferior}


def simulate_shop(
    number: int, mix: dict[Latent, float], kinds_of_goods: int, at: datetime, dice: Dice
) -> Shop:
    """One simulated merchant. It says nothing about any real one."""
    latent = _draw(mix, dice)
    shown = dice.pick(_LATENTS) if dice.chance(OVERLAP) else latent
    figures = _FIGURES[shown]
    orders = int(dice.log_normal(300 if shown == "good" else 150, 1.4))
    delivered = int(orders * dice.beta(9, 1))
    reviews = int(delivered * dice.beta(2, 5))
    merchant = Merchant(
        merchant_id=f"sim-m{number:06d}",
        type=dice.pick(MERCHANT_TYPES) if dice.chance(OVERLAP) else _type(figures, dice),
        tenure_days=round(min(dice.log_normal(*figures.tenure), 6000.0), 1),
        deposit_ratio=round(max(0.0, dice.normal(*figures.deposit)), 3),
        orders_30d=orders,
        delivered_30d=delivered,
        reviews_30d=reviews,
        refunds_30d=int(orders * dice.beta(2, 12 if shown == "good" else 6)),
        quality_return_rate_30d=_raw(figures.quality_return, delivered, dice),
        negative_review_rate_30d=_raw(figures.negative_review, reviews, dice),
        fake_mention_rate_30d=_raw(figures.fake_mention, reviews, dice),
        dispute_rate_30d=_raw(figures.dispute, orders, dice),
        ship_48h_rate_30d=_raw(figures.on_time, orders, dice),
        violation_points_365d=float(dice.poisson(figures.points)),
        linked_sanctioned_shops=dice.poisson(figures.linked),
        ip_notices=dice.poisson(figures.notices),
        sales_burst=round(dice.log_normal(*figures.burst), 3),
        as_of=at,
    )
    goods = tuple(dice.number(0, kinds_of_goods - 1) for _ in range(dice.number(1, 2)))
    return Shop(merchant, latent, shown, goods, figures.edits)


def _draw(mix: dict[Latent, float], dice: Dice) -> Latent:
    rest = dice.generator.random()
    for latent, share in mix.items():
        rest -= share
        if rest < 0:
            return latent
    return "good"


def _type(figures: _Figures, dice: Dice) -> MerchantType:
    weights = {str(index): weight for index, weight in enumerate(figures.types)}
    return MERCHANT_TYPES[int(dice.weighted(weights) or 0)]


def _raw(parameters: tuple[float, float], count: int, dice: Dice) -> float:
    """A rate as counted: so many of so many cases."""
    if count == 0:
        return 0.0
    return round(int(dice.generator.binomial(count, dice.beta(*parameters))) / count, 5)
