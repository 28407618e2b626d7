"""Brings the tables of a ledger to the form that this code reads (数据库迁移)."""

from pathlib import Path
from typing import Final

from sqlalchemy import Connection, inspect, text

from data.ledger.tables import REVISION
from data.problem import MingchaError

_MIGRATIONS: Final = Path(__file__).with_name("migrations")
_BEFORE_REVISIONS: Final = "0001"
"""What a ledger has whose tables were made before revisions were counted."""

_LOCK: Final = 0x6D696E67
"""Of PostgreSQL's advisory locks, the one that a migration holds."""


class MigrationError(MingchaError):
    """The ledger was made by a later version of this program."""


def is_current(connection: Connection) -> bool:
    """Whether the tables are of the revision that this code reads."""
    if not inspect(connection).has_table("alembic_version"):
        return False
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == REVISION


def prepare() -> None:
    """Import what `migrate` needs, which takes longer than others may wait for its lock."""
    import alembic.command  # noqa: F401


def migrate(connection: Connection) -> None:
    """Run the revisions that are missing, in the connection's transaction: all of them or none.

    Several processes may start at once: one migrates, the others wait and find it done. Raises
    MigrationError for a revision that this code does not know.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    if is_current(connection):
        return
    # Not with this module: a start that has nothing to migrate should not wait for it.
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    known = inspect(connection)
    try:
        if known.has_table("decisions") and not known.has_table("alembic_version"):
            command.stamp(config, _BEFORE_REVISIONS)
        command.upgrade(config, REVISION)
    except CommandError as error:
        raise MigrationError(
            f"the ledger is of a revision that this version does not know; it reads {REVISION}: "
            "install the version that wrote it, or a later one"
        ) from error
