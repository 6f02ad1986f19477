"""A connection to PostgreSQL that is cut: nothing of the transaction is there, or all of it, and one is told."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from penstock.errors import StoreError, StoreLost
from penstock.store.database import Database, open_database
from penstock.store.postgres import PostgresConnection
from tests.postgres import postgres_schema, postgres_server  # noqa: F401  fixtures


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
