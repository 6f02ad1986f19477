"""Rows for tests: small, valid, and different where it matters."""

from __future__ import annotations

import json
from typing import Any

from penstock.model import ids
from penstock.store.rows import (
    AttemptUpdate,
    Commit,
    Fence,
    NewArtifact,
    NewAttempt,
    NewEvent,
    NewRun,
    NewTaskRun,
    NewVersion,
    RunUpdate,
    TaskRunUpdate,
)

#: 2013-01-01T00:00:00Z, in seconds.
START = 1_356_998_400.0
AT = int(START * 1_000_000)
OWNER = 7
SPEC = {"name": "flights", "tasks": {"raw": {"name": "raw", "outputs": ["raw"]}}}


def key_at(seconds: float = 0.0, chance: int = 0) -> int:
    """The key of a run that is created `seconds` after START."""
    return ids.run_key(START + seconds, chance)


KEY = key_at()


def run(key: int = KEY, **facts: Any) -> NewRun:
    created = int(ids.created_at(key) * 1_000_000)
    row = NewRun(
        key, ids.run_id(key), "flights", "default", "v1", "standard", "running", None, created, created, None,
        '{"year": 2013}', '{"kind": "manual", "name": null}', "[]", None, None, None, None, 1, None, 1, 0, OWNER, 1, 1,
    )  # fmt: skip
    return row._replace(**facts)


def task_run(seq: int = 0, key: int = KEY, **facts: Any) -> NewTaskRun:
    row = NewTaskRun(
        key, seq, f"task{seq}", "python", -1, None, 1, "queued", None, AT, AT, None, None, 0, None, None, None, None, 1
    )  # fmt: skip
    return row._replace(**facts)


def task_run_update(seq: int = 0, key: int = KEY, **facts: Any) -> TaskRunUpdate:
    row = TaskRunUpdate("succeeded", None, AT, AT, AT + 5, 1, None, None, None, None, 2, key, seq, 1)
    return row._replace(**facts)


def run_update(key: int = KEY, **facts: Any) -> RunUpdate:
    return RunUpdate("succeeded", None, AT, AT + 9, 1, None, 1, 1, 0, 0, 2, key, 1)._replace(**facts)


def attempt(seq: int = 0, n: int = 1, key: int = KEY, state: str = "succeeded", **facts: Any) -> NewAttempt:
    over = None if state in ("dispatched", "running") else AT + 3
    row = NewAttempt(
        key, seq, n, state, None, AT, AT + 1, over, "w1", 0.25, 50_000_000, 10, 20, None, f"{key}/{seq}.{n}.jsonl"
    )
    return row._replace(**facts)


def attempt_update(seq: int = 0, n: int = 1, key: int = KEY, **facts: Any) -> AttemptUpdate:
    row = AttemptUpdate("succeeded", None, AT + 1, AT + 3, "w1", 0.25, 50_000_000, 10, 20, None, key, seq, n)
    return row._replace(**facts)


def artifact(seq: int = 0, n: int = 1, key: int = KEY, dataset: str | None = None, **facts: Any) -> NewArtifact:
    row = NewArtifact(key, seq, n, dataset or f"task{seq}", "json", "1", None, 1, None, None, None, "int", True, AT + 3)
    return row._replace(**facts)


def event(kind: str = "run.running", seq: int | None = None, n: int | None = None, key: int = KEY) -> NewEvent:
    return NewEvent(key, seq, n, AT, kind, None)


def version(spec: dict[str, Any] = SPEC, name: str = "v1") -> NewVersion:
    return NewVersion("default", "flights", name, json.dumps(spec), AT)


def fence(key: int = KEY, owner: int = OWNER, epoch: int = 1) -> Fence:
    return Fence(key, owner, epoch)


def first_commit(tasks: int = 1, key: int = KEY, **facts: Any) -> Commit:
    """A run with its task runs, all queued."""
    return Commit(
        versions=[version()],
        new_runs=[run(key, tasks_total=tasks, **facts)],
        new_task_runs=[task_run(seq, key) for seq in range(tasks)],
        events=[event(key=key)],
    )
