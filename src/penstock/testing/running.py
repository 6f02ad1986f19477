"""A run under test, from what is wished to what became of it."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

from penstock.authoring.pipeline import Pipeline
from penstock.compose.executors import start_executor
from penstock.compose.home import Home
from penstock.compose.local import LocalEngine
from penstock.compose.settings import Settings
from penstock.engine.approvals import APPROVAL
from penstock.engine.handle import RunHandle
from penstock.engine.observe import Notice
from penstock.engine.request import RunRequest
from penstock.errors import UsageError
from penstock.model.run_types import check_type, meaning_of
from penstock.model.spec import PipelineSpec
from penstock.testing import definition
from penstock.testing.calls import Calls, giving
from penstock.testing.outcome import outcome
from penstock.testing.results import RunResult


class Wish(NamedTuple):
    """What `run_pipeline` is asked for."""

    params: dict[str, Any]
    inputs: dict[str, Any]
    from_: tuple[str, ...]
    to: tuple[str, ...]
    only: tuple[str, ...]
    tags: tuple[str, ...]
    labels: dict[str, str]
    type: str


def play(pipeline: Pipeline, wish: Wish) -> RunResult:
    """Run it in a home of its own, which goes with it."""
    __tracebackhide__ = True
    check_type(wish.type)
    if meaning_of(wish.type).alone:
        raise UsageError(f"a run of type {wish.type} asks a person what to do", cure="use breakpoint() in the task")
    spec = pipeline.spec()
    answers = definition.answers(spec, wish.inputs)
    given = {name: value for name, value in wish.inputs.items() if name not in answers}
    request = RunRequest(wish.params, labels=wish.labels, type=wish.type)
    if given or wish.from_ or wish.to or wish.only or wish.tags:
        chosen = definition.part(spec, given, from_=wish.from_, to=wish.to, only=wish.only, tags=wish.tags)
        request.only = tuple(chosen)
    with TemporaryDirectory(prefix="penstock-test-") as folder:
        home, settings = Home(Path(folder), str(Path(folder, "penstock.db"))), Settings()
        with LocalEngine(home, settings, start_executor(settings, inline=True)) as engine:
            if given:
                request.from_run = _put_away(engine, giving(spec.name, spec.namespace, given))
            calls = Calls(pipeline, answers)
            return outcome(engine, _run(engine, spec, calls, request), calls)


def _put_away(engine: LocalEngine, values: Pipeline) -> str:
    """Have an earlier run make the values that are given; its id."""
    __tracebackhide__ = True
    calls = Calls(values, {})
    handle = _run(engine, values.spec(), calls, RunRequest())
    outcome(engine, handle, calls).raise_for_failure()
    return handle.id


def _run(engine: LocalEngine, spec: PipelineSpec, calls: Calls, request: RunRequest) -> RunHandle:
    """A run that is over. Raises what ended it that is no failure of a task."""
    __tracebackhide__ = True
    asked: list[Notice] = []

    def take(notice: Notice) -> None:
        if notice.task is not None and notice.state == "paused" and notice.reason == APPROVAL:
            asked.append(notice)
            handle.cancel()

    with calls.found() as code:
        handle = engine.submit(definition.in_a_test(spec, code, calls.answers), request)
        calls.on_stop = handle.cancel
        handle.listen(take)
        engine.work_until(handle)
    if handle.failure is not None:
        raise handle.failure
    if calls.stopped is not None:
        raise calls.stopped
    if asked:
        cure = f"answer it, as in inputs={{'{asked[0].task}': {{}}}}"
        raise UsageError(f"the run waits for the approval '{asked[0].task}', which nobody gives", cure=cure)
    return handle
