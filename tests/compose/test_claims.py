"""Runs that were asked for, and the engine that claims them. Tasks run in real workers."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from penstock.compose import claims
from penstock.compose.claims import Claims
from penstock.compose.home import Home
from penstock.compose.local import LocalEngine
from penstock.compose.planner import Footing, Planner
from penstock.compose.settings import Settings
from penstock.engine.recover import settle_abandoned_runs
from penstock.engine.request import RunRequest
from penstock.errors import StoreBusy
from penstock.executors import lifelines
from penstock.model import ids
from penstock.model.spec import PipelineSpec, to_json
from penstock.store import commands, instances, recovery, requests
from penstock.store.check import check
from penstock.store.database import Database, open_database
from penstock.store.definitions import Found, record_definitions
from penstock.store.documents import run_document
from penstock.store.outputs import artifacts_of
from penstock.store.rows import Commit, Fence, NewRun, NewTaskRun, RunUpdate
from penstock.store.times import iso, micros
from penstock.store.write import apply
from tests.compose.discovered import discovered
from tests.journeys.conftest import until
from tests.postgres import empty
from tests.store import made

FLOW = """
from penstock import Pipeline
flow = Pipeline("flow", params={"n": 2, "note": "x"}, labels={"team": "data", "kind": "own"}, tags=["daily"])

@flow.task
def first(n):
    return n

@flow.task
def second(first):
    return first * 10

needy = Pipeline("needy")

@needy.task(resources={"pool": "db"})
def only(): ...
"""
#: A process that is gone.
GONE = instances.Process(instances.this_process().host, instances.this_process().boot_id, 2**22 + 1, 1)


class Desk:
    """A home with the pipelines of FLOW, and what it was asked for; `url`: of a database that is emptied first."""

    def __init__(self, folder: Path, url: str | None = None) -> None:
        if url is not None:
            empty(url)
        self.home = Home(folder / ".penstock", url or str(folder / ".penstock" / "penstock.db"))
        self.home.make()
        self.file = folder / "flow.py"
        self.file.write_text(FLOW)
        self.database: Database = open_database(self.home.database_url)
        specs = discovered(self.file)
        found = [Found(one.namespace, one.name, one.version, json.dumps(to_json(one)), "flow.py") for one in specs]
        with self.database.write() as connection:
            record_definitions(connection, found, [], time.time())

    def ask(self, pipeline: str = "flow", **facts: Any) -> str:
        with self.database.write() as connection:
            return requests.ask_for_run(connection, pipeline=pipeline, now=time.time(), **facts)

    def engine(self, workers: int = 1, lost: list[bool] | None = None, **more: Any) -> LocalEngine:
        def duty(local: LocalEngine) -> Claims:
            return Claims(local, lambda: (lost if lost is not None else []).append(True))

        return LocalEngine(self.home, Settings(workers=workers), kind="engine", look=0.01, duty=duty, **more)

    def document(self, run: str) -> dict[str, Any]:
        with self.database.read() as connection:
            return run_document(connection, ids.key_of(run))

    def over(self, run: str) -> dict[str, Any]:
        until(lambda: self.document(run)["ended_at"], lambda: f"the run ends: {self.document(run)}")
        return self.document(run)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    assert check(made.database) == []
    made.database.close()


def test_a_run_gets_what_its_definition_adds(desk: Desk) -> None:
    run = desk.ask(
        params={"n": 4}, labels={"kind": "asked"}, tags=["extra"], type="test", facts={"by": "me"},
        trigger={"kind": "event", "name": "n"},
    )  # fmt: skip
    with desk.engine():
        document = desk.over(run)
    assert document["state"] == "succeeded"
    assert document["params"] == {"n": 4, "note": "x"}
    assert document["labels"] == {"team": "data", "kind": "asked"}
    assert (document["type"], document["trigger"]["kind"]) == ("test", "event")
    assert [task["state"] for task in document["tasks"]] == ["succeeded", "succeeded"]
    assert document["tasks_done"] == document["tasks_total"] == 2


def test_a_slice_takes_what_it_needs_from_the_last_run(desk: Desk) -> None:
    with desk.engine():
        assert desk.over(desk.ask())["state"] == "succeeded"
        document = desk.over(desk.ask(selection={"only": ["second"]}))
    assert document["state"] == "succeeded"
    assert {task["name"]: task["state"] for task in document["tasks"]} == {"first": "skipped", "second": "succeeded"}


#: What is asked, and why it can't start.
IMPOSSIBLE: list[tuple[dict[str, Any], str]] = [
    ({"params": {"n": "x"}}, "parameter 'n' is int"),
    ({"params": {"m": 1}}, "no parameter 'm'"),
    ({"selection": {"only": ["third"]}}, "third"),
    ({"selection": {"only": ["second"]}}, "the slice needs 'first'"),
    ({"selection": {"only": ["second"], "from_run": ["0000000000001"]}}, "there is no run"),
    ({"pipeline": "needy"}, "asks for the pool 'db'"),
]


def test_what_can_not_start_ends_as_failed_and_says_why(desk: Desk) -> None:
    runs = [desk.ask(**asked) for asked, _ in IMPOSSIBLE]
    with desk.engine():
        documents = [desk.over(run) for run in runs]
    for document, (_, told) in zip(documents, IMPOSSIBLE, strict=True):
        assert (document["state"], document["reason"], document["tasks"]) == ("failed", "user_error", [])
        assert told in document["error"]["message"]
        assert document["started_at"] is None


def test_a_file_that_is_gone_is_told(desk: Desk) -> None:
    desk.file.unlink()
    run = desk.ask()
    with desk.engine():
        assert "is not there any more: flow.py" in desk.over(run)["error"]["message"]


def test_a_definition_that_nobody_can_read_fails_its_run_and_no_other(desk: Desk) -> None:
    spec = json.dumps({"tasks": {"a": {}}})
    with desk.database.write() as connection:
        record_definitions(connection, [Found("default", "odd", "v1", spec, "odd.py")], [], time.time())
    odd, good = desk.ask("odd"), desk.ask()
    with desk.engine():
        assert desk.over(odd)["state"] == "failed"
        assert desk.over(good)["state"] == "succeeded"


def test_many_runs_wait_for_room_and_all_run(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claims, "ROOM", 2)
    runs = [desk.ask() for _ in range(7)]
    with desk.engine(2):
        assert {desk.over(run)["state"] for run in runs} == {"succeeded"}


def test_two_engines_run_each_once(desk: Desk) -> None:
    runs = [desk.ask() for _ in range(12)]
    with desk.engine(), desk.engine():
        documents = [desk.over(run) for run in runs]
    assert {one["state"] for one in documents} == {"succeeded"}
    assert {len(task["attempts"]) for one in documents for task in one["tasks"]} == {1}


def test_workers_go_after_a_rest_and_come_back(desk: Desk) -> None:
    me = psutil.Process()
    others = set(me.children(recursive=True))
    with desk.engine(rest_after=0.1):
        before = set(me.children(recursive=True)) - others
        assert before
        assert desk.over(desk.ask())["state"] == "succeeded"
        until(lambda: not any(one.is_running() for one in before), "they are gone")
        assert desk.over(desk.ask())["state"] == "succeeded"


def _claimed_by_one_that_died(desk: Desk, kind: str = "engine") -> str:
    run = desk.ask()
    lifelines.release(lifelines.hold(desk.home.lifeline(GONE)))
    with desk.database.write() as connection:
        owner = instances.register(connection, kind, time.time(), GONE)
        assert requests.claim(connection, ids.key_of(run), owner) is not None
    return run


def test_a_run_whose_engine_died_before_it_began_runs_all_the_same(desk: Desk) -> None:
    run = _claimed_by_one_that_died(desk)
    with desk.engine():
        assert desk.over(run)["state"] == "succeeded"


def test_commands_for_runs_of_the_dead_are_answered(desk: Desk) -> None:
    run = _claimed_by_one_that_died(desk, "terminal")
    key = ids.key_of(run)
    with desk.database.write() as connection:
        # It had begun: such a run of a terminal ends as lost.
        connection.run("UPDATE run SET state = 'running', started_at = created_at WHERE key = ?", (key,))
        beat = micros(time.time()) + 7
        connection.run("UPDATE instance SET beat_at = ? WHERE kind = 'terminal'", (beat,))
        command = commands.add(connection, key, "cancel", {}, time.time())
        owner = instances.register(connection, "terminal", time.time())
        assert settle_abandoned_runs(connection, owner, time.time() + 3600, lambda *_: True) == [key]
        found = commands.find(connection, command)
    assert found is not None
    assert (found.state, found.outcome["code"]) == ("refused", "action_refused")
    document = desk.document(run)
    assert document["reason"] == "lease_lost"
    assert document["ended_at"] == iso(beat + 4_000_000), "when it can have run no more, not when somebody looks"


def test_an_engine_that_was_declared_gone_hears_of_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("penstock.compose.desk.BEAT", 0.05)
    lost: list[bool] = []
    with desk.engine(lost=lost) as local:
        with desk.database.write() as connection:
            instances.gone(connection, local.owner, time.time())
        until(lambda: lost, "it hears")


@pytest.mark.parametrize("failure", [StoreBusy, ZeroDivisionError], ids=["locked", "unthought"])
def test_a_desk_survives_a_look_that_fails(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, failure: type[Exception]
) -> None:
    monkeypatch.setattr("penstock.compose.desk.PAUSE", 0.01)
    failing = iter([True, True])
    real = commands.waiting

    def waiting(*arguments: Any) -> Any:
        if next(failing, False):
            raise failure
        return real(*arguments)

    monkeypatch.setattr(commands, "waiting", waiting)
    run = desk.ask()
    with desk.engine():
        assert desk.over(run)["state"] == "succeeded"
    assert next(failing, "used up") == "used up"


def _task_run(key: int, seq: int, name: str, **facts: Any) -> NewTaskRun:
    return made.task_run(seq, key, task=name, started_at=made.AT, attempts=1, **facts)


def _begun_by_one_that_died(desk: Desk) -> str:
    """A run of which `first` is made, on record at least, and `second` was under way."""
    run = _claimed_by_one_that_died(desk)
    key, at = ids.key_of(run), time.time_ns() // 1000
    with desk.database.write() as connection:
        stored = recovery.load_run(connection, key)
        assert stored is not None
        owner = stored.run.owner or 0
        update = RunUpdate("running", None, at, None, 1, None, 2, 1, 0, 0, 2, key, 1)
        tasks = [
            _task_run(key, 0, "first", state="succeeded", ended_at=at),
            _task_run(key, 1, "second", state="running"),
        ]
        attempts = [made.attempt(0, key=key), made.attempt(1, key=key, state="running")]
        seven = made.artifact(0, key=key, dataset="first", inline="7")
        apply(connection, Commit(
            fences=[Fence(key, owner, 1)], run_updates=[update], new_task_runs=tasks, new_attempts=attempts,
            artifacts=[seven],
        ))  # fmt: skip
        requests.complete(connection, key, {"n": 2, "note": "x"}, {}, [])
    return run


def test_a_run_that_had_begun_goes_on_where_it_was(desk: Desk) -> None:
    run = _begun_by_one_that_died(desk)
    with desk.engine():
        document = desk.over(run)
    assert document["state"] == "succeeded"
    tries = {task["name"]: [(one["state"], one["reason"]) for one in task["attempts"]] for task in document["tasks"]}
    assert tries == {"first": [("succeeded", None)], "second": [("lost", "lease_lost"), ("succeeded", None)]}
    with desk.database.read() as connection:
        assert [one.inline for one in artifacts_of(connection, ids.key_of(run))] == ["7", "70"]


def test_what_its_last_owner_changed_late_counts_although_others_write_while_it_is_prepared(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = _begun_by_one_that_died(desk)
    key, seen = ids.key_of(run), []
    impatient = open_database(desk.home.database_url, patience=0.0)
    prepare = Planner.footing

    def prepared_while_it_changes(self: Planner, definition: PipelineSpec, request: RunRequest, row: NewRun) -> Footing:
        footing = prepare(self, definition, request, row)
        seen.append(footing.context.params["note"])
        if len(seen) == 1:
            with impatient.write() as connection:
                requests.complete(connection, key, {"n": 2, "note": "late"}, {}, [])
        return footing

    monkeypatch.setattr(Planner, "footing", prepared_while_it_changes)
    with desk.engine():
        document = desk.over(run)
    impatient.close()
    assert (document["state"], document["params"], seen) == ("succeeded", {"n": 2, "note": "late"}, ["x", "late"])


def test_nobody_goes_on_with_it_while_the_workers_of_the_dead_engine_live(desk: Desk) -> None:
    run = _begun_by_one_that_died(desk)
    fd = lifelines.hold(desk.home.lifeline(GONE))
    with desk.engine() as local:
        other = desk.ask()
        assert desk.over(other)["state"] == "succeeded"
        assert desk.document(run)["state"] == "running"
        os.close(fd)
        assert desk.over(run)["state"] == "succeeded"
        assert local.engine.crash is None


def test_what_can_not_go_on_ends_as_lost_and_says_why(desk: Desk) -> None:
    run = _begun_by_one_that_died(desk)
    desk.file.unlink()
    with desk.engine():
        document = desk.over(run)
    assert (document["state"], document["reason"]) == ("failed", "lease_lost")
    assert "it can't go on: the file of pipeline 'flow' is not there any more" in document["error"]["message"]


def test_a_terminal_leaves_runs_of_engines_alone(desk: Desk) -> None:
    run = _begun_by_one_that_died(desk)
    with LocalEngine(desk.home, Settings(workers=1)):
        assert desk.document(run)["state"] == "running"
