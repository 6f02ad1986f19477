"""The views that people query, as SQL: `pipeline_run` and `task_run`. docs/database.md is their contract.

They stay as they are while tables change, so columns are only ever added. Times are text (ISO 8601, UTC, with
microseconds) on SQLite, which has no type for them, and `timestamptz` on PostgreSQL; durations are seconds.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal, TypeAlias

from penstock.store.duration import DURATION

Dialect: TypeAlias = Literal["sqlite", "postgresql"]


def _sqlite_time(column: str) -> str:
    return f"strftime('%Y-%m-%dT%H:%M:%S', {column} / 1000000, 'unixepoch') || printf('.%06dZ', {column} % 1000000)"


def _postgresql_time(column: str) -> str:
    # In two parts: to_timestamp of a fraction goes through a double, which is too coarse.
    return f"to_timestamp({column} / 1000000) + ({column} % 1000000) * interval '1 microsecond'"


_TIME: Final[dict[Dialect, Callable[[str], str]]] = {"sqlite": _sqlite_time, "postgresql": _postgresql_time}


def _seconds(micros: str) -> str:
    return f"{micros} / CAST(1000000 AS DOUBLE PRECISION)"


def view_statements(dialect: Dialect) -> dict[str, str]:
    """`CREATE VIEW` statements by the name of the view."""
    time = _TIME[dialect]
    return {"pipeline_run": _pipeline_run(time), "task_run": _task_run(time)}


def _pipeline_run(time: Callable[[str], str]) -> str:
    return f"""CREATE VIEW pipeline_run AS
SELECT
    run.id AS id,
    run.namespace AS namespace,
    run.pipeline AS pipeline,
    run.version AS version,
    run.type AS type,
    run.state AS state,
    run.reason AS reason,
    {time("run.created_at")} AS created_at,
    {time("run.started_at")} AS started_at,
    {time("run.ended_at")} AS ended_at,
    {_seconds(DURATION)} AS duration,
    run.generation AS generation,
    run.tasks_total AS tasks_total,
    run.tasks_done AS tasks_done,
    run.params AS params,
    run."trigger" AS "trigger",
    run.tags AS tags,
    run.error AS error,
    {_seconds("run.idle")} AS idle
FROM run"""


def _task_run(time: Callable[[str], str]) -> str:
    return f"""CREATE VIEW task_run AS
SELECT
    run.id AS run_id,
    run.namespace AS namespace,
    run.pipeline AS pipeline,
    task.task AS task,
    task.kind AS kind,
    CASE WHEN task.map_index >= 0 THEN task.map_index END AS map_index,
    task.label AS label,
    task.generation AS generation,
    task.state AS state,
    task.reason AS reason,
    {time("task.created_at")} AS created_at,
    {time("task.queued_at")} AS queued_at,
    {time("task.started_at")} AS started_at,
    {time("task.ended_at")} AS ended_at,
    {_seconds("(task.ended_at - task.started_at)")} AS duration,
    {_seconds("(task.started_at - task.queued_at)")} AS queued_for,
    task.attempts AS attempts
FROM task_run_row AS task JOIN run ON run.key = task.run_key
WHERE task.items IS NULL OR task.items = 0"""
