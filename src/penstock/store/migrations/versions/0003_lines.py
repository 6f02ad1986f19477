"""One index for what lists are narrowed to by no other; the kind of a trigger as a column."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_KIND = {"sqlite": "json_extract(\"trigger\", '$.kind')", "postgresql": "\"trigger\"::json ->> 'kind'"}
_LINE = [
    "key", "state", "pipeline", "namespace", "type", "trigger_kind", "tags", "created_at", "started_at", "ended_at",
    "bytes",
]  # fmt: skip


def upgrade() -> None:
    op.add_column("run", sa.Column("trigger_kind", sa.Text(), nullable=True))
    op.execute(f"UPDATE run SET trigger_kind = coalesce({_KIND[op.get_bind().dialect.name]}, 'manual')")
    op.create_index("run_line", "run", _LINE, unique=False)
