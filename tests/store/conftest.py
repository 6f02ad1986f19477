"""Every conformance test runs on SQLite (a file) and on PostgreSQL (a schema of its own)."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from penstock.store.database import Database, open_database

POSTGRES = os.environ.get("PENSTOCK_TEST_POSTGRES", "postgresql://127.0.0.1:5432/test")
#: Bytes of the disk that a test may fill.
SMALL_DISK = 4 << 20


@pytest.fixture(scope="session")
def postgres_server() -> str:
    """The address of a PostgreSQL database. Without one, tests are skipped on a laptop and fail in CI."""
    psycopg = pytest.importorskip("psycopg")
    try:
        psycopg.connect(POSTGRES, connect_timeout=3).close()
    except psycopg.OperationalError as error:
        message = f"no PostgreSQL at {POSTGRES} (PENSTOCK_TEST_POSTGRES): {str(error).splitlines()[0]}"
        if os.environ.get("CI") == "true":
            pytest.fail(message, pytrace=False)
        pytest.skip(message)
    return POSTGRES


@pytest.fixture(scope="module")
def postgres_schema(postgres_server: str) -> Iterator[str]:
    """The address of a schema that belongs to this module of tests."""
    import psycopg

    name = f"penstock_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f'CREATE SCHEMA "{name}"')
    joint = "&" if "?" in postgres_server else "?"
    yield f"{postgres_server}{joint}options=-csearch_path%3D{name}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute("SET client_min_messages = warning")
        connection.execute(f'DROP SCHEMA "{name}" CASCADE')


def empty_postgres(url: str) -> None:
    """Remove all that a schema holds."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SET client_min_messages = warning")
        row = connection.execute("SELECT current_schema()").fetchone()
        assert row is not None
        assert str(row[0]).startswith("penstock_")
        connection.execute(f'DROP SCHEMA "{row[0]}" CASCADE')
        connection.execute(f'CREATE SCHEMA "{row[0]}"')


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database that does not exist yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/home/penstock.db"
    schema: str = request.getfixturevalue("postgres_schema")
    empty_postgres(schema)
    return schema


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """A new database."""
    opened = open_database(url)
    yield opened
    opened.close()
