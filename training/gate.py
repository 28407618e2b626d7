"""The gate (上线门禁): whether a challenger (挑战者) replaces the champion (冠军).

Both have answered the same block of reviewed items, of which neither has learnt. Differences are
challenger minus champion; rows weigh 1/p for the probability p of having been reviewed, and whole
groups are resampled. A challenger must be shown to be no worse: what cannot be judged refuses it
as well, unless the rules say that it may lack. All headlines must hold, so that each is tested at
its full level; slices are many, and corrected for it (Holm 1979).

How often equal, better and worse challengers get through is what
``python -m tests.benchmarks.gate_power`` prints.
"""

from datetime import datetime
from typing import Final

import numpy as np

from data.problem import printable
from training.gate_evidence import (
    GUARDED,
    Answers,
    Block,
    Facts,
    GateError,
    GateEvidence,
    GateRules,
    Guarded,
    Latency,
    Regression,
)
from training.gate_trial import measured
from training.gate_verdict import Check, GateVerdict, Ruling, both, passed

__all__ = [
    "Answers",
    "Block",
    "Check",
    "Facts",
    "GateError",
    "GateEvidence",
    "GateRules",
    "GateVerdict",
    "Latency",
    "Regression",
    "judge",
]

_LOADS: Final = both("挑战者可以加载。", "The challenger loads.")
_NOT_RUN: Final = both("没有跑这份回归用例。", "This regression corpus was not run.")
_NOT_TIMED: Final = both("没有测量耗时。", "Latency was not measured.")


def judge(evidence: GateEvidence, rules: GateRules) -> GateVerdict:
    """Every check of the gate, and what follows.

    The order of the rows changes nothing; the same evidence and rules give the same verdict.
    """
    champion, challenger, block = evidence.champion_facts, evidence.challenger_facts, evidence.block
    checks = (
        _artifact(challenger),
        _unseen(champion, challenger, block),
        _answers(evidence),
        *measured(evidence, rules),
        *(_corpus(name, evidence.corpora.get(name)) for name in GUARDED),
        _latency(evidence.latency, rules),
    )
    ruling = Ruling.of(checks, rules.may_lack)
    return GateVerdict(
        promote=ruling.promote,
        kind=challenger.kind,
        champion=champion.version,
        challenger=challenger.version,
        since=block.since,
        rows=len(block.truth),
        rules=rules,
        checks=checks,
        reasons=ruling.reasons,
    )


def _artifact(challenger: Facts) -> Check:
    problems = tuple(printable(each) for each in challenger.problems)
    if not problems:
        return Check.of("artifact", "passed", _LOADS)
    sentence = both(
        f"挑战者无法加载：{problems[0]}", f"The challenger does not load: {problems[0]}"
    )
    return Check.of("artifact", "failed", sentence, named=problems)


def _unseen(champion: Facts, challenger: Facts, block: Block) -> Check:
    """A challenger that knows the block fails; against a champion that does, none is judged."""
    since = _minute(block.since)
    if challenger.trained_until > block.since:
        until = _minute(challenger.trained_until)
        zh = f"挑战者学过截至 {until} 的标注，而评测区间始于 {since}。"
        en = f"The challenger knows labels until {until}; the block begins at {since}."
        return Check.of("unseen", "failed", both(zh, en))
    if champion.trained_until > block.since:
        until = _minute(champion.trained_until)
        zh = f"冠军学过截至 {until} 的标注，而评测区间始于 {since}，比较不公平。"
        en = f"The champion knows labels until {until}; the block begins at {since}: no fair trial."
        return Check.of("unseen", "not_judged", both(zh, en))
    zh, en = f"双方都没有学过 {since} 之后的标注。", f"Neither knows a label from after {since}."
    return Check.of("unseen", "passed", both(zh, en))


def _answers(evidence: GateEvidence) -> Check:
    rows = len(evidence.block.truth)
    champion, challenger = (
        int(np.isnan(side.scores).sum()) for side in (evidence.champion, evidence.challenger)
    )
    sentence = both(
        f"{rows} 条样本中，挑战者有 {challenger} 条没有打分，冠军有 {champion} 条。",
        f"Of {rows} rows the challenger left {challenger} without a score, the champion "
        f"{champion}.",
    )
    figures = {"rows": rows, "champion": champion, "challenger": challenger}
    return Check.of("answers", passed(not challenger), sentence, figures)


def _corpus(name: Guarded, found: Regression | None) -> Check:
    if found is None or not found.rows:
        return Check.of(name, "not_judged", _NOT_RUN)
    newly = tuple(sorted(found.challenger_wrong - found.champion_wrong))
    sentence = both(
        f"{found.rows} 条回归用例中新错 {len(newly)} 条。",
        f"{len(newly)} of {found.rows} regression rows are newly wrong.",
    )
    figures = {
        "rows": found.rows,
        "champion_wrong": len(found.champion_wrong),
        "challenger_wrong": len(found.challenger_wrong),
        "newly_wrong": len(newly),
    }
    named = tuple(printable(each) for each in newly)
    return Check.of(name, passed(not newly), sentence, figures, named=named)


def _latency(found: Latency | None, rules: GateRules) -> Check:
    if found is None:
        return Check.of("latency", "not_judged", _NOT_TIMED)
    ratio, most = found.challenger_ms / found.champion_ms, rules.latency_ratio
    sentence = both(
        f"每条耗时是冠军的 {ratio:.2f} 倍，最多允许 {most:.2f} 倍。",
        f"An item takes {ratio:.2f} times as long; at most {most:.2f} times is allowed.",
    )
    figures = {**found.model_dump(), "ratio": ratio}
    return Check.of("latency", passed(ratio <= most), sentence, figures)


def _minute(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M} UTC"
