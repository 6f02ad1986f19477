"""From a definition and a request to the view of a run that can start at once."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, NamedTuple

from penstock.artifacts.content import stamp_of
from penstock.authoring import own_code
from penstock.compose.home import Home
from penstock.engine.limits import Limits
from penstock.engine.plan import Plan, make_plan
from penstock.engine.reopen import reopen
from penstock.engine.replay import keep_outputs
from penstock.engine.request import RetryWish, RunRequest, chosen_tasks, new_view, selection_of
from penstock.engine.restore import Restored, restore
from penstock.engine.view import RunView
from penstock.errors import NotFound, TransitionError
from penstock.integrations.kedro.ahead import LOADER
from penstock.model import graph, ids, params, spec
from penstock.model.run_types import meaning_of
from penstock.model.spec import PipelineSpec
from penstock.ports.executor import RunContext
from penstock.store import graphs, outputs, recovery, runs
from penstock.store.database import Database
from penstock.store.missing import no_run
from penstock.store.recovery import StoredRun
from penstock.store.rows import NewRun

#: Plans that are kept for the next run of the same definition.
KEPT: Final = 32


class Footing(NamedTuple):
    """What a run on record is restored with besides its rows. To look for it takes time: in files, in other runs."""

    plan: Plan
    context: RunContext
    given: dict[str, Any]
    seen: dict[str, str]

    def restored(self, stored: StoredRun) -> Restored:
        """The run as it stands on record. Raises StoreCorrupt."""
        restored = restore(stored, self.plan, replace(self.context, labels=stored.labels), given=self.given)
        restored.view.seen = self.seen
        return restored


class Planner:
    """Checks what is asked for and plans it. Its methods may be called from any thread; nothing is written."""

    def __init__(self, home: Home, database: Database, limits: Limits) -> None:
        self._home = home
        self._database = database
        self._limits = limits
        self._plans: dict[int, tuple[PipelineSpec, Plan]] = {}

    def plan(self, definition: PipelineSpec) -> Plan:
        """The plan of a definition, made once for each definition object. Raises DefinitionError."""
        known = self._plans.get(id(definition))
        if known is None:
            plan = make_plan(definition)
            for task in plan.tasks:
                self._limits.check(task)
            while len(self._plans) >= KEPT:
                del self._plans[next(iter(self._plans))]
            known = self._plans[id(definition)] = (definition, plan)
        return known[1]

    def view(self, definition: PipelineSpec, request: RunRequest, run_id: str, at: float) -> RunView:
        """A run that has not started. Raises ParameterError, NotFound, DefinitionError."""
        plan = self.plan(definition)
        values = params.resolve(definition.params, request.params, request.texts)
        context = self._context(plan, request, values, run_id)
        return self._new(plan, context if request.replay_of is None else self._as_now(context), request, at)

    def _new(self, plan: Plan, context: RunContext, request: RunRequest, at: float) -> RunView:
        chosen = chosen_tasks(plan, request)
        given, source = ({}, None) if chosen is None else self._given(plan, chosen, request)
        view = new_view(plan, context, request, at, chosen=chosen, given=given)
        # A run that is repeated may have been of another commit.
        view.facts = {**(request.facts or {}), **_facts(plan.spec)} or None
        view.seen = _seen(plan, context.type)
        if view.selection is not None and source is not None:
            # Who takes the run over or tries it again must find the same.
            view.selection["from_run"] = [ids.run_id(source)]
        if request.replay_of is not None:
            self._replay(view, request.replay_of, request.replay_from, at)
        return view

    def _replay(self, view: RunView, source: str, from_task: str | None, at: float) -> None:
        view.replay_of = ids.key_of(source)
        if from_task is None:
            return
        with self._database.read() as connection:
            stored = recovery.load_run(connection, view.replay_of)
        if stored is None:
            raise no_run(source)
        keep_outputs(view, stored, from_task, at)
        view.selection = {**(view.selection or {}), "replay_from": [from_task]}
        self._check_files(view)

    def footing(self, definition: PipelineSpec, request: RunRequest, run: NewRun) -> Footing:
        """What a run on record is restored with. Raises NotFound, DefinitionError."""
        plan = self.plan(definition)
        context = self._context(plan, request, json.loads(run.params), run.id)
        again = request.replay_of is not None or run.generation > 1
        return self._footing(plan, self._as_now(context) if again else context, request)

    def _footing(self, plan: Plan, context: RunContext, request: RunRequest) -> Footing:
        chosen = chosen_tasks(plan, request)
        given = {} if chosen is None else self._given(plan, chosen, request)[0]
        return Footing(plan, context, given, _seen(plan, context.type))

    def reopened(
        self, definition: PipelineSpec, request: RunRequest, stored: StoredRun, wish: RetryWish, at: float
    ) -> RunView:
        """A run that is over, ready for its next generation. Raises TransitionError when it can't be, and as `view`."""
        before = json.loads(stored.run.params)
        values = before
        told: dict[str, Any] = {"by": wish.by}
        if wish.params or wish.texts:
            kept = {name: value for name, value in before.items() if name not in wish.texts}
            values = params.resolve(definition.params, {**kept, **wish.params}, wish.texts)
            told["params"] = {name: value for name, value in values.items() if value != before.get(name)}
            told["params_before"] = {name: before.get(name) for name in told["params"]}
        plan = self.plan(definition)
        if not stored.task_runs:
            return self._begun_anew(plan, replace(request, params=values), stored, told)
        context = self._as_now(self._context(plan, request, values, stored.run.id))
        view = self._footing(plan, context, request).restored(stored).view
        view.edited = values != before
        reopen(view, wish.task, at, told)
        done = {run.task.name for run in view.by_place if run.state != "created"}
        graph.check_read(definition, told.get("params", ()), done)
        self._check_files(view)
        return view

    def _begun_anew(self, plan: Plan, request: RunRequest, stored: StoredRun, told: dict[str, Any]) -> RunView:
        """A run that could not even begin, as if it were asked for now, in its next generation."""
        row = stored.run
        values = params.resolve(plan.spec.params, request.params, request.texts)
        context = self._as_now(self._context(plan, request, values, row.id))
        view = self._new(plan, context, request, row.created_at / 1_000_000)
        view.state, view.stored_version, view.edited = row.state, row.row_version, True
        view.generation = row.generation + 1
        for run in view.task_runs:
            run.generation = view.generation
        view.again = {"generation": view.generation, "from": None, **told}
        return view

    def _check_files(self, view: RunView) -> None:
        """What is read by tasks that run again must still be there."""
        for run in view.by_place:
            for _, dataset in run.task.reads if run.state == "created" else ():
                ref = view.values.get(dataset)
                refs = ref["list"] if isinstance(ref, dict) and "list" in ref else [ref]
                gone = [one for one in refs if isinstance(one, list) and one[2] and not self._is_there(one[2])]
                if gone:
                    raise TransitionError(
                        f"task '{run.task.name}' can't run: '{dataset}', which it reads, is gone from the artifacts",
                        cure="retry from the task that makes it, or run the pipeline again",
                    )

    def _is_there(self, path: str) -> bool:
        return (self._home.artifacts / path).exists()

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
            code=_code(definition, values, request),
            artifacts=str(self._home.artifacts),
            logs=str(self._home.logs),
        )

    def _as_now(self, context: RunContext) -> RunContext:
        """What runs again runs the code of now: where that has changed, no worker that imported the old one will do.

        What the latest version reads counts too: that may have come from what the old one had in its own files.
        """
        code = context.code
        if not code.get("digest") or not Path(code["root"]).is_dir():
            return context
        root, files = Path(code["root"]), tuple(code["files"])
        now = _digest(root, files)
        if now == code["digest"]:
            return context
        with self._database.read() as connection:
            latest, _ = graphs.spec_of_version(connection, context.namespace, context.pipeline, None)
        if latest.code is not None and Path(latest.code.root) == root:
            now = _digest(root, tuple(sorted({*files, *latest.code.files})))
        return replace(context, code={**code, "now": now})

    def _given(self, plan: Plan, chosen: set[str], request: RunRequest) -> tuple[dict[str, Any], int | None]:
        """References of what the slice reads from tasks outside of it, and the earlier run that they are from."""
        needed = graph.needs(plan.spec, chosen)
        if not needed:
            return {}, None
        definition = plan.spec
        with self._database.read() as connection:
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
        return {name: found[name] for name in needed}, key


def _seen(plan: Plan, type_: str) -> dict[str, str]:
    """What changes with the datasets that the project keeps in files and no task makes, where it is asked for."""
    definition = plan.spec
    if not definition.datasets or definition.code is None:
        return {}
    if meaning_of(type_).takes != "all" and not any(task.spec.cache for task in plan.tasks):
        return {}
    root, made = definition.code.root, {name for task in plan.tasks for name in task.spec.outputs}
    stamps = {name: stamp_of(root, each.path) for name, each in definition.datasets.items() if name not in made}
    return {name: stamp for name, stamp in stamps.items() if stamp is not None}


def _facts(definition: PipelineSpec) -> dict[str, Any]:
    """What else is told of a run as it begins, where its code is a project of others."""
    if definition.code is None or definition.code.loader != LOADER:
        return {}
    from penstock.integrations.kedro.facts import run_facts

    return run_facts(definition.code)


def _digest(root: Path, files: tuple[str, ...]) -> str:
    """Over those that are there: that one is missing is a change too."""
    return own_code.digest(root, tuple(name for name in files if (root / name).is_file()))


def _code(definition: PipelineSpec, values: dict[str, Any], request: RunRequest) -> dict[str, Any]:
    """Where a worker finds the code. A loader is also told what was asked for, as tools of others want to know it."""
    if definition.code is None:
        return {}
    code: dict[str, Any] = spec.to_json(definition.code)
    if definition.code.loader:
        changed = {name: value for name, value in values.items() if value != definition.params[name].default}
        code["asked"] = {"params": changed, "selection": selection_of(request)}
    return code
