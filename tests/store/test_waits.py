"""Why queued tasks do not begin, from what is on record; on both kinds of databases."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from penstock.model.ids import run_id
from penstock.store import instances, slots
from penstock.store.database import Database
from penstock.store.rows import Commit
from penstock.store.slots import Holder, Want
from penstock.store.waits import waits_of
from penstock.store.write import apply
from tests.store import made

MINE, OTHER = made.key_at(0), made.key_at(1)
NOW = made.START + 10
TASKS: dict[str, dict[str, Any]] = {
    "plain": {},
    "wide": {"resources": {"cpu": 2, "memory": None, "gpu": 0, "pool": None}},
    "pooled": {"resources": {"cpu": 1, "memory": None, "gpu": 0, "pool": "db"}},
    "drawn": {"resources": {"cpu": 1, "memory": None, "gpu": 1, "pool": None}},
    "paced": {"concurrency": 2},
}


class World:
    """Two runs of an engine with two workers."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.seqs = {MINE: 0, OTHER: 0}
        self.items: Counter[tuple[int, str]] = Counter()
        with database.write() as connection:
            self.owner = instances.register(connection, "engine", NOW, workers=2)
            spec = {"name": "flights", "tasks": {name: {"name": name, **task} for name, task in TASKS.items()}}
            runs = [made.run(key, owner=self.owner) for key in self.seqs]
            apply(connection, Commit(versions=[made.version(spec)], new_runs=runs))

    def put(self, task: str, key: int = MINE, *, attempt: str | None = None) -> int:
        """An item of a task that is queued, or has an attempt in that state; its place."""
        seq, index = self.seqs[key], self.items[key, task]
        self.seqs[key] += 1
        self.items[key, task] += 1
        state = "running" if attempt == "running" else "queued"
        task_run = made.task_run(seq, key, task=task, map_index=index, state=state)
        with self.database.write() as connection:
            tried = [] if attempt is None else [made.attempt(seq, 1, key, attempt)]
            apply(connection, Commit(new_task_runs=[task_run], new_attempts=tried))
        return seq

    def told(self, **of: Any) -> list[tuple[str, int, int | None, list[str], list[str], int]]:
        with self.database.read() as connection:
            found = waits_of(connection, MINE, NOW, **of)
        return [(w["on"], w["held"], w["most"], w["by_runs"], w["tasks"], w["count"]) for w in found]


@pytest.fixture
def world(database: Database) -> World:
    return World(database)


def test_all_workers_are_busy_with_other_runs_or_this_one(world: World) -> None:
    world.put("plain")
    world.put("plain", OTHER, attempt="running")
    assert world.told() == []  # it is about to begin
    world.put("wide", attempt="dispatched")  # sent ahead, and not begun
    assert world.told() == [("workers", 1, 2, [run_id(OTHER)], ["wide"], 1)]
    world.put("plain", attempt="running")
    both = [run_id(MINE), run_id(OTHER)]
    ((on, held, most, by, tasks, count), wide) = world.told()
    assert (on, held, most, sorted(by), tasks, count) == ("workers", 2, 2, both, ["plain"], 1)
    assert wide[-2:] == (["wide"], 1)


def test_one_that_keeps_several_workers_busy_counts_so_often(world: World) -> None:
    world.put("plain")
    world.put("wide", OTHER, attempt="running")
    assert world.told() == [("workers", 2, 2, [run_id(OTHER)], ["plain"], 1)]


def test_what_other_engines_run_is_no_hindrance(world: World) -> None:
    world.put("plain")
    with world.database.write() as connection:
        other = instances.register(connection, "engine", NOW, workers=1)
        connection.run("UPDATE run SET owner = ? WHERE key = ?", (other, OTHER))
    for _ in range(2):
        world.put("plain", OTHER, attempt="running")
    assert world.told() == []


def test_a_pool_that_others_hold(world: World) -> None:
    waits, goes = world.put("pooled"), world.put("pooled")
    assert world.told() == []
    with world.database.write() as connection:
        for holder in (Holder(OTHER, 0, 1), Holder(MINE, goes, 1)):
            assert slots.take(connection, holder, [Want("pool:db", 2)], NOW, NOW) is None
        slots.wait(connection, Holder(MINE, waits, 1), "pool:db", NOW)
    # The one that was let in is about to begin.
    ((on, held, most, by, tasks, count),) = world.told()
    assert (on, held, most, sorted(by), tasks, count) == ("pool", 2, None, [run_id(MINE), run_id(OTHER)], ["pooled"], 1)


def test_items_wait_for_their_turn(world: World) -> None:
    for attempt in ("running", "running", None, None):
        world.put("paced", attempt=attempt)
    world.put("plain")
    assert world.told(task="paced", map_index=3) == [("turn", 2, 2, [run_id(MINE)], ["paced"], 1)]
    assert world.told(task="paced", map_index=1) == []
    # What most wait for comes first.
    assert [(on, count) for on, _, _, _, _, count in world.told()] == [("turn", 2), ("workers", 1)]


def test_a_gpu_that_another_has(world: World) -> None:
    world.put("drawn")
    assert world.told() == []
    world.put("drawn", OTHER, attempt="running")
    assert world.told() == [("gpus", 1, None, [run_id(OTHER)], ["drawn"], 1)]


def test_an_engine_that_is_gone(world: World) -> None:
    world.put("plain")
    world.put("plain", OTHER, attempt="running")
    with world.database.write() as connection:
        connection.run("UPDATE instance SET pid_started = -1 WHERE id = ?", (world.owner,))
    assert world.told() == [("engine", 0, None, [], ["plain"], 1)]


@pytest.mark.parametrize("state", ["paused", "cancelling", "succeeded"])
def test_a_run_that_does_not_go_on_waits_for_nothing(world: World, state: str) -> None:
    world.put("wide", OTHER, attempt="running")
    world.put("plain")
    assert world.told() != []
    with world.database.write() as connection:
        connection.run("UPDATE run SET state = ? WHERE key = ?", (state, MINE))
    assert world.told() == []
