"""What came to be known in a window of time (时间窗): first answers, labels, feedback.

A window is after ``since`` and up to ``until``; nothing that was observed later is read.
"""

import zlib
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, RowMapping, Select, and_, exists, func, select

from data.feedback import Feedback
from data.ledger.decisions import Decision
from data.ledger.docket import label_of
from data.ledger.instants import instant_text
from data.ledger.intake import feedback_of
from data.ledger.store import Ledger, decision_of
from data.ledger.tables import decisions, feedback, labels
from data.review import Label
from data.verdict import Kind

_FETCHED: Final = 1_000


class Window(NamedTuple):
    """Decisions of a kind, and an interval of time: after ``since``, up to ``until``."""

    kind: Kind
    since: datetime
    until: datetime

    def holds(self, instant: Any) -> ColumnElement[bool]:
        """Whether a column of instants lies in the window, as a condition of a query."""
        return and_(instant > instant_text(self.since), instant <= instant_text(self.until))


class ContentKey(NamedTuple):
    """One content of one item: an edit makes another."""

    data_id: str
    content_hash: str


def count_first_answers(ledger: Ledger, window: Window) -> int:
    """How many contents were answered for the first time in the window."""
    query = select(func.count()).select_from(decisions).where(is_first_answer(window))
    with ledger.reading() as connection:
        return int(connection.execute(query).scalar_one())


def first_answers(ledger: Ledger, window: Window, share: float = 1.0) -> Iterator[Decision]:
    """The first decision on each content that was made in the window, in order of time.

    Content that is scored anew, after a promotion or when it is sent again, is no new traffic.
    ``share`` of them is given, chosen by the decision's name: always the same ones.
    """
    query: Select[Any] = (
        select(decisions)
        .where(is_first_answer(window))
        .order_by(decisions.c.decided_at, decisions.c.decision_id)
        .execution_options(yield_per=_FETCHED)
    )
    with ledger.reading() as connection:
        for row in connection.execute(query).mappings():
            if zlib.crc32(row["decision_id"].encode()) < share * 2**32:
                yield decision_of(row)


def labels_made(ledger: Ledger, window: Window) -> Iterator[tuple[Decision, Label]]:
    """The labels that were made in the window, and not taken back by its end; in order of time."""
    later = labels.alias()
    query: Select[Any] = (
        select(labels)
        .join(decisions, decisions.c.decision_id == labels.c.decision_id)
        .where(
            decisions.c.kind == window.kind,
            window.holds(labels.c.observed_at),
            ~exists().where(
                later.c.decision_id == labels.c.decision_id,
                later.c.supersedes == labels.c.label_id,
                later.c.observed_at <= instant_text(window.until),
            ),
        )
        .order_by(labels.c.observed_at, labels.c.label_id)
    )
    with ledger.reading() as connection:
        for row in connection.execute(query).mappings().all():
            about = select(decisions).where(decisions.c.decision_id == row["decision_id"])
            yield decision_of(connection.execute(about).mappings().one()), label_of(row)


def feedback_heard(ledger: Ledger, window: Window) -> Iterator[tuple[ContentKey, Feedback]]:
    """The events that were observed in the window, each in its last version, and about what."""
    query: Select[Any] = (
        select(feedback, decisions.c.data_id.label("item"), decisions.c.content_hash.label("text"))
        .join(decisions, decisions.c.decision_id == feedback.c.decision_id)
        .where(decisions.c.kind == window.kind, window.holds(feedback.c.observed_at))
        .order_by(feedback.c.feedback_id, feedback.c.revision)
    )
    last: dict[str, RowMapping] = {}
    with ledger.reading() as connection:
        for row in connection.execute(query).mappings():
            last[row["feedback_id"]] = row
    for row in last.values():
        yield ContentKey(row["item"], row["text"]), feedback_of(row)


def is_first_answer(window: Window) -> ColumnElement[bool]:
    """Whether a decision is the first on its content, and lies in the window, as a condition."""
    earlier = decisions.alias()
    repeats = exists().where(
        earlier.c.kind == window.kind,
        earlier.c.data_id == decisions.c.data_id,
        earlier.c.decided_at < decisions.c.decided_at,
        earlier.c.content_hash == decisions.c.content_hash,
    )
    return and_(decisions.c.kind == window.kind, window.holds(decisions.c.decided_at), ~repeats)
