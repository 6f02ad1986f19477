"""Writes `sqlite.sql` and `postgresql.sql` from the schema; a test holds them to it."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.schema import CreateIndex, CreateTable

from penstock.store import views
from penstock.store.ddl import HEAD, NEEDS
from penstock.store.schema import metadata

_DIALECTS: dict[views.Dialect, Dialect] = {
    "sqlite": sqlite.dialect(),
    "postgresql": postgresql.dialect(),  # type: ignore[no-untyped-call]
}


def render(name: views.Dialect) -> str:
    """The script of one kind of database: tables, indexes, views, and where migrations begin."""
    dialect = _DIALECTS[name]
    statements = []
    for table in metadata.sorted_tables:
        statements.append(str(CreateTable(table).compile(dialect=dialect)))
        indexes = sorted(table.indexes, key=lambda index: str(index.name))
        statements += [str(CreateIndex(index).compile(dialect=dialect)) for index in indexes]
    statements += views.view_statements(name).values()
    statements += [
        # As alembic makes it.
        "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, "
        "CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))",
        f"INSERT INTO alembic_version VALUES ('{HEAD}')",
        f"INSERT INTO about VALUES ('needs', '{NEEDS}')",
    ]
    return "".join(f"{_tidy(statement)};\n" for statement in statements)


def _tidy(statement: str) -> str:
    lines = (line.replace("\t", "    ").rstrip() for line in statement.strip().splitlines())
    return "\n".join(line for line in lines if line)


if __name__ == "__main__":
    for name in _DIALECTS:
        (Path(__file__).parent / f"{name}.sql").write_text(render(name), encoding="utf-8")
