"""A person takes a task for what it is not, and the run goes on so."""

from __future__ import annotations

import json
import sys
from collections import Counter
from typing import Any

import pytest

from penstock.engine.view import RunView
from penstock.model.spec import RetrySpec, Source
from penstock.store.commands import Command
from penstock.store.database import Database
from tests.engine.test_machine import DirectWriter
from tests.engine.test_resting import order
from tests.engine.test_restore import next_world, retry
from tests.engine.world import World, pipeline, run_of, states, task


def choose(world: World, view: RunView, name: str | None, state: str, index: int | None = None) -> tuple[str, str]:
    """Ask for it; what became of that, and why not, with what helps."""
    order(world, view, "set-state", task=name, map_index=index, state=state)
    (answer,) = [one for commit in world.writer.commits for one in commit.commands][-1:]
    told = json.loads(answer.outcome)
    return answer.state, "; ".join(told[part] for part in ("detail", "cure") if told.get(part))


def halted(world: World, **more: Any) -> RunView:
    """`a` failed, what reads from it can't run, and another task still goes on."""
    view = world.submit(pipeline(task("a"), task("b", "a"), task("c", "b"), task("long"), **more))
    world.start("long")
    world.end("a", "failed")
    assert states(view) == {"a": "failed", "b": "upstream_failed", "c": "upstream_failed", "long": "running"}
    assert view.error is not None
    return view


def test_a_failure_that_is_set_aside_lets_the_run_go_on() -> None:
    world = World()
    view = halted(world)
    assert choose(world, view, "a", "skipped") == ("applied", "")
    assert states(view) == {"a": "skipped", "b": "skipped", "c": "skipped", "long": "running"}
    world.end_all()
    assert (view.state, view.reason, view.error) == ("succeeded", None, None)


def test_who_reads_what_was_never_made_fails_and_says_so() -> None:
    world = World()
    view = halted(world)
    assert choose(world, view, "a", "succeeded") == ("applied", "")
    assert states(view) == {"a": "succeeded", "b": "failed", "c": "upstream_failed", "long": "running"}
    world.end_all()
    assert view.state == "failed"
    assert view.error is not None
    assert view.error["task"] == "b"
    assert view.error["message"] == "task 'a' was set to succeeded by ann and made no 'a'"


def test_who_only_waits_for_it_runs() -> None:
    world = World()
    view = world.submit(pipeline(task("a"), task("b", after=("a",)), task("long")))
    world.start("long")
    world.end("a", "failed")
    choose(world, view, "a", "succeeded")
    assert world.names() == ["b", "long"]
    world.end_all()
    assert view.state == "succeeded"


def test_a_retry_that_waits_is_given_up() -> None:
    world = World()
    view = world.submit(pipeline(task("a", retry=RetrySpec(attempts=2, delay=60.0)), task("long")))
    world.end("a", "failed")
    assert states(view)["a"] == "retrying"
    assert choose(world, view, "a", "succeeded")[0] == "applied"
    world.pass_time(120)
    assert (states(view)["a"], world.names()) == ("succeeded", ["long"])


def test_what_has_not_begun_is_set_while_the_run_is_paused() -> None:
    world = World(workers=1)
    view = world.submit(pipeline(task("a"), task("b"), task("c", after=("b",))))
    world.start("a")
    outcome, why = choose(world, view, "b", "succeeded")
    assert outcome == "refused"
    assert "pause the run first" in why
    order(world, view, "pause")
    assert choose(world, view, "b", "succeeded")[0] == "applied"
    assert choose(world, view, "c", "skipped")[0] == "applied"
    assert choose(world, view, "a", "succeeded")[0] == "refused"
    order(world, view, "resume")
    assert world.names() == ["a"]
    world.end("a")
    assert (view.state, states(view)) == ("succeeded", {"a": "succeeded", "b": "succeeded", "c": "skipped"})
    assert world.engine.limits.out == 0
    attempts = [row.state for commit in world.writer.commits for row in commit.attempt_updates if row.seq == 1]
    assert attempts == ["cancelled"]


def test_an_item_of_a_fan_out() -> None:
    world = World(workers=4)
    spec = pipeline(
        task("each", inputs={"x": Source("item", "items", over="param")}, foreach=("x",)), task("b", after=("each",)),
        task("long"),
    )  # fmt: skip
    view = world.submit(spec, params={"items": [1, 2]})
    world.start("long")
    world.end("each[0]")
    world.end("each[1]", "failed")
    assert (states(view)["each"], states(view)["b"]) == ("failed", "upstream_failed")
    assert choose(world, view, "each", "succeeded")[0] == "refused"
    assert choose(world, view, "each", "succeeded", 1)[0] == "applied"
    assert states(view)["each"] == "succeeded"
    assert world.names() == ["b", "long"]
    world.end_all()
    assert view.state == "succeeded"


def fan_out(items: int, workers: int) -> tuple[World, RunView]:
    """A fan-out of so many items; another task runs on."""
    world = World(workers=workers)
    spec = pipeline(
        task("each", inputs={"x": Source("item", "items", over="param")}, foreach=("x",)), task("b", after=("each",)),
        task("long"),
    )  # fmt: skip
    view = world.submit(spec, params={"items": list(range(items))})
    return world, view


def test_a_fan_out_of_which_all_is_set_before_it_begins_ends_once() -> None:
    world, view = fan_out(6, workers=4)
    order(world, view, "pause")
    for number, index in enumerate(range(6), start=1):
        arguments = {"task": "each", "map_index": index, "state": "skipped"}
        world.engine.order(Command(number, view.key, "set-state", arguments, 0, "ann", "waiting", None, None))
    world.turn()
    order(world, view, "resume")
    assert (states(view)["each"], states(view)["b"]) == ("skipped", "skipped")
    world.end_all()
    assert view.state == "succeeded"


def test_the_last_failure_that_is_set_aside_makes_the_fan_out_well_and_the_first_left_is_the_error() -> None:
    world, view = fan_out(4, workers=5)
    world.start("long")
    for index in (2, 0, 3, 1):
        world.end(f"each[{index}]", "failed")
    for index, left in ((2, 0), (0, 3), (3, 1)):
        choose(world, view, "each", "skipped", index)
        assert view.error is not None
        assert (view.error["map_index"], view.failure_reason, states(view)["each"]) == (left, "user_error", "failed")
    choose(world, view, "each", "skipped", 1)
    assert (view.error, view.failure_reason, states(view)["each"]) == (None, None, "skipped")
    world.end_all()
    assert (view.state, states(view)["b"]) == ("succeeded", "skipped")


def test_a_run_fails_for_the_reason_of_its_error_although_a_person_had_failed_another_task_before() -> None:
    world = World()
    view = halted(world)
    choose(world, view, "a", "skipped")
    order(world, view, "pause")
    choose(world, view, "b", "failed")
    assert (view.error, view.failure_reason) == (None, "user")
    order(world, view, "resume")
    world.end("long", "failed", "timeout")
    assert view.error is not None
    assert (view.state, view.reason, view.error["task"]) == ("failed", "timeout", "long")


def test_an_item_of_many_is_set_with_no_more_work_than_one_of_few() -> None:
    def work(items: int) -> int:
        world, view = fan_out(items, workers=items + 1)
        world.start("long")
        for assignment in [one for one in world.executor.waiting.values() if one.task == "each"]:
            world.report(world.take(f"each[{assignment.map_index}]"), "failed")
        world.turn()
        choose(world, view, "each", "skipped", 0)
        calls = Counter[str]()
        sys.setprofile(lambda _, event, __: calls.update([event]))
        try:
            choose(world, view, "each", "skipped", 1)
        finally:
            sys.setprofile(None)
        return calls["call"]

    assert work(100) == work(10)


def test_what_its_time_out_cancels_while_the_run_rests_makes_a_warning_as_ever() -> None:
    world = World()
    view = world.submit(pipeline(task("a", timeout=5.0, on_timeout="cancelled"), task("b")))
    world.start("a")
    order(world, view, "pause")
    world.end("a", "failed", "timeout")
    order(world, view, "resume")
    world.end_all()
    assert (states(view), view.state) == ({"a": "cancelled", "b": "succeeded"}, "warning")


@pytest.mark.parametrize(
    ("name", "state", "index", "words"),
    [
        (None, "succeeded", None, "only a task of it"),
        ("nope", "succeeded", None, "no task 'nope'"),
        ("a", "warning", None, "can't be set to warning"),
        ("a", "succeeded", 3, "no item 3"),
        ("a", "failed", None, "it can't be set to failed"),
        ("long", "succeeded", None, "is running"),
        ("tidy", "succeeded", None, "at another stage"),
    ],
)
def test_what_can_not_be_is_refused_and_changes_nothing(
    name: str | None, state: str, index: int | None, words: str
) -> None:
    world = World()
    view = world.submit(pipeline(task("a"), task("b", "a"), task("c", "b"), task("long"), task("tidy", role="finally")))
    world.start("long")
    world.end("a", "failed")
    before = states(view)
    outcome, why = choose(world, view, name, state, index)
    assert (outcome, states(view)) == ("refused", before)
    assert words in why


def test_the_next_engine_knows_of_it(database: Database) -> None:
    world = World(writer=DirectWriter(database))
    view = world.submit(pipeline(task("a"), task("other"), task("b", "a", "other"), task("free", "other")))
    world.start("other")
    world.end("a", "failed")
    order(world, view, "set-state", task="a", state="succeeded")
    assert states(view)["b"] == "created"
    world, view = next_world(world, view, database)
    world.end_all()
    assert states(view) == {"a": "succeeded", "other": "succeeded", "b": "failed", "free": "succeeded"}
    assert view.error is not None
    assert view.error["message"] == "task 'a' was set to succeeded by hand and made no 'a'"


def test_the_next_engine_knows_which_item_made_nothing(database: Database) -> None:
    world = World(writer=DirectWriter(database), workers=3)
    each = task("each", inputs={"x": Source("item", "items", over="param")}, foreach=("x",))
    view = world.submit(pipeline(each, task("other"), task("b", "each", "other")), params={"items": [1, 2]})
    world.start("other")
    world.end("each[0]")
    world.end("each[1]", "failed")
    order(world, view, "set-state", task="each", map_index=1, state="succeeded")
    world, view = next_world(world, view, database)
    world.end_all()
    assert view.error is not None
    assert view.error["message"] == "task 'each[1]' was set to succeeded by hand and made no 'each'"


def test_what_an_earlier_generation_made_is_read(database: Database) -> None:
    world = World(writer=DirectWriter(database))
    view = world.submit(pipeline(task("a"), task("b", "a"), task("long")))
    world.start("long")
    world.end("a", value=7)
    world.end("b", "failed")
    world.end("long")
    assert view.state == "failed"
    world, view = retry(world, view, database, "a")
    order(world, view, "pause")
    order(world, view, "set-state", task="a", state="succeeded")
    order(world, view, "resume")
    assert world.names() == ["b"]
    assert world.take("b").inputs["a"][1] == "7"
    assert run_of(view, "a").generation == 2
