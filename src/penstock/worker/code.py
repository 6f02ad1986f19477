"""A run's code inside a worker: the functions of its tasks, and what of a call never changes."""

from __future__ import annotations

import copy
import importlib
import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, Protocol

from penstock.authoring.check import Draft
from penstock.authoring.compiled import doubt
from penstock.authoring.current import Facts
from penstock.authoring.load import has_changed, load
from penstock.model.params import to_python
from penstock.model.spec import CallSpec, CodeRef, ParamSpec, Source, TaskSpec
from penstock.ports.executor import Assignment, RunContext
from penstock.worker.values import Values

if TYPE_CHECKING:
    from penstock.authoring.pipeline import Pipeline

_logger = logging.getLogger("penstock")

#: What a run's context says of its code besides what CodeRef does.
_OF_THE_RUN: Final = ("now", "asked")


class Code:
    """A pipeline that was imported. Of its tasks only those that come here are read, once: it may have thousands."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.functions = pipeline.functions
        self.conditions = pipeline.conditions
        self._draft = Draft(pipeline)
        self._specs: dict[str, CallSpec] = {}

    @property
    def params(self) -> dict[str, ParamSpec]:
        """Params of the pipeline, by name."""
        return self._draft.params

    def spec(self, task: str) -> CallSpec:
        """What a call of a task needs. Raises KeyError, DefinitionError."""
        known = self._specs.get(task)
        if known is None:
            known = self._draft.call(task)
            self._draft.problems.raise_if_any()
            self._specs[task] = known
        return known


class Loaded(Protocol):
    """What the `load(context: RunContext)` of a loader (CodeRef.loader) gives: the tasks of one run, in this process.

    `values` reads what tasks are given and writes what they return. Tasks are as those below; they are called with
    what `values.read` made of their references.
    """

    values: Values

    def task(self, name: str) -> Task:
        """A task. Raises KeyError for a name that the code does not have."""


#: What this process has imported, by the place of the code.
_imported: dict[tuple[str, ...], Code] = {}


class Task:
    """One task of one run: what to call, and the arguments that come from the run's params."""

    __slots__ = ("condition", "condition_given", "fresh", "function", "given", "key", "lone_output", "spec")

    def __init__(self, run: Run, spec: CallSpec, function: Callable[..., Any], condition: Any) -> None:
        self.spec: CallSpec | TaskSpec = spec
        self.function = function
        self.condition = condition
        self.given = run.given(spec.inputs)
        self.condition_given = run.given(spec.when or {})
        #: Values that a task could change have to be made anew for each call.
        self.fresh = any(
            type(value) in (list, dict) for value in (*self.given.values(), *self.condition_given.values())
        )
        self.lone_output = spec.outputs[0] if len(spec.outputs) == 1 else None
        self.key = f"{run.context.run_id}/{spec.name}."

    def arguments(self) -> dict[str, Any]:
        """Arguments of the function that come from params."""
        return copy.deepcopy(self.given) if self.fresh else self.given.copy()

    def condition_arguments(self) -> dict[str, Any]:
        """The same for its condition."""
        return copy.deepcopy(self.condition_given)


def _reference(code: dict[str, Any]) -> CodeRef:
    lists = {key: tuple(code.get(key, ())) for key in ("files", "preload")}
    return CodeRef(**{**{name: told for name, told in code.items() if name not in _OF_THE_RUN}, **lists})


class Run:
    """What a worker keeps of a run."""

    def __init__(self, context: RunContext) -> None:
        self.context = context
        self.values = Values(context.artifacts)
        self._tasks: dict[str, Task] = {}
        self._code: Code | None = None
        self._loaded: Loaded | None = None

    def load(self) -> bool:
        """Import the user's module, unless it is there; whether that was necessary. Raises whatever it raises."""
        if self._code is not None or self._loaded is not None:
            return False
        doubt()
        code = self.context.code
        if code.get("loader"):
            self._loaded = importlib.import_module(code["loader"]).load(self.context)
            self.values = self._loaded.values
        else:
            said = code.get("now", code.get("digest", ""))
            place = (code["root"], code["file"], code["module"], code["name"], said)
            self._code = _imported.get(place)
            if self._code is not None:
                return False
            self._code = _imported[place] = Code(load(_reference(code)))
        if code.get("digest") and has_changed(_reference(code)):
            # The run goes on, as a person who edits a file for the next run would want; but it is told.
            _logger.warning("the code of this pipeline has changed since the run began; this is the code of now")
        return True

    def task(self, name: str) -> Task:
        """What is known of a task, after `load`. Raises KeyError for a name that the code does not have."""
        known = self._tasks.get(name)
        if known is None and self._loaded is not None:
            known = self._tasks[name] = self._loaded.task(name)
        elif known is None:
            assert self._code is not None
            code = self._code
            known = self._tasks[name] = Task(self, code.spec(name), code.functions[name], code.conditions.get(name))
        return known

    def facts(self, assignment: Assignment) -> Facts:
        """What `penstock.run` tells the task."""
        known = self.context
        return Facts(
            known.run_id,
            known.pipeline,
            known.namespace,
            known.version,
            known.type,
            known.params,
            known.labels,
            assignment.generation,
            assignment.task,
            assignment.map_index,
            assignment.label,
            assignment.n,
        )

    def given(self, sources: dict[str, Source]) -> dict[str, Any]:
        """Arguments that come from params, as Python values."""
        assert self._code is not None
        specs, values = self._code.params, self.context.params
        return {
            argument: to_python(specs.get(source.name, ParamSpec(source.name)), values.get(source.name))
            for argument, source in sources.items()
            if source.kind == "param" or (source.kind == "item" and source.over == "param")
        }
