"""An engine that falls over a mistake of ours."""

from __future__ import annotations

import threading

from penstock.engine.plan import make_plan
from penstock.engine.request import RunRequest, chosen_tasks, new_view
from penstock.engine.view import RunView
from penstock.model import ids
from penstock.ports.executor import Report, RunContext
from tests.engine.world import START, ScriptedExecutor, World, pipeline, task


class Falling(ScriptedExecutor):
    """Falls when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.told = threading.Event()

    def poll(self, timeout: float | None) -> list[Report]:
        self.told.wait()
        raise RuntimeError("a mistake of ours")


def view(number: int) -> RunView:
    plan = make_plan(pipeline(task("a")))
    name = ids.run_id(ids.run_key(START, number))
    context = RunContext(name, "p", "default", plan.version, "standard", {}, {}, {}, "/artifacts", "/logs")
    return new_view(plan, context, RunRequest(), START, chosen=chosen_tasks(plan, RunRequest()), given={})


def test_nobody_waits_for_a_run_that_it_was_handed() -> None:
    executor = Falling()
    engine = World(executor=executor).engine
    engine.start()
    before = engine.submit(view(1))
    executor.told.set()
    assert before.wait(30.0)
    after = engine.submit(view(2))
    assert after.wait(30.0)
    for handle in (before, after):
        assert "the engine stopped: RuntimeError: a mistake of ours" in str(handle.failure)
    engine.stop()
