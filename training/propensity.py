"""Inverse propensity weighting (逆倾向加权): what reviewed items say of all items of a period.

Reviewers see most of what was flagged and a small random slice of what was passed (随机抽检).
Counted as they are, reviewed items show hardly any missed violation. Each of them stands for
1/p items, where p is the probability with which it was drawn.

*Estimate.* Flagged and passed items are two strata. In each the share that violates is
self-normalised, ``sum(w y) / sum(w)`` with ``w = 1/p`` (Hajek 1971), rather than ``sum(w y) / N``
(Horvitz and Thompson 1952): how many items were drawn happens to vary, and that cancels. Counts
are this share times the size of the stratum, which the ledger knows (post-stratification); where
it does not, ``sum(w)``, the estimate of Horvitz and Thompson, stands in.

*Interval.* With none to ten violations in the slice, a bootstrap says that there are none, or
nearly none. Here each share is a Beta distribution with the design's mean and variance:

- an effective sample size takes the place of the sample size (Korn and Graubard 1998), with
  Student's t for the number of groups;
- half an item that violates and half an item that does not are added, as in the interval of
  Jeffreys (Brown, Cai and DasGupta 2001), which this is where all weights are equal. They weigh
  what a typical item of the stratum does, ``sum(w^2) / sum(w)``; that the weight of the unseen
  case matters is the idea of Fay and Feuer (1997);
- the variance is that of independent draws, ``sum(w^2 (1-p) (y-v)^2)``, summed by group where
  whole groups were drawn; its ratio to the former is the design effect (Kish 1965);
- recall and the other figures are computed on pairs drawn from both distributions (Monte Carlo).
  Groups tie the two together, by the correlation of their residuals.

How often the intervals hold the truth is what ``python -m tests.benchmarks.coverage`` prints.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta, norm, t

from data.problem import MingchaError
from data.record import Record
from training.ranking import LEVEL

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Owners = NDArray[np.intp]

_DRAWS: Final = 4_000
_TAIL: Final = (1 - LEVEL) / 2


class PropensityError(MingchaError):
    """Reviewed items from which nothing can be estimated."""


class Population(NamedTuple):
    """How many items of the period were flagged, and how many passed, reviewed or not."""

    flagged: int
    passed: int


@dataclass(frozen=True)
class Drawn:
    """Reviewed items that were drawn with known probabilities; all arrays have shape (items,).

    ``truth`` is whether reviewers found a violation, ``flagged`` whether the policy had flagged
    the item, ``probability`` that of being drawn, above 0 and at most 1. ``groups`` name what was
    drawn as a whole (a room's case, a merchant); None where items were drawn one by one. Larger
    groups than those that were drawn make intervals wider, never narrower.
    Raises PropensityError.
    """

    truth: Flags
    flagged: Flags
    probability: Floats
    groups: Sequence[str] | None = None

    def __post_init__(self) -> None:
        lengths = {len(self.truth), len(self.flagged), len(self.probability)}
        lengths |= set() if self.groups is None else {len(self.groups)}
        if lengths == {0}:
            raise PropensityError("no reviewed item; at least one is needed for an estimate")
        if len(lengths) > 1:
            raise PropensityError(f"arrays of {sorted(lengths)} items; all must be as long")
        wrong = ~((self.probability > 0) & (self.probability <= 1))
        if wrong.any():
            row = int(np.argmax(wrong))
            raise PropensityError(
                f"item {row}: probability of selection {float(self.probability[row])}, and "
                f"{int(wrong.sum())} such in all; it is above 0 and at most 1. An item that "
                "nobody drew (an appeal, a complaint) has none: leave it out"
            )


class Estimate(Record):
    """A figure with its 95 % interval; all None where no reviewed item tells.

    ``naive`` is what the reviewed items show when they are taken for all.
    """

    value: float | None
    low: float | None
    high: float | None
    naive: float | None


class Estimates(Record):
    """Figures of the policy over all items of a period, had everything been reviewed.

    Shares are from 0 to 1: of items that violate, of violations that were flagged, of flagged
    that violate, of clean that were flagged (误拦率). ``false_blocks`` and ``missed`` count clean
    flagged items (误杀) and passed violations (漏杀). ``flagged`` and ``passed`` are the items
    reviewed, ``flagged_violating`` and ``passed_violating`` the violations among them. Intervals
    say how far the drawing of items may be off, not how months differ.
    """

    base_rate: Estimate
    recall: Estimate
    precision: Estimate
    clean_flagged: Estimate
    false_blocks: Estimate
    missed: Estimate
    flagged: int
    passed: int
    flagged_violating: int
    passed_violating: int


class Share(NamedTuple):
    """What is known of a share: its estimate, and a Beta distribution for its interval.

    ``residuals`` are those of each group, whose numbers are those of ``owners``; ``seen`` counts
    items with and without what is counted. A variance of 0 is a share that is known.
    """

    value: float
    mean: float
    variance: float
    residuals: Floats
    seen: tuple[int, int]

    @classmethod
    def of(cls, hit: Flags, weights: Floats, unseen: Floats, owners: Owners, groups: int) -> Self:
        """The share of ``hit`` under ``weights``, of items that belong to ``owners``.

        ``unseen`` is the part of an item's variance that drawing it left: 1-p for the items of a
        period, of which those that were seen are certain; 1 for what such items are like in
        general. ``owners`` count from 0 to below ``groups``.
        """
        total, typical = weights.sum(), float((weights**2).sum() / weights.sum())
        left = float((weights**2 * unseen).sum() / (weights**2).sum())
        mean = _mean(hit, weights, typical * left)
        effect = _design_effect(_residuals(hit, weights, unseen, mean), owners)
        added = typical * left * effect
        mean = _mean(hit, weights, added)
        off = _residuals(hit, weights, unseen, mean)
        half = added * typical / 2 * ((1 - mean) ** 2 + mean**2)
        spread = float((off**2).sum()) + half
        variance = effect * spread / (total + added) ** 2 * _student(len(np.unique(owners)))
        by_group = np.bincount(owners, off, minlength=groups).astype(np.float64)
        seen = int(hit.sum()), int((~hit).sum())
        return cls(float(weights @ hit / total), mean, variance, by_group, seen)

    def draws(self, normal: Floats) -> Floats:
        """Values of the share, one for each draw of a standard normal distribution.

        Where none was seen the share may be 0, where nothing else was seen 1.
        """
        if not self.variance:
            return np.full(len(normal), self.value)
        size = self.mean * (1 - self.mean) / self.variance
        ranks = norm.cdf(normal)
        drawn: Floats = beta.ppf(ranks, self.mean * size, (1 - self.mean) * size)
        some, other = self.seen
        drawn = drawn if some else np.where(ranks <= 2 * _TAIL, 0.0, drawn)
        return drawn if other else np.where(ranks >= 1 - 2 * _TAIL, 1.0, drawn)


class _Counts(NamedTuple):
    """Items by what was decided and what was true; numbers or one for each draw."""

    flagged: Floats
    passed: Floats
    caught: Floats
    missed: Floats

    def figures(self) -> dict[str, Floats]:
        false_blocks, clear = self.flagged - self.caught, self.passed - self.missed
        violating = self.caught + self.missed
        return {
            "base_rate": _ratio(violating, self.flagged + self.passed),
            "recall": _ratio(self.caught, violating),
            "precision": _ratio(self.caught, self.flagged),
            "clean_flagged": _ratio(false_blocks, false_blocks + clear),
            "false_blocks": false_blocks,
            "missed": self.missed,
        }


class _Stratum(NamedTuple):
    """Flagged or passed items: their number, as known or as drawn, and how many violate."""

    size: float
    violating: float
    sizes: Floats
    violations: Floats


def estimates(drawn: Drawn, population: Population | None = None, seed: int = 0) -> Estimates:
    """What the items that were drawn say of all items of the period.

    Without ``population`` the sizes of the strata are estimated too. A figure that rests on a
    stratum of which nothing was reviewed is None: without a random slice of passed items nobody
    knows the recall. ``seed`` is that of the Monte Carlo draws. Raises PropensityError where more
    was reviewed than there is.

    >>> truth, flagged = np.array([True, False, False, True]), np.array([True, True, False, False])
    >>> drawn = Drawn(truth, flagged, probability=np.array([1.0, 1.0, 0.1, 0.1]))
    >>> found = estimates(drawn, Population(flagged=2, passed=18))
    >>> found.recall.naive, found.recall.value, found.missed.value
    (0.5, 0.1, 9.0)
    """
    _check(drawn, population)
    owners, groups = _owners(drawn)
    shares = [_share_of(drawn, of, owners, groups) for of in (drawn.flagged, ~drawn.flagged)]
    rng = np.random.default_rng(seed)
    normals = _correlated(shares, rng)
    sizes = (None, None) if population is None else population
    flagged, passed = (
        _stratum(drawn, of, owners, share, size, normal, rng)
        for of, share, size, normal in zip(
            (drawn.flagged, ~drawn.flagged), shares, sizes, normals, strict=True
        )
    )
    points = _counts(flagged.size, passed.size, flagged.violating, passed.violating).figures()
    draws = _Counts(flagged.sizes, passed.sizes, flagged.violations, passed.violations).figures()
    caught, missed = drawn.truth & drawn.flagged, drawn.truth & ~drawn.flagged
    seen = {
        "flagged": int(drawn.flagged.sum()),
        "passed": int((~drawn.flagged).sum()),
        "flagged_violating": int(caught.sum()),
        "passed_violating": int(missed.sum()),
    }
    naive = _counts(*seen.values()).figures()
    found = {name: _estimate(points[name], draws[name], naive[name]) for name in points}
    return Estimates.model_validate(found | seen)


def _check(drawn: Drawn, population: Population | None) -> None:
    if population is None:
        return
    reviewed = Population(int(drawn.flagged.sum()), int((~drawn.flagged).sum()))
    for name, here, there in zip(Population._fields, reviewed, population, strict=True):
        if here > there:
            raise PropensityError(
                f"{here} {name} items were reviewed of {there} in all; at most all can be"
            )


def _owners(drawn: Drawn) -> tuple[Owners, int]:
    if drawn.groups is None:
        return np.arange(len(drawn.truth)), len(drawn.truth)
    names, owners = np.unique(np.asarray(drawn.groups, dtype=np.str_), return_inverse=True)
    return owners, len(names)


def _share_of(drawn: Drawn, of: Flags, owners: Owners, groups: int) -> Share | None:
    if not of.any():
        return None
    p = drawn.probability[of]
    return Share.of(drawn.truth[of], 1 / p, 1 - p, owners[of], groups)


def _correlated(shares: Sequence[Share | None], rng: np.random.Generator) -> Floats:
    """Standard normal draws for both strata, as correlated as what their groups are off by."""
    normals = rng.standard_normal((2, _DRAWS))
    flagged, passed = shares
    if flagged is None or passed is None:
        return normals
    both = float(np.linalg.norm(flagged.residuals) * np.linalg.norm(passed.residuals))
    tie = float(flagged.residuals @ passed.residuals) / both if both else 0.0
    normals[1] = tie * normals[0] + np.sqrt(max(0.0, 1 - tie**2)) * normals[1]
    return normals


def _stratum(
    drawn: Drawn,
    of: Flags,
    owners: Owners,
    share: Share | None,
    size: int | None,
    normal: Floats,
    rng: np.random.Generator,
) -> _Stratum:
    """Where nothing was reviewed the number of violations is NaN, unless there is no item."""
    if share is None:
        none = 0.0 if size == 0 else np.nan
        known = np.nan if size is None else float(size)
        return _Stratum(known, none, np.full(_DRAWS, known), np.full(_DRAWS, none))
    items, sizes = _sizes(drawn.probability[of], owners[of], size, rng)
    least, clean = share.seen
    violations = np.clip(share.draws(normal) * sizes, least, sizes - clean)
    return _Stratum(items, share.value * items, sizes, violations)


def _sizes(
    probability: Floats, owners: Owners, size: int | None, rng: np.random.Generator
) -> tuple[float, Floats]:
    """The number of items: as known, or by Horvitz and Thompson with draws of a Gamma."""
    if size is not None:
        return float(size), np.full(_DRAWS, float(size))
    weights = 1 / probability
    total = float(weights.sum())
    by_group = np.bincount(owners, weights * np.sqrt(1 - probability))
    variance = float((by_group**2).sum())
    if not variance:
        return total, np.full(_DRAWS, total)
    drawn = rng.gamma(total**2 / variance, variance / total, _DRAWS)
    return total, np.maximum(drawn, len(probability))


def _mean(hit: Flags, weights: Floats, added: float) -> float:
    return float((weights @ hit + added / 2) / (weights.sum() + added))


def _residuals(hit: Flags, weights: Floats, unseen: Floats, mean: float) -> Floats:
    off: Floats = weights * np.sqrt(unseen) * (hit - mean)
    return off


def _design_effect(residuals: Floats, owners: Owners) -> float:
    """How many times the variance of items drawn one by one; at least 1.

    One group alone tells no more than one item.
    """
    alone = float((residuals**2).sum())
    groups = len(np.unique(owners))
    if not alone or groups < 2:
        return float(len(residuals)) if groups < 2 else 1.0
    together = float((np.bincount(owners, residuals) ** 2).sum()) * groups / (groups - 1)
    return max(1.0, together / alone)


def _student(groups: int) -> float:
    """How much wider, squared, an interval is whose variance so many groups tell."""
    quantile = 1 - _TAIL
    return float((t.ppf(quantile, groups - 1) / norm.ppf(quantile)) ** 2) if groups > 1 else 1.0


def _counts(flagged: float, passed: float, caught: float, missed: float) -> _Counts:
    return _Counts(*(np.array([float(n)]) for n in (flagged, passed, caught, missed)))


def _estimate(point: Floats, draws: Floats, naive: Floats) -> Estimate:
    value, defined = _number(point), draws[~np.isnan(draws)]
    if value is None or not defined.size:
        return Estimate(value=None, low=None, high=None, naive=_number(naive))
    low, high = (float(np.quantile(defined, rank)) for rank in (_TAIL, 1 - _TAIL))
    # The half items shift the distribution; the estimate itself is always inside.
    return Estimate(value=value, low=min(low, value), high=max(high, value), naive=_number(naive))


def _number(figure: Floats) -> float | None:
    value = float(figure[0])
    return None if np.isnan(value) else value


def _ratio(part: Floats, whole: Floats) -> Floats:
    ratio: Floats = np.full(np.shape(part), np.nan)
    np.divide(part, whole, out=ratio, where=whole > 0)
    return ratio
