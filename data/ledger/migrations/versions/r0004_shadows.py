"""Shadows: what another model would have answered, beside the decisions that count."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the table that compares a challenger with the champion on live traffic."""
    op.create_table(
        "shadows",
        sa.Column("decision_id", sa.Text, primary_key=True),
        sa.Column("model_version", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("suggestion", sa.Text, nullable=False),
        sa.Column("probability", sa.Float, nullable=False),
        sa.Column("answer", sa.Text, nullable=False),
        sa.Column("latency_ms", sa.Float, nullable=False),
        sa.Column("champion_ms", sa.Float),
        sa.Column("decided_at", sa.Text, nullable=False),
    )
    op.create_index("shadows_by_time", "shadows", ["kind", "decided_at"])


def downgrade() -> None:
    """Forget what shadows answered."""
    op.drop_table("shadows")
