"""What a run made, for people and for another run to read."""

from __future__ import annotations

import json

from penstock.store.database import Database
from penstock.store.logs import logs_of
from penstock.store.outputs import artifact, artifacts_of, references
from penstock.store.rows import Commit
from penstock.store.versions import spec_of
from penstock.store.write import apply
from tests.store import made

COLUMNS = [{"name": "carrier", "type": "string"}]
SPEC = {"tasks": {"raw": {"outputs": ["raw"]}, "each": {"outputs": ["each"]}, "none": {"outputs": ["none"]}}}


def fill(database: Database) -> None:
    over = {"state": "succeeded", "ended_at": made.AT}
    tasks = [
        made.task_run(0, task="raw", **over),
        made.task_run(1, task="each", items=3, **over),
        made.task_run(2, task="none", items=0, **over),
        made.task_run(3, task="each", map_index=0, label="JFK", **over),
        made.task_run(4, task="each", map_index=1, label="LGA", state="failed", ended_at=made.AT),
        made.task_run(5, task="each", map_index=2, label="EWR", **over),
        made.task_run(6, task="raw", generation=2, **over),
    ]
    artifacts = [
        made.artifact(0, dataset="raw", inline='"old"'),
        made.artifact(3, dataset="each", inline='"jfk"'),
        made.artifact(5, dataset="each", inline='"ewr"'),
        made.artifact(6, dataset="raw", kind="arrow", inline=None, path="p/raw", bytes=9, digest="d", rows=2,
                      columns=json.dumps(COLUMNS), python_type="DataFrame", safe=False),
    ]  # fmt: skip
    commit = Commit(
        versions=[made.version(SPEC)], new_runs=[made.run()], new_task_runs=tasks, artifacts=artifacts,
        new_attempts=[made.attempt(0), made.attempt(3), made.attempt(4, state="failed", log=None), made.attempt(6)],
    )  # fmt: skip
    with database.write() as connection:
        apply(connection, commit)


def test_outputs_are_those_of_the_latest_generation(database: Database) -> None:
    fill(database)
    with database.read() as connection:
        shown = artifacts_of(connection, made.KEY)
        assert [(one.dataset, one.map_index, one.label) for one in shown] == [
            ("each", 0, "JFK"), ("each", 2, "EWR"), ("raw", None, None),
        ]  # fmt: skip
        raw = artifact(connection, made.KEY, "raw")
        each = artifact(connection, made.KEY, "each", 2)
        assert artifact(connection, made.KEY, "each") is None
        assert artifact(connection, made.KEY, "each", 1) is None
    assert raw is not None
    assert (raw.path, raw.columns, raw.generation) == ("p/raw", COLUMNS, 2)
    assert raw.safe is False
    assert each is not None
    assert (each.inline, each.safe) == ('"ewr"', True)


def test_references_are_what_workers_read(database: Database) -> None:
    fill(database)
    with database.read() as connection:
        found = references(connection, made.KEY)
    assert found == {
        "raw": ["arrow", None, "p/raw", 9, "d", 2, COLUMNS, "DataFrame", False],
        "each": {"list": [
            ["json", '"jfk"', None, 1, None, None, None, "int", True], None,
            ["json", '"ewr"', None, 1, None, None, None, "int", True],
        ]},
        "none": {"list": []},
    }  # fmt: skip


def test_logs_in_the_order_of_tasks(database: Database) -> None:
    fill(database)
    with database.read() as connection:
        everything = logs_of(connection, made.KEY)
        assert [(log.task, log.map_index, log.label, log.generation, log.n) for log in everything] == [
            ("raw", None, None, 1, 1), ("each", 0, "JFK", 1, 1), ("raw", None, None, 2, 1),
        ]  # fmt: skip
        assert everything[0].path == f"{made.KEY}/0.1.jsonl"
        assert [log.generation for log in logs_of(connection, made.KEY, "raw")] == [1, 2]
        assert [log.task for log in logs_of(connection, made.KEY, "each", 0)] == ["each"]
        assert logs_of(connection, made.KEY, "each", 7) == []


def test_a_run_tells_the_definition_of_its_own_version(database: Database) -> None:
    later = made.key_at(60)
    with database.write() as connection:
        newer = made.version({"name": "new"}, "v2")._replace(created_at=made.AT + 1)
        apply(connection, Commit(versions=[made.version(SPEC)], new_runs=[made.run()]))
        apply(connection, Commit(versions=[newer], new_runs=[made.run(later, version="v2")]))
    with database.read() as connection:
        assert spec_of(connection, made.KEY) == SPEC
        assert spec_of(connection, later) == {"name": "new"}
        assert spec_of(connection, 5) is None
