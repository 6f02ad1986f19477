"""One engine with its agent in this process, on one home: what `penstock run` and scripts use."""

from __future__ import annotations

import os
import secrets
import threading
import time
from types import TracebackType
from typing import Any, Self

from penstock.compose.home import Home
from penstock.compose.settings import Settings
from penstock.compose.spare_room import SpareRoom
from penstock.engine.handle import RunHandle
from penstock.engine.limits import Limits
from penstock.engine.loop import Engine
from penstock.engine.plan import Plan, make_plan
from penstock.engine.recover import settle_abandoned_runs
from penstock.engine.request import RunRequest, chosen_tasks, new_view
from penstock.errors import NotFound, PenstockError
from penstock.executors.inline import InlineExecutor
from penstock.executors.local import LocalExecutor
from penstock.model import graph, ids, params, spec
from penstock.model.spec import PipelineSpec
from penstock.ports.executor import Executor, RunContext
from penstock.store import instances, outputs, runs
from penstock.store.database import open_database
from penstock.store.writer import Writer

#: An engine shows that it is alive this often (seconds); DESIGN section 6.
BEAT = 3.0


def start_executor(settings: Settings, *, inline: bool = False, workers: int | None = None) -> Executor:
    """The executor that is asked for, open: its processes come up while the caller goes on."""
    width = workers or settings.workers or os.cpu_count() or 1
    limit = settings.log_limit
    executor: Executor = InlineExecutor(log_limit=limit) if inline else LocalExecutor(width, log_limit=limit)
    executor.open()
    return executor


def check(definition: PipelineSpec, request: RunRequest, settings: Settings, cores: int) -> None:
    """Raise what `submit` would raise of the request alone, before anything is opened or made."""
    params.resolve(definition.params, request.params, request.texts)
    plan = make_plan(definition)
    chosen_tasks(plan, request)
    limits = Limits(cores, settings.gpus, settings.pools)
    for task in plan.tasks:
        limits.check(task)


class LocalEngine:
    """Runs pipelines in this process tree, durably. A context manager; `submit` may be called from any thread.

    `executor` is an open one (by default local, a worker a core); it is closed with the engine. Opening registers
    this process as the owner of the runs that it submits, and settles runs whose owner is gone. Raises StoreError,
    ExecutorError, SettingsError.
    """

    def __init__(self, home: Home, settings: Settings, executor: Executor | None = None) -> None:
        self.home = home
        self.settings = settings
        self.executor = executor or start_executor(settings)
        self.inline = isinstance(self.executor, InlineExecutor)
        self._plans: dict[int, tuple[PipelineSpec, Plan]] = {}
        try:
            self.database = open_database(home.database_url)
            self._owner = self._register()
            self.writer = Writer(self.database)
            limits = Limits(self.executor.workers, settings.gpus, settings.pools)
            self._spare = SpareRoom(home.path)
            self.engine = Engine(self.executor, self.writer, limits, self._owner, make_room=self._spare.give)
        except BaseException:
            self.executor.close()
            raise
        self._closed = threading.Event()
        self._beat = threading.Thread(target=self._beat_on, name="penstock-beat", daemon=True)
        self._beat.start()
        if not self.inline:
            self.engine.start()

    def _register(self) -> int:
        with self.database.write() as connection:
            owner = instances.register(connection, "terminal", time.time())
            settle_abandoned_runs(connection, owner, time.time())
            return owner

    def _beat_on(self) -> None:
        while not self._closed.wait(BEAT):
            try:
                with self.database.write() as connection:
                    instances.beat(connection, self._owner, time.time())
            except PenstockError:
                continue  # a missed beat harms nobody here: this process is seen to be alive by its pid

    def work_until(self, handle: RunHandle) -> None:
        """For an inline engine: run its tasks here, in the calling thread, until the run is over and recorded."""
        self.engine.work_until(handle)

    def plan(self, definition: PipelineSpec) -> Plan:
        """The plan of a definition, made once for each definition object."""
        known = self._plans.get(id(definition))
        if known is None:
            plan = make_plan(definition)
            for task in plan.tasks:
                self.engine.limits.check(task)
            known = self._plans[id(definition)] = (definition, plan)
        return known[1]

    def submit(self, definition: PipelineSpec, request: RunRequest | None = None) -> RunHandle:
        """Start a run of a definition. Raises ParameterError, NotFound, DefinitionError before anything is recorded."""
        request = request or RunRequest()
        plan = self.plan(definition)
        values = params.resolve(definition.params, request.params, request.texts)
        chosen = chosen_tasks(plan, request)
        given = {} if chosen is None else self._given(plan, chosen, request)
        at = time.time()
        context = self._context(plan, request, values, ids.run_id(ids.run_key(at, secrets.randbits(ids.CHANCE_BITS))))
        view = new_view(plan, context, request, at, chosen=chosen, given=given)
        return self.engine.submit(view)

    def _context(self, plan: Plan, request: RunRequest, values: dict[str, Any], run_id: str) -> RunContext:
        definition = plan.spec
        return RunContext(
            run_id=run_id,
            pipeline=definition.name,
            namespace=definition.namespace,
            version=plan.version,
            type=request.type,
            params=values,
            labels={**definition.labels, **request.labels},
            code=spec.to_json(definition.code) if definition.code else {},
            artifacts=str(self.home.artifacts),
            logs=str(self.home.logs),
        )

    def _given(self, plan: Plan, chosen: set[str], request: RunRequest) -> dict[str, Any]:
        """References of what the slice reads from tasks outside of it, from an earlier run."""
        needed = graph.needs(plan.spec, chosen)
        if not needed:
            return {}
        definition = plan.spec
        with self.database.read() as connection:
            if request.from_run is not None:
                key: int | None = runs.find_run(connection, request.from_run)
            else:
                key = runs.latest_succeeded(connection, definition.namespace, definition.name, having=needed)
            found = {} if key is None else outputs.references(connection, key)
        missing = sorted(needed - found.keys())
        if missing:
            source = f"run {request.from_run}" if request.from_run else "no succeeded run"
            raise NotFound(
                f"the slice needs {', '.join(repr(name) for name in missing)}, and {source} has "
                f"{'it not' if request.from_run else 'it'}",
                cure=f"run '{definition.name}' whole once, or give a run that has it with --from-run",
            )
        return {name: found[name] for name in needed}

    def close(self) -> None:
        """End what still runs and release the home."""
        if self._closed.is_set():
            return
        self._closed.set()
        self.engine.stop()
        self.executor.close()
        self.writer.close()
        self._beat.join()
        with self.database.write() as connection:
            instances.gone(connection, self._owner, time.time())
        self.database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
