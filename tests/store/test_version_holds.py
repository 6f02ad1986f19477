"""Versions that come into use just when retention removes them: on PostgreSQL, where both write at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from penstock.errors import NotFound
from penstock.store import requests, retention
from penstock.store.check import check
from penstock.store.connection import Connection
from penstock.store.database import Database, open_database
from penstock.store.rows import Commit
from penstock.store.write import apply
from tests.postgres import empty
from tests.store import made
from tests.store.test_again import WAITS


@pytest.fixture
def database(postgres_schema: str) -> Iterator[Database]:
    """With a version that no run has, and a later one."""
    empty(postgres_schema)
    opened = open_database(postgres_schema)
    with opened.write() as connection:
        apply(connection, Commit(versions=[made.version(name="old"), made.version(name="latest")]))
    yield opened
    assert check(opened) == []
    opened.close()


def forget(connection: Connection) -> int:
    return sum(retention.forget_version(connection, one, 0) for one in retention.old_versions(connection))


def ask(connection: Connection) -> None:
    requests.ask_for_run(connection, pipeline="flights", now=made.START, version="old")


def begin(connection: Connection) -> None:
    apply(connection, Commit(new_runs=[made.run(version="old", owner=None)], versions=[made.version(name="old")]))


def versions(database: Database) -> set[str]:
    with database.read() as connection:
        return {row[0] for row in connection.all("SELECT version FROM pipeline_version")}


@pytest.mark.parametrize("use", [ask, begin])
def test_a_version_that_comes_into_use_is_left(database: Database, use: Callable[[Connection], None]) -> None:
    with database.write() as connection:
        use(connection)
        with database.write() as other:
            assert forget(other) == 0
    assert versions(database) == {"old", "latest"}


def while_it_goes(database: Database, url: str, use: Callable[[Connection], None]) -> None:
    """Use a version that another transaction has removed, which ends once this one waits for it."""

    def wanted() -> None:
        with database.write() as connection:
            use(connection)

    with ThreadPoolExecutor(1) as pool:
        with database.write() as connection:
            assert forget(connection) == 1
            (me,) = connection.one("SELECT pg_backend_pid()") or (None,)
            late = pool.submit(wanted)
            with psycopg.connect(url, autocommit=True) as other:
                while not other.execute(WAITS, (me,)).fetchone():
                    assert not late.done()
        late.result(60)


def test_a_run_is_not_asked_for_of_a_version_that_goes(database: Database, postgres_schema: str) -> None:
    with pytest.raises(NotFound, match="no version 'old' of pipeline 'flights'"):
        while_it_goes(database, postgres_schema, ask)
    with database.read() as connection:
        assert connection.all("SELECT id FROM run") == []


def test_a_run_that_brings_its_version_along_has_it_back(database: Database, postgres_schema: str) -> None:
    while_it_goes(database, postgres_schema, begin)
    assert versions(database) == {"old", "latest"}
