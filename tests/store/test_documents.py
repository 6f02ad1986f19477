"""The run document: everything about a run in the shape that others rely on."""

from __future__ import annotations

import json
from typing import Any

import pytest

from penstock.errors import NotFound
from penstock.model import ids
from penstock.store.connection import Connection
from penstock.store.database import Database
from penstock.store.documents import document_tag, run_document
from penstock.store.rows import Commit, NewMetric
from penstock.store.write import apply
from penstock.wire.runs import RunDocument
from tests.store import made
from tests.store.wired import assert_wire

ERROR = {"type": "ValueError", "message": "no", "traceback": "T", "file": "f.py", "line": 3, "names": ["ValueError"]}

#: The same as people see it.
ALSO = ("map_index", "label", "operation", "dataset")
SHOWN = {name: fact for name, fact in ERROR.items() if name != "names"} | dict.fromkeys(ALSO)


def document_of(database: Database, *commits: Commit) -> dict[str, Any]:
    with database.write() as connection:
        for commit in commits:
            apply(connection, commit)
    with database.read() as connection:
        document = run_document(connection, made.KEY)
    assert_wire(RunDocument, document)
    return document


def test_the_run_itself(database: Database) -> None:
    parent, replayed = made.key_at(-5), made.key_at(-9)
    row = made.run(
        state="failed", reason="user_error", ended_at=made.AT + 2_500_000, parent_key=parent, replay_of=replayed,
        error=json.dumps({"task": "raw", **ERROR}), generation=2, tags='["nightly"]', selection='{"from": ["raw"]}',
        tasks_total=3, tasks_done=2, idle=500_000, options='{"refresh": false, "breakpoints": ["model"]}',
    )  # fmt: skip
    commit = Commit(versions=[made.version()], new_runs=[row], labels=[(made.KEY, "b", "2"), (made.KEY, "a", "1")])
    document = document_of(database, commit)
    assert document == {
        "id": ids.run_id(made.KEY),
        "pipeline": "flights",
        "namespace": "default",
        "version": "v1",
        "type": "standard",
        "state": "failed",
        "reason": "user_error",
        "created_at": "2013-01-01T00:00:00.000000Z",
        "started_at": "2013-01-01T00:00:00.000000Z",
        "ended_at": "2013-01-01T00:00:02.500000Z",
        "duration": 2.0,
        "idle": 0.5,
        "params": {"year": 2013},
        "labels": {"a": "1", "b": "2"},
        "tags": ["nightly"],
        "trigger": {"kind": "manual", "name": None, "at": "2013-01-01T00:00:00.000000Z"},
        "parent_id": ids.run_id(parent),
        "replay_of": ids.run_id(replayed),
        "generation": 2,
        "tasks_total": 3,
        "tasks_done": 2,
        "selection": {"from": ["raw"]},
        "error": {"task": "raw", **SHOWN},
        "facts": None,
        "breakpoints": ["model"],
        "given": [],
        "tasks": [],
    }


def test_a_run_that_has_only_begun(database: Database) -> None:
    row = made.run(state="created", started_at=None, facts='{"runner": "kedro"}')
    document = document_of(database, Commit(new_runs=[row]))
    absent = ("reason", "started_at", "ended_at", "duration", "error", "parent_id", "replay_of")
    assert [document[name] for name in absent] == [None] * len(absent)
    assert document["facts"] == {"runner": "kedro"}


def test_a_task_with_its_attempts_outputs_and_figures(database: Database) -> None:
    columns = [{"name": "carrier", "type": "string"}]
    task = made.task_run(
        task="raw",
        state="succeeded",
        started_at=made.AT + 250_000,
        ended_at=made.AT + 750_000,
        attempts=2,
        progress_done=3.0,
    )
    failed = made.attempt(state="failed", reason="user_error", error=json.dumps(ERROR), started_at=None, worker=None)
    spec = {"tasks": {"raw": {"inputs": {
        "a": {"kind": "dataset", "name": "flights"},
        "b": {"kind": "param", "name": "year"},
        "c": {"kind": "item", "name": "airports", "over": "dataset"},
        "d": {"kind": "item", "name": "years", "over": "param"},
        "e": {"kind": "dataset", "name": "flights"},
    }}}}  # fmt: skip
    document = document_of(
        database,
        Commit(
            versions=[made.version(spec)],
            new_runs=[made.run()],
            new_task_runs=[task],
            new_attempts=[failed, made.attempt(n=2)],
            artifacts=[made.artifact(n=2, dataset="raw", kind="arrow", rows=9, columns=json.dumps(columns), bytes=77)],
            metrics=[
                NewMetric(made.KEY, 0, 2, made.AT + 1, "loss", 0.9, None),
                NewMetric(made.KEY, 0, 2, made.AT + 2, "rows", 9.0, "rows"),
                NewMetric(made.KEY, 0, 2, made.AT + 3, "loss", 0.1, None),
            ],
        ),
    )
    (shown,) = document["tasks"]
    first, second = shown.pop("attempts")
    assert shown == {
        "name": "raw",
        "map_index": None,
        "label": None,
        "kind": "python",
        "state": "succeeded",
        "reason": None,
        "generation": 1,
        "created_at": "2013-01-01T00:00:00.000000Z",
        "queued_at": "2013-01-01T00:00:00.000000Z",
        "started_at": "2013-01-01T00:00:00.250000Z",
        "ended_at": "2013-01-01T00:00:00.750000Z",
        "duration": 0.5,
        "queued_for": 0.25,
        "progress": {"done": 3.0, "total": None},
        "error": None,
        "inputs": ["flights", "airports"],
        "outputs": [{"dataset": "raw", "kind": "arrow", "bytes": 77, "rows": 9, "columns": columns}],
        "metrics": [
            {"name": "loss", "value": 0.1, "unit": None, "at": "2013-01-01T00:00:00.000003Z"},
            {"name": "rows", "value": 9.0, "unit": "rows", "at": "2013-01-01T00:00:00.000002Z"},
        ],
    }
    assert (first["n"], first["state"], first["reason"], first["duration"]) == (1, "failed", "user_error", None)
    assert first["error"] == {"task": None, **SHOWN}
    assert second == {
        "n": 2,
        "generation": 1,
        "state": "succeeded",
        "reason": None,
        "dispatched_at": "2013-01-01T00:00:00.000000Z",
        "started_at": "2013-01-01T00:00:00.000001Z",
        "ended_at": "2013-01-01T00:00:00.000003Z",
        "duration": 0.000002,
        "worker": "w1",
        "peak_rss_bytes": 50_000_000,
        "cpu_seconds": 0.25,
        "read_bytes": 10,
        "written_bytes": 20,
        "error": None,
    }


def test_items_stand_for_the_parent_of_a_fan_out(database: Database) -> None:
    tasks = [
        made.task_run(0, task="each", items=2, state="succeeded", ended_at=made.AT),
        made.task_run(1, task="none", items=0, state="succeeded", ended_at=made.AT),
        made.task_run(2, task="each", map_index=0, label="JFK"),
        made.task_run(3, task="each", map_index=1, label="LGA"),
    ]
    document = document_of(database, Commit(new_runs=[made.run()], new_task_runs=tasks))
    shown = [(task["name"], task["map_index"], task["label"]) for task in document["tasks"]]
    assert shown == [("none", None, None), ("each", 0, "JFK"), ("each", 1, "LGA")]


def test_the_latest_generation_speaks_and_earlier_attempts_stay(database: Database) -> None:
    tasks = [
        made.task_run(0, task="a", state="failed", ended_at=made.AT, attempts=2),
        made.task_run(1, task="b", state="succeeded", ended_at=made.AT, attempts=1),
        made.task_run(2, task="a", state="succeeded", ended_at=made.AT, attempts=1, generation=2),
    ]
    attempts = [
        made.attempt(0, 1, state="failed"), made.attempt(0, 2, state="lost"), made.attempt(1), made.attempt(2),
    ]  # fmt: skip
    outputs = [made.artifact(1, dataset="b"), made.artifact(2, dataset="a")]
    document = document_of(
        database, Commit(new_runs=[made.run()], new_task_runs=tasks, new_attempts=attempts, artifacts=outputs)
    )
    first, second = document["tasks"]
    assert (first["name"], first["state"], first["generation"]) == ("a", "succeeded", 2)
    told = [(attempt["generation"], attempt["n"], attempt["state"]) for attempt in first["attempts"]]
    assert told == [(1, 1, "failed"), (1, 2, "lost"), (2, 1, "succeeded")]
    assert [output["dataset"] for output in first["outputs"]] == ["a"]
    assert (second["name"], second["generation"], len(second["attempts"])) == ("b", 1, 1)


def test_a_run_that_is_not_there(database: Database) -> None:
    with pytest.raises(NotFound, match=ids.run_id(made.KEY)), database.read() as connection:
        run_document(connection, made.KEY)


class CountingConnection:
    """Passes everything on to a connection and counts the queries."""

    def __init__(self, inner: Connection) -> None:
        self._inner = inner
        self.queries = 0

    def __getattr__(self, name: str) -> Any:
        if name in ("all", "one", "run"):
            self.queries += 1
        return getattr(self._inner, name)


def test_a_document_costs_the_same_queries_whatever_its_size(database: Database) -> None:
    tasks = 1000
    with database.write() as connection:
        apply(connection, made.first_commit(tasks))
        seqs = range(tasks)
        apply(
            connection,
            Commit(
                new_attempts=[made.attempt(seq) for seq in seqs], artifacts=[made.artifact(seq) for seq in seqs],
                metrics=[NewMetric(made.KEY, seq, 1, made.AT, "rows", 1.0, None) for seq in seqs],
            ),
        )  # fmt: skip
    with database.read() as connection:
        counting = CountingConnection(connection)
        document = run_document(counting, made.KEY)  # type: ignore[arg-type]
    assert_wire(RunDocument, document)
    assert len(document["tasks"]) == tasks
    assert all(len(task["attempts"]) == len(task["outputs"]) == 1 for task in document["tasks"])
    assert counting.queries == 7


def test_its_tag_changes_whenever_the_document_does(database: Database) -> None:
    steps = [
        Commit(events=[made.event("run.labels")]),
        Commit(task_run_updates=[made.task_run_update(state="running", ended_at=None, progress_done=1.0)]),
        Commit(metrics=[NewMetric(made.KEY, 0, 1, made.AT, "loss", 0.9, None)]),
        Commit(run_updates=[made.run_update()]),
    ]
    tags = []
    with database.write() as connection:
        assert document_tag(connection, made.KEY) is None
        apply(connection, made.first_commit())
        tags.append(document_tag(connection, made.KEY))
        for step in steps:
            apply(connection, step)
            tags.append(document_tag(connection, made.KEY))
        assert document_tag(connection, made.KEY) == tags[-1]
    assert len(set(tags)) == len(tags)
