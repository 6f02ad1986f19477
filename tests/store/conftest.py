"""Every conformance test runs on SQLite (a file) and on PostgreSQL (a schema of its own)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from penstock.store.database import Database, open_database
from tests.postgres import postgres_schema, postgres_server  # noqa: F401  fixtures


def _empty(url: str) -> None:
    """Remove the rows of a schema, if it has our tables already."""
    import psycopg

    with psycopg.connect(url, autocommit=True) as connection:
        rows = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()").fetchall()
        tables = {row[0] for row in rows} - {"about", "alembic_version"}
        statements = [f'DELETE FROM "{table}"' for table in tables]
        numbered = tables & {"event", "metric", "instance", "command"}
        statements += [f'ALTER TABLE "{table}" ALTER COLUMN id RESTART' for table in numbered]
        connection.execute(";".join(statements))  # type: ignore[call-overload]


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database that has no rows, and perhaps no tables yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/home/penstock.db"
    schema: str = request.getfixturevalue("postgres_schema")
    _empty(schema)
    return schema


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """A database without rows."""
    opened = open_database(url)
    yield opened
    opened.close()
