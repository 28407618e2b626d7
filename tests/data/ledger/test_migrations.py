from collections.abc import Mapping
from contextlib import closing
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import inspect, text

from data.ledger import Ledger, erase_before, verify
from data.ledger.migrate import _MIGRATIONS, MigrationError
from data.ledger.tables import metadata
from tests.data.ledger.records import DAY, NOON, listing

_OLD_COLUMNS = (
    *("decision_id", "kind", "data_id", "content_hash", "request", "answer", "suggestion"),
    *("probability", "model_version", "policy_version", "lexicon_version", "decided_at"),
)


def of_the_first_revision(ledger: Ledger, row: Mapping[str, Any], counted: bool) -> None:
    """Make the tables as they were at first, with one decision."""
    with ledger._writer.begin() as connection:
        config = Config()
        config.set_main_option("script_location", str(_MIGRATIONS))
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        if not counted:
            connection.execute(text("DROP TABLE alembic_version"))
        names = ", ".join(_OLD_COLUMNS)
        values = ", ".join(f":{name}" for name in _OLD_COLUMNS)
        connection.execute(text(f"INSERT INTO decisions ({names}) VALUES ({values})"), row)


@pytest.mark.parametrize("counted", [True, False], ids=["revision-1", "before-revisions"])
def test_a_migration_keeps_the_old_decisions_until_their_time_is_over(
    database: str, counted: bool
) -> None:
    old = listing("old")
    row = {**old.model_dump(include=set(_OLD_COLUMNS)), "decided_at": NOON.isoformat()}
    with closing(Ledger(database)) as ledger:
        of_the_first_revision(ledger, row, counted)

        kept = ledger.find("old")
        ledger.record([listing("new", data_id="goods-2")])
        found = verify(ledger)
        erased = erase_before(ledger, NOON + DAY, "operator", NOON + DAY)

    assert erased["decisions"] == 1
    assert kept is not None
    assert (kept.item(), kept.verdict()) == (old.item(), old.verdict())
    assert kept.selection_probability is None
    assert (found.problems, found.checked, found.unproven) == ([], 1, 1)


def test_the_migrations_make_the_tables_that_the_code_reads(database: str) -> None:
    with closing(Ledger(database)) as ledger, ledger.reading() as connection:
        made = inspect(connection)
        for table in metadata.sorted_tables:
            columns = {
                column["name"]: column["nullable"] for column in made.get_columns(table.name)
            }
            indexes = {index["name"] for index in made.get_indexes(table.name)}
            assert columns == {column.name: column.nullable for column in table.columns}
            assert indexes == {index.name for index in table.indexes}


def test_a_ledger_of_a_later_version_is_refused_in_words(database: str) -> None:
    with closing(Ledger(database)) as ledger:
        with ledger.writing() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        with closing(Ledger(database)) as older, pytest.raises(MigrationError, match="later one"):
            older.open()
