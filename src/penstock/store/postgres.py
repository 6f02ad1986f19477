"""PostgreSQL, through psycopg 3. Imported only where a database is one."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import cache
from typing import Any, Final

import psycopg
from psycopg import errors
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from penstock.errors import DiskFull, StaleWrite, StoreBusy, StoreCorrupt, StoreError, StoreLost
from penstock.store.connection import Row
from penstock.store.statements import Statement
from penstock.store.views import Dialect

_READ: Final = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
#: One question for both: the number of the transaction tells what became of it when the connection is lost.
_WRITE: Final = "BEGIN ISOLATION LEVEL READ COMMITTED; SELECT txid_current()"
#: Seconds between two questions of what became of a commit.
_AGAIN: Final = 0.1
#: What a writer holds is given back when it stands still in the middle of a transaction (10 s), or the way from it is
#: cut (11 s). That is not all: the server's clock for the first is stopped by some messages, as psycopg sends one after
#: many rows. The sessions of who has runs are ended by whoever finds it dead (store.instances.retire_dead).
_GIVES_BACK: Final = (
    "SET idle_in_transaction_session_timeout = '10s'; SET tcp_keepalives_idle = 5; SET tcp_keepalives_interval = 2; "
    "SET tcp_keepalives_count = 3"
)
#: The channel that tells of wishes. All schemas of a database share it.
WISHES: Final = "penstock_wishes"
#: How we notice that the way to the server is cut, where the address does not say it otherwise: after half a minute
#: (libpq's names, https://www.postgresql.org/docs/current/libpq-connect.html; the last in milliseconds).
_WAY: Final[dict[str, Any]] = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 4,
    "tcp_user_timeout": 30_000,
}


class PostgresConnection:
    """A connection to the server that `url` names, which knows it by `name`. See `Connection`."""

    dialect: Dialect = "postgresql"

    def __init__(self, url: str, *, write: bool, patience: float, name: str) -> None:
        self._url = url
        self._name = name
        self._write = write
        self._patience = patience
        #: Of the transaction that writes.
        self._number: int | None = None
        try:
            self._raw = connected(url, patience, name)
            self._raw.execute(f"SET lock_timeout = {int(patience * 1000)}" + (f"; {_GIVES_BACK}" if write else ""))
        except psycopg.Error as error:
            raise tell(error) from error

    @property
    def broken(self) -> bool:
        return self._raw.broken or self._raw.closed

    def begin(self) -> None:
        if not self._write:
            self.run(_READ)
            return
        try:
            cursor = self._raw.execute(_WRITE)
            cursor.nextset()
            (self._number,) = cursor.fetchone() or (None,)
        except psycopg.Error as error:
            raise tell(error) from error

    def commit(self) -> None:
        try:
            self.run("COMMIT")
        except StoreLost as lost:
            if self._number is None or not self._is_there(self._number, lost):
                raise

    def _is_there(self, number: int, lost: StoreLost) -> bool:
        """Was a commit made that nobody answered for? Raises StoreError when the server does not say for too long."""
        deadline = time.monotonic() + self._patience
        while time.monotonic() < deadline:
            try:
                with connected(self._url, self._patience, self._name) as other:
                    (status,) = other.execute("SELECT txid_status(%s)", (number,)).fetchone() or (None,)
            except psycopg.OperationalError:
                status = None
            if status in ("committed", "aborted"):
                return bool(status == "committed")
            time.sleep(_AGAIN)
        raise StoreError(f"nobody tells whether the last commit was made ({lost.message})", cure=lost.cure)

    def announce(self) -> None:
        self.run(f"NOTIFY {WISHES}")

    def rollback(self) -> None:
        try:
            self._raw.rollback()
        except psycopg.Error:
            self._raw.close()

    def close(self) -> None:
        self._raw.close()

    def all(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        try:
            return self._raw.execute(_placed(sql), parameters or None).fetchall()
        except psycopg.Error as error:
            raise tell(error) from error

    def one(self, sql: str, parameters: Sequence[Any] = ()) -> Row | None:
        try:
            return self._raw.execute(_placed(sql), parameters or None).fetchone()
        except psycopg.Error as error:
            raise tell(error) from error

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        try:
            return self._raw.execute(_placed(sql), parameters or None).rowcount
        except psycopg.Error as error:
            raise tell(error) from error

    def run_many(self, statement: Statement, rows: Sequence[Row]) -> int:
        # Row by row: psycopg sends them without waiting for each answer, and a VALUES list would need its types named.
        try:
            with self._raw.cursor() as cursor:
                cursor.executemany(_placed(statement.text(1)), rows)
                return cursor.rowcount
        except psycopg.Error as error:
            raise tell(error) from error


def connected(url: str, patience: float, name: str) -> psycopg.Connection[Row]:
    """A connection to the server that `url` names, which knows it by `name`. Raises psycopg.Error."""
    way = make_conninfo("", **{**_WAY, **conninfo_to_dict(url)})
    return psycopg.connect(way, autocommit=True, connect_timeout=max(2, int(patience)), application_name=name)


@cache
def _placed(sql: str) -> str:
    """Our `?` as psycopg's `%s`. No statement with parameters holds either sign for anything else."""
    return sql.replace("?", "%s")


def tell(error: psycopg.Error) -> Exception:
    """The error of this tree for one of PostgreSQL (https://www.postgresql.org/docs/current/errcodes-appendix.html)."""
    message = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    if isinstance(error, errors.UniqueViolation):
        return StaleWrite(f"somebody else wrote this row already ({message})")
    if isinstance(error, errors.LockNotAvailable | errors.DeadlockDetected | errors.SerializationFailure):
        return StoreBusy(f"another program holds the database ({message})", cure="try again in a moment")
    if isinstance(error, errors.DiskFull):
        return DiskFull(f"the database server's disk is full ({message})", cure="make room on the server")
    if isinstance(error, errors.IdleInTransactionSessionTimeout):
        return StoreLost(
            f"the database ended a transaction in which nothing happened ({message})",
            cure="try again: what was begun in it is undone",
        )
    if isinstance(error, errors.DataCorrupted | errors.IndexCorrupted):
        return StoreCorrupt(f"the database is damaged ({message})", cure="restore it from a backup")
    if isinstance(error, errors.InvalidSchemaName):
        return StoreError(
            f"the database has no place for tables ({message})",
            cure="make the schema that the address names (search_path): CREATE SCHEMA …",
        )
    if isinstance(error, errors.InsufficientPrivilege):
        return StoreError(
            f"the database refused ({message})",
            cure="let the user of the address own the database, or grant it what is missing",
        )
    if isinstance(error, psycopg.OperationalError):
        return StoreLost(
            f"the database can't be reached ({message})",
            cure="check its address, user and password, and that the server runs",
        )
    if isinstance(error, psycopg.DataError) and "NUL" in message:
        return UnicodeError(message)
    if error.sqlstate is None:
        return error  # misuse of the library: a mistake of ours
    return StoreError(f"the database refused: {message}")
