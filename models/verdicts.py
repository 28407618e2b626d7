"""Putting an answer together: identity, versions, labels with their legal basis."""

import hashlib
import json
from collections.abc import Collection
from datetime import datetime

from data.record import Record, content_hash
from data.registry import EMPTY_REGISTRY
from data.taxonomy import Taxonomy
from data.verdict import Hit, Kind, LabelVerdict, Source, Verdict, harshest, risk_level
from models.policy import suggest


class Versions(Record):
    """What an answer depends on beside its item. The policy's version covers the registry's."""

    model: str | None
    policy: str
    lexicon: str
    registry: str = EMPTY_REGISTRY.version


def decision_id(
    kind: Kind, item: Record, data_id: str, versions: Versions, again_at: datetime | None = None
) -> str:
    """The same item under the same versions always has the same decision id.

    One that is judged again at an instant is decided by what is known then beside the versions,
    such as earlier cases, and has another id.
    """
    identity: list[str | None] = [
        kind,
        data_id,
        content_hash(item),
        versions.model,
        versions.policy,
        versions.lexicon,
        *([again_at.isoformat()] if again_at else []),
    ]
    return "d" + hashlib.sha256(json.dumps(identity).encode()).hexdigest()[:31]


def label_verdict(
    taxonomy: Taxonomy,
    code: str,
    probability: float,
    hits: list[Hit],
    source: Source,
    *,
    deterministic: bool = False,
    allowed: bool = False,
) -> LabelVerdict:
    """A listed label with its name, legal basis and suggestion.

    ``deterministic`` says that a rule settled it, so that no probability is needed to block;
    ``allowed`` that a licence covers such claims, so that only a person may block.
    """
    label = taxonomy[code]
    return LabelVerdict(
        code=code,
        name_zh=label.name_zh,
        probability=probability,
        suggestion=suggest(label, probability, rule=deterministic, allowed=allowed),
        severity=label.severity,
        source=source,
        basis=label.citations(),
        hits=hits,
    )


def verdict(
    kind: Kind,
    item: Record,
    data_id: str,
    versions: Versions,
    at: datetime,
    probability: float,
    labels: list[LabelVerdict],
    evasion: float,
    *,
    degraded: bool = False,
    filled: Collection[str] = (),
    again: bool = False,
) -> Verdict:
    """Assemble the answer; its suggestion is the harshest of its labels.

    ``item`` is as it was sent, ``filled`` the fields that the ledger filled in; ``again`` says
    that the item was let through before and is judged again.
    """
    suggestion = harshest([label.suggestion for label in labels])
    return Verdict(
        data_id=data_id,
        decision_id=decision_id(kind, item, data_id, versions, at if again else None),
        suggestion=suggestion,
        risk_level=risk_level(suggestion, [label.severity for label in labels]),
        probability=probability,
        labels=labels,
        evasion_probability=evasion,
        model_version=versions.model,
        policy_version=versions.policy,
        lexicon_version=versions.lexicon,
        feature_as_of=at,
        filled_from_ledger=sorted(filled),
        degraded=degraded,
        previous_decision_id=None,
        latency_ms=0.0,
    )
