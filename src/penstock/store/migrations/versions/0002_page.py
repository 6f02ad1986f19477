"""What server and page need: lists in every order, search in errors, definitions as found, views, sessions."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

from penstock.store.error_text import error_text

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_FAILED = sa.text("error_text IS NOT NULL")
#: Runs whose errors are in memory at a time.
_PART = 1000


def upgrade() -> None:
    _change_runs()
    _change_pipelines()
    _add_tables()


def _change_runs() -> None:
    op.drop_index("run_error", "run")
    op.add_column("run", sa.Column("bytes", sa.BigInteger(), nullable=True))
    op.add_column("run", sa.Column("error_text", sa.Text(), nullable=True))
    op.execute("UPDATE run SET bytes = (SELECT coalesce(sum(bytes), 0) FROM artifact WHERE run_key = run.key)")
    _fill_error_text()
    op.create_index("run_place", "run", ["namespace", "pipeline", "state", "key"], unique=False)
    op.create_index(
        "run_error", "run", ["key", "error_text"], unique=False, sqlite_where=_FAILED, postgresql_where=_FAILED
    )
    op.create_index("run_started", "run", ["started_at", "key"], unique=False)
    op.create_index("run_ended", "run", ["ended_at", "key"], unique=False)
    op.create_index("run_duration", "run", [sa.text("(ended_at - started_at)"), "key"], unique=False)
    op.create_index("run_bytes", "run", ["bytes", "key"], unique=False)


def _fill_error_text() -> None:
    connection = op.get_bind()
    read = sa.text("SELECT key, error FROM run WHERE error IS NOT NULL AND key > :last ORDER BY key LIMIT :part")
    write = sa.text("UPDATE run SET error_text = :found WHERE key = :key")
    last = -1
    while rows := connection.execute(read, {"last": last, "part": _PART}).all():
        connection.execute(write, [{"key": key, "found": error_text(json.loads(error))} for key, error in rows])
        last = rows[-1][0]


def _change_pipelines() -> None:
    op.add_column("pipeline", sa.Column("file", sa.Text(), nullable=True))
    op.add_column("pipeline", sa.Column("present", sa.Boolean(), nullable=True))
    op.add_column("pipeline", sa.Column("problem", sa.Text(), nullable=True))
    op.add_column("pipeline", sa.Column("checked_at", sa.BigInteger(), nullable=True))
    op.create_table(
        "definition_problem",
        sa.Column("file", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=True),
        sa.Column("cure", sa.Text(), nullable=True),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("file"),
        sqlite_with_rowid=False,
    )


def _add_tables() -> None:
    op.create_table(
        "saved_view",
        sa.Column("id", _NUMBER, sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("columns", sa.Text(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_autoincrement=True,
    )
    op.create_index("saved_view_name", "saved_view", ["name"], unique=True)
    op.create_table(
        "session",
        sa.Column("digest", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sign_in_code",
        sa.Column("digest", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "idempotency",
        sa.Column("key", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("route", sa.Text(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", "route"),
    )
    op.create_index("idempotency_age", "idempotency", ["created_at"], unique=False)
