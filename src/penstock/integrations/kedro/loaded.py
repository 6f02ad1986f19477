"""A Kedro project, open for one run in a worker: its nodes as tasks (see worker.code.Loaded)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

from penstock.authoring.current import run as current
from penstock.errors import DefinitionError
from penstock.integrations.kedro.called import CalledTask
from penstock.integrations.kedro.closing import HOOKS, KIND
from penstock.integrations.kedro.ids import is_param, plain_name
from penstock.integrations.kedro.nodes import Nodes
from penstock.integrations.kedro.opened import take
from penstock.integrations.kedro.pipeline_hooks import PipelineHooks
from penstock.integrations.kedro.project import DEFAULT, Project
from penstock.integrations.kedro.sketch import arguments
from penstock.model import ids, nested
from penstock.model.run_types import meaning_of
from penstock.model.spec import Source, TaskSpec
from penstock.ports.executor import Ref, RunContext
from penstock.worker.code import Task
from penstock.worker.values import Values

#: As Kedro writes versions, in UTC with milliseconds.
_VERSION: Final = "%Y-%m-%dT%H.%M.%S"


def save_version(run_id: str) -> str:
    """The version under which a run saves all versioned datasets: the moment when it was created."""
    at = datetime.fromtimestamp(ids.created_at(ids.key_of(run_id)), UTC)
    return f"{at.strftime(_VERSION)}.{at.microsecond // 1000:03d}Z"


def runtime_params(changed: Mapping[str, Any]) -> dict[str, Any]:
    """What Kedro gets as runtime params, of the params that are not the project's own: dicts in dicts."""
    flat = dict(changed)
    whole = flat.pop("parameters", {})
    return nested.tree([*whole.items(), *flat.items()])


class Given(NamedTuple):
    """An argument that was not read yet: loading is part of making a node."""

    ref: Ref


class _Unread(Values):
    """Values as they pass through the worker: read and written by the node itself."""

    def read(self, ref: Ref) -> Given:
        """A reference, to be read later."""
        return Given(ref)

    def write(self, value: Any, key: str) -> list[Any]:  # noqa: ARG002 - the node has stored it under this key
        """What the node has made of it."""
        form: list[Any] = value
        return form


class LoadedProject:
    """A project, open for one run in this process."""

    def __init__(self, context: RunContext) -> None:
        code = context.code
        asked = code.get("asked", {})
        project = take(Path(code["root"]), code["options"].get("env"), runtime_params(asked.get("params") or {}))
        name = code["name"] or DEFAULT
        pipeline = project.pipelines([name]).get(name)
        if pipeline is None:
            raise _gone(f"the project registers no pipeline '{name}' any more", project)
        self._project = project
        catalog = project.catalog([name], save_version(context.run_id))
        self.values: Values = _Unread(context.artifacts)
        self._context = context
        values, dry = Values(context.artifacts), meaning_of(context.type).dry
        self._nodes = Nodes(project, pipeline, catalog, values, context.run_id, dry=dry)
        self._hooks = PipelineHooks(project, pipeline, catalog, context)
        self._hooks.before()

    def task(self, name: str) -> Task:
        """The task of a node, or of hooks at the end of the run. Raises DefinitionError for what is gone."""
        if name in HOOKS and not self._nodes.has(name):
            source = {"error": Source("error", "error")}
            return CalledTask(TaskSpec(name, KIND, inputs=source, role=HOOKS[name]), self._closing(name), "")
        if not self._nodes.has(name):
            raise _gone(f"pipeline '{self._context.pipeline}' has no node '{name}' any more", self._project)
        node = self._nodes.node(name)
        named = [(argument, dataset) for argument, dataset in arguments(node) if not is_param(dataset)]
        spec = TaskSpec(
            name,
            inputs={argument: Source("dataset", plain_name(dataset)) for argument, dataset in named},
            outputs=tuple(plain_name(dataset) for dataset in node.outputs),
        )
        key = f"{self._context.run_id}/{name}."

        def make(**given: Given) -> dict[str, list[Any]]:
            refs = {plain_name(dataset): given[argument].ref for argument, dataset in named}
            generation, n = current.generation or 1, current.attempt or 1
            return self._nodes.make(node, refs, f"{key}{generation}.{n}/", again=n > 1 or generation > 1)

        return CalledTask(spec, make, key)

    def _closing(self, name: str) -> Callable[..., None]:
        def call(error: Given) -> None:
            told = (error.ref or {}).get("json")
            self._hooks.end(name, told)

        return call


def _gone(message: str, project: Project) -> DefinitionError:
    registry = project.metadata.source_dir / project.package / "pipeline_registry.py"
    return DefinitionError(message, cure="was the project changed during the run?", file=str(registry))
