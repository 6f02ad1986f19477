"""What is asked of a run by a command is answered in the commit that makes it true."""

from __future__ import annotations

import json
from typing import Any

from penstock.engine.view import RunView
from penstock.errors import Fenced
from penstock.store.commands import OVER_BEFORE, Command
from penstock.store.rows import Commit
from tests.engine.world import World, pipeline, task


def order(world: World, run_key: int, number: int = 7, kind: str = "cancel", **arguments: Any) -> None:
    world.engine.order(Command(number, run_key, kind, arguments, 0, None, "waiting", None, None))
    world.turn()


def answers(world: World) -> list[tuple[int, str, Any, Commit]]:
    return [
        (one.id, one.state, json.loads(one.outcome), commit)
        for commit in world.writer.commits
        for one in commit.commands
    ]


def begun(world: World) -> RunView:
    view = world.submit(pipeline(task("a"), task("b", "a")))
    world.start("a")
    return view


def test_a_cancel_is_answered_together_with_the_state_that_it_makes() -> None:
    world = World()
    view = begun(world)
    order(world, view.key)
    (answer,) = answers(world)
    assert answer[:3] == (7, "applied", {"state": "cancelling"})
    (update,) = answer[3].run_updates
    assert (update.state, update.reason) == ("cancelling", "user")
    assert [fence.run_key for fence in answer[3].fences] == [view.key]
    world.end("a", "cancelled")
    assert (view.state, view.reason) == ("cancelled", "user")


def test_a_second_cancel_is_answered_and_changes_nothing() -> None:
    world = World()
    view = begun(world)
    order(world, view.key, 7)
    order(world, view.key, 8)
    assert [one[:3] for one in answers(world)] == [
        (7, "applied", {"state": "cancelling"}), (8, "applied", {"state": "cancelling"}),
    ]  # fmt: skip
    assert len(world.executor.cancelled) == 1


def test_a_forced_cancel_kills() -> None:
    world = World()
    view = begun(world)
    order(world, view.key)
    order(world, view.key, 8, force=True)
    assert len(world.executor.cancelled) == 3  # the second and third asking of an executor is the last


def test_what_is_over_can_not_be_cancelled() -> None:
    world = World()
    view = begun(world)
    world.end("a")
    world.end("b")
    order(world, view.key)
    order(world, 12345, 8)
    assert [one[:3] for one in answers(world)] == [
        (number, "refused", OVER_BEFORE) for number in (7, 8)
    ]  # fmt: skip
    assert not any(one[3].fences for one in answers(world))


def test_what_this_version_can_not_do_is_refused() -> None:
    world = World()
    view = begun(world)
    order(world, view.key, kind="dance")
    (answer,) = answers(world)
    assert answer[:2] == (7, "refused")
    assert answer[2]["code"] == "not_supported_yet"
    assert view.state == "running"


def test_who_lost_the_run_answers_nothing() -> None:
    world = World()
    view = begun(world)
    world.writer.errors.append(Fenced())
    order(world, view.key)
    assert isinstance(view.handle.failure, Fenced)
    assert world.engine.live() == []  # the answer went with the commit that was refused


def test_a_retry_of_a_run_that_has_just_ended_waits_for_whoever_begins_it_again() -> None:
    world = World()
    view = begun(world)
    world.end_all()
    order(world, view.key, kind="retry")
    assert answers(world) == []


def test_of_two_answers_in_one_commit_the_first_counts() -> None:
    """A commit that hangs for long has a command passed on again."""
    world = World()
    view = begun(world)
    world.writer.hold = True
    order(world, view.key, kind="no such thing", number=6)  # its commit hangs
    order(world, view.key, kind="pause")
    order(world, view.key, kind="pause")
    world.writer.hold = False
    world.writer.answer()
    world.turn()
    assert [answer[:2] for answer in answers(world)] == [(6, "refused"), (7, "applied")]
