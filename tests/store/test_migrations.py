"""Migrations, schema and the scripts for new databases say the same.

SQLAlchemy and Alembic are imported where they are used: they are half a second of each process that gathers tests.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from penstock.errors import NotFound, StoreError, StoreVersionError
from penstock.store import ddl, views
from penstock.store.check import check
from penstock.store.connection import Connection
from penstock.store.database import Database, locate, open_database
from penstock.store.error_text import mask_of
from penstock.store.rows import Commit
from penstock.store.write import apply
from tests.store import made

FOLDER = Path(ddl.__file__).parents[1] / "migrations"
#: What a database has, told by itself: tables with their columns and keys, indexes with their conditions, views.
SHAPE = {
    "sqlite": [
        "SELECT t.name, t.wr, c.cid, c.name, c.type, c.\"notnull\", c.dflt_value, c.pk "
        "FROM pragma_table_list AS t, pragma_table_xinfo(t.name) AS c WHERE t.name NOT LIKE 'sqlite_%' ORDER BY 1, 3",
        "SELECT t.name, i.name, i.\"unique\", i.partial, c.seqno, c.name FROM pragma_table_list AS t, "
        "pragma_index_list(t.name) AS i, pragma_index_xinfo(i.name) AS c ORDER BY 1, 2, 5",
        "SELECT name, sql FROM sqlite_schema WHERE type IN ('index', 'view') AND sql IS NOT NULL ORDER BY 1",
        "SELECT name FROM sqlite_schema WHERE sql LIKE '%AUTOINCREMENT%' ORDER BY 1",
    ],
    "postgresql": [
        "SELECT table_name, ordinal_position, column_name, data_type, is_nullable, is_identity, column_default "
        "FROM information_schema.columns WHERE table_schema = current_schema() ORDER BY 1, 2",
        "SELECT tablename, indexname, replace(indexdef, current_schema(), '') FROM pg_indexes "
        "WHERE schemaname = current_schema() ORDER BY 1, 2",
        "SELECT viewname, definition FROM pg_views WHERE schemaname = current_schema() ORDER BY 1",
    ],
}  # fmt: skip


def shape(connection: Connection) -> list[Any]:
    return [connection.all(query) for query in SHAPE[connection.dialect]]


@pytest.fixture
def migrate() -> ModuleType:
    return import_module("penstock.store.migrate")


@pytest.fixture
def migrated(request: pytest.FixtureRequest, migrate: ModuleType, url: str, tmp_path: Path) -> Iterator[Database]:
    """A database that was made by migrations alone, from nothing."""
    location = locate(url)
    location = tmp_path / "migrated.db" if isinstance(location, Path) else empty_schema(request, location)
    migrate.migrate(location)
    database = Database(location)
    yield database
    database.close()


def empty_schema(request: pytest.FixtureRequest, location: str) -> str:
    """A second schema beside that of this module."""
    import psycopg

    server: str = request.getfixturevalue("postgres_server")
    name = "penstock_migrated_" + location.partition("penstock_")[2].partition("%")[0]
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE SCHEMA "{name}"')

    def drop() -> None:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute("SET client_min_messages = warning")
            connection.execute(f'DROP SCHEMA "{name}" CASCADE')

    request.addfinalizer(drop)
    return f"{server}{'&' if '?' in server else '?'}options=-csearch_path%3D{name}"


def test_migrations_lead_to_what_a_new_database_has(database: Database, migrated: Database) -> None:
    with database.read() as new, migrated.read() as old:
        expected = shape(new)
        assert all(expected)
        assert shape(old) == expected
        for table in ("alembic_version", "about"):
            assert old.all(f"SELECT * FROM {table}") == new.all(f"SELECT * FROM {table}")


def test_a_migrated_database_works(migrated: Database) -> None:
    with migrated.write() as connection:
        apply(connection, made.first_commit(owner=None))
    assert check(migrated) == []
    again = open_database(migrated.location)
    with again.read() as connection:
        assert connection.all("SELECT run_id FROM task_run") == connection.all("SELECT id FROM pipeline_run")
    again.close()


# What SQLAlchemy can't read back, an index of an expression, is compared as text by the first test above.
@pytest.mark.filterwarnings("ignore:.*expression-based index")
def test_alembic_finds_nothing_to_change(migrate: ModuleType, migrated: Database) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    from penstock.store.schema import metadata

    engine = migrate._engine(migrated.location)
    with engine.connect() as connection:
        # SQLite can't tell of defaults that give out numbers.
        defaults = connection.dialect.name == "postgresql"
        options = {"compare_type": True, "compare_server_default": defaults}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []
    engine.dispose()


@pytest.mark.filterwarnings("ignore:.*expression-based index")
def test_alembic_would_find_a_difference(migrate: ModuleType, migrated: Database) -> None:
    import sqlalchemy
    from alembic.autogenerate import compare_metadata
    from alembic.runtime.migration import MigrationContext

    from penstock.store.schema import metadata

    other = sqlalchemy.MetaData()
    for table in metadata.sorted_tables:
        table.to_metadata(other)
    other.tables["run"].append_column(sqlalchemy.Column("extra", sqlalchemy.Text))
    engine = migrate._engine(migrated.location)
    with engine.connect() as connection:
        found = compare_metadata(MigrationContext.configure(connection), other)
    assert [change[0] for change in found] == ["add_column"]
    engine.dispose()


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_the_scripts_for_new_databases_are_written_from_the_schema(dialect: views.Dialect) -> None:
    from penstock.store.ddl.__main__ import render

    written = (Path(ddl.__file__).parent / f"{dialect}.sql").read_text(encoding="utf-8")
    assert written == render(dialect), "run `python -m penstock.store.ddl`"


def test_the_latest_migration_is_where_new_databases_start() -> None:
    from alembic.script import ScriptDirectory

    assert ScriptDirectory(str(FOLDER)).get_current_head() == ddl.HEAD


def test_runs_of_an_older_database_get_what_lists_need(migrate: ModuleType, tmp_path: Path) -> None:
    path = tmp_path / "penstock.db"
    migrate.migrate(path, "0001")
    database = Database(path)
    error, trigger = '{"task": "raw", "type": "ValueError", "message": "NO"}', '{"kind": "schedule", "name": "x"}'
    old = [made.run(error=error, trigger=trigger), made.run(made.key_at(1), trigger="{}")]
    columns = [name for name in old[0]._fields if name not in ("bytes", "options", "idle")]
    with database.write() as connection:
        for row in old:
            values = [getattr(row, name) for name in columns]
            names = ", ".join(f'"{name}"' for name in columns)
            connection.run(f"INSERT INTO run ({names}) VALUES ({', '.join('?' * len(values))})", values)
        apply(connection, Commit(artifacts=[made.artifact(bytes=40), made.artifact(1, bytes=2)]))
    database.close()
    assert migrate.upgrade(path) == ("0001", ddl.HEAD)
    with database.read() as connection:
        found = connection.all("SELECT trigger_kind, error_text, error_mask, bytes, idle FROM run ORDER BY key")
    mask = mask_of("raw valueerror no")
    assert found == [("schedule", "raw valueerror no", mask, 42, 0), ("manual", None, None, 0, 0)]


SECOND = 1_000_000
#: Histories of retried runs as (second, event), the second at which each is over now, and how long it was idle.
HISTORIES = [
    ([(0, "running"), (10, "failed"), (70, "running"), (75, "failed"), (95, "running"), (99, "succeeded")], 99, 80),
    # A state that a person set leaves the end where it was; one that waited for its turn began when that came.
    ([(0, "running"), (10, "failed"), (30, "cancelled"), (60, "queued"), (70, "running")], None, 60),
    ([(0, "running"), (10, "failed"), (60, "queued"), (90, "cancelled")], 90, 80),
    ([(0, "running"), (10, "failed"), (30, "succeeded")], 10, 0),
    # It never began before.
    ([(0, "created"), (10, "cancelled"), (60, "running")], None, 0),
]


def test_older_runs_tell_by_their_history_how_long_they_were_idle(migrate: ModuleType, tmp_path: Path) -> None:
    path = tmp_path / "penstock.db"
    migrate.migrate(path, "0010")
    database = Database(path)
    with database.write() as connection:
        for at, (history, ended, _) in enumerate(HISTORIES):
            key, end = made.key_at(at), None if ended is None else made.AT + ended * SECOND
            row = made.run(key, generation=2, ended_at=end)._asdict()
            del row["idle"]
            names = ", ".join(f'"{name}"' for name in row)
            connection.run(f"INSERT INTO run ({names}) VALUES ({', '.join('?' * len(row))})", tuple(row.values()))
            for second, kind in history:
                connection.run(
                    "INSERT INTO event (run_key, at, kind) VALUES (?, ?, ?)",
                    (key, made.AT + second * SECOND, f"run.{kind}"),
                )
    database.close()
    migrate.upgrade(path)
    with open_database(path).read() as connection:
        found = connection.all("SELECT idle FROM run ORDER BY key")
    assert found == [(idle * SECOND,) for _, _, idle in HISTORIES]


class TestUpgrade:
    def test_there_is_nothing_to_do(self, migrate: ModuleType, url: str) -> None:
        open_database(url).close()
        assert migrate.upgrade(url) == (ddl.HEAD, ddl.HEAD)

    def test_an_older_database_is_brought_up_with_its_rows(
        self, migrate: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        """The next edition is made up here: it adds a column and asks for a newer Penstock."""
        folder = tmp_path / "migrations"
        (folder / "versions").mkdir(parents=True)
        for file in (FOLDER / "versions").glob("0*.py"):
            (folder / "versions" / file.name).write_text(file.read_text())
        (folder / "versions" / "9999_next.py").write_text(
            "import sqlalchemy as sa\nfrom alembic import op\n"
            f"revision = '9999'\ndown_revision = '{ddl.HEAD}'\n"
            "def upgrade():\n"
            "    op.add_column('run', sa.Column('extra', sa.Text))\n"
            "    op.execute(\"UPDATE about SET value = '0.2.0'\")\n"
        )
        path = tmp_path / "penstock.db"
        database = open_database(path)
        with database.write() as connection:
            apply(connection, made.first_commit())
        monkeypatch.setattr(migrate, "_FOLDER", folder)
        migrate.migrate(path, "9999")
        with database.read() as connection:
            assert connection.all("SELECT key, extra FROM run") == [(made.KEY, None)]
            assert connection.all("SELECT version_num FROM alembic_version") == [("9999",)]
        with pytest.raises(StoreVersionError, match=r"needs Penstock 0\.2\.0 or newer"):
            open_database(path)
        with pytest.raises(StoreVersionError):
            migrate.upgrade(path)

    def test_a_migration_that_fails_changes_nothing(
        self, migrate: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        folder = tmp_path / "migrations"
        (folder / "versions").mkdir(parents=True)
        for file in (FOLDER / "versions").glob("0*.py"):
            (folder / "versions" / file.name).write_text(file.read_text())
        (folder / "versions" / "9999_bad.py").write_text(
            "import sqlalchemy as sa\nfrom alembic import op\n"
            f"revision = '9999'\ndown_revision = '{ddl.HEAD}'\n"
            "def upgrade():\n    op.add_column('run', sa.Column('extra', sa.Text))\n    op.execute('nonsense')\n"
        )
        path = tmp_path / "penstock.db"
        database = open_database(path)
        with database.read() as connection:
            before = shape(connection)
        monkeypatch.setattr(migrate, "_FOLDER", folder)
        with pytest.raises(StoreError, match="syntax error"):
            migrate.migrate(path, "9999")
        with open_database(path).read() as connection:
            assert shape(connection) == before

    def test_there_is_nothing_to_upgrade(self, migrate: ModuleType, tmp_path: Path) -> None:
        with pytest.raises(NotFound):
            migrate.upgrade(tmp_path / "none.db")
        assert list(tmp_path.iterdir()) == []
