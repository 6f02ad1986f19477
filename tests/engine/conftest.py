"""A database for what an engine keeps."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from penstock.store import instances
from penstock.store.check import check
from penstock.store.database import Database, open_database
from tests.engine.world import OWNER


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """One that knows the engine of `World`; what a test leaves in it has to be whole."""
    made = open_database(tmp_path / "penstock.db")
    with made.write() as connection:
        assert instances.register(connection, "engine", 0.0) == OWNER
    yield made
    assert check(made) == []
    made.close()
