"""The ledger's tables. Nothing here is particular to one database.

Instants are kept as RFC 3339 text in UTC with microseconds: SQLite has no type for them, and
text of one fixed form sorts as time does.
"""

from sqlalchemy import Column, Float, Index, MetaData, Table, Text

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
    Index("decisions_of_an_item", "kind", "data_id", "decided_at"),
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
