"""What waits keeps its moment, whatever the clock and the run's other lives do."""

from __future__ import annotations

import pytest

from penstock.engine.handle import RunHandle
from penstock.engine.reopen import reopen
from penstock.engine.restore import restore
from penstock.model.spec import Resources, RetrySpec
from penstock.store import recovery
from penstock.store.commands import Command
from penstock.store.database import Database
from tests.engine.test_machine import DirectWriter
from tests.engine.world import World, pipeline, states, task


class Clocked(World):
    """A world whose clock may be off, by `skew` seconds."""

    def __init__(self) -> None:
        super().__init__()
        self.skew = 0.0
        self.engine.clock = lambda: self.now + self.skew


@pytest.mark.parametrize("skew", [3600.0, -3600.0])
def test_a_retry_keeps_its_moment_when_the_clock_is_set(skew: float) -> None:
    world = Clocked()
    world.submit(pipeline(task("a", retry=RetrySpec(attempts=2, delay=10.0))))
    world.end("a", "failed")
    world.skew = skew
    world.pass_time(9.0)
    assert world.names() == []
    world.pass_time(1.0)
    assert world.names() == ["a"]


def test_the_time_out_of_a_run_does_not_disturb_its_retry(database: Database) -> None:
    world = World(writer=DirectWriter(database))
    view = world.submit(pipeline(task("a"), timeout=20.0))
    world.end("a", "failed")
    assert view.handle.wait(0)
    with database.read() as connection:
        stored = recovery.load_run(connection, view.key)
    assert stored is not None
    again = restore(stored, view.plan, view.context, given={}).view
    reopen(again, None, world.now)
    again.handle = RunHandle(again, world.engine)
    world.now += 21.0
    world.engine.submit(again)
    world.turn()
    world.end("a")
    assert again.state == "succeeded"


def test_clean_up_that_was_held_back_by_a_pause_runs_when_the_run_is_cancelled() -> None:
    world = World(pools={"db": 1})
    tidy = [task(name, role="finally", resources=Resources(pool="db")) for name in ("one", "two")]
    view = world.submit(pipeline(task("a"), *tidy))
    world.end("a")
    assert world.names() == ["one"]
    for number, kind in enumerate(("pause", "cancel"), 1):
        world.engine.order(Command(number, view.key, kind, {}, 0, None, "waiting", None, None))
        world.turn()
    world.end_all()
    assert (view.state, states(view)) == ("cancelled", dict.fromkeys(("a", "one", "two"), "succeeded"))
