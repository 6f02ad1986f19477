"""A run among the runs of its pipeline."""

from __future__ import annotations

from statistics import median
from typing import Any, Final

from penstock.model.ids import run_id
from penstock.model.run_types import alike
from penstock.store.connection import Connection, Row
from penstock.store.duration import duration
from penstock.store.missing import no_run
from penstock.store.times import iso

#: Runs around one that are shown, and how many of them are newer where there are enough older ones.
RECENT: Final = 30
NEWER: Final = 15
#: Succeeded runs whose median tells how long one will take.
EXPECTED_BY: Final = 20
#: Replays of a run that are named.
REPLAYS: Final = 10

_BAR: Final = "SELECT key, state, created_at, started_at, ended_at, idle FROM run"
_RECENT: Final = f"{_BAR} WHERE pipeline = ? AND namespace = ?"


def run_context(connection: Connection, key: int) -> dict[str, Any]:
    """Neighbours, recent runs and the expected duration, as wire.RunContext. Raises NotFound."""
    row = connection.one("SELECT pipeline, namespace, type FROM run WHERE key = ?", (key,))
    if row is None:
        raise no_run(run_id(key))
    pipeline, namespace, type_ = row
    newer = connection.all(f"{_RECENT} AND key > ? ORDER BY key LIMIT ?", (pipeline, namespace, key, NEWER))
    older = connection.all(
        f"{_RECENT} AND key <= ? ORDER BY key DESC LIMIT ?", (pipeline, namespace, key, RECENT - len(newer))
    )
    return {
        "previous": run_id(older[1][0]) if len(older) > 1 else None,
        "next": run_id(newer[0][0]) if newer else None,
        "recent": [recent_run(each) for each in (*reversed(older), *newer)],
        "expected_duration": expected_duration(connection, namespace, pipeline, type_, key),
        "replays": _replays(connection, key),
    }


def _replays(connection: Connection, key: int) -> list[dict[str, Any]]:
    """The runs that repeat that one, oldest first."""
    rows = connection.all(f"{_BAR} WHERE replay_of = ? ORDER BY key LIMIT ?", (key, REPLAYS))
    return [recent_run(row) for row in rows]


def recent_run(row: Row) -> dict[str, Any]:
    """A run as a bar, as wire.RecentRun; `row` is key, state, created_at, started_at, ended_at, idle."""
    key, state, created, started, ended, idle = row
    return {
        "id": run_id(key),
        "state": state,
        "created_at": iso(created),
        "started_at": iso(started),
        "ended_at": iso(ended),
        "duration": duration(started, ended, idle),
        "idle": idle / 1_000_000,
    }


def expected_duration(connection: Connection, namespace: str, pipeline: str, type_: str, before: int) -> float | None:
    """The median duration of the last succeeded runs before the run of key `before`, in seconds; None without any.

    Those of a type count that do as much as one of `type_`.
    """
    types = alike(type_)
    rows = connection.all(
        "SELECT started_at, ended_at, idle FROM run WHERE namespace = ? AND pipeline = ? AND state = 'succeeded' "
        f"AND key < ? AND type IN ({', '.join('?' * len(types))}) ORDER BY key DESC LIMIT ?",
        (namespace, pipeline, before, *types, EXPECTED_BY),
    )
    durations = [took for row in rows if (took := duration(*row)) is not None]
    return median(durations) if durations else None
