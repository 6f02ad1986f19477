"""Where the logs of a run's attempts lie."""

from __future__ import annotations

import json
from typing import NamedTuple

from penstock.store.connection import Connection


class AttemptLog(NamedTuple):
    """One attempt's log file, `path` below the log folder; the file is missing when nothing was written."""

    task: str
    map_index: int | None
    label: str | None
    generation: int
    n: int
    state: str
    path: str


def logs_of(
    connection: Connection, key: int, task: str | None = None, map_index: int | None = None
) -> list[AttemptLog]:
    """The logs of a run, or of one task (and item) of it, in the order of tasks and attempts."""
    narrowed = "" if task is None else " AND task.task = ?"
    parameters = (key,) if task is None else (key, task)
    rows = connection.all(
        "SELECT task.task, task.map_index, task.label, task.generation, attempt.n, attempt.state, attempt.log "
        "FROM attempt JOIN task_run_row AS task ON task.run_key = attempt.run_key AND task.seq = attempt.seq "
        f"WHERE attempt.run_key = ? AND attempt.log IS NOT NULL{narrowed} ORDER BY attempt.seq, attempt.n",
        parameters,
    )
    logs = [AttemptLog(row[0], None if row[1] == -1 else row[1], *row[2:]) for row in rows]
    return [log for log in logs if map_index is None or log.map_index == map_index]


class LostLog(NamedTuple):
    """An attempt whose log could not be written to `path`, below the log folder."""

    task: str
    map_index: int | None
    n: int
    path: str
    error: str


def lost_logs(connection: Connection, key: int) -> list[LostLog]:
    """Those of a run, in the order in which they were lost."""
    rows = connection.all(
        "SELECT task.task, task.map_index, event.n, attempt.log, event.data FROM event JOIN task_run_row AS task "
        "ON task.run_key = event.run_key AND task.seq = event.seq JOIN attempt ON attempt.run_key = event.run_key "
        "AND attempt.seq = event.seq AND attempt.n = event.n "
        "WHERE event.run_key = ? AND event.kind = 'log_lost' ORDER BY event.id",
        (key,),
    )
    return [
        LostLog(task, None if index == -1 else index, n, path, json.loads(data)["error"])
        for task, index, n, path, data in rows
    ]


def live_logs(connection: Connection, key: int, limit: int = 1000) -> list[str]:
    """Paths of the logs of a run that are being written."""
    rows = connection.all(
        "SELECT log FROM attempt WHERE run_key = ? AND state IN ('dispatched', 'running') AND log IS NOT NULL LIMIT ?",
        (key, limit),
    )
    return [row[0] for row in rows]
