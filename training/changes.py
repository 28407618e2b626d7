"""Two verdicts on each of many items (判定变化): what differs, and who is hit."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from math import sqrt
from typing import Final

from data.ledger import Decision
from data.place import Place
from data.record import Record
from data.verdict import Suggestion, Verdict

EXAMPLES: Final = 5
"""Changed decisions that a report shows."""

_WORDS: Final = 3
_HARSHNESS: Final[dict[Suggestion, int]] = {"pass": 0, "review": 1, "block": 2}
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


class Changes(Record):
    """What another verdict would change.

    ``changed`` counts by ``pass→review``; ``gained`` and ``lost`` are labels by code.
    ``newly_flagged`` is a share of what passed, ``newly_passed`` of what was flagged.
    ``merchants`` are those of which an item would be judged more harshly, ``unnamed`` such items
    without one.
    """

    judged: int
    changed: dict[str, int]
    gained: dict[str, int]
    lost: dict[str, int]
    newly_flagged: Share
    newly_passed: Share
    merchants: int
    unnamed: int
    examples: list[Example]


class ChangeTally:
    """Counts what changes, item by item."""

    def __init__(self) -> None:
        self._judged = self._unnamed = 0
        self._changed: Counter[str] = Counter()
        self._gained: Counter[str] = Counter()
        self._lost: Counter[str] = Counter()
        self._merchants: set[str] = set()
        self._examples: list[Example] = []
        self._passed = Shares()
        self._flagged = Shares()

    def add(self, decision: Decision, before: Verdict, after: Verdict) -> None:
        """Count one item, whose merchant or room ``decision`` names."""
        self._judged += 1
        was, now = codes_of(before), codes_of(after)
        self._gained.update(now - was)
        self._lost.update(was - now)
        side = self._passed if before.suggestion == "pass" else self._flagged
        is_turned = (before.suggestion == "pass") != (after.suggestion == "pass")
        side.add(group_of(decision), ["turned"] if is_turned else [])
        if turn := turn_of(before, after):
            self._changed[turn] += 1
            self._change(decision, before, after)

    def changes(self) -> Changes:
        """What was counted."""
        return Changes(
            judged=self._judged,
            changed=dict(self._changed.most_common()),
            gained=dict(self._gained.most_common()),
            lost=dict(self._lost.most_common()),
            newly_flagged=self._passed.share("turned"),
            newly_passed=self._flagged.share("turned"),
            merchants=len(self._merchants),
            unnamed=self._unnamed,
            examples=self._examples,
        )

    def _change(self, decision: Decision, before: Verdict, after: Verdict) -> None:
        if _HARSHNESS[after.suggestion] > _HARSHNESS[before.suggestion]:
            if decision.merchant_id is None:
                self._unnamed += 1
            else:
                self._merchants.add(decision.merchant_id)
        if len(self._examples) < EXAMPLES:
            self._examples.append(_example(decision, before, after))


class Shares:
    """Shares of items of which something is so, over items that come in groups."""

    def __init__(self) -> None:
        self._all: Counter[str] = Counter()
        self._hits: dict[str, Counter[str]] = {}

    def add(self, group: str, hits: Iterable[str]) -> None:
        """Count an item of a group, of which ``hits`` are so."""
        self._all[group] += 1
        for name in hits:
            self._hits.setdefault(name, Counter())[group] += 1

    def share(self, name: str) -> Share:
        """The share of items of which ``name`` is so."""
        hits = self._hits.get(name, Counter())
        groups = [(hits[group], size) for group, size in self._all.items()]
        return Share(count=hits.total(), of=self._all.total(), interval=share_interval(groups))

    def shares(self) -> dict[str, Share]:
        """All that is so of any item, the most frequent first."""
        names = sorted(self._hits, key=lambda name: (-self._hits[name].total(), name))
        return {name: self.share(name) for name in names}


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


def turn_of(before: Verdict, after: Verdict) -> str | None:
    """How the suggestion turns, such as ``pass→review``; None where it stays."""
    if before.suggestion == after.suggestion:
        return None
    return f"{before.suggestion}→{after.suggestion}"


def codes_of(verdict: Verdict) -> set[str]:
    """The labels that a verdict lists."""
    return {label.code for label in verdict.labels}


def change_lines(changes: Changes) -> Iterator[str]:
    """What changes for a person to read, line by line; merchants' words are among it."""
    changed = ", ".join(f"{count:,} {turn}" for turn, count in changes.changed.items())
    yield f"  suggestions that change: {changed or 'none'}"
    yield f"  passes that would be flagged: {shown(changes.newly_flagged)}"
    yield f"  flags that would pass: {shown(changes.newly_passed)}"
    for name, counts in (("gained", changes.gained), ("lost", changes.lost)):
        if counts:
            yield f"  labels {name}: " + ", ".join(f"{n:,} {code}" for code, n in counts.items())
    yield f"  merchants hit: {changes.merchants:,}, and {changes.unnamed:,} items that name none"
    yield from example_lines(changes)


def example_lines(changes: Changes) -> Iterator[str]:
    """The examples, with the merchants' words that are cited."""
    for one in changes.examples:
        words = ", ".join(f'"{word}"' for word in one.words)
        codes = ",".join(one.codes) or "-"
        yield f"  {one.data_id}: {one.before} to {one.after}, {codes}: {words or '-'}"


def shown(share: Share) -> str:
    """A share with its interval, for a person to read."""
    if share.interval is None:
        return "there are none"
    low, high = share.interval
    ratio = share.count / share.of
    return f"{share.count:,} of {share.of:,} ({ratio:.2%}, 95 % interval {low:.2%} to {high:.2%})"


def group_of(decision: Decision) -> str:
    """The merchant or else the room of an item; an item without either stands alone."""
    if decision.merchant_id is not None:
        return f"merchant {decision.merchant_id}"
    where = Place(*json.loads(decision.place)) if decision.place else None
    if where is None or where.room_by is None:
        return f"item {decision.data_id}"
    return f"room {where.platform} {where.room}"


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
