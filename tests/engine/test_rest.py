"""Workers go when there was nothing to do for a while, and come back as fresh ones."""

from __future__ import annotations

from tests.engine.world import ScriptedExecutor, World, pipeline, task


class Counting(ScriptedExecutor):
    """Keeps what becomes of its processes."""

    def __init__(self) -> None:
        super().__init__()
        self.acts: list[str] = []

    def open(self) -> None:
        self.acts.append("open")

    def close(self) -> None:
        self.acts.append("close")


def rested(after: float | None) -> tuple[World, Counting]:
    executor = Counting()
    return World(executor=executor, rest_after=after), executor


def test_after_a_rest_workers_are_fresh() -> None:
    world, executor = rested(60.0)
    world.submit(pipeline(task("a")))
    world.pass_time(100)
    assert executor.acts == []  # there is a run
    world.end("a")
    world.pass_time(59)
    assert executor.acts == []
    world.pass_time(2)
    assert executor.acts == ["close", "open"]
    world.pass_time(600)
    assert executor.acts == ["close", "open"]
    world.submit(pipeline(task("a")))
    world.end("a")
    world.pass_time(61)
    assert executor.acts == ["close", "open"] * 2


def test_a_run_ends_the_rest() -> None:
    world, executor = rested(60.0)
    world.submit(pipeline(task("a")))
    world.end("a")
    world.pass_time(59)
    view = world.submit(pipeline(task("a")))
    world.pass_time(59)
    assert executor.acts == []
    world.end("a")
    assert view.state == "succeeded"


def test_the_engine_wakes_for_it() -> None:
    world, _ = rested(60.0)
    assert world.engine._patience() is None
    world.submit(pipeline(task("a")))
    world.end("a")
    patience = world.engine._patience()
    assert patience is not None
    assert 59 < patience <= 60


def test_without_a_time_workers_stay() -> None:
    world, executor = rested(None)
    world.submit(pipeline(task("a")))
    world.end("a")
    world.pass_time(1e6)
    assert executor.acts == []
    assert world.engine._patience() is None
