"""A connection to PostgreSQL that is cut: nothing of the transaction is there, or all of it, and one is told."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from penstock.errors import StoreError, StoreLost
from penstock.store import instances
from penstock.store.database import Database, open_database
from penstock.store.instances import Process
from penstock.store.postgres import PostgresConnection
from penstock.store.statements import Insert
from tests.crash.project import until
from tests.postgres import postgres_schema, postgres_server  # noqa: F401  fixtures

HOLD = Insert("about", ("name", "value"), "(name) DO UPDATE SET value = EXCLUDED.value")


@pytest.fixture
def database(postgres_schema: str) -> Iterator[Database]:  # noqa: F811
    made = open_database(postgres_schema, patience=5.0)
    with made.write() as connection:
        connection.run("DELETE FROM about WHERE name LIKE 'test%'")
    yield made
    made.close()


def note(connection: PostgresConnection, name: str) -> None:
    connection.run("INSERT INTO about VALUES (?, '')", (name,))


def noted(database: Database) -> list[str]:
    with database.read() as connection:
        return [row[0] for row in connection.all("SELECT name FROM about WHERE name LIKE 'test%' ORDER BY name")]


def cut(database: Database, connection: PostgresConnection) -> None:
    """The server ends the session of that connection."""
    pid = connection.one("SELECT pg_backend_pid()")
    assert pid is not None
    with database.read() as other:
        other.all("SELECT pg_terminate_backend(?)", pid)


def write(database: Database, *names: str, cut_after: str | None = None, patience: float = 5.0) -> None:
    """A transaction of some notes, whose connection is cut after one of them."""
    with database.write() as connection:
        assert isinstance(connection, PostgresConnection)
        connection._patience = patience
        for name in names:
            note(connection, name)
            if name == cut_after:
                cut(database, connection)


def test_what_is_cut_in_the_middle_is_undone_and_may_be_tried_again(database: Database) -> None:
    with pytest.raises(StoreLost):
        write(database, "test1", "test2", cut_after="test1")
    write(database, "test3")
    assert noted(database) == ["test3"]


def test_who_falls_silent_in_a_transaction_gives_back_what_it_held(database: Database) -> None:
    def ended(pid: int) -> bool:
        with database.read() as other:
            return other.one("SELECT 1 FROM pg_stat_activity WHERE pid = ?", (pid,)) is None

    write(database, "test1")
    with pytest.raises(StoreLost, match="try again"), database.write() as connection:  # noqa: PT012  it commits
        found = connection.one("SELECT pg_backend_pid(), current_setting('idle_in_transaction_session_timeout')")
        assert found is not None
        assert found[1] == "10s"
        connection.run("SET LOCAL idle_in_transaction_session_timeout = '50ms'")
        connection.run("UPDATE about SET value = 'held' WHERE name = 'test1'")
        until(lambda: ended(found[0]), "the server ends it")
    with database.write() as connection:
        assert connection.one("SELECT value FROM about WHERE name = 'test1' FOR UPDATE NOWAIT") == ("",)


def test_what_the_dead_hold_is_free(database: Database, postgres_schema: str) -> None:  # noqa: F811
    other = open_database(postgres_schema)
    write(database, "test1")
    with other.write() as connection:
        silent = Process("elsewhere", "boot", 1, 1)
        number = instances.register(connection, "engine", time.time(), silent)
        connection.run("UPDATE instance SET beat_at = 0 WHERE id = ?", (number,))
    other.name_sessions(instances.session_name(number))
    with pytest.raises(StoreLost), other.write() as held:  # noqa: PT012  it commits
        # What a writer of many rows has said last, stops the server's own clock for who falls silent.
        held.run_many(HOLD, [("test1", "held"), ("test2", "held")])
        with database.write() as connection:
            assert [one.id for one in instances.retire_dead(connection, time.time())] == [number]
            assert connection.one("SELECT 1 FROM about WHERE name = 'test1' FOR UPDATE") == (1,)
    other.close()


def test_a_commit_that_is_cut_before_it_is_undone(database: Database) -> None:
    with pytest.raises(StoreLost):
        write(database, "test1", cut_after="test1")
    assert noted(database) == []


def test_a_commit_whose_answer_is_cut_off_is_made(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    run = PostgresConnection.run

    def commits_and_is_cut(self: PostgresConnection, sql: str, parameters: tuple[object, ...] = ()) -> int:
        changed = run(self, sql, parameters)
        if sql == "COMMIT":
            raise StoreLost("the connection is cut")
        return changed

    with monkeypatch.context() as patch:
        patch.setattr(PostgresConnection, "run", commits_and_is_cut)
        write(database, "test1")
    assert noted(database) == ["test1"]


def test_a_commit_of_which_nobody_knows_is_an_error_of_its_own(database: Database) -> None:
    """Not one that is tried again: it may be there."""
    with pytest.raises(StoreError) as caught:
        write(database, "test1", cut_after="test1", patience=0.0)
    assert not isinstance(caught.value, StoreLost)
