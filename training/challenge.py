"""Champion against challenger (挑战): by judged items, by regression rows, by the clock."""

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from statistics import median
from typing import Final, Generic, NamedTuple, TypeVar

import numpy as np

from data.listing import Listing
from data.record import Record
from data.segment import LiveSegment
from data.verdict import Kind, Suggestion
from models.artifact import ArtifactError
from models.scorer import Scorer
from training.assemble import ClaimDoc
from training.gate_evidence import (
    GUARDED,
    Answers,
    Block,
    Facts,
    GateEvidence,
    Guarded,
    Latency,
    Regression,
)
from training.guard import guard
from training.lessons import Judged
from training.listings import ListingDoc

Doc = TypeVar("Doc", bound=ClaimDoc | ListingDoc)
Load = Callable[[Path], Scorer]

_TIMED: Final = 60
_ROUNDS: Final = 3


class Side(NamedTuple):
    """One of the two: its artefact, and the last instant of which it knows a label."""

    directory: Path
    trained_until: datetime


class Contest(NamedTuple, Generic[Doc]):
    """What both are judged on. ``facets`` slice the rows of the block."""

    kind: Kind
    block: Sequence[Judged[Doc]]
    since: datetime
    facets: Mapping[str, Sequence[str | None]]


class _Asked(NamedTuple):
    item: Record
    at: datetime


class _Given(NamedTuple):
    probability: float
    suggestion: Suggestion


_NONE: Final = _Given(np.nan, "pass")


def evidence(contest: Contest[Doc], champion: Side, challenger: Side, load: Load) -> GateEvidence:
    """What is known of both sides. Raises ArtifactError when the champion cannot be loaded; a
    challenger that cannot is a fact that the gate refuses it by."""
    asked = [_asked(contest.kind, judged) for judged in contest.block]
    before = load(champion.directory)
    after, problems = _loaded(challenger.directory, load)
    return GateEvidence(
        block=_block(contest),
        champion=_answers(before, asked),
        challenger=_answers(after, asked),
        champion_facts=_facts(contest.kind, champion),
        challenger_facts=_facts(contest.kind, challenger, problems),
        corpora={} if after is None else _corpora(before, after),
        latency=None if after is None else _latency(before, after, asked[:_TIMED]),
    )


def _loaded(directory: Path, load: Load) -> tuple[Scorer | None, tuple[str, ...]]:
    try:
        return load(directory), ()
    except ArtifactError as error:
        return None, (str(error),)


def _facts(kind: Kind, side: Side, problems: tuple[str, ...] = ()) -> Facts:
    return Facts(
        kind=kind,
        version=side.directory.name,
        trained_until=side.trained_until,
        problems=problems,
    )


def _asked(kind: Kind, judged: Judged[Doc]) -> _Asked:
    """The item as it was judged, at the instant at which it was."""
    decision = judged.lesson.decision
    record = LiveSegment if kind == "claims" else Listing
    return _Asked(record.model_validate(decision.judged()), decision.verdict().feature_as_of)


def _block(contest: Contest[Doc]) -> Block:
    labels = [judged.lesson.truth.label for judged in contest.block]
    return Block(
        truth=np.array([label.outcome == "violation" for label in labels], dtype=np.bool_),
        probability=np.array([judged.selection_probability for judged in contest.block]),
        groups=[judged.lesson.doc.group for judged in contest.block],
        since=contest.since,
        facets=contest.facets,
        codes=[label.codes for label in labels],
    )


def _answers(scorer: Scorer | None, asked: Sequence[_Asked]) -> Answers:
    given = [_NONE if scorer is None else _given(scorer, one) for one in asked]
    return Answers(
        scores=np.array([one.probability for one in given]),
        flagged=np.array([one.suggestion != "pass" for one in given], dtype=np.bool_),
        blocked=np.array([one.suggestion == "block" for one in given], dtype=np.bool_),
    )


def _given(scorer: Scorer, asked: _Asked) -> _Given:
    try:
        verdict = scorer.score(asked.item, asked.at)
    except Exception:  # noqa: BLE001 - whatever a model fails with, it gave no answer
        return _NONE
    return _Given(verdict.probability, verdict.suggestion)


def _corpora(before: Scorer, after: Scorer) -> dict[Guarded, Regression]:
    old, new = guard(before), guard(after)
    return {
        name: Regression(
            rows=new[name].rows,
            champion_wrong=frozenset(old[name].wrong),
            challenger_wrong=frozenset(new[name].wrong),
        )
        for name in GUARDED
    }


def _latency(before: Scorer, after: Scorer, asked: Sequence[_Asked]) -> Latency | None:
    """The median of each, the two in turns so that a busy machine slows both."""
    if not asked:
        return None
    times: dict[Scorer, list[float]] = {before: [], after: []}
    for _ in range(_ROUNDS):
        for one in asked:
            for scorer, taken in times.items():
                started = time.perf_counter()
                _given(scorer, one)
                taken.append(1_000 * (time.perf_counter() - started))
    return Latency(champion_ms=median(times[before]), challenger_ms=median(times[after]))
