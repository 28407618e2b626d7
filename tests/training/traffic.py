"""Made-up observations for tests of drift: merchants with tastes of their own, day by day."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache

import numpy as np

from training.observation import Observation, Seen

UNTIL = datetime(2026, 3, 2, tzinfo=UTC)
CATEGORIES = ("食品", "服饰", "美妆", "家居")

Change = Callable[[Observation], Observation]


def traffic(
    seed: int = 0,
    *,
    days: int = 35,
    merchants: int = 60,
    daily: int = 40,
    now: Change = lambda o: o,
    current: int = 7,
) -> Seen:
    """What was seen up to ``UNTIL``; ``now`` changes the observations of the current window."""
    since = UNTIL - timedelta(days=current)
    before = _unchanged(seed, days, merchants, daily)
    return Seen([now(o) if o.instant > since else o for o in before], [], 1.0)


@cache
def _unchanged(seed: int, days: int, merchants: int, daily: int) -> tuple[Observation, ...]:
    rng = np.random.default_rng(seed)
    tastes = rng.dirichlet(np.full(len(CATEGORIES), 0.5), size=merchants)
    levels = rng.normal(-2, 0.7, size=merchants)
    return tuple(
        _observation(
            UNTIL - timedelta(days=day, hours=rng.uniform(0, 24)),
            f"m{merchant}",
            CATEGORIES[rng.choice(len(CATEGORIES), p=tastes[merchant])],
            levels[merchant],
            rng,
        )
        for day in range(days)
        for merchant in rng.integers(merchants, size=daily)
    )


def _observation(
    at: datetime, group: str, category: str, level: float, rng: np.random.Generator
) -> Observation:
    probability = float(1 / (1 + np.exp(-rng.normal(level, 1))))
    return Observation(
        instant=at,
        group=group,
        versions="m1 p1 l1",
        probability=probability,
        suggestion="review" if probability > 0.5 else "pass",
        labels=("absolute_claim",) if probability > 0.2 else (),
        evasion_probability=float(rng.beta(1, 9)),
        degraded=False,
        category=category,
        platform=None,
        tenure_days=float(rng.integers(1, 1_000)),
        length=int(rng.integers(10, 60)),
        unknown_share=float(rng.beta(4, 8)),
        disguises=int(rng.random() < 0.02),
        price=float(np.exp(rng.normal(4, 0.5))),
    )
