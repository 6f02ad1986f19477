"""Every conformance test runs on SQLite (a file) and on PostgreSQL (a schema of its own)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from penstock.store.database import Database, open_database
from tests.postgres import empty, postgres_schema, postgres_server  # noqa: F401  fixtures


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database that has no rows, and perhaps no tables yet."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/home/penstock.db"
    schema: str = request.getfixturevalue("postgres_schema")
    empty(schema)
    return schema


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    """A database without rows."""
    opened = open_database(url)
    yield opened
    opened.close()
