"""Opening a database, and transactions on it."""

from __future__ import annotations

import threading
from collections import deque
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from types import TracebackType
from typing import Final

from penstock import faults
from penstock.errors import SettingsError, StoreError, StoreReadOnly
from penstock.store.barred import barred
from penstock.store.connection import PATIENCE, Connection
from penstock.store.ears import Ear, FileEar
from penstock.store.edition import settle_edition
from penstock.store.sqlite import SqliteConnection, make_file
from penstock.store.views import Dialect

#: Connections that are kept for the next reader.
IDLE: Final = 8


class Database:
    """A database of Penstock. Its methods may be called from any thread; a connection belongs to one at a time."""

    def __init__(self, location: Path | str, patience: float = PATIENCE) -> None:
        self.location = location
        self._patience = patience
        self._name = "penstock"
        self.dialect: Dialect = "sqlite" if isinstance(location, Path) else "postgresql"
        self._reading: deque[Connection] = deque()
        self._writing: deque[Connection] = deque()
        # Held by the thread of this process that writes. SQLite has one writer, and who waits here is woken at once,
        # while one that SQLite turns away sleeps and asks again. PostgreSQL needs no turns.
        self._no_turn = nullcontext()
        self._turn: AbstractContextManager[object] = threading.Lock() if self.dialect == "sqlite" else self._no_turn

    def connect(self, *, write: bool) -> Connection:
        """A new connection, which the caller closes. Raises StoreError, SettingsError without the library for it."""
        if isinstance(self.location, Path):
            return self._connect_to_file(self.location, write=write)
        try:
            from penstock.store.postgres import PostgresConnection
        except ImportError as error:
            raise SettingsError(
                f"PostgreSQL needs a library that is not here ({error})", cure='pip install "penstock[postgres]"'
            ) from error
        return PostgresConnection(self.location, write=write, patience=self._patience, name=self._name)

    def _connect_to_file(self, path: Path, *, write: bool) -> Connection:
        try:
            return SqliteConnection(path, write=write, patience=self._patience)
        except StoreReadOnly:
            if write or barred(path, write=False) or not barred(path.parent, write=True):
                raise
        from penstock.store.still import StillConnection

        return StillConnection(path, self._patience)

    def name_sessions(self, name: str) -> None:
        """Under that name a server knows the sessions of this process from now on; a file knows none."""
        if self.dialect == "postgresql":
            self._name = name
            self.close()

    def read(self) -> AbstractContextManager[Connection]:
        """A transaction that reads one state of the database."""
        return _Transaction(self, self._reading, self._no_turn, write=False)

    def write(self) -> AbstractContextManager[Connection]:
        """A transaction that writes: durable when the block ends, undone when it raises."""
        return _Transaction(self, self._writing, self._turn, write=True)

    def ear(self) -> Ear:
        """What hears that something is asked for in this database; who asked for it closes it."""
        if isinstance(self.location, Path):
            return FileEar(self.location)
        from penstock.store.postgres_ear import PostgresEar

        return PostgresEar(self.location, self._patience, self._name)

    def close(self) -> None:
        """Close what is idle. A database may be used again afterwards."""
        for idle in (self._reading, self._writing):
            while idle:
                idle.pop().close()


class _Transaction:
    """One use of `Database.read` or `write`. A class, because a generator would cost a commit 10 us."""

    __slots__ = ("_connection", "_database", "_idle", "_turn", "_write")

    def __init__(
        self, database: Database, idle: deque[Connection], turn: AbstractContextManager[object], *, write: bool
    ) -> None:
        self._database = database
        self._idle = idle
        self._turn = turn
        self._write = write

    def __enter__(self) -> Connection:
        self._turn.__enter__()
        try:
            self._connection = self._begun()
        except BaseException:
            self._turn.__exit__(None, None, None)
            raise
        return self._connection

    def _begun(self) -> Connection:
        """A connection with a new transaction: an idle one, if it was not lost in the meantime."""
        while True:
            try:
                connection, fresh = self._idle.pop(), False
            except IndexError:
                connection, fresh = self._database.connect(write=self._write), True
            try:
                connection.begin()
                return connection
            except StoreError:
                if not connection.broken:
                    self._idle.append(connection)
                    raise
                connection.close()
                if fresh:
                    raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        connection = self._connection
        try:
            if kind is not None:
                connection.rollback()
            elif self._write:
                faults.reach("before_write")
                connection.commit()
                faults.reach("after_write")
            else:
                connection.commit()
        except BaseException:
            connection.rollback()
            raise
        finally:
            if connection.broken or len(self._idle) >= IDLE:
                connection.close()
            else:
                self._idle.append(connection)
            self._turn.__exit__(None, None, None)


def open_database(url: str | Path, *, create: bool = True, patience: float = PATIENCE) -> Database:
    """Open the database at `url`: a path, `sqlite:///path`, or `postgresql://…`.

    An empty or missing one is made when `create` is true. `patience`: seconds to wait for another program.

    Raises StoreVersionError for one of another version, StoreCorrupt for a damaged one, NotFound for a missing one,
    DiskFull, StoreBusy, StoreError with the cure, and SettingsError for an address of another kind.
    """
    location = locate(url)
    if isinstance(location, Path) and create:
        make_file(location)
    database = Database(location, patience)
    try:
        settle_edition(database, create=create)
    except BaseException:
        database.close()
        raise
    return database


def is_file(url: str | Path) -> bool:
    """Is the database a file, which only processes of this machine have open?"""
    return isinstance(locate(url), Path)


def locate(url: str | Path) -> Path | str:
    """The file of an SQLite database, or the address of a PostgreSQL one as psycopg takes it."""
    if isinstance(url, Path):
        return url.absolute()
    scheme, separator, rest = url.partition("://")
    if not separator:
        return Path(url).absolute()
    if scheme == "sqlite":
        from urllib.parse import unquote  # 2 ms that the usual path does not need

        return Path(unquote(rest.removeprefix("/"))).absolute()
    if scheme in ("postgresql", "postgres", "postgresql+psycopg"):
        return f"postgresql://{rest}"
    raise SettingsError(
        f"'{scheme}://' is no database that Penstock knows",
        cure="give a path, sqlite:///path/to/penstock.db, or postgresql://user@host/name",
    )
