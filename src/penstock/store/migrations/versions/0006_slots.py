"""Slots of limits are rows: what runs and attempts hold, and what they wait for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_WAITS = sa.text("place IS NULL")


def upgrade() -> None:
    op.create_table(
        "slot",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("run_key", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=True),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", "run_key", "seq", "n"),
        sqlite_with_rowid=False,
    )
    op.create_index("slot_place", "slot", ["name", "place"], unique=True)
    op.create_index(
        "slot_wait", "slot", ["name", "since", "run_key"], unique=False, sqlite_where=_WAITS, postgresql_where=_WAITS
    )
    op.create_index("slot_run", "slot", ["run_key"], unique=False)
