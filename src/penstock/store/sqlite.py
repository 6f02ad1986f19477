"""SQLite, through the standard library: WAL, every commit on disk, no transactions but our own."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Sequence
from itertools import chain
from operator import eq
from pathlib import Path
from typing import Any, Final

from penstock.errors import DiskFull, StaleWrite, StoreBusy, StoreCorrupt, StoreError, StoreReadOnly
from penstock.store import ears
from penstock.store.barred import HOME_OF_YOUR_OWN, barred
from penstock.store.connection import Row
from penstock.store.statements import MANY, Statement, portions, varying
from penstock.store.views import Dialect

#: A write that fails with less than this many bytes free has met a full disk, whatever SQLite calls it.
NEXT_TO_NOTHING: Final = 1 << 20

_PRAGMAS: Final = (
    "PRAGMA synchronous = FULL",
    "PRAGMA temp_store = MEMORY",
    # KiB; the pages that commits touch again and again stay in memory.
    "PRAGMA cache_size = -8000",
    # A reader that sleeps lets the log grow; give the space back afterwards.
    "PRAGMA journal_size_limit = 67108864",
)

# For every None among the parameters, sqlite3 asks what adapts it, and finds by a slow way that nothing does: 0.34 us
# each, a third of a large commit. A dict's `get` is the cheapest callable that answers None to None: 0.12 us.
_nothing: dict[None, None] = {}
sqlite3.register_adapter(type(None), _nothing.get)


class SqliteConnection:
    """A connection to the file `path`, which exists. See `Connection`."""

    dialect: Dialect = "sqlite"

    def __init__(self, path: Path, *, write: bool, patience: float) -> None:
        self.path = path
        self._patience = patience
        self._begin = "BEGIN IMMEDIATE" if write else "BEGIN"
        self.broken = False
        self._announced = False
        try:
            self._raw = self._open()
        except sqlite3.Error as error:
            raise self._told(error) from error
        self._execute = self._raw.execute
        try:
            _enter_wal(self._raw, patience)
            for pragma in _PRAGMAS:
                self._execute(pragma)
            if not write:
                self._execute("PRAGMA query_only = ON")
        except sqlite3.Error as error:
            self.close()
            raise self._told(error) from error

    def _open(self) -> sqlite3.Connection:
        return sqlite3.connect(
            self.path, timeout=self._patience, isolation_level=None, check_same_thread=False, cached_statements=512
        )

    def begin(self) -> None:
        try:
            self._execute(self._begin)
        except sqlite3.Error as error:
            raise self._told(error) from error

    def commit(self) -> None:
        try:
            self._execute("COMMIT")
        except sqlite3.Error as error:
            raise self._told(error) from error
        if self._announced:
            self._announced = False
            ears.ring(self.path)

    def announce(self) -> None:
        self._announced = True

    def rollback(self) -> None:
        self._announced = False
        # A full disk makes SQLite roll back by itself, and then there is nothing to undo.
        if self._raw.in_transaction:
            try:
                self._execute("ROLLBACK")
            except sqlite3.Error:
                self.broken = True

    def close(self) -> None:
        self._raw.close()

    def all(self, sql: str, parameters: Sequence[Any] = ()) -> list[Row]:
        try:
            return self._execute(sql, parameters).fetchall()
        except sqlite3.Error as error:
            raise self._told(error) from error

    def one(self, sql: str, parameters: Sequence[Any] = ()) -> Row | None:
        try:
            cursor = self._execute(sql, parameters)
            row: Row | None = cursor.fetchone()
            cursor.close()  # or the statement stays open, and with it its read lock
        except sqlite3.Error as error:
            raise self._told(error) from error
        return row

    def run(self, sql: str, parameters: Sequence[Any] = ()) -> int:
        try:
            return self._execute(sql, parameters).rowcount
        except sqlite3.Error as error:
            raise self._told(error) from error

    def run_many(self, statement: Statement, rows: Sequence[Row]) -> int:
        execute, changed, start = self._execute, 0, 0
        try:
            if len(rows) >= MANY:
                changed, start = self._run_narrow(statement, rows)
            for count in portions(len(rows) - start, statement.width):
                part = rows[start : start + count]
                changed += execute(statement.text(count), tuple(chain.from_iterable(part))).rowcount
                start += count
        except sqlite3.Error as error:
            raise self._told(error) from error
        return changed

    def _run_narrow(self, statement: Statement, rows: Sequence[Row]) -> tuple[int, int]:
        """Run a statement for all rows but a few at their end, with what is the same in all of them bound once: the
        number of rows that it changed, and of those that it was run for.
        """
        if 2 * sum(map(eq, rows[0], rows[-1])) < statement.width:
            return 0, 0
        columns = list(zip(*rows, strict=True))
        places = varying(columns)
        if 2 * len(places) > len(columns):
            return 0, 0
        same = [(at, column[0]) for at, column in enumerate(columns) if at not in places]
        facts = [value for at, value in same if at < statement.facts]
        keys = [value for at, value in same if at >= statement.facts]
        cells = list(chain.from_iterable(zip(*[columns[at] for at in places], strict=True)))
        width = len(places)
        changed = start = 0
        for count in portions(len(rows), width):
            text = statement.narrow(count, places) if count >= MANY else None
            if text is None:
                break
            changed += self._execute(text, [*facts, *cells[start * width : (start + count) * width], *keys]).rowcount
            start += count
        return changed, start

    def _told(self, error: sqlite3.Error) -> Exception:
        """Our word for an error of SQLite (https://www.sqlite.org/rescode.html)."""
        code = getattr(error, "sqlite_errorcode", None)
        if code is None:
            return error  # misuse of the library: a mistake of ours
        return tell(code, str(error), self.path, self._patience)


def tell(code: int, message: str, path: Path, patience: float) -> Exception:
    """The error of this tree for SQLite's extended result code."""
    primary = code & 0xFF
    if primary == sqlite3.SQLITE_BUSY or primary == sqlite3.SQLITE_LOCKED:
        return StoreBusy(
            f"another program has held {path} for {patience:.0f} s",
            cure="end the program that holds it (`penstock doctor` names it), then try again",
        )
    if primary == sqlite3.SQLITE_FULL or (primary == sqlite3.SQLITE_IOERR and _is_full(path)):
        return DiskFull(f"the disk of {path} is full", cure="make room; nothing was written by half")
    if primary in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        what = "is not a database" if primary == sqlite3.SQLITE_NOTADB else "is damaged"
        return StoreCorrupt(
            f"{path} {what} ({message})",
            cure="restore it from a backup, or move it away and start with a new one",
        )
    if code in (sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY):
        return StaleWrite(f"somebody else wrote this row already ({message})")
    if primary in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return _kept_out(path, message)
    return StoreError(f"{path}: {message}")


def _kept_out(path: Path, message: str) -> StoreError:
    """The error for a file that could not be made, or opened, or opened for writing."""
    if path.is_dir():
        return StoreError(f"{path} is a folder, and no database", cure="move it away, or name another place")
    why = barred(path, write=False)
    if why is not None:
        return StoreReadOnly(f"{path} can't be read: {why}", cure=HOME_OF_YOUR_OWN)
    place = next((place for place in (path, path.parent) if barred(place, write=True)), None)
    if place is None:
        what = "opened for writing" if path.exists() else "made"
        return StoreError(
            f"{path} can't be {what} ({message})",
            cure=f"check who owns {path.parent} and that it may be written, or set PENSTOCK_HOME to another folder",
        )
    return StoreReadOnly(f"{place} can't be written: {barred(place, write=True)}", cure=HOME_OF_YOUR_OWN)


def _is_full(path: Path) -> bool:
    try:
        disk = os.statvfs(path.parent)
    except OSError:
        return False
    return disk.f_bavail * disk.f_frsize < NEXT_TO_NOTHING


def make_file(path: Path) -> None:
    """Make an empty database file, mode 0600, in a folder of mode 0700 (an existing folder stays as it is).

    Raises DiskFull, or StoreReadOnly or StoreError where it can't be written.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # SQLite gives the files of its log the mode of the database.
        os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
    except OSError as error:
        if error.errno in (28, 122):  # ENOSPC, EDQUOT
            raise DiskFull(f"there is no room for {path}", cure="make room, then try again") from error
        raise _kept_out(path, f"{error.strerror}") from error


def _enter_wal(raw: sqlite3.Connection, patience: float) -> None:
    """Switch to the write-ahead log. The busy handler does not wait for this switch, so we do."""
    deadline = time.monotonic() + patience
    while True:
        try:
            raw.execute("PRAGMA journal_mode = WAL")
            return
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
            time.sleep(0.005)
