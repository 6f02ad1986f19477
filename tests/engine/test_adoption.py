"""An engine that is killed is followed by one that adopts its attempts: nothing is lost, nothing made twice at once."""

from __future__ import annotations

import zlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from penstock.engine.adoption import Bequest, mark_of
from penstock.engine.dispatch import attempt_key, epoch_of
from penstock.engine.view import RunView
from penstock.model.spec import PipelineSpec
from penstock.ports.executor import Assignment, Ended, Legacy, Metric, Report, Returned, Told
from penstock.store import recovery
from penstock.store.database import Database
from tests.engine.test_machine import DirectWriter
from tests.engine.test_restore import Story, certain, restored, stored_run
from tests.engine.world import ScriptedExecutor, World, pipeline, states, task


class Agent(ScriptedExecutor):
    """An executor that outlives its engine, as the law of ports.executor has it."""

    def __init__(self, workers: int = 2) -> None:
        super().__init__(workers)
        self.taken = 0
        self.legacy: Legacy | None = Legacy(False, frozenset(), {})
        self._unacknowledged: list[tuple[int, Report]] = []
        self._held: list[Report] = []
        self._early: list[Assignment] = []

    def dispatch(self, assignments: list[Assignment]) -> None:
        if self.legacy is not None and self.legacy.left:
            self._early += assignments
            return
        super().dispatch(assignments)
        places = [(one.task, one.map_index) for one in self.waiting.values()]
        assert len(places) == len(set(places)), "two attempts of a task at once"

    def poll(self, timeout: float | None) -> list[Report]:
        reports = super().poll(timeout)
        for report in reports:
            self.taken += 1
            self._unacknowledged.append((self.taken, report))
        return reports

    def acknowledge(self, taken: int) -> None:
        self._unacknowledged = [one for one in self._unacknowledged if one[0] > taken]

    def left_by_its_engine(self, begun: set[str]) -> Agent:
        """The same agent as the next engine meets it; of what waited, these attempts run."""
        after = Agent(self.workers)
        after._held = [report for _, report in self._unacknowledged] + self.reports
        unbegun = [key for key in self.waiting if key not in begun] + [one.key for one in self.behind.values()]
        after._held += [Returned(key) for key in unbegun]
        after.waiting = {key: one for key, one in self.waiting.items() if key in begun}
        attempts = {report.key: False for report in after._held if isinstance(report, Ended | Returned)}
        attempts |= {key: key in self.cancelled for key in after.waiting}
        after.legacy = Legacy(True, frozenset(), attempts)
        return after

    def keep(self, keys: list[str]) -> None:
        assert self.legacy is not None
        assert self.legacy.left
        self.legacy = self.legacy._replace(left=False)
        self.waiting = {key: one for key, one in self.waiting.items() if key in keys}
        self.reports = [report for report in self._held if report.key in keys]
        early, self._early = self._early, []
        self.dispatch(early)


def new_world(database: Database, agent: Agent) -> World:
    return World(workers=agent.workers, writer=DirectWriter(database), executor=agent, lasting=agent)


def adopt(world: World, view: RunView, database: Database, begun: set[str]) -> tuple[World, RunView]:
    """The engine is killed, its agent is not: another engine goes on."""
    assert isinstance(world.executor, Agent)
    after = new_world(database, world.executor.left_by_its_engine(begun))
    after.now = world.now + 1.0
    with database.write() as connection:
        connection.run("UPDATE run SET epoch = epoch + 1 WHERE key = ?", (view.key,))
    taken = restored(database, view)
    with database.read() as connection:
        marks = {
            (one.key, *mark)
            for one in taken.live
            for mark in recovery.reported(connection, view.key, one.task_run.seq, one.n)
        }
    after.engine.take_over(taken, Bequest((), frozenset(marks)))
    after.engine.keep_legacy()
    after.turn()
    return after, taken.view


class AdoptedStory(Story):
    """The same run, with an agent that outlives the engine."""

    def begins(self) -> World:
        return new_world(self.database, Agent(2))

    def kill(self) -> None:
        waiting = self.world.executor.waiting
        begun = {key for key in waiting if zlib.crc32(repr((self.salt, key, "begun")).encode()) % 3}
        self.world, self.view = adopt(self.world, self.view, self.database, begun)
        stored = stored_run(self.database, self.view)
        assert not [one for one in stored.attempts if one.state == "lost"]


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(spec=certain(), items=st.integers(0, 3), salt=st.integers(0, 999), kills=st.sets(st.integers(0, 25), max_size=3))
def test_whenever_the_engine_is_killed_nothing_is_lost(
    spec: PipelineSpec, items: int, salt: int, kills: set[int]
) -> None:
    assert AdoptedStory(spec, items, salt, kills).record == Story(spec, items, salt, set()).record


def _begun(database: Database, *, started: bool = True) -> tuple[World, RunView]:
    """A run whose first task was dispatched, or is running; that is on record."""
    world = new_world(database, Agent(1))
    view = world.submit(pipeline(task("a"), task("b", "a")))
    if started:
        world.start("a")
    world.turn()
    return world, view


def test_an_attempt_goes_on_as_the_same(database: Database) -> None:
    world, view = _begun(database)
    (key,) = world.executor.waiting
    after, view = adopt(world, view, database, {key})
    assert [one.key for one in after.executor.waiting.values()] == [key]
    assert states(view) == {"a": "running", "b": "created"}
    after.end("a")
    after.end_all()
    assert [(one.seq, one.n, one.state) for one in stored_run(database, view).attempts] == [
        (0, 1, "succeeded"), (1, 1, "succeeded"),
    ]  # fmt: skip


def test_what_was_given_back_is_dispatched_again_under_its_row(database: Database) -> None:
    world, view = _begun(database, started=False)
    after, view = adopt(world, view, database, set())
    after.end_all()
    assert view.state == "succeeded"
    assert [(one.seq, one.n, one.state) for one in stored_run(database, view).attempts] == [
        (0, 1, "succeeded"), (1, 1, "succeeded"),
    ]  # fmt: skip


def test_what_comes_again_is_on_record_once(database: Database) -> None:
    world, view = _begun(database)
    (key,) = world.executor.waiting
    told: list[Report] = [Metric(key, world.now, "rows", 1.0, None), Told(key, world.now, "dataset_saved", {"é": 1})]
    world.executor.reports += told
    world.turn(10)
    assert isinstance(world.executor, Agent)
    world.executor._unacknowledged = [(1, report) for report in told]  # its engine died before it could say so
    after, view = adopt(world, view, database, {key})
    after.executor.reports.append(Metric(key, after.now, "rows", 2.0, None))
    after.turn()
    after.end("a")
    after.end_all()
    with database.read() as connection:
        assert [row[0] for row in connection.all("SELECT value FROM metric ORDER BY id")] == [1.0, 2.0]
        assert len(connection.all("SELECT 1 FROM event WHERE kind = 'dataset_saved'")) == 1


def test_what_its_agent_wrote_before_it_died_counts(database: Database) -> None:
    world, view = _begun(database)
    (key,) = world.executor.waiting
    after = new_world(database, Agent(1))
    taken = restored(database, view)
    ended = world.report(world.take("a"), value=7)
    after.engine.take_over(taken, Bequest([ended]))
    after.turn()
    assert states(taken.view) == {"a": "succeeded", "b": "queued"}
    assert [one.key for one in after.executor.waiting.values()] != [key]


@pytest.mark.parametrize("asked", [True, False])
def test_a_cancel_that_the_agent_did_not_hear_is_said_again(database: Database, asked: bool) -> None:
    world, view = _begun(database)
    (key,) = world.executor.waiting
    view.handle.cancel()
    world.turn()
    assert world.executor.cancelled == [key]
    if not asked:
        world.executor.cancelled.clear()
    after, view = adopt(world, view, database, {key})
    assert after.executor.cancelled == ([] if asked else [key])
    after.end("a", "cancelled")
    after.end_all()
    assert view.state == "cancelled"


def test_clean_up_of_a_run_that_was_cancelled_goes_on(database: Database) -> None:
    world = new_world(database, Agent(1))
    view = world.submit(pipeline(task("a"), task("tidy", role="finally")))
    world.start("a")
    view.handle.cancel()
    world.turn()
    world.end("a", "cancelled")
    world.start("tidy")
    after, view = adopt(world, view, database, {next(iter(world.executor.waiting))})
    assert after.executor.cancelled == []
    after.end("tidy")
    assert (view.state, states(view)) == ("cancelled", {"a": "cancelled", "tidy": "succeeded"})


def test_what_was_asked_to_end_for_no_reason_on_record_is_made_again(database: Database) -> None:
    world, view = _begun(database)
    (key,) = world.executor.waiting
    world.executor.cancelled.append(key)  # the wish, and why, went with its engine
    after, view = adopt(world, view, database, {key})
    after.end("a", "cancelled")
    after.end_all()
    assert (view.state, states(view)) == ("succeeded", {"a": "succeeded", "b": "succeeded"})
    assert [one.state for one in stored_run(database, view).attempts] == ["lost", "succeeded", "succeeded"]


def test_what_came_back_and_has_ended_since_is_not_given_out_again(database: Database) -> None:
    world, view = _begun(database, started=False)
    (waiting,) = world.executor.waiting.values()
    after = new_world(database, Agent(1))
    taken = restored(database, view)
    ended = world.report(waiting, value=7)
    after.engine.take_over(taken, Bequest([Returned(waiting.key), ended]))
    after.turn()
    assert states(taken.view) == {"a": "succeeded", "b": "queued"}
    assert [one.task for one in after.executor.seen] == ["b"]


@given(seq=st.integers(0, 10**6), n=st.integers(1, 999), epoch=st.integers(1, 999), name=st.text(alphabet="a.e1-_"))
def test_a_log_tells_the_epoch_of_its_attempt(seq: int, n: int, epoch: int, name: str) -> None:
    owner = "" if epoch == 1 else f".e{epoch}"
    assert epoch_of(f"run/{name}.{n}{owner}.jsonl", n) == epoch
    assert attempt_key(5, seq, n, epoch).split(":")[:3] == ["5", str(seq), str(n)]


def test_marks_tell_reports_apart() -> None:
    one = Metric("1:0:1", 5.0, "rows", 1.0, None)
    assert mark_of(one) == mark_of(one._replace(value=2.0))
    assert mark_of(one) != mark_of(one._replace(at=5.000001))
    assert mark_of(Told("1:0:1", 5.0, "dataset_saved", {})) != mark_of(Told("1:0:1", 5.0, "dataset_saved", {"a": 1}))
