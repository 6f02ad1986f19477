"""An SQLite database that may only be read, and that nobody has open.

Who reads a database with a write-ahead log writes into its folder (https://www.sqlite.org/wal.html#readonly). Where
that can't be, the file is taken as it lies there (`immutable`), without any lock: whether somebody wrote it meanwhile
is seen by its time, and by the log, which is there as long as anybody else has the database open.
"""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from typing import Final
from urllib.parse import quote

from penstock.errors import StoreBusy, StoreReadOnly
from penstock.store.sqlite import SqliteConnection

_LOG: Final = "-wal"


class StillConnection(SqliteConnection):
    """As SqliteConnection, for reading.

    Raises StoreReadOnly where a log lies beside the file, and StoreBusy, from anything that reads, once somebody has
    written.
    """

    def __init__(self, path: Path, patience: float) -> None:
        if _has_log(path):
            raise StoreReadOnly(
                f"{path} can't be read where nothing can be written: what was written last stands in {path.name}{_LOG}",
                cure="copy both files to a folder of your own, and set PENSTOCK_HOME to it",
            )
        self._seen = _mark(path)
        super().__init__(path, write=False, patience=patience)

    def _open(self) -> sqlite3.Connection:
        address = f"file:{quote(str(self.path))}?mode=ro&immutable=1"
        return sqlite3.connect(address, uri=True, isolation_level=None, check_same_thread=False)

    def begin(self) -> None:
        self.broken = _has_log(self.path) or self._changed()
        if self.broken:
            raise self._written()
        super().begin()

    def commit(self) -> None:
        super().commit()
        # A log that came meanwhile holds what is newer than all that was read: only its copy in the file does harm.
        if self._changed():
            raise self._written()

    def _told(self, error: sqlite3.Error) -> Exception:
        return self._written() if self._changed() else super()._told(error)

    def _changed(self) -> bool:
        return _mark(self.path) != self._seen

    def _written(self) -> StoreBusy:
        return StoreBusy(f"somebody wrote {self.path} while it was read", cure="try again")


def _mark(path: Path) -> tuple[int, int, int] | None:
    try:
        status = os.stat(path)
    except OSError:  # it is gone
        return None
    return status.st_ino, status.st_size, status.st_mtime_ns


def _has_log(path: Path) -> bool:
    return path.with_name(path.name + _LOG).exists()
