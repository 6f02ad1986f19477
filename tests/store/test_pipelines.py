"""Pipelines, how their runs went, and tasks by last runs."""

from __future__ import annotations

import json
from typing import Any

import pytest

from penstock.errors import NotFound, UsageError
from penstock.model import ids
from penstock.model.spec import CodeRef, LimitSpec, ParamSpec, PipelineSpec, TaskSpec, to_json
from penstock.store.database import Database
from penstock.store.definitions import Found, Trouble, record_definitions
from penstock.store.grid import grid
from penstock.store.pipelines import list_pipelines, pipeline_document
from penstock.store.rows import Commit, NewRun, NewVersion
from penstock.store.write import apply
from penstock.wire.pipelines import Grid, PipelineDocument, PipelineSummary
from tests.store import made
from tests.store.wired import assert_wire

SPEC = PipelineSpec(
    "flights", description="Late flights.", params={"year": ParamSpec("year", "int", 2013, choices=(2013,), min=1)},
    labels={"owner": "me"}, tags=("nightly",), timeout=5.0, concurrency=LimitSpec(2, "skip"),
    code=CodeRef("/p", "/p/flights.py", "flights", "flights"),
    tasks={"b": TaskSpec("b", tags=("y", "x")), "a": TaskSpec("a", tags=("x",))},
)  # fmt: skip


def write(database: Database, commit: Commit) -> None:
    with database.write() as connection:
        apply(connection, commit)


def version(namespace: str, name: str) -> NewVersion:
    return NewVersion(namespace, name, "v1", json.dumps(to_json(SPEC)), made.AT)


def over(second: int, state: str = "succeeded", duration: float = 1.0) -> NewRun:
    return made.run(made.key_at(second), state=state, ended_at=made.AT + int((second + duration) * 1_000_000))


def listed(database: Database, **how: Any) -> tuple[list[dict[str, Any]], str | None]:
    with database.read() as connection:
        page = list_pipelines(connection, **how)
    for item in page.items:
        assert_wire(PipelineSummary, item)
    return page.items, page.next_cursor


def test_a_pipeline_in_full(database: Database) -> None:
    write(database, Commit(versions=[version("default", "flights")], new_runs=[over(0)]))
    with database.write() as connection:
        found = Found("default", "flights", "v1", json.dumps(to_json(SPEC)), "flights.py")
        record_definitions(connection, [found], [], made.START)
        record_definitions(connection, [], [Trouble("flights.py", "no", 3, "yes")], made.START)
    with database.read() as connection:
        document = pipeline_document(connection, "default", "flights")
        with pytest.raises(NotFound, match="no pipeline 'flights' in namespace 'sales'"):
            pipeline_document(connection, "sales", "flights")
    assert_wire(PipelineDocument, document)
    recent = document.pop("recent")
    assert [run["id"] for run in recent] == [ids.run_id(made.KEY)]
    assert document == {
        "name": "flights", "namespace": "default", "description": "Late flights.", "version": "v1", "tags": ["nightly"],
        "labels": {"owner": "me"}, "tasks": 2, "file": "flights.py", "present": True,
        "problem": {"message": "no", "file": "flights.py", "line": 3, "cure": "yes",
                    "at": "2013-01-01T00:00:00.000000Z"},
        "runs_total": 1, "success_rate": 1.0, "median_duration": 1.0, "p95_duration": 1.0, "next_run_at": None,
        "params": [{"name": "year", "type": "int", "default": 2013, "required": False, "choices": [2013], "min": 1,
                    "max": None, "pattern": None, "description": ""}],
        "task_names": ["b", "a"], "task_tags": ["x", "y"], "timeout": 5.0, "durability": "pipelined",
        "environment": None, "environments": [],
        "concurrency": {"runs": 2, "full": "skip"},
    }  # fmt: skip


def test_a_pipeline_that_was_only_run_from_a_terminal(database: Database) -> None:
    write(database, Commit(versions=[version("default", "flights")]))
    ((item,), _) = listed(database)
    assert (item["present"], item["file"], item["problem"], item["runs_total"]) == (False, "flights.py", None, 0)
    assert (item["success_rate"], item["median_duration"], item["p95_duration"]) == (None, None, None)


def test_pages_of_pipelines(database: Database) -> None:
    names = [("default", "a"), ("default", "é"), ("sales", "a"), ("sales", "b"), ("sales", "c")]
    write(database, Commit(versions=[version(*name) for name in names]))
    seen, cursor = [], None
    for size in (2, 2, 1):
        items, cursor = listed(database, limit=2, cursor=cursor)
        assert len(items) == size
        seen += [(item["namespace"], item["name"]) for item in items]
    assert (seen, cursor) == (names, None)


@pytest.mark.parametrize("how", [{"limit": 0}, {"limit": 501}, {"cursor": "x"}, {"cursor": "[1, 2]"}, {"cursor": "3"}])
def test_pages_that_can_not_be_had(database: Database, how: dict[str, Any]) -> None:
    with pytest.raises(UsageError):
        listed(database, **how)


def test_figures_are_over_the_last_hundred_runs_that_are_over(database: Database) -> None:
    rows = [over(at, "failed") for at in range(10)]  # too long ago
    rows += [over(at, duration=float(at - 9)) for at in range(10, 90)]  # 1 to 80 seconds
    rows += [over(at, "failed", 500.0) for at in range(90, 105)]
    rows += [over(at, "warning", 500.0) for at in range(105, 107)]
    rows += [over(at, "cancelled", 500.0) for at in range(107, 110)]
    rows += [made.run(made.key_at(at)) for at in range(110, 140)]
    write(database, Commit(versions=[version("default", "flights")], new_runs=rows))
    ((item,), _) = listed(database)
    assert item["success_rate"] == 82 / 97
    assert (item["median_duration"], item["p95_duration"]) == (40.5, 76.0)
    assert item["runs_total"] == 140
    assert [run["id"] for run in item["recent"]] == [ids.run_id(made.key_at(at)) for at in range(120, 140)]


def test_time_between_generations_is_no_time_that_a_run_takes(database: Database) -> None:
    rows = [over(0, duration=90.0)._replace(idle=80_000_000, generation=2)]
    write(database, Commit(versions=[version("default", "flights")], new_runs=rows))
    ((item,), _) = listed(database)
    assert (item["median_duration"], item["p95_duration"], item["recent"][0]["duration"]) == (10.0, 10.0, 10.0)
    with database.read() as connection:
        assert grid(connection, "default", "flights")["runs"][0]["duration"] == 10.0


def test_the_grid(database: Database) -> None:
    first, second = made.KEY, made.key_at(1)
    tasks = [
        made.task_run(
            0, first, task="old", state="succeeded", started_at=made.AT, ended_at=made.AT + 500_000, attempts=1
        ),
        made.task_run(1, first, task="a", state="failed", ended_at=made.AT, attempts=3),
        made.task_run(2, first, task="a", state="succeeded", ended_at=made.AT, attempts=1, generation=2),
        made.task_run(0, second, task="each", items=3, state="running"),
        made.task_run(1, second, task="a", state="queued"),
        made.task_run(2, second, task="each", map_index=0, state="failed", ended_at=made.AT),
        made.task_run(3, second, task="each", map_index=1, state="queued"),
        made.task_run(4, second, task="each", map_index=2, state="queued"),
        made.task_run(5, second, task="each", map_index=0, state="succeeded", ended_at=made.AT, generation=2),
    ]
    rows = [made.run(first, generation=2), made.run(second, generation=2, version="v2"), over(2)._replace(pipeline="x")]
    write(database, Commit(versions=[made.version()], new_runs=rows, new_task_runs=tasks))
    with database.read() as connection:
        found = grid(connection, "default", "flights")
        assert grid(connection, "default", "flights", limit=1)["runs"] == found["runs"][1:]
        with pytest.raises(NotFound):
            grid(connection, "default", "none")
        with pytest.raises(UsageError):
            grid(connection, "default", "flights", limit=101)
    assert_wire(Grid, found)
    assert [(run["id"], run["version"]) for run in found["runs"]] == [
        (ids.run_id(first), "v1"), (ids.run_id(second), "v2"),
    ]  # fmt: skip
    cells = {row["task"]: row["cells"] for row in found["tasks"]}
    assert list(cells) == ["each", "a", "old"]
    assert cells["old"] == [{"state": "succeeded", "duration": 0.5, "attempts": 1, "items": None}, None]
    assert [cell["state"] for cell in cells["a"]] == ["succeeded", "queued"]
    assert cells["each"][1]["items"] == {"queued": 2, "succeeded": 1}
