"""What shadows answered (影子回答): logged beside the decisions, never acted on.

They stand on no audit trail, since nothing rests on them but a report; who started and stopped a
shadow does. They are erased when the time of their decisions is over.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, and_, func, insert, select

from data.ledger.audit import SYSTEM, Act
from data.ledger.decisions import Decision
from data.ledger.instants import instant_text
from data.ledger.store import Ledger, Transaction, decision_of, stages
from data.ledger.tables import decisions, shadows
from data.record import Instant, Record
from data.verdict import Kind, Suggestion, Verdict

STARTED: Final = "shadow.started"
STOPPED: Final = "shadow.stopped"

_FETCHED: Final = 1_000


class ShadowAnswer(Record):
    """What a shadow would have decided on the item of a decision.

    ``answer`` is its verdict, JSON in ASCII. ``latency_ms`` is what it took to score the item
    alone; ``champion_ms`` what the champion took for the same item on the same thread, None where
    that was not measured. ``decided_at`` is the decision's.
    """

    decision_id: str
    model_version: str
    kind: Kind
    suggestion: Suggestion
    probability: float
    answer: str
    latency_ms: float
    champion_ms: float | None
    decided_at: Instant

    def verdict(self) -> Verdict:
        """The answer that was not given."""
        return Verdict.model_validate_json(self.answer)


class Shadowed(NamedTuple):
    """A decision, and what the shadow made of its item."""

    decision: Decision
    shadow: ShadowAnswer


class Course(NamedTuple):
    """What a version has answered as a shadow: how often, first and last about which instant."""

    model_version: str
    answers: int
    first: datetime
    last: datetime


class Stretch(NamedTuple):
    """Decisions of a kind at ``since`` or later and before ``until``, and a shadow's version."""

    kind: Kind
    model_version: str
    since: datetime
    until: datetime


def keep_shadows(ledger: Ledger, answers: Sequence[ShadowAnswer]) -> None:
    """Write answers in one transaction; one that is there already stays as it is.

    Raises LedgerError.
    """
    if not answers:
        return
    with ledger.acting(SYSTEM, max(one.decided_at for one in answers)) as transaction:
        known = _known(transaction, answers)
        fresh = {_key(one): one for one in answers if _key(one) not in known}
        rows = [
            {**one.model_dump(), "decided_at": instant_text(one.decided_at)}
            for one in fresh.values()
        ]
        if rows:
            transaction.connection.execute(insert(shadows), rows)


def note_started(
    transaction: Transaction, kind: Kind, model_version: str, replaced: str | None
) -> None:
    """Have on the audit trail that a version answers as a shadow from now on."""
    subject = f"{kind}/{model_version}"
    transaction.note(Act(act=STARTED, subject=subject, detail={"replaced": replaced}))


def note_stopped(transaction: Transaction, kind: Kind, model_version: str) -> None:
    """Have on the audit trail that a version answers as a shadow no more."""
    transaction.note(Act(act=STOPPED, subject=f"{kind}/{model_version}"))


def courses(ledger: Ledger, kind: Kind) -> list[Course]:
    """The versions that have answered as shadows, the latest last."""
    last = func.max(shadows.c.decided_at)
    query = (
        select(shadows.c.model_version, func.count(), func.min(shadows.c.decided_at), last)
        .where(shadows.c.kind == kind)
        .group_by(shadows.c.model_version)
        .order_by(last)
    )
    with ledger.reading() as connection:
        return [
            Course(name, int(count), datetime.fromisoformat(first), datetime.fromisoformat(latest))
            for name, count, first, latest in connection.execute(query)
        ]


def shadowed(ledger: Ledger, stretch: Stretch, champion: str) -> Iterator[Shadowed]:
    """The decisions of ``champion`` that the shadow answered, too, in order of time."""
    answer = [column.label(f"shadow_{column.name}") for column in shadows.columns]
    query = (
        select(decisions, *answer)
        .join(shadows, shadows.c.decision_id == decisions.c.decision_id)
        .where(
            _decided(stretch),
            decisions.c.model_version == champion,
            shadows.c.model_version == stretch.model_version,
        )
        .order_by(decisions.c.decided_at, decisions.c.decision_id)
        .execution_options(yield_per=_FETCHED)
    )
    with ledger.reading() as connection:
        for row in connection.execute(query).mappings():
            other = {name: row[f"shadow_{name}"] for name in ShadowAnswer.model_fields}
            yield Shadowed(decision_of(row), ShadowAnswer.model_validate(other))


def count_answered(ledger: Ledger, stretch: Stretch, champion: str) -> int:
    """How many decisions the champion made, whether or not the shadow answered them, too."""
    query = select(func.count()).where(_decided(stretch), decisions.c.model_version == champion)
    with ledger.reading() as connection:
        return int(connection.execute(query).scalar_one())


def _decided(stretch: Stretch) -> ColumnElement[bool]:
    return and_(
        decisions.c.kind == stretch.kind,
        decisions.c.decided_at >= instant_text(stretch.since),
        decisions.c.decided_at < instant_text(stretch.until),
    )


def _key(answer: ShadowAnswer) -> tuple[str, str]:
    return answer.decision_id, answer.model_version


def _known(transaction: Transaction, answers: Sequence[ShadowAnswer]) -> set[tuple[Any, ...]]:
    names = sorted({one.decision_id for one in answers})
    return {
        tuple(row)
        for some in stages(names)
        for row in transaction.connection.execute(
            select(shadows.c.decision_id, shadows.c.model_version).where(
                shadows.c.decision_id.in_(some)
            )
        )
    }
