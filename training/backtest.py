"""What another scorer would have made of past traffic (回测): what changes, and who is hit."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from math import sqrt
from typing import Final, NamedTuple

from pydantic import ValidationError

from data.ledger import Decision
from data.place import Place
from data.record import Instant, Record
from data.verdict import Kind, Suggestion, Verdict
from models.scorer import Scorer
from training.offline import RECORDS, each_done

EXAMPLES: Final = 5
"""Changed decisions that a report shows."""

_WORDS: Final = 3
_HARSHNESS: Final[dict[Suggestion, int]] = {"pass": 0, "review": 1, "block": 2}
_EVERY: Final = 2_000
_NORMAL_95: Final = 1.959964


class Share(Record):
    """``count`` of ``of``, and the 95 % interval of their ratio, null where ``of`` is 0.

    Items of one merchant or room change together: the interval is Wilson's for as many items as
    would say as much if each stood alone, by the variance of a ratio over groups.
    """

    count: int
    of: int
    interval: tuple[float, float] | None


class Example(Record):
    """A decision that would change. ``words`` are cited, by the old where the new cites none."""

    decision_id: str
    data_id: str
    merchant_id: str | None
    before: Suggestion
    after: Suggestion
    codes: list[str]
    words: list[str]


class Span(Record):
    """The traffic that was judged: of ``total`` contents, those decided on from ``since`` on."""

    since: Instant
    until: Instant
    total: int


class BacktestReport(Record):
    """What would change.

    ``changed`` counts by ``pass→review``; ``gained`` and ``lost`` are labels by code.
    ``newly_flagged`` is a share of what passed, ``newly_passed`` of what was flagged.
    ``merchants`` are those of which an item would be judged more harshly, ``unnamed`` such items
    without one. ``unreadable`` items are none that today's service would take.
    """

    kind: Kind
    span: Span
    judged: int
    unreadable: int
    changed: dict[str, int]
    gained: dict[str, int]
    lost: dict[str, int]
    newly_flagged: Share
    newly_passed: Share
    merchants: int
    unnamed: int
    examples: list[Example]


class _Pair(NamedTuple):
    before: Verdict
    after: Verdict


def backtest(
    old: Scorer,
    new: Scorer,
    decisions: Iterable[Decision],
    span: Span,
    workers: int = 1,
    report: Callable[[str], None] = lambda _: None,
) -> BacktestReport:
    """Judge each decided item by both scorers as of the instant at which it was decided.

    Items are as they were judged then, with what the ledger filled in. ``workers`` are the
    processes that score.
    """
    tally = _Tally()
    work = partial(_judged, old, new)
    for number, (decision, pair) in enumerate(each_done(work, decisions, workers), 1):
        tally.add(decision, pair)
        if number % _EVERY == 0:
            report(f"{number:,} decisions judged again")
    return tally.report(old.kind, span)


def _judged(old: Scorer, new: Scorer, decision: Decision) -> _Pair | None:
    try:
        item = RECORDS[old.kind].model_validate(decision.judged())
    except ValidationError:
        return None
    at = decision.decided_at
    return _Pair(old.score(item, at), new.score(item, at))


class _Tally:
    def __init__(self) -> None:
        self.judged = self.unreadable = self.unnamed = 0
        self.changed: Counter[str] = Counter()
        self.gained: Counter[str] = Counter()
        self.lost: Counter[str] = Counter()
        self.merchants: set[str] = set()
        self.examples: list[Example] = []
        self.passed = _Grouped()
        self.flagged = _Grouped()

    def add(self, decision: Decision, pair: _Pair | None) -> None:
        if pair is None:
            self.unreadable += 1
            return
        self.judged += 1
        before, after = pair
        was, now = _codes(before), _codes(after)
        self.gained.update(now - was)
        self.lost.update(was - now)
        group = _group(decision)
        side = self.passed if before.suggestion == "pass" else self.flagged
        side.add(group, (before.suggestion == "pass") != (after.suggestion == "pass"))
        if before.suggestion != after.suggestion:
            self._change(decision, before, after)

    def _change(self, decision: Decision, before: Verdict, after: Verdict) -> None:
        self.changed[f"{before.suggestion}→{after.suggestion}"] += 1
        if _HARSHNESS[after.suggestion] > _HARSHNESS[before.suggestion]:
            if decision.merchant_id is None:
                self.unnamed += 1
            else:
                self.merchants.add(decision.merchant_id)
        if len(self.examples) < EXAMPLES:
            self.examples.append(_example(decision, before, after))

    def report(self, kind: Kind, span: Span) -> BacktestReport:
        return BacktestReport(
            kind=kind,
            span=span,
            judged=self.judged,
            unreadable=self.unreadable,
            changed=dict(self.changed.most_common()),
            gained=dict(self.gained.most_common()),
            lost=dict(self.lost.most_common()),
            newly_flagged=self.passed.share(),
            newly_passed=self.flagged.share(),
            merchants=len(self.merchants),
            unnamed=self.unnamed,
            examples=self.examples,
        )


class _Grouped:
    """Items and those of them that changed, by group."""

    def __init__(self) -> None:
        self._all: Counter[str] = Counter()
        self._hit: Counter[str] = Counter()

    def add(self, group: str, hit: bool) -> None:
        self._all[group] += 1
        self._hit[group] += hit

    def share(self) -> Share:
        groups = [(self._hit[group], size) for group, size in self._all.items()]
        hits, items = sum(self._hit.values()), sum(self._all.values())
        return Share(count=hits, of=items, interval=share_interval(groups))


def share_interval(groups: Sequence[tuple[int, int]]) -> tuple[float, float] | None:
    """The 95 % interval of a share of items that come in groups, each as (hits, items).

    Wilson's interval for the effective number of items: p (1 - p) over the linearised variance
    of the ratio of sums, at most the number of items; of groups where all or none are hit.

    >>> low, high = share_interval([(0, 1)] * 100)
    >>> low, round(high, 3)
    (0.0, 0.037)
    >>> share_interval([(0, 100)])[1] > 0.5
    True
    """
    hits, items = sum(hit for hit, _ in groups), sum(size for _, size in groups)
    if not items:
        return None
    share = hits / items
    effective = float(len(groups))
    if 0 < share < 1 and len(groups) > 1:
        spread = sum((hit - share * size) ** 2 for hit, size in groups)
        variance = spread * len(groups) / (len(groups) - 1) / items**2
        effective = min(items, share * (1 - share) / variance) if variance else items
    square = _NORMAL_95**2 / effective
    middle = (share + square / 2) / (1 + square)
    half = _NORMAL_95 * sqrt(share * (1 - share) / effective + square / (4 * effective))
    half /= 1 + square
    low = 0.0 if hits == 0 else max(0.0, middle - half)
    return low, 1.0 if hits == items else min(1.0, middle + half)


def sentences(report: BacktestReport) -> Iterator[str]:
    """The report for a person to read, line by line; merchants' words are among it."""
    span = report.span
    drawn = "" if report.judged + report.unreadable == span.total else ", a random sample of them"
    yield (
        f"{report.kind}: {span.total:,} contents decided on since {span.since:%Y-%m-%d %H:%M} UTC;"
        f" {report.judged:,} judged again{drawn}"
    )
    if report.unreadable:
        yield f"  {report.unreadable:,} could not be read as today's service reads items"
    changed = ", ".join(f"{count:,} {turn}" for turn, count in report.changed.items())
    yield f"  suggestions that change: {changed or 'none'}"
    yield f"  passes that would be flagged: {_shown(report.newly_flagged)}"
    yield f"  flags that would pass: {_shown(report.newly_passed)}"
    for name, counts in (("gained", report.gained), ("lost", report.lost)):
        if counts:
            yield f"  labels {name}: " + ", ".join(f"{n:,} {code}" for code, n in counts.items())
    yield f"  merchants hit: {report.merchants:,}, and {report.unnamed:,} items that name none"
    for one in report.examples:
        words = ", ".join(f'"{word}"' for word in one.words)
        codes = ",".join(one.codes) or "-"
        yield f"  {one.data_id}: {one.before} to {one.after}, {codes}: {words or '-'}"


def _shown(share: Share) -> str:
    if share.interval is None:
        return "there are none"
    low, high = share.interval
    ratio = share.count / share.of
    return f"{share.count:,} of {share.of:,} ({ratio:.2%}, 95 % interval {low:.2%} to {high:.2%})"


def _group(decision: Decision) -> str:
    """The merchant or else the room of an item; an item without either stands alone."""
    if decision.merchant_id is not None:
        return f"merchant {decision.merchant_id}"
    where = Place(*json.loads(decision.place)) if decision.place else None
    if where is None or where.room_by is None:
        return f"item {decision.data_id}"
    return f"room {where.platform} {where.room}"


def _codes(verdict: Verdict) -> set[str]:
    return {label.code for label in verdict.labels}


def _example(decision: Decision, before: Verdict, after: Verdict) -> Example:
    telling = after if after.labels else before
    hits = [hit for label in telling.labels for hit in label.hits]
    return Example(
        decision_id=decision.decision_id,
        data_id=decision.data_id,
        merchant_id=decision.merchant_id,
        before=before.suggestion,
        after=after.suggestion,
        codes=[label.code for label in telling.labels],
        words=list(dict.fromkeys(hit.text for hit in hits if hit.text))[:_WORDS],
    )
