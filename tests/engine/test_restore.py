"""A run that is restored from its record goes on as if nobody had ever stopped."""

from __future__ import annotations

import tempfile
import zlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import rule

from penstock.engine.approvals import waiting as questions
from penstock.engine.handle import RunHandle
from penstock.engine.reopen import reopen
from penstock.engine.request import RunRequest
from penstock.engine.restore import Restored, restore
from penstock.engine.view import RunView
from penstock.errors import NotFound, StoreCorrupt, TransitionError
from penstock.model.spec import ApprovalSpec, PipelineSpec, RetrySpec, Source
from penstock.model.states import TERMINAL_TASK
from penstock.ports.executor import Assignment
from penstock.store import recovery
from penstock.store.changes import task_changes
from penstock.store.check import check
from penstock.store.commands import Command
from penstock.store.database import Database, open_database
from penstock.store.documents import run_document
from tests.engine.test_machine import DirectWriter, EngineMachine, pipelines
from tests.engine.world import ScriptedExecutor, World, pipeline, run_of, states, task


def stored_run(database: Database, view: RunView) -> recovery.StoredRun:
    with database.read() as connection:
        stored = recovery.load_run(connection, view.key)
    assert stored is not None
    return stored


def restored(database: Database, view: RunView, given: dict[str, Any] | None = None) -> Restored:
    return restore(stored_run(database, view), view.plan, view.context, given=given or {})


def next_world(world: World, view: RunView, database: Database) -> tuple[World, RunView]:
    """The engine is killed with all its workers, and another takes its run over."""
    after = World(workers=world.executor.workers, writer=DirectWriter(database), executor=ScriptedExecutor())
    after.executor.workers = world.executor.workers
    after.now = world.now + 1.0
    taken = restored(database, view)
    finished = {run.seq for run in taken.view.task_runs if run.state in TERMINAL_TASK}
    after.engine.take_over(taken)
    after.turn()
    again = {int(one.key.split(":")[1]) for one in after.executor.seen} & finished
    assert not again, "what had finished is run again"
    return after, taken.view


def retry(
    world: World, view: RunView, database: Database, from_task: str | None = None, **told: Any
) -> tuple[World, RunView]:
    """A run that is over begins its next generation, in an engine that knows nothing of it."""
    after = World(workers=world.executor.workers, writer=DirectWriter(database), executor=ScriptedExecutor())
    after.executor.workers = world.executor.workers
    after.now = world.now + 1.0
    again = restored(database, view).view
    kept = {run.seq for run in again.task_runs}
    reopen(again, from_task, after.now, told)
    again.handle = RunHandle(again, after.engine)
    after.engine.submit(again)
    after.turn()
    assert not {int(one.key.split(":")[1]) for one in after.executor.seen} & kept
    return after, again


class KilledMachine(EngineMachine):
    """Everything that the outside can do to an engine, and a kill at any moment."""

    @rule()
    def kill_the_engine(self) -> None:
        if not self.view.handle.wait(0) and stored_run(self.database, self.view).run.ended_at is None:
            self.world, self.view = next_world(self.world, self.view, self.database)
            self.writer = self.world.writer
            self.seen_before = None


KilledMachine.TestCase.settings = EngineMachine.TestCase.settings
TestKilledMachine = KilledMachine.TestCase


@st.composite
def certain(draw: st.DrawFn) -> PipelineSpec:
    """Pipelines whose outcome does not hang on time, nor on who lost what."""
    spec = draw(pipelines())
    tasks = {name: replace(one, on_lost="retry", timeout=None) for name, one in spec.tasks.items()}
    return replace(spec, tasks=tasks, timeout=None)


class Story:
    """A run in which the outcome of every try is settled beforehand, with the engine killed at some steps."""

    def __init__(self, spec: PipelineSpec, items: int, salt: int, kills: set[int], starts: Sequence[str | None] = ()):
        self.salt = salt
        waiting = list(starts)
        with tempfile.TemporaryDirectory() as folder:
            self.database = open_database(Path(folder, "penstock.db"))
            self.world = self.begins()
            self.view = self.world.submit(spec, params={"items": list(range(items))})
            for step in range(1000):
                if self.view.handle.wait(0) and not (waiting and self._begin_again(waiting.pop())):
                    break
                if step in kills and stored_run(self.database, self.view).run.ended_at is None:
                    self.kill()
                self._go_on()
            assert check(self.database) == []
            self.database.close()

    def begins(self) -> World:
        return World(workers=2, writer=DirectWriter(self.database))

    def kill(self) -> None:
        self.world, self.view = next_world(self.world, self.view, self.database)

    def _begin_again(self, start: str | None) -> bool:
        """Retry what is over from a task, or whole; False where that is refused."""
        self.salt += 1
        before = {run.seq: (run.state, run.reason) for run in self.view.task_runs}
        try:
            self.world, self.view = retry(self.world, self.view, self.database, start)
        except (NotFound, TransitionError):
            return False
        assert before == {seq: (run.state, run.reason) for seq, run in enumerate(self.view.task_runs[: len(before)])}
        return True

    def _go_on(self) -> None:
        waiting = self.world.executor.waiting
        if not waiting:
            self._answer()
            self.world.pass_time(1.1)
            return
        assignment = waiting.pop(min(waiting))
        outcome = self._outcome(assignment)
        if zlib.crc32(repr((self.salt, assignment.key)).encode()) % 2:
            waiting[assignment.key] = assignment
            self.world.start_key(assignment.key)
            del waiting[assignment.key]
        self.world.report(assignment, outcome, value=f"{assignment.task}/{assignment.map_index}")
        self.world.turn()

    def _answer(self) -> None:
        """What a person says hangs on the task alone."""
        for run in questions(self.view):
            reject = zlib.crc32(repr((self.salt, run.task.name)).encode()) % 4 == 0
            told = {"task": run.task.name, "decision": "reject" if reject else "approve"}
            self.world.engine.order(Command(1, self.view.key, "approve", told, 0, "ann", "waiting", None, None))
        self.world.turn()

    def _outcome(self, assignment: Assignment) -> str:
        """By task, item and how many tries were made before, whatever was lost between."""
        run = self.view.task_runs[int(assignment.key.split(":")[1])]
        chance = zlib.crc32(repr((self.salt, assignment.task, assignment.map_index, run.tries)).encode()) % 8
        return "failed" if chance < 2 else "skipped" if chance == 2 else "succeeded"

    @property
    def record(self) -> dict[Any, Any]:
        view = self.view
        assert view.handle.wait(0)
        tasks = {(run.task.name, run.map_index): (run.state, run.reason) for run in view.task_runs}
        return {
            "tasks": tasks, "state": view.state, "reason": view.reason, "values": view.values,
            "done": (view.tasks_done, view.tasks_total, view.warnings, view.failures),
        }  # fmt: skip


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(spec=certain(), items=st.integers(0, 3), salt=st.integers(0, 999), kills=st.sets(st.integers(0, 25), max_size=2))
def test_whenever_the_engine_is_killed_the_record_ends_the_same(
    spec: PipelineSpec, items: int, salt: int, kills: set[int]
) -> None:
    assert Story(spec, items, salt, kills).record == Story(spec, items, salt, set()).record


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    spec=certain(),
    items=st.integers(0, 3),
    salt=st.integers(0, 999),
    kills=st.sets(st.integers(0, 40), max_size=2),
    starts=st.lists(st.sampled_from([None, "a", "b", "c", "d"]), min_size=1, max_size=2),
)
def test_whenever_the_engine_is_killed_a_retry_ends_the_same(
    spec: PipelineSpec, items: int, salt: int, kills: set[int], starts: list[str | None]
) -> None:
    assert Story(spec, items, salt, kills, starts).record == Story(spec, items, salt, set(), starts).record


def world_of(database: Database, workers: int = 2) -> World:
    return World(workers=workers, writer=DirectWriter(database))


def test_attempts_under_way_are_lost_and_tried_again(database: Database) -> None:
    world = world_of(database)
    view = world.submit(pipeline(task("a"), task("b", "a")))
    world.start("a")
    after, view = next_world(world, view, database)
    first = stored_run(database, view).attempts[0]
    assert (first.state, first.reason) == ("lost", "lease_lost")
    after.turn()
    assert [(one.task, one.n) for one in after.executor.seen] == [("a", 2)]
    after.end_all()
    assert states(view) == {"a": "succeeded", "b": "succeeded"}


def test_what_began_and_is_on_no_record_leaves_its_log_to_itself(database: Database) -> None:
    world = world_of(database)
    view = world.submit(pipeline(task("a")))
    first = world.executor.seen[0]
    with database.write() as connection:
        connection.run("DELETE FROM attempt")
        connection.run("UPDATE task_run_row SET attempts = 0")
    taken = restored(database, view)
    taken.view.epoch = 2
    after = World(workers=1, writer=DirectWriter(database))
    with database.write() as connection:
        connection.run("UPDATE run SET epoch = 2")
    after.engine.take_over(taken)
    after.turn()
    again = after.executor.seen[0]
    assert (again.n, first.n) == (1, 1)
    assert again.log != first.log


def test_a_task_that_may_not_be_tried_again_fails_its_run(database: Database) -> None:
    world = world_of(database)
    view = world.submit(pipeline(task("a", on_lost="fail")))
    world.pass_time(0.1)
    _, view = next_world(world, view, database)
    assert (view.state, view.reason) == ("failed", "lease_lost")


def test_the_third_engine_that_dies_under_a_task_is_the_last(database: Database) -> None:
    world = world_of(database)
    view = world.submit(pipeline(task("a"), task("b")))
    world.end("b")
    for _ in range(3):
        assert view.state == "running"
        world.turn()
        world, view = next_world(world, view, database)
    world.turn()
    assert (view.state, view.reason) == ("failed", "poison")
    assert [one.state for one in stored_run(database, view).attempts] == ["lost", "lost", "lost", "succeeded"]


def test_what_waits_for_its_next_try_keeps_its_moment(database: Database) -> None:
    world = world_of(database)
    view = world.submit(pipeline(task("a", retry=RetrySpec(attempts=2, delay=10.0))))
    world.end("a", "failed")
    world.now += 5.0
    after, view = next_world(world, view, database)
    after.pass_time(3.0)
    assert after.names() == []
    after.pass_time(2.0)
    assert after.names() == ["a"]


def test_the_time_of_a_run_goes_on_while_nobody_works(database: Database) -> None:
    world = world_of(database)
    view = world.submit(pipeline(task("a"), timeout=20.0))
    world.now += 21.0
    after, view = next_world(world, view, database)
    after.turn()
    assert (view.state, view.reason) == ("failed", "timeout")


HOUR = 3600.0


def clock_set_back(world: World, view: RunView, database: Database) -> tuple[World, RunView]:
    """The engine is killed; when the next one comes the clock is an hour behind."""
    world.now -= HOUR
    return next_world(world, view, database)


def test_a_retry_waits_no_longer_than_its_delay_when_the_clock_was_set_back(database: Database) -> None:
    world = world_of(database)
    view = world.submit(pipeline(task("a", retry=RetrySpec(attempts=2, delay=10.0))))
    world.end("a", "failed")
    world, view = clock_set_back(world, view, database)
    world.pass_time(9.0)
    assert world.names() == []
    world.pass_time(1.0)
    assert world.names() == ["a"]


def test_a_run_gets_no_more_time_when_the_clock_was_set_back(database: Database) -> None:
    world = world_of(database)
    view = world.submit(pipeline(task("a"), timeout=20.0))
    world, view = clock_set_back(world, view, database)
    world.pass_time(19.0)
    assert view.state == "running"
    world.pass_time(1.0)
    assert (view.state, view.reason) == ("cancelling", "timeout")


def test_a_paused_run_has_left_what_it_had_when_the_clock_was_set_back(database: Database) -> None:
    world = world_of(database)
    view = world.submit(pipeline(task("a"), timeout=20.0))
    world.pass_time(15.0)
    order(world, view, "pause")
    world, view = clock_set_back(world, view, database)
    world.pass_time(100.0)
    order(world, view, "resume")
    world.pass_time(4.0)
    assert view.state == "running"
    world.pass_time(1.0)
    assert (view.state, view.reason) == ("cancelling", "timeout")


def test_a_question_gets_no_more_time_when_the_clock_was_set_back(database: Database) -> None:
    world = world_of(database)
    asked = task("a", kind="approval", timeout=20.0, approval=ApprovalSpec(on_timeout="failed"))
    view = world.submit(pipeline(asked))
    world, view = clock_set_back(world, view, database)
    world.pass_time(19.0)
    assert questions(view) == [run_of(view, "a")]
    world.pass_time(1.0)
    assert (view.state, run_of(view, "a").reason) == ("failed", "timeout")


def test_why_a_task_failed_that_nobody_tried_is_on_record_and_known_to_the_next_engine(database: Database) -> None:
    world = world_of(database)
    asked = task("a", kind="approval", approval=ApprovalSpec(), allow_failure=True)
    view = world.submit(pipeline(asked, task("b")))
    answered = {"decision": "reject", "comment": "too much"}
    world.engine.order(Command(1, view.key, "approve", answered, 0, "ann", "waiting", None, None))
    world.turn()
    with database.read() as connection:
        told, other = run_document(connection, view.key)["tasks"]
        (change,) = task_changes(connection, view.key, view.id, [0])
    assert (told["error"]["type"], told["error"]["message"]) == ("Rejected", "rejected by ann: too much")
    assert (change["error"]["message"], other["error"]) == ("rejected by ann: too much", None)
    _, view = next_world(world, view, database)
    assert run_of(view, "a").error == {"type": "Rejected", "message": "rejected by ann: too much", "traceback": ""}


def order(world: World, view: RunView, kind: str) -> None:
    world.engine.order(Command(1, view.key, kind, {}, 0, None, "waiting", None, None))
    world.turn()


def test_a_run_that_was_cancelled_goes_on_ending(database: Database) -> None:
    world = world_of(database)
    view = world.submit(pipeline(task("a"), task("tidy", role="finally")))
    world.start("a")
    view.handle.cancel()
    world.turn()
    assert stored_run(database, view).run.state == "cancelling"
    after, view = next_world(world, view, database)
    after.turn()
    assert after.names() == ["tidy"]
    after.end_all()
    assert (view.state, view.reason) == ("cancelled", "user")
    assert states(view) == {"a": "cancelled", "tidy": "succeeded"}


def test_what_was_promised_and_called_back_is_cancelled_by_the_next_engine(database: Database) -> None:
    world = world_of(database)
    view = world.submit(pipeline(task("a"), task("b", "a"), task("c", "b")))
    world.end("a", took=0.0001)
    view.handle.cancel()
    world.turn()
    assert states(view) == {"a": "succeeded", "b": "cancelling", "c": "cancelling"}
    _, view = next_world(world, view, database)
    assert (view.state, states(view)) == ("cancelled", {"a": "succeeded", "b": "cancelled", "c": "cancelled"})


def test_who_cancels_what_is_out_of_time_is_heard_by_the_next_engine_too(database: Database) -> None:
    world = world_of(database)
    view = world.submit(pipeline(task("a"), timeout=5.0))
    world.start("a")
    world.pass_time(6.0)
    view.handle.cancel()
    world.turn()
    _, view = next_world(world, view, database)
    assert (view.state, view.reason) == ("cancelled", "user")


def test_items_keep_their_results(database: Database) -> None:
    world = world_of(database)
    each = task("each", inputs={"x": Source("item", "items", over="param")}, foreach=("x",))
    view = world.submit(pipeline(each, task("all", "each")), params={"items": [1, 2, 3]})
    world.end("each[1]", value="one")
    after, view = next_world(world, view, database)
    after.turn()
    assert after.names() == ["each[0]", "each[2]"]
    after.end("each[0]", value="zero")
    after.end("each[2]", value="two")
    (assignment,) = after.executor.waiting.values()
    assert [ref[1] for ref in assignment.inputs["each"]["list"]] == ['"zero"', '"one"', '"two"']
    after.end_all()
    assert run_of(view, "all").state == "succeeded"


def test_items_keep_their_results_when_one_of_them_fails(database: Database) -> None:
    world = world_of(database)
    each = task("each", inputs={"x": Source("item", "items", over="param")}, foreach=("x",))
    rest = task("rest", "each", trigger="all_done", after=("slow",))
    view = world.submit(pipeline(each, task("slow"), rest), params={"items": [1, 2]})
    world.end("each[0]", "failed")
    world.end("each[1]", value="one")
    after, _ = next_world(world, view, database)
    after.turn()
    after.end("slow")
    (assignment,) = after.executor.waiting.values()
    assert assignment.inputs["each"]["list"][0] is None
    assert assignment.inputs["each"]["list"][1][1] == '"one"'


def debugged(world: World, *breakpoints: str) -> RunView:
    return world.submit(pipeline(task("a"), task("b"), task("c")), RunRequest(type="debug", breakpoints=breakpoints))


def ordered(world: World, view: RunView, kind: str, number: int, **arguments: Any) -> None:
    world.engine.order(Command(number, view.key, kind, arguments, 0, "ann", "waiting", None, None))
    world.turn()


def test_a_breakpoint_holds_where_the_task_before_it_was_set_and_the_engine_was_killed(database: Database) -> None:
    world = world_of(database)
    view = debugged(world, "a", "b")
    ordered(world, view, "set-state", 1, task="a", state="succeeded")
    after, view = next_world(world, view, database)
    assert view.before.task.name == "a"
    ordered(after, view, "resume", 2)
    assert (view.state, view.reason, after.names()) == ("paused", "breakpoint", [])
    assert view.before.task.name == "b"
    ordered(after, view, "resume", 3)
    assert after.names() == ["b"]


def test_the_next_engine_goes_on_step_by_step(database: Database) -> None:
    world = world_of(database)
    view = debugged(world, "a")
    ordered(world, view, "resume", 1, step=True)
    world.start("a")
    after, view = next_world(world, view, database)
    after.turn()
    after.end_all()
    assert (view.state, view.before.task.name) == ("paused", "b")
    ordered(after, view, "resume", 2)
    after.end_all()
    assert view.state == "succeeded"


def test_times_are_the_same_after_any_number_of_engines(database: Database) -> None:
    world = world_of(database)
    view = world.submit(pipeline(task("a"), task("b")))
    world.end("a")
    before = stored_run(database, view)
    for _ in range(2):
        world, view = next_world(world, view, database)
        world.turn()
    after = stored_run(database, view)
    assert after.task_runs[0] == before.task_runs[0]
    assert (after.run.created_at, after.run.started_at) == (before.run.created_at, before.run.started_at)


def test_a_record_that_is_not_whole_is_told(database: Database) -> None:
    world = world_of(database)
    view = world.submit(pipeline(task("a"), task("b")))
    stored = stored_run(database, view)
    with pytest.raises(StoreCorrupt, match="is not whole"):
        restore(stored._replace(task_runs=stored.task_runs[:1]), view.plan, view.context, given={})
