"""The loop: cases, reviews, appeals, feedback, labels, retrainings, and the audit trail."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_NEW = (
    ("merchant_id", sa.Text),
    ("place", sa.Text),
    ("start_s", sa.Float),
    ("selection_probability", sa.Float),
    ("selected_for", sa.Text),
    ("snapshot", sa.Text),
    ("digest", sa.Text),
    ("batch", sa.Integer),
)


def upgrade() -> None:
    """Make what a retraining learns from, and what proves that nobody changed it."""
    for name, of in _NEW:
        op.add_column("decisions", sa.Column(name, of))
    op.create_index("decisions_by_time", "decisions", ["kind", "decided_at"])
    op.create_index("decisions_of_a_merchant", "decisions", ["merchant_id", "decided_at"])
    op.create_index("decisions_of_a_batch", "decisions", ["batch"])
    op.create_table(
        "cases",
        sa.Column("case_id", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("data_id", sa.Text, nullable=False),
        sa.Column("merchant_id", sa.Text),
        sa.Column("place", sa.Text),
        sa.Column("first_s", sa.Float),
        sa.Column("last_s", sa.Float),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("suggestion", sa.Text, nullable=False),
        sa.Column("severity", sa.Integer, nullable=False),
        sa.Column("probability", sa.Float, nullable=False),
        sa.Column("selection_probability", sa.Float),
        sa.Column("codes", sa.Text, nullable=False),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("exposure", sa.Float),
        sa.Column("opened_at", sa.Text, nullable=False),
        sa.Column("updated_at", sa.Text, nullable=False),
        sa.Column("closed_at", sa.Text),
        sa.Column("claimed_by", sa.Text),
        sa.Column("claimed_until", sa.Text),
    )
    op.create_index("cases_of_an_item", "cases", ["kind", "data_id", "state"])
    op.create_index("cases_of_a_room", "cases", ["place", "state", "first_s"])
    op.create_index("cases_by_state", "cases", ["state", "opened_at"])
    op.create_table(
        "case_decisions",
        sa.Column("case_id", sa.Text, primary_key=True),
        sa.Column("decision_id", sa.Text, primary_key=True),
    )
    op.create_index("cases_of_a_decision", "case_decisions", ["decision_id"])
    op.create_table(
        "reviews",
        sa.Column("review_id", sa.Text, primary_key=True),
        sa.Column("case_id", sa.Text),
        sa.Column("decision_id", sa.Text, nullable=False),
        sa.Column("appeal_id", sa.Text),
        sa.Column("stage", sa.Text, nullable=False),
        sa.Column("reviewer", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("codes", sa.Text, nullable=False),
        sa.Column("note", sa.Text),
        sa.Column("selection_probability", sa.Float),
        sa.Column("reverses", sa.Text),
        sa.Column("decided_at", sa.Text, nullable=False),
        sa.Column("recorded_at", sa.Text, nullable=False),
    )
    op.create_index("reviews_of_a_decision", "reviews", ["decision_id"])
    op.create_index("reviews_of_a_case", "reviews", ["case_id"])
    op.create_index("reviews_of_an_appeal", "reviews", ["appeal_id"])
    op.create_index("reviews_by_time", "reviews", ["decided_at"])
    op.create_table(
        "appeals",
        sa.Column("appeal_id", sa.Text, primary_key=True),
        sa.Column("decision_id", sa.Text, nullable=False),
        sa.Column("statement", sa.Text, nullable=False),
        sa.Column("evidence", sa.Text, nullable=False),
        sa.Column("content_hash", sa.Text, nullable=False),
        sa.Column("submitted_at", sa.Text, nullable=False),
        sa.Column("received_at", sa.Text, nullable=False),
    )
    op.create_index("appeals_of_a_decision", "appeals", ["decision_id"])
    op.create_index("appeals_by_time", "appeals", ["submitted_at"])
    op.create_table(
        "feedback",
        sa.Column("feedback_id", sa.Text, primary_key=True),
        sa.Column("revision", sa.Integer, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("decision_id", sa.Text),
        sa.Column("data_id", sa.Text),
        sa.Column("merchant_id", sa.Text),
        sa.Column("host_id", sa.Text),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("content_hash", sa.Text, nullable=False),
        sa.Column("event_at", sa.Text, nullable=False),
        sa.Column("observed_at", sa.Text, nullable=False),
        sa.Column("recorded_at", sa.Text, nullable=False),
    )
    op.create_index("feedback_on_an_item", "feedback", ["data_id", "observed_at"])
    op.create_index("feedback_on_a_decision", "feedback", ["decision_id"])
    op.create_index("feedback_on_a_merchant", "feedback", ["merchant_id", "observed_at"])
    op.create_index("feedback_by_time", "feedback", ["observed_at"])
    op.create_table(
        "labels",
        sa.Column("label_id", sa.Text, primary_key=True),
        sa.Column("decision_id", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("codes", sa.Text, nullable=False),
        sa.Column("event_at", sa.Text, nullable=False),
        sa.Column("observed_at", sa.Text, nullable=False),
        sa.Column("matures_at", sa.Text, nullable=False),
        sa.Column("reliability", sa.Float, nullable=False),
        sa.Column("selection_probability", sa.Float),
        sa.Column("supersedes", sa.Text),
        sa.Column("grounds", sa.Text, nullable=False),
        sa.Column("recorded_at", sa.Text, nullable=False),
    )
    op.create_index("labels_of_a_decision", "labels", ["decision_id"])
    op.create_index("labels_by_time", "labels", ["observed_at"])
    op.create_table(
        "retrainings",
        sa.Column("retraining_id", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("as_of", sa.Text, nullable=False),
        sa.Column("judged_from", sa.Text, nullable=False),
        sa.Column("data_hash", sa.Text, nullable=False),
        sa.Column("champion", sa.Text),
        sa.Column("challenger", sa.Text, nullable=False),
        sa.Column("promoted", sa.Integer, nullable=False),
        sa.Column("verdict", sa.Text, nullable=False),
        sa.Column("recorded_at", sa.Text, nullable=False),
    )
    op.create_index("retrainings_by_time", "retrainings", ["kind", "as_of"])
    op.create_table(
        "audit",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("act", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("digest", sa.Text),
        sa.Column("detail", sa.Text, nullable=False),
        sa.Column("previous", sa.Text, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
    )
    op.create_index("audit_of_a_subject", "audit", ["act", "subject"])
    op.create_table(
        "audit_head",
        sa.Column("head", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("seq", sa.Integer, nullable=False),
        sa.Column("hash", sa.Text, nullable=False),
    )
    op.execute("INSERT INTO audit_head (head, seq, hash) VALUES (1, 0, '')")


def downgrade() -> None:
    """Forget the loop."""
    for name in (
        "audit_head",
        "audit",
        "retrainings",
        "labels",
        "feedback",
        "appeals",
        "reviews",
        "case_decisions",
        "cases",
    ):
        op.drop_table(name)
    for name in ("decisions_by_time", "decisions_of_a_merchant", "decisions_of_a_batch"):
        op.drop_index(name, "decisions")
    for name, _ in _NEW:
        op.drop_column("decisions", name)
