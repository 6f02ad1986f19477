"""Runs of type debug: one task at a time, resting where a person wants to look."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.engine.plan import make_plan
from penstock.engine.request import RunRequest, check_breakpoints
from penstock.engine.view import RunView
from penstock.errors import UsageError
from penstock.model.spec import ParamSpec, PipelineSpec, Source, TaskSpec
from penstock.store.commands import Command
from tests.engine.world import World, pipeline, run_of, states, task


def debug(world: World, spec: PipelineSpec, *breakpoints: str, **more: Any) -> RunView:
    return world.submit(spec, RunRequest(type="debug", breakpoints=breakpoints), **more)


def order(world: World, view: RunView, kind: str, number: int = 1, **arguments: Any) -> dict[str, Any]:
    """The answer to a command."""
    world.engine.order(Command(number, view.key, kind, arguments, 0, "ann", "waiting", None, None))
    world.turn()
    (answer,) = [row for commit in world.writer.commits for row in commit.commands if row.id == number]
    return {**json.loads(answer.outcome), "state": answer.state}


def events(world: World, kind: str) -> list[Any]:
    rows = [row for commit in world.writer.commits for row in commit.events if row.kind == kind]
    return [row.data and json.loads(row.data) for row in rows]


WIDE = pipeline(task("a"), task("b"), task("c", "a", "b"))


def test_tasks_run_one_at_a_time_in_the_order_of_the_definition() -> None:
    world = World(workers=4)
    view = debug(world, WIDE)
    for name in ("a", "b", "c"):
        assert world.names() == [name]
        world.end(name)
    assert view.state == "succeeded"


def test_it_rests_before_a_breakpoint_and_goes_on_when_it_is_told() -> None:
    world = World()
    view = debug(world, WIDE, "b", "c")
    world.end("a")
    assert (view.state, view.reason, world.names()) == ("paused", "breakpoint", [])
    assert events(world, "run.paused") == [{"reason": "breakpoint", "task": "b", "map_index": None}]
    resting = view.handle.resting()
    assert resting is not None
    assert resting.task.name == "b"
    assert order(world, view, "resume")["state"] == "applied"
    assert world.names() == ["b"]
    world.end("b")
    assert view.handle.resting().inputs == {"a": view.values["a"], "b": view.values["b"]}
    order(world, view, "resume", 2)
    world.end("c")
    assert view.state == "succeeded"


def test_steps_go_task_by_task_and_item_by_item() -> None:
    world = World()
    items = {"x": Source("item", "xs", over="param")}
    spec = pipeline(
        task("a"), task("each", inputs=items, foreach=("x",)), params={"xs": ParamSpec("xs", "list", [1, 2])}
    )
    view, seen = debug(world, spec, "a", params={"xs": [1, 2]}), []
    for number in range(1, 10):
        if view.state != "paused":
            break
        resting = view.handle.resting()
        seen.append((resting.task.name, resting.map_index))
        order(world, view, "resume", number, step=True)
        world.end_all()
    assert seen == [("a", None), ("each", None), ("each", 0), ("each", 1)]
    assert view.state == "succeeded"


def test_a_breakpoint_of_a_fan_out_is_before_the_first_item() -> None:
    world = World()
    items = {"x": Source("item", "xs", over="param")}
    spec = pipeline(task("each", inputs=items, foreach=("x",)), params={"xs": ParamSpec("xs", "list")})
    view = debug(world, spec, "each", params={"xs": [1, 2, 3]})
    order(world, view, "resume")
    for at in range(3):
        assert world.names() == [f"each[{at}]"]
        world.end(f"each[{at}]")
    assert view.state == "succeeded"


def test_breakpoints_can_be_set_and_removed_under_way_and_are_kept() -> None:
    world = World()
    view = debug(world, WIDE, "b")
    assert order(world, view, "breakpoints", 1, set=["c"], remove=["b"])["state"] == "applied"
    world.end("a")
    world.end("b")
    assert view.handle.resting().task.name == "c"
    (kept, resting) = [json.loads(row.options) for commit in world.writer.commits for row in commit.run_options]
    assert kept == {"breakpoints": ["c"]}
    assert resting == {"breakpoints": ["c"], "before": 2}
    refused = order(world, view, "breakpoints", 2, set=["cc"])
    assert refused["state"] == "refused"
    assert "did you mean 'c'" in refused["cure"]
    assert view.breakpoints == {"c"}


def test_params_that_are_changed_count_from_there_on_and_are_on_record() -> None:
    world = World()
    prepared: list[dict[str, Any]] = []
    world.executor.prepare = lambda context: prepared.append(context.params)  # type: ignore[method-assign]
    spec = pipeline(task("a"), task("b", "a"), params={"n": ParamSpec("n", "int", 1)})
    view = debug(world, spec, "b", params={"n": 1})
    world.end("a")
    refused = order(world, view, "resume", 1, params={"n": "x"})
    assert (refused["state"], view.state) == ("refused", "paused")
    assert order(world, view, "resume", 2, texts={"n": "5"})["state"] == "applied"
    assert prepared == [{"n": 1}, {"n": 5}]
    assert events(world, "params_changed") == [{"by": "ann", "params": {"n": 5}, "params_before": {"n": 1}}]
    assert [row.params for commit in world.writer.commits for row in commit.run_params] == ['{"n": 5}']
    world.end("b")
    assert view.state == "succeeded"


@pytest.mark.parametrize("asked", [{"step": True}, {"params": {"n": 1}}])
def test_other_runs_go_on_only_as_they_are(asked: dict[str, Any]) -> None:
    world = World()
    view = world.submit(pipeline(task("a"), task("b", "a"), params={"n": ParamSpec("n")}))
    world.start("a")
    order(world, view, "pause")
    world.end("a")
    assert order(world, view, "resume", 2, **asked)["state"] == "refused"
    assert order(world, view, "breakpoints", 3, set=["b"])["state"] == "refused"
    assert view.state == "paused"


def test_a_run_that_rests_can_be_cancelled_and_cleans_up() -> None:
    world = World()
    view = debug(world, pipeline(task("a"), task("b"), task("end", role="finally")), "a", "end")
    assert view.state == "paused"
    order(world, view, "cancel")
    world.end_all()
    assert (view.state, states(view)) == ("cancelled", {"a": "cancelled", "b": "cancelled", "end": "succeeded"})


def test_breakpoints_are_for_runs_of_type_debug_and_for_tasks_that_are_there() -> None:
    plan = make_plan(WIDE)
    with pytest.raises(UsageError, match="debug"):
        check_breakpoints(plan, RunRequest(breakpoints=("a",)))
    with pytest.raises(UsageError, match="did you mean 'a'"):
        check_breakpoints(plan, RunRequest(type="debug", breakpoints=("aa",)))
    check_breakpoints(plan, RunRequest(type="debug", breakpoints=("a",)))


NAMES = [f"t{n}" for n in range(6)]


# Made once: to make a strategy costs more than to draw from it.
_SIZES = st.integers(1, len(NAMES))
_BEFORE = [st.lists(st.sampled_from(NAMES[:place] or NAMES), unique=True, max_size=3) for place in range(len(NAMES))]
_RULES = st.sampled_from(["all_succeeded", "all_done", "none_failed", "one_failed"])


@st.composite
def graphs(draw: st.DrawFn) -> list[TaskSpec]:
    made: dict[str, TaskSpec] = {}
    for place, name in enumerate(NAMES[: draw(_SIZES)]):
        reads = draw(_BEFORE[place]) if place else []
        made[name] = task(name, *reads, trigger=draw(_RULES))
    return list(made.values())


@given(graphs(), st.sets(st.sampled_from(NAMES)), st.sets(st.sampled_from(NAMES)), st.booleans())
def test_it_ends_as_a_standard_run_does_and_never_has_two_tasks_out(
    tasks: list[TaskSpec], fails: set[str], breaks: set[str], step: bool
) -> None:
    spec = pipeline(*tasks)

    def end(world: World, view: RunView) -> None:
        number = 0
        while not view.handle.wait(0):
            if view.state == "paused":
                number += 1
                order(world, view, "resume", number, step=step)
            for key, one in list(world.executor.waiting.items()):
                del world.executor.waiting[key]
                world.report(one, "failed" if one.task in fails else "succeeded")
            world.turn()
            assert view.type != "debug" or len(world.executor.waiting) + len(world.executor.behind) <= 1

    known = {one.name for one in tasks}
    alone, usual = World(workers=3), World(workers=3)
    debugged, standard = debug(alone, spec, *(breaks & known)), usual.submit(spec)
    end(alone, debugged)
    end(usual, standard)
    assert states(debugged) == states(standard)
    assert debugged.state == standard.state
    assert [run_of(debugged, name).attempts for name in sorted(known)] == [
        run_of(standard, name).attempts for name in sorted(known)
    ]
