"""Pools in an engine on a real store: as many attempts as there are slots, and each slot is an attempt's."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from penstock.model.spec import PipelineSpec, Resources, RetrySpec, Source, TaskSpec
from penstock.store.check import check
from penstock.store.database import Database, open_database
from tests.engine.test_machine import DirectWriter
from tests.engine.world import World, pipeline, task

SIZES = {"db": 2, "api": 1}


# Made once: to make a strategy costs more than to draw from it.
_NAMES = "abcdef"
_SIZES = st.integers(1, len(_NAMES))
_BEFORE = [st.lists(st.sampled_from(_NAMES[:place] or _NAMES), max_size=1) for place in range(len(_NAMES))]
_POOLS = st.sampled_from([None, "db", "db", "api"])
_ATTEMPTS = st.integers(1, 2)
_FANS_OUT = st.booleans()


@st.composite
def pipelines(draw: st.DrawFn) -> PipelineSpec:
    """Some tasks with a pool, some without, a fan-out among them."""
    tasks: list[TaskSpec] = []
    for place, name in enumerate(_NAMES[: draw(_SIZES)]):
        reads = draw(_BEFORE[place]) if place else []
        pool = draw(_POOLS)
        retry = RetrySpec(attempts=draw(_ATTEMPTS), delay=0.0)
        items = {"inputs": {"x": Source("item", "items", over="param")}, "foreach": ("x",)}
        more = items if draw(_FANS_OUT) else {}
        tasks.append(task(name, *reads, resources=Resources(pool=pool), retry=retry, **more))
    return pipeline(*tasks)


def held(database: Database) -> set[tuple[str, int, int, int]]:
    with database.read() as connection:
        return set(connection.all("SELECT name, run_key, seq, n FROM slot WHERE place IS NOT NULL"))  # type: ignore[arg-type]


@settings(max_examples=40, deadline=None)
@given(
    spec=pipelines(),
    ends=st.lists(st.sampled_from(["succeeded", "failed", "lost", "cancel"]), max_size=30),
    others=st.sets(st.sampled_from(["db", "api"])),
)
def test_no_more_attempts_than_slots_and_none_is_left(spec: PipelineSpec, ends: list[str], others: set[str]) -> None:
    """`others`: pools of which somebody else holds a slot for the first part."""
    with tempfile.TemporaryDirectory() as folder:
        database = open_database(Path(folder, "penstock.db"))
        with database.write() as connection:
            for pool in others:
                connection.run("INSERT INTO slot VALUES (?, 1, 0, 1, 0, 0)", (f"pool:{pool}",))
        world = World(workers=4, pools=SIZES, writer=DirectWriter(database))
        views = [world.submit(spec, params={"items": [1, 2, 3]}) for _ in range(2)]
        for end in ends:
            _look(world, database, others)
            if end == "cancel":
                views[0].handle.cancel()
            elif world.executor.waiting:
                world.report(world.executor.waiting.pop(min(world.executor.waiting)), end)
            world.turn()
        with database.write() as connection:
            connection.run("DELETE FROM slot WHERE run_key = 1")
        for _ in range(200):
            _look(world, database, set())
            world.pass_time(0.2)
            if world.executor.waiting:
                world.report(world.executor.waiting.pop(min(world.executor.waiting)))
            elif all(view.handle.wait(0) for view in views):
                break
        assert all(view.handle.wait(0) for view in views)
        with database.read() as connection:
            assert connection.all("SELECT * FROM slot") == []
        assert check(database) == []
        database.close()


def _look(world: World, database: Database, others: set[str]) -> None:
    slots = held(database)
    for pool, size in SIZES.items():
        mine = {slot[1:] for slot in slots if slot[0] == f"pool:{pool}" and slot[1] != 1}
        assert len(mine) <= size - (pool in others)
        tasks = {name: one for view in world.engine._views.values() for name, one in view.plan.spec.tasks.items()}
        out = {
            tuple(int(part) for part in key.split(":"))
            for key, one in world.executor.waiting.items()
            if tasks[one.task].resources.pool == pool and one.mode == "run"
        }
        assert out <= mine
