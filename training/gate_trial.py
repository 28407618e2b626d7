"""What the rows of a block tell of champion and challenger: the measured checks of the gate."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from data.problem import printable
from training.breakdown import UNKNOWN, blocked_ranking, parts
from training.gate_evidence import CheckName, GateEvidence, GateRules, Headline
from training.gate_verdict import Check, SliceFigures, both, passed, points
from training.paired import Difference, Pair, Slice, SlicePair, effective_count, holm
from training.ranking import Counted, Figure, Ranking, Resamples

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

T = TypeVar("T")

_FIGURES: Final[Mapping[Headline, Figure]] = {
    "macro_f1": Counted.macro_f1,
    "pr_auc": Counted.pr_auc,
    "recall": Counted.recall,
}
_NAMES_ZH: Final = {
    "rows": "样本",
    "groups": "分组",
    "positives": "违规",
    "clean": "正常",
    "passed": "冠军放行",
}
_MOST_NAMED: Final = 3


def measured(evidence: GateEvidence, rules: GateRules) -> Iterator[Check]:
    """The checks on the rows that both sides have scored, in the order of a report."""
    scored = ~(np.isnan(evidence.champion.scores) | np.isnan(evidence.challenger.scores))
    if scored.any():
        yield from _Trial(evidence, scored, rules).checks()
        return
    names: tuple[CheckName, ...] = ("size", *rules.headlines)
    for name in (*names, "slices", "calibration", "clean_blocked", "new_merchants"):
        yield Check.of(name, "not_judged", _NOTHING)


_NOTHING: Final = both("没有双方都打了分的样本。", "No row was scored by both sides.")


class _Trial:
    """Rows that both sides have scored, and what they are compared by."""

    def __init__(self, evidence: GateEvidence, rows: Flags, rules: GateRules) -> None:
        block, sides = evidence.block, (evidence.champion, evidence.challenger)
        self.rules = rules
        self.truth = block.truth[rows]
        self.weights = 1 / block.probability[rows]
        self.groups = _chosen(block.groups, rows)
        self.codes = _chosen(block.codes, rows)
        self.facets = {name: _chosen(values, rows) for name, values in block.facets.items()}
        self.scores = [side.scores[rows] for side in sides]
        self.flagged = sides[0].flagged[rows], sides[1].flagged[rows]
        self.blocked = [side.blocked[rows] for side in sides]
        self.resamples = Resamples(self.groups, rules.seed, rules.resamples)

    def checks(self) -> Iterator[Check]:
        """All that is judged on the rows."""
        rules = self.rules
        found = self._differences()
        yield self._size()
        yield from (_headline(name, found[name], rules) for name in rules.headlines)
        yield self._slices()
        yield _calibration(found["ece"], rules)
        yield _blocked("clean_blocked", self._clean_blocked(), rules.blocked_margin)
        yield self._newcomers()

    def _differences(self) -> dict[str, Difference]:
        figures: dict[str, Figure] = {name: _FIGURES[name] for name in self.rules.headlines}
        champion, challenger = (
            Ranking(self.truth, scores, flagged)
            for scores, flagged in zip(self.scores, self.flagged, strict=True)
        )
        pair = Pair(champion, challenger, self.weights)
        return pair.differences(figures | {"ece": Counted.calibration_error}, self.resamples)

    def _size(self) -> Check:
        rules = self.rules
        has = {
            "rows": float(len(self.truth)),
            "groups": float(self.resamples.groups),
            "positives": effective_count(self.weights[self.truth]),
            "clean": effective_count(self.weights[~self.truth]),
            "passed": float((~self.flagged[0]).sum()),
        }
        least = {
            "rows": rules.least_rows,
            "groups": rules.least_groups,
            "positives": rules.least_positives,
            "clean": rules.least_clean,
            "passed": rules.least_passed,
        }
        wanting = [name for name in least if has[name] < least[name]]
        sentence = both(
            "；".join(f"{_NAMES_ZH[name]} {has[name]:.0f}（至少 {least[name]}）" for name in least)
            + "。违规与正常按加权后的有效样本数计。",
            "; ".join(f"{has[name]:.0f} {name} (at least {least[name]})" for name in least)
            + ". Positives and clean rows are counted by what they tell under their weights.",
        )
        return Check.of("size", passed(not wanting), sentence, has)

    def _slices(self) -> Check:
        tested = self._tested()
        if not tested:
            least = self.rules.slice_positives
            zh, en = f"没有违规达到 {least} 条的切片。", f"No slice has {least} violating rows."
            return Check.of("slices", "not_judged", both(zh, en))
        pair = SlicePair(self.truth, self.flagged, self.weights, self.resamples, tested)
        p_values = holm(pair.worse(self.rules.error, self.rules.seed)).tolist()
        found = sorted(
            map(self._slice_figures, tested, pair.differences(), p_values),
            key=lambda each: (each.p_value, each.challenger - each.champion),
        )
        worse = [f"{each.facet}={each.value}" for each in found if each.p_value <= self.rules.error]
        zh = f"{len(found)} 个切片中 {len(worse)} 个显著变差（Holm 校正）"
        en = f"{len(worse)} of {len(found)} slices are worse after Holm's correction"
        if worse:
            shown = worse[:_MOST_NAMED]
            zh, en = f"{zh}：{'、'.join(shown)}", f"{en}: {', '.join(shown)}"
        figures = {"tested": len(found), "worse": len(worse), "lowest_p": found[0].p_value}
        sentence = both(f"{zh}。", f"{en}.")
        return Check.of("slices", passed(not worse), sentence, figures, slices=tuple(found))

    def _tested(self) -> list[Slice]:
        """Slices with enough violating rows: values of the facets, and labels by recall."""
        found = [
            Slice(facet, value, rows, bool(self.truth[rows].all()))
            for facet, values in sorted(self.facets.items())
            for value, rows in _told(facet, values)
        ]
        for code in sorted({code for codes in self.codes for code in codes or ()}):
            named = np.array([code in (codes or ()) for codes in self.codes])
            found.append(Slice("label", code, named & self.truth, recall=True))
        least = self.rules.slice_positives
        return [each for each in found if (self.truth & each.rows).sum() >= least]

    def _slice_figures(self, of: Slice, found: Difference, p_value: float) -> SliceFigures:
        return SliceFigures(
            facet=of.facet,
            value=printable(of.value),
            positives=int((self.truth & of.rows).sum()),
            champion=found.champion,
            challenger=found.challenger,
            p_value=p_value,
        )

    def _newcomers(self) -> Check:
        rules = self.rules
        values = self.facets.get(rules.newcomer_facet, [])
        rows = np.array([value == rules.newcomer_value for value in values], dtype=np.bool_)
        rows = rows if values else np.zeros(len(self.truth), dtype=np.bool_)
        clean, least = effective_count(self.weights[rows & ~self.truth]), rules.least_newcomers
        if clean < least:
            sentence = both(
                f"新商家的正常样本有效数为 {clean:.0f}，至少需要 {least}。",
                f"Clean rows of new merchants tell as much as {clean:.0f}; {least} are needed.",
            )
            return Check.of("new_merchants", "not_judged", sentence)
        return _blocked("new_merchants", self._clean_blocked(rows), rules.newcomer_margin)

    def _clean_blocked(self, rows: Flags | None = None) -> Difference:
        """The share of the clean among ``rows`` (default: all) that is blocked."""
        rows = np.ones(len(self.truth), dtype=np.bool_) if rows is None else rows
        champion, challenger = (blocked_ranking(self.truth[rows], b[rows]) for b in self.blocked)
        resamples = Resamples(_chosen(self.groups, rows), self.rules.seed, self.rules.resamples)
        pair = Pair(champion, challenger, self.weights[rows])
        return pair.differences({"blocked": Counted.clean_flagged}, resamples)["blocked"]


def _headline(name: Headline, found: Difference, rules: GateRules) -> Check:
    if np.isnan(found.low):
        return Check.of(name, "not_judged", _ONE_CLASS)
    least = -rules.delta
    sentence = both(
        f"{_change(found)}，差值的 95% 下界为 {points(found.low)}，须高于 {points(least)}。",
        f"{_change(found)}; the 95 % bound of the difference is {points(found.low)}, above "
        f"{points(least)} is needed.",
    )
    return Check.of(name, passed(found.low > least), sentence, found._asdict())


_ONE_CLASS: Final = both(
    "违规或正常样本缺失或过少。", "Violating or clean rows are absent, or nearly so."
)


def _calibration(found: Difference, rules: GateRules) -> Check:
    # Above the ceiling a challenger that is no worse is still let through: the champion that stays
    # would be above it, too.
    within = min(rules.calibration_ceiling, found.champion + rules.calibration_margin)
    most = max(within, found.champion)
    sentence = both(
        f"校准误差（ECE）{_change(found)}，不得超过 {most:.4f}。",
        f"Calibration error (ECE) {_change(found)}; at most {most:.4f} is allowed.",
    )
    figures = {**found._asdict(), "most": most}
    return Check.of("calibration", passed(found.challenger <= most), sentence, figures)


def _blocked(name: CheckName, found: Difference, margin: float) -> Check:
    if np.isnan(found.high):
        return Check.of(name, "not_judged", _ONE_CLASS)
    sentence = both(
        f"正常样本被拦截的比例 {_change(found)}，差值的 95% 上界为 {points(found.high)}，"
        f"不得超过 {points(margin)}。",
        f"Share of clean rows that is blocked: {_change(found)}; the 95 % bound of the difference "
        f"is {points(found.high)}, at most {points(margin)} is allowed.",
    )
    return Check.of(name, passed(found.high <= margin), sentence, found._asdict())


def _change(found: Difference) -> str:
    return f"{found.champion:.4f} → {found.challenger:.4f}"


def _told(facet: str, values: Sequence[str | None]) -> Iterator[tuple[str, Flags]]:
    """The slices of a facet; none where no row's value is known."""
    found = parts(facet, values)
    return iter(found.items() if found.keys() != {UNKNOWN} else ())


def _chosen(values: Sequence[T], rows: Flags) -> list[T]:
    return [value for value, here in zip(values, rows.tolist(), strict=True) if here]
