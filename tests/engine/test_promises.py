"""Links of a chain that a worker has before their time."""

from __future__ import annotations

from random import Random
from string import ascii_letters
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from penstock.model.spec import PipelineSpec, Resources, RetrySpec, TaskSpec
from penstock.ports.executor import Returned
from tests.engine.world import World, inline, pipeline, run_of, states, task

BRISK = 0.0001


def chain(length: int, **more: Any) -> PipelineSpec:
    """Tasks a, b, c, … each of which reads the one before."""
    names = ascii_letters[:length]
    return pipeline(*(task(name, *before) for name, before in zip(names, ["", *names], strict=False)), **more)


def promised(world: World) -> list[str]:
    """What waits behind others, by name."""
    return sorted(one.task for one in world.executor.behind.values())


def test_more_and_more_links_are_promised_while_they_are_short() -> None:
    world = World()
    view = world.submit(chain(52))
    seen = []
    while world.executor.waiting:
        seen.append(len(promised(world)))
        world.end(world.names()[0], took=BRISK)
    # What was there, and what came when half of the last ones were kept: 1, 2, 4, 32, all the rest.
    assert seen[:8] == [0, 1, 0 + 2, 1 + 4, 4, 3, 2 + 32, 33]
    assert seen[23:26] == [17, 16 + 11, 26]
    assert min(seen[6:-1]) > 0
    assert view.state == "succeeded"
    assert world.executor.seen[1].inputs == {"a": inline(1)}
    assert world.executor.seen[2].inputs == {"b": {"made": "b"}}
    assert world.executor.seen[2].after == world.executor.seen[1].key


def test_nothing_is_promised_behind_what_takes_long() -> None:
    world = World()
    world.submit(chain(4))
    world.end("a", took=BRISK)
    assert promised(world) == ["c"]
    world.end("b", took=2.0)
    world.end("c", took=2.0)
    assert (world.names(), promised(world)) == (["d"], [])


@pytest.mark.parametrize(
    "link",
    [
        task("c", "b", "x"),
        task("c", "b", trigger="all_done"),
        task("c", "b", when={}),
        task("c", "b", resources=Resources(memory=10**9)),
        task("c", "b", resources=Resources(cpu=2)),
        task("c", "b", concurrency=1),
        task("c", role="on_failure"),
    ],
)
def test_what_needs_more_than_one_success_and_a_worker_is_not_promised(link: TaskSpec) -> None:
    world = World()
    world.submit(pipeline(task("x"), task("a"), task("b", "a"), link))
    world.end("a", took=BRISK)
    assert promised(world) == []


def test_one_of_several_successors_is_not_promised() -> None:
    world = World()
    world.submit(pipeline(task("a"), task("b", "a"), task("c", "b"), task("d", "b")))
    world.end("a", took=BRISK)
    assert promised(world) == []


def test_nothing_is_promised_while_others_wait_or_commits_come_first() -> None:
    world = World(workers=1)
    world.submit(pipeline(task("a"), task("b", "a"), task("c", "b"), task("x"), task("y")))
    world.end("a", took=BRISK)
    assert promised(world) == []
    world = World()
    world.submit(chain(4, durability="strict"))
    world.end("a", took=BRISK)
    assert promised(world) == []


def test_a_link_is_on_record_from_the_success_before_it_on() -> None:
    world = World()
    view = world.submit(chain(4))
    world.end("a", took=BRISK)
    assert (states(view)["c"], run_of(view, "c").attempts, view.live) == ("created", 0, 1)
    world.end("b", took=BRISK)
    run = run_of(view, "c")
    assert (run.state, run.attempts, view.live) == ("queued", 1, 1)
    before = run_of(view, "b").ended_at
    assert run.live is not None
    assert run.queued_at == run.live.dispatched_at == before


def test_a_link_whose_report_comes_with_that_of_the_one_before_it() -> None:
    world = World()
    view = world.submit(chain(3))
    world.end("a", took=BRISK)
    world.report(world.take("b"), took=BRISK)
    world.start("c")
    assert states(view)["c"] == "running"
    world.end("c")
    assert view.state == "succeeded"


def test_a_failure_gives_links_back_and_a_retry_goes_its_usual_way() -> None:
    world = World()
    retry = RetrySpec(attempts=2, delay=1.0)
    spec = pipeline(task("a"), task("b", "a", retry=retry), task("c", "b"), task("d", "c"))
    view = world.submit(spec)
    world.end("a", took=BRISK)
    world.end("b", "failed")
    assert (states(view)["b"], states(view)["c"], view.promises) == ("retrying", "created", 0)
    world.pass_time(1.0)
    assert world.names() == ["b"]
    world.end("b")
    world.end("c")
    world.end("d")
    assert view.state == "succeeded"
    assert [run.attempts for run in view.by_place] == [1, 2, 1, 1]


def test_a_last_failure_ends_what_was_promised() -> None:
    world = World()
    view = world.submit(chain(4))
    world.end("a", took=BRISK)
    world.end("b", "failed")
    assert view.state == "failed"
    assert states(view) == {"a": "succeeded", "b": "failed", "c": "upstream_failed", "d": "upstream_failed"}


def test_a_link_that_comes_back_in_its_turn_is_dispatched_as_any_other() -> None:
    world = World()
    view = world.submit(chain(4))
    world.end("a", took=BRISK)
    world.end("b", took=BRISK, value=5)
    (key,) = world.executor.waiting
    world.executor.give_back(key)
    world.turn()
    again = world.executor.waiting[key]
    assert (again.after, again.inputs) == (None, {"b": inline(5)})
    assert run_of(view, "c").attempts == 1
    world.end("c")
    world.end("d")
    assert view.state == "succeeded"


def test_a_cancelled_run_waits_for_its_promises() -> None:
    world = World()
    view = world.submit(chain(4))
    world.end("a", took=BRISK)
    (first,), (link,) = world.executor.waiting, (one.key for one in world.executor.behind.values())
    view.handle.cancel()
    world.turn()
    assert world.executor.cancelled == [first, link]
    # The worker was at the link already.
    world.report(world.take("b"), took=BRISK)
    world.turn()
    assert states(view) == {"a": "succeeded", "b": "cancelled", "c": "cancelling", "d": "cancelled"}
    assert view.state == "cancelling"
    world.end("c", "cancelled")
    assert (view.state, states(view)["c"]) == ("cancelled", "cancelled")
    assert run_of(view, "c").started_at is not None
    # It is on record that it was begun.
    assert [run.attempts for run in view.by_place] == [1, 1, 1, 0]


def test_a_link_that_comes_back_while_its_run_is_cancelled_ends() -> None:
    world = World()
    view = world.submit(chain(4))
    world.end("a", took=BRISK)
    world.end("b", took=BRISK)
    view.handle.cancel()
    world.turn()
    # The last is promised too, as soon as the one before it is kept.
    assert states(view) == {"a": "succeeded", "b": "succeeded", "c": "cancelling", "d": "cancelling"}
    world.executor.give_back(next(iter(world.executor.waiting)))
    world.turn()
    assert view.state == "cancelled"
    assert world.executor.waiting == {}


def test_a_promise_is_being_cancelled_until_it_comes_back() -> None:
    world = World()
    view = world.submit(chain(4))
    world.end("a", took=BRISK)
    (promise,) = (one.key for one in world.executor.behind.values())
    view.handle.cancel()
    world.turn()
    assert states(view) == {"a": "succeeded", "b": "cancelling", "c": "cancelling", "d": "cancelled"}
    world.executor.give_back(promise)
    world.turn()
    assert states(view) == {"a": "succeeded", "b": "cancelling", "c": "cancelled", "d": "cancelled"}
    world.end("b", "cancelled")
    assert view.state == "cancelled"
    assert [run.attempts for run in view.by_place] == [1, 1, 0, 0]


def test_after_a_link_came_back_some_go_the_usual_way() -> None:
    world = World()
    world.submit(chain(20))
    world.end("a", took=BRISK)
    world.executor.give_back(next(iter(world.executor.behind.values())).key)
    world.turn()
    seen = []
    for name in "bcdefghijkl":
        seen.append(len(promised(world)))
        world.end(name, took=BRISK)
    assert seen == [0] * 9 + [1, 2]


def test_promises_go_with_the_agent() -> None:
    world = World()
    view = world.submit(chain(4))
    world.end("a", took=BRISK)
    world.executor.lose()
    world.turn()
    assert (view.promises, world.names(), promised(world)) == (0, ["b"], [])
    world.end_all()
    assert view.state == "succeeded"
    assert [run.attempts for run in view.by_place] == [1, 2, 1, 1]


def test_what_was_never_promised_or_comes_back_twice_changes_nothing() -> None:
    world = World()
    view = world.submit(chain(4))
    world.end("a", took=BRISK)
    (key,) = world.executor.waiting
    link = next(iter(world.executor.behind.values())).key
    world.executor.give_back(link)
    world.executor.reports += [Returned(link), Returned(key), Returned(f"{view.key}:3:1")]
    world.turn()
    assert (view.promises, view.live, world.names()) == (0, 1, ["b"])
    world.end_all()
    assert view.state == "succeeded"


@given(st.integers(0, 2**32))
def test_reports_that_come_twice_and_in_disorder_have_no_link_made_by_two_at_once(seed: int) -> None:
    """The executor of this world refuses a key that it has already."""
    chance = Random(seed)
    world = World()
    view = world.submit(chain(40))
    executor = world.executor
    while view.state == "running":
        for _ in range(chance.randint(1, 12)):
            if not executor.waiting:
                break
            world.report(world.take(chance.choice(world.names())), took=BRISK)
            if executor.behind and chance.random() < 0.1:
                executor.give_back(chance.choice([*executor.behind.values()]).key)
        executor.reports += [one for one in executor.reports if chance.random() < 0.3]
        chance.shuffle(executor.reports)
        world.turn()
    assert view.state == "succeeded"
    assert executor.waiting == executor.behind == {}
