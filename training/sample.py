"""What reviewers' samples tell of a period (抽样估计): what there was, was caught, was missed."""

from collections import Counter
from datetime import datetime
from typing import TypeVar

import numpy as np

from data.ledger import Ledger
from data.ledger.history import strata
from data.verdict import Kind
from training.assemble import ClaimDoc
from training.lessons import Assembled, assemble_claims, assemble_listings
from training.listings import ListingDoc
from training.propensity import Drawn, Estimates, Population, estimates

Doc = TypeVar("Doc", bound=ClaimDoc | ListingDoc)


def sampled(ledger: Ledger, kind: Kind, since: datetime, until: datetime) -> Estimates | None:
    """Estimates of what was decided after ``since`` by what was learnt until ``until``.

    None where nobody reviewed anything that was drawn with a known probability.
    """
    if kind == "claims":
        return of_block(ledger, kind, assemble_claims(ledger, until, since), until)
    return of_block(ledger, kind, assemble_listings(ledger, until, since), until)


def of_block(
    ledger: Ledger, kind: Kind, assembled: Assembled[Doc], until: datetime
) -> Estimates | None:
    """Estimates from an assembled block, of the policy that decided at the time."""
    since, block = assembled.judged_from, assembled.block
    if since is None or not block:
        return None
    counts: Counter[bool] = Counter()
    for stratum, count in strata(ledger, kind, since, until).items():
        counts[stratum.suggestion != "pass"] += count
    drawn = Drawn(
        truth=np.array([one.lesson.truth.label.outcome == "violation" for one in block], bool),
        flagged=np.array([one.lesson.decision.flagged for one in block], bool),
        probability=np.array([one.selection_probability for one in block]),
        # The windows of a room are reviewed together, listings each by itself.
        groups=[one.lesson.doc.group for one in block] if kind == "claims" else None,
    )
    return estimates(drawn, Population(flagged=counts[True], passed=counts[False]))


def sentences(found: Estimates) -> list[str]:
    """The estimates, one a line: figure, 95 % interval, and what counting alone would show."""
    lines = [
        f"{found.flagged} flagged and {found.passed} passed items reviewed, "
        f"{found.flagged_violating} and {found.passed_violating} of them violating"
    ]
    for name in ("base_rate", "recall", "precision", "clean_flagged"):
        one = getattr(found, name)
        if one.value is None:
            lines.append(f"{name}: nothing reviewed tells")
            continue
        naive = "" if one.naive is None else f"; as counted {one.naive:.1%}"
        lines.append(f"{name}: {one.value:.1%} [{one.low:.1%}, {one.high:.1%}]{naive}")
    for name in ("false_blocks", "missed"):
        one = getattr(found, name)
        if one.value is not None:
            lines.append(f"{name}: {one.value:.0f} [{one.low:.0f}, {one.high:.0f}]")
    return lines
