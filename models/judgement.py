"""A verdict with what it rests on: what a review sample and a replay ask for beside the answer."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

from data.snapshot import Snapshot
from data.verdict import Verdict

NOTHING: Final[Mapping[str, object]] = MappingProxyType({})
"""What is filled in where nothing is."""


class Opinion(NamedTuple):
    """What model and rules say of an item, each by itself.

    ``threshold`` is the item probability that flags, ``model`` the probability that the model
    alone gives, before context. ``rules`` is how near lexicon and rules alone come to a review:
    0 where nothing was found, 1 where it is enough.
    """

    threshold: float
    model: float
    rules: float


class Chances(NamedTuple):
    """What a scorer thinks of an item before any threshold: what thresholds are chosen by.

    ``probability`` is the item's, ``labels`` that of each label, without what lexicon and rules
    lift them to because they ``settle`` that the item goes to review at any operating point.
    ``blocks`` says that the item is blocked if it is flagged.
    """

    probability: float
    labels: Mapping[str, float]
    settled: bool
    blocks: bool


class Judgement(NamedTuple):
    """A verdict, what it was computed from, and, unless it is degraded, who said what."""

    verdict: Verdict
    snapshot: Snapshot
    opinion: Opinion | None = None
