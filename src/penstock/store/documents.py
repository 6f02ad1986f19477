"""The run document (wire.runs.RunDocument): a run with its tasks, attempts, outputs and figures, in seven queries."""

from __future__ import annotations

import json
from pathlib import PurePath
from typing import Any, Final

from penstock.model.ids import run_id
from penstock.store.connection import Connection, Row
from penstock.store.dataset_events import loaded_sizes
from penstock.store.duration import duration
from penstock.store.missing import no_run
from penstock.store.summaries import trigger_document
from penstock.store.times import iso, seconds
from penstock.store.versions import spec_of

Document = dict[str, Any]
#: What people see of an error; only retries look at the rest.
_ERROR: Final = ("task", "map_index", "label", "type", "message", "traceback", "file", "line", "operation", "dataset")


def run_document(connection: Connection, key: int) -> Document:
    """A run as command line and HTTP show it: plain JSON data. Raises NotFound when there is no such run."""
    document = _run(connection, key)
    document["tasks"] = _tasks(connection, key)
    kedro = any(task["kind"] == "kedro" for task in document["tasks"])
    document["given"] = loaded_sizes(connection, key) if kedro else []
    return document


def _run(connection: Connection, key: int) -> Document:
    row = connection.one(
        "SELECT id, pipeline, namespace, version, type, state, reason, created_at, started_at, ended_at, params, "
        '"trigger", tags, parent_key, replay_of, generation, error, facts, selection, tasks_total, tasks_done, '
        "options, idle FROM run WHERE key = ?",
        (key,),
    )
    if row is None:
        raise no_run(run_id(key))
    (
        identity, pipeline, namespace, version, kind, state, reason, created, started, ended, params, trigger, tags,
        parent, replay_of, generation, error, facts, selection, total, done, options, idle,
    ) = row  # fmt: skip
    labels = connection.all("SELECT key, value FROM label WHERE run_key = ? ORDER BY key", (key,))
    return {
        "id": identity,
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
        "params": json.loads(params),
        "labels": dict(labels),
        "tags": json.loads(tags),
        "trigger": trigger_document(trigger, created),
        "parent_id": None if parent is None else run_id(parent),
        "replay_of": None if replay_of is None else run_id(replay_of),
        "generation": generation,
        "tasks_total": total,
        "tasks_done": done,
        "selection": None if selection is None else json.loads(selection),
        "error": error_document(error),
        "facts": None if facts is None else _told(json.loads(facts)),
        "breakpoints": [] if options is None else json.loads(options).get("breakpoints", []),
    }


def _told(facts: Document) -> Document:
    """Facts as they leave the store: no path of this machine does, so of a project's folder its name."""
    project = facts.get("project")
    return facts if project is None else {**facts, "project": PurePath(project).name}


def _tasks(connection: Connection, key: int) -> list[Document]:
    """One entry for each task (and item), in the order in which they first came to be; the latest generation speaks."""
    rows = connection.all(
        "SELECT seq, task, map_index, label, kind, state, reason, generation, created_at, queued_at, started_at, "
        "ended_at, progress_done, progress_total, error, items FROM task_run_row WHERE run_key = ? ORDER BY seq",
        (key,),
    )
    latest: dict[tuple[str, int], Row] = {}
    place_of: dict[int, tuple[str, int]] = {}
    for row in rows:
        place = place_of[row[0]] = (row[1], row[2])
        if place not in latest or row[7] > latest[place][7]:
            latest[place] = row
    for place in [place for place in latest if _is_history(latest, place)]:
        del latest[place]
    attempts = _attempts(connection, key, {row[0]: (place_of[row[0]], row[7]) for row in rows})
    outputs, metrics = _outputs(connection, key), _metrics(connection, key)
    inputs = _inputs(connection, key)
    return [
        _task(row, attempts.get(place, []), inputs.get(row[1], []), outputs.get(row[0], []), metrics.get(row[0], []))
        for place, row in latest.items()
        if not row[15]  # the items of a fan-out stand for their parent
    ]


def _is_history(latest: dict[tuple[str, int], Row], place: tuple[str, int]) -> bool:
    """Is it an item that the fan-out, tried again over fewer, has no more?"""
    parent = latest.get((place[0], -1))
    return place[1] >= 0 and parent is not None and place[1] >= (parent[15] or 0)


def _task(
    row: Row, attempts: list[Document], inputs: list[str], outputs: list[Document], metrics: list[Document]
) -> Document:
    (
        _, name, map_index, label, kind, state, reason, generation, created, queued, started, ended, done, total, error,
        _,
    ) = row  # fmt: skip
    return {
        "name": name,
        "map_index": None if map_index == -1 else map_index,
        "label": label,
        "kind": kind,
        "state": state,
        "reason": reason,
        "generation": generation,
        "created_at": iso(created),
        "queued_at": iso(queued),
        "started_at": iso(started),
        "ended_at": iso(ended),
        "duration": seconds(started, ended),
        "queued_for": seconds(queued, started),
        "progress": None if done is None else {"done": done, "total": total},
        "error": error_document(error),
        "attempts": attempts,
        "inputs": inputs,
        "outputs": outputs,
        "metrics": metrics,
    }


def _attempts(
    connection: Connection, key: int, owners: dict[int, tuple[tuple[str, int], int]]
) -> dict[tuple[str, int], list[Document]]:
    """Attempts by task and map index, those of earlier generations first. `owners`: that and the generation, by seq."""
    rows = connection.all(
        "SELECT seq, n, state, reason, dispatched_at, started_at, ended_at, worker, peak_rss_bytes, cpu_seconds, "
        "read_bytes, written_bytes, error FROM attempt WHERE run_key = ? ORDER BY seq, n",
        (key,),
    )
    found: dict[tuple[str, int], list[Document]] = {}
    for seq, n, state, reason, dispatched, started, ended, worker, peak, cpu, read, written, error in rows:
        place, generation = owners[seq]
        found.setdefault(place, []).append(
            {
                "n": n,
                "generation": generation,
                "state": state,
                "reason": reason,
                "dispatched_at": iso(dispatched),
                "started_at": iso(started),
                "ended_at": iso(ended),
                "duration": seconds(started, ended),
                "worker": worker,
                "peak_rss_bytes": peak,
                "cpu_seconds": cpu,
                "read_bytes": read,
                "written_bytes": written,
                "error": error_document(error),
            }
        )
    return found


def _outputs(connection: Connection, key: int) -> dict[int, list[Document]]:
    rows = connection.all(
        "SELECT seq, dataset, kind, bytes, rows, columns FROM artifact WHERE run_key = ? ORDER BY seq, n, dataset",
        (key,),
    )
    found: dict[int, list[Document]] = {}
    # Items of a fan-out have tables of one shape: each is parsed once.
    shapes: dict[str | None, Any] = {None: None}
    for seq, dataset, kind, size, count, columns in rows:
        if columns not in shapes:
            shapes[columns] = json.loads(columns)
        shape = shapes[columns]
        found.setdefault(seq, []).append(
            {"dataset": dataset, "kind": kind, "bytes": size, "rows": count, "columns": shape}
        )
    return found


def _metrics(connection: Connection, key: int) -> dict[int, list[Document]]:
    """The last value of every figure that a task run reported, in the order in which they were first told."""
    rows = connection.all(
        "SELECT seq, name, value, unit, at FROM metric WHERE run_key = ? ORDER BY seq, n, at, id", (key,)
    )
    found: dict[int, dict[str, Document]] = {}
    for seq, name, value, unit, at in rows:
        found.setdefault(seq, {})[name] = {"name": name, "value": value, "unit": unit, "at": iso(at)}
    return {seq: list(metrics.values()) for seq, metrics in found.items()}


def _inputs(connection: Connection, key: int) -> dict[str, list[str]]:
    """The datasets that each task reads, by the definition that the run used."""
    tasks = (spec_of(connection, key) or {}).get("tasks", {})
    return {name: _reads(task.get("inputs", {})) for name, task in tasks.items()}


def _reads(sources: dict[str, Document]) -> list[str]:
    reads = [
        source["name"]
        for source in sources.values()
        if source["kind"] == "dataset" or (source["kind"] == "item" and source.get("over") == "dataset")
    ]
    return list(dict.fromkeys(reads))


def error_document(text: str | None) -> Document | None:
    """An error as people see it, from the JSON of a row."""
    if text is None:
        return None
    error: Document = json.loads(text)
    return {name: error.get(name) for name in _ERROR}


def document_tag(connection: Connection, key: int) -> str | None:
    """A word that changes whenever the document does; None when there is no such run. Costs far less than it.

    Every state has its event, and so have labels; what a task tells while it runs (progress, figures) has not.
    """
    row = connection.one(
        "SELECT row_version, (SELECT max(id) FROM event WHERE run_key = run.key), "
        "(SELECT sum(row_version) FROM task_run_row WHERE run_key = run.key), "
        "(SELECT count(*) FROM metric WHERE run_key = run.key) FROM run WHERE key = ?",
        (key,),
    )
    return None if row is None else "-".join(str(part or 0) for part in row)
