"""The error of a task run that no attempt has, and runs by what they repeat."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_REPEATS = sa.text("replay_of IS NOT NULL")


def upgrade() -> None:
    op.add_column("task_run_row", sa.Column("error", sa.Text(), nullable=True))
    op.create_index(
        "run_replay", "run", ["replay_of", "key"], unique=False, sqlite_where=_REPEATS, postgresql_where=_REPEATS
    )
