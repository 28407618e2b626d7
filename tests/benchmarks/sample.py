"""How much of what passes is drawn for review: ``python -m tests.benchmarks.sample``.

The chances are computed, not drawn, with the champions of the home at the default shares; 95 %
intervals resample groups: channels of speech, merchants of simulated listings, else items.
"""

import argparse
import csv
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import numpy as np

from data.home import home
from data.listing import Listing
from data.record import Record
from data.segment import LiveSegment
from data.selection import Reason
from data.simulate.listings import simulate_listings
from models.policy import PolicyName
from models.scorer import Scorer, load_scorer
from models.selection import ORDER, Shares, inclusion, reason_chances
from models.store import champion
from tests.benchmarks.material import datasets, titles
from training.ranking import Resamples, interval

_AT = datetime(2026, 3, 1, tzinfo=UTC)
_POLICIES: tuple[PolicyName, ...] = ("balanced", "capacity")
_SEED = 11


class Sort(NamedTuple):
    """Items of one sort, with the group of each."""

    name: str
    items: Sequence[Record]
    groups: Sequence[str]


def main() -> None:
    """Print a line for each sort of items and each operating point."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.sample", description=__doc__)
    parser.add_argument("--home", type=Path, default=home(os.environ))
    where = parser.parse_args().home
    makers: dict[str, Callable[[], Iterator[Sort]]] = {"claims": _speech, "listings": _goods}
    for kind in ("claims", "listings"):
        directory = champion(where, "claims" if kind == "claims" else "listings")
        assert directory is not None, f"{where} has no champion of {kind}"
        sorts = list(makers[kind]())
        for policy in _POLICIES:
            scorer = load_scorer(directory, policy)
            for sort in sorts:
                sys.stdout.write(f"{kind}, {policy}, {sort.name}: {_shares(scorer, sort)}\n")


def _shares(scorer: Scorer, sort: Sort) -> str:
    rows, groups = [], []
    for item, group in zip(sort.items, sort.groups, strict=True):
        verdict, _, opinion = scorer.judge(item, _AT)
        if verdict.suggestion == "pass":
            chances = reason_chances(scorer.kind, verdict.probability, opinion, Shares())
            rows.append([inclusion(chances), *(chances[reason] for reason in ORDER)])
            groups.append(group)
    table = np.array(rows)
    draws = Resamples(groups, _SEED).draws(
        lambda weights: weights @ table[:, :1] / weights.sum(axis=1, keepdims=True)
    )
    bounds = interval(draws[:, 0])
    means = table.mean(axis=0)
    reasons: tuple[Reason, ...] = ORDER
    parts = ", ".join(f"{name} {share:.2%}" for name, share in zip(reasons, means[1:], strict=True))
    within = f"[{bounds[0]:.2%}, {bounds[1]:.2%}]" if bounds else "too few groups"
    return f"{len(rows)} of {len(sort.items)} pass, {means[0]:.2%} {within} drawn ({parts})"


def _speech() -> Iterator[Sort]:
    live = datasets() / "transcripts" / "live_segments.csv"
    with live.open(encoding="utf-8-sig", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["text"]]
    yield _windows("real live windows", rows, [row["channel"] for row in rows])
    with (datasets() / "liveamr" / "train_long.csv").open(encoding="utf-8-sig") as stream:
        rows = [row for row in csv.DictReader(stream) if row["text"]]
    yield _windows("LiveAMR's windows", rows, [str(number) for number in range(len(rows))])


def _windows(name: str, rows: Sequence[dict[str, str]], groups: Sequence[str]) -> Sort:
    texts = enumerate(row["text"] for row in rows)
    return Sort(name, [LiveSegment(data_id=f"w-{n}", text=text) for n, text in texts], groups)


def _goods() -> Iterator[Sort]:
    for seed in (7, 23):
        found: list[Listing] = [each.listing for each in simulate_listings(1_000, seed, _AT)]
        groups = [one.merchant.merchant_id if one.merchant else one.data_id for one in found]
        yield Sort(f"simulated listings of seed {seed}", found, groups)
    bare = titles(_AT)
    yield Sort(bare.source, bare.items, [str(number) for number in range(len(bare.items))])


if __name__ == "__main__":
    main()
