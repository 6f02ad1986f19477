"""An engine that goes on with the agent of one that was killed: what that began and is on no record."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from penstock.compose.claims import Claims
from penstock.compose.local import LocalEngine
from penstock.compose.settings import Settings
from penstock.executors.shared import SharedExecutor
from penstock.model import ids
from penstock.store import instances, ownership, requests, slots
from penstock.store.check import check
from penstock.store.rows import Commit, Fence, NewAttempt, RunUpdate
from penstock.store.slots import Holder, Want
from penstock.store.write import apply
from tests.agent.conftest import ROUGH
from tests.alive import lives
from tests.compose.test_claims import GONE, Desk
from tests.executors.sharing import SharedAgent, kill
from tests.executors.stage import Stage, ref
from tests.journeys.conftest import until
from tests.store import made

POOL = Want("pool:db", 1)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    yield made
    assert check(made.database) == []
    made.database.close()


@pytest.fixture
def agent(tmp_path: Path) -> Iterator[SharedAgent]:
    made = SharedAgent(tmp_path / "agent")
    yield made
    made.end()


def begun_by_one_that_died(desk: Desk, *attempts: NewAttempt) -> str:
    """A run whose only task waits, on record, and has its slot of the pool; with attempts of it, if there are any."""
    run = desk.ask("needy")
    key, at = ids.key_of(run), time.time_ns() // 1000
    with desk.database.write() as connection:
        owner = instances.register(connection, "engine", time.time(), GONE)
        claimed = requests.claim(connection, key, owner)
        assert claimed is not None
        update = RunUpdate("running", None, at, None, 1, None, 1, 0, 0, 0, 2, key, claimed.row_version)
        state, began = ("running", made.AT) if attempts else ("queued", None)
        task = made.task_run(0, key, task="only", state=state, started_at=began, attempts=len(attempts))
        fences, rows = [Fence(key, owner, claimed.epoch)], [one._replace(run_key=key) for one in attempts]
        apply(connection, Commit(fences=fences, run_updates=[update], new_task_runs=[task], new_attempts=rows))
        requests.complete(connection, key, {}, {}, [])
        assert slots.take(connection, Holder(key, 0, 1), [POOL], time.time(), time.time()) is None
    return run


def next_engine(desk: Desk, agent: SharedAgent) -> LocalEngine:
    """An engine with the agent of the one before."""
    executor = SharedExecutor(1, agent.board, desk.home.lifeline(instances.this_process()))
    executor.open()
    settings = Settings(workers=1, pools={"db": 1})

    def duty(local: LocalEngine) -> Claims:
        return Claims(local, lambda: None)

    return LocalEngine(desk.home, settings, executor, kind="engine", look=0.01, duty=duty)


def test_a_slot_is_free_once_the_attempt_that_had_it_is_dead(
    desk: Desk, agent: SharedAgent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = begun_by_one_that_died(desk)
    first = SharedExecutor(1, agent.board, desk.home.lifeline(GONE))
    first.open()
    stage, mark = Stage(first, tmp_path, ROUGH), tmp_path / "mark"
    unrecorded = stage.assignment(
        "ignores_sigterm", key=f"{ids.key_of(run)}:0:1", inputs={"mark": ref(str(mark))}, grace=60.0
    )
    first.dispatch([unrecorded])
    stage.until(mark.exists)
    below = psutil.Process(agent.process.pid).children(recursive=True)
    (worker,) = [one for one in below if one.name() == "penstock-w1"]
    alive: list[bool] = []
    real = slots.keep_attempts

    def keep_attempts(*arguments: Any) -> None:
        alive.append(lives(worker))
        real(*arguments)

    monkeypatch.setattr(slots, "keep_attempts", keep_attempts)
    kill(first)
    with next_engine(desk, agent):
        document = desk.over(run)
    assert alive == [False]
    assert document["state"] == "succeeded", json.dumps(document["error"])
    assert [len(task["attempts"]) for task in document["tasks"]] == [1]


def test_what_is_on_record_goes_on(desk: Desk, agent: SharedAgent, tmp_path: Path) -> None:
    begun = made.attempt(state="running", dispatched_at=made.AT, log="flow/only.1.jsonl")
    run = begun_by_one_that_died(desk, begun)
    key = ids.key_of(run)
    first = SharedExecutor(1, agent.board, desk.home.lifeline(GONE))
    first.open()
    stage, mark, go = Stage(first, tmp_path, ROUGH), tmp_path / "mark", tmp_path / "go"
    inputs = {"mark": ref(str(mark)), "path": ref(str(go))}
    first.dispatch([stage.assignment("waits_for", key=f"{key}:0:1", inputs=inputs, log="flow/only.1.jsonl")])
    stage.until(mark.exists)
    kill(first)
    with next_engine(desk, agent) as local:
        until(lambda: owner_of(desk, key) == local.owner, "it has the run")
        go.touch()
        document = desk.over(run)
    assert [(one["state"], one["reason"]) for one in document["tasks"][0]["attempts"]] == [("succeeded", None)]


def owner_of(desk: Desk, key: int) -> int | None:
    with desk.database.read() as connection:
        return ownership.owner_of(connection, key)
