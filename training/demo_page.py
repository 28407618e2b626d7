"""What the demonstration tells (演示结果): weeks as a table, totals, a plot, and JSON."""

import io
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple

import numpy as np
from scipy.stats import t as students_t

from data.simulate.drift import QUARTER
from data.simulate.tally import Week, total
from training.demo import START, Lived, Pair, Quarter

SIMULATED: Final = "simulated"

_CONFIDENCE: Final = 0.95
_TOLD: Final[Mapping[str, tuple[str, str]]] = {
    "bad_orders": ("售出的问题商品", "bad goods sold"),
    "let_through": ("放行的问题商品", "bad listings let through"),
    "honest_blocked": ("误拦的正常商品", "honest listings blocked"),
    "days_lost": ("正常商品损失的在售日", "listing-days honest goods lost"),
    "review_hours": ("审核工时", "reviewer hours"),
}
_IN_WEEKS: Final = ("bad_orders", "let_through", "honest_blocked", "review_hours")
_PLOTTED: Final = ("bad_orders", "honest_blocked", "review_hours")
_COLOURS: Final = {"never": "#b5532f", "loop": "#22668c"}
_NAMES: Final = {"never": "never retrained", "loop": "retrained every week"}


class Difference(NamedTuple):
    """How much less, or more where below 0, the loop has of a figure, as a share of ``never``.

    ``mean`` over seeds; ``low`` and ``high`` are its 95 % interval by Student's t over the seeds'
    own shares, None for a single seed.
    """

    mean: float
    low: float | None
    high: float | None


def saved(pairs: Sequence[Pair], figure: str) -> Difference:
    """The share of a figure's total that the loop saves, each seed against itself."""
    shares = np.array([_saved(pair, figure) for pair in pairs])
    mean = float(shares.mean())
    if len(shares) < 2:
        return Difference(mean, None, None)
    half = students_t.ppf((1 + _CONFIDENCE) / 2, len(shares) - 1) * shares.std(ddof=1)
    margin = float(half / np.sqrt(len(shares)))
    return Difference(mean, mean - margin, mean + margin)


def week_table(pair: Pair) -> str:
    """The weeks of one seed, both platforms beside each other, with what the gate said."""
    lines = [
        f"seed {pair.seed}, {SIMULATED}: never retrained / retrained every week "
        f"(模拟：从不重训 / 每周重训)",
        f"{'week':>4}  {'bad sold':>13}  {'let through':>13}  {'honest blocked':>14}  "
        f"{'hours':>11}  gate, judging from then on",
    ]
    said = [f"{one.state}, {one.champion}" for one in pair.loop.retrainings]
    weeks = zip(pair.never.weeks, pair.loop.weeks, [*said, "-"], strict=True)
    for number, (never, loop, gate) in enumerate(weeks):
        lines.append(
            f"{number + 1:>4}  {never.bad_orders:>6}/{loop.bad_orders:<6}  "
            f"{never.let_through:>6}/{loop.let_through:<6}  "
            f"{never.honest_blocked:>7}/{loop.honest_blocked:<6}  "
            f"{never.review_hours:>5.1f}/{loop.review_hours:<5.1f}  {gate}"
        )
    held = pair.loop.ledger
    proof = "verified" if not held.problems else f"{len(held.problems)} problems"
    lines.append(f"ledger of the loop: {held.checked} records, {held.rows} acts, {proof}")
    return "\n".join(lines)


def totals(pairs: Sequence[Pair]) -> str:
    """The figures of the whole time over all seeds, and what the loop saves of each."""
    seeds = ", ".join(str(pair.seed) for pair in pairs)
    lines = [f"{SIMULATED}, {len(pairs)} seeds ({seeds}), mean over seeds (模拟，各种子均值)"]
    for figure, (zh, en) in _TOLD.items():
        never, loop = (_mean(pairs, side, figure) for side in ("never", "loop"))
        found = saved(pairs, figure)
        interval = ""
        if found.low is not None and found.high is not None:
            interval = f" [{-found.high:+.1%}, {-found.low:+.1%}]"
        lines.append(f"  {zh} {en}: {never:.1f} → {loop:.1f}, {-found.mean:+.1%}{interval}")
    return "\n".join(lines)


def rules_told(quarter: Quarter) -> str:
    """The sizes that a platform this small needs, and what differs from the usual rules."""
    usual = type(quarter.rules).usual("listings")
    changed = ", ".join(
        f"{name} {_shown(value)} (usually {_shown(getattr(usual, name))})"
        for name, value in quarter.rules
        if value != getattr(usual, name)
    )
    return (
        f"{SIMULATED} platform of {quarter.merchants} merchants; reviewers decide "
        f"{quarter.capacity} cases a day; of what passes "
        f"{quarter.shares.exploration:.0%} is drawn at random for review, about "
        f"{quarter.shares.sample:.0%} in all\ngate: {changed or 'the usual rules'}"
    )


def _shown(value: object) -> str:
    return "+".join(sorted(value)) if isinstance(value, frozenset) else str(value)


def as_json(quarter: Quarter, pairs: Sequence[Pair]) -> str:
    """All of it as JSON, marked as simulated."""
    tree = {
        "simulated": True,
        "start": START.isoformat(),
        "merchants": quarter.merchants,
        "weeks": quarter.weeks,
        "simulated_listings": quarter.simulated,
        "capacity": quarter.capacity,
        "shares": quarter.shares._asdict(),
        "rules": quarter.rules.model_dump(mode="json"),
        "saved": {figure: saved(pairs, figure)._asdict() for figure in _TOLD},
        "seeds": [_pair_tree(pair) for pair in pairs],
    }
    return json.dumps(tree, ensure_ascii=False, indent=1) + "\n"


def plot(pairs: Sequence[Pair], suffix: Literal["svg", "png"]) -> bytes:
    """Both platforms week by week: the mean over seeds as a line, each seed as a faint one.

    Changes of disguise are dotted; a triangle marks a promotion.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    with mpl.rc_context({"svg.hashsalt": SIMULATED, "font.size": 9}):
        figure = Figure(figsize=(9, 3), layout="constrained")
        for axes, name in zip(figure.subplots(1, len(_PLOTTED)), _PLOTTED, strict=True):
            _draw(axes, pairs, name)
        handles, labels = figure.axes[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=4, frameon=False)
        seeds = ", ".join(str(pair.seed) for pair in pairs)
        title = f"Simulated marketplace, {'seeds' if len(pairs) > 1 else 'seed'} {seeds}"
        figure.suptitle(title, fontsize=10)
        buffer = io.BytesIO()
        metadata = {"Date": None} if suffix == "svg" else {"Software": None}
        figure.savefig(buffer, format=suffix, metadata=metadata, dpi=120)
    return buffer.getvalue()


def _draw(axes: Any, pairs: Sequence[Pair], name: str) -> None:
    weeks = len(pairs[0].loop.weeks)
    middles = np.arange(weeks) + 0.5
    for side, colour in _COLOURS.items():
        series = np.array([[getattr(w, name) for w in _side(p, side).weeks] for p in pairs])
        for each in series if len(pairs) > 1 else ():
            axes.plot(middles, each, color=colour, alpha=0.25, linewidth=0.7)
        axes.plot(middles, series.mean(axis=0), color=colour, linewidth=1.8, label=_NAMES[side])
    turns = [change.day / 7 for change in QUARTER if change.day < 7 * weeks]
    for number, turn in enumerate(turns):
        label = "disguises change" if number == 0 else None
        axes.axvline(turn, color="#888888", linestyle=":", linewidth=0.8, label=label)
    promoted = [
        week
        for pair in pairs
        for week, told in enumerate(pair.loop.retrainings, 1)
        if told.state == "promoted"
    ]
    if promoted:
        floor = np.zeros(len(promoted))
        style = {"marker": "^", "s": 18, "color": _COLOURS["loop"], "alpha": 0.6, "zorder": 3}
        axes.scatter(promoted, floor, label="champion replaced", clip_on=False, **style)
    axes.set(title=f"{_TOLD[name][1]} a week", xlabel="weeks", xlim=(0, weeks))
    axes.set_xticks(range(0, weeks + 1, max(1, weeks // 4)))
    axes.set_ylim(bottom=0)
    axes.spines[["top", "right"]].set_visible(False)


def _side(pair: Pair, side: str) -> Lived:
    return pair.never if side == "never" else pair.loop


def _sum(pair: Pair, side: str, figure: str) -> float:
    return float(getattr(total(_side(pair, side).weeks), figure))


def _mean(pairs: Sequence[Pair], side: str, figure: str) -> float:
    return float(np.mean([_sum(pair, side, figure) for pair in pairs]))


def _saved(pair: Pair, figure: str) -> float:
    never = _sum(pair, "never", figure)
    return (never - _sum(pair, "loop", figure)) / never if never else 0.0


def _pair_tree(pair: Pair) -> dict[str, Any]:
    def weeks(lived: Lived) -> list[dict[str, Any]]:
        return [Week._asdict(week) for week in lived.weeks]

    return {
        "seed": pair.seed,
        "never": weeks(pair.never),
        "loop": weeks(pair.loop),
        "retrainings": [told._asdict() for told in pair.loop.retrainings],
        "ledger": pair.loop.ledger._asdict(),
    }
