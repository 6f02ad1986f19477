"""A run in a line of a list."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from penstock.store.connection import Connection
from penstock.store.duration import duration
from penstock.store.times import iso

_COLUMNS: Final = (
    'key, id, pipeline, namespace, version, type, state, reason, created_at, started_at, ended_at, "trigger", tags, '
    "params, generation, tasks_total, tasks_done, bytes, error, idle"
)
#: Labels of a run that a list tells.
MOST_LABELS: Final = 100
#: Characters of an error's message that a list tells.
LONGEST_MESSAGE: Final = 1000
#: What a list tells of an error; the run document has the rest.
_ERROR: Final = ("task", "map_index", "label", "type", "message")


def summaries(connection: Connection, rest: str, parameters: Sequence[Any]) -> list[dict[str, Any]]:
    """Runs as the lists of command line and HTTP show them. `rest` is the query from WHERE on."""
    return list(_by_key(connection, rest, parameters).values())


def summaries_of(connection: Connection, keys: Sequence[int]) -> list[dict[str, Any]]:
    """Runs by key, in that order; those that are not there are left out."""
    if not keys:
        return []
    found = _by_key(connection, f"WHERE key IN ({', '.join('?' * len(keys))})", keys)
    return [found[key] for key in keys if key in found]


def _by_key(connection: Connection, rest: str, parameters: Sequence[Any]) -> dict[int, dict[str, Any]]:
    rows = connection.all(f"SELECT {_COLUMNS} FROM run {rest}", parameters)
    labels = _labels(connection, [row[0] for row in rows])
    return {row[0]: _summary(row, labels.get(row[0], {})) for row in rows}


def trigger_document(text: str, created_at: int) -> dict[str, Any]:
    """What made a run start: kind, name, and when."""
    return _trigger(json.loads(text), created_at)


def _trigger(trigger: dict[str, Any], created_at: int) -> dict[str, Any]:
    return {"kind": "manual", "name": None, "at": iso(created_at), **trigger}


def error_summary(error: dict[str, Any]) -> dict[str, Any]:
    """An error in a line of a list: what it says and where, without the trace."""
    message = error.get("message")
    if isinstance(message, str) and len(message) > LONGEST_MESSAGE:
        error = {**error, "message": message[:LONGEST_MESSAGE] + " …"}
    return {name: error.get(name) for name in _ERROR}


def _summary(row: tuple[Any, ...], labels: dict[str, str]) -> dict[str, Any]:
    (
        _, run_id, pipeline, namespace, version, kind, state, reason, created, started, ended, trigger, tags,
        params, generation, total, done, size, error, idle,
    ) = row  # fmt: skip
    # Together they are read in half the time.
    texts = json.loads(f"[{params}, {tags}, {trigger}, {'null' if error is None else error}]")
    return {
        "id": run_id,
        "pipeline": pipeline,
        "namespace": namespace,
        "version": version,
        "type": kind,
        "state": state,
        "reason": reason,
        "created_at": iso(created),
        "started_at": iso(started),
        "ended_at": iso(ended),
        "duration": duration(started, ended, idle),
        "idle": idle / 1_000_000,
        "params": texts[0],
        "generation": generation,
        "tasks_total": total,
        "tasks_done": done,
        "trigger": _trigger(texts[2], created),
        "tags": texts[1],
        "labels": labels,
        "bytes": size,
        "error": None if error is None else error_summary(texts[3]),
    }


def _labels(connection: Connection, keys: list[int]) -> dict[int, dict[str, str]]:
    """The first `MOST_LABELS` labels of each run: a run of ten thousand does not hold up the list."""
    found: dict[int, dict[str, str]] = {}
    if keys:
        places = ", ".join("?" * len(keys))
        rows = connection.all(
            "SELECT run_key, key, value FROM (SELECT run_key, key, value, row_number() OVER "
            f"(PARTITION BY run_key ORDER BY key) AS number FROM label WHERE run_key IN ({places})) AS numbered "
            "WHERE number <= ? ORDER BY run_key, key",
            (*keys, MOST_LABELS),
        )
        for key, name, value in rows:
            found.setdefault(key, {})[name] = value
    return found
