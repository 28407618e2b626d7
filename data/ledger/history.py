"""What the ledger knew at an instant (时点视图): decisions, labels and feedback observed by then.

Nothing that was observed later is read, whenever it happened and whenever it was recorded: the
same question about the same instant always has the same answer, as long as nobody writes
observations with an instant of the past.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby, islice
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, func, select, union

from data.feedback import Feedback
from data.ledger.decisions import Decision
from data.ledger.docket import label_of
from data.ledger.instants import instant_text
from data.ledger.intake import feedback_of
from data.ledger.store import Ledger, decision_of, stages
from data.ledger.tables import decisions, feedback, labels
from data.ledger.window import Window, is_first_answer
from data.review import Label
from data.verdict import Kind, Suggestion

_FETCHED = 1_000
_CONTENTS = 400
"""Contents of which labels and feedback are in memory at a time."""


class Content(NamedTuple):
    """One content of one item (an edit makes another), and all that was known of it.

    ``decisions`` are in order of time. ``labels`` are those made of any of them, those taken back
    too; ``feedback`` is each event in its last version, about this content.
    """

    decisions: list[Decision]
    labels: list[Label]
    feedback: list[Feedback]

    @property
    def latest(self) -> Decision:
        """The last decision on it."""
        return self.decisions[-1]


class Stratum(NamedTuple):
    """Decisions that were equally likely to come before a person."""

    suggestion: Suggestion
    selected_for: str | None


def known_contents(ledger: Ledger, kind: Kind, at: datetime) -> Iterator[Content]:
    """Each content of which a label or feedback was observed by ``at``, by data id and time."""
    until = instant_text(at)
    with ledger.reading() as connection:
        spoken_of = union(
            select(decisions.c.data_id)
            .join(labels, labels.c.decision_id == decisions.c.decision_id)
            .where(decisions.c.kind == kind, labels.c.observed_at <= until),
            select(decisions.c.data_id)
            .join(feedback, feedback.c.decision_id == decisions.c.decision_id)
            .where(decisions.c.kind == kind, feedback.c.observed_at <= until),
        )
        query: Select[Any] = (
            select(decisions)
            .where(
                decisions.c.kind == kind,
                decisions.c.decided_at <= until,
                decisions.c.data_id.in_(spoken_of),
            )
            .order_by(decisions.c.data_id, decisions.c.content_hash, decisions.c.decided_at)
            .execution_options(yield_per=_FETCHED)
        )
        rows = map(decision_of, connection.execute(query).mappings())
        contents = (
            list(of) for _, of in groupby(rows, lambda one: (one.data_id, one.content_hash))
        )
        while some := list(islice(contents, _CONTENTS)):
            yield from _known_of(connection, some, until)


def _known_of(
    connection: Connection, contents: Sequence[list[Decision]], until: str
) -> Iterator[Content]:
    """What was known of some contents, each by its decisions; those that nobody spoke of not."""
    names = [one.decision_id for of in contents for one in of]
    made, heard = _labels(connection, names, until), _feedback(connection, names, until)
    for of in contents:
        content = Content(
            of,
            [label for one in of for label in made.get(one.decision_id, ())],
            [event for one in of for event in heard.get(one.decision_id, ())],
        )
        if content.labels or content.feedback:
            yield content


def strata(ledger: Ledger, kind: Kind, since: datetime, until: datetime) -> dict[Stratum, int]:
    """How many first answers fell into each stratum after ``since`` and up to ``until``.

    Content that was judged again counts once, as what it was judged first.
    """
    query = (
        select(decisions.c.suggestion, decisions.c.selected_for, func.count())
        .where(is_first_answer(Window(kind, since, until)))
        .group_by(decisions.c.suggestion, decisions.c.selected_for)
    )
    with ledger.reading() as connection:
        return {
            Stratum(suggestion, reason): int(count)
            for suggestion, reason, count in connection.execute(query)
        }


def _labels(connection: Connection, names: Sequence[str], until: str) -> dict[str, list[Label]]:
    found: dict[str, list[Label]] = {}
    for some in stages(names):
        query = (
            select(labels)
            .where(labels.c.decision_id.in_(some), labels.c.observed_at <= until)
            .order_by(labels.c.observed_at, labels.c.label_id)
        )
        for row in connection.execute(query).mappings():
            found.setdefault(row["decision_id"], []).append(label_of(row))
    return found


def _feedback(
    connection: Connection, names: Sequence[str], until: str
) -> dict[str, list[Feedback]]:
    found: dict[str, list[Feedback]] = {}
    for some in stages(names):
        wanted = set(some)
        # An event may be about another decision by its last version.
        about = select(feedback.c.feedback_id).where(feedback.c.decision_id.in_(some))
        query = (
            select(feedback)
            .where(feedback.c.feedback_id.in_(about), feedback.c.observed_at <= until)
            .order_by(feedback.c.feedback_id, feedback.c.observed_at, feedback.c.revision)
        )
        last = {row["feedback_id"]: row for row in connection.execute(query).mappings()}
        for row in last.values():
            if row["decision_id"] in wanted:
                found.setdefault(row["decision_id"], []).append(feedback_of(row))
    return found
