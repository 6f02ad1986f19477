"""PostgreSQL, through psycopg 3. Imported only where a database is one."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any, Final

import psycopg
from psycopg import errors

from penstock.errors import DiskFull, StaleWrite, StoreBusy, StoreCorrupt, StoreError
from penstock.store.connection import Row
from penstock.store.statements import Statement
from penstock.store.views import Dialect

_READ: Final = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_WRITE: Final = "BEGIN ISOLATION LEVEL READ COMMITTED"


class PostgresConnection:
    """A connection to the server that `url` names. See `Connection`."""

    dialect: Dialect = "postgresql"

    def __init__(self, url: str, *, write: bool, patience: float) -> None:
        self._begin = _WRITE if write else _READ
        try:
            self._raw = psycopg.connect(
                url, autocommit=True, connect_timeout=max(2, int(patience)), application_name="penstock"
            )
            self._raw.execute(f"SET lock_timeout = {int(patience * 1000)}")
        except psycopg.Error as error:
            raise tell(error) from error

    @property
    def broken(self) -> bool:
        return self._raw.broken or self._raw.closed

    def begin(self) -> None:
        self.run(self._begin)

    def commit(self) -> None:
        self.run("COMMIT")

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
    if isinstance(error, errors.DataCorrupted | errors.IndexCorrupted):
        return StoreCorrupt(f"the database is damaged ({message})", cure="restore it from a backup")
    if isinstance(error, psycopg.OperationalError):
        return StoreError(
            f"the database can't be reached ({message})", cure="check its address, and that the server runs"
        )
    if isinstance(error, psycopg.DataError) and "NUL" in message:
        return UnicodeError(message)
    if error.sqlstate is None:
        return error  # misuse of the library: a mistake of ours
    return StoreError(f"the database refused: {message}")
