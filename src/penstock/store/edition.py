"""Is this database ours, and of our version? An empty one is made."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from penstock.errors import NothingYet, StoreError, StoreVersionError
from penstock.store import ddl
from penstock.store.barred import is_there
from penstock.store.connection import Connection

if TYPE_CHECKING:
    from penstock.store.database import Database

_HAS_TABLE: Final = {
    "sqlite": "SELECT 1 FROM sqlite_schema WHERE name = ?",
    "postgresql": "SELECT 1 FROM pg_catalog.pg_class WHERE oid = to_regclass(?)",
}
_HAS_ANY: Final = {
    "sqlite": "SELECT 1 FROM sqlite_schema LIMIT 1",
    "postgresql": "SELECT 1 FROM pg_catalog.pg_tables WHERE schemaname = current_schema() LIMIT 1",
}
#: Two programs that find the same empty PostgreSQL database make it one after the other. Any number of ours would do.
_LOCK: Final = "SELECT pg_advisory_xact_lock(5787202113)"


def settle_edition(database: Database, *, create: bool) -> None:
    """Raise StoreVersionError, StoreError or NothingYet unless the database can be used; make an empty one."""
    location = database.location
    if isinstance(location, Path) and not is_there(location):
        raise NothingYet(f"there is no database at {location}", cure="run a pipeline first, or set PENSTOCK_HOME")
    with database.read() as connection:
        found = revision(connection)
        empty = found is None and connection.one(_HAS_ANY[connection.dialect]) is None
        if found is not None:
            refuse_newer(connection, found, database)
            _refuse_older(found, database)
    if found == ddl.HEAD:
        return
    if not empty:
        raise StoreError(
            f"{shown(database)} holds tables of another program",
            cure="give Penstock a database of its own (PENSTOCK_HOME, or `database` in penstock.toml)",
        )
    if not create:
        raise NothingYet(f"{shown(database)} is empty", cure="run a pipeline first")
    with database.write() as connection:
        make(connection)


def revision(connection: Connection) -> str | None:
    """The migration that the database is at; None when it is no database of Penstock."""
    if connection.one(_HAS_TABLE[connection.dialect], ("alembic_version",)) is None:
        return None
    row = connection.one("SELECT version_num FROM alembic_version")
    return None if row is None else str(row[0])


def make(connection: Connection) -> None:
    """Make all tables in an empty database, unless somebody else just did."""
    if connection.dialect == "postgresql":
        connection.one(_LOCK)
    if revision(connection) is not None:
        return
    for statement in ddl.script(connection.dialect):
        connection.run(statement)


def shown(database: Database) -> str:
    """The database as messages name it: without a password."""
    return named(database.location)


def named(location: Path | str) -> str:
    """A file, or an address of PostgreSQL without its password."""
    if isinstance(location, Path):
        return str(location)
    head, at, tail = location.removeprefix("postgresql://").rpartition("@")
    user = head.partition(":")[0]
    return f"postgresql://{user}{at}{tail.partition('?')[0]}"


def refuse_newer(connection: Connection, found: str, database: Database) -> None:
    """Raise StoreVersionError when the database is of a newer edition than this Penstock."""
    if found <= ddl.HEAD:
        return
    row = connection.one("SELECT value FROM about WHERE name = 'needs'")
    needs = "a newer Penstock" if row is None else f"Penstock {row[0]} or newer"
    raise StoreVersionError(
        f"{shown(database)} needs {needs} (edition {found}, this one knows {ddl.HEAD})",
        cure="install that version, or set PENSTOCK_HOME to another folder",
        found=found,
        needs=None if row is None else row[0],
    )


def _refuse_older(found: str, database: Database) -> None:
    if found < ddl.HEAD:
        raise StoreVersionError(
            f"{shown(database)} was made by an older Penstock (edition {found}, this one needs {ddl.HEAD})",
            cure="make a copy of it and run `penstock db upgrade`",
            found=found,
        )
