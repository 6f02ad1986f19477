"""What retention reads and removes beside runs."""

from __future__ import annotations

from typing import Final

from penstock.model.retention import Kept
from penstock.store import idempotency
from penstock.store.connection import Connection
from penstock.store.definitions import NO_RUN
from penstock.store.times import micros
from penstock.store.words import RUN_OPEN

#: Runs that are read at a time: 14 ms of CPU.
PAGE: Final = 5000
#: Seconds that news of no run (definitions that changed, runs that were deleted) are kept.
NEWS: Final = 7 * 86_400.0
#: Seconds that processes are kept that have gone.
PROCESSES: Final = 30 * 86_400.0

_RUN: Final = {"sqlite": "run INDEXED BY run_line", "postgresql": "run"}


def kept_runs(connection: Connection, before: int = 2**63 - 1, limit: int = PAGE) -> list[Kept]:
    """Runs that were made before the one of that key, newest first; read from one narrow index."""
    rows = connection.all(
        "SELECT key, namespace, pipeline, state, ended_at, coalesce(bytes, 0) "
        f"FROM {_RUN[connection.dialect]} WHERE key < ? ORDER BY key DESC LIMIT ?",
        (before, limit),
    )
    return [
        Kept(key, namespace, pipeline, state, None if ended is None else ended / 1_000_000, int(size))
        for key, namespace, pipeline, state, ended, size in rows
    ]


def forget_spent(connection: Connection, now: float) -> int:
    """Remove what serves nobody any more, within a transaction that writes; how many rows.

    Answers to requests that may be sent twice, sessions and codes that have run out, old news of no run, and
    processes that went long ago and own no run that is not over.
    """
    at = micros(now)
    return (
        connection.run("DELETE FROM idempotency WHERE created_at <= ?", (micros(now - idempotency.KEPT),))
        + connection.run("DELETE FROM session WHERE expires_at <= ?", (at,))
        + connection.run("DELETE FROM sign_in_code WHERE expires_at <= ?", (at,))
        + connection.run("DELETE FROM event WHERE run_key = ? AND at < ?", (NO_RUN, micros(now - NEWS)))
        + connection.run(
            "DELETE FROM instance WHERE gone_at < ? AND NOT EXISTS "
            f"(SELECT 1 FROM run WHERE run.owner = instance.id AND run.state IN {RUN_OPEN})",
            (micros(now - PROCESSES),),
        )
    )
