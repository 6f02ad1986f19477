"""Room that deleted rows have left in the file of SQLite. New rows take it; only this gives it back to the disk."""

from __future__ import annotations

from pathlib import Path

from penstock.errors import StoreBusy, UsageError
from penstock.store import instances
from penstock.store.database import Database


def vacuum(database: Database, now: float) -> int:
    """Write the file anew, without holes; the bytes that it gave back.

    It takes as much room again while it lasts, and everybody who writes waits: so nobody may be at work. Raises
    StoreBusy where somebody is, UsageError for PostgreSQL, which sees to it by itself, and DiskFull.
    """
    if not isinstance(database.location, Path):
        raise UsageError(
            "PostgreSQL gives room back by itself", cure="leave --vacuum out; autovacuum of the server sees to it"
        )
    with database.read() as connection:
        alive = instances.living(connection, now)
    if alive:
        numbers = ", ".join(str(one.process.pid) for one in alive)
        raise StoreBusy(
            f"the database is in use by other processes ({numbers})", cure="end `penstock up` and all runs, then vacuum"
        )
    before = _size(database.location)
    connection = database.connect(write=True)
    try:
        connection.run("VACUUM")
        connection.all("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        connection.close()
    return max(0, before - _size(database.location))


def _size(path: Path) -> int:
    """Of the file and of its log."""
    log = path.with_name(f"{path.name}-wal")
    return path.stat().st_size + (log.stat().st_size if log.exists() else 0)
