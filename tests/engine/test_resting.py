"""A run that rests: nothing begins, no time counts, and it goes on where it was, or ends."""

from __future__ import annotations

import json
from typing import Any

from penstock.engine.view import RunView
from penstock.model.spec import PipelineSpec, RetrySpec
from penstock.store.commands import Command
from penstock.store.database import Database
from tests.engine.test_machine import DirectWriter
from tests.engine.test_restore import next_world
from tests.engine.world import World, pipeline, run_of, states, task


def order(world: World, view: RunView, kind: str, **arguments: Any) -> None:
    world.engine.order(Command(1, view.key, kind, arguments, 0, "ann", "waiting", None, None))
    world.turn()


def told(world: World) -> list[tuple[str, Any]]:
    """States of runs as events tell them, with what they say."""
    return [
        (event.kind, None if event.data is None else json.loads(event.data))
        for commit in world.writer.commits
        for event in commit.events
        if event.seq is None
    ]


def answers(world: World) -> list[str]:
    return [one.state for commit in world.writer.commits for one in commit.commands]


def wide() -> PipelineSpec:
    """Three at the beginning, of which two can run, and one that waits for all."""
    return pipeline(task("a"), task("b"), task("c"), task("d", "a", "b", "c"))


def test_what_runs_goes_on_to_its_end_and_nothing_else_begins() -> None:
    world = World(workers=1)
    view = world.submit(wide())
    world.start("a")
    order(world, view, "pause")
    assert view.state == "paused"
    assert world.names() == ["a"]  # what was dispatched ahead has come back
    world.end("a")
    world.pass_time(60)
    assert (states(view)["a"], world.names()) == ("succeeded", [])
    order(world, view, "resume")
    assert world.names() == ["b", "c"]
    world.end_all()
    assert view.state == "succeeded"
    assert told(world)[1:3] == [("run.paused", {"reason": "user", "by": "ann"}), ("run.running", {"by": "ann"})]
    assert answers(world) == ["applied", "applied"]


def test_other_runs_go_on() -> None:
    world = World(workers=1)
    first = world.submit(pipeline(*(task(f"t{at}") for at in range(40))))
    order(world, first, "pause")
    second = world.submit(pipeline(task("other")))
    assert world.names() == ["other"]
    world.end_all()
    assert (first.state, second.state) == ("paused", "succeeded")


def test_the_time_of_a_run_stands_still() -> None:
    world = World()
    view = world.submit(pipeline(task("a"), timeout=10.0))
    world.start("a")
    world.pass_time(6)
    order(world, view, "pause")
    world.pass_time(100)
    order(world, view, "resume")
    world.pass_time(3)
    assert view.state == "running"
    world.pass_time(2)
    assert (view.state, view.reason) == ("cancelling", "timeout")


def test_a_retry_that_is_due_waits_for_the_end_of_the_rest() -> None:
    world = World()
    view = world.submit(pipeline(task("a", retry=RetrySpec(attempts=2, delay=5.0))))
    world.end("a", "failed")
    order(world, view, "pause")
    world.pass_time(60)
    assert (states(view)["a"], world.names()) == ("retrying", [])
    order(world, view, "resume")
    assert world.names() == ["a"]


def test_what_runs_stands_still_when_asked() -> None:
    world = World()
    view = world.submit(wide())
    world.start("a")
    key = next(iter(world.executor.begun))
    order(world, view, "pause", now=True)
    assert (states(view)["a"], world.executor.suspended) == ("paused", {key})
    order(world, view, "resume")
    assert (states(view)["a"], world.executor.suspended) == ("running", set())
    world.end_all()
    assert view.state == "succeeded"


def test_what_begins_unheard_stands_still_too() -> None:
    """It had begun when it was called back, and its start was told late."""
    world = World()
    view = world.submit(wide())
    world.executor.begun.update(world.executor.waiting)
    order(world, view, "pause", now=True)
    assert states(view)["a"] == "queued"
    world.start("a")
    assert states(view)["a"] == "paused"
    world.end("a")  # and it may have ended before it heard
    assert states(view)["a"] == "succeeded"


def test_a_rest_may_become_a_standstill() -> None:
    world = World()
    view = world.submit(wide())
    world.start("a")
    order(world, view, "pause")
    order(world, view, "pause")
    order(world, view, "pause", now=True)
    order(world, view, "pause", now=True)
    assert answers(world) == ["applied", "refused", "applied", "refused"]
    assert states(view)["a"] == "paused"


def test_where_tasks_run_in_their_engine_nothing_stands_still() -> None:
    world = World()
    world.executor.suspends = False
    view = world.submit(wide())
    order(world, view, "pause", now=True)
    assert answers(world) == ["refused"]
    assert view.state == "running"


def test_a_run_that_rests_can_be_cancelled() -> None:
    for now in (False, True):
        world = World(workers=1)
        view = world.submit(pipeline(task("a"), task("b"), task("tidy", role="finally")))
        world.start("a")
        order(world, view, "pause", now=now)
        order(world, view, "cancel")
        assert (view.state, states(view)["a"], states(view)["b"]) == ("cancelling", "cancelling", "cancelled")
        world.end("a", "cancelled")
        world.end("tidy")
        assert view.state == "cancelled"
        assert view.handle.wait(0)
        assert world.engine.limits.out == 0


def test_clean_up_that_stood_still_goes_on_when_the_run_is_cancelled() -> None:
    for now in (False, True):
        world = World(workers=1)
        view = world.submit(pipeline(task("a"), task("tidy", role="finally"), task("sweep", role="finally")))
        world.end("a")
        world.start("tidy")
        order(world, view, "pause", now=now)
        assert world.names() == ["tidy"]
        order(world, view, "cancel")
        assert (states(view)["tidy"], world.executor.suspended) == ("running", set())
        world.end("tidy")
        world.end("sweep")
        assert (view.state, states(view)["sweep"]) == ("cancelled", "succeeded")


def test_the_agent_may_die_meanwhile() -> None:
    world = World(workers=1)
    view = world.submit(wide())
    world.start("a")
    order(world, view, "pause", now=True)
    world.executor.lose()
    world.turn()
    assert (view.state, states(view)["a"]) == ("paused", "retrying")
    order(world, view, "resume")
    world.end_all()
    assert view.state == "succeeded"


def test_it_rests_on_when_its_engine_was_killed(database: Database) -> None:
    for now in (False, True):
        world = World(writer=DirectWriter(database), workers=1)
        world.now += now
        view = world.submit(pipeline(task("a"), task("b"), task("c", "a"), timeout=10.0))
        world.start("a")
        world.pass_time(6)
        order(world, view, "pause", now=now)
        world, view = next_world(world, view, database)
        world.pass_time(100)
        assert (view.state, states(view), world.names()) == (
            "paused", {"a": "retrying", "b": "retrying", "c": "created"}, [],
        )  # fmt: skip
        order(world, view, "resume")
        assert world.names() == ["a", "b"]
        world.pass_time(3)
        assert view.state == "running"
        world.pass_time(2)
        assert (view.state, view.reason) == ("cancelling", "timeout")
        assert run_of(view, "c").state == "cancelled"
