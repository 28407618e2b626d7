"""The ledger's tables. Nothing here is particular to one database.

Instants are kept as RFC 3339 text in UTC with microseconds: SQLite has no type for them, and
text of one fixed form sorts as time does. What is written stays: a correction is a new row. Only
``cases``, which are work in progress, and the head of the audit trail change.
"""

from typing import Final

from sqlalchemy import Column, Float, Index, Integer, MetaData, Table, Text

REVISION: Final = "0004"
"""The migration that makes the tables as they stand here."""

metadata = MetaData()

decisions = Table(
    "decisions",
    metadata,
    Column("decision_id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("data_id", Text, nullable=False),
    Column("content_hash", Text, nullable=False),
    Column("request", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("suggestion", Text, nullable=False),
    Column("probability", Float, nullable=False),
    Column("model_version", Text),
    Column("policy_version", Text, nullable=False),
    Column("lexicon_version", Text, nullable=False),
    Column("decided_at", Text, nullable=False),
    Column("merchant_id", Text),
    Column("place", Text),
    Column("start_s", Float),
    Column("selection_probability", Float),
    Column("selected_for", Text),
    Column("snapshot", Text),
    Column("digest", Text),
    Column("batch", Integer),
    Index("decisions_of_an_item", "kind", "data_id", "decided_at"),
    Index("decisions_by_time", "kind", "decided_at"),
    Index("decisions_of_a_merchant", "merchant_id", "decided_at"),
    Index("decisions_of_a_batch", "batch"),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("key_id", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("secret_sha256", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    Column("revoked_at", Text),
)

cases = Table(
    "cases",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("data_id", Text, nullable=False),
    Column("merchant_id", Text),
    Column("place", Text),
    Column("first_s", Float),
    Column("last_s", Float),
    Column("source", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("suggestion", Text, nullable=False),
    Column("severity", Integer, nullable=False),
    Column("probability", Float, nullable=False),
    Column("selection_probability", Float),
    Column("codes", Text, nullable=False),
    Column("count", Integer, nullable=False),
    Column("exposure", Float),
    Column("opened_at", Text, nullable=False),
    Column("updated_at", Text, nullable=False),
    Column("closed_at", Text),
    Column("claimed_by", Text),
    Column("claimed_until", Text),
    Index("cases_of_an_item", "kind", "data_id", "state"),
    Index("cases_of_a_room", "place", "state", "first_s"),
    Index("cases_by_state", "state", "opened_at"),
)

case_decisions = Table(
    "case_decisions",
    metadata,
    Column("case_id", Text, primary_key=True),
    Column("decision_id", Text, primary_key=True),
    Index("cases_of_a_decision", "decision_id"),
)

reviews = Table(
    "reviews",
    metadata,
    Column("review_id", Text, primary_key=True),
    Column("case_id", Text),
    Column("decision_id", Text, nullable=False),
    Column("appeal_id", Text),
    Column("stage", Text, nullable=False),
    Column("reviewer", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("codes", Text, nullable=False),
    Column("note", Text),
    Column("selection_probability", Float),
    Column("reverses", Text),
    Column("decided_at", Text, nullable=False),
    Column("recorded_at", Text, nullable=False),
    Index("reviews_of_a_decision", "decision_id"),
    Index("reviews_of_a_case", "case_id"),
    Index("reviews_of_an_appeal", "appeal_id"),
    Index("reviews_by_time", "decided_at"),
)

appeals = Table(
    "appeals",
    metadata,
    Column("appeal_id", Text, primary_key=True),
    Column("decision_id", Text, nullable=False),
    Column("statement", Text, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("content_hash", Text, nullable=False),
    Column("submitted_at", Text, nullable=False),
    Column("received_at", Text, nullable=False),
    Index("appeals_of_a_decision", "decision_id"),
    Index("appeals_by_time", "submitted_at"),
)

feedback = Table(
    "feedback",
    metadata,
    Column("feedback_id", Text, primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("decision_id", Text),
    Column("data_id", Text),
    Column("merchant_id", Text),
    Column("host_id", Text),
    Column("event", Text, nullable=False),
    Column("content_hash", Text, nullable=False),
    Column("event_at", Text, nullable=False),
    Column("observed_at", Text, nullable=False),
    Column("recorded_at", Text, nullable=False),
    Index("feedback_on_an_item", "data_id", "observed_at"),
    Index("feedback_on_a_decision", "decision_id"),
    Index("feedback_on_a_merchant", "merchant_id", "observed_at"),
    Index("feedback_by_time", "observed_at"),
)

labels = Table(
    "labels",
    metadata,
    Column("label_id", Text, primary_key=True),
    Column("decision_id", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("codes", Text, nullable=False),
    Column("event_at", Text, nullable=False),
    Column("observed_at", Text, nullable=False),
    Column("matures_at", Text, nullable=False),
    Column("reliability", Float, nullable=False),
    Column("selection_probability", Float),
    Column("supersedes", Text),
    Column("grounds", Text, nullable=False),
    Column("recorded_at", Text, nullable=False),
    Index("labels_of_a_decision", "decision_id"),
    Index("labels_by_time", "observed_at"),
)

retrainings = Table(
    "retrainings",
    metadata,
    Column("retraining_id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("as_of", Text, nullable=False),
    Column("judged_from", Text, nullable=False),
    Column("data_hash", Text, nullable=False),
    Column("champion", Text),
    Column("challenger", Text, nullable=False),
    Column("promoted", Integer, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("recorded_at", Text, nullable=False),
    Column("judged", Integer, nullable=False, server_default="1"),
    Index("retrainings_by_time", "kind", "as_of"),
)

promotions = Table(
    "promotions",
    metadata,
    Column("promotion_id", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("model_version", Text, nullable=False),
    Column("replaced", Text),
    Column("cause", Text, nullable=False),
    Column("retraining_id", Text),
    Column("decided_at", Text, nullable=False),
    Index("promotions_in_order", "kind", "number", unique=True),
)

shadows = Table(
    "shadows",
    metadata,
    Column("decision_id", Text, primary_key=True),
    Column("model_version", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("suggestion", Text, nullable=False),
    Column("probability", Float, nullable=False),
    Column("answer", Text, nullable=False),
    Column("latency_ms", Float, nullable=False),
    Column("champion_ms", Float),
    Column("decided_at", Text, nullable=False),
    Index("shadows_by_time", "kind", "decided_at"),
)

audit = Table(
    "audit",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("at", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("act", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("digest", Text),
    Column("detail", Text, nullable=False),
    Column("previous", Text, nullable=False),
    Column("hash", Text, nullable=False),
    Index("audit_of_a_subject", "act", "subject"),
)

audit_head = Table(
    "audit_head",
    metadata,
    Column("head", Integer, primary_key=True, autoincrement=False),
    Column("seq", Integer, nullable=False),
    Column("hash", Text, nullable=False),
)
