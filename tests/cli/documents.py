"""Made-up run documents."""

from __future__ import annotations

from typing import Any

Document = dict[str, Any]


def attempt(n: int = 1, state: str = "succeeded", **facts: Any) -> Document:
    return {
        "n": n, "generation": 1, "state": state, "reason": None, "dispatched_at": "2013-01-01T00:00:00.000000Z",
        "started_at": "2013-01-01T00:00:01.000000Z", "ended_at": "2013-01-01T00:00:03.000000Z", "duration": 2.0,
        "worker": "w1", "peak_rss_bytes": 34_000_000, "cpu_seconds": 1.25, "read_bytes": 0, "written_bytes": 0,
        "error": None,
    } | facts  # fmt: skip


def task(name: str, state: str = "succeeded", **facts: Any) -> Document:
    return {
        "name": name, "map_index": None, "label": None, "kind": "python", "state": state, "reason": None,
        "generation": 1, "started_at": "2013-01-01T00:00:01.000000Z", "ended_at": "2013-01-01T00:00:03.000000Z",
        "duration": 2.0, "queued_for": 0.05, "inputs": [],
        "attempts": [attempt(state="failed" if state == "failed" else "succeeded")], "outputs": [], "metrics": [],
    } | facts  # fmt: skip


def output(dataset: str, kind: str = "json", rows: int | None = None, size: int = 12) -> Document:
    return {"dataset": dataset, "kind": kind, "bytes": size, "rows": rows, "columns": None}


def error(message: str = "no such year", **facts: Any) -> Document:
    return {"type": "builtins.ValueError", "message": message, "traceback": "", "file": None, "line": None} | facts


def document(*tasks: Document, state: str = "succeeded", **facts: Any) -> Document:
    return {
        "id": "38fw0000000ab", "pipeline": "flights", "namespace": "examples", "version": "0123456789ab",
        "type": "standard", "state": state, "reason": None, "created_at": "2013-01-01T00:00:00.000000Z",
        "started_at": "2013-01-01T00:00:00.500000Z", "ended_at": "2013-01-01T00:00:04.000000Z", "duration": 3.5,
        "idle": 0.0, "params": {}, "labels": {},
        "trigger": {"kind": "manual", "name": None, "at": "2013-01-01T00:00:00.000000Z"},
        "parent_id": None, "replay_of": None, "generation": 1, "error": None, "tasks": list(tasks),
    } | facts  # fmt: skip
