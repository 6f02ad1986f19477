"""Who deletes runs finds their children, and the files that other runs share with them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    has_parent = sa.text("parent_key IS NOT NULL")
    op.create_index("run_parent", "run", ["parent_key"], sqlite_where=has_parent, postgresql_where=has_parent)
    shared = sa.text("n = 0 AND path IS NOT NULL")
    op.create_index(
        "artifact_shared", "artifact", [sa.text("substr(path, 1, 13)")], sqlite_where=shared, postgresql_where=shared
    )
