"""Opening a database, and transactions on it."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Final
from urllib.parse import unquote

from penstock.errors import SettingsError
from penstock.store.connection import Connection
from penstock.store.edition import settle_edition
from penstock.store.sqlite import SqliteConnection, make_file
from penstock.store.views import Dialect

#: Connections that are kept for the next reader.
IDLE: Final = 8


class Database:
    """A database of Penstock. Its methods may be called from any thread; a connection belongs to one at a time."""

    def __init__(self, location: Path | str) -> None:
        self.location = location
        self.dialect: Dialect = "sqlite" if isinstance(location, Path) else "postgresql"
        self._reading: deque[Connection] = deque()
        self._writing: deque[Connection] = deque()
        #: Held by the thread of this process that writes. SQLite has one writer, and who waits here is woken at once,
        #: while one that SQLite turns away sleeps and asks again. PostgreSQL needs no turns.
        self.turn: AbstractContextManager[object] = threading.Lock() if self.dialect == "sqlite" else nullcontext()

    def connect(self, *, write: bool) -> Connection:
        """A new connection, which the caller closes. Raises StoreError."""
        if isinstance(self.location, Path):
            return SqliteConnection(self.location, write=write)
        from penstock.store.postgres import PostgresConnection

        return PostgresConnection(self.location, write=write)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that reads one state of the database."""
        with self._transaction(self._reading, write=False) as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that writes: durable when the block ends, undone when it raises."""
        with self.turn, self._transaction(self._writing, write=True) as connection:
            yield connection

    @contextmanager
    def _transaction(self, idle: deque[Connection], *, write: bool) -> Iterator[Connection]:
        try:
            connection = idle.pop()
        except IndexError:
            connection = self.connect(write=write)
        try:
            connection.begin()
            yield connection
            connection.commit()
        except BaseException:
            connection.rollback()
            raise
        finally:
            if connection.broken or len(idle) >= IDLE:
                connection.close()
            else:
                idle.append(connection)

    def close(self) -> None:
        """Close what is idle. A database may be used again afterwards."""
        for idle in (self._reading, self._writing):
            while idle:
                idle.pop().close()


def open_database(url: str | Path, *, create: bool = True) -> Database:
    """Open the database at `url`: a path, `sqlite:///path`, or `postgresql://…`.

    An empty or missing one is made when `create` is true. Raises StoreVersionError for one of another version,
    StoreCorrupt for a damaged one, DiskFull, StoreBusy, StoreError with the cure, and SettingsError for an address of
    another kind.
    """
    location = locate(url)
    if isinstance(location, Path) and create:
        make_file(location)
    database = Database(location)
    try:
        settle_edition(database, create=create)
    except BaseException:
        database.close()
        raise
    return database


def locate(url: str | Path) -> Path | str:
    """The file of an SQLite database, or the address of a PostgreSQL one as psycopg takes it."""
    if isinstance(url, Path):
        return url.absolute()
    scheme, separator, rest = url.partition("://")
    if not separator:
        return Path(url).absolute()
    if scheme == "sqlite":
        return Path(unquote(rest.removeprefix("/"))).absolute()
    if scheme in ("postgresql", "postgres", "postgresql+psycopg"):
        return f"postgresql://{rest}"
    raise SettingsError(
        f"'{scheme}://' is no database that Penstock knows",
        cure="give a path, sqlite:///path/to/penstock.db, or postgresql://user@host/name",
    )
