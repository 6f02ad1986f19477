"""Time between the generations of a run, which is no part of its duration. What is over tells it by its history."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_LINE = [
    "key", "state", "pipeline", "namespace", "type", "trigger_kind", "tags", "created_at", "started_at", "ended_at",
    "idle", "bytes",
]  # fmt: skip
_OVER = ("run.succeeded", "run.warning", "run.failed", "run.cancelled", "run.skipped")


def upgrade() -> None:
    op.add_column("run", sa.Column("idle", sa.BigInteger(), server_default=sa.text("0"), nullable=False))
    op.drop_index("run_duration", "run")
    op.drop_index("run_line", "run")
    _fill()
    op.create_index("run_duration", "run", [sa.text("(ended_at - started_at - idle)"), "key"], unique=False)
    op.create_index("run_line", "run", _LINE, unique=False)


def _fill() -> None:
    connection = op.get_bind()
    retried = sa.text("SELECT key, ended_at FROM run WHERE generation > 1 AND started_at IS NOT NULL")
    events = sa.text("SELECT at, kind FROM event WHERE run_key = :key AND seq IS NULL ORDER BY id")
    write = sa.text("UPDATE run SET idle = :idle WHERE key = :key")
    for key, ended_at in connection.execute(retried).all():
        idle = _idle(((row[0], row[1]) for row in connection.execute(events, {"key": key})), ended_at)
        if idle > 0:
            connection.execute(write, {"key": key, "idle": idle})


def _idle(events: Iterable[tuple[int, str]], ended_at: int | None) -> int:
    """From each end to the next start; of who was cancelled while it waited for its turn, to that."""
    idle, began, since = 0, False, None
    for at, kind in events:
        if kind == "run.running":
            idle += 0 if since is None else max(0, at - since)
            began, since = True, None
        elif kind in _OVER and began and since is None:
            since = at
    return idle if since is None or ended_at is None else idle + max(0, ended_at - since)
