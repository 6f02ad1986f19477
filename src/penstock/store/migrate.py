"""From an older edition of the schema to this one, by alembic. Only `penstock db upgrade` and tests come here.

A migration changes tables and their rows, and sets `about.needs`. Views are dropped before the first and made anew
after the last, so that no migration has to know them. All of it is one transaction: it ends at the new edition or
changes nothing.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, NamedTuple

import sqlalchemy
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from penstock.errors import NotFound
from penstock.store import ddl, sqlite, views
from penstock.store.barred import is_there
from penstock.store.connection import PATIENCE
from penstock.store.database import Database, locate
from penstock.store.edition import refuse_newer, revision, shown

_FOLDER: Final = Path(__file__).parent / "migrations"


class Upgrade(NamedTuple):
    """Which editions an upgrade led from and to; the same when there was nothing to do."""

    before: str
    after: str


def upgrade(url: str | Path) -> Upgrade:
    """Bring the database at `url` to this edition.

    Raises NotFound where there is none of ours, StoreVersionError when it is newer than this Penstock, StoreError.
    """
    location = locate(url)
    if isinstance(location, Path) and not is_there(location):
        raise NotFound(f"there is no database at {location}", cure="`penstock run` makes one")
    database = Database(location)
    with database.read() as connection:
        before = revision(connection)
        if before is None:
            raise NotFound(f"{shown(database)} is no database of Penstock", cure="`penstock run` makes one")
        refuse_newer(connection, before, database)
    database.close()
    if before != ddl.HEAD:
        migrate(location)
    return Upgrade(before, ddl.HEAD)


def migrate(location: str | Path, to: str = ddl.HEAD) -> None:
    """Run the migrations that a database lacks, from nothing too. Raises StoreError; then nothing was changed."""
    script = ScriptDirectory(str(_FOLDER))

    def missing(known: Any, _: Any) -> Any:
        return script._upgrade_revs(to, known)

    try:
        with (
            _engine(location).begin() as connection,
            EnvironmentContext(Config(), script, fn=missing) as environment,
        ):
            _run(connection, environment)
    except DBAPIError as error:
        raise _told(error, location) from error


def _run(connection: sqlalchemy.Connection, environment: EnvironmentContext) -> None:
    dialect: views.Dialect = "sqlite" if connection.dialect.name == "sqlite" else "postgresql"
    statements = views.view_statements(dialect)
    for name in statements:
        connection.exec_driver_sql(f"DROP VIEW IF EXISTS {name}")
    environment.configure(connection=connection, transactional_ddl=False)
    environment.run_migrations()
    for statement in statements.values():
        # psycopg takes a lone % for a parameter.
        connection.exec_driver_sql(statement.replace("%", "%%") if dialect == "postgresql" else statement)


def _told(error: DBAPIError, location: str | Path) -> Exception:
    """The error of this tree for the driver's."""
    if isinstance(location, Path):
        return sqlite.tell(getattr(error.orig, "sqlite_errorcode", 1), str(error.orig), location, PATIENCE)
    from psycopg import Error

    from penstock.store import postgres

    return postgres.tell(error.orig) if isinstance(error.orig, Error) else error


def _engine(location: str | Path) -> sqlalchemy.Engine:
    if isinstance(location, str):
        return sqlalchemy.create_engine(location.replace("postgresql:", "postgresql+psycopg:", 1), poolclass=NullPool)
    engine = sqlalchemy.create_engine(
        sqlalchemy.URL.create("sqlite", database=str(location)), poolclass=NullPool, connect_args={"timeout": PATIENCE}
    )

    # Python's driver ends transactions before DDL unless it is told not to have any of its own.
    @event.listens_for(engine, "connect")
    def no_transactions_of_the_driver(raw: Any, _: Any) -> None:
        raw.isolation_level = None

    @event.listens_for(engine, "begin")
    def begin(connection: sqlalchemy.Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine
