"""Promotions: which version was made champion when, and in whose place."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the table from which the serving pointer and the registry's alias follow."""
    op.add_column(
        "retrainings", sa.Column("judged", sa.Integer, nullable=False, server_default="1")
    )
    op.create_table(
        "promotions",
        sa.Column("promotion_id", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("model_version", sa.Text, nullable=False),
        sa.Column("replaced", sa.Text),
        sa.Column("cause", sa.Text, nullable=False),
        sa.Column("retraining_id", sa.Text),
        sa.Column("decided_at", sa.Text, nullable=False),
    )
    op.create_index("promotions_in_order", "promotions", ["kind", "number"], unique=True)


def downgrade() -> None:
    """Forget who was champion."""
    op.drop_table("promotions")
    op.drop_column("retrainings", "judged")
