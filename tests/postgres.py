"""A PostgreSQL server for tests, where one answers."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator

import pytest

POSTGRES = os.environ.get("PENSTOCK_TEST_POSTGRES", "postgresql://127.0.0.1:5432/test")


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
    # No test stops the server, so none has to wait for its disk.
    yield f"{postgres_server}{joint}options=-csearch_path%3D{name}%20-csynchronous_commit%3Doff"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute("SET client_min_messages = warning")
        connection.execute(f'DROP SCHEMA "{name}" CASCADE')


def empty(url: str) -> None:
    """Remove the rows of a schema, if it has our tables already."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        rows = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()").fetchall()
        tables = {row[0] for row in rows} - {"about", "alembic_version"}
        statements = [f'DELETE FROM "{table}"' for table in tables]
        numbered = tables & {"event", "metric", "instance", "command"}
        statements += ["DELETE FROM about WHERE name = 'project'"] if tables else []
        statements += [f'ALTER TABLE "{table}" ALTER COLUMN id RESTART' for table in numbered]
        connection.execute(";".join(statements))  # type: ignore[call-overload]
