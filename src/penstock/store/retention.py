"""What retention reads and removes beside runs."""

from __future__ import annotations

from typing import Final, NamedTuple

from penstock.model.retention import Kept
from penstock.store import idempotency
from penstock.store.connection import Connection
from penstock.store.definitions import NO_RUN
from penstock.store.times import micros
from penstock.store.version_holds import take_alone
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


class OldVersion(NamedTuple):
    """A version of a pipeline that is not its latest one; `created_at` in seconds since 1970."""

    namespace: str
    pipeline: str
    version: str
    created_at: float


def old_versions(connection: Connection) -> list[OldVersion]:
    """All versions but those that a pipeline has now."""
    rows = connection.all(
        "SELECT namespace, pipeline, version, created_at FROM pipeline_version AS known WHERE NOT EXISTS "
        "(SELECT 1 FROM pipeline WHERE pipeline.namespace = known.namespace AND pipeline.pipeline = known.pipeline "
        "AND pipeline.version = known.version) ORDER BY namespace, pipeline, version"
    )
    return [OldVersion(namespace, pipeline, version, at / 1_000_000) for namespace, pipeline, version, at in rows]


def versions_of_runs(
    connection: Connection, namespace: str, pipeline: str, after: int = 0, limit: int = PAGE
) -> list[tuple[int, str]]:
    """Runs of a pipeline that were made after the one of that key, with their versions, oldest first."""
    rows = connection.all(
        "SELECT key, version FROM run WHERE pipeline = ? AND namespace = ? AND key > ? ORDER BY key LIMIT ?",
        (pipeline, namespace, after, limit),
    )
    return [(row[0], row[1]) for row in rows]


def forget_version(connection: Connection, old: OldVersion, after: int) -> int:
    """Remove a version of which no run was found up to that key, unless it has come into use since, or just does."""
    place = (old.namespace, old.pipeline, old.version)
    if not take_alone(connection, *place):
        return 0
    return connection.run(
        "DELETE FROM pipeline_version WHERE namespace = ? AND pipeline = ? AND version = ? AND NOT EXISTS "
        "(SELECT 1 FROM run WHERE run.pipeline = ? AND run.namespace = ? AND run.version = ? AND run.key > ?) "
        "AND NOT EXISTS (SELECT 1 FROM pipeline WHERE namespace = ? AND pipeline = ? AND version = ?)",
        (*place, old.pipeline, old.namespace, old.version, after, *place),
    )


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
