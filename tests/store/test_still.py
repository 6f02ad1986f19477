"""A database that is only read, as it lies on disk."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest

from penstock.errors import StoreBusy, StoreError, StoreReadOnly
from penstock.store import database as databases
from penstock.store.connection import Connection
from penstock.store.database import open_database
from penstock.store.still import StillConnection


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "a home?" / "penstock.db"  # a name that an address has to quote
    open_database(file).close()
    return file


def write(file: Path, *, to_file: bool) -> sqlite3.Connection:
    """Somebody else writes, into the log or into the file itself, and goes on."""
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("INSERT INTO about VALUES ('somebody', 'else')")
    if to_file:
        assert other.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0
        status = file.stat()
        os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns + 1))  # where clocks are coarse
    return other


def facts(connection: Connection) -> int:
    return int(connection.all("SELECT count(*) FROM about WHERE name = 'somebody'")[0][0])


def test_it_is_read_and_nothing_is_made(file: Path) -> None:
    before = set(file.parent.iterdir())
    connection = StillConnection(file, 0.1)
    connection.begin()
    assert facts(connection) == 0
    with pytest.raises(StoreError, match="readonly"):
        connection.run("DELETE FROM about")
    assert set(file.parent.iterdir()) == before
    connection.rollback()
    connection.close()


def test_what_is_written_beside_it_meanwhile_does_not_count(file: Path) -> None:
    connection = StillConnection(file, 0.1)
    connection.begin()
    other = write(file, to_file=False)
    assert facts(connection) == 0
    connection.commit()
    with pytest.raises(StoreBusy, match="while it was read"):
        connection.begin()  # what was read before is old now
    assert connection.broken
    other.close()


def test_what_was_read_of_a_file_that_changed_meanwhile_is_not_believed(file: Path) -> None:
    connection = StillConnection(file, 0.1)
    connection.begin()
    facts(connection)
    other = write(file, to_file=True)
    with pytest.raises(StoreBusy, match="while it was read"):
        connection.commit()
    other.close()


def test_it_is_not_read_without_the_log_that_lies_beside_it(file: Path) -> None:
    other = write(file, to_file=False)
    with pytest.raises(StoreReadOnly, match=r"stands in penstock\.db-wal; copy both files"):
        StillConnection(file, 0.1)
    other.close()


def test_the_next_reader_sees_what_was_written(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise StoreReadOnly

    ways = {"write": "its mode is 0555"}
    monkeypatch.setattr(databases, "SqliteConnection", refuse)
    monkeypatch.setattr(databases, "barred", lambda _, write: ways.get("write") if write else None)
    database = open_database(file, create=False)
    write(file, to_file=True).close()
    with database.read() as connection:
        assert facts(connection) == 1
    with pytest.raises(StoreReadOnly), database.write():
        pass
    del ways["write"]  # it was not for want of rights
    database.close()
    with pytest.raises(StoreReadOnly), database.read():
        pass
