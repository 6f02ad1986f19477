"""What a run took that is retried in place: the time in which its generations ran, not the nights between."""

from __future__ import annotations

import pytest

from penstock.engine.handle import RunHandle
from penstock.engine.recover import lost_run
from penstock.engine.reopen import reopen
from penstock.engine.view import Barred, RunView
from penstock.model.states import TERMINAL_RUN
from penstock.store.database import Database
from penstock.store.documents import run_document
from penstock.store.filters import RunFilter
from penstock.store.rows import Fence
from penstock.store.runs import list_runs
from penstock.store.write import apply
from tests.engine.test_machine import DirectWriter
from tests.engine.test_restore import restored, retry, stored_run
from tests.engine.world import ScriptedExecutor, World, pipeline, task

NIGHT = 50_000.0
FULL = Barred("queue", {}, "it waits for its turn")


def failed(database: Database) -> tuple[World, RunView]:
    """A run that failed after some 10 s, a night ago."""
    world = World(writer=DirectWriter(database))
    view = world.submit(pipeline(task("a"), task("b", "a")))
    world.pass_time(10)
    world.end("a", "failed")
    world.pass_time(NIGHT)
    return world, view


def in_line(database: Database) -> tuple[World, RunView]:
    """The same, which was retried and waits for its turn since a night."""
    before, view = failed(database)
    world = World(writer=DirectWriter(database))
    world.now = before.now
    again = restored(database, view).view
    reopen(again, None, world.now)
    again.barred = FULL
    again.handle = RunHandle(again, world.engine)
    world.engine.submit(again)
    world.pass_time(NIGHT)
    assert again.state == "queued"
    return world, again


def ran(database: Database, view: RunView) -> float:
    """Seconds from each time that its history tells it to run, to the time at which that says it was over."""
    with database.read() as connection:
        events = connection.all("SELECT at, kind FROM event WHERE run_key = ? AND seq IS NULL ORDER BY id", (view.key,))
    seconds, since = 0.0, None
    for at, kind in events:
        state = kind.partition(".")[2]
        if state == "running":
            since = at
        elif state in TERMINAL_RUN and since is not None:
            seconds, since = seconds + (at - since) / 1_000_000, None
    return seconds


def assert_told(database: Database, view: RunView, about: float) -> None:
    """Documents, lists and views tell the same."""
    took = ran(database, view)
    assert took == pytest.approx(about, abs=1)
    with database.read() as connection:
        document = run_document(connection, view.key)
        ((duration, idle),) = connection.all("SELECT duration, idle FROM pipeline_run")
        assert list_runs(connection, RunFilter(duration_lt=about + 1)).items
        assert not list_runs(connection, RunFilter(duration_gt=about + 1)).items
    assert document["duration"] == pytest.approx(took, abs=1e-5)
    assert (duration, idle) == (document["duration"], document["idle"])
    assert view.since == pytest.approx(view.ended_at - took, abs=1e-5)  # type: ignore[operator]


def test_what_lies_between_its_generations_does_not_count(database: Database) -> None:
    world, view = failed(database)
    assert_told(database, view, 10)
    for about in (30, 50):
        world, view = retry(world, view, database)
        world.pass_time(20)
        world.end("a", "failed")
        world.pass_time(NIGHT)
        assert_told(database, view, about)
    assert view.idle == pytest.approx(2 * NIGHT, abs=5)


def test_the_notice_of_its_end_tells_the_same(database: Database) -> None:
    world, view = retry(*failed(database), database)
    notices: list[float | None] = []
    view.handle.listen(lambda notice: notices.append(notice.duration) if notice.task is None else None)
    world.end_all()
    assert notices[-1] == pytest.approx(ran(database, view), abs=1e-5)


def test_what_waits_for_its_turn_to_go_on_does_not_run(database: Database) -> None:
    world, view = in_line(database)
    assert world.now - view.since == pytest.approx(NIGHT, abs=1), "as a new run it tells how long it waits"
    world.engine.admit(view.key, None)
    world.turn()
    world.pass_time(20)
    world.end_all()
    assert_told(database, view, 30)


def test_the_next_engine_knows_since_when_it_waits(database: Database) -> None:
    before, view = in_line(database)
    world = World(writer=DirectWriter(database), executor=ScriptedExecutor())
    world.now = before.now
    taken = restored(database, view)
    taken.view.touched, taken.view.barred = {}, FULL
    world.engine.take_over(taken)
    world.pass_time(NIGHT)
    world.engine.admit(view.key, None)
    world.turn()
    world.pass_time(20)
    world.end_all()
    assert taken.view.state == "succeeded"
    assert_told(database, taken.view, 30)


def test_who_is_cancelled_in_the_line_took_what_it_took_before(database: Database) -> None:
    world, view = in_line(database)
    view.handle.cancel()
    world.turn()
    assert view.state == "cancelled"
    assert_told(database, view, 10)


def test_who_is_lost_in_the_line_took_what_it_took_before(database: Database) -> None:
    world, view = in_line(database)
    with database.write() as connection:
        apply(connection, lost_run(stored_run(database, view), Fence(view.key, 1, view.epoch), world.now + NIGHT))
    assert_told(database, restored(database, view).view, 10)


def test_a_clock_that_was_set_back_makes_no_run_longer(database: Database) -> None:
    world, view = failed(database)
    world.now -= 2 * NIGHT
    world, view = retry(world, view, database)
    world.end_all()
    assert 0.0 <= view.idle < 1.0
