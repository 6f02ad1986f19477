"""What happened since: the heart of the live page. Every commit that people see anything of writes an event.

Positions are numbers of events. On SQLite they are given out in the order of commits. On PostgreSQL a transaction may
commit a lower number after a higher one was seen; so a reader stops before a gap while anybody still writes, at most
for `PATIENCE` seconds. A gap that stays (a rolled back transaction gave its numbers up) is passed over.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from penstock.model.states import RUN_STATES
from penstock.store.connection import Connection, Row
from penstock.store.definitions import CHANGED, NO_RUN
from penstock.store.deletion import DELETED
from penstock.store.summaries import error_summary, summaries_of
from penstock.store.times import iso, micros, seconds
from penstock.store.words import RUN_OPEN

#: Events that are looked at in one go.
MOST: Final = 5000
#: Seconds that a gap is waited for.
PATIENCE: Final = 5.0
#: Runs of one state are counted up to so many.
MOST_COUNTED: Final = 10_000
#: Task runs of one answer.
MOST_TASKS: Final = 2000

_TASK: Final = (
    "SELECT task.task, task.map_index, task.label, task.state, task.reason, task.generation, task.queued_at, "
    "task.started_at, task.ended_at, task.progress_done, task.progress_total, task.attempts, task.items, "
    "CASE WHEN task.state IN ('failed', 'retrying', 'warning', 'cancelled') THEN COALESCE(task.error, "
    "(SELECT attempt.error FROM attempt WHERE attempt.run_key = task.run_key AND attempt.seq = task.seq "
    "AND attempt.n = task.attempts)) END "
    "FROM task_run_row AS task WHERE task.run_key = ?"
)


class Since(NamedTuple):
    """What happened up to event `last`. `runs`: keys of runs that changed; `tasks`: (run key, seq) of task runs.

    `deleted`: ids of runs that are gone. `definitions`: those of pipelines changed. `more`: there was too much for one
    go; ask again from `last`.
    """

    last: int
    runs: list[int]
    tasks: list[tuple[int, int]]
    deleted: list[str]
    definitions: bool
    more: bool


def latest(connection: Connection, now: float) -> int:
    """The position from which changes go on from what the same transaction reads."""
    row = connection.one("SELECT max(id) FROM event")
    last = 0 if row is None or row[0] is None else int(row[0])
    return last if connection.dialect == "sqlite" else since(connection, max(0, last - 500), now, limit=501).last


def mark(connection: Connection) -> object:
    """Something that is another after a commit, asked outside of a transaction. It costs a few microseconds."""
    sql = "PRAGMA data_version" if connection.dialect == "sqlite" else "SELECT pg_current_snapshot()::text"
    row = connection.one(sql)
    return None if row is None else row[0]


def since(connection: Connection, after: int, now: float, limit: int = MOST, until: int = 2**63 - 1) -> Since:
    """What happened after event `after` and up to event `until`, in the order in which it did."""
    rows = connection.all(
        "SELECT id, run_key, seq, at FROM event WHERE id > ? AND id <= ? ORDER BY id LIMIT ?", (after, until, limit)
    )
    more = len(rows) == limit
    if connection.dialect == "postgresql" and rows:
        rows = _whole(connection, rows, after, micros(now - PATIENCE))
    deleted, definitions = _of_no_run(connection, [row[0] for row in rows if row[1] == NO_RUN])
    return Since(
        rows[-1][0] if rows else after,
        list(dict.fromkeys(row[1] for row in rows if row[1] != NO_RUN)),
        list(dict.fromkeys((row[1], row[2]) for row in rows if row[2] is not None)),
        deleted,
        definitions,
        more,
    )


def _of_no_run(connection: Connection, events: list[int]) -> tuple[list[str], bool]:
    """What events that belong to no run tell: runs that are gone, and whether definitions changed."""
    if not events:
        return [], False
    places = ", ".join("?" * len(events))
    rows = connection.all(f"SELECT kind, data FROM event WHERE id IN ({places}) ORDER BY id", events)
    deleted = [identity for kind, data in rows if kind == DELETED for identity in json.loads(data)["ids"]]
    return deleted, any(kind == CHANGED for kind, _ in rows)


def _whole(connection: Connection, rows: list[Row], after: int, old: int) -> list[Row]:
    """The events before the first gap that may still be filled."""
    gap = next((at for at, row in enumerate(rows) if row[0] != (rows[at - 1][0] if at else after) + 1), None)
    # A position before the first event is no gap: the first one may have any number.
    if gap is None or rows[gap][3] < old or (gap == 0 and after == 0):
        return rows
    row = connection.one("SELECT pg_snapshot_xmin(pg_current_snapshot()) < pg_snapshot_xmax(pg_current_snapshot())")
    return rows[:gap] if row is not None and row[0] else rows


def run_changes(connection: Connection, keys: Iterable[int]) -> list[dict[str, Any]]:
    """Runs as they are now, newest first, as wire.RunChange."""
    return [{"kind": "run", "run": run} for run in summaries_of(connection, sorted(keys, reverse=True))]


def task_changes(connection: Connection, key: int, run_id: str, seqs: Iterable[int]) -> list[dict[str, Any]]:
    """Task runs of a run as they are now, as wire.TaskChange; at most `MOST_TASKS`."""
    wanted = sorted(set(seqs))[:MOST_TASKS]
    if not wanted:
        return []
    places = ", ".join("?" * len(wanted))
    rows = connection.all(f"{_TASK} AND task.seq IN ({places}) ORDER BY task.seq", (key, *wanted))
    return [_task_change(run_id, row) for row in rows]


def live_tasks(connection: Connection, key: int, run_id: str) -> list[dict[str, Any]]:
    """Task runs of a run that are under way, as wire.TaskChange: their progress changes without an event."""
    rows = connection.all(f"{_TASK} AND task.state = 'running' ORDER BY task.seq LIMIT ?", (key, MOST_TASKS))
    return [_task_change(run_id, row) for row in rows]


def state_counts(connection: Connection) -> dict[str, int]:
    """How many runs are in each state, counted up to `MOST_COUNTED`."""
    some = "SELECT 1 FROM run WHERE state = '{0}' LIMIT {1}"
    parts = [
        f"SELECT '{state}', (SELECT count(*) FROM ({some.format(state, MOST_COUNTED)}) AS part)" for state in RUN_STATES
    ]
    return {row[0]: row[1] for row in connection.all(" UNION ALL ".join(parts))}


def open_runs(connection: Connection, limit: int = MOST_COUNTED) -> list[int]:
    """Keys of runs that are not over, newest first."""
    rows = connection.all(f"SELECT key FROM run WHERE state IN {RUN_OPEN} ORDER BY key DESC LIMIT ?", (limit,))
    return [row[0] for row in rows]


def _task_change(run_id: str, row: Row) -> dict[str, Any]:
    (
        name, map_index, label, state, reason, generation, queued, started, ended, done, total, attempts, items, error,
    ) = row  # fmt: skip
    return {
        "kind": "task",
        "run_id": run_id,
        "name": name,
        "map_index": None if map_index == -1 else map_index,
        "label": label,
        "state": state,
        "reason": reason,
        "generation": generation,
        "queued_at": iso(queued),
        "started_at": iso(started),
        "ended_at": iso(ended),
        "duration": seconds(started, ended),
        "progress": None if done is None else {"done": done, "total": total},
        "attempt": attempts or None,
        "items": items,
        "error": None if error is None else error_summary(json.loads(error)),
    }
