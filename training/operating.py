"""Operating points by what reviews and mistakes cost (按代价与产能选阈值).

*Rule.* To miss a label costs m, to review an item r. An item is worth a review where the expected
cost of passing it is at least r: where the label's calibrated probability is at least r/m (Elkan,
2001, on cost-sensitive learning). Where reviewers cannot look at all of these, r is raised to the
price s at which they can: the Lagrange multiplier of their capacity. Each label is flagged from
s/m on, the item as a whole from s over what a violation costs on average. All points lie on one
line, in s, so more reviewers never flag less, and a costlier miss never raises its label's
threshold.

*Calibration.* Scores are those of another mix than traffic, so they are mapped to it on the
labelled rows: a line in log-odds (Platt, 2000), weighted 1/p. All labels have one such map, and
each its own that is pulled towards it the harder the less there is to learn it from.
"""

from dataclasses import dataclass, replace
from typing import Final, NamedTuple, Self

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from data.taxonomy import Taxonomy
from models.artifact import Thresholds
from models.calibrated import sigmoid
from training.work import Work

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Owners = NDArray[np.intp]

STRICTEST: Final = 0.96
"""The highest threshold: what is nearly sure enough to be blocked is flagged whatever the queue,
and what the lexicon alone lifts to the threshold is not blocked by it."""

_MILDEST: Final = 1e-6
_PULL: Final = 4.0
"""How many rows the default map is worth beside a label's own."""

_CLIP: Final = 1e-9
_JUST_ABOVE: Final = 1 + 1e-9
_FOLDS: Final = 5


@dataclass(frozen=True)
class Rows:
    """Items as a scorer sees them before any threshold.

    ``probability`` (n,) and ``labels`` (n, codes) are its probabilities, ``settled`` (n,) what
    lexicon and rules send to review whatever the threshold, ``blocks`` (n,) what is blocked if it
    is flagged. Each row stands for ``weights`` (n,) items; ``groups`` (n,) number those that go
    together.
    """

    probability: Floats
    labels: Floats
    settled: Flags
    blocks: Flags
    weights: Floats
    groups: Owners

    def only(self, rows: Flags) -> Self:
        """The rows that are marked."""
        return replace(
            self,
            probability=self.probability[rows],
            labels=self.labels[rows],
            settled=self.settled[rows],
            blocks=self.blocks[rows],
            weights=self.weights[rows],
            groups=self.groups[rows],
        )

    def flagged(self, point: Thresholds, codes: tuple[str, ...]) -> Flags:
        """Which of them the point flags, as the scorers do."""
        own = np.array([point.labels.get(code, np.inf) for code in codes])
        by_label = (self.labels >= own).any(axis=1)
        found: Flags = self.settled | (self.probability >= point.flag) | by_label
        return found


@dataclass(frozen=True)
class Judged:
    """Rows whose truth is known. ``codes`` (n, codes) are the labels that they deserve.

    ``known`` (n,) marks the rows of which every label is known; a violating row of which none is
    has only ``violating`` (n,).
    """

    rows: Rows
    violating: Flags
    codes: Flags
    known: Flags

    def only(self, rows: Flags) -> "Judged":
        """The rows that are marked."""
        return Judged(
            self.rows.only(rows), self.violating[rows], self.codes[rows], self.known[rows]
        )


class Prices(NamedTuple):
    """What a miss costs, by label (codes,), and an average violation; what a review costs."""

    labels: Floats
    item: float
    review: float


class Line(NamedTuple):
    """A map of log-odds ``slope * x + shift``, the slope above 0."""

    slope: float
    shift: float

    def forward(self, probability: Floats) -> Floats:
        """Calibrated probabilities of a scorer's."""
        return sigmoid(self.slope * _logits(probability) + self.shift)

    def back(self, probability: float) -> float:
        """The scorer's probability of a calibrated one."""
        if probability >= 1:
            return 1.0
        logit = float(_logits(np.array([max(probability, 1e-300)]))[0])
        return float(sigmoid((logit - self.shift) / self.slope))


class Calibration(NamedTuple):
    """The maps of the item's probability and of each label's."""

    item: Line
    labels: tuple[Line, ...]


def prices(work: Work, taxonomy: Taxonomy, judged: Judged) -> Prices:
    """Costs of labels by severity; an average violation costs what the judged ones do."""
    by_label = miss_costs(work, taxonomy)
    cost, weights = cost_of_missing(judged, by_label), judged.rows.weights
    violating = judged.violating
    total = weights[violating].sum()
    item = float((cost * weights)[violating].sum() / total) if total else float(np.mean(by_label))
    return Prices(by_label, item, work.review)


def miss_costs(work: Work, taxonomy: Taxonomy) -> Floats:
    """What it costs to miss each label, in the order of the taxonomy."""
    return np.array([work.miss[label.severity - 1] for label in taxonomy.labels])


def cost_of_missing(judged: Judged, by_label: Floats) -> Floats:
    """What it costs to pass each row: its gravest label's cost; of unknown labels the mean."""
    named = judged.codes.any(axis=1)
    gravest = np.where(judged.codes, by_label, 0.0).max(axis=1)
    mean = float(gravest[named].mean()) if named.any() else float(by_label.mean())
    cost: Floats = np.where(judged.violating, np.where(named, gravest, mean), 0.0)
    return cost


def calibrated(judged: Judged) -> Calibration:
    """The maps from a scorer's probabilities to those of the traffic that the rows stand for."""
    rows, known = judged.rows, judged.known
    item = fitted_line(rows.probability, judged.violating, rows.weights, Line(1.0, 0.0))
    scores, truth, weights = rows.labels[known], judged.codes[known], rows.weights[known]
    each = scores.shape[1]
    shared = fitted_line(
        scores.ravel(), truth.ravel(), np.repeat(weights, each) / each, Line(1.0, 0.0)
    )
    lines = tuple(fitted_line(scores[:, at], truth[:, at], weights, shared) for at in range(each))
    return Calibration(item, lines)


def fitted_line(scores: Floats, truth: Flags, weights: Floats, towards: Line) -> Line:
    """The line in log-odds that fits best, pulled towards another.

    Weights count as many rows as they tell as much as (Kish, 1965), so that the pull weighs the
    same however they are scaled.
    """
    # Where a scorer has no word for a label there is nothing to map.
    spoken = (scores > _MILDEST) & (weights > 0)
    scores, truth, weights = scores[spoken], truth[spoken], weights[spoken]
    if not len(scores):
        return towards
    logits = _logits(scores)
    effective = weights.sum() ** 2 / (weights**2).sum()
    shares = weights / weights.sum() * effective

    def loss(at: Floats) -> tuple[float, Floats]:
        slope, shift = np.exp(at[0]), at[1]
        z = slope * logits + shift
        error = sigmoid(z) - truth
        value = float((shares * (np.logaddexp(0.0, z) - truth * z)).sum())
        off = np.array([at[0] - np.log(towards.slope), shift - towards.shift])
        gradient = np.array([(shares * error * logits).sum() * slope, (shares * error).sum()])
        return value + _PULL / 2 * float(off @ off), gradient + _PULL * off

    start = np.array([np.log(towards.slope), towards.shift])
    bounds = [(np.log(0.1), np.log(10.0)), (-15.0, 15.0)]
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds).x
    return Line(float(np.exp(found[0])), float(found[1]))


def worth(rows: Rows, calibration: Calibration, at: Prices) -> Floats:
    """The price of a review up to which each row is flagged; infinite where any point flags it."""
    of_item = at.item * calibration.item.forward(rows.probability)
    of_item[rows.probability >= STRICTEST] = np.inf
    of_labels = [
        np.where(column >= STRICTEST, np.inf, cost * line.forward(column))
        for column, cost, line in zip(rows.labels.T, at.labels, calibration.labels, strict=True)
    ]
    found: Floats = np.max([of_item, *of_labels, np.where(rows.settled, np.inf, 0.0)], axis=0)
    return found


def price_of_capacity(worths: Floats, weights: Floats, share: float, review: float) -> float:
    """The lowest price of a review, at least its cost, at which no more than ``share`` is flagged.

    ``weights`` say for how many items each row stands. Infinite where what any point flags is
    more already.

    >>> price_of_capacity(np.array([9.0, 5.0, 2.0]), np.ones(3), share=0.4, review=1.0) > 5.0
    True
    >>> price_of_capacity(np.array([9.0, 5.0, 2.0]), np.ones(3), share=1.0, review=1.0)
    1.0
    """
    values, where = np.unique(worths, return_inverse=True)
    mass = np.bincount(where, weights)
    from_here_up = np.cumsum(mass[::-1])[::-1]
    too_many = values[from_here_up > share * weights.sum() * (1 + _CLIP)]
    price = float(too_many[-1]) * _JUST_ABOVE if too_many.size else 0.0
    return max(review, price)


def point_at(
    price: float, calibration: Calibration, at: Prices, codes: tuple[str, ...], label: float
) -> Thresholds:
    """The operating point at a price of a review; ``label`` is from when on labels are listed."""

    def least(line: Line, cost: float) -> float:
        raw = 1.0 if np.isinf(price) else line.back(price / cost)
        return float(min(STRICTEST, max(_MILDEST, raw)))

    own = zip(codes, calibration.labels, at.labels.tolist(), strict=True)
    return Thresholds(
        flag=least(calibration.item, at.item),
        label=label,
        labels={code: least(line, cost) for code, line, cost in own},
    )


class Demand(NamedTuple):
    """What the point must suit: the work, and the share of traffic that can be reviewed."""

    work: Work
    share: float


def chosen(
    judged: Judged, traffic: Rows, demand: Demand, taxonomy: Taxonomy, label: float
) -> Thresholds:
    """The cheapest operating point that sends no more than a share of ``traffic`` to review.

    Where lexicon and rules alone send more, it is the strictest one.
    """
    at, calibration = prices(demand.work, taxonomy, judged), calibrated(judged)
    worths = worth(traffic, calibration, at)
    price = price_of_capacity(worths, traffic.weights, demand.share, at.review)
    return point_at(price, calibration, at, taxonomy.codes, label)


def cross_flagged(
    judged: Judged, traffic: Rows, demand: Demand, taxonomy: Taxonomy, label: float
) -> Flags:
    """Which rows a point flags that was chosen without their groups, by fifths (交叉拟合)."""
    fold = judged.rows.groups % _FOLDS
    flagged = np.zeros(len(fold), dtype=np.bool_)
    for number in np.unique(fold):
        here: Flags = fold == number
        if here.all():
            here_point = chosen(judged, traffic, demand, taxonomy, label)
        else:
            here_point = chosen(judged.only(~here), traffic, demand, taxonomy, label)
        flagged[here] = judged.rows.only(here).flagged(here_point, taxonomy.codes)
    return flagged


def _logits(probability: Floats) -> Floats:
    clipped = np.clip(probability, _CLIP, 1 - _CLIP)
    return np.asarray(np.log(clipped / (1 - clipped)))
