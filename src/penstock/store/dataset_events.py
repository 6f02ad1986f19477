"""What a run loaded and saved."""

from __future__ import annotations

import json
from typing import Any

from penstock.store.connection import Connection
from penstock.store.times import iso


def dataset_events(connection: Connection, key: int) -> list[dict[str, Any]]:
    """`dataset_loaded`, `dataset_saved` and `dataset_failed` of a run in order: {at, kind, task} and their data."""
    rows = connection.all(
        "SELECT event.at, event.kind, task.task, event.data FROM event JOIN task_run_row AS task "
        "ON task.run_key = event.run_key AND task.seq = event.seq WHERE event.run_key = ? "
        "AND event.kind IN ('dataset_loaded', 'dataset_saved', 'dataset_failed') ORDER BY event.id",
        (key,),
    )
    return [{"at": iso(at), "kind": kind, "task": task, **json.loads(data or "{}")} for at, kind, task, data in rows]


def loaded_sizes(connection: Connection, key: int) -> list[dict[str, Any]]:
    """What was loaded in a run and was there before it, with its size when it was last loaded: {dataset, bytes, rows}.

    Sorted by name; nothing but tasks of a Kedro project tell what they load.
    """
    rows = connection.all("SELECT data FROM event WHERE run_key = ? AND kind = 'dataset_loaded' ORDER BY id", (key,))
    made = connection.all("SELECT DISTINCT dataset FROM artifact WHERE run_key = ?", (key,)) if rows else []
    own = {name for (name,) in made}
    found: dict[str, dict[str, Any]] = {}
    for (text,) in rows:
        told = json.loads(text)
        if told["dataset"] not in own:
            found[told["dataset"]] = {name: told.get(name) for name in ("dataset", "bytes", "rows")}
    return [found[name] for name in sorted(found)]
