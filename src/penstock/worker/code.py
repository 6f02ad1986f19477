"""A run's code inside a worker: the functions of its tasks, and what of a call never changes."""

from __future__ import annotations

import copy
import os
from collections.abc import Callable
from typing import Any

try:
    from penstock.authoring.load import load
    from penstock.model.params import to_python
except ImportError:  # those rooms are being built

    def load(code: Any) -> Any:
        import importlib.util
        import sys

        made = importlib.util.spec_from_file_location(code.module, os.path.join(code.root, code.file))
        module = sys.modules[code.module] = importlib.util.module_from_spec(made)
        made.loader.exec_module(module)
        return getattr(module, code.name)

    def to_python(spec: Any, value: Any) -> Any:
        return value


from penstock.model.spec import CodeRef, ParamSpec, PipelineSpec, Source, TaskSpec
from penstock.ports.executor import RunContext
from penstock.worker.values import Values

#: Pipelines of this process with their specs, by the place of their code.
_pipelines: dict[tuple[str, ...], tuple[Any, PipelineSpec]] = {}


class Task:
    """One task of one run: what to call, and the arguments that come from the run's params."""

    __slots__ = ("condition", "condition_given", "fresh", "function", "given", "key", "lone_output", "spec")

    def __init__(self, run: Run, spec: TaskSpec, function: Callable[..., Any], condition: Any) -> None:
        self.spec = spec
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


class Run:
    """What a worker keeps of a run."""

    def __init__(self, context: RunContext) -> None:
        self.context = context
        self.values = Values(context.artifacts)
        self._tasks: dict[str, Task] = {}
        self._pipeline: Any = None
        self._spec: PipelineSpec | None = None

    def load(self) -> bool:
        """Import the user's module, unless it is there; whether that was necessary. Raises whatever it raises."""
        if self._spec is not None:
            return False
        code = self.context.code
        place = (code["root"], code["file"], code["module"], code["name"], code.get("digest", ""))
        known = _pipelines.get(place)
        if known is None:
            lists = {key: tuple(code.get(key, ())) for key in ("files", "preload")}
            pipeline = load(CodeRef(**{**code, **lists}))
            _pipelines[place] = known = (pipeline, pipeline.spec())
            self._pipeline, self._spec = known
            return True
        self._pipeline, self._spec = known
        return False

    def task(self, name: str) -> Task:
        """What is known of a task. Raises what `load` raises, KeyError for a name that the code does not have."""
        known = self._tasks.get(name)
        if known is None:
            self.load()
            assert self._spec is not None
            spec = self._spec.tasks[name]
            function, condition = self._pipeline.functions[name], self._pipeline.conditions.get(name)
            known = self._tasks[name] = Task(self, spec, function, condition)
        return known

    def given(self, sources: dict[str, Source]) -> dict[str, Any]:
        """Arguments that come from params, as Python values."""
        assert self._spec is not None
        specs, values = self._spec.params, self.context.params
        return {
            argument: to_python(specs.get(source.name, ParamSpec(source.name)), values.get(source.name))
            for argument, source in sources.items()
            if source.kind == "param" or (source.kind == "item" and source.over == "param")
        }
