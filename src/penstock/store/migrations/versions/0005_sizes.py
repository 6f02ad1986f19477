"""The size of what a run made may be unknown: data that is only in memory, or kept elsewhere."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("artifact", table_kwargs={"sqlite_with_rowid": False}) as artifact:
        artifact.alter_column("bytes", existing_type=sa.BigInteger(), nullable=True)
