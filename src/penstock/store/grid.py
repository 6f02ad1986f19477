"""Tasks by last runs."""

from __future__ import annotations

from typing import Any, Final

from penstock.errors import UsageError
from penstock.store.connection import Connection, Row
from penstock.store.context import recent_run
from penstock.store.missing import no_pipeline
from penstock.store.times import seconds

#: Runs of a grid, unless said otherwise, and at most; tasks at most.
COLUMNS: Final = 30
MOST_COLUMNS: Final = 100
MOST_TASKS: Final = 2000


def grid(connection: Connection, namespace: str, pipeline: str, limit: int = COLUMNS) -> dict[str, Any]:
    """The last runs of a pipeline, oldest first, and how each task went in each, as wire.Grid.

    Tasks come in the order of the latest run, then those that only earlier runs had. Raises NotFound for a pipeline
    that is not known, UsageError for a limit that is none.
    """
    if not 1 <= limit <= MOST_COLUMNS:
        raise UsageError(f"a grid of {limit} runs can't be had", cure=f"ask for 1 to {MOST_COLUMNS}")
    runs = connection.all(
        "SELECT key, state, created_at, started_at, ended_at, idle, version FROM run "
        "WHERE pipeline = ? AND namespace = ? ORDER BY key DESC LIMIT ?",
        (pipeline, namespace, limit),
    )
    known = connection.one("SELECT 1 FROM pipeline WHERE namespace = ? AND pipeline = ?", (namespace, pipeline))
    if not runs and known is None:
        raise no_pipeline(connection, namespace, pipeline)
    keys = [run[0] for run in runs]
    cells = _cells(connection, keys) if keys else {}
    names = list(dict.fromkeys(name for key in keys for name in cells.get(key, ())))[:MOST_TASKS]
    oldest_first = keys[::-1]
    return {
        "runs": [{**recent_run(run[:6]), "version": run[6]} for run in reversed(runs)],
        "tasks": [
            {"task": name, "cells": [cells.get(key, {}).get(name) for key in oldest_first]} for name in names
        ],
    }  # fmt: skip


def _cells(connection: Connection, keys: list[int]) -> dict[int, dict[str, dict[str, Any]]]:
    """By run and task; of a task that ran in several generations the latest counts."""
    places = ", ".join("?" * len(keys))
    rows = connection.all(
        "SELECT run_key, task, state, started_at, ended_at, attempts, items, generation FROM task_run_row "
        f"WHERE run_key IN ({places}) AND map_index = -1 ORDER BY run_key, seq",
        keys,
    )
    items = _items(connection, keys)
    latest: dict[tuple[int, str], Row] = {}
    for row in rows:
        before = latest.get((row[0], row[1]))
        if before is None or row[7] > before[7]:
            latest[row[0], row[1]] = row
    found: dict[int, dict[str, dict[str, Any]]] = {}
    for (key, task), (_, _, state, started, ended, attempts, fanned, _) in latest.items():
        found.setdefault(key, {})[task] = {
            "state": state,
            "duration": seconds(started, ended),
            "attempts": attempts,
            "items": None if fanned is None else items.get((key, task), {}),
        }
    return found


def _items(connection: Connection, keys: list[int]) -> dict[tuple[int, str], dict[str, int]]:
    """Items of fan-outs by state, those of the run's latest generation that has them."""
    places = ", ".join("?" * len(keys))
    rows = connection.all(
        "SELECT task.run_key, task.task, task.state, count(*) FROM task_run_row AS task "
        "JOIN run ON run.key = task.run_key "
        f"WHERE task.run_key IN ({places}) AND task.map_index >= 0 AND (run.generation = 1 OR NOT EXISTS "
        "(SELECT 1 FROM task_run_row AS later WHERE later.run_key = task.run_key AND later.task = task.task "
        "AND later.generation > task.generation AND (later.map_index = task.map_index "
        "OR (later.map_index = -1 AND task.map_index >= coalesce(later.items, 0))))) "
        "GROUP BY task.run_key, task.task, task.state ORDER BY task.run_key, task.task, task.state",
        keys,
    )
    found: dict[tuple[int, str], dict[str, int]] = {}
    for key, task, state, count in rows:
        found.setdefault((key, task), {})[state] = count
    return found
