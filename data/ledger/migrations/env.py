"""Runs revisions on the connection that `data.ledger.migrate` opened and locked."""

from alembic import context

from data.ledger.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata)
with context.begin_transaction():
    context.run_migrations()
