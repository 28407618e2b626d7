"""A shadow held against the champion on the same live items (影子对比)."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from data.ledger import Ledger
from data.ledger.shadows import Shadowed, Stretch, count_answered, shadowed
from data.record import Instant, Record
from data.verdict import Kind
from training.changes import (
    Changes,
    ChangeTally,
    Share,
    Shares,
    codes_of,
    example_lines,
    group_of,
    turn_of,
)
from training.gate_verdict import Sentence, both
from training.lessons import assemble_claims, assemble_listings
from training.paired import Pair
from training.propensity import Drawn, Estimate, estimates
from training.ranking import Counted, Figure, Ranking, Resamples, interval

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

LEAST_TIMED: Final = 20
"""Items timed on both sides without which there is no ratio."""

LEAST_JUDGED: Final = 30
LEAST_VIOLATING: Final = 10
LEAST_PASSED: Final = 10
"""What people must have judged, of it violating, of it passed by the champion, for figures."""

_SEED: Final = 0


class Bounded(Record):
    """A figure and its 95 % interval."""

    value: float
    low: float
    high: float


class LabelChange(Record):
    """A label that the shadow lists and the champion does not, and the other way round."""

    gained: Share
    lost: Share


class Latency(Record):
    """What scoring takes. ``ratio`` is shadow to champion, the geometric mean over ``timed``
    items that both scored on one thread one after the other; None: too few."""

    shadow_p50_ms: float
    shadow_p99_ms: float
    timed: int
    ratio: Bounded | None


class Skill(Record):
    """A figure of both, and the shadow's less the champion's; None: too few."""

    champion: Bounded | None
    shadow: Bounded | None
    difference: Bounded | None


class Quality(Record):
    """What people's judgements say, had all items been reviewed (inverse propensity weights).

    ``judged`` items of both have a label by now, ``violating`` and, by the champion, ``passed``
    are among them.
    """

    judged: int
    violating: int
    passed: int
    recall: Skill
    precision: Skill


class ShadowReport(Record):
    """What a shadow answered otherwise than the champion.

    Of ``decided`` items that the champion answered ``answered`` have the shadow's answer, too: a
    sample, without what was dropped. ``flips`` are shares by ``pass→review``, ``labels`` by code.
    """

    kind: Kind
    champion: str
    shadow: str
    since: Instant
    until: Instant
    decided: int
    answered: int
    agreement: Share
    flips: dict[str, Share]
    labels: dict[str, LabelChange]
    changes: Changes
    latency: Latency | None
    quality: Quality


class _Row(NamedTuple):
    """One item that people have judged, and what both said of it."""

    group: str
    truth: bool
    probability: float
    flagged: tuple[bool, bool]
    scores: tuple[float, float]


class _Known(NamedTuple):
    """What people said of an item, and how likely they were asked."""

    violates: bool
    probability: float


def shadow_report(ledger: Ledger, stretch: Stretch, champion: str) -> ShadowReport:
    """Hold the shadow of a stretch against the answers that ``champion`` gave in it.

    Labels are those observed by the end of the stretch.
    """
    known = _judged(ledger, stretch)
    tally = _Tally(known)
    for pair in shadowed(ledger, stretch, champion):
        tally.add(pair)
    return tally.report(stretch, champion, count_answered(ledger, stretch, champion))


class _Tally:
    def __init__(self, known: Mapping[str, _Known]) -> None:
        self._known = known
        self._changes = ChangeTally()
        self._same = Shares()
        self._flips = Shares()
        self._gained = Shares()
        self._lost = Shares()
        self._groups: list[str] = []
        self._milliseconds: list[tuple[float, float]] = []
        self._rows: list[_Row] = []

    def add(self, pair: Shadowed) -> None:
        decision, shadow = pair
        before, after = decision.verdict(), shadow.verdict()
        self._changes.add(decision, before, after)
        group, turn = group_of(decision), turn_of(before, after)
        self._same.add(group, [] if turn else ["same"])
        self._flips.add(group, [turn] if turn else [])
        was, now = codes_of(before), codes_of(after)
        self._gained.add(group, now - was)
        self._lost.add(group, was - now)
        self._groups.append(group)
        champion_ms = np.nan if shadow.champion_ms is None else shadow.champion_ms
        self._milliseconds.append((champion_ms, shadow.latency_ms))
        if known := self._known.get(decision.decision_id):
            flagged = decision.flagged, shadow.suggestion != "pass"
            scores = decision.probability, shadow.probability
            self._rows.append(_Row(group, known.violates, known.probability, flagged, scores))

    def report(self, stretch: Stretch, champion: str, decided: int) -> ShadowReport:
        changes = self._changes.changes()
        codes = sorted({*changes.gained, *changes.lost})
        return ShadowReport(
            kind=stretch.kind,
            champion=champion,
            shadow=stretch.model_version,
            since=stretch.since,
            until=stretch.until,
            decided=decided,
            answered=changes.judged,
            agreement=self._same.share("same"),
            flips=self._flips.shares(),
            labels={
                code: LabelChange(gained=self._gained.share(code), lost=self._lost.share(code))
                for code in codes
            },
            changes=changes,
            latency=_latency(np.array(self._milliseconds), self._groups),
            quality=_quality(self._rows, changes.judged / max(1, decided)),
        )


def _judged(ledger: Ledger, stretch: Stretch) -> dict[str, _Known]:
    """Decisions of the stretch that people judged, by the first decision on each content."""
    assemble = assemble_claims if stretch.kind == "claims" else assemble_listings
    # Of two stretches that meet an instant belongs to the later one; of lessons, to the earlier.
    before = stretch.since - timedelta(microseconds=1)
    block = assemble(ledger, stretch.until, before).block
    return {
        one.lesson.decision.decision_id: _Known(
            one.lesson.truth.label.outcome == "violation", one.selection_probability
        )
        for one in block
    }


def _latency(milliseconds: Floats, groups: list[str]) -> Latency | None:
    if not len(milliseconds):
        return None
    shadow = milliseconds[:, 1]
    timed = (milliseconds > 0).all(axis=1)
    return Latency(
        shadow_p50_ms=float(np.quantile(shadow, 0.5)),
        shadow_p99_ms=float(np.quantile(shadow, 0.99)),
        timed=int(timed.sum()),
        ratio=_ratio(milliseconds[timed], [groups[row] for row in np.flatnonzero(timed)]),
    )


def _ratio(milliseconds: Floats, groups: list[str]) -> Bounded | None:
    if len(groups) < LEAST_TIMED:
        return None
    ratios = np.log(milliseconds[:, 1] / milliseconds[:, 0])
    draws = Resamples(groups, _SEED).draws(
        lambda weights: np.exp(weights @ ratios / weights.sum(axis=1))
    )
    return _bounded(float(np.exp(ratios.mean())), interval(draws))


def _quality(rows: list[_Row], coverage: float) -> Quality:
    truth = np.array([row.truth for row in rows], dtype=np.bool_)
    flagged = np.array([row.flagged for row in rows], dtype=np.bool_).reshape(-1, 2)
    passed, violating = int((~flagged[:, 0]).sum()), int(truth.sum())
    is_enough = (
        len(rows) >= LEAST_JUDGED and violating >= LEAST_VIOLATING and passed >= LEAST_PASSED
    )
    skills = _skills(rows, truth, flagged, coverage) if is_enough else dict.fromkeys(_SKILLS, _NONE)
    return Quality(judged=len(rows), violating=violating, passed=passed, **skills)


_SKILLS: Final[Mapping[str, Figure]] = {"recall": Counted.recall, "precision": Counted.precision}
_NONE: Final = Skill(champion=None, shadow=None, difference=None)


def _skills(rows: list[_Row], truth: Flags, flagged: Flags, coverage: float) -> dict[str, Skill]:
    """Each side by the intervals of `training.propensity`, the difference by resampled groups.

    The shadow's flags cut across the strata that were drawn from: sizes are estimated for both.
    What the shadow did not answer was not seen, so that an item stands for 1 / (p coverage).
    """
    groups = [row.group for row in rows]
    probability = coverage * np.array([row.probability for row in rows])
    scores = np.array([row.scores for row in rows])
    sides = [estimates(Drawn(truth, flags, probability, groups)) for flags in flagged.T]
    champion, shadow = (
        Ranking(truth, each, flags) for each, flags in zip(scores.T, flagged.T, strict=True)
    )
    pair = Pair(champion, shadow, 1 / probability)
    differences = pair.differences(_SKILLS, Resamples(groups, _SEED))
    return {
        name: Skill(
            champion=_estimated(getattr(sides[0], name)),
            shadow=_estimated(getattr(sides[1], name)),
            difference=_bounded(found.difference, [found.low, found.high]),
        )
        for name, found in differences.items()
    }


def _estimated(found: Estimate) -> Bounded | None:
    if found.value is None or found.low is None or found.high is None:
        return None
    return Bounded(value=found.value, low=found.low, high=found.high)


def _bounded(value: float, bounds: list[float] | None) -> Bounded | None:
    if bounds is None or np.isnan([value, *bounds]).any():
        return None
    return Bounded(value=value, low=bounds[0], high=bounds[1])


def sentences(report: ShadowReport) -> Iterator[Sentence]:
    """The report in short, line by line; no merchant's words are among it."""
    since, until = (f"{at:%Y-%m-%d %H:%M}" for at in (report.since, report.until))
    yield both(
        f"{report.kind}：影子 {report.shadow} 对冠军 {report.champion}，{since} 至 {until} UTC；"
        f"冠军判定 {report.decided:,} 条，影子也回答了 {report.answered:,} 条。",
        f"{report.kind}: shadow {report.shadow} against champion {report.champion}, {since} to "
        f"{until} UTC; of {report.decided:,} decisions {report.answered:,} have its answer, too.",
    )
    yield both(
        f"建议一致：{_share(report.agreement)}", f"The same suggestion: {_share(report.agreement)}"
    )
    for turn, share in report.flips.items():
        yield both(f"{turn}：{_share(share)}", f"{turn}: {_share(share)}")
    for code, change in report.labels.items():
        gained, lost = _share(change.gained), _share(change.lost)
        yield both(f"{code}：新增 {gained}；消失 {lost}", f"{code}: gained {gained}; lost {lost}")
    hit, unnamed = report.changes.merchants, report.changes.unnamed
    yield both(
        f"判得更重的商家 {hit:,} 家，另有 {unnamed:,} 条未注明商家。",
        f"Merchants judged more harshly: {hit:,}, and {unnamed:,} items that name none.",
    )
    yield _on_latency(report.latency)
    yield from _on_quality(report.quality)


def _on_latency(latency: Latency | None) -> Sentence:
    if latency is None:
        return both("耗时：没有数据。", "Latency: none was measured.")
    ratio = _figure(latency.ratio, 2)
    zh = f"p50 {latency.shadow_p50_ms:.2f} ms，p99 {latency.shadow_p99_ms:.2f} ms"
    en = f"p50 {latency.shadow_p50_ms:.2f} ms, p99 {latency.shadow_p99_ms:.2f} ms"
    return both(
        f"影子耗时 {zh}；与冠军之比 {ratio.zh}（{latency.timed:,} 条同线程对测）。",
        f"The shadow takes {en}; its ratio to the champion: {ratio.en} ({latency.timed:,} items "
        "timed on both).",
    )


def _on_quality(quality: Quality) -> Iterator[Sentence]:
    zh = f"{quality.judged:,} 条已有人工结论（违规 {quality.violating:,}，冠军放行 "
    en = f"{quality.judged:,} are judged by people by now ({quality.violating:,} violating, "
    yield both(
        f"{zh}{quality.passed:,}），按抽样概率逆加权：",
        f"{en}{quality.passed:,} passed by the champion), weighted by inverse propensity:",
    )
    for name, zh, skill in (
        ("recall", "召回率", quality.recall),
        ("precision", "精确率", quality.precision),
    ):
        before, after, change = (
            _figure(one, 3) for one in (skill.champion, skill.shadow, skill.difference)
        )
        yield both(
            f"{zh}：冠军 {before.zh}，影子 {after.zh}，差 {change.zh}",
            f"{name}: champion {before.en}, shadow {after.en}, difference {change.en}",
        )


def _figure(bounded: Bounded | None, digits: int) -> Sentence:
    if bounded is None:
        return both("样本太少", "too few")
    value, low, high = (f"{one:.{digits}f}" for one in (bounded.value, bounded.low, bounded.high))
    return both(f"{value} [{low}, {high}]", f"{value} [{low}, {high}]")


def _share(share: Share) -> str:
    if share.interval is None:
        return "0"
    low, high = share.interval
    return f"{share.count:,} / {share.of:,}, {share.count / share.of:.2%} [{low:.2%}, {high:.2%}]"


def page(report: ShadowReport) -> Iterator[str]:
    """The report for a terminal, Chinese, then English, then examples in merchants' words."""
    told = list(sentences(report))
    yield from (one.zh for one in told)
    yield from (one.en for one in told)
    yield from example_lines(report.changes)
