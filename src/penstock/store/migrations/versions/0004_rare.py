"""What is rare is found soon: texts in errors by their pairs of characters, unusual types and triggers by indexes.

Engines tell how many workers they have.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from penstock.store.error_text import mask_of

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_FAILED = sa.text("error_text IS NOT NULL")
_TYPE = sa.text("type <> 'standard'")
_TRIGGER = sa.text("trigger_kind NOT IN ('manual', 'schedule')")
#: Runs whose errors are in memory at a time.
_PART = 1000


def upgrade() -> None:
    op.add_column("instance", sa.Column("workers", sa.Integer(), nullable=True))
    op.drop_index("run_error", "run")
    op.add_column("run", sa.Column("error_mask", sa.BigInteger(), nullable=True))
    _fill_masks()
    columns = ["key", "error_mask", "error_text"]
    op.create_index("run_error", "run", columns, unique=False, sqlite_where=_FAILED, postgresql_where=_FAILED)
    op.create_index("run_type", "run", ["type", "key"], unique=False, sqlite_where=_TYPE, postgresql_where=_TYPE)
    op.create_index(
        "run_trigger", "run", ["trigger_kind", "key"], unique=False, sqlite_where=_TRIGGER, postgresql_where=_TRIGGER
    )


def _fill_masks() -> None:
    connection = op.get_bind()
    read = sa.text(
        "SELECT key, error_text FROM run WHERE error_text IS NOT NULL AND key > :last ORDER BY key LIMIT :part"
    )
    write = sa.text("UPDATE run SET error_mask = :found WHERE key = :key")
    last = -1
    while rows := connection.execute(read, {"last": last, "part": _PART}).all():
        connection.execute(write, [{"key": key, "found": mask_of(error)} for key, error in rows])
        last = rows[-1][0]
