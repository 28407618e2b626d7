"""A past decision recomputed (重放) from its record and the versions that it names."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple, get_args

from pydantic import ValidationError

from data.ledger import Decision
from data.listing import Listing
from data.overlay import NO_OVERLAY, Overlay
from data.overlay_store import load_overlay
from data.problem import MingchaError, explain, quoted
from data.record import Record, content_hash
from data.registry_store import registry_of
from data.segment import LiveSegment
from data.snapshot import Snapshot
from data.verdict import Kind, Verdict
from data.version import __version__
from models.policy import PolicyName
from models.relisted import Noted
from models.scorer import Scorer, degraded_scorer, load_scorer
from models.store import artifact_of

OF_THE_MOMENT: Final = ("latency_ms", "previous_decision_id")
"""What an answer says of its moment, and no replay repeats."""

_BESIDE: Final = ("decision_id", "data_id", "content_hash", "suggestion", "probability")

_RECORDS: Final[Mapping[Kind, type[Record]]] = {"claims": LiveSegment, "listings": Listing}
_MILDEST: Final[Mapping[str, Literal["pass", "review"]]] = {
    "degraded-pass": "pass",
    "degraded-review": "review",
}
_ABSENT: Final = "absent"


class ReplayError(MingchaError):
    """The decision cannot be recomputed here; the message says what is missing."""


class Difference(NamedTuple):
    """A value of the record that the replay does not repeat, both as JSON."""

    field: str
    recorded: str
    replayed: str


def replay(decision: Decision, home: Path) -> list[Difference]:
    """What a new computation says otherwise than the record; nothing when it is identical.

    The item, what the ledger had filled in and the known bad texts are of the record; model,
    brand registry and urgent entries are those it names, in ``home``. Raises ReplayError, or the
    error of what is damaged, when it cannot be recomputed.
    """
    snapshot = _snapshot(decision)
    scorer = _scorer(decision, snapshot, home)
    _check(decision, "policy", decision.policy_version, scorer.policy_version)
    item = _item(decision)
    answer = scorer.judge(item, snapshot.at, snapshot.item, snapshot.first_submitted).verdict
    _check(decision, "lexicon", decision.lexicon_version, answer.lexicon_version)
    found = list(_differences("", _recorded(decision), _replayed(answer, content_hash(item))))
    if found and snapshot.code != __version__:
        found.append(Difference("snapshot.code", snapshot.code, __version__))
    return found


def _recorded(decision: Decision) -> dict[str, Any]:
    """What the record says: its answer, and the columns beside that repeat parts of it."""
    try:
        answer = decision.verdict()
    except ValidationError as error:
        raise ReplayError(
            f"{decision.decision_id}: its answer cannot be read: {explain(error)[0]}"
        ) from error
    beside = decision.model_dump(include=set(_BESIDE))
    return {**_answer(answer), "columns": beside}


def _replayed(answer: Verdict, of_the_item: str) -> dict[str, Any]:
    beside = answer.model_dump(include=set(_BESIDE))
    return {**_answer(answer), "columns": {**beside, "content_hash": of_the_item}}


def _snapshot(decision: Decision) -> Snapshot:
    if decision.snapshot is None:
        raise ReplayError(
            f"{decision.decision_id}: was kept without a snapshot, by a version before replays"
        )
    try:
        return Snapshot.model_validate_json(decision.snapshot)
    except ValidationError as error:
        raise ReplayError(
            f"{decision.decision_id}: its snapshot cannot be read: {explain(error)[0]}"
        ) from error


def _scorer(decision: Decision, snapshot: Snapshot, home: Path) -> Scorer:
    if decision.model_version is None:
        mildest = _MILDEST.get(decision.policy_version)
        if mildest is None:
            raise _unknown_policy(decision)
        return degraded_scorer(decision.kind, mildest, _overlay(decision, home))
    policy = _policy(decision)
    directory = artifact_of(home, decision.kind, decision.model_version)
    registry = registry_of(home, snapshot.registry)
    earlier = Noted(None, snapshot.earlier)
    return load_scorer(directory, policy, registry, earlier, _overlay(decision, home))


def _overlay(decision: Decision, home: Path) -> Overlay:
    """The urgent entries, all that ever were: those in force then count again.

    A decision that names none was made without, though one may have been a few seconds old.
    """
    return load_overlay(home) if "+" in decision.lexicon_version else NO_OVERLAY


def _policy(decision: Decision) -> PolicyName:
    name = decision.policy_version.rpartition("-")[0]
    for known in get_args(PolicyName):
        if known == name:
            policy: PolicyName = known
            return policy
    raise _unknown_policy(decision)


def _unknown_policy(decision: Decision) -> ReplayError:
    return ReplayError(
        f"{decision.decision_id}: names the policy {quoted(decision.policy_version)}, "
        "which is of no kind known here"
    )


def _check(decision: Decision, what: str, named: str, here: str) -> None:
    if named != here:
        raise ReplayError(
            f"{decision.decision_id}: was decided with {what} {quoted(named)}, here is {here}; "
            f"replay it with the code and the home that have that {what}"
        )


def _item(decision: Decision) -> Record:
    """The item as it was sent, once it is known to be whole with what was filled in, too."""
    kind = _RECORDS[decision.kind]
    try:
        kind.model_validate(decision.judged())
        return kind.model_validate(decision.item())
    except ValidationError as error:
        raise ReplayError(
            f"{decision.decision_id}: its item cannot be read: {explain(error)[0]}"
        ) from error


def _answer(verdict: Verdict) -> dict[str, Any]:
    return verdict.model_dump(mode="json", exclude=set(OF_THE_MOMENT))


def _differences(path: str, recorded: Any, replayed: Any) -> Iterator[Difference]:
    """The leaves that differ, in the record's order; numbers are equal when every bit is."""
    if isinstance(recorded, dict) and isinstance(replayed, dict):
        for name in {**recorded, **replayed}:
            below = f"{path}.{name}" if path else name
            yield from _differences(below, recorded.get(name, _ABSENT), replayed.get(name, _ABSENT))
    elif isinstance(recorded, list) and isinstance(replayed, list):
        for number in range(max(len(recorded), len(replayed))):
            one, other = (
                values[number] if number < len(values) else _ABSENT
                for values in (recorded, replayed)
            )
            yield from _differences(f"{path}[{number}]", one, other)
    elif (before := json.dumps(recorded, ensure_ascii=False)) != (
        after := json.dumps(replayed, ensure_ascii=False)
    ):
        yield Difference(path, before, after)
